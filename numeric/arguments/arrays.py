"""What a public function is given, read in one place: numbers, arrays, weights, rows of settings. Without torch.

Arrays come as NumPy arrays, nested sequences or torch tensors (of any floating or integer dtype, with a gradient or not) and
are read as float64. What NumPy would read in silence is refused: complex numbers, booleans, text, a mask, sparse storage,
numbers that are not finite or too large for a float. Every error is a ValueError that names the argument and the value.
`numeric.tensors` reads weights for torch, with their gradients.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .real_array import Floats as Floats
from .real_array import Refused, floats
from .transposed import TransposedWarning as TransposedWarning
from .transposed import hint_at_transpose

Row: TypeAlias = float | Sequence[float]
Kind = TypeVar("Kind")

MOST_SEED = 2**63 - 1

_short = reprlib.Repr()
_short.maxlong = _short.maxstring = _short.maxother = 80


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


def check_shape(shape: tuple[int, ...], name: str = "W") -> None:
    """ValueError unless it is (..., m, n) with m, n ≥ 1; warning where m > n."""
    if len(shape) < 2 or 0 in shape[-2:]:
        raise ValueError(f"{name} must have shape (..., m, n) with m, n ≥ 1, got {shape}")
    hint_at_transpose(name, shape)


def check_bias_shape(given: tuple[int, ...], shape: tuple[int, ...]) -> None:
    wanted = (*shape[:-2], shape[-1])
    if given != wanted:
        raise ValueError(f"b must have shape {wanted} to match W, got {given}")


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


def whole(name: str, value: object, least: int = 0, most: float = math.inf) -> int:
    """A whole number of at least `least` and at most `most`, as an int."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not least <= int(value) <= most:
        wanted = (
            f"of at least {least}"
            if most == math.inf
            else f"in [{least}, {'2^63)' if most == MOST_SEED else f'{most}]'}"
        )
        raise ValueError(f"{name} must be a whole number {wanted}, got {shown(value)}")
    return int(value)


def entries(name: str, values: object, least: int = 0, most: float = math.inf) -> tuple[int, ...]:
    """A sequence of whole numbers, each of at least `least` and at most `most`."""
    if isinstance(values, str | bytes) or not isinstance(values, Sequence | np.ndarray):
        raise ValueError(f"{name} must be a sequence of whole numbers, got {shown(values)}")
    return tuple(whole(name, value, least, most) for value in values)


def number(name: str, value: object, interval: str = "(-inf, inf)") -> float:
    """A real number in the interval, such as "(0, 1]", as a float."""
    try:
        read = floats(value)
    except Refused:
        raise ValueError(f"{name} must be a real number, got {shown(value)}") from None
    if read.ndim:
        raise ValueError(f"{name} must be one number, got {shown(value)}")
    low, high = map(float, interval[1:-1].split(","))
    found = float(read)
    above = low <= found if interval[0] == "[" else low < found
    below = found <= high if interval[-1] == "]" else found < high
    if not (above and below):
        raise ValueError(f"{name} must {_wanted(low, high, interval)}, got {found}")
    return found


def _wanted(low: float, high: float, interval: str) -> str:
    if -math.inf < low and high < math.inf:
        return f"lie in {interval}"
    if low == -math.inf:
        return "be finite" + (
            f" and {'at most' if interval[-1] == ']' else 'below'} {high:g}" if high < math.inf else ""
        )
    return f"be finite and {'at least' if interval[0] == '[' else 'above'} {low:g}"


def flag(name: str, value: object) -> bool:
    """True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {shown(value)}")
    return bool(value)


def choice(name: str, value: object, options: Collection[str]) -> str:
    """One of these words."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}, got {shown(value)}")
    return value


def instance(name: str, value: object, kind: type[Kind], wanted: str) -> Kind:
    """An instance of `kind`; `wanted` says how one is made."""
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be {wanted}, got {shown(value)}")
    return value


def function(name: str, value: object, *, optional: bool = True) -> None:
    """ValueError unless it can be called, or, where it is `optional`, is None."""
    if not (callable(value) or (optional and value is None)):
        raise ValueError(f"{name} must be a function, got {shown(value)}")


def path(name: str, value: object) -> Path:
    """Of a file or folder."""
    return Path(instance(name, value, str | Path, "a path"))  # type: ignore[arg-type]


def shown(value: object) -> str:
    """`value` in a sentence: short, on one line, a class and an object of another package by their full names."""
    if isinstance(value, type):
        return f"the class {value.__module__}.{value.__qualname__}"
    try:
        text = " ".join(_short.repr(value).split())
    except ValueError:  # an int of more than 4300 digits
        return f"a value of {type(value).__name__} too long to print"
    module = type(value).__module__
    return f"{text} of {module}" if module.split(".")[0] in ("analytic", "antipodal") else text


def array(name: str, values: Any, *, finite: bool = True) -> Floats:
    """Real numbers of any shape; `finite`: whether all must be."""
    try:
        read = floats(values)
    except Refused as reason:
        raise ValueError(f"{name} must hold real numbers, {reason}, got {shown(values)}") from None
    if finite and not np.isfinite(read).all():
        raise ValueError(f"{name} must be finite, got {read[~np.isfinite(read)][0]} among its entries")
    return read
