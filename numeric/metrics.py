r"""How a weight matrix stores features: norms, interference, dimensions.

Every function takes W of shape (..., m, n), columns W_i, as a NumPy array or a torch tensor, and gives back
the same kind (and floating dtype; integers become float64), batched over the leading axes. Arithmetic is
float64 on scaled columns, so that scales from 1e-300 to 1e300 neither overflow nor underflow on the way; no
gradient is kept. ValueError when W has fewer than two axes, an empty feature or hidden axis, or an entry that
is not finite.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats: TypeAlias = NDArray[np.float64]
Array = TypeVar("Array", NDArray[Any], Tensor)


def feature_norms(W: Array) -> Array:
    """‖W_i‖, shape (..., n)."""
    return _apply(lambda w: _polar(w)[1], W)


def superposition(W: Array) -> Array:
    """Σ_{j≠i} (Ŵ_i·W_j)², shape (..., n): how much of the others lies along W_i; 0 for a zero column."""
    return _apply(_superposition, W)


def feature_dimensionality(W: Array) -> Array:
    """D_i = ‖W_i‖² / Σ_j (Ŵ_i·W_j)², shape (..., n): in (0, 1], 0 for a zero column. Σ_i D_i ≤ rank W."""
    return _apply(_dimensionality, W)


def capacity(W: Array) -> Array:
    """C_i = (W_i·W_i)² / Σ_j (W_i·W_j)², shape (..., n): D_i with both sides multiplied by ‖W_i‖²."""
    return feature_dimensionality(W)


def dimensions_per_feature(W: Array) -> Array:
    """D* = m / ‖W‖_F², shape (...): infinite for W = 0."""
    return _apply(_per_feature, W)


def _polar(W: Floats) -> tuple[Floats, Floats]:
    """Unit columns (zero where W_i = 0), shape (..., m, n), and norms (..., n)."""
    scale = np.abs(W).max(axis=-2)  # (..., n)
    scaled = W / np.where(scale > 0, scale, 1.0)[..., None, :]
    norms = np.sqrt((scaled**2).sum(axis=-2))
    return scaled / np.where(norms > 0, norms, 1.0)[..., None, :], scale * norms


def _projections(W: Floats) -> Floats:
    """|Ŵ_i·W_j| at [..., i, j]."""
    units, norms = _polar(W)
    cosines = np.abs(np.swapaxes(units, -1, -2) @ units)
    return np.asarray(cosines * norms[..., None, :] * (norms > 0)[..., :, None])


def _superposition(W: Floats) -> Floats:
    others = _projections(W)
    diagonal = np.arange(W.shape[-1])
    others[..., diagonal, diagonal] = 0.0
    return np.asarray((others**2).sum(axis=-1))


def _dimensionality(W: Floats) -> Floats:
    projections = _projections(W)
    own = np.diagonal(projections, axis1=-2, axis2=-1)
    largest = projections.max(axis=-1)  # 0 for a zero column only
    scale = np.where(largest > 0, largest, 1.0)
    total = ((projections / scale[..., None]) ** 2).sum(axis=-1)  # at least 1, or 0 for a zero column
    return np.asarray((own / scale) ** 2 / np.maximum(total, 1.0))


def _per_feature(W: Floats) -> Floats:
    scale = np.abs(W).max(axis=(-2, -1))
    size = np.where(scale > 0, scale, 1.0)
    squares = ((W / size[..., None, None]) ** 2).sum(axis=(-2, -1))
    return np.where(scale > 0, W.shape[-2] / np.where(scale > 0, squares, 1.0) / size**2, np.inf)


def _apply(metric: Callable[[Floats], Floats], W: Array) -> Array:
    if isinstance(W, Tensor):
        kind = W.dtype if W.dtype.is_floating_point else torch.float64
        result = _checked(metric, W.detach().cpu().double().numpy())
        return torch.from_numpy(result).to(dtype=kind, device=W.device)
    array = np.asarray(W)
    kind = array.dtype if np.issubdtype(array.dtype, np.floating) else np.dtype(np.float64)
    return _checked(metric, array.astype(np.float64)).astype(kind)


def _checked(metric: Callable[[Floats], Floats], W: Floats) -> Floats:
    if W.ndim < 2 or 0 in W.shape[-2:]:
        raise ValueError(f"W must have shape (..., m, n) with m, n ≥ 1, got {W.shape}")
    if not np.isfinite(W).all():
        raise ValueError(f"W must be finite, got {W[~np.isfinite(W)][0]} among its entries")
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        return np.asarray(metric(W))
