r"""The Thomson problem: N points on the unit sphere of least Coulomb energy Σ 1/|r_i − r_j|, in closed form.

Each energy is derived from exact vertices (`analytic.polytopes`): by how many pairs lie at which exact distance. That the
configuration is the best of all is a theorem where `proved` is true, with its source, and not known otherwise.

For N ≤ 4 the proof is short. Σ_{i<j} |r_i − r_j|² = N² − |Σ r_i|² ≤ N², and d² ↦ 1/d is convex and falls, so by Jensen's
inequality the energy is at least that of N(N − 1)/2 equal distances √(2N/(N − 1)): the regular simplex has them.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy import Expr

from .exact.printed import short
from .exact.rationals import shown
from .polytopes import Polytope, polytope

_JENSEN = "Jensen's inequality for the squared distances, whose sum is at most N²"
_PROOFS: dict[int, tuple[str, str | None]] = {
    2: ("digon", _JENSEN),
    3: ("triangle", _JENSEN),
    4: ("tetrahedron", _JENSEN),
    5: ("triangular bipyramid", "R. E. Schwartz, Experimental Mathematics 22 (2013) 157–186"),
    6: ("octahedron", "V. A. Yudin, Discrete Math. Appl. 3 (1993) 75–81"),
    7: ("pentagonal bipyramid", None),
    12: ("icosahedron", "N. N. Andreev, East J. Approx. 2 (1996) 459–462"),
}


@dataclass(frozen=True)
class ThomsonSolution:
    """N points of least Coulomb energy: exactly, and whether there is a proof that none is lower (`source`)."""

    n_points: int
    polytope: Polytope
    source: str | None

    def __float__(self) -> float:
        """The energy."""
        return float(self.energy)

    def __repr__(self) -> str:
        return f"ThomsonSolution({self.n_points}): E = {short(self.energy)}, {self.polytope.name}, {self.status}"

    def _repr_latex_(self) -> str:
        return f"${self.derivation}$"

    @property
    def energy(self) -> Expr:
        """Σ_{i<j} 1/|r_i − r_j|, exact."""
        return self.polytope.coulomb_energy

    @property
    def proved(self) -> bool:
        """Whether the energy is proved to be the least; otherwise it is the best known."""
        return self.source is not None

    @property
    def status(self) -> str:
        return f"proved optimal ({self.source})" if self.proved else "best known"

    @property
    def derivation(self) -> str:
        r"""The energy as a sum over distances, in LaTeX: number of pairs over exact distance, for each distance."""
        terms = " + ".join(
            rf"\frac{{{count}}}{{{sympy.latex(length, fold_short_frac=True)}}}"
            for length, count in self.polytope.distances
        )
        return rf"E_{{{self.n_points}}} = {terms} = {sympy.latex(self.energy)}"


def thomson(n_points: int) -> ThomsonSolution:
    """The solution for 2 to 7 or 12 points, where it has a closed form in radicals; ValueError for other numbers.

    Optimality is proved for all of them but 7.

    >>> thomson(5).energy
    1/2 + sqrt(3) + 3*sqrt(2)
    """
    if isinstance(n_points, bool) or not isinstance(n_points, int) or n_points not in _PROOFS:
        known = ", ".join(map(str, _PROOFS))
        raise ValueError(f"n_points must be one of {known}, whose exact energies are known, got {shown(n_points)}")
    name, source = _PROOFS[n_points]
    return ThomsonSolution(n_points, polytope(name), source)
