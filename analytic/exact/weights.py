"""Exact weights as they are given, and the hint that they may have come the wrong way round."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar

from sympy import Expr, MatrixBase

from .rationals import Exact, matrix

T = TypeVar("T")
Weights: TypeAlias = Sequence[Sequence[Exact | Expr]] | MatrixBase

_INSIDE = (__name__.split(".")[0], "antipodal")


class TransposedWarning(UserWarning):
    """W has more rows than columns, as Wᵀ would."""


def weights(W: Any, read: Callable[[Any, str], T], name: str = "W") -> tuple[tuple[T, ...], ...]:
    """The rows of W (m, n), m, n ≥ 1, each entry read by `read`; m > n draws a `TransposedWarning` where the caller of this
    package, or of the door, stands.
    """
    rows = matrix(W, name, read)
    if len(rows) > len(rows[0]):
        frame, level = sys._getframe(), 1
        while frame.f_back is not None and frame.f_globals["__name__"].split(".")[0] in _INSIDE:
            frame, level = frame.f_back, level + 1
        shape = (len(rows), len(rows[0]))
        message = f"{name} of shape {shape} has more hidden dimensions than features: did you pass {name}ᵀ?"
        warnings.warn(message, TransposedWarning, stacklevel=level)
    return rows


@contextmanager
def sizes_known() -> Iterator[None]:
    """No hint within: its caller has given it, or means these sizes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TransposedWarning)
        yield
