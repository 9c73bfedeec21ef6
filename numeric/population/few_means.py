r"""Means over one and over two active features, exactly and without cancellation: compiled, the parts of `few_kernel`.

For a pair, z = b + gx + ky with |g| ≥ |k|: for every y the mean over x is elementary (`one_feature`, by where z changes sign),
and piecewise a cubic in y, so that two Gauss nodes on each of the at most three pieces make the pair's mean exact. Nothing is
divided by a coefficient that could be small.
"""

from __future__ import annotations

import math

from ..running.compiled import compiled
from .factors import Floats

_NODE = 0.5 - 0.5 / math.sqrt(3.0)


@compiled(inline=True)
def one_feature(c: float, g: float) -> tuple[float, float, float, float, float, float]:
    """E z_+², E z_+, E x z_+ and E 1, E x, E x² where z > 0, for z = c + gx, x uniform on [0, 1]."""
    d = c + g
    if c >= 0 and d >= 0:
        return c * c + c * g + g * g / 3, c + g / 2, c / 2 + g / 3, 1.0, 0.5, 1 / 3
    if c <= 0 and d <= 0:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    if d > 0:  # from -c/g to 1
        t = -c / g
        rest = d / g
        return (
            d * d * rest / 3,
            d * rest / 2,
            d * rest * (1 - rest / 3) / 2,
            rest,
            rest * (1 - rest / 2),
            (1 - t * t * t) / 3,
        )
    t = -c / g  # from 0
    return c * c * t / 3, c * t / 2, c * t * t / 6, t, t * t / 2, t * t * t / 3


@compiled(inline=True)
def _pieces(b: float, g: float, k: float, cuts: Floats) -> int:
    """Where in y the sign of z at x = 0 or x = 1 changes; the number of pieces."""
    count = 1
    cuts[0] = 0.0
    if k != 0:
        low, high = -b / k, -(b + g) / k
        if low > high:
            low, high = high, low
        if 0 < low < 1:
            cuts[count] = low
            count += 1
        if 0 < high < 1:
            cuts[count] = high
            count += 1
    cuts[count] = 1.0
    return count


@compiled(inline=True)
def _pair(b: float, g: float, k: float, cuts: Floats) -> tuple[float, float, float, float]:
    """E z_+² and half its derivatives E z_+, E x z_+, E y z_+; |g| ≥ |k|."""
    value, along_b, along_g, along_k = 0.0, 0.0, 0.0, 0.0
    for q in range(_pieces(b, g, k, cuts)):
        width = cuts[q + 1] - cuts[q]
        for node in (_NODE, 1 - _NODE):
            y = cuts[q] + width * node
            z2, z1, xz, _, _, _ = one_feature(b + k * y, g)
            value += 0.5 * width * z2
            along_b += 0.5 * width * z1
            along_g += 0.5 * width * xz
            along_k += 0.5 * width * z1 * y
    return value, along_b, along_g, along_k


@compiled(inline=True)
def _areas(b: float, g: float, k: float, cuts: Floats) -> tuple[float, float, float, float, float, float]:
    """E 1, E x, E y, E x², E xy and E y² where z > 0; |g| ≥ |k|."""
    one, x, y_, xx, xy, yy = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for q in range(_pieces(b, g, k, cuts)):
        width = cuts[q + 1] - cuts[q]
        for node in (_NODE, 1 - _NODE):
            y = cuts[q] + width * node
            _, _, _, s0, s1, s2 = one_feature(b + k * y, g)
            w = 0.5 * width
            one += w * s0
            x += w * s1
            y_ += w * s0 * y
            xx += w * s2
            xy += w * s1 * y
            yy += w * s0 * y * y
    return one, x, y_, xx, xy, yy


@compiled(inline=True)
def two_features(b: float, gj: float, gk: float, own: float, cuts: Floats) -> tuple[float, float, float, float]:
    """E z_+² - 2 `own` x_j z_+ (own: -1, 0 or 1; feature j is then the row's own), its derivatives by b, g_j and g_k."""
    swapped = abs(gj) < abs(gk)
    g, h = (gk, gj) if swapped else (gj, gk)
    value, along_b, along_g, along_h = _pair(b, g, h, cuts)
    slope, to_g, to_h = 2 * along_b, 2 * along_g, 2 * along_h
    if own != 0:
        _, x, y, xx, xy, yy = _areas(b, g, h, cuts)
        if swapped:
            value -= 2 * own * along_h
            slope -= 2 * own * y
            to_g -= 2 * own * xy
            to_h -= 2 * own * yy
        else:
            value -= 2 * own * along_g
            slope -= 2 * own * x
            to_g -= 2 * own * xx
            to_h -= 2 * own * xy
    if swapped:
        to_g, to_h = to_h, to_g
    return value, slope, to_g, to_h
