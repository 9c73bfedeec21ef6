r"""A configuration of exact points, and what follows from its Gram matrix."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import prod

import sympy
from sympy import Expr, ImmutableMatrix

from ..exact import Exact, closed_form, is_zero
from ..exact.closed_forms import numbered
from ..exact.rationals import instance
from ..metrics import coherence_of, dimensionality_of
from .energy import coulomb_energy, interference_energy, log_energy, pair_distances, riesz_energy
from .symmetry import is_transitive, orbit_sizes


@dataclass(frozen=True)
class Polytope:
    """A named configuration of points; everything else is derived from `vertices` (m × n, exact columns)."""

    name: str
    vertices: ImmutableMatrix
    known_gram: ImmutableMatrix | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        m, n = self.vertices.shape
        return f"Polytope({self.name}: {n} vertices in {m} dimensions)"

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
        return dimensionality_of(self.gram)

    @property
    def capacity(self) -> tuple[Expr, ...]:
        """C_i = (v_i·v_i)² / Σ_j (v_i·v_j)², which is D_i."""
        return self.dimensionality

    @cached_property
    def dimensions_per_feature(self) -> Expr:
        """D* = m / ‖V‖_F²."""
        return closed_form(self.vertices.rows / self.gram.trace())

    @cached_property
    def dimension(self) -> int:
        """The rank of the vertices: fewer than their rows where these lie in a subspace. By elimination in V Vᵀ, whose diagonal
        is 0 only where the whole row is.
        """
        left, rank = self._frame, 0
        while pivots := [k for k in range(left.rows) if not is_zero(left[k, k])]:
            k = pivots[0]
            left = (left - left[:, k] * left[k, :] / left[k, k]).applyfunc(closed_form)
            rank += 1
        return rank

    @cached_property
    def is_tight(self) -> bool:
        """Whether the vertices are a tight frame of the space that they span: F = V Vᵀ is a multiple of a projection, so that
        F² = λF with λ rank = tr F. Then Σ D_i is the rank.
        """
        frame, trace = self._frame, self._frame.trace()
        square, rank = frame * frame, self.dimension
        return all(is_zero(rank * square[i, j] - trace * frame[i, j]) for i in range(frame.rows) for j in range(i + 1))

    @property
    def _frame(self) -> ImmutableMatrix:
        return ImmutableMatrix((self.vertices * self.vertices.T).applyfunc(closed_form))

    @cached_property
    def unit(self) -> Polytope:
        """The same with vertices of norm 1. ValueError where they have different norms, or none."""
        square = self.gram[0, 0]
        if is_zero(square) or any(not is_zero(self.gram[i, i] - square) for i in range(self.gram.rows)):
            raise ValueError(f"vertices must have one norm, and not 0, got {self.name}")
        if is_zero(square - 1):
            return self
        vertices = self.vertices.applyfunc(lambda entry: closed_form(entry / sympy.sqrt(square)))
        return Polytope(self.name, vertices, self.gram.applyfunc(lambda entry: closed_form(entry / square)))

    @cached_property
    def coherence(self) -> Expr:
        """max over i ≠ j of |cos(v_i, v_j)|."""
        return coherence_of(self.gram)

    @cached_property
    def levels(self) -> tuple[tuple[int, ...], ...]:
        """The Gram matrix with each entry replaced by the number of its value: equal where entries are equal."""
        n = self.gram.rows
        number = numbered(self.gram)
        return tuple(tuple(number[self.gram[i, j]] for j in range(n)) for i in range(n))

    @cached_property
    def symmetry_order(self) -> int:
        """Number of permutations of the vertices that preserve the Gram matrix (reflections included)."""
        return prod(orbit_sizes(self.levels))

    @cached_property
    def is_vertex_transitive(self) -> bool:
        """Whether such permutations take every vertex to every other."""
        return is_transitive(self.levels)

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
