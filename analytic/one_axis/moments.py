r"""Expectations of one feature's preactivation z = ax + cx₂ + ex₃ + b in floats, for arrays. They prove nothing.

x, x₂, x₃ are independent, active with probability p, then uniform on [0, 1]; x is the feature's own. Differences over the
smaller of the other slopes are taken without cancellation, and so are small own slopes.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
_SMALL = 1e-4
_FACTORIALS = (1, 1, 2, 6, 24, 120)


def ranges(a: Floats, c: Floats, e: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The least and the greatest z."""
    low = b + np.minimum(a, 0) + np.minimum(c, 0) + np.minimum(e, 0)
    return low, b + np.maximum(a, 0) + np.maximum(c, 0) + np.maximum(e, 0)


def cross(a: Floats, c: Floats, e: Floats, b: Floats, p: float) -> Floats:
    """E x z⁺."""
    low, high = ranges(a, c, e, b)
    found = np.where(low >= 0, p * (a / 3 + p * (c + e) / 4 + b / 2), 0.0)
    bent = np.nonzero((low < 0) & (high > 0))
    if bent[0].size:
        a, c, e, b = a[bent], c[bent], e[bent], b[bent]
        scale = np.abs(a) + np.abs(c) + np.abs(e)
        found[bent] = scale * np.maximum(_bent_cross(a / scale, c / scale, e / scale, b / scale, p), 0)
    return found


def _bent_cross(a: Floats, c: Floats, e: Floats, b: Floats, p: float) -> Floats:
    s, swapped = 1 - p, np.abs(c) < np.abs(e)
    c, e = _apart(np.where(swapped, e, c), 1e-12), _apart(np.where(swapped, c, e), 1e-12)
    small = np.abs(a) < _SMALL
    own = np.where(small, 0.5, a)
    v, w, vc, wc = (np.maximum(y, 0) for y in (b, b + own, b + c, b + c + own))
    dv, dw, dvc, dwc = (_differences(y, e) for y in (b, b + own, b + c, b + c + own))
    alone = 3 * own * w**2 - w**3 + v**3
    first = (4 * own * (wc**3 - w**3) - wc**4 + w**4 + vc**4 - v**4) / c
    second = 4 * own * dw[2] - dw[3] + dv[3]
    both = (5 * own * (dwc[3] - dw[3]) - dwc[4] + dw[4] + dvc[4] - dv[4]) / c
    found = p * (s * s * alone / 6 + s * p * (first + second) / 24 + p * p * both / 120) / own**2
    # E x(ax + y)⁺ = E y⁺/2 + aP(y > 0)/3 but for a², y being what the others send
    sent = s * s * v + s * p * ((vc * vc - v * v) / c + dv[1]) / 2 + p * p * (dvc[2] - dv[2]) / (6 * c)
    positive = s * s * (b > 0) + s * p * ((vc - v) / c + dv[0]) + p * p * (dvc[1] - dv[1]) / (2 * c)
    return np.asarray(np.where(small, p * (sent / 2 + a * positive / 3), found))


def _differences(y: Floats, e: Floats) -> list[Floats]:
    """[((y + e)⁺)^k − (y⁺)^k]/e for k = 1, …, 5."""
    v, w = np.maximum(y, 0), np.maximum(y + e, 0)
    once = np.where((y > 0) & (y + e > 0), 1.0, np.where((y > 0) | (y + e > 0), (w - v) / e, 0.0))
    powers = [np.ones_like(v)]
    for k in range(1, 5):
        powers.append(powers[-1] * v + w**k)
    return [once * power for power in powers]


def mean(a: Floats, c: Floats, e: Floats, b: Floats, p: float) -> Floats:
    """E z⁺."""
    low, high = ranges(a, c, e, b)
    found = np.where(low >= 0, p * (a + c + e) / 2 + b, 0.0)
    bent = np.nonzero((low < 0) & (high > 0))
    if not bent[0].size:
        return found
    a, c, e, b = a[bent], c[bent], e[bent], b[bent]
    scale = np.abs(a) + np.abs(c) + np.abs(e)
    a, c, e, b = _apart(a / scale, 1e-6), _apart(c / scale, 1e-6), _apart(e / scale, 1e-6), b / scale
    s, y = 1 - p, [np.maximum(b + i * a + j * c + k * e, 0) for k in (0, 1) for j in (0, 1) for i in (0, 1)]
    two, three = [v**2 for v in y], [v**3 for v in y]
    one = (two[1] - two[0]) / a + (two[2] - two[0]) / c + (two[4] - two[0]) / e
    pairs = ((3, 1, 2, a * c), (5, 1, 4, a * e), (6, 2, 4, c * e))
    pair = sum((three[i] - three[j] - three[k] + three[0]) / d for i, j, k, d in pairs)
    all_three = sum((1 if k in (1, 2, 4, 7) else -1) * v**4 for k, v in enumerate(y)) / (a * c * e)
    total = s**3 * y[0] + s * s * p * one / 2 + s * p * p * pair / 6 + p**3 * all_three / 24
    found[bent] = scale * np.maximum(total, 0)
    return found


def seen(a: Floats, c: Floats, e: Floats, b: Floats, p: float) -> Floats:
    """E x² 1{z > 0} for a ≥ 0, or a little more."""
    low, high = ranges(a, c, e, b)
    found = np.where(high > 0, p / 3, 0.0)
    bent = np.nonzero((low < 0) & (high > 0))
    if not bent[0].size:
        return found
    a, c, e, b = a[bent], c[bent], e[bent], b[bent]
    scale = np.abs(a) + np.abs(c) + np.abs(e)
    a, c, e, b = np.maximum(a / scale, 1e-3), _apart(c / scale, 1e-6), _apart(e / scale, 1e-6), b / scale
    s = 1 - p

    def inner(k: int, y: Floats) -> Floats:
        high, low = np.maximum(y + a, 0), np.maximum(y, 0)
        f = _FACTORIALS
        last = (high ** (k + 3) - low ** (k + 3)) / f[k + 3]
        return np.asarray((high ** (k + 1) / f[k + 1] - 2 * high ** (k + 2) / f[k + 2] / a + 2 * last / a**2) / a)

    one = (inner(1, b + c) - inner(1, b)) / c + (inner(1, b + e) - inner(1, b)) / e
    two = (inner(2, b + c + e) - inner(2, b + c) - inner(2, b + e) + inner(2, b)) / (c * e)
    found[bent] = p * np.clip(s * s * inner(0, b) + s * p * one + p * p * two, 0, 1 / 3) + 1e-9
    return found


def _apart(slope: Floats, least: float) -> Floats:
    """The slope, moved away from 0."""
    return np.where(np.abs(slope) < least, np.where(slope < 0, -least, least), slope)
