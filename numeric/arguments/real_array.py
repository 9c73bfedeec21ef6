"""Arrays of real numbers from NumPy arrays, nested sequences and torch tensors, with nothing lost in silence."""

from __future__ import annotations

import sys
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

DEEPEST = 32  # axes of an array


class Refused(ValueError):
    """Says what the numbers must be."""


def floats(values: Any) -> Floats:
    """As float64. `Refused` where entries are not real numbers that a float can hold."""
    try:
        given = np.asarray(_plain(values))
    except Refused:
        raise
    except ValueError:
        raise Refused("all rows of one length") from None
    if given.dtype.kind == "O":
        try:
            given = np.array([_entry(entry) for entry in given.flat], dtype=np.float64).reshape(given.shape)
        except OverflowError:
            raise Refused("within the range of a float") from None
        except TypeError:
            raise Refused("alone or in nested sequences") from None
    if given.dtype.kind not in "iuf":
        raise Refused("not complex" if given.dtype.kind == "c" else "not text or objects")
    with np.errstate(over="ignore"):
        return given.astype(np.float64, copy=False)


def _entry(value: Any) -> float:
    if isinstance(plain := _plain(value), np.ndarray):
        raise Refused("all rows of one length")
    return float(plain)


def _plain(values: Any, depth: int = 0) -> Any:
    """Without tensors; what NumPy would read in silence is refused."""
    if is_tensor(values):
        return tensor_values(values).detach().cpu().double().numpy()
    if isinstance(values, list | tuple):
        if depth == DEEPEST:
            raise Refused(f"nested at most {DEEPEST} deep")
        return [_plain(entry, depth + 1) for entry in values]
    if isinstance(values, bool) or getattr(values, "dtype", None) == np.bool_:
        raise Refused("not booleans")
    if isinstance(values, str | bytes):
        raise Refused("not text")
    if isinstance(values, np.ma.MaskedArray):
        raise Refused("without a mask")
    if hasattr(values, "tocoo"):
        raise Refused("in dense storage")
    return values


def tensor_values(values: Any) -> Any:
    """A torch tensor as it is, or refused: only dense storage of real numbers."""
    if str(values.layout) != "torch.strided" or values.is_nested or values.is_meta:
        raise Refused("in dense storage")
    if values.is_complex():
        raise Refused("not complex")
    if str(values.dtype) == "torch.bool" or values.is_quantized:
        raise Refused("not booleans or quantized")
    return values


def is_tensor(value: object) -> bool:
    """Whether it is one of torch's, which is not imported for that."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)
