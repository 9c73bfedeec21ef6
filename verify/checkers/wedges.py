r"""Where the output of the weaker feature of the smallest model is never clipped: N > 0, a polynomial on four wedges.

The letters are those of `smallest`; N > 0 is proved by the Bernstein coefficients of N, exact, on pieces of [0, 1]².
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import comb, lcm
from typing import Any

from .angle import Weights

MOST_PIECES = 20_000

Level = tuple[Fraction | int, int]  # κ = a + kv
Poly = dict[tuple[int, ...], Fraction]  # powers of x, y and u, or of x and y


def times(f: Poly, g: Poly) -> Poly:
    return plus(
        *((a * b, {tuple(map(sum, zip(i, k, strict=True))): Fraction(1)}) for i, a in f.items() for k, b in g.items())
    )


def plus(*terms: tuple[Fraction | int, Any]) -> Poly:
    total: Poly = {}
    for factor, f in terms:
        for powers, a in f.items():
            total[powers] = total.get(powers, Fraction(0)) + factor * a
    return {powers: a for powers, a in total.items() if a}


def wedges(ends: list[Fraction], weights: Weights, level: Level) -> list[Poly]:
    """N for 0 ≤ 2x, y, u ≤ 1, p = p₀ + (p₁ − p₀)u and (q, β) = (−x, xy), (−xy, x), (−x, −xy), (−xy, −x); A = E z² − s²(β⁻)²
    − sp(β⁻)³/3 − spD₂ − p²D₃/3, B = E x₁z + sp(β⁻)³/6 + p²D₃/6, with D_k = xᵏ(…) the mean of ((β + qx₂)⁻)ᵏ."""
    first, second, penalty = weights
    half = Fraction(1, 2)
    one: Poly = {(0, 0, 0): Fraction(1)}
    p = plus((ends[0], one), (ends[-1] - ends[0], {(0, 0, 1): Fraction(1)}))
    s, p2 = plus((1, one), (-1, p)), times(p, p)
    sp, s2, v = times(s, p), times(s, s), plus((Fraction(1, 3), p), (Fraction(-1, 4), p2))
    x: Poly = {(1, 0, 0): half}
    xy: Poly = {(1, 1, 0): half}
    found = []
    for size, offset, side, mean2, mean3 in (
        (x, xy, 1, "1/3 -1 1 -1/3", "1/4 -1 3/2 -1 1/4"),
        (xy, x, 1, "", ""),
        (x, xy, -1, "1/3 1 1", "1/4 1 3/2 1"),
        (xy, x, -1, "1 1 1/3", "1 3/2 1 1/4"),
    ):
        d2, d3 = (
            plus((1, {(k, j, 0): Fraction(c) / 2**k for j, c in enumerate(t.split())}))
            for k, t in ((2, mean2), (3, mean3))
        )
        q, b, below = plus((-1, size)), plus((side, offset)), offset if side < 0 else {}
        q2, below2 = times(q, q), times(below, below)
        cube, third = times(below2, below), Fraction(1, 3)
        square = plus((third, p), (third, times(p, q2)), (1, times(b, b)), (half, times(p2, q)), (1, times(p, b)))
        square = plus((1, square), (1, times(p, times(b, q))), (-1, times(s2, below2)), (-third, times(sp, cube)))
        square = plus((1, square), (-1, times(sp, d2)), (-third, times(p2, d3)))
        cross = plus((third, p), (half / 2, times(p2, q)), (half, times(p, b)), (half / 3, times(sp, cube)))
        cross = plus((1, cross), (half / 3, times(p2, d3)))
        kept = plus((first, cross), (second, times(v, q2)))
        whole = plus((first, square), (second, times(v, plus((1, q2), (1, times(q2, q2))))), (2 * penalty, q2))
        gap = plus((first * third, p), (second - level[1], v), (-level[0], one))
        n = plus((1, times(gap, whole)), (-1, times(kept, kept)))
        found += in_density({(i - 2, j, k): a for (i, j, k), a in n.items()} if level == (0, second) else n)
    return found


def in_density(n: Poly) -> list[Poly]:
    """The Bernstein coefficients in u, polynomials in (x, y)."""
    degree = max(k for *_, k in n)
    return [
        plus(*((Fraction(comb(m, k), comb(degree, k)), {(i, j): a}) for (i, j, k), a in n.items() if k <= m))
        for m in range(degree + 1)
    ]


def positive(n: Poly) -> bool:
    """Whether bisection proves N > 0 on [0, 1]² by Bernstein coefficients, times powers of 2."""

    def bernstein(row: list[Any]) -> list[Any]:
        size = len(row)
        return [sum(row[k] * Fraction(comb(i, k), comb(size - 1, k)) for k in range(i + 1)) for i in range(size)]

    def halves(row: list[int]) -> tuple[list[int], list[int]]:
        size, left, right = len(row), [], []
        for k in range(1, size + 1):
            left.append(row[0] << size - k)
            right.append(row[-1] << size - k)
            row = [a + b for a, b in pairwise(row)]
        return left, right[::-1]

    def turned(rows: Any) -> list[list[Any]]:
        return [list(column) for column in zip(*rows, strict=True)]

    width, height = max(i for i, _ in n), max(j for _, j in n)
    if min(i for i, _ in n) < 0:
        return False
    rows = [bernstein([n.get((i, j), Fraction(0)) for j in range(height + 1)]) for i in range(width + 1)]
    rows = [bernstein(column) for column in turned(rows)]
    scale = lcm(*(a.denominator for row in rows for a in row))
    todo = [[[int(a * scale) for a in row] for row in rows]]
    for _ in range(MOST_PIECES):
        if not todo:
            return True
        piece = todo.pop()
        if min(map(min, piece)) <= 0:
            if min(piece[0][0], piece[0][-1], piece[-1][0], piece[-1][-1]) <= 0:
                return False
            steps = [max((abs(a - b) for r in t for a, b in pairwise(r)), default=0) for t in (piece, turned(piece))]
            parts = [halves(row) for row in (piece if steps[0] > steps[1] else turned(piece))]
            todo += [
                [part[k] for part in parts] if steps[0] > steps[1] else turned(p[k] for p in parts) for k in (0, 1)
            ]
    return False
