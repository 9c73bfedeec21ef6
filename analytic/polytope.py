r"""A configuration of exact points, and what follows from its Gram matrix."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import prod

import sympy
from sympy import Expr, ImmutableMatrix

from .closed_form import closed_form, is_zero, numbered, sign
from .energy import coulomb_energy, interference_energy, log_energy, pair_distances, riesz_energy
from .gram_symmetry import orbit_sizes
from .rational import Exact, instance


@dataclass(frozen=True)
class Polytope:
    """A named configuration of points; everything else is derived from `vertices` (m × n, exact columns)."""

    name: str
    vertices: ImmutableMatrix
    known_gram: ImmutableMatrix | None = field(default=None, repr=False, compare=False)

    @cached_property
    def gram(self) -> ImmutableMatrix:
        """G = VᵀV, n × n, entries in closed form."""
        if self.known_gram is not None:
            return self.known_gram
        columns = [self.vertices[:, j] for j in range(self.vertices.cols)]
        return ImmutableMatrix(
            len(columns), len(columns), lambda i, j: closed_form(columns[min(i, j)].dot(columns[max(i, j)]))
        )

    @cached_property
    def dimensionality(self) -> tuple[Expr, ...]:
        """D_i = G_ii² / Σ_j G_ij², exact, one for each vertex; 0 for a zero column."""
        squares = self.gram.applyfunc(lambda entry: closed_form(entry**2))
        return tuple(
            closed_form(squares[i, i] / sympy.Add(*squares.row(i))) if squares[i, i] else sympy.Integer(0)
            for i in range(squares.rows)
        )

    @property
    def capacity(self) -> tuple[Expr, ...]:
        """C_i = (v_i·v_i)² / Σ_j (v_i·v_j)², which is D_i."""
        return self.dimensionality

    @cached_property
    def dimensions_per_feature(self) -> Expr:
        """D* = m / ‖V‖_F²."""
        return closed_form(self.vertices.rows / self.gram.trace())

    @cached_property
    def is_tight(self) -> bool:
        """Whether the vertices are a tight frame, V Vᵀ a multiple of 1: then Σ D_i is the dimension."""
        frame = self.vertices * self.vertices.T
        m = frame.rows
        return all(is_zero(frame[i, j] - (frame[0, 0] if i == j else 0)) for i in range(m) for j in range(i + 1))

    @cached_property
    def coherence(self) -> Expr:
        """max over i ≠ j of |cos(v_i, v_j)|."""
        n = self.gram.rows
        cosines = numbered(
            closed_form(self.gram[i, j] / sympy.sqrt(self.gram[i, i] * self.gram[j, j]))
            for i in range(n)
            for j in range(i)
        )
        largest = sympy.Integer(0)
        for cosine in cosines:
            size = cosine if sign(cosine) >= 0 else -cosine
            largest = size if sign(size - largest) > 0 else largest
        return largest

    @cached_property
    def levels(self) -> tuple[tuple[int, ...], ...]:
        """The Gram matrix with each entry replaced by the number of its value: equal where entries are equal."""
        n = self.gram.rows
        number = numbered(self.gram)
        return tuple(tuple(number[self.gram[i, j]] for j in range(n)) for i in range(n))

    @cached_property
    def symmetry_order(self) -> int:
        """Number of permutations of the vertices that preserve the Gram matrix (reflections included)."""
        return prod(self._orbit_sizes)

    @property
    def is_vertex_transitive(self) -> bool:
        """Whether such permutations take every vertex to every other."""
        return bool(self._orbit_sizes[0] == self.gram.rows)

    @cached_property
    def _orbit_sizes(self) -> tuple[int, ...]:
        return orbit_sizes(self.levels)

    @cached_property
    def distances(self) -> tuple[tuple[Expr, int], ...]:
        """(distance, number of pairs of vertices at it), by increasing distance."""
        return pair_distances(self.gram)

    @cached_property
    def coulomb_energy(self) -> Expr:
        """Σ_{i<j} 1/|r_i − r_j|."""
        return coulomb_energy(self.gram)

    @cached_property
    def log_energy(self) -> Expr:
        """−Σ_{i<j} log |r_i − r_j|."""
        return log_energy(self.gram)

    @cached_property
    def interference_energy(self) -> Expr:
        """Σ_{i≠j} ReLU(r_i·r_j)²."""
        return interference_energy(self.gram)

    def riesz_energy(self, power: Exact) -> Expr:
        """Σ_{i<j} |r_i − r_j|^−power, power > 0 rational."""
        return riesz_energy(self.gram, power)


def given_polytope(value: object, name: str = "polytope") -> Polytope:
    """An argument that must be a `Polytope`."""
    return instance(value, name, Polytope, "a Polytope, such as analytic.polytopes.polytope('pentagon')")
