"""The loss with exactly one active feature and its gradient, for many chains: compiled, one chain after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arguments import Floats
from ..running.compiled import compiled


@compiled(inline=True)
def _product(z: Floats, k: int, i: int, j: int, m: int, c: int) -> float:
    """W_i·W_j of chain k."""
    g = 0.0
    for a in range(m):
        g += z[k, a * c + i] * z[k, a * c + j]
    return g


@compiled(inline=True)
def _add_pair(
    z: Floats, k: int, i: int, j: int, m: int, c: int, g: float, b: float, p1: float, p2: float, p3: float, gradient: Floats
) -> float:  # fmt: skip
    """The loss of output i on input j, from the moments p1, p2, p3 of 1, x, x² where z > 0; its slopes are added."""
    cross = g * p3 + b * p2
    mean = g * p2 + b * p1
    total, slope, slope_b = g * cross + b * mean, 2.0 * cross, 2.0 * mean
    if i == j:
        total -= 2.0 * cross
        slope -= 2.0 * p3
        slope_b -= 2.0 * p2
    gradient[k, m * c + i] += slope_b
    for a in range(m):
        gradient[k, a * c + i] += slope * z[k, a * c + j]
        gradient[k, a * c + j] += slope * z[k, a * c + i]
    return total


@compiled("void(float64[:,::1], int64, int64, float64[::1], float64[:,::1])")
def one_hot(z: Floats, m: int, c: int, value: Floats, gradient: Floats) -> None:
    r"""K and ∂K, z (chains, mc + c) of W row by row and b.

    cK = Σ_ij ∫(δ x − (g x + b)₊)² dx: for the active part [u, v] of [0, 1] with P_k = (v^k − u^k)/k,
    ∫(gx + b)² = g (gP₃ + bP₂) + b (gP₂ + bP₁).
    """
    edge = m * c
    for k in range(z.shape[0]):
        total = c / 3.0
        gradient[k, :] = 0.0
        for i in range(c):
            b = z[k, edge + i]
            for j in range(c):
                g = _product(z, k, i, j, m, c)
                end = g + b
                if b <= 0.0 and end <= 0.0:
                    continue
                low, high = 0.0, 1.0
                if b < 0.0:
                    low = -b / g
                elif end < 0.0:
                    high = -b / g
                p1 = high - low
                p2 = p1 * (high + low) * 0.5
                p3 = p1 * (high * high + high * low + low * low) / 3.0
                total += _add_pair(z, k, i, j, m, c, g, b, p1, p2, p3, gradient)
        value[k] = total / c
        for p in range(edge + c):
            gradient[k, p] /= c


@compiled(
    "void(float64[:,::1], int64, int64, float64[::1], int64[::1], float64[:,::1], int64, float64[::1], float64[:,::1])"
)
def empirical(
    z: Floats,
    m: int,
    c: int,
    samples: Floats,
    start: NDArray[np.int64],
    sums: Floats,
    count: int,
    value: Floats,
    gradient: Floats,
) -> None:
    """The mean over `count` samples of the same loss: those of feature j are samples[start[j]:start[j + 1]], sorted, and
    sums (count + 1, 3) the running sums of 1, x, x² over all."""
    edge = m * c
    for k in range(z.shape[0]):
        total = sums[count, 2]
        gradient[k, :] = 0.0
        for i in range(c):
            b = z[k, edge + i]
            for j in range(c):
                g = _product(z, k, i, j, m, c)
                end = g + b
                if b <= 0.0 and end <= 0.0:
                    continue
                first, last = start[j], start[j + 1]
                if b < 0.0 or end < 0.0:
                    wall = -b / g
                    low, high = first, last
                    while low < high:
                        middle = (low + high) // 2
                        if samples[middle] <= wall:
                            low = middle + 1
                        else:
                            high = middle
                    if b < 0.0:
                        first = low
                    else:
                        last = low
                p1 = sums[last, 0] - sums[first, 0]
                p2 = sums[last, 1] - sums[first, 1]
                p3 = sums[last, 2] - sums[first, 2]
                total += _add_pair(z, k, i, j, m, c, g, b, p1, p2, p3, gradient)
        value[k] = total / count
        for p in range(edge + c):
            gradient[k, p] /= count


@compiled("void(float64[:,::1], int64, int64, int64[:,::1], float64[:,::1], float64[:,::1])")
def batch_gradient(z: Floats, m: int, c: int, which: NDArray[np.int64], samples: Floats, gradient: Floats) -> None:
    """Its gradient's mean over a batch of each chain: feature which[k, s] active at samples[k, s], both (chains, batch)."""
    edge = m * c
    size = which.shape[1]
    for k in range(z.shape[0]):
        gradient[k, :] = 0.0
        for s in range(size):
            j, x = which[k, s], samples[k, s]
            for i in range(c):
                g, b = _product(z, k, i, j, m, c), z[k, edge + i]
                if g * x + b > 0.0:
                    _add_pair(z, k, i, j, m, c, g, b, 1.0, x, x * x, gradient)
        for p in range(edge + c):
            gradient[k, p] /= size
