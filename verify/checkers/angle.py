r"""The angle bound of the smallest model with bias, in whole numbers: (C − κ)T² > Q₀L² on a cell of (q, β₁, β₂).

T and L at the vertices of the polytope that holds a cell and along its unbounded directions, Q₀ at its centre; in densities
between p₀ and p₁ by polar forms at (p₀, p₀), (p₀, p₁), (p₁, p₁). The letters are those of `smallest`.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb, lcm
from typing import Any

BITS, GUARD = 60, 128  # cells in units of 2^-60; expectations rounded outwards at 2^-128
ONE = 1 << BITS

Weights = tuple[int, int, int]  # I_1 (of the larger weight), I_2, λ, as whole numbers
Slopes = tuple[int, int, int]
Side = tuple[int, int | None]
Law = tuple[int, int, int, int]  # p², ps, s² and their denominator, or a polar form of them


def mix(p: Fraction, q: Fraction) -> Law:
    """The polar form of (p², ps, s²) at p, q."""
    d = 2 * p.denominator * q.denominator
    return int(p * q * d), int((p + q - 2 * p * q) * d / 2), int((1 - p) * (1 - q) * d), d


def moments(z: Slopes, law: Law) -> list[int]:
    """E x₁z⁺, E x₂z⁺ and E z⁺ of z = ax₁ + cx₂ + b in units of 2^-GUARD, rounded down."""
    pp, ps, ss, d = law
    a, c, b = z
    v, w, u, t = (max(y, 0) for y in (b, b + a, b + c, b + a + c))

    def cross(a: int, c: int, w: int, u: int) -> tuple[int, int]:
        if a and c:
            alone = c * (12 * a * w**2 - 4 * (w**3 - v**3))
            return ps * alone + pp * (4 * a * (t**3 - w**3) - t**4 + w**4 + u**4 - v**4), 24 * a * a * c * d
        if c:
            return 2 * ps * c * v + pp * (u * u - v * v), 4 * c * d
        return ((pp + ps) * (3 * a * w**2 - w**3 + v**3), 6 * a * a * d) if a else ((pp + ps) * v, 2 * d)

    mean = v, 1
    if a and c:
        one = 3 * ps * (c * (w**2 - v**2) + a * (u**2 - v**2))
        mean = 6 * a * c * ss * v + one + pp * (t**3 - w**3 - u**3 + v**3), 6 * a * c * d
    elif a or c:
        mean = 2 * (a or c) * (ss + ps) * v + (pp + ps) * ((w if a else u) ** 2 - v**2), 2 * (a or c) * d
    return [(k << GUARD) // m for k, m in (cross(a, c, w, u), cross(c, a, u, w), mean)]


def slopes(i: int, c: int, a: int, b: int) -> Slopes:
    """(own slope, other slope, bias) of z_i, in units for i = 0, in units of 2^-2 BITS for i = 1."""
    return (a, c << BITS, b << BITS) if i else (ONE, c, b)


def upper(i: int, moment: int) -> int:
    return (moment >> i * BITS) + 1


def tangent(i: int, seen: list[int], z: Slopes, side: int) -> int:
    """E z z₀⁺ from the moments of z₀, not more (side −1) or not less (side 1) than it is."""
    return (sum(m * y + side * abs(y) for m, y in zip(seen, z, strict=True)) >> 2 * i * BITS) + (side > 0)


def highest(units: list[int], p: Fraction, weights: Weights) -> Fraction:
    """The loss at (q, β₁, β₂), given in units, with the best t: C − L²/Q, rounded up."""
    q, cross, square = units[0], 0, 2 * weights[2] * units[0] ** 2 << GUARD
    for i in (0, 1):
        z = slopes(i, q, q * q, units[1 + i])
        seen = moments(z, mix(p, p))
        cross += weights[i] * (seen[0] >> i * BITS)
        square += weights[i] * tangent(i, seen, z, 1)
    return (weights[0] + weights[1]) * p / 3 - Fraction(max(cross, 0) ** 2, square << GUARD)


def part(cell: list[Side], law: Law, weights: Weights) -> tuple[list[tuple[int, int]], int]:
    """T and L at all vertices and directions, and Q₀. L in 2^-(BITS + GUARD), T, Q₀ in 2^-(2 BITS + GUARD)."""
    low, high = cell[0][0], cell[0][1] or 0
    centre = (low + high) // 2
    square, rows, pairs = 2 * weights[2] * centre**2 << GUARD, [], []
    for i, (start, stop) in enumerate(cell[1:]):
        at = slopes(i, centre, centre**2, max(2 * start, ONE) if stop is None else (start + stop) // 2)
        seen, weight, row = moments(at, law), weights[i], []
        square += weight * tangent(i, seen, at, 1)
        for c, a in ((low, low**2), (centre, low * high), (high, high**2)):
            corners = [slopes(i, c, a, b) for b in (start, stop) if b is not None]
            row.append([(weight * tangent(i, seen, z, -1), weight * upper(i, moments(z, law)[0])) for z in corners])
        rows.append(row)
        if stop is None:
            far = (weight * (law[0] + law[1]) << BITS + GUARD) // (2 * law[3]) + 1
            pairs.append((weight * seen[2] << BITS >> i * BITS, far))
    for c, first, second in zip((low, centre, high), *rows, strict=True):
        mixed = 2 * weights[2] * centre * c << GUARD
        pairs += [(t + u + mixed, k + m) for (t, k), (u, m) in product(first, second)]
    return pairs, square


def angle(cell: list[Side], laws: list[Law], weights: Weights, gap: list[Fraction]) -> bool:
    """Whether (C − κ)T² > Q₀L² at all vertices and directions, `gap` = C − κ by its coefficients."""
    parts = [part(cell, law, weights) for law in laws]
    scale, squares = lcm(*(g.denominator for g in gap)), [square for _, square in parts]
    whole = [int(g * scale) for g in gap]
    for pairs in zip(*(pairs for pairs, _ in parts), strict=True):
        slope, cross = zip(*pairs, strict=True)
        both = zip(scaled(whole, slope, slope), scaled(squares, cross, cross), strict=True)
        if min(slope) <= 0 or any(more << GUARD <= scale * less for more, less in both):
            return False
    return min(gap) > 0 and (cell[0][0] + (cell[0][1] or 0)) % 2 == 0


def scaled(*rows: Any) -> list[int]:
    """The Bernstein coefficients of a product, each times its binomial coefficient."""
    found = [1]
    for row in rows:
        sides = [comb(len(row) - 1, i) * c for i, c in enumerate(row)]
        found = [
            sum(found[k - i] * c for i, c in enumerate(sides) if 0 <= k - i < len(found))
            for k in range(len(found) + len(sides) - 1)
        ]
    return found
