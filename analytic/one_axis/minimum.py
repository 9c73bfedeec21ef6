"""Where the loss of three features on one axis is least, as far as a search in floats finds."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .cells import ONE, Bound
from .moments import cross, mean
from .search import slopes

_GRID = 10**18
_STEP = 1e-5
_MOST, _SMALLEST, _LEVEL = 200, 1e-6, 1e-15
"""Of the descents: steps, the share of a step at which it is given up, and the relative fall that is rounding."""
_STARTS = ((-1, 0), (-0.97, 0.34), (-0.35, -0.35), (-0.5, 0), (0.5, -0.5), (-0.8, -0.3))
"""(q₂, q₃): a pair, a pair and a weak third, one against two, and between."""


def lowest(bound: Bound) -> tuple[list[int], Fraction]:
    """(q₂, q₃, γ₁, γ₂, γ₃) in units where the loss is least, as far as a search finds, and a bound on that from above."""
    p = float(bound.p)
    best: NDArray[np.float64] | None = None
    least = np.inf
    for two, three in _STARTS:
        start = np.array([two, three, 0.3, 0.5, 0.5])
        value, end = _descended(start, p)
        if value < least:
            best, least = end, value
    assert best is not None
    two, three, *biases = _ordered(best)
    sent = (two + three, two + two * three, three + two * three)
    moved = [b + bound.shift / 16 * c for b, c in zip(biases, sent, strict=True)]
    units = [round(c * ONE) for c in (two, three, *moved)]
    loss = bound.highest(units)
    return units, Fraction(-(-loss.numerator * _GRID // loss.denominator), _GRID)


def _ordered(at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same direction with the largest weight first and q₂ ≤ q₃."""
    weights, biases = np.array([1.0, at[0], at[1]]), at[2:]
    most = int(abs(weights).argmax())
    first = weights[most]
    order = [most, *sorted((k for k in range(3) if k != most), key=lambda k: weights[k] / first)]
    ratios = weights[order][1:] / first
    return np.array([*ratios, *(biases[order] / first**2)])


def _descended(at: NDArray[np.float64], p: float) -> tuple[float, NDArray[np.float64]]:
    """The least loss that BFGS with halved steps comes to, and where: a place to prove at, so it need not be the least."""
    value, slope = _value_and_slope(at, p)
    inverse = np.eye(5)
    for _ in range(_MOST):
        step, size = -inverse @ slope, 1.0
        while size > _SMALLEST:
            next_value, next_slope = _value_and_slope(at + size * step, p)
            if next_value <= value + 1e-4 * size * float(step @ slope):
                break
            size /= 2
        else:
            break
        if value - next_value <= _LEVEL * value:
            break
        moved, change = size * step, next_slope - slope
        at, value, slope = at + moved, next_value, next_slope
        if (along := float(moved @ change)) > 0:
            left = np.eye(5) - np.outer(moved, change) / along
            inverse = left @ inverse @ left.T + np.outer(moved, moved) / along
    return value, at


def _value_and_slope(at: NDArray[np.float64], p: float) -> tuple[float, NDArray[np.float64]]:
    """The loss and its central differences, from one array of places."""
    steps = _STEP * np.eye(5)
    found = _losses(np.concatenate([at[None], at + steps, at - steps]), p)
    return float(found[0]), (found[1:6] - found[6:]) / (2 * _STEP)


def _losses(at: NDArray[np.float64], p: float) -> NDArray[np.float64]:
    """C − L²/Q at rows of (q₂, q₃, β₁, β₂, β₃)."""
    two, three = at[:, 0], at[:, 1]
    total, square = np.zeros(len(at)), np.full(len(at), 1e-300)
    for i in range(3):
        a, c, e = slopes(i, two, two * two, three, three * three)
        b = at[:, 2 + i]
        own, first, second = (cross(*z, b, p) for z in ((a, c, e), (c, a, e), (e, a, c)))
        total += own
        square += a * own + c * first + e * second + b * mean(a, c, e, b, p)
    return np.asarray(p - total**2 / square)
