r"""Lower bounds on the loss of the smallest model with bias over a cell of directions, by integers alone: the angle bound.

Let t > 0 be the square of the larger weight, q ∈ [−1, 0] the ratio of the two and β = b/t, so that
z₁ = t(x₁ + q x₂ + β₁) and z₂ = t(q² x₂ + q x₁ + β₂) (the feature with the larger weight comes first). Along a ray

.. math:: K = C - 2tL + t^2 Q, \qquad C = (I_1 + I_2)\,p/3, \quad L = \sum_i I_i E\, x_i z_i^+, \quad
          Q = \sum_i I_i E (z_i^+)^2 + 2\lambda q^2 \quad (t = 1),

so K ≥ κ for every t exactly when L ≤ √((C − κ)Q). Here L is convex in θ = (1, q, q², β₁, β₂), and √Q is the norm of
Z(θ) = (√I₁ z₁⁺, √I₂ z₂⁺, √(2λ) q) in L². For any θ₀, by Cauchy and Schwarz and z⁺ ≥ z,

.. math:: \sqrt{Q(\theta)\,Q(\theta_0)} \ge \langle Z(\theta), Z(\theta_0) \rangle \ge T(\theta)
          = \sum_i I_i E\, z_i(\theta)\, z_i^+(\theta_0) + 2\lambda q q_0,

which is linear in θ. So √((C − κ)/Q₀) T − L is concave, and where it is ≥ 0 at the vertices of a polytope, K ≥ κ inside.
A cell [q₀, q₁] × [l₁, u₁] × [l₂, u₂] lies in the polytope over the triangle (q₀, q₀²), ((q₀+q₁)/2, q₀q₁), (q₁, q₁²), whose
sides are the parabola's chord and tangents. The error is of second order in the size of the cell. If a cell is unbounded
in β_i, the same is asked of that direction e, where L(θ + τe) ≤ L(θ) + τ I_i p/2 since L is convex and homogeneous.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

BITS = 60
"""Cells are in units of 2⁻⁶⁰."""
GUARD = 128
"""Expectations are rounded outwards at 2⁻¹²⁸ of a unit."""
ONE = 1 << BITS

Cell: TypeAlias = tuple[int, int, int, int | None, int, int | None]
"""q₀, q₁, l₁, u₁, l₂, u₂ in units; None: unbounded above."""

ROOT: Cell = (-ONE, 0, -ONE, None, -ONE, None)
"""Every direction with w₁w₂ ≤ 0: for β₁ ≤ −1 and for β₂ ≤ −1 the feature's output is 0, as at −1."""


def middle(low: int, high: int | None) -> int:
    """Where an edge of a cell is divided."""
    return max(2 * low, ONE) if high is None else (low + high) // 2


def halves(cell: Cell, axis: int) -> tuple[Cell, Cell]:
    """The lower and the upper half of a cell along an axis: 0 for q, 1 and 2 for β₁ and β₂."""
    k = 2 * axis
    cut = middle(cell[k] or 0, cell[k + 1])
    lower, upper = [*cell], [*cell]
    lower[k + 1] = upper[k] = cut
    return tuple(lower), tuple(upper)  # type: ignore[return-value]


def flattened(cell: Cell, axis: int) -> Cell:
    """The cell with one edge shrunk to where it would be divided."""
    flat = [*cell]
    flat[2 * axis] = flat[2 * axis + 1] = middle(cell[2 * axis] or 0, cell[2 * axis + 1])
    return tuple(flat)  # type: ignore[return-value]


@dataclass(frozen=True)
class Bound:
    """T and L at the vertices of a cell and in its unbounded directions, and Q₀, rounded so that the bound holds.

    Units: L 2^−(BITS + GUARD), T and Q₀ 2^−(2 BITS + GUARD).
    """

    vertices: list[tuple[int, int]]
    square: int

    def exceeds(self, gap: Fraction) -> bool:
        """Whether K > C − `gap` is proved on the cell."""
        numerator, denominator = gap.numerator, gap.denominator * self.square
        return numerator > 0 and all(
            slope > 0 and (numerator * slope * slope << GUARD) > denominator * cross * cross
            for slope, cross in self.vertices
        )

    @property
    def needed(self) -> float:
        """The least C − κ for which the bound holds, as a float; infinite where T ≤ 0 somewhere."""
        if any(slope <= 0 for slope, _ in self.vertices):
            return float("inf")
        ratio = max((cross / slope for slope, cross in self.vertices), default=0.0)
        return float(self.square >> GUARD) * ratio * ratio


