"""Compiled loops of a training step, one pass over memory each; what they compute say `gradient`, `sparse_gradient` and
`optimiser`. Matrix products are left to BLAS.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..running.compiled import compiled

_ZERO, _ONE = np.float32(0), np.float32(1)
LANE = 16
"""What a width should be a multiple of: a full vector of numbers."""

Singles = NDArray[np.float32]
Integers = NDArray[np.int32]


@compiled(
    "void(float32[:, :, ::1], float32[:, :, ::1], float32[:, ::1], float32[:, ::1], float32[:, ::1],"
    " int64, boolean, boolean)"
)
def residual(
    z: Singles, x: Singles, b: Singles, scale: Singles, total: Singles, absent: int, relu: bool, absolute: bool
) -> None:
    """In place of z = Vh (models, n, columns): d = φ'(z + b)·scale·(φ(z + b) - y), with its sums over columns in `total`.

    y is x, or |x| where `absolute`; φ is ReLU, or linear. The last column counts 1 + `absent` times.
    """
    models, n, columns = z.shape
    for k in range(models):
        for i in range(n):
            d, inputs = z[k, i], x[k, i]
            bias, factor, added = b[k, i], scale[k, i], _ZERO
            for s in range(columns):
                v = d[s] + bias
                wanted = abs(inputs[s]) if absolute else inputs[s]
                e = (v - wanted) * factor
                e = _ZERO if relu and v <= _ZERO else e
                d[s] = e
                added += e
            more = np.float32(absent) * d[columns - 1]
            d[columns - 1] += more
            total[k, i] = added + more


@compiled("void(float32[:, ::1], int32[::1], float32[::1], int32[::1], float32[:, ::1])")
def scatter(rows: Singles, feature: Integers, value: Singles, start: Integers, into: Singles) -> None:
    """into[feature] += value·rows_s over the entries of every sample s. `rows`: (samples, width), `into`: (n, width)."""
    for s in range(len(rows)):
        for j in range(start[s], start[s + 1]):
            v, i = value[j], feature[j]
            for k in range(rows.shape[1]):
                into[i, k] += v * rows[s, k]


@compiled(
    "void(float32[:, ::1], int32[::1], float32[::1], int32[::1], float32[::1], float32[::1], float32[::1],"
    " boolean, boolean)"
)
def sparse_residual(
    z: Singles,
    feature: Integers,
    value: Singles,
    start: Integers,
    b: Singles,
    scale: Singles,
    total: Singles,
    relu: bool,
    absolute: bool,
) -> None:
    """As `residual` for one model and samples of active entries: z is (samples, n)."""
    n, linear = len(b), not relu
    total[:] = _ZERO
    taken = np.zeros(n, np.float32)  # apart: single numbers written into what is then read in vectors are waited for
    for s in range(len(z)):
        d = z[s]
        for i in range(n):
            v = d[i] + b[i]
            e = _ZERO if relu and v <= _ZERO else v * scale[i]
            d[i] = e
            total[i] += e
        for j in range(start[s], start[s + 1]):
            i, wanted = feature[j], abs(value[j]) if absolute else value[j]
            e = d[i]
            # A factor, not a branch, which half of the entries would mislead.
            less = wanted * scale[i] * np.float32((e != _ZERO) | linear)
            d[i] = e - less
            taken[i] += less
    for i in range(n):
        total[i] -= taken[i]


@compiled("void(float32[::1], float32[::1], float32[::1], float32[::1], float32[::1], float32[::1])", strict=True)
def adam(
    parameters: Singles, gradient: Singles, first: Singles, second: Singles, rates: Singles, settings: Singles
) -> None:
    """A step in place. `rates`: one for all or one each; `settings`: 1 - β₁, β₂, 1 - β₂, and of this step ε', the factor of
    the rates and that of decay.
    """
    keep1, beta2, keep2, epsilon, factor, decay = settings
    same = len(rates) == 1
    for j in range(len(parameters)):
        g, rate = gradient[j], rates[0] if same else rates[j]
        first[j] += keep1 * (g - first[j])
        second[j] = second[j] * beta2 + keep2 * (g * g)
        step = first[j] * (rate * factor) / (np.sqrt(second[j]) + epsilon)
        parameters[j] = parameters[j] * (_ONE - rate * decay) - step
