r"""Lower bounds on the loss of three features on one axis over a cell of directions, by integers alone: the angle bound.

Let t > 0 be the square of the largest weight, (1, q₂, q₃) the ratios to it and β = b/t, so that
z_i = t(q_i(x₁ + q₂x₂ + q₃x₃) + β_i). As in `analytic.n2m1.bias.angle`, K = C − 2tL + t²Q along a ray, C = p,
L = Σ E x_i z_i⁺, Q = Σ E(z_i⁺)² at t = 1, and K > κ for every t where

.. math:: \sqrt{C - \kappa}\; T(\theta) > \sqrt{Q_0}\, L(\theta), \qquad T(\theta) = \sum_i E\, z_i(\theta)\, z_i^+(\theta_0),
          \quad Q_0 = \sum_i E (z_i^+(\theta_0))^2.

T is linear and L convex in θ = (q₂, q₃, q₂², q₂q₃, q₃², β₁, β₂, β₃), so the vertices of a polytope that holds the cell are
enough: the nine products of the corners of two triangles that hold (q, q²), and the ends of β. Both are sums over the
features, hence so is the least over the ends. θ₀ is at the centre of (q₂, q₃), and at one end or the centre of each β_i:
where θ₀ is the best bias, the bound loses nothing while no output is clipped. As a bias makes up for the mean of what the
other features send, cells are sides in γ_i = β_i + σ(c + e), c and e the slopes of z_i in the others, σ about p/2: linear in θ,
too, and half as many are needed. Two more bounds:

* dark: K ≥ Σ E x_i² 1{z_i ≤ 0}, and z_i grows with its slopes and its bias;
* alone: K ≥ E x_i² 1{z_i ≤ 0} + Q₂ for each i, Q₂ the least loss of two features (given x_i, the others are a pair).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import factorial, isqrt
from typing import TypeAlias

BITS, GUARD = 26, 96
"""Cells are in units of 2⁻²⁶; expectations are rounded outwards at 2⁻⁹⁶."""
ONE = 1 << BITS

Side: TypeAlias = tuple[int, int | None]
Slopes: TypeAlias = tuple[int, int, int, int]
Corner: TypeAlias = tuple[int, int, int, int]

ROOT: tuple[Side, ...] = ((-ONE, ONE), (-ONE, ONE), (-3 * ONE, None), (-3 * ONE, None), (-3 * ONE, None))
"""Every direction: sides in q₂, q₃, γ₁, γ₂, γ₃ (None: unbounded). For γ_i ≤ −3 the feature's output is 0, as at −3."""


def halves(cell: tuple[Side, ...], axis: int) -> tuple[tuple[Side, ...], tuple[Side, ...]]:
    """Both halves along an axis."""
    low, high = cell[axis]
    cut = max(2 * low, ONE) if high is None else (low + high) // 2
    first, second = [*cell], [*cell]
    first[axis], second[axis] = (low, cut), (cut, high)
    return tuple(first), tuple(second)


def given_active(z: Slopes, p: Fraction, inner: Callable[[int, int], int], scale: int) -> tuple[int, int]:
    """p E[g(ax + y)] over x and the others, y = b + cx₂ + ex₃; `inner(y, k)`: the k-th antiderivative of ∫g dx, times `scale`."""
    _, c, e, b = z
    n, d = p.numerator, p.denominator
    one, other = c or 1, e or 1
    alone = inner(b, 0) * one * other
    first = (inner(b + c, 1) - inner(b, 1)) * other if c else alone
    second = (inner(b + e, 1) - inner(b, 1)) * one if e else alone
    both = inner(b + c + e, 2) - inner(b + c, 2) - inner(b + e, 2) + inner(b, 2) if c and e else first if c else second
    return n * ((d - n) ** 2 * alone + (d - n) * n * (first + second) + n * n * both), scale * one * other * d**3


