"""A fixed data set as a law of the features."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import Floats, array, flag, whole


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
        read = array("points", self.points)
        return np.array(read, ndmin=2)

    def check(self, n: int, batch: int) -> None:
        """ValueError unless they are points of n finite features, as many as the batch has where they come whole."""
        n, batch = whole("n", n, 1), whole("batch", batch, 1)
        flag("whole", self.whole)
        if self.array.ndim != 2 or self.array.shape[1] != n or not len(self.array):
            raise ValueError(f"points must have shape (T, {n}) with T ≥ 1, got {self.array.shape}")
        if self.whole and len(self.array) != batch:
            raise ValueError(
                f"batch_size must be the number of points, {len(self.array)}, where they come whole, got {batch}"
            )

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the points."""
        data = np.ascontiguousarray(self.array)
        return hashlib.sha256(f"{data.shape} {self.whole} ".encode() + data.tobytes()).hexdigest()
