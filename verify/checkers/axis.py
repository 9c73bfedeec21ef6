r"""Certificates of the least loss of three features on one axis.

The model is f(x) = ReLU(WᵀWx + b), n = 3, m = 1, K = Σ E(x_i − f_i)².

Let t > 0 be the square of the largest weight, (1, q₂, q₃) the ratios to it, −1 ≤ q₂ ≤ q₃ ≤ 1 (features 2 and 3 are alike),
β = b/t: z_i = t(q_i(x₁ + q₂x₂ + q₃x₃) + β_i), and K = C − 2tL + t²Q with C = p, L = Σ E x_i z_i⁺, Q = Σ E(z_i⁺)² at t = 1.
Let γ_i = β_i + σ(c + e), c and e the slopes of z_i/t in the other features, and σ = shift/16 as the file says.
K > κ for every t where √((C − κ)Q) > L. A tree of bisections covers all (q₂, q₃, γ₁, γ₂, γ₃); a leaf is proved by one of these.

* Angle bound. √Q is the norm of Z = (z₁⁺, z₂⁺, z₃⁺), and ‖Z‖ ‖Z₀‖ ≥ ⟨Z, Z₀⟩ ≥ T = Σ E z_i z⁺_{0i}, linear in θ = (q₂, q₃,
  q₂², q₂q₃, q₃², γ), as β is. L is convex. So √(C − κ) T > √Q₀ L at the vertices of a polytope proves K > κ inside, for any θ₀:
  here q₀ is the centre and γ₀ each at the low end, the centre or the high end, as the leaf says. (q, q²) lies in the triangle
  of (l, l²), ((l + u)/2, lu), (u, u²), so that nine products hold θ. T and L are sums over features: so are the vertices'
  minima. Where a leaf is unbounded in γ_i, the same is asked of that direction, along which L grows by p/2 at most.
* Dark: K ≥ Σ E x_i² 1{z_i ≤ 0}, and z_i grows with its slopes and its bias.
* Alone: K ≥ E x_i² 1{z_i ≤ 0} + Q₂ for each i, Q₂ the least loss of two features, which the file proves as well: given x_i, the
  others are a pair with their biases shifted.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any

from . import smallest
from .axis_moments import Slopes, cross, mean, seen
from .tree import Rejected, leaves

BITS, GUARD = 26, 96  # cells in units of 2^-26; expectations rounded outwards at 2^-96
ONE = 1 << BITS
LEAVES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ."
MOST_LEAVES = 800_000
ROUNDS, CROWD = 25, 2000  # of the division of cells near a minimiser

Side = tuple[int, int | None]
Corner = tuple[int, int, int, int]  # q₂, q₂², q₃, q₃²


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

    def dark(self, cell: list[Side]) -> list[Fraction]:
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

    def exceeds(self, level: Fraction, pair: Fraction, cell: list[Side], places: tuple[int, ...]) -> bool:
        """Whether K > level is proved on a cell; `pair` is at most the least loss of two features."""
        if self.angle(cell, places, root_below(self.p - level)):
            return True
        dark = self.dark(cell)
        return sum(dark) < self.p - level or min(dark) < self.p / 3 - level + pair

    def angle(self, cell: list[Side], places: tuple[int, ...], root: int) -> bool:
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
    """√gap in units of 2^-GUARD/2, not more."""
    if gap <= 0:
        raise Rejected("the bound lies above the loss of W = 0")
    return isqrt((gap.numerator << GUARD) // gap.denominator)


def halves(cell: list[Side], axis: int) -> tuple[list[Side], list[Side]]:
    low, high = cell[axis]
    if high is not None and high - low < 4:
        raise Rejected("a cell is too small to be divided")
    middle = max(2 * low, ONE) if high is None else (low + high) // 2
    first, second = ([half if i == axis else cell[i] for i in range(5)] for half in ((low, middle), (middle, high)))
    return first, second


def placed(tree: str) -> Iterator[tuple[list[Side], tuple[int, ...]]]:
    """The cells of a tree in preorder, with the places of θ₀. For γ_i ≤ −3 all is as at −3, as 0 ≤ σ ≤ 1."""
    root: list[Side] = [(-ONE, ONE), (-ONE, ONE), *[(-3 * ONE, None)] * 3]
    codes = [LEAVES.index(mark) for mark in tree if mark in LEAVES]
    cells = leaves("".join("." if mark in LEAVES else mark for mark in tree), root, 5, halves, MOST_LEAVES)
    for cell, code in zip(cells, codes, strict=True):
        yield cell, (code // 9, code // 3 % 3, code % 3)


def theorem(document: Any) -> str:
    """The theorem that a certificate proves, in one sentence."""
    two = document["pair"]
    if [two["sparsity"], two["importance"], two["penalty"]] != [document["sparsity"], ["1", "1"], "0"]:
        raise Rejected("the certificate of two features is for another setting")
    pair = Fraction(two["lower"])
    s, lower, upper = (Fraction(document[key]) for key in ("sparsity", "lower", "upper"))
    p = 1 - s
    if not (0 < s < 1 and 0 < lower <= upper < p):
        raise Rejected("s must lie in (0, 1), and the bounds between 0 and the loss of W = 0")
    point = document["point"]
    shift = document.get("shift", 0)
    if not (isinstance(shift, int) and 0 <= shift <= 16):
        raise Rejected("the shift must lie in 0, …, 16")
    bound = Bound(p, shift)
    if not (
        len(point) == 5
        and all(isinstance(c, int) for c in point)
        and max(map(abs, point)) <= 1 << 2 * BITS
        and bound.highest(point) <= upper
    ):
        raise Rejected("the upper bound is not reached")
    near: list[list[Side]] = []
    for cell, places in placed(document["tree"]):
        (low, _), (_, high) = cell[:2]
        if (high or 0) <= low:
            continue
        if bound.exceeds(upper, pair, cell, places):
            continue
        if not bound.exceeds(lower, pair, cell, places):
            raise Rejected("a leaf of the tree is not above the lower bound")
        near.append(cell)
    smallest.theorem(two)
    return (
        f"At s = {s} the least loss of three features on one axis, over all w and b, lies in [{lower}, {upper}] "
        f"({float(lower):.10g}, width {float(upper - lower):.1g}), and at every minimiser {used(bound, near, upper, pair)}."
    )


def used(bound: Bound, near: list[list[Side]], upper: Fraction, pair: Fraction) -> str:
    """What the cells that may hold a minimiser say of the weights, the largest being w₁, when they are divided."""
    for _ in range(ROUNDS):
        if near and all(low > 0 or (high or 0) < 0 for cell in near for low, high in cell[:2]):
            return "all three weights differ from 0"
        least = max((min(max(abs(low), abs(high or 0)) for low, high in cell[:2]) for cell in near), default=ONE)
        if least * 1000 <= ONE:
            return f"the smallest weight is at most {-(-least * 10**9 // ONE)}e-9 times the largest"
        axes = [max(range(5), key=lambda k, cell=cell: length(cell[k])) for cell in near]  # type: ignore[misc]
        if len(near) > CROWD or any(length(cell[axis]) < 4 for cell, axis in zip(near, axes, strict=True)):
            break
        cut = [half for cell, axis in zip(near, axes, strict=True) for half in halves(cell, axis)]
        near = [half for half in cut if not bound.exceeds(upper, pair, half, (1, 1, 1))]
    return "no more is said of the weights"


def length(side: Side) -> int:
    low, high = side
    return 3 * ONE if high is None else high - low
