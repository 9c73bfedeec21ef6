"""How far long work has come, and carrying it out with what is done kept and told now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

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


class Work(Protocol):
    """What is done bit by bit, and can be saved in between."""

    @property
    def done(self) -> bool: ...

    @property
    def progress(self) -> float: ...

    def advance(self) -> None: ...

    def save(self) -> None: ...


def carry_out(work: Work, save_seconds: float, progress: Progress | None) -> None:
    """To its end; saved at most every `save_seconds` and then, told at most every tenth of a second and then."""
    saved = shown = time.monotonic()
    while not work.done:
        work.advance()
        now = time.monotonic()
        if now - saved >= save_seconds or work.done:
            work.save()
            saved = time.monotonic()
        if progress is not None and (now - shown > 0.1 or work.done):
            progress(work.progress)
            shown = now
