r"""How a weight matrix stores features: norms, interference, dimensions, rank.

Every function takes W of shape (..., m, n), columns W_i, as a NumPy array or a torch tensor, and gives back
the same kind (and floating dtype; integers become float64), batched over the leading axes; a rank is an integer, a
yes or no a bool. Arithmetic is float64 on scaled columns, so that scales from 1e-300 to 1e300 neither overflow nor
underflow on the way; no gradient is kept. ValueError when W has fewer than two axes, an empty feature or hidden axis,
or an entry that is not finite.
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
    return apply(lambda w: polar(w)[1], W)


def frobenius_count(W: Array) -> Array:
    """‖W‖_F² = Σ_i ‖W_i‖², shape (...): how many features are stored, if each is stored with norm 0 or 1."""
    return apply(_frobenius, W)


def superposition(W: Array) -> Array:
    """Σ_{j≠i} (Ŵ_i·W_j)², shape (..., n): how much of the others lies along W_i; 0 for a zero column."""
    return apply(_superposition, W)


def feature_dimensionality(W: Array) -> Array:
    r"""D_i = ‖W_i‖² / Σ_j (Ŵ_i·W_j)², shape (..., n): in (0, 1], 0 for a zero column.

    Σ_i D_i ≤ rank W, with equality exactly when every column is an eigenvector of WWᵀ: with μ = Ŵ_iᵀWWᵀŴ_i and
    (·)⁺ the pseudoinverse,

    .. math:: W_i^T (WW^T)^+ W_i - D_i = \frac{‖W_i‖^2}{μ^2}
              \bigl(WW^T \hat W_i - μ \hat W_i\bigr)^T (WW^T)^+ \bigl(WW^T \hat W_i - μ \hat W_i\bigr) \ge 0

    and the leverages on the left add up to the rank.
    """
    return apply(_dimensionality, W)


def capacity(W: Array) -> Array:
    """C_i = (W_i·W_i)² / Σ_j (W_i·W_j)², shape (..., n): D_i with both sides multiplied by ‖W_i‖²."""
    return feature_dimensionality(W)


def dimensions_per_feature(W: Array) -> Array:
    """D* = m / ‖W‖_F², shape (...): infinite for W = 0."""
    return apply(_per_feature, W)


def coherence(W: Array) -> Array:
    """max_{i≠j} |Ŵ_i·Ŵ_j| over nonzero columns, shape (...): in [0, 1], 0 where fewer than two are nonzero."""
    return apply(_coherence, W)


def numerical_rank(W: Array, *, tolerance: float | None = None) -> Array:
    """The rank of W, integers of shape (...): singular values of the matrix of unit columns above `tolerance` times the
    largest of them. Scaling a column does not change the rank, so a nonzero column counts however short it is.

    `tolerance` in (0, 1); None for max(m, n) times the spacing of W's own dtype at 1. ValueError otherwise.
    """
    cut = _cut(W, tolerance)
    return apply(lambda w: _rank(w, cut), W)


def gram_is_singular(W: Array, *, tolerance: float | None = None) -> Array:
    """Whether WᵀW has no inverse, that is rank W < n, shape (...). So it is for every W with n > m, also for one that
    merely drops features: `in_superposition` tells the two apart. `tolerance` as in `numerical_rank`.
    """
    cut = _cut(W, tolerance)
    return apply(lambda w: _rank(w, cut) < w.shape[-1], W)


def in_superposition(W: Array, *, tolerance: float | None = None, negligible: float = 0.0) -> Array:
    """Whether more columns are nonzero than the rank of W, shape (...): then the stored features are not independent.

    Columns no longer than `negligible` (in [0, 1)) times the longest count as zero, in the rank too. `tolerance` as in
    `numerical_rank`. ValueError otherwise.
    """
    if not 0 <= negligible < 1:
        raise ValueError(f"negligible must lie in [0, 1), got {negligible}")
    cut = _cut(W, tolerance)

    def more_than_rank(w: Floats) -> Floats:
        norms = polar(w)[1]
        kept = norms > negligible * norms.max(axis=-1, keepdims=True)
        return np.asarray(kept.sum(axis=-1) > _rank(w * kept[..., None, :], cut))

    return apply(more_than_rank, W)


def polar(W: Floats) -> tuple[Floats, Floats]:
    """Unit columns (zero where W_i = 0), shape (..., m, n), and norms (..., n)."""
    scale = np.abs(W).max(axis=-2)  # (..., n)
    scaled = W / np.where(scale > 0, scale, 1.0)[..., None, :]
    norms = np.sqrt((scaled**2).sum(axis=-2))
    return scaled / np.where(norms > 0, norms, 1.0)[..., None, :], scale * norms


def _projections(W: Floats) -> Floats:
    """|Ŵ_i·W_j| at [..., i, j]."""
    units, norms = polar(W)
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


def _scaled_square(W: Floats) -> tuple[Floats, Floats]:
    """‖W/size‖_F² (0 for W = 0) and size, the largest |entry| (1 for W = 0), each of shape (...)."""
    scale = np.abs(W).max(axis=(-2, -1))
    size = np.where(scale > 0, scale, 1.0)
    return ((W / size[..., None, None]) ** 2).sum(axis=(-2, -1)), size


def _frobenius(W: Floats) -> Floats:
    squares, size = _scaled_square(W)
    return squares * size * size


def _per_feature(W: Floats) -> Floats:
    squares, size = _scaled_square(W)
    return np.where(squares > 0, W.shape[-2] / np.where(squares > 0, squares, 1.0) / size**2, np.inf)


def _coherence(W: Floats) -> Floats:
    units, _ = polar(W)
    cosines = np.abs(np.swapaxes(units, -1, -2) @ units)
    diagonal = np.arange(W.shape[-1])
    cosines[..., diagonal, diagonal] = 0.0
    return np.asarray(cosines.max(axis=(-2, -1)).clip(max=1.0))


def _rank(W: Floats, cut: float) -> NDArray[np.int64]:
    singular = np.linalg.svd(polar(W)[0], compute_uv=False)
    return np.asarray((singular > cut * singular[..., :1]).sum(axis=-1))


def _cut(W: NDArray[Any] | Tensor, tolerance: float | None) -> float:
    if tolerance is not None:
        if not 0 < tolerance < 1:
            raise ValueError(f"tolerance must lie in (0, 1), got {tolerance}")
        return tolerance
    if isinstance(W, Tensor):
        spacing = torch.finfo(W.dtype if W.dtype.is_floating_point else torch.float64).eps
    else:
        kind = np.asarray(W).dtype
        spacing = float(np.finfo(kind if np.issubdtype(kind, np.floating) else np.float64).eps)
    return max(np.shape(W)[-2:], default=1) * spacing


def apply(metric: Callable[[Floats], NDArray[Any]], W: Array) -> Array:
    """The metric of W as float64, given back as the kind and floating dtype of W. ValueError as the module says."""
    if isinstance(W, Tensor):
        kind = W.dtype if W.dtype.is_floating_point else torch.float64
        result = torch.from_numpy(_checked(metric, W.detach().cpu().double().numpy()))
        return result.to(dtype=kind if result.dtype.is_floating_point else result.dtype, device=W.device)
    array = np.asarray(W)
    floating = array.dtype if np.issubdtype(array.dtype, np.floating) else np.dtype(np.float64)
    found = _checked(metric, array.astype(np.float64))
    return found.astype(floating) if np.issubdtype(found.dtype, np.floating) else found


def _checked(metric: Callable[[Floats], NDArray[Any]], W: Floats) -> NDArray[Any]:
    if W.ndim < 2 or 0 in W.shape[-2:]:
        raise ValueError(f"W must have shape (..., m, n) with m, n ≥ 1, got {W.shape}")
    if not np.isfinite(W).all():
        raise ValueError(f"W must be finite, got {W[~np.isfinite(W)][0]} among its entries")
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        return np.asarray(metric(W))
