"""Remakes the tables that are kept beside this module.

python -m numeric.learning_coefficient.remake finite_temperature   λ(τ) of every target, some 20 CPU minutes
python -m numeric.learning_coefficient.remake board                one run of every estimator on every target, some 3

Values are those of the same seeds on the same machine, elsewhere within their errors; the times on the board are this machine's.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path

from ..running.files import write_whole
from .at_temperature import finite_temperature
from .board import DEVINTERP, ESTIMATORS, Table, benchmark, estimators, kept_board
from .standard import GAMMA, SAMPLES, STANDARD
from .target import Unreliable

BOARD = Path(__file__).with_name("board.csv")
FINITE_TEMPERATURE = Path(__file__).with_name("finite_temperature.csv")
N = 5000
"""Samples at which the board is kept."""


def board() -> str:
    """`Table.csv` of all estimators at n = `N`, with the estimator first in each line; rows of devinterp, where that is not
    installed, as they are."""
    found = {name: Table(rows) for name, rows in kept_board().items() if name == DEVINTERP}
    for name, estimator in estimators().items():
        found[name] = benchmark(estimator, n=N)
        print(name, file=sys.stderr, flush=True)
    lines = []
    for name in (*ESTIMATORS, DEVINTERP):
        header, *rows = found.get(name, Table()).csv().splitlines()
        lines += [f'"{name}",{row}' for row in rows]
    return "\n".join([f"estimator,{header}", *lines, ""])


def temperatures() -> str:
    """λ(τ) and its error, empty where chains leave the basin."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("target", "n", "value", "error"))
    for one in STANDARD:
        for n in SAMPLES:
            try:
                found = finite_temperature(one.target, n, gamma=GAMMA)
            except Unreliable:
                writer.writerow((one.name, n, "", ""))
            else:
                writer.writerow((one.name, n, f"{found.value:.6g}", f"{found.error:.2g}"))
        print(one.name, file=sys.stderr, flush=True)
    return text.getvalue()


TABLES: dict[str, tuple[Path, Callable[[], str]]] = {
    "finite_temperature": (FINITE_TEMPERATURE, temperatures),
    "board": (BOARD, board),
}


def main(names: list[str]) -> int:
    if not names or any(name not in TABLES for name in names):
        print(f"say which table to remake: {' or '.join(TABLES)}", file=sys.stderr)
        return 2
    for name in names:
        path, make = TABLES[name]
        write_whole(path, make().encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
