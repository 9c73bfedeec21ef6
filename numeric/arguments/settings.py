"""Sparsities and importances of models, as rows; one model with its data. Without torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .arrays import array, bias, matrix
from .real_array import Floats

Row: TypeAlias = float | Sequence[float]


@dataclass(frozen=True)
class Setting:
    """One model ReLU(WᵀWx + b) and its data: W (m, n); b, sparsity and importance (n,)."""

    W: Floats
    b: Floats
    sparsity: Floats
    importance: Floats


def setting(W: ArrayLike, b: ArrayLike | None, sparsity: ArrayLike, importance: ArrayLike | None) -> Setting:
    """`W`: (m, n); `b`: (n,) or None for 0; `sparsity`: number or (n,) in [0, 1]; `importance`: None for 1, number or
    (n,), ≥ 0 and finite.
    """
    read = matrix(W)
    n = read.shape[1]
    given = bias(b, read.shape)
    return Setting(
        read, np.zeros(n) if given is None else given, sparsity_row(sparsity, n), importance_row(importance, n)
    )


def sparsity_row(sparsity: ArrayLike, n: int) -> Floats:
    """`sparsity` (a number or n numbers, each in [0, 1]) as an array (n,)."""
    return sparsity_rows(sparsity, (), n)


def importance_row(importance: ArrayLike | None, n: int) -> Floats:
    """`importance` (None for 1; else a number or n numbers, finite and ≥ 0) as an array (n,)."""
    return importance_rows(importance, (), n)


def sparsity_rows(sparsity: ArrayLike, batch: tuple[int, ...], n: int) -> Floats:
    """Of models of this batch shape, as an array (*batch, n): a number; (n,) for each feature; (*batch, 1) for each
    model; (*batch, n) for each feature of each model.
    """
    rows = _rows("sparsity", sparsity, batch, n)
    outside = rows[~((rows >= 0) & (rows <= 1))]
    if outside.size:
        raise ValueError(f"sparsity must lie in [0, 1], got {float(outside[0])}")
    return rows


def importance_rows(importance: ArrayLike | None, batch: tuple[int, ...], n: int) -> Floats:
    """As `sparsity_rows`, for None (1), or numbers that are finite and ≥ 0."""
    rows = _rows("importance", 1.0 if importance is None else importance, batch, n)
    outside = rows[~((rows >= 0) & (rows < np.inf))]
    if outside.size:
        raise ValueError(f"importance must be finite and at least 0, got {float(outside[0])}")
    return rows


def _rows(name: str, values: ArrayLike, batch: tuple[int, ...], n: int) -> Floats:
    rows = array(name, values, finite=False)
    if rows.shape not in {(), (n,), *({(*batch, 1), (*batch, n)} if batch else ())}:
        wanted = f"one number or {n} numbers, one per feature"
        if batch:
            wanted += f", or, for each of the models, of shape {(*batch, 1)} or {(*batch, n)}"
        hint = f": one per model is an array of shape {(*batch, 1)}" if rows.ndim == 1 and rows.shape == batch else ""
        raise ValueError(f"{name} must be {wanted}, got shape {rows.shape}{hint}")
    return np.array(np.broadcast_to(rows, (*batch, n)))
