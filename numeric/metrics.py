r"""How a weight matrix stores features: norms, interference, dimensions, rank.

Every function takes W of shape (..., m, n), columns W_i, as a NumPy array, nested lists or a torch tensor, and gives back
float64 as a NumPy array, or a tensor for a tensor, batched over the leading axes; a rank is an integer, a yes or no a bool.
Arithmetic is on columns scaled by powers of two, so that nothing overflows or underflows on the way, whatever the scale: what
is infinite or 0 is so because the value itself is beyond the range of floats. No gradient is kept. ValueError when W has fewer
than two axes, an empty feature or hidden axis, or an entry that is not a finite real number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .arguments import Floats, array, number, weights

Array = TypeVar("Array", NDArray[Any], Tensor)


def feature_norms(W: Array) -> Array:
    """‖W_i‖, shape (..., n).

    >>> feature_norms(np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 2.0]]))
    array([1., 1., 2.])
    """
    return apply(lambda w: polar(w)[1], W)


def frobenius_count(W: Array) -> Array:
    """‖W‖_F² = Σ_i ‖W_i‖², shape (...): how many features are stored, if each is stored with norm 0 or 1."""
    return apply(_frobenius, W)


def superposition(W: Array) -> Array:
    """Σ_{j≠i} (Ŵ_i·W_j)², shape (..., n): how much of the others lies along W_i; 0 for a zero column.

    >>> superposition(np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 2.0]]))
    array([1., 1., 0.])
    """
    return apply(_superposition, W)


def feature_dimensionality(W: Array) -> Array:
    r"""D_i = ‖W_i‖² / Σ_j (Ŵ_i·W_j)², shape (..., n): in (0, 1], 0 for a zero column.

    Σ_i D_i ≤ rank W, with equality exactly when every column is an eigenvector of WWᵀ: with μ = Ŵ_iᵀWWᵀŴ_i and
    (·)⁺ the pseudoinverse,

    .. math:: W_i^T (WW^T)^+ W_i - D_i = \frac{‖W_i‖^2}{μ^2}
              \bigl(WW^T \hat W_i - μ \hat W_i\bigr)^T (WW^T)^+ \bigl(WW^T \hat W_i - μ \hat W_i\bigr) \ge 0

    and the leverages on the left add up to the rank.

    >>> feature_dimensionality(np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 2.0]]))
    array([0.5, 0.5, 1. ])
    """
    return apply(_dimensionality, W)


def capacity(W: Array) -> Array:
    """C_i = (W_i·W_i)² / Σ_j (W_i·W_j)², shape (..., n): D_i with both sides multiplied by ‖W_i‖².

    >>> capacity(np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 2.0]]))
    array([0.5, 0.5, 1. ])
    """
    return feature_dimensionality(W)


def dimensions_per_feature(W: Array) -> Array:
    """D* = m / ‖W‖_F², shape (...): infinite for W = 0.

    >>> float(dimensions_per_feature(np.array([[1.0, -1.0]])))
    0.5
    """
    return apply(_per_feature, W)


def coherence(W: Array) -> Array:
    """max_{i≠j} |Ŵ_i·Ŵ_j| over nonzero columns, shape (...): in [0, 1], 0 where fewer than two are nonzero.

    Good to (m + 2)·eps. So columns at an angle of less than √(2(m + 2)·eps), 4e-8 in two dimensions, may have the coherence 1
    of parallel ones.
    """
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
    share = number("negligible", negligible, "[0, 1)")
    cut = _cut(W, tolerance)

    def more_than_rank(w: Floats) -> NDArray[Any]:
        columns = _columns(w)
        norms = columns.norms(columns.exponents.max(axis=-1, keepdims=True))
        kept = norms > share * norms.max(axis=-1, keepdims=True) if share else columns.sizes > 0
        return np.asarray(kept.sum(axis=-1) > _rank(w * kept[..., None, :], cut))

    return apply(more_than_rank, W)


def polar(W: Floats) -> tuple[Floats, Floats]:
    """Unit columns (zero where W_i = 0), shape (..., m, n), and norms (..., n)."""
    columns = _columns(W)
    return columns.units, columns.norms(np.zeros((), dtype=np.int32))


class _Columns(NamedTuple):
    """W_i = sizes_i · 2^exponents_i · units_i, with sizes 0 or in [1/2, √m)."""

    units: Floats
    sizes: Floats
    exponents: NDArray[np.int32]

    def norms(self, exponent: NDArray[np.int32]) -> Floats:
        """‖W_i‖/2^exponent."""
        return np.asarray(np.ldexp(self.sizes, self.exponents - exponent))


def _columns(W: Floats) -> _Columns:
    exponents = np.frexp(np.abs(W).max(axis=-2))[1]  # (..., n)
    scaled = np.ldexp(W, -exponents[..., None, :])
    sizes = np.sqrt((scaled**2).sum(axis=-2))
    return _Columns(scaled / np.where(sizes > 0, sizes, 1.0)[..., None, :], sizes, exponents)


def _cosines(units: Floats, *, own: bool) -> Floats:
    """|Ŵ_i·Ŵ_j| at [..., i, j], 0 on the diagonal unless `own`."""
    cosines = np.abs(np.swapaxes(units, -1, -2) @ units)
    if not own:
        diagonal = np.arange(units.shape[-1])
        cosines[..., diagonal, diagonal] = 0.0
    return np.asarray(cosines)


def _projections(W: Floats, *, own: bool) -> tuple[Floats, NDArray[np.int32]]:
    """|Ŵ_i·W_j|/2^e_i at [..., i, j], the largest of each row in [1/2, 1) or 0, and e_i, (..., n)."""
    columns = _columns(W)
    cosines = _cosines(columns.units, own=own)
    mantissas, exponents = np.frexp(cosines * columns.sizes[..., None, :])
    exponents = np.where(mantissas > 0, exponents + columns.exponents[..., None, :], -(1 << 20))
    largest = exponents.max(axis=-1)
    return np.asarray(np.ldexp(mantissas, np.maximum(exponents - largest[..., None], -(1 << 12)))), largest


def _superposition(W: Floats) -> Floats:
    others, exponents = _projections(W, own=False)
    return np.asarray(np.ldexp((others**2).sum(axis=-1), 2 * exponents))


def _dimensionality(W: Floats) -> Floats:
    projections, _ = _projections(W, own=True)
    own = np.diagonal(projections, axis1=-2, axis2=-1)
    total = (projections**2).sum(axis=-1)  # at least 1/4, or 0 for a zero column
    return np.asarray(own**2 / np.where(total > 0, total, 1.0))


def _scaled_square(W: Floats) -> tuple[Floats, NDArray[np.int32]]:
    """‖W‖_F²/4^e and e, each of shape (...)."""
    exponents = np.frexp(np.abs(W).max(axis=(-2, -1)))[1]
    return (np.ldexp(W, -exponents[..., None, None]) ** 2).sum(axis=(-2, -1)), exponents


def _frobenius(W: Floats) -> Floats:
    squares, exponents = _scaled_square(W)
    return np.asarray(np.ldexp(squares, 2 * exponents))


def _per_feature(W: Floats) -> Floats:
    squares, exponents = _scaled_square(W)
    return np.where(squares > 0, np.ldexp(W.shape[-2] / np.where(squares > 0, squares, 1.0), -2 * exponents), np.inf)


def _coherence(W: Floats) -> Floats:
    return np.asarray(_cosines(_columns(W).units, own=False).max(axis=(-2, -1)).clip(max=1.0))


def _rank(W: Floats, cut: float) -> NDArray[np.int64]:
    singular = np.linalg.svd(_columns(W).units, compute_uv=False)
    return np.asarray((singular > cut * singular[..., :1]).sum(axis=-1))


def _cut(W: NDArray[Any] | Tensor, tolerance: float | None) -> float:
    if tolerance is not None:
        return number("tolerance", tolerance, "(0, 1)")
    if isinstance(W, Tensor):
        spacing = torch.finfo(W.dtype if W.dtype.is_floating_point else torch.float64).eps
    else:
        kind = getattr(W, "dtype", np.dtype(np.float64))
        spacing = float(np.finfo(kind if np.issubdtype(kind, np.floating) else np.float64).eps)
    return max(array("W", W).shape[-2:], default=1) * spacing


def apply(metric: Callable[[Floats], NDArray[Any]], W: Array) -> Array:
    """The metric of W as float64, given back as a tensor on its device for a tensor, otherwise as a NumPy array."""
    read = weights(W)
    with np.errstate(over="ignore", under="ignore"):
        found = np.asarray(metric(read))
    return torch.from_numpy(found).to(W.device) if isinstance(W, Tensor) else found
