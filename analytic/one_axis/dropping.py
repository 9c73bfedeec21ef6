r"""Where the third feature is dropped exactly: next to the best pair a small third weight costs more than none.

Let w₃ be small and z₃ > 0 everywhere. With the best b₃ its own loss is v[(1 − w₃²)² + w₃²(w₁² + w₂²)], v = Var x. What it
sends to z_i is w_i w₃ x₃, a shift of b_i with variance w_i²w₃²v. Where F_i, the loss of feature i of the pair, has F_i″ ≥ h_i in
b_i, the shift costs h_i w_i²w₃²v/2 at least beyond its mean, so that

.. math:: K \ge Q_2 + v + v\, w_3^2 \left[ \tfrac12 \sum_i h_i w_i^2 + \sum_i w_i^2 - 2 \right],

and the bracket being positive w₃ = 0 at every minimiser, and Q_{3,1} = Q₂ + v. Here F″ = 2P(z > 0) − 2E x δ(z); for
z = t(ax − ex₂ + β), 0 ≤ β ≤ e ≤ a + β, with active x₂ the output is clipped with probability s(1 − β/e) + p(e − β)²/(2ea), and
E x δ(z) = p²(e − β)²/(2ea²t).
"""

from __future__ import annotations

from fractions import Fraction

from .cells import ONE, Side, Slopes, cross, mean

_UNIT = ONE * ONE


def third_dropped(p: Fraction, near: list[tuple[Side, ...]]) -> bool:
    """Whether the third weight is proved to be 0 at every minimiser, given cells (q₂, q₃, β₁, β₂, β₃) that hold them all."""
    hull = [(min(side[0] for side in row), max(_end(side) for side in row)) for row in zip(*near, strict=True)]
    (_, high), third, *biases = hull
    size = max(-third[0], third[1])
    if high >= 0 or biases[2][0] < 2 * size:
        return False
    box = [[Fraction(end, ONE) for end in side] for side in hull]
    least = _scale(p, hull)
    e0, e1 = -box[0][1], -box[0][0]
    shift = Fraction(size, ONE)
    total = Fraction(0)
    for square, own0, (b0, b1) in ((least, Fraction(1), box[2]), (least * e0 * e0, e0 * e0, box[3])):
        start = b0 - shift
        if not 0 <= start <= b1 + shift <= e0 or e1 - start > own0:
            return False
        bend = _bend(p, own0, (e0, e1), start, least)
        total += square * (bend / 2 + 1)
    return total > 2


def _bend(p: Fraction, own: Fraction, ratio: tuple[Fraction, Fraction], bias: Fraction, scale: Fraction) -> Fraction:
    """h, from below."""
    s, low, high = 1 - p, *ratio
    gap = (high - bias) ** 2 / (2 * low * own)
    return 2 * (1 - p * (s * (1 - bias / high) + p * gap)) - 2 * p * p * gap / (own * scale)


def _scale(p: Fraction, hull: list[tuple[int, int]]) -> Fraction:
    """t = L/Q at least: both grow with all slopes and biases."""
    cross_least = square_most = Fraction(0)
    for i in range(3):
        low, high = (_slopes(i, hull, end) for end in (0, 1))
        cross_least += Fraction(*cross(low, p)) / _UNIT
        a, c, e, b = high
        parts = [Fraction(*cross(z, p)) for z in ((a, c, e, b), (c, a, e, b), (e, a, c, b))]
        square_most += (a * parts[0] + c * parts[1] + e * parts[2] + b * Fraction(*mean(high, p))) / _UNIT**2
    return cross_least / square_most


def _slopes(i: int, hull: list[tuple[int, int]], end: int) -> Slopes:
    """The least or the greatest slopes and bias of z_i, in units of ONE⁻²."""
    choose = max if end else min
    two, three = hull[0], hull[1]

    def extreme(one: tuple[int, int], other: tuple[int, int]) -> int:
        return choose(a * b for a in one for b in other)

    ratio = ((ONE, ONE), two, three)
    own = extreme(ratio[i], ratio[i])
    others = [extreme(ratio[i], ratio[k]) for k in range(3) if k != i]
    return own, others[0], others[1], hull[2 + i][end] * ONE


def _end(side: Side) -> int:
    return 10 * ONE if side[1] is None else side[1]
