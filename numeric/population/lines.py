"""Where the transforms of rows are sampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .factors import Floats, Integers


@dataclass(frozen=True, eq=False)
class Lines:
    """For each row: σ, the period P, the number of nodes (0 for none) and whether supports of up to two come exactly."""

    line: Floats
    period: Floats
    nodes: Integers
    split: NDArray[np.bool_]

    def take(self, some: NDArray[np.bool_] | Integers) -> Lines:
        return Lines(self.line[some], self.period[some], self.nodes[some], self.split[some])
