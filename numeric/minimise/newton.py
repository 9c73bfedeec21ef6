"""Newton's iteration near a minimum: steps are taken while they help, as the end of every search does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

X = TypeVar("X")


@dataclass(frozen=True)
class Iterate(Generic[X]):
    """A point (d,), the value there and the gradient (d,): arrays or tensors."""

    point: X
    value: float
    gradient: X


def newton(
    start: Iterate[X],
    step: Callable[[Iterate[X]], Iterate[X]],
    norm: Callable[[Iterate[X]], float],
    *,
    slack: float,
    steps: int,
    enough: float = 0.0,
) -> Iterate[X]:
    """The last of at most `steps` iterates that each shrink the norm of the gradient, to `enough`.

    `slack`: how far the value may rise, in units of 1 + |value|: what it may be off by.
    """
    here = start
    for _ in range(steps):
        if norm(here) <= enough:
            break
        there = step(here)
        if not (norm(there) < norm(here) and there.value <= here.value + slack * (1 + abs(here.value))):
            break
        here = there
    return here
