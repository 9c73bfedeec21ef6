r"""The supports of at most two active features, without cancellation: compiled.

A pair's mean is exact (`few_means`), but where both coefficients are large E z_+² is a second difference of z_+⁴/12, three
times faster; it is divided by both, which may be tiny beside other entries of the row, and weights of groups that are always
active are ratios of 1e100: so no pair of a `LEAST` reach goes that way, and nothing overflows.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..running.compiled import compiled
from .factors import Floats, Integers
from .few_means import one_feature, two_features

LEAST = 1e-30


class _Row(NamedTuple):
    """A row, turned so that its sign s is +1: z = c + Σ turned_j x_j, and the row's own feature i.

    `nothing`: the probability that no feature is active; `base4`, `base3`: z_+⁴/12 and z_+³/3 then.
    """

    s: float
    c: float
    i: int
    nothing: float
    base4: float
    base3: float


# A row's features, side by side in one array: one array is handed on faster than seven.
_TURNED, _RATE, _RATIO, _QUARTIC, _CUBIC, _GRADIENT = range(6)
# r = share/off, r/turned, z_+⁴/12 and z_+³/3 where a feature alone is 1, what is added to the gradient


@compiled(inline=True)
def _prepare(row: _Row, g: Floats, r: Floats, at: Floats) -> None:
    """The features of a row whose slopes are `g`."""
    for j in range(len(g)):
        turned = row.s * g[j]
        z = max(row.c + turned, 0.0)
        at[_TURNED, j], at[_RATE, j], at[_RATIO, j] = turned, r[j], r[j] / turned if turned != 0 else 0.0
        at[_QUARTIC, j], at[_CUBIC, j], at[_GRADIENT, j] = z * z * z * z / 12, z * z * z / 3, 0.0


@compiled(inline=True)
def _single(row: _Row, j: int, at: Floats) -> tuple[float, float]:
    """Value and slope of feature j alone, as those below; derivatives by g are added to `at`."""
    weight = row.nothing * at[_RATE, j]
    z2, z1, xz, _, s1, s2 = one_feature(row.c, at[_TURNED, j])
    if j != row.i:
        at[_GRADIENT, j] += weight * 2 * xz
        return weight * z2, weight * 2 * z1
    at[_GRADIENT, j] += weight * 2 * (xz - row.s * s2)
    return weight * (z2 - 2 * row.s * xz), weight * 2 * (z1 - row.s * s1)


@compiled(inline=True)
def _two(row: _Row, j: int, k: int, weight: float, at: Floats, cuts: Floats) -> tuple[float, float]:
    """Of features j and k together."""
    if k == row.i:
        j, k = k, j
    own = row.s if j == row.i else 0.0
    value, slope, to_j, to_k = two_features(row.c, at[_TURNED, j], at[_TURNED, k], own, cuts)
    at[_GRADIENT, j] += weight * to_j
    at[_GRADIENT, k] += weight * to_k
    return weight * value, weight * slope


@compiled(inline=True)
def _pairs(row: _Row, j: int, group: Integers, degree: Integers, at: Floats, cuts: Floats) -> tuple[float, float]:
    """Of feature j with each later one of another group; both of groups of which one feature is active at a time."""
    c, turned = row.c, at[_TURNED, j]
    size, edge4, edge3 = max(abs(c), abs(c + turned)), at[_QUARTIC, j] - row.base4, at[_CUBIC, j] - row.base3
    value, slope, sum_value, sum_slope, sum_j = 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(j + 1, len(group)):
        if group[k] == group[j] or degree[k] > 1 or at[_RATE, k] == 0:
            continue
        other = at[_TURNED, k]
        small, large = min(abs(turned), abs(other)), max(abs(turned), abs(other))
        reach = size + abs(other)
        even = reach > LEAST and small * large > 2e-3 * reach * reach and small > 5e-3 * reach
        if even and j != row.i and k != row.i:
            w = at[_RATIO, j] * at[_RATIO, k]
            z = max(c + turned + other, 0.0)
            cube = z * z * z
            mean = w * (cube * z / 12 - at[_QUARTIC, k] - edge4)
            sum_value += mean
            sum_slope += w * (cube / 3 - at[_CUBIC, k] - edge3)
            sum_j += w * (cube / 3 - at[_CUBIC, j]) - mean / turned
            at[_GRADIENT, k] += row.nothing * (w * (cube / 3 - at[_CUBIC, k]) - mean / other)
        else:
            two = _two(row, j, k, row.nothing * at[_RATE, j] * at[_RATE, k], at, cuts)
            value += two[0]
            slope += two[1]
    at[_GRADIENT, j] += row.nothing * sum_j
    return value + row.nothing * sum_value, slope + row.nothing * sum_slope


@compiled(
    "void(float64[:,::1], float64[::1], int64[::1], float64[:,::1], int64[::1], boolean, float64[::1], float64[::1],"
    "float64[::1], float64[:,::1], float64[::1])",
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
    at, cuts = np.empty((6, n)), np.empty(4)
    for k in range(g.shape[0]):
        if sign[k] == 0:
            continue
        c, nothing = sign[k] * b[k], math.exp(log_scale[k])
        z = max(c, 0.0)
        row = _Row(sign[k], c, own[k], nothing, z * z * z * z / 12, z * z * z / 3)
        _prepare(row, g[k], r[k], at)
        total, slope = nothing * z * z, 2 * nothing * z
        for j in range(n):
            if degree[j] == 1 and r[k, j] != 0:
                single, pairs = _single(row, j, at), _pairs(row, j, group, degree, at, cuts)
                total += single[0] + pairs[0]
                slope += single[1] + pairs[1]
        for a in range(start.shape[0] - 1 if together else 0):
            j = start[a]
            if start[a + 1] - j == 2:
                two = _two(row, j, j + 1, nothing * r[k, j], at, cuts)
                total += two[0]
                slope += two[1]
        value[k] += sign[k] * total
        db[k] += slope
        for j in range(n):
            dg[k, j] += at[_GRADIENT, j]
