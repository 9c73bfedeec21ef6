"""The maximum of quadratics on intervals, kept short: what lies below another is cut away, by exact arithmetic.

Where two quadratics cross at an irrational place the cut is made at a rational one a little beyond, so the list may hold
a stretch too much, never one too little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isqrt

from .benefit_curve import Quadratic

_BITS = 32
"""Binary digits of a root at which a cut is made."""

Interval = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Branch:
    """`value` is what the capacities α_i + β_i t bring, (α_i, β_i) = `capacities[i]`, at a total t in its interval."""

    value: Quadratic
    capacities: tuple[tuple[Fraction, Fraction], ...]

    def at(self, t: Fraction) -> tuple[Fraction, ...]:
        return tuple(a + b * t for a, b in self.capacities)


def with_branch(branches: Sequence[Branch], new: Branch) -> list[Branch]:
    """Branches with the maximum of `branches` and `new` at every t; none holds a stretch known to lie below another."""
    left = [new]
    for other in branches:
        left = [part for branch in left for part in _above(branch, other)]
        if not left:
            return list(branches)
    kept = list(branches)
    for part in left:
        kept = [rest for branch in kept for rest in _above(branch, part)]
    return kept + left


def _above(branch: Branch, other: Branch) -> list[Branch]:
    """`branch` without the stretches where `other` is at least as high."""
    low, high = branch.value.low, branch.value.high
    parts, start = [], low
    for x, y in _at_least(branch.value, other.value):
        if x > start:
            parts.append((start, x))
        start = max(start, y)
    if start < high:
        parts.append((start, high))
    if parts == [(low, high)]:
        return [branch]
    return [replace(branch, value=branch.value._replace(low=a, high=b)) for a, b in parts]


def _at_least(p: Quadratic, q: Quadratic) -> list[Interval]:
    """Intervals of their common domain, in order, on which q ≥ p: all of them but for 2^−`_BITS` at irrational ends."""
    low, high = max(p.low, q.low), min(p.high, q.high)
    if low >= high:
        return []
    a, b, c = q.square - p.square, q.linear - p.linear, q.constant - p.constant
    found: list[tuple[Fraction | None, Fraction | None]]
    if a == 0:
        root = -c / b if b else None
        found = [(None, None)] if b == 0 and c >= 0 else [(root, None)] if b > 0 else [(None, root)] if b < 0 else []
    else:
        discriminant = b * b - 4 * a * c
        if discriminant <= 0:
            found = [(None, None)] if a > 0 else []
        else:
            # Outwards of the roots for a > 0, inwards for a < 0: the larger root of the discriminant for a > 0.
            root = _root(discriminant, upwards=a > 0)
            first, second = sorted(((-b - root) / (2 * a), (-b + root) / (2 * a)))
            found = [(None, first), (second, None)] if a > 0 else [(first, second)]
    clipped = [(low if x is None else max(low, x), high if y is None else min(high, y)) for x, y in found]
    return [(x, y) for x, y in clipped if x < y]


def _root(square: Fraction, *, upwards: bool) -> Fraction:
    """√square, exactly if rational, otherwise to about `_BITS` binary digits above or below it."""
    top, bottom = isqrt(square.numerator), isqrt(square.denominator)
    if top * top == square.numerator and bottom * bottom == square.denominator:
        return Fraction(top, bottom)
    scale = 1 << (_BITS + max(0, square.denominator.bit_length() - square.numerator.bit_length()))
    below = isqrt(square.numerator * scale * scale // square.denominator)
    return Fraction(below + int(upwards), scale)
