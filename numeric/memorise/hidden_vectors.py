r"""How data points are stored: dimensionality with the hidden vectors h_i = W X_i in place of the columns of W."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse

from ..arguments import Floats, array
from ..metrics import Array, apply, polar


def example_dimensionality(W: Array, X: Any) -> Array:
    r"""D_{X_i} = ‖h_i‖² / Σ_j (ĥ_i·h_j)² with h_i = W X_i, shape (..., T): in [0, 1], 0 where h_i = 0.

    `W`: (..., m, n). `X`: (..., n, T), a data point in each column, as an array, a tensor or, for a single W, a SciPy
    sparse matrix. The sum over j is ‖R ĥ_i‖² with Hᵀ = QR, so memory is that of H and time T m². Relative error about
    T·m·eps·max‖h_j‖/‖h_i‖, at any common scale. T points of one norm that are a tight frame have D = m/T. ValueError as in
    `numeric.metrics`, and for an X that does not fit W or is not finite.

    >>> example_dimensionality(np.array([[1.0, -1.0]]), np.eye(2))
    array([0.5, 0.5])
    """
    points = X.tocsr() if issparse(X) else array("X", X)
    return apply(lambda w: _dimensionality(_hidden(w, points)), W)


def _hidden(W: Floats, X: Any) -> Floats:
    """W X up to powers of two that keep products from overflowing, shape (..., m, T)."""
    n, sparse = W.shape[-1], issparse(X)
    if X.ndim < 2 or X.shape[-2] != n or X.shape[-1] == 0 or (sparse and W.ndim > 2):
        wanted = f"({n}, T), beside one W," if sparse else f"(..., {n}, T)"
        raise ValueError(f"X must have shape {wanted} with T ≥ 1 to match W of shape {W.shape}, got {X.shape}")
    if sparse:
        entries = array("X", X.data)
        scaled = X.astype(np.float64)
        scaled.data = np.ldexp(scaled.data, -np.frexp(np.abs(entries).max(initial=0.0))[1])
        return np.asarray((scaled.T @ _scaled(W).T).T)
    try:
        return np.asarray(_scaled(W) @ _scaled(X))
    except ValueError:
        raise ValueError(f"X of shape {X.shape} must have leading axes that broadcast with W's, {W.shape}") from None


def _scaled(matrices: Floats) -> Floats:
    """Each matrix with the largest |entry| in [1/2, 1), exactly."""
    return np.asarray(np.ldexp(matrices, -np.frexp(np.abs(matrices).max(axis=(-2, -1), keepdims=True))[1]))


def _dimensionality(H: Floats) -> Floats:
    units, norms = polar(_scaled(H))
    factor = np.linalg.qr(np.swapaxes(units * norms[..., None, :], -1, -2), mode="r")
    total = np.maximum(polar(factor @ units)[1], norms)  # (Σ_j (ĥ_i·h_j)²)^½, below ‖h_i‖ only by rounding
    return np.asarray((norms / np.where(norms > 0, total, 1.0)) ** 2)
