"""The whole table of hostile arguments: `python tests/hostile/print_table.py`."""

import os
import tempfile
import warnings
from pathlib import Path

import test_hostile_analytic as exact
import test_hostile_numeric as floats
from hostile_arguments import outcomes, table

import analytic.exact
import numeric.arguments
from numeric.sweep import run_sweep


def main() -> None:
    """Functions × arguments, in a folder of its own, as hostile arguments may be paths that are written."""
    warnings.simplefilter("error")
    for kind in (analytic.exact.TransposedWarning, numeric.arguments.TransposedWarning):
        warnings.simplefilter("ignore", kind)
    with tempfile.TemporaryDirectory() as folder:
        run_sweep(floats.SWEEP, Path(folder) / "sweep", executor=floats.EXECUTOR)
        found, functions = [], 0
        for module in (exact, floats):
            for name in sorted(module.FUNCTIONS):
                functions += 1
                os.chdir(tempfile.mkdtemp(dir=folder))
                found += outcomes(name, module.FUNCTIONS[name], module.VALID[name])
        os.chdir("/")
    arguments = len({(one.function, one.argument) for one in found})
    print(table(found))
    print(f"{functions} functions, {arguments} arguments, {len(found)} calls")


if __name__ == "__main__":
    main()
