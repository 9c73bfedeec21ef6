"""A fixed data set as a law of the features."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from .setting import Floats


@dataclass(frozen=True, eq=False)
class Points:
    """Samples are rows of `points` (T, n), finite, each drawn as often, with replacement; with `whole` every batch is
    the whole set in order, and the batch size must be T. ValueError otherwise.
    """

    points: ArrayLike
    whole: bool = False

    @cached_property
    def array(self) -> Floats:
        """(T, n), float64"""
        return np.array(self.points, dtype=np.float64, ndmin=2)

    def check(self, n: int) -> None:
        """ValueError unless they are points of n finite features."""
        if self.array.ndim != 2 or self.array.shape[1] != n or not len(self.array):
            raise ValueError(f"points must have shape (T, {n}) with T ≥ 1, got {self.array.shape}")
        if not np.isfinite(self.array).all():
            raise ValueError("points must be finite")

    def fingerprint(self) -> str:
        data = np.ascontiguousarray(self.array)
        return hashlib.sha256(f"{data.shape} {self.whole} ".encode() + data.tobytes()).hexdigest()
