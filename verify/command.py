"""The command `python -m verify`: its arguments."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from numeric.running.command_line import loading

app = App(name="python -m verify", help="Derive the exact losses, hold every claim to a second route, draw and report.")


@app.default
def verify(*, full: bool = False, device: str = "cpu", out: Path = Path("results")) -> int:
    """Write verify.json, report.html and figures/ into a folder; exit code 1 when a check fails.

    Parameters
    ----------
    full
        More points, samples, seeds and steps of everything, and finer figures.
    device
        Where models are trained: cpu or cuda.
    out
        The folder to write in.
    """
    with loading():
        from .job import main_job
    return main_job(full, device, out)
