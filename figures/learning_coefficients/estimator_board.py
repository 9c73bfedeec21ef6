"""The board: estimators of learning coefficients on targets where they are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from matplotlib.colors import LogNorm

from numeric.learning_coefficient import ESTIMATORS, STANDARD, Row, benchmark, estimators, kept_board
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "Estimators of learning coefficients on targets where they are known"
SEED = 0
SECONDS = (1, 450)
N, AFRESH = 5000, ("Laplace", "Hessian rank")
LEAST = 1e-5
"""Smaller errors look alike."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Board:
    """Rows of the board by estimator, in the order of the targets."""

    rows: dict[str, tuple[Row, ...]]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Board:
    """The rows that are kept, those of Laplace's method and of the rank afresh; with `full` all afresh, those of devinterp 1.x
    where it is installed."""
    fresh = estimators() if full else {name: ESTIMATORS[name] for name in AFRESH}
    found = kept_board()
    for index, (name, estimator) in enumerate(fresh.items()):

        def report(part: float, share: float = index / len(fresh)) -> None:
            progress(share + part / len(fresh))

        found[name] = tuple(benchmark(estimator, n=N, progress=report))
    return Board(found)


def errors(board: Board) -> Floats:
    """|λ̂/λ − 1| by target and estimator; nan where one refused."""
    return np.array([[abs(row.relative) for row in rows] for rows in board.rows.values()]).T


def caption(board: Board) -> Caption:
    refused = sum(bool(row.refused) for rows in board.rows.values() for row in rows)
    slowest = max(row.seconds for rows in board.rows.values() for row in rows)
    return Caption(
        f"Relative error |λ̂/λ − 1| of one run of each estimator on each target, with its CPU seconds; samplers at n = {N:,}.",
        "Every λ is an exact value with its reason.",
        "The spread over chains is no error bar: an estimator can be wrong by 50 with a spread of 0.003.",
        (
            ("samplers", "even a perfect one finds λ(τ) at that n, and not λ"),
            ("blank", f"refused, {refused} times: the estimator does not apply, or its chains left the basin"),
            ("rank of the Hessian", "never refuses"),
            ("longest run", f"{slowest:.0f} s"),
        ),
    )


def draw(board: Board) -> Any:
    values = errors(board)
    figure, axes = pyplot.subplots(figsize=(11.5, 8.6))
    image = axes.imshow(np.maximum(values, LEAST), norm=LogNorm(LEAST, 1), cmap="cividis", aspect="auto")
    names = [one.name for one in STANDARD]
    axes.set_yticks(range(len(names)), names)
    axes.set_xticks(
        range(len(board.rows)), [name.replace(", ", ",\n").replace(" rank", "\nrank") for name in board.rows]
    )
    axes.tick_params(length=0)
    axes.grid(False)
    for column, rows in enumerate(board.rows.values()):
        for line, row in enumerate(rows):
            said = "refused" if row.refused else f"{_share(values[line, column])}\n{_time(row.seconds)}"
            dark = bool(row.refused) or values[line, column] > 3e-3
            axes.text(column, line, said, ha="center", va="center", fontsize=8, color="black" if dark else "white")
    figure.colorbar(image, label="relative error", shrink=0.6)
    return figure


def _share(error: float) -> str:
    small = f"< {LEAST:g}" if error < LEAST else f"{error:.1e}"
    return small if error < 1e-3 else f"{100 * error:.2g} %" if error < 0.1 else f"{100 * error:.0f} %"


def _time(seconds: float) -> str:
    return "< 1 ms" if seconds < 1e-3 else f"{1000 * seconds:.2g} ms" if seconds < 0.1 else f"{seconds:.2g} s"
