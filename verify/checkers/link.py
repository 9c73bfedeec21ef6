"""The link inequality on a cell: E > level or E > line, in whole numbers; the letters are those of `polygon`."""

from __future__ import annotations

from itertools import pairwise

from .contact import FINE, Contact
from .intervals import BALL, BITS, Interval

UNIT = 1 << FINE
SLACK = 1 << 16  # units of 2^-80: more than a bound loses by rounding, with chains of three factors below 2^5
STEPS = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096, 8192)


def square_mean(a: int, b: int) -> tuple[int, int, int]:
    """A and its slopes in a and b, in units of 2^-80, to a few units."""
    if b >= 0:
        return (a * a + 3 * b * (a + b)) >> FINE, 2 * a + 3 * b, 3 * a + 6 * b
    if a + b <= 0:
        return 0, 0, 0
    u = ((a + b) << FINE) // a
    product = (a + b) * u >> FINE
    return (a + b) * product >> FINE, 3 * product - (product * u >> FINE), 3 * product


def cross_mean(a: int, b: int) -> int:
    if b >= 0:
        return a + 3 * b // 2
    if a + b <= 0:
        return 0
    u = ((a + b) << FINE) // a
    return (u * u >> FINE) * (2 * a - b) >> FINE + 1


def turn(norm: int) -> int:
    """β*(norm²) from a norm in units of 2^-40, rounded up."""
    a = norm * norm
    return (UNIT - a) // 2 + 1 if a <= UNIT else 1 - a * (a - UNIT) // (a + UNIT)


def nodes(low: int, high: int, a0: int, g0: int, inside: list[int]) -> tuple[list[int], int]:
    """Where slabs of b end, and about the best b at the centre."""
    start, stop = -high * high, turn(low)
    left, right = start, stop
    for _ in range(24):
        b = (left + right) // 2
        u = min(max(UNIT + (b << FINE) // a0, 0), UNIT)
        slope = square_mean(a0, b)[2] // 2 + square_mean(g0, b)[2] - (3 * u * (2 * UNIT - u) >> FINE + 1)
        left, right = (left, b) if slope > 0 else (b, right)
    best = (left + right) // 2
    span = max(stop - best, best - start)
    cuts = [best + sign * span * k // STEPS[-1] for k in STEPS for sign in (-1, 1)]
    return sorted({min(max(b, start), stop) for b in (*cuts, *inside, best, start, stop, 0)}), best


def half(
    low: int, high: int, a0: int, g0: int, a: list[int], g: list[list[int]], most: int | None, out: list[int]
) -> list[list[int]]:
    """F at the Bernstein points (own square, rest): the least over slabs of b neither in `out` nor costing more than `most`."""
    ends, best = nodes(low, high, a0, g0, out)
    crossed = {b: [cross_mean(x, b) for x in a] for b in ends}
    found = [[1 << 200] * len(row) for row in g]
    for start, stop in pairwise(ends):
        if out and out[0] <= start and stop <= out[1]:
            continue
        at = min(max(best, start), stop)
        own, own_a, own_b = square_mean(a0, at)
        seen, seen_g, seen_b = square_mean(g0, at)
        spread = [[seen_g * (y - g0) >> FINE for y in row] for row in g]
        moved = [own + UNIT + (own_a * (x - a0) >> FINE) for x in a]
        values, costs = [], []
        for b in (start, stop):
            by_own, by_seen = own_b * (b - at) >> FINE, seen + (seen_b * (b - at) >> FINE)
            values.append([(m + by_own) // 2 + by_seen - x for m, x in zip(moved, crossed[b], strict=True)])
            costs.append([m + by_own + by_seen - 2 * x for m, x in zip(moved, crossed[b], strict=True)])
        least = [min(pair) for pair in zip(*costs, strict=True)]
        if most is not None and min(c + min(row) for c, row in zip(least, spread, strict=True)) > most + SLACK:
            continue
        for row, shift, value in zip(found, spread, map(min, *values), strict=True):
            row[:] = [min(f, value + y) for f, y in zip(row, shift, strict=True)]
    return found


class Link:
    """The inequality of c features, with level and most in units of 2^-80, rounded up; level and line `raised` by such units."""

    def __init__(self, features: int, level: Interval, raised: int = 0) -> None:
        self.at, self.level, self.raised = Contact(features), raised - (-level.high >> BALL - FINE), raised
        self.most = None if features == 5 else self.level
        self.lines: dict[int, int] = {}

    def line(self, x: int) -> int:
        if x not in self.lines:
            self.lines[x] = self.at.line(x) + self.raised
        return self.lines[x]

    def above(self, cell: list[int], masks: tuple[list[int], list[int]]) -> bool:
        """Whether E > level or E > line on the cell p, P, q, Q, c, C but for slabs of b₁ and b₂ in `masks`."""
        p, P, q, Q, c, C = cell
        one, two = (2 * p, p + P, 2 * P), (2 * q, q + Q, 2 * Q)
        g = [[[x * y * z >> 3 * BITS + 2 - FINE for z in (c, C)] for y in two] for x in one]
        a0, a1, g0 = one[1] ** 2 // 4, two[1] ** 2 // 4, one[1] * two[1] * (c + C) >> 3 * BITS + 3 - FINE
        rows = [[y for pair in block for y in pair] for block in g]
        columns = [[y for block in g for y in block[k]] for k in range(3)]
        first = half(p, P, a0, g0, [p * p, p * P, P * P], rows, self.most, masks[0])
        second = half(q, Q, a1, g0, [q * q, q * Q, Q * Q], columns, self.most, masks[1])
        total = [(first[i][2 * k + s] + second[k][2 * i + s], s) for i in range(3) for k in range(3) for s in (0, 1)]
        lines = self.line(c), self.line(C)
        return min(t for t, _ in total) > self.level + SLACK or all(t > lines[s] + SLACK for t, s in total)
