"""How far long work has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
Progress = Callable[[float], None]
"""Called with the share that is done, from 0 to 1."""


def within(progress: Progress, low: float, high: float) -> Progress:
    """For a part of the work, the one from the share `low` to the share `high`."""
    return lambda share: progress(low + (high - low) * share)


def each(items: Iterable[T], progress: Progress) -> Iterator[T]:
    """The items, one after another; after each the share of them that is done is told."""
    whole = tuple(items)
    for done, item in enumerate(whole, 1):
        yield item
        progress(done / len(whole))
