"""Arrays, weights and biases as they are given. Without torch.

Arrays come as NumPy arrays, nested sequences or torch tensors (of any floating or integer dtype, with a gradient or not) and
are read as float64. What NumPy would read in silence is refused: complex numbers, booleans, text, a mask, sparse storage,
numbers that are not finite or too large for a float. Every error is a ValueError that names the argument and the value.
`numeric.arguments.tensors` reads weights for torch, with their gradients.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .real_array import Floats, Refused, floats
from .scalars import shown
from .transposed import hint_at_transpose


def weights(W: ArrayLike, name: str = "W") -> Floats:
    """(..., m, n) with m, n ≥ 1. More rows than columns draw a `TransposedWarning`."""
    read = array(name, W)
    check_shape(read.shape, name)
    return read


def matrix(W: ArrayLike, name: str = "W") -> Floats:
    """As `weights`, of one model: (m, n)."""
    read = array(name, W)
    if read.ndim != 2:
        raise ValueError(f"{name} must have shape (m, n) with m, n ≥ 1, got {read.shape}")
    check_shape(read.shape, name)
    return read


def bias(b: ArrayLike | None, shape: tuple[int, ...]) -> Floats | None:
    """(..., n) beside weights of this `shape`; None where there is none."""
    if b is None:
        return None
    read = array("b", b)
    check_bias_shape(read.shape, shape)
    return read


def readout(W_out: ArrayLike | None, shape: tuple[int, ...]) -> Floats | None:
    """(..., n, m) beside weights W of this `shape`; None where it is Wᵀ."""
    if W_out is None:
        return None
    read = array("W_out", W_out)
    check_out_shape(read.shape, shape)
    return read


def check_shape(shape: tuple[int, ...], name: str = "W") -> None:
    """ValueError unless it is (..., m, n) with m, n ≥ 1; warning where m > n."""
    if len(shape) < 2 or 0 in shape[-2:]:
        raise ValueError(f"{name} must have shape (..., m, n) with m, n ≥ 1, got {shape}")
    hint_at_transpose(name, shape)


def check_bias_shape(given: tuple[int, ...], shape: tuple[int, ...]) -> None:
    wanted = (*shape[:-2], shape[-1])
    if given != wanted:
        raise ValueError(f"b must have shape {wanted} to match W, got {given}")


def check_out_shape(given: tuple[int, ...], shape: tuple[int, ...]) -> None:
    wanted = (*shape[:-2], shape[-1], shape[-2])
    if given != wanted:
        raise ValueError(f"W_out must have shape {wanted} to match W, got {given}")


def array(name: str, values: Any, *, finite: bool = True) -> Floats:
    """Real numbers of any shape; `finite`: whether all must be."""
    try:
        read = floats(values)
    except Refused as reason:
        raise ValueError(f"{name} must hold real numbers, {reason}, got {shown(values)}") from None
    if finite and not np.isfinite(read).all():
        raise ValueError(f"{name} must be finite, got {read[~np.isfinite(read)][0]} among its entries")
    return read
