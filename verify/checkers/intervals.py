"""Intervals of whole numbers in units of 2^-128, rounded outwards; the square root and arccos.

>>> root(Interval(4 << BALL, 4 << BALL)).low >> BALL
2
"""

from __future__ import annotations

from math import isqrt

from .tree import Rejected

BITS = 40  # cells in units of 2^-40
ONE = 1 << BITS
BALL = 128
WHOLE = 1 << BALL


class Interval:
    """[low, high] in units of 2^-128, rounded outwards."""

    __slots__ = ("high", "low")

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __add__(self, other: Interval | int) -> Interval:
        two = interval(other)
        return Interval(self.low + two.low, self.high + two.high)

    __radd__ = __add__

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval | int) -> Interval:
        return self + -interval(other)

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
        two = interval(other)
        if two.low <= 0 <= two.high:
            raise Rejected("a divisor may be zero")
        ends = [(a << BALL, b) for a in (self.low, self.high) for b in (two.low, two.high)]
        return Interval(min(a // b for a, b in ends), max(-(-a // b) for a, b in ends))

    def __gt__(self, bound: int) -> bool:
        return self.low > bound << BALL

    def __lt__(self, bound: int) -> bool:
        return self.high < bound << BALL


def interval(value: Interval | int) -> Interval:
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
