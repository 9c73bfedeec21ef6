r"""The supports of at most two active features, exactly and without cancellation: compiled.

For a pair, z = b + gx + ky with |g| ≥ |k|: for every y the mean over x is elementary (`_moments` by where z changes sign),
and piecewise a cubic in y, so that two Gauss nodes on each of the at most three pieces make the pair's mean exact. Nothing is
divided by a coefficient that could be small. Where both are large, E z_+² is a second difference of z_+⁴/12, three times faster;
it is divided by both, which may be tiny beside other entries of the row, and weights of groups that are always active are ratios
of 1e100: so no pair of a `LEAST` reach goes that way, and nothing overflows.
"""

from __future__ import annotations

import math

import numpy as np

from ..running.compiled import compiled
from .factors import Floats, Integers

LEAST = 1e-30
_NODE = 0.5 - 0.5 / math.sqrt(3.0)


@compiled()
def _moments(c: float, g: float) -> tuple[float, float, float, float, float, float]:
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


@compiled()
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


@compiled()
def _pair(b: float, g: float, k: float, cuts: Floats) -> tuple[float, float, float, float]:
    """E z_+² and half its derivatives E z_+, E x z_+, E y z_+; |g| ≥ |k|."""
    value, along_b, along_g, along_k = 0.0, 0.0, 0.0, 0.0
    for q in range(_pieces(b, g, k, cuts)):
        width = cuts[q + 1] - cuts[q]
        for node in (_NODE, 1 - _NODE):
            y = cuts[q] + width * node
            z2, z1, xz, _, _, _ = _moments(b + k * y, g)
            value += 0.5 * width * z2
            along_b += 0.5 * width * z1
            along_g += 0.5 * width * xz
            along_k += 0.5 * width * z1 * y
    return value, along_b, along_g, along_k


@compiled()
def _areas(b: float, g: float, k: float, cuts: Floats) -> tuple[float, float, float, float, float, float]:
    """E 1, E x, E y, E x², E xy and E y² where z > 0; |g| ≥ |k|."""
    one, x, y_, xx, xy, yy = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for q in range(_pieces(b, g, k, cuts)):
        width = cuts[q + 1] - cuts[q]
        for node in (_NODE, 1 - _NODE):
            y = cuts[q] + width * node
            _, _, _, s0, s1, s2 = _moments(b + k * y, g)
            w = 0.5 * width
            one += w * s0
            x += w * s1
            y_ += w * s0 * y
            xx += w * s2
            xy += w * s1 * y
            yy += w * s0 * y * y
    return one, x, y_, xx, xy, yy


@compiled()
def _add_pair(
    b: float, gj: float, gk: float, weight: float, own: float, cuts: Floats, dg: Floats, j: int, k: int
) -> tuple[float, float]:
    """`weight` times E z_+² - 2 `own` x_j z_+ (own: -1, 0 or 1; feature j is then the row's own); derivatives into `dg`."""
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
    dg[j] += weight * to_g
    dg[k] += weight * to_h
    return weight * value, weight * slope


@compiled(
    "void(float64[:,::1], float64[::1], int64[::1], float64[:,::1], int64[::1], boolean, float64[::1], float64[::1],"
    "float64[::1], float64[:,::1], float64[::1])"
)
def few_sums(
    g: Floats,
    b: Floats,
    own: Integers,
    r: Floats,
    start: Integers,
    together: bool,
    log_scale: Floats,
    sign: Floats,
    value: Floats,
    dg: Floats,
    db: Floats,
) -> None:
    """E f over the supports of at most two features, f = z_+² - 2 x_i z_+ where `sign` is 1, -(-z)_+² - 2 x_i (-z)_+ where
    it is -1, nothing where it is 0; added to `value` (R,), its derivatives to `dg` (R, n) and `db` (R,).

    `g`: (R, n), features of a group side by side; `r`: (R, n), share/off of each; `start`: (G + 1,); `log_scale`: (R,) the
    log of the probability that nothing is active.
    """
    n = g.shape[1]
    group, degree = np.empty(n, np.int64), np.empty(n, np.int64)
    for a in range(start.shape[0] - 1):
        for j in range(start[a], start[a + 1]):
            group[j], degree[j] = a, (start[a + 1] - start[a] if together else 1)
    turned, gradient, cuts = np.empty(n), np.empty(n), np.empty(4)
    quartic, cubic, ratio = np.empty(n), np.empty(n), np.empty(n)
    for row in range(g.shape[0]):
        s = sign[row]
        if s == 0:
            continue
        i, c, nothing = own[row], s * b[row], math.exp(log_scale[row])
        total, slope = nothing * max(c, 0.0) ** 2, 2 * nothing * max(c, 0.0)
        base4, base3 = max(c, 0.0) ** 4 / 12, max(c, 0.0) ** 3 / 3
        for j in range(n):
            turned[j], gradient[j] = s * g[row, j], 0.0
            z = max(c + turned[j], 0.0)
            quartic[j], cubic[j] = z * z * z * z / 12, z * z * z / 3
            ratio[j] = r[row, j] / turned[j] if turned[j] != 0 else 0.0
        for j in range(n):
            if degree[j] > 1 or r[row, j] == 0:
                continue
            weight = nothing * r[row, j]
            z2, z1, xz, _, s1, s2 = _moments(c, turned[j])
            total += weight * z2
            slope += weight * 2 * z1
            gradient[j] += weight * 2 * xz
            if j == i:
                total -= 2 * s * weight * xz
                slope -= 2 * s * weight * s1
                gradient[j] -= 2 * s * weight * s2
            size = max(abs(c), abs(c + turned[j]))
            edge4, edge3 = quartic[j] - base4, cubic[j] - base3
            sum_value, sum_slope, sum_j = 0.0, 0.0, 0.0
            for k in range(j + 1, n):
                if group[k] == group[j] or degree[k] > 1 or r[row, k] == 0:
                    continue
                small, large = abs(turned[k]), abs(turned[j])
                if small > large:
                    small, large = large, small
                reach = size + abs(turned[k])
                even = reach > LEAST and small * large > 2e-3 * reach * reach and small > 5e-3 * reach
                if even and j != i and k != i:
                    w = ratio[j] * ratio[k]
                    z = max(c + turned[j] + turned[k], 0.0)
                    cube = z * z * z
                    mean = w * (cube * z / 12 - quartic[k] - edge4)
                    sum_value += mean
                    sum_slope += w * (cube / 3 - cubic[k] - edge3)
                    sum_j += w * (cube / 3 - cubic[j]) - mean / turned[j]
                    gradient[k] += nothing * (w * (cube / 3 - cubic[k]) - mean / turned[k])
                elif k == i:
                    v, d = _add_pair(c, turned[k], turned[j], weight * r[row, k], s, cuts, gradient, k, j)
                    total += v
                    slope += d
                else:
                    mine = s if j == i else 0.0
                    v, d = _add_pair(c, turned[j], turned[k], weight * r[row, k], mine, cuts, gradient, j, k)
                    total += v
                    slope += d
            total += nothing * sum_value
            slope += nothing * sum_slope
            gradient[j] += nothing * sum_j
        for a in range(start.shape[0] - 1 if together else 0):
            j = start[a]
            if start[a + 1] - j == 2:
                mine = s if group[i] == a else 0.0
                first, second = (j + 1, j) if i == j + 1 else (j, j + 1)
                v, d = _add_pair(
                    c, turned[first], turned[second], nothing * r[row, j], mine, cuts, gradient, first, second
                )
                total += v
                slope += d
        value[row] += s * total
        db[row] += slope
        for j in range(n):
            dg[row, j] += gradient[j]
