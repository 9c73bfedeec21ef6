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

T, L and Q₀ are quadratic in p. For all p of an interval at once (`analytic.n2m1.bias.ranges`) they are taken by their Bernstein
coefficients there, and (C − κ)T² > Q₀L², T > 0 by its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, TypeAlias

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


class Mix(NamedTuple):
    """The weights p², ps and s² of the supports, over a common denominator."""

    both: int
    one: int
    none: int
    whole: int


def mix(p: Fraction, other: Fraction) -> Mix:
    """The polar form of (p², ps, s²): at p = other the weights themselves, at two ends of an interval a Bernstein coefficient."""
    n, m, d, e = p.numerator, other.numerator, p.denominator, other.denominator
    return Mix(2 * n * m, n * (e - m) + m * (d - n), 2 * (d - n) * (e - m), 2 * d * e)


class Part(NamedTuple):
    """T and L at the vertices of a cell and in its unbounded directions, and Q₀, rounded so that the bound holds.

    Units: L 2^−(BITS + GUARD), T and Q₀ 2^−(2 BITS + GUARD).
    """

    vertices: list[tuple[int, int]]
    square: int


@dataclass(frozen=True)
class Bound:
    """The angle bound on a cell: one part at a density, one for each Bernstein coefficient on an interval of them.

    `scales`: in what proportion the gaps of the parts are to be compared.
    """

    parts: tuple[Part, ...]
    scales: tuple[float, ...] = (1.0,)

    def exceeds(self, gaps: Sequence[Fraction]) -> bool:
        """Whether K > C − gap is proved on the cell, gap by its coefficients."""
        if len(self.parts) > 1:
            return self._exceeds_between(gaps)
        vertices, square = self.parts[0]
        numerator, denominator = gaps[0].numerator, gaps[0].denominator * square
        return numerator > 0 and all(
            slope > 0 and (numerator * slope * slope << GUARD) > denominator * cross * cross
            for slope, cross in vertices
        )

    def _exceeds_between(self, gaps: Sequence[Fraction]) -> bool:
        square = [part.square for part in self.parts]
        for vertex in zip(*(part.vertices for part in self.parts), strict=True):
            slope, cross = zip(*vertex, strict=True)
            more, less = product_of_quadratics(gaps, slope, slope), product_of_quadratics(square, cross, cross)
            if min(slope) <= 0 or any(a * (1 << GUARD) <= b for a, b in zip(more, less, strict=True)):
                return False
        return min(gaps) > 0

    @property
    def needed(self) -> float:
        """The least C − κ for which the bound holds, as a float; infinite where T ≤ 0 somewhere."""
        found = 0.0
        for (vertices, square), scale in zip(self.parts, self.scales, strict=True):
            if any(slope <= 0 for slope, _ in vertices):
                return float("inf")
            ratio = max((cross / slope for slope, cross in vertices), default=0.0)
            found = max(found, float(square >> GUARD) * ratio * ratio / scale)
        return found


