"""Expectations of z⁺, z = ax + cx₂ + ex₃ + b, with x, x₂, x₃ active with probability p, then uniform on [0, 1]: as quotients."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import factorial

Slopes = tuple[int, int, int, int]  # own slope, the others', bias


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
