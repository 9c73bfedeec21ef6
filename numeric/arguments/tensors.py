"""Weights as float64 tensors that keep their gradients, and results in the kind that the weights came in."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, NamedTuple

import torch
from torch import Tensor

from . import arrays
from .real_array import DEEPEST, Refused, is_tensor, tensor_values
from .scalars import shown
from .transposed import sizes_known


class Weights(NamedTuple):
    """`W`: (..., m, n); `b`: (..., n) or None; `W_out`: (..., n, m), None for Wᵀ; float64, on W's device. `tensors`: whether
    torch's came in.
    """

    W: Tensor
    b: Tensor | None
    W_out: Tensor | None
    tensors: bool

    def in_kind(self, result: Tensor) -> Any:
        """A tensor where tensors came in, otherwise a NumPy array, or a NumPy number where it has no axes."""
        return result if self.tensors else result.detach().cpu().numpy()[()]


def weights(W: Any, b: Any = None, W_out: Any = None, *, finite: bool = True) -> Weights:
    """From NumPy arrays, nested sequences or tensors of real numbers, tensors with their graph; ValueError otherwise.

    An array beside a tensor becomes a tensor. `finite`: whether all must be. More rows than columns draw a
    `numeric.arguments.TransposedWarning`, unless W_out (..., n, m) says that they are meant.
    """
    read = tensor("W", W, finite=finite)
    with nullcontext() if W_out is None else sizes_known():
        arrays.check_shape(tuple(read.shape))
    out = None if W_out is None else tensor("W_out", W_out, finite=finite).to(read.device)
    if out is not None:
        arrays.check_out_shape(tuple(out.shape), tuple(read.shape))
    bias = None if b is None else tensor("b", b, finite=finite).to(read.device)
    if bias is not None:
        arrays.check_bias_shape(tuple(bias.shape), tuple(read.shape))
    return Weights(read, bias, out, hold(W) or hold(b) or hold(W_out))


def tensor(name: str, values: Any, *, finite: bool = True) -> Tensor:
    """Real numbers, `finite` ones unless that is False, as a float64 tensor; a tensor, or a list of them, keeps its graph
    and device.
    """
    if not is_tensor(values):
        if not hold(values):
            return torch.from_numpy(arrays.array(name, values, finite=finite).copy())
        parts = [tensor(name, part, finite=finite) for part in values]
        if len({part.shape for part in parts}) > 1:
            raise ValueError(f"{name} must hold real numbers, all rows of one length, got {shown(values)}")
        return torch.stack(parts)
    try:
        read: Tensor = tensor_values(values).to(torch.float64)
    except Refused as reason:
        raise ValueError(f"{name} must hold real numbers, {reason}, got {shown(values)}") from None
    if finite and not torch.isfinite(read).all():
        raise ValueError(f"{name} must be finite, got {read[~torch.isfinite(read)][0].item()} among its entries")
    return read


def hold(values: Any) -> bool:
    """Whether they are a tensor or nested sequences of tensors."""
    for _ in range(DEEPEST):
        if not isinstance(values, list | tuple) or not values:
            break
        values = values[0]
    return is_tensor(values)


def torch_device(device: Any) -> torch.device:
    """A device by its name, one that this machine has."""
    try:
        found = torch.device(device)
        torch.empty(0, device=found)
    except (RuntimeError, TypeError, ValueError, AssertionError):
        raise ValueError(f"device must be one that torch has here, such as 'cpu', got {shown(device)}") from None
    return found
