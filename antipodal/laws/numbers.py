"""Numbers at the door: exact ones, and floats, taken for the rational numbers that they are where they may be."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import Any, TypeAlias

from numpy import ndarray

Number: TypeAlias = Any
"""An int, a Fraction, a SymPy Rational, a string such as "9/10", or a float."""
PROBABILITIES = ("sparsity", "own", "probabilities")


def floats(values: Any, name: str) -> Any:
    """The same, with floats in place of strings."""
    if isinstance(values, list | tuple):
        return [floats(value, name) for value in values]
    if not isinstance(values, str):
        return values
    from analytic.exact import rational

    try:
        return float(rational(values, name))
    except OverflowError:
        raise ValueError(f"{name} must be within the range of a float, got {values!r}") from None


def exactly(values: Any, name: str) -> Any:
    """The same, with every float, and every entry of an array, the rational number that it is."""
    if isinstance(values, list | tuple):
        return tuple(exactly(value, name) for value in values)
    if isinstance(values, ndarray) and values.dtype.kind in "if":
        return exactly(values.tolist(), name)
    if not isinstance(values, float):
        return values
    if not isfinite(values):
        raise ValueError(f"{name} must be finite, got {values}")
    if name in PROBABILITIES and not 0 <= values <= 1:
        raise ValueError(f"{name} must lie in [0, 1], got {values}")
    return Fraction(values)
