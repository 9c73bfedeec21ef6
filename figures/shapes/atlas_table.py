"""The shipped entries with equal, independent features, as a table: a row for each n and m, a column for each sparsity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.atlas import SPARSITIES, AtlasEntry, Setting, every_shipped

Floats = npt.NDArray[np.float64]
Entries = dict[Setting, AtlasEntry]
Cell = tuple[int, int, float]


def alike() -> Entries:
    """By setting."""
    return {entry.setting: entry for entry in every_shipped() if entry.setting.equal and entry.sparsity is not None}


def rows(entries: Entries) -> tuple[tuple[int, int], ...]:
    """(n, m) by increasing n/m, and of one ratio the fewer features first."""
    return tuple(sorted({(one.n, one.m) for one in entries}, key=lambda size: (size[0] / size[1], size[0])))


def values(entries: Entries, measure: Callable[[AtlasEntry], float]) -> Floats:
    """(rows, sparsities), nan where there is no entry."""
    table = np.full((len(rows(entries)), len(SPARSITIES)), np.nan)
    for setting, entry in entries.items():
        table[rows(entries).index((setting.n, setting.m)), SPARSITIES.index(setting.sparsity or 0.0)] = measure(entry)
    return table


def draw_table(
    axes: Any, sizes: Sequence[tuple[int, int]], labels: Sequence[Sequence[str]], dark: npt.NDArray[np.bool_]
) -> None:
    """What stands at the sides of an image of such a table, and in its cells: white where they are `dark`."""
    axes.set_xticks(range(len(SPARSITIES)), [f"{s:g}" for s in SPARSITIES])
    axes.set_yticks(range(len(sizes)), [f"{n}/{m}" for n, m in sizes])
    axes.set_xlabel("sparsity s")
    axes.set_ylabel("n/m")
    axes.tick_params(length=0)
    axes.grid(False)
    for row, line in enumerate(labels):
        for column, label in enumerate(line):
            colour = "white" if dark[row, column] else "black"
            axes.text(column, row, label, ha="center", va="center", fontsize=8, color=colour)