@dataclass(frozen=True)
class Angle:
    """The angle bound at density p and whole importances (that of the larger weight first) and penalty."""

    density: Fraction
    first: int
    second: int
    penalty: int

    @property
    def whole(self) -> Fraction:
        """C, the loss of W = 0, b = 0."""
        return (self.first + self.second) * self.density / 3

    def bound(self, cell: Cell) -> Bound:
        low, high = cell[0], cell[1]
        centre = (low + high) // 2
        control = ((low, low * low), (centre, low * high), (high, high * high))
        square, rows, far = 2 * self.penalty * centre * centre << GUARD, [], []
        for i, weight in enumerate((self.first, self.second)):
            start, stop = cell[2 + 2 * i] or 0, cell[3 + 2 * i]
            at = _slopes(i, centre, centre * centre, middle(start, stop))
            seen = self._tangent(*at)
            unit = i * BITS
            square += weight * ((sum(m * z + abs(z) for m, z in zip(seen, at, strict=True)) >> 2 * unit) + 1)
            ends = (start,) if stop is None or stop == start else (start, stop)
            rows.append([self._ends(i, weight, c, a, ends, seen) for c, a in control])
            if stop is None:
                rise = -((-weight * self.density.numerator << BITS + GUARD) // (2 * self.density.denominator))
                far.append((weight * seen[2] << BITS >> unit, rise))
        mixed = [2 * self.penalty * centre * c << GUARD for c, _ in control]
        vertices = [
            (slope + other + mix, cross + more)
            for first, second, mix in zip(*rows, mixed, strict=True)
            for slope, cross in first
            for other, more in second
        ]
        return Bound(vertices + far, square)

    def _tangent(self, a: int, c: int, b: int) -> tuple[int, int, int]:
        """E x₁z⁺, E x₂z⁺, E z⁺ at θ₀, rounded down."""
        n, d = self._cross(a, c, b)
        m, e = self._cross(c, a, b)
        k, f = self._mean(a, c, b)
        return (n << GUARD) // d, (m << GUARD) // e, (k << GUARD) // f

    def _ends(
        self, i: int, weight: int, c: int, a: int, ends: tuple[int, ...], seen: tuple[int, int, int]
    ) -> list[tuple[int, int]]:
        found = []
        for b in ends:
            z = _slopes(i, c, a, b)
            slope = sum(m * y - abs(y) for m, y in zip(seen, z, strict=True)) >> 2 * i * BITS
            n, d = self._cross(*z)
            found.append((weight * slope, weight * (1 - ((-n << GUARD) // d >> i * BITS))))
        return found

    def _cross(self, a: int, c: int, b: int) -> tuple[int, int]:
        r"""E x₁z⁺ = p(s[r₂(b+a)/a − Δ_a r₃(b)/a²] + p[Δ_c r₃(b+a)/(ac) − Δ_aΔ_c r₄(b)/(a²c)]), r_k(z) = (z⁺)^k/k!."""
        pn, pd = self.density.numerator, self.density.denominator
        v0, v1, v2, v3 = (z if z > 0 else 0 for z in (b, b + a, b + c, b + a + c))
        if a and c:
            square = v1 * v1
            cube, corner = square * v1, v0 * v0 * v0
            last = v3 * v3 * v3
            alone = c * (12 * a * square - 4 * (cube - corner))
            both = 4 * a * (last - cube) - (last * v3 - cube * v1 - v2**4 + corner * v0)
            return pn * ((pd - pn) * alone + pn * both), 24 * a * a * c * pd * pd
        if c:
            return pn * (2 * (pd - pn) * c * v0 + pn * (v2 * v2 - v0 * v0)), 4 * c * pd * pd
        if a:
            return pn * (3 * a * v1 * v1 - v1**3 + v0**3), 6 * a * a * pd
        return pn * v0, 2 * pd

    def _mean(self, a: int, c: int, b: int) -> tuple[int, int]:
        """E z⁺ = s²r₁(b) + sp[Δ_a r₂(b)/a + Δ_c r₂(b)/c] + p²Δ_aΔ_c r₃(b)/(ac)."""
        pn, pd = self.density.numerator, self.density.denominator
        sn = pd - pn
        v0, v1, v2, v3 = (z if z > 0 else 0 for z in (b, b + a, b + c, b + a + c))
        if a and c:
            one = 3 * pn * (c * (v1 * v1 - v0 * v0) + a * (v2 * v2 - v0 * v0))
            both = v3**3 - v1**3 - v2**3 + v0**3
            return 6 * a * c * sn * sn * v0 + sn * one + pn * pn * both, 6 * a * c * pd * pd
        slope, end = (a, v1) if a else (c, v2)
        return (2 * slope * sn * v0 + pn * (end * end - v0 * v0), 2 * slope * pd) if slope else (v0, 1)


def _slopes(i: int, c: int, a: int, b: int) -> tuple[int, int, int]:
    """(own slope, other slope, bias) of z_i: in units for the first feature, in units of 2^−2·BITS for the second."""
    return (a, c << BITS, b << BITS) if i else (ONE, c, b)
