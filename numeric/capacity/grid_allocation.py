"""A budget shared out on a grid: the best of all grid allocations by dynamic programming, and the rule of the next bit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import Floats, array, whole


class GridAllocation(NamedTuple):
    """`steps` (n,) whole numbers, how much each feature gets, and the `benefit` that they bring."""

    steps: tuple[int, ...]
    benefit: float


def best_on_grid(gains: ArrayLike, budget: int) -> GridAllocation:
    """The largest Σ_i gains[i, k_i] with Σ k_i = budget. gains: (n, N + 1), budget in [0, nN]; ValueError otherwise.

    Exact over the grid, by a table of the best benefit for each number of steps: n · budget · N operations.

    >>> best_on_grid([[0, 3, 4], [0, 2, 3]], 2)
    GridAllocation(steps=(1, 1), benefit=5.0)
    """
    table = _checked(gains, budget)
    n, width = table.shape
    best = np.full(budget + 1, -np.inf)
    best[0] = 0.0
    choice = np.zeros((n, budget + 1), dtype=int)
    for i in range(n):
        # rows: what feature i gets; columns: the budget of the features up to i
        options = np.full((width, budget + 1), -np.inf)
        for k in range(min(width, budget + 1)):
            options[k, k:] = best[: budget + 1 - k] + table[i, k]
        choice[i], best = options.argmax(axis=0), options.max(axis=0)
    steps, left = [0] * n, budget
    for i in reversed(range(n)):
        steps[i] = int(choice[i, left])
        left -= steps[i]
    return GridAllocation(tuple(steps), float(best[budget]))


def bit_by_bit(gains: ArrayLike, budget: int) -> GridAllocation:
    """The local rule: each step goes to the feature that it brings most now (the first of equals). Same arguments."""
    table = _checked(gains, budget)
    n, width = table.shape
    steps = [0] * n
    for _ in range(budget):
        increments = [table[i, k + 1] - table[i, k] if k + 1 < width else -np.inf for i, k in enumerate(steps)]
        steps[int(np.argmax(increments))] += 1
    return GridAllocation(tuple(steps), float(sum(table[i, k] for i, k in enumerate(steps))))


def _checked(gains: ArrayLike, budget: int) -> Floats:
    table = array("gains", gains)
    if table.ndim != 2 or table.shape[0] < 1 or table.shape[1] < 2:
        raise ValueError(f"gains must be finite, of shape (n, N + 1) with n, N ≥ 1, got shape {table.shape}")
    whole("budget", budget, 0, table.shape[0] * (table.shape[1] - 1))
    return table
