"""Long sampling that goes on where it was interrupted, to the same bits.

A checkpoint of `numeric.train.checkpoint` keeps arrays, the state of the generator among them. It belongs to one target, told by
its place, level, window and the loss at a few places, and to one set of arguments.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..arguments import number, path
from ..running.arrays import Arrays, checksum
from ..train.checkpoint import Checkpoint, Found, load, save
from .target import Target

_PLACES = 4


class Kept:
    """The checkpoint of one run, if there is to be one: `found`, what it held at first."""

    def __init__(self, file: Path | str | None, what: str, target: Target, arguments: Mapping[str, Any]) -> None:
        self.file = None if file is None else path("checkpoint", file)
        if self.file is not None:
            self.settings = json.dumps([what, _identity(target), dict(arguments)])
            self.found = load(self.file, self.settings)
        else:
            self.found = None

    def save(self, finished: int, step: int, arrays: Arrays) -> None:
        if self.file is not None:
            save(self.file, Checkpoint(self.settings, finished, step, arrays))


def seconds_between(save_seconds: Any) -> float:
    return number("save_seconds", save_seconds, "[0, inf)")


def state_of(generator: np.random.Generator) -> np.ndarray[Any, np.dtype[np.str_]]:
    """As text, whole numbers of any size in it."""
    return np.array(json.dumps(generator.bit_generator.state, default=lambda words: [int(word) for word in words]))


def restore(generator: np.random.Generator, found: Found) -> None:
    """The state that the checkpoint holds. ValueError where it is not one of this generator."""
    try:
        state = json.loads(str(found.arrays["generator"]))
        inner = state["state"]
        state["state"] = {name: np.array(x, np.uint64) if isinstance(x, list) else x for name, x in inner.items()}
        generator.bit_generator.state = state
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        found.require(False, "generator must be the state of its generator")


def _identity(target: Target) -> str:
    places = 0.1 * np.random.default_rng(0).standard_normal((_PLACES, target.dimension))
    value, gradient = target.value_and_gradient(target.minimum + places)
    header = [target.name, target.level, target.window, target.columns, target.kinked, target.boundless]
    arrays = {"minimum": target.minimum, "flat": target.flat, "value": value, "gradient": gradient}
    return checksum(header, arrays)
