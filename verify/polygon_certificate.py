r"""Re-verify a certificate that the regular pentagon or hexagon is optimal: Python integers and the standard library alone.

`python -I verify/certificate.py FILE` runs it. The model is f(x) = ReLU(WᵀWx + b), W of 2 × c; one of c features is active, its
value uniform on [0, 1]. The proof in full is figures/pages/pentagon.md; what is left to numbers is checked here.

H = 3cK = Σ_i own(l_i², b_i) + Σ_{i≠j} φ(g_ij, b_i), l_i the norms, all terms ≥ 0. In the order of the angles, with gaps δ_k that
sum to 2π, H ≥ Σ_k E(link k), E = F(l₁², g, b₁) + F(l₂², g, b₂), F = own/2 + φ, g = l₁l₂C, C = cos δ, own(a, b) = 1 + A(a, b)
− 2B(a, b), φ = A(g, b), A = 3E(ax + b)⁺², B = 3E x(ax + b)⁺. A line in δ falls from h/c at 2π/c, so over the gaps it sums to h;
for C ≤ `lowest` it is negative. In every link E > level or E > line, but for the contact, where E = line. For c = 5 the level
is h. For c = 6 it is m = h₆ − h₅: by the theorem for 5, a feature or a link that costs more than m leaves h₅ for the rest; so
own + φ ≤ m may be assumed of each feature.

* Leaf: A lies above a tangent, −B above its values at vertices; (l₁², l₂², g, C) is in the hull of 18 Bernstein points; −line is
  concave in C. Slabs of b cover [−P², β*(p²)]: for b ≤ −a own is 1, for b ≥ β* own and φ rise. Where l₁ ≤ l₂: by symmetry.
* A leaf around the contact may leave out slabs of one bias within the box, once for each: in the box E − line is convex, its
  Hessian M + Δ, |Δ_ij| ≤ R_ij, being positive definite as M − diag(Σ_j R_ij w_j/w_i) is; its gradient is 0 at the contact.
* Longer norms: own ≥ ((a − 1)/(a + 1))² for a ≥ 1. Shorter ones, c = 6: l_i ≤ t has g_ij ≥ −G, so own_i + 5φ(−G, b_i) > m.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import isqrt
from typing import Any

BITS, FINE = 40, 80  # cells in units of 2^-40; what is computed from them in units of 2^-80
ONE, UNIT = 1 << BITS, 1 << FINE
SLACK = 1 << 16  # units of 2^-80: more than a bound loses by rounding, with chains of three factors below 2^5
BALL = 128  # intervals in units of 2^-128
WHOLE = 1 << BALL
STEPS = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096, 8192)
WEIGHTS = (1, 1, 2, 2, 1)
MOST_LEAVES, MOST_PIECES = 20_000, 20_000


class Rejected(ValueError):
    """The file does not prove what it says."""


class Interval:
    """[low, high] in units of 2^-128, rounded outwards."""

    __slots__ = ("high", "low")

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __add__(self, other: Interval | int) -> Interval:
        two = _interval(other)
        return Interval(self.low + two.low, self.high + two.high)

    __radd__ = __add__

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval | int) -> Interval:
        return self + -_interval(other)

    def __rsub__(self, other: int) -> Interval:
        return -self + other

    def __mul__(self, other: Interval | int) -> Interval:
        if isinstance(other, int):
            ends = self.low * other, self.high * other
            return Interval(min(ends), max(ends))
        products = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(products) >> BALL, -(-max(products) >> BALL))

    __rmul__ = __mul__

    def __truediv__(self, other: Interval | int) -> Interval:
        two = _interval(other)
        if two.low <= 0 <= two.high:
            raise Rejected("a divisor may be zero")
        ends = [(a << BALL, b) for a in (self.low, self.high) for b in (two.low, two.high)]
        return Interval(min(a // b for a, b in ends), max(-(-a // b) for a, b in ends))

    def __gt__(self, bound: int) -> bool:
        return self.low > bound << BALL

    def __lt__(self, bound: int) -> bool:
        return self.high < bound << BALL


def _interval(value: Interval | int) -> Interval:
    return value if isinstance(value, Interval) else Interval(value << BALL, value << BALL)


def root(x: Interval) -> Interval:
    return Interval(isqrt(max(x.low, 0) << BALL), isqrt(x.high << BALL) + 1)


def arccos(x: int) -> Interval:
    """arccos of x/2^40 in [0, 1]: 2 arcsin y, y² = (1 − x)/2 ≤ 1/2, by its series; the tail is less than twice the last term."""
    square = (ONE - x) << BALL - BITS - 1
    low = high = term = WHOLE
    k = 0
    while term > 1 << 40:
        k += 1
        term = (term * square * (2 * k - 1) // (2 * k) >> BALL) + 1
        low, high = low + term // (2 * k + 1) - k, high + term // (2 * k + 1) + 1
    y = root(Interval(square, square))
    return 2 * y * Interval(low - k, high + 2 * term)


class Contact:
    """Enclosures of the polygon of c features, from a sign change of 2B′Q − BQ′ in θ."""

    def __init__(self, features: int) -> None:
        self.cosine = (root(_interval(5)) - 1) / 4 if features == 5 else _interval(1) / 2
        low, high = WHOLE // 10, self.cosine.low - WHOLE // 20
        for _ in range(100):
            middle = (low + high) // 2
            low, high = (middle, high) if self.slope(Interval(middle, middle)) > 0 else (low, middle)
        if not (self.slope(Interval(low, low)) > 0 and self.slope(Interval(high, high)) < 0):
            raise Rejected("no root theta is enclosed")
        theta = Interval(low, high)
        b, q = self.forms(theta)
        a, past = b / q, self.cosine - theta
        self.norm, self.bias = root(a), -(a * theta)
        self.link = 1 - b * b / q
        self.potential = self.link * features
        self.gap = arccos(0) * 4 / features
        sine = root(1 - self.cosine * self.cosine)
        self.multiplier = 2 * a * a * sine * past * past * (2 * self.cosine + theta) / (self.cosine * self.cosine)

    def forms(self, theta: Interval) -> tuple[Interval, Interval]:
        rest, past = 1 - theta, self.cosine - theta
        return rest * rest * (2 + theta) / 2, rest * rest * rest + 2 * past * past * past / self.cosine

    def slope(self, theta: Interval) -> Interval:
        b, q = self.forms(theta)
        rest, past = 1 - theta, self.cosine - theta
        return 2 * q * (3 * theta * theta - 3) / 2 + b * (3 * rest * rest + 6 * past * past / self.cosine)

    def line(self, x: int) -> int:
        """The line at arccos x, in units of 2^-80, rounded up."""
        return -(-(self.link - self.multiplier * (arccos(x) - self.gap)).high >> BALL - FINE)


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
    """The inequality of c features, with level and most in units of 2^-80, rounded up."""

    def __init__(self, features: int, level: Interval) -> None:
        self.at, self.level = Contact(features), -(-level.high >> BALL - FINE)
        self.most = None if features == 5 else self.level
        self.lines: dict[int, int] = {}

    def line(self, x: int) -> int:
        if x not in self.lines:
            self.lines[x] = self.at.line(x)
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


def leaves(tree: str, root_cell: list[int], most: int) -> list[list[int]]:
    """The cells of a tree in preorder, lower halves first: the axis of each bisection, a point for a leaf."""
    found: list[list[int]] = []
    todo, axes = [root_cell], "01234"[: len(root_cell) // 2]
    for mark in tree:
        if not todo or len(found) > most or mark not in axes + ".":
            raise Rejected("the tree is damaged")
        cell = todo.pop()
        if mark == ".":
            found.append(cell)
            continue
        k = 2 * int(mark)
        middle = (cell[k] + cell[k + 1]) // 2
        todo += [[*cell[:k], middle, *cell[k + 1 :]], [*cell[: k + 1], middle, *cell[k + 2 :]]]
    if todo:
        raise Rejected("the tree leaves cells uncovered")
    return found


def convex(at: Contact, piece: list[int]) -> bool:
    """Whether the Hessian of E − line in (l₁, l₂, b₁, b₂, C) is positive definite on the piece."""
    shift = BALL - BITS
    l1, l2, b1, b2, x = (
        Interval(low << shift, high << shift) for low, high in zip(piece[::2], piece[1::2], strict=True)
    )
    g = l1 * l2 * x
    if not all(b < 0 and n * n + b > 0 and g + b > 0 for n, b in ((l1, b1), (l2, b2))):
        return False
    ratios = b1 / g, b2 / g
    cubes = ratios[0] * ratios[0] * ratios[0] + ratios[1] * ratios[1] * ratios[1]
    by_g, by_gg = 4 * g + 3 * (b1 + b2) - g * cubes, 4 + 2 * cubes
    by_gb, by_bb = [3 - 3 * v * v for v in ratios], [6 + 6 * v for v in ratios]
    d = l2 * x, l1 * x, l1 * l2
    h = {(i, j): by_gg * d[i] * d[j] for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))}
    sine2 = 1 - x * x
    matrix = [[Interval(0, 0)] * 5 for _ in range(5)]
    for i, (n, b) in enumerate(((l1, b1), (l2, b2))):
        v, a = b / (n * n), n * n
        matrix[i][i] = h[i, i] - 2 + 10 * v * v * v + 6 * a + 3 * b + 3 * v * v * b
        matrix[i][2 + i] = 3 * n - 6 * v * v / n - 3 * v * v * n + by_gb[i] * d[i]
        matrix[i][3 - i] = by_gb[1 - i] * d[i]
        matrix[i][4] = h[i, 2] + by_g * (l2, l1)[i]
        matrix[2 + i][2 + i] = 3 + 3 * v / a + 3 * v + by_bb[i]
        matrix[2 + i][4] = by_gb[i] * d[2]
    matrix[0][1] = h[0, 1] + by_g * x
    matrix[4][4] = h[2, 2] - at.multiplier * x / (sine2 * root(sine2))
    whole = [[matrix[min(i, j)][max(i, j)] for j in range(5)] for i in range(5)]
    centre = [[2 * (y.low + y.high) for y in row] for row in whole]
    for i, row in enumerate(whole):
        centre[i][i] -= sum((y.high - y.low) * 2 * w // WEIGHTS[i] + 1 for y, w in zip(row, WEIGHTS, strict=True))
    return positive(centre)


def positive(m: list[list[int]]) -> bool:
    """Whether a symmetric matrix of whole numbers is positive definite: LDLᵀ without fractions, all leading minors > 0."""
    m, last = [row[:] for row in m], 1
    for k in range(len(m)):
        if m[k][k] <= 0:
            return False
        for i in range(k + 1, len(m)):
            for j in range(k + 1, len(m)):
                m[i][j] = (m[i][j] * m[k][k] - m[i][k] * m[k][j]) // last
        last = m[k][k]
    return True


def nearly_dead(least: int, most: int, level: int) -> bool:
    """Whether own + 5φ(−G, b) > level for l ≤ least, G = least · most: on slabs of b in [0, 1/2]; elsewhere it is not less."""
    t, G, bound = Fraction(least, ONE), Fraction(least * most, ONE**2), Fraction(level, UNIT)
    u, cuts = 1 - t * t, [Fraction(k, 512) for k in range(257)]
    for low, high in pairwise(cuts):
        away = max(u / 2 - high, Fraction(0))
        seen = low**3 / G if low <= G else G * G - 3 * G * low + 3 * low * low
        if not 3 * away**2 + u * u / 4 + 5 * seen > bound:
            return False
    return u * u > bound


def verify(document: Any) -> str:
    """The theorem that a certificate proves, in one sentence. Raises Rejected."""
    c = document["features"]
    if document["kind"] != "polygon" or isinstance(c, bool) or c not in (5, 6):
        raise Rejected("this is no certificate of 5 or 6 features")
    level = Contact(c).potential
    if c == 6:
        level = level - Contact(5).potential
    link = Link(c, level)
    check(link, document)
    if c == 6:
        if document["below"]["features"] != 5:
            raise Rejected("a certificate of 6 features needs that of 5")
        verify(document["below"])
    at = link.at
    low, high = (Fraction(end, 3 * c * WHOLE) for end in (at.potential.low, at.potential.high))
    norm, bias = (float(Fraction(x.low, WHOLE)) for x in (at.norm, at.bias))
    return (
        f"For one active feature among {c} in two dimensions the least loss over all W and b is attained and lies in "
        f"[{float(low):.15g}, {float(high):.15g}] (width {float(high - low):.0e}); every global minimiser is the regular "
        f"{c}-gon of norm {norm:.12g} and bias {bias:.12g}, one up to rotation, reflection and order."
    )


def check(link: Link, document: Any) -> None:
    """Every inequality of the document. Raises Rejected."""
    at, c = link.at, document["features"]
    least, most, lowest = (int(document[key]) for key in ("least", "most", "lowest"))
    a = most * most
    if not (most > ONE and (a - UNIT) ** 2 * UNIT > (2 if c == 5 else 1) * link.level * (a + UNIT) ** 2):
        raise Rejected("longer norms may cost less")
    if not (least == 0 if c == 5 else least > 0 and nearly_dead(least, most, link.level)):
        raise Rejected("shorter norms may cost less")
    if not (0 < lowest < ONE and link.line(lowest) < 0):
        raise Rejected("the line is not negative at the lowest cosine")
    near = [[int(end) for end in document["near"][key]] for key in ("norm", "bias", "cosine")]
    for (low, high), x in zip(near, (at.norm, at.bias, at.cosine), strict=True):
        if not (low << BALL - BITS < x.low and x.high < high << BALL - BITS):
            raise Rejected("the contact is not in its box")
    norm, bias, cosine = near
    cells = leaves(document["tree"], [least, most, least, most, lowest, ONE], MOST_LEAVES)
    for piece in leaves(document["pieces"], [*norm, *norm, *bias, *bias, *cosine], MOST_PIECES):
        if not convex(at, piece):
            raise Rejected("the link is not convex around the contact")
    mask, box = [b << FINE - BITS for b in bias], [*norm, *norm, *cosine]
    for cell in cells:
        if cell[1] <= cell[2] or link.above(cell, ([], [])):
            continue
        within = all(cell[k] >= box[k] and cell[k + 1] <= box[k + 1] for k in (0, 2, 4))
        if not (within and link.above(cell, (mask, [])) and link.above(cell, ([], mask))):
            raise Rejected("a leaf of the tree is not above the line")
