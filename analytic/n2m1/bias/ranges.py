r"""Statements for ranges of sparsity: where dropping the less important feature is the global minimum, proved at once for every
s in [s₀, s₁].

The proof is that of `analytic.n2m1.bias.certification` with all densities in one cell. Importances (1, r), r < 1, and κ = rv, so
that C − κ = p/3 + rp²/4. On a cell the angle bound is an inequality of polynomials in p, proved by its Bernstein coefficients.
Where the weaker feature's output is linear, N is a polynomial in (x, y, p): each of its Bernstein coefficients in p is a
polynomial in (x, y), and if all are positive, so is N. Where β₁ ≤ −c < 0, K ≥ pc³/3 > κ is decided at the least density, since
κ/p falls with p.

Concavity carries it on: for fixed s the least loss K*(r, λ) is concave, rv at most, and 0 at r = 0, so that K* = rv at one
(r, λ) is K* = rv at every smaller r and larger λ. The minimiser stays the only one: at a smaller r′ another with loss
K₁ + r′K₂ = r′v would have K₁ + rK₂ > rv, so K₂ > v and K₁ < 0.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import comb
from pathlib import Path
from typing import Any

import sympy
from sympy import Expr, Poly

from ...exact import Exact, rational, to_sympy
from ...exact.rationals import entries, seconds_of, shown
from ...law import variance
from .angle import ROOT, Angle, Bound, Cell, Mix, mix
from .linear import density, proved_positive, wedges, x, y
from .search import Cover, Target, bisected
from .setting import Setting, checked, sealed

_v = variance(density)


@dataclass(frozen=True)
class DropRange:
    """For every s in `sparsity`, r at most `importance` and λ at least `penalty`: with importances (1, r) the least loss over all
    W and b is rv, v = p/3 − p²/4, and the only minimiser with w₁w₂ ≤ 0 drops feature 2: w = (±1, 0), b = (0, p/2).
    """

    sparsity: tuple[sympy.Rational, sympy.Rational]
    importance: sympy.Rational
    penalty: sympy.Rational
    certificate: Mapping[str, Any] = field(repr=False)

    def __repr__(self) -> str:
        low, high = self.sparsity
        return (
            f"DropRange: for s in [{low}, {high}], r ≤ {self.importance}, λ ≥ {self.penalty} dropping feature 2 is best"
        )

    def save(self, path: str | Path) -> None:
        """Write the certificate, for `python -m verify.certificate PATH`."""
        if not isinstance(path, str | Path):
            raise ValueError(f"path must be a string or a Path, got {shown(path)}")
        Path(path).write_text(json.dumps(self.certificate), encoding="utf-8")


def certify_drop(
    sparsity: tuple[Exact, Exact], importance: Exact, penalty: Exact = 0, *, budget: float = 60
) -> DropRange | None:
    """The statement of `DropRange`, or None where its proof does not close in `budget` seconds of processor time.

    `sparsity` (s₀, s₁) with 0 < s₀ ≤ s₁ < 1, `importance` r in (0, 1), `penalty` ≥ 0, all exact; ValueError otherwise.

    >>> certify_drop(("3/10", "31/100"), "1/2")
    DropRange: for s in [3/10, 31/100], r ≤ 1/2, λ ≥ 0 dropping feature 2 is best
    """
    low, high = entries(sparsity, "sparsity", rational, 2)
    if not 0 < low <= high < 1:
        raise ValueError(f"sparsity must be an interval (s₀, s₁) with 0 < s₀ ≤ s₁ < 1, got ({low}, {high})")
    setting = checked(high, (1, importance), penalty)
    r = setting.importance[1]
    if r >= 1:
        raise ValueError(f"importance must lie in (0, 1), got {r}")
    deadline = time.process_time() + seconds_of(budget)
    covers = [_cover(model, deadline) for model in _charts(setting, 1 - low)]
    if any(covered.left for covered in covers):
        return None
    body = {
        "sparsity": [str(low), str(high)],
        "importance": ["1", str(r)],
        "penalty": str(setting.penalty),
        "charts": [{"tree": covered.tree} for covered in covers],
    }
    ends = (to_sympy(low), to_sympy(high))
    return DropRange(ends, to_sympy(r), to_sympy(setting.penalty), sealed(body))


@dataclass(frozen=True)
class Densities(Angle):
    """The angle bound for every density from `density` to `densest`, at κ = the loss of dropping the less important feature."""

    densest: Fraction

    @cached_property
    def mixes(self) -> tuple[Mix, ...]:
        p, q = self.density, self.densest
        return mix(p, p), mix(p, q), mix(q, q)

    def gaps(self, kappa: Fraction) -> tuple[Fraction, ...]:
        """C − κ = max p/3 + min p²/4 of the importances: its Bernstein coefficients, whatever `kappa`."""
        more, less = max(self.first, self.second), min(self.first, self.second)
        p, q = self.density, self.densest
        return tuple(more * (a + b) / 6 + less * a * b / 4 for a, b in ((p, p), (p, q), (q, q)))

    def bound(self, cell: Cell) -> Bound:
        first, *others = (float(gap) for gap in self.gaps(Fraction(0)))
        return Bound(super().bound(cell).parts, (1.0, *(gap / first for gap in others)))


def _charts(setting: Setting, densest: Fraction) -> tuple[Densities, ...]:
    return tuple(Densities(m.density, m.first, m.second, m.penalty, densest) for m in setting.charts)


def _cover(model: Densities, deadline: float) -> Cover:
    """K > κ but where a feature is dropped, κ the loss of dropping the less important one."""
    if not all(proved_positive(n) for wedge in range(4) for n in _in_density(model, wedge)):
        return Cover(left=[ROOT])
    upper = min(model.first, model.second) * variance(model.density)
    return bisected(model, Target(upper, upper), deadline, [], [ROOT])


def _in_density(model: Densities, wedge: int) -> list[Poly]:
    """N, or N/x² in the chart that holds the drop, as its Bernstein coefficients in p: polynomials in (x, y)."""
    chosen, kept, least = wedges()[wedge], model.second * _v, min(model.first, model.second)
    q2 = chosen.q**2
    square = model.first * chosen.square + kept * (q2 + q2**2) + 2 * model.penalty * q2
    cross = model.first * chosen.cross + kept * q2
    n = sympy.expand((model.first * density / 3 + kept - least * _v) * square - cross**2)
    if least == model.second:
        n = sympy.expand(n / x**2)
    low, high = (to_sympy(end) for end in (model.density, model.densest))
    part = sympy.Symbol("part")
    return [Poly(c, x, y) for c in _bernstein(Poly(n.subs(density, low + part * (high - low)), part))]


def _bernstein(poly: Poly) -> list[Expr]:
    coefficients = poly.all_coeffs()[::-1]
    degree = len(coefficients) - 1
    return [
        sympy.expand(sum(c * sympy.Rational(comb(k, i), comb(degree, i)) for i, c in enumerate(coefficients[: k + 1])))
        for k in range(degree + 1)
    ]
