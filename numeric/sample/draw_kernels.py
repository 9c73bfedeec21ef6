"""Compiled loops that turn uniforms into samples, one pass each; what they compute says `nonempty` and `active`.

To the last bit what the array code there gives.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..running.compiled import compiled

_ZERO, _ONE = np.float32(0), np.float32(1)

Singles = NDArray[np.float32]


@compiled("void(float32[:, :, ::1], float32[:, ::1], float32[:, ::1], float32[:, ::1], int64, boolean)", strict=True)
def nonempty(x: Singles, first: Singles, later: Singles, survival: Singles, columns: int, signed: bool) -> None:
    """In place of uniforms x (steps, models, ≥ n·columns + 1): n rows of `columns` samples that are not zero, then zeros.

    `first`, `later`: (models, n), slopes of 1 - u/p for a feature before which none is active, and for the others; number
    n·columns says how many samples there are, by `survival` (models, batch), increasing.
    """
    empty = np.empty(columns, np.float32)
    steps, models, _ = x.shape
    n = first.shape[1]
    for t in range(steps):
        for k in range(models):
            count = min(np.searchsorted(survival[k], -abs(x[t, k, n * columns])), columns)
            empty[:] = _ONE
            for i in range(n):
                u = x[t, k, i * columns : (i + 1) * columns]
                alone, beside = first[k, i], later[k, i]
                offset = _ONE if beside != _ZERO else _ZERO
                for s in range(columns):
                    y = abs(u[s]) * (alone if empty[s] > _ZERO else beside) + offset
                    y = y if y > _ZERO else _ZERO
                    empty[s] = empty[s] if y == _ZERO else _ZERO
                    sign = _ONE if u[s] > _ZERO else (-_ONE if u[s] < _ZERO else _ZERO)
                    u[s] = y * sign if signed else y
                u[count:] = _ZERO


@compiled(
    "UniTuple(int64, 2)(int32[::1], float32[::1], float32[::1], int64, int64, boolean,"
    " int32[::1], float32[::1], int64[::1], int32[::1])",
    strict=True,
)
def entries(
    gaps: NDArray[Any],
    signed_value: Singles,
    keep: Singles,
    n: int,
    batch: int,
    signed: bool,
    feature: NDArray[Any],
    value: Singles,
    place: NDArray[Any],
    start: NDArray[Any],
) -> tuple[int, int]:
    """The heads at `gaps` as active entries, in the four arrays of an `Active`; how many, and of how many samples.

    `keep`: (n,), the probability with which a feature's head is kept, or (0,) where all are.
    """
    count, samples, sample, before = 0, 0, 0, 0
    at, first, last = -1, 0, -1
    for j in range(len(gaps)):
        at += int(gaps[j]) + 1
        if at >= n * batch:
            break
        while at - first >= n:
            first += n
            sample += 1
        i, v = at - first, signed_value[j]
        if len(keep):
            if not abs(v) < keep[i]:
                continue
            v = v / keep[i]
        if last != sample:
            last = sample
            start[samples] = count
            before = samples * n
            samples += 1
        feature[count] = i
        value[count] = v if signed else abs(v)
        place[count] = before + i
        count += 1
    start[samples] = count
    return count, samples
