"""The phase diagram of the smallest model with bias: `python -m verify.suites.phases [--out DIR]` encloses its boundaries.

Each boundary is a pair of certified points 9e-9 apart, in phases.json and as two certificates that `python -m
verify.certificate` checks again. What is there already is kept. The package carries what this writes, in analytic/certificates.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cyclopts import App

from numeric.running.command_line import loading, run_command

app = App(name="python -m verify.suites.phases", help="Enclose the phase boundaries of the smallest model with bias.")


@app.default
def phases(*, out: Path = Path("results/phases")) -> int:
    """Enclose every boundary and write phases.json and certificates into a folder: some eight minutes of one core.

    Parameters
    ----------
    out
        The folder to write in.
    """
    with loading():
        from rich.progress import track

        from numeric.running.files import output_folder, write_whole

        from .phase_boundaries import rows, solved
    path = output_folder(out) / "phases.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    asked = [*rows()]
    for row in track(asked, description="boundaries"):
        if row.name not in known:
            known[row.name] = solved(row, out)
            write_whole(path, json.dumps({r.name: known[r.name] for r in asked if r.name in known}, indent=1).encode())
    return 0


if __name__ == "__main__":
    sys.exit(run_command(app))