def cross(z: Slopes, p: Fraction) -> tuple[int, int]:
    """E x z⁺ for the feature's own x."""
    a, c, e, b = z
    n, d = p.numerator, p.denominator
    if b + min(a, 0) + min(c, 0) + min(e, 0) >= 0:
        return n * (4 * a * d + 3 * n * (c + e) + 6 * b * d), 12 * d * d
    if b + max(a, 0) + max(c, 0) + max(e, 0) <= 0:
        return 0, 1

    def inner(y: int, k: int) -> int:
        if not a:
            return int(max(y, 0) ** (k + 1) * (60 // factorial(k + 1)))
        high, low = max(y + a, 0), max(y, 0)
        return int(((k + 3) * a * high ** (k + 2) - high ** (k + 3) + low ** (k + 3)) * (120 // factorial(k + 3)))

    return given_active(z, p, inner, 120 * (a * a or 1))


def seen(z: Slopes, p: Fraction) -> tuple[int, int]:
    """E x² 1{z > 0} for the feature's own x and a ≥ 0, or more."""
    a, c, e, b = z
    if b + a + max(c, 0) + max(e, 0) <= 0:
        return 0, 1
    if not a or b + min(c, 0) + min(e, 0) >= 0:
        return p.numerator, 3 * p.denominator

    def inner(y: int, k: int) -> int:
        high, low = max(y + a, 0), max(y, 0)
        terms = (k + 3) * (k + 2) * a * a * high ** (k + 1) - 2 * a * (k + 3) * high ** (k + 2)
        return int((terms + 2 * high ** (k + 3) - 2 * low ** (k + 3)) * (120 // factorial(k + 3)))

    return given_active(z, p, inner, 120 * a**3)


def mean(z: Slopes, p: Fraction) -> tuple[int, int]:
    """E z⁺."""
    *slopes, b = z
    n, d = p.numerator, p.denominator
    if b + sum(min(a, 0) for a in slopes) >= 0:
        return n * sum(slopes) + 2 * d * b, 2 * d
    rows = [a for a in slopes if a]
    total, scale = 0, 24
    for a in rows:
        scale *= a
    for active in product((0, 1), repeat=len(rows)):
        k, places, weight = sum(active), [(b, 1)], 1
        for a, on in zip(rows, active, strict=True):
            weight *= n if on else (d - n) * a
            places = [(y + a, s) for y, s in places] + [(y, -s) for y, s in places] if on else places
        total += weight * (24 // factorial(k + 1)) * sum(s * max(y, 0) ** (k + 1) for y, s in places)
    return total, scale * d ** len(rows)


def slopes(i: int, at: Corner, b: int, shift: int) -> Slopes:
    """16z_i where γ_i = b, its own slope first: in units for i = 0, else in units of 2^-2 BITS."""
    two, square2, three, square3 = at
    if i == 0:
        own, c, e = ONE, two, three
    else:
        own, c, e = (square2, two << BITS, two * three) if i == 1 else (square3, three << BITS, two * three)
    return 16 * own, 16 * c, 16 * e, 16 * (b << BITS if i else b) - shift * (c + e)


def corners(low: int, high: int) -> tuple[tuple[int, int], ...]:
    return (low, low * low), ((low + high) // 2, low * high), (high, high * high)


class Bound:
    """What is proved on leaves at a density, σ = shift/16; common units: T and Q₀ 2^-(4 BITS + GUARD), L 2^-(2 BITS + GUARD)."""

    def __init__(self, p: Fraction, shift: int = 0) -> None:
        self.p, self.shift = p, shift
        self.rise = -(-p.numerator << 2 * BITS + GUARD) // -(2 * p.denominator) + 1
        self.most = lru_cache(1 << 18)(self._most)
        self.slab = lru_cache(1 << 16)(self._slab)

    def _most(self, i: int, at: Corner, b: int) -> int:
        """E x_i z_i⁺, not less."""
        n, d = cross(slopes(i, at, b, self.shift), self.p)
        return (-(-(n << GUARD) // d)) << (0 if i else BITS)

    def tangent(self, i: int, at: Corner, b: int) -> tuple[tuple[int, int, int, int], int]:
        """E x z₀⁺ for each x and E z₀⁺, not more, and E (z₀⁺)², not less."""
        z = a, c, e, b = slopes(i, at, b, self.shift)
        found = [cross(y, self.p) for y in (z, (c, a, e, b), (e, a, c, b))]
        down = tuple((n << GUARD) // d for n, d in (*found, mean(z, self.p)))
        square = sum(m * y + abs(y) for m, y in zip(down, z, strict=True)) + 1
        return down, square << (0 if i else 2 * BITS)  # type: ignore[return-value]

    def biases(self, cell: tuple[Side, ...]) -> tuple[Side, ...]:
        """The cell with sides in β_i = γ_i − σ(c + e), rounded outwards."""
        (l2, u2), (l3, u3) = cell[:2]
        rows = [(ONE * two, ONE * three, two * three) for two in (l2, u2 or 0) for three in (l3, u3 or 0)]
        found = []
        for (low, high), (c, e) in zip(cell[2:], ((0, 1), (0, 2), (1, 2)), strict=True):
            sums = [self.shift * (row[c] + row[e]) for row in rows]
            up = None if high is None else high - min(sums) // (16 * ONE)
            found.append((low + -max(sums) // (16 * ONE), up))
        return (*cell[:2], *found)

    def dark(self, cell: tuple[Side, ...]) -> list[Fraction]:
        """E x_i² 1{z_i > 0} at most, for each i, on a cell."""
        (l2, u2), (l3, u3) = cell[:2]
        at = [(*two, *three) for two in corners(l2, u2 or 0) for three in corners(l3, u3 or 0)]
        found = []
        for i, (_, high) in enumerate(cell[2:]):
            rows = [slopes(i, corner, high or 0, self.shift) for corner in at]
            a, c, e, b = (max(column) for column in zip(*rows, strict=True))
            lit = Fraction(*seen((max(a, 0), c, e, b), self.p))
            found.append(self.p / 3 if high is None else lit)
        return found

    def exceeds(self, level: Fraction, pair: Fraction, cell: tuple[Side, ...], places: tuple[int, ...]) -> bool:
        """Whether K > level is proved on a cell; `pair` is at most the least loss of two features."""
        if self.angle(cell, places, root_below(self.p - level)):
            return True
        dark = self.dark(cell)
        return sum(dark) < self.p - level or min(dark) < self.p / 3 - level + pair

    def angle(self, cell: tuple[Side, ...], places: tuple[int, ...], root: int) -> bool:
        """Whether √(C − κ) T > √Q₀ L is proved, `root` being √(C − κ) in units of 2^-GUARD/2."""
        two, three, *sides = cell
        parts = [
            self.slab(i, two, three, side, place) for i, (side, place) in enumerate(zip(sides, places, strict=True))
        ]
        length = isqrt(sum(square for square, *_ in parts)) + 1
        return all(root * far > length * self.rise for *_, far in parts if far is not None) and all(
            sum([min([root * t - length * x for t, x in row]) for row in vertex]) > 0
            for vertex in zip(*(rows for _, rows, _ in parts), strict=True)
        )

    def _slab(
        self, i: int, two: Side, three: Side, side: Side, place: int
    ) -> tuple[int, list[list[tuple[int, int]]], int | None]:
        """Of feature i: E (z₀⁺)², T and L at the vertices, T in the unbounded direction."""
        first, second, (low, high) = corners(two[0], two[1] or 0), corners(three[0], three[1] or 0), side
        centre = (first[1][0], first[1][0] ** 2, second[1][0], second[1][0] ** 2)
        middle = max(2 * low, ONE) if high is None else (low, (low + high) // 2, high)[place]
        down, square = self.tangent(i, centre, middle)
        ends = (low,) if high is None else (low, high)
        rows = [[self._vertex(i, (*q2, *q3), b, down) for b in ends] for q2 in first for q3 in second]
        return square, rows, down[3] << (2 if i else 3) * BITS if high is None else None

    def _vertex(self, i: int, corner: Corner, b: int, down: tuple[int, ...]) -> tuple[int, int]:
        y0, y1, y2, y3 = slopes(i, corner, b, self.shift)
        m0, m1, m2, m3 = down
        t = m0 * y0 + m1 * y1 + m2 * y2 + m3 * y3 - abs(y0) - abs(y1) - abs(y2) - abs(y3)
        return t << (0 if i else 2 * BITS), self.most(i, corner, b)

    def highest(self, units: list[int]) -> Fraction:
        """The loss at (q₂, q₃, γ₁, γ₂, γ₃) with the best t: C − L²/Q, rounded up."""
        two, three, *biases = units
        at = (two, two * two, three, three * three)
        lengths = [self.tangent(i, at, b)[1] for i, b in enumerate(biases)]
        exact = [
            Fraction(*cross(slopes(i, at, b, self.shift), self.p)) * (1 if i else ONE) for i, b in enumerate(biases)
        ]
        square = Fraction(sum(lengths), 1 << GUARD)
        return self.p - sum(exact) ** 2 / square


def root_below(gap: Fraction) -> int:
    """√gap in units of 2^-GUARD/2, not more. gap ≥ 0."""
    return isqrt((gap.numerator << GUARD) // gap.denominator)
