"""The hint that W may have been passed the wrong way round."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_INSIDE = (__name__.split(".")[0], "antipodal")


class TransposedWarning(UserWarning):
    """W has more rows than columns, as Wᵀ would."""


def hint_at_transpose(name: str, shape: tuple[int, ...]) -> None:
    """A `TransposedWarning` where the first caller outside this package and the door stands, if m > n in (..., m, n)."""
    if shape[-2] > shape[-1]:
        frame, level = sys._getframe(), 1
        while frame.f_back is not None and frame.f_globals["__name__"].split(".")[0] in _INSIDE:
            frame, level = frame.f_back, level + 1
        message = f"{name} of shape {shape} has more hidden dimensions than features: did you pass {name}ᵀ?"
        warnings.warn(message, TransposedWarning, stacklevel=level)


@contextmanager
def sizes_known() -> Iterator[None]:
    """No hint within: of a model that was made with these sizes they are meant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TransposedWarning)
        yield
