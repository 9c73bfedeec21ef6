"""The whole table of hostile arguments: `python tests/hostile/print_table.py`."""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import test_hostile_analytic as exact
import test_hostile_door as door
import test_hostile_figures as users
import test_hostile_numeric as floats
from hostile_arguments import Call, outcomes, table

import analytic.exact
import antipodal
import numeric.arguments
from numeric.sweep import run_sweep


def _known() -> Iterator[tuple[str, Callable[..., Any], Call]]:
    """By name, every function of the tables with a valid call."""
    for module in (exact, floats):
        for name in sorted(module.FUNCTIONS):
            yield name, module.FUNCTIONS[name], module.VALID[name]
    for name, valid in door.VALID.items():
        yield f"antipodal.{name}", getattr(antipodal, name), valid
    for name, known in users.KNOWN.items():
        yield name, *known


def main() -> None:
    """Functions × arguments, in a folder of its own, as hostile arguments may be paths that are written."""
    matplotlib.use("Agg")
    warnings.simplefilter("error")
    for kind in (analytic.exact.TransposedWarning, numeric.arguments.TransposedWarning):
        warnings.simplefilter("ignore", kind)
    with tempfile.TemporaryDirectory() as folder:
        run_sweep(floats.SWEEP, Path(folder) / "sweep", executor=floats.EXECUTOR)
        found, functions = [], 0
        for name, function, valid in _known():
            functions += 1
            os.chdir(tempfile.mkdtemp(dir=folder))
            found += outcomes(name, function, valid)
        os.chdir("/")
    arguments = len({(one.function, one.argument) for one in found})
    print(table(found))
    print(f"{functions} functions, {arguments} arguments, {len(found)} calls")


if __name__ == "__main__":
    main()
