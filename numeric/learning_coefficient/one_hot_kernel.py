"""The loss with exactly one active feature and its gradient, for many chains: compiled, one chain after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arguments import Floats
from ..running.compiled import compiled


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
            slope_b = 0.0
            for j in range(c):
                g = 0.0
                for a in range(m):
                    g += z[k, a * c + i] * z[k, a * c + j]
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
                cross = g * p3 + b * p2
                mean = g * p2 + b * p1
                total += g * cross + b * mean
                slope = 2.0 * cross
                slope_b += 2.0 * mean
                if i == j:
                    total -= 2.0 * cross
                    slope -= 2.0 * p3
                    slope_b -= 2.0 * p2
                for a in range(m):
                    gradient[k, a * c + i] += slope * z[k, a * c + j]
                    gradient[k, a * c + j] += slope * z[k, a * c + i]
            gradient[k, edge + i] = slope_b
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
            slope_b = 0.0
            for j in range(c):
                g = 0.0
                for a in range(m):
                    g += z[k, a * c + i] * z[k, a * c + j]
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
                s0 = sums[last, 0] - sums[first, 0]
                s1 = sums[last, 1] - sums[first, 1]
                s2 = sums[last, 2] - sums[first, 2]
                cross = g * s2 + b * s1
                mean = g * s1 + b * s0
                total += g * cross + b * mean
                slope = 2.0 * cross
                slope_b += 2.0 * mean
                if i == j:
                    total -= 2.0 * cross
                    slope -= 2.0 * s2
                    slope_b -= 2.0 * s1
                for a in range(m):
                    gradient[k, a * c + i] += slope * z[k, a * c + j]
                    gradient[k, a * c + j] += slope * z[k, a * c + i]
            gradient[k, edge + i] = slope_b
        value[k] = total / count
        for p in range(edge + c):
            gradient[k, p] /= count
