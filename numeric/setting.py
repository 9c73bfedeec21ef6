"""What every numeric route is given: weights, bias, sparsities, importances; checked, as float64 arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Row: TypeAlias = float | Sequence[float]


@dataclass(frozen=True)
class Setting:
    """One model ReLU(WᵀWx + b) and its data: W (m, n); b, sparsity and importance (n,)."""

    W: Floats
    b: Floats
    sparsity: Floats
    importance: Floats


def setting(W: ArrayLike, b: ArrayLike | None, sparsity: ArrayLike, importance: ArrayLike | None) -> Setting:
    """Check and convert. `W`: (m, n); `b`: (n,) or None for 0; `sparsity`: number or (n,) in [0, 1];
    `importance`: None for 1, number or (n,), ≥ 0 and finite. ValueError names the argument and the value.
    """
    weights = _array("W", W)
    if weights.ndim != 2 or 0 in weights.shape:
        raise ValueError(f"W must have shape (m, n) with m, n ≥ 1, got shape {weights.shape}")
    n = weights.shape[1]
    bias = np.zeros(n) if b is None else _array("b", b)
    if bias.shape != (n,):
        raise ValueError(f"b must have shape ({n},) to match W, got shape {bias.shape}")
    for name, array in (("W", weights), ("b", bias)):
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got {array.tolist()}")
    return Setting(weights, bias, sparsity_row(sparsity, n), importance_row(importance, n))


def sparsity_row(sparsity: ArrayLike, n: int) -> Floats:
    """`sparsity` (a number or n numbers, each in [0, 1]) as an array (n,). ValueError otherwise."""
    row = _row("sparsity", sparsity, n)
    for s in row:
        if not 0 <= s <= 1:
            raise ValueError(f"sparsity must lie in [0, 1], got {float(s)}")
    return row


def importance_row(importance: ArrayLike | None, n: int) -> Floats:
    """`importance` (None for 1; else one or n numbers, finite and ≥ 0) as an array (n,), or ValueError."""
    row = _row("importance", 1.0 if importance is None else importance, n)
    for value in row:
        if not 0 <= value < np.inf:
            raise ValueError(f"importance must be finite and at least 0, got {float(value)}")
    return row


def _row(name: str, values: ArrayLike, n: int) -> Floats:
    row = _array(name, values)
    if row.shape not in ((), (n,)):
        raise ValueError(f"{name} must be one number or {n} numbers, one per feature, got shape {row.shape}")
    return np.array(np.broadcast_to(row, (n,)))


def _array(name: str, values: ArrayLike) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers, got {values!r}") from None