def product_of_quadratics(*rows: Sequence[Fraction | int]) -> list[Fraction | int]:
    """Bernstein coefficients of a product of quadratics, each times its binomial coefficient."""
    found: list[Fraction | int] = [1]
    for first, second, third in rows:
        found = [
            a * first + 2 * b * second + c * third
            for a, b, c in zip([*found, 0, 0], [0, *found, 0], [0, 0, *found], strict=True)
        ]
    return found


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

    @cached_property
    def mixes(self) -> tuple[Mix, ...]:
        """The weights of the supports."""
        return (mix(self.density, self.density),)

    def gaps(self, kappa: Fraction) -> tuple[Fraction, ...]:
        """C − κ."""
        return (self.whole - kappa,)

    def bound(self, cell: Cell) -> Bound:
        return Bound(tuple(self._part(cell, at) for at in self.mixes))

    def _part(self, cell: Cell, law: Mix) -> Part:
        low, high = cell[0], cell[1]
        centre = (low + high) // 2
        control = ((low, low * low), (centre, low * high), (high, high * high))
        square, rows, far = 2 * self.penalty * centre * centre << GUARD, [], []
        for i, weight in enumerate((self.first, self.second)):
            start, stop = cell[2 + 2 * i] or 0, cell[3 + 2 * i]
            at = _slopes(i, centre, centre * centre, middle(start, stop))
            seen = _tangent(at, law)
            unit = i * BITS
            square += weight * ((sum(m * z + abs(z) for m, z in zip(seen, at, strict=True)) >> 2 * unit) + 1)
            ends = (start,) if stop is None or stop == start else (start, stop)
            rows.append([_ends(i, weight, c, a, ends, seen, law) for c, a in control])
            if stop is None:
                rise = -((-weight * (law.both + law.one) << BITS + GUARD) // (2 * law.whole))
                far.append((weight * seen[2] << BITS >> unit, rise))
        mixed = [2 * self.penalty * centre * c << GUARD for c, _ in control]
        vertices = [
            (slope + other + mix, cross + more)
            for first, second, mix in zip(*rows, mixed, strict=True)
            for slope, cross in first
            for other, more in second
        ]
        return Part(vertices + far, square)


def _tangent(at: tuple[int, int, int], law: Mix) -> tuple[int, int, int]:
    """E x₁z⁺, E x₂z⁺, E z⁺ at θ₀, rounded down."""
    a, c, b = at
    (n, d), (m, e), (k, f) = _cross(a, c, b, law), _cross(c, a, b, law), _mean(a, c, b, law)
    return (n << GUARD) // d, (m << GUARD) // e, (k << GUARD) // f


def _ends(
    i: int, weight: int, c: int, a: int, ends: tuple[int, ...], seen: tuple[int, int, int], law: Mix
) -> list[tuple[int, int]]:
    found = []
    for b in ends:
        z = _slopes(i, c, a, b)
        slope = sum(m * y - abs(y) for m, y in zip(seen, z, strict=True)) >> 2 * i * BITS
        n, d = _cross(*z, law)
        found.append((weight * slope, weight * (1 - ((-n << GUARD) // d >> i * BITS))))
    return found


def _cross(a: int, c: int, b: int, law: Mix) -> tuple[int, int]:
    r"""E x₁z⁺ = p(s[r₂(b+a)/a − Δ_a r₃(b)/a²] + p[Δ_c r₃(b+a)/(ac) − Δ_aΔ_c r₄(b)/(a²c)]), r_k(z) = (z⁺)^k/k!."""
    both, one, _, whole = law
    v0, v1, v2, v3 = (z if z > 0 else 0 for z in (b, b + a, b + c, b + a + c))
    if a and c:
        square = v1 * v1
        cube, corner = square * v1, v0 * v0 * v0
        last = v3 * v3 * v3
        alone = c * (12 * a * square - 4 * (cube - corner))
        pair = 4 * a * (last - cube) - (last * v3 - cube * v1 - v2**4 + corner * v0)
        return one * alone + both * pair, 24 * a * a * c * whole
    if c:
        return 2 * one * c * v0 + both * (v2 * v2 - v0 * v0), 4 * c * whole
    if a:
        return (both + one) * (3 * a * v1 * v1 - v1**3 + v0**3), 6 * a * a * whole
    return (both + one) * v0, 2 * whole


def _mean(a: int, c: int, b: int, law: Mix) -> tuple[int, int]:
    """E z⁺ = s²r₁(b) + sp[Δ_a r₂(b)/a + Δ_c r₂(b)/c] + p²Δ_aΔ_c r₃(b)/(ac)."""
    both, one, none, whole = law
    v0, v1, v2, v3 = (z if z > 0 else 0 for z in (b, b + a, b + c, b + a + c))
    if a and c:
        single = 3 * (c * (v1 * v1 - v0 * v0) + a * (v2 * v2 - v0 * v0))
        pair = v3**3 - v1**3 - v2**3 + v0**3
        return 6 * a * c * none * v0 + one * single + both * pair, 6 * a * c * whole
    slope, end = (a, v1) if a else (c, v2)
    # s = s² + ps and p = p² + ps
    return (
        (2 * slope * (none + one) * v0 + (both + one) * (end * end - v0 * v0), 2 * slope * whole) if slope else (v0, 1)
    )


def _slopes(i: int, c: int, a: int, b: int) -> tuple[int, int, int]:
    """(own slope, other slope, bias) of z_i: in units for the first feature, in units of 2^−2·BITS for the second."""
    return (a, c << BITS, b << BITS) if i else (ONE, c, b)
