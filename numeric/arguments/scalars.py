"""Numbers, words and functions as they are given, and how an error shows what came. Without torch."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Collection, Sequence
from numbers import Integral
from pathlib import Path
from typing import TypeVar

import numpy as np

from .real_array import Refused, floats

Kind = TypeVar("Kind")


MOST_SEED = 2**63 - 1


_short = reprlib.Repr()


_short.maxlong = _short.maxstring = _short.maxother = 80


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
    """A real number in the interval, such as "(0, 1]", as a float.

    >>> number("sparsity", 1.2, "[0, 1]")
    Traceback (most recent call last):
    ValueError: sparsity must lie in [0, 1], got 1.2
    """
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
