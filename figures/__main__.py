"""Compute and draw figures: `python -m figures [NAME ...] [--full] [--out DIR]`; `--list` says what there is."""

from __future__ import annotations

import sys
from pathlib import Path

from cyclopts import App
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from numeric.train import check_device
from verify.command_line import run_command
from verify.write import output_folder

from . import NAMES, check_names, make, save, title

app = App(
    name="python -m figures",
    help="Recompute the figures from nothing and write them as SVG and PNG.",
)


@app.default
def draw(
    *names: str, full: bool = False, device: str = "cpu", out: Path = Path("results/figures"), list: bool = False
) -> int:
    """Draw the named figures, or all of them.

    Parameters
    ----------
    names
        Which figures; all of them if none is named.
    full
        Finer grids, more seeds.
    device
        Where models are trained: cpu or cuda.
    out
        The folder to write in.
    list
        Only say what figures there are, a line each.
    """
    console = Console()
    if list:
        for name in NAMES:
            console.print(f"{name:<{1 + max(map(len, NAMES))}}{title(name)}", highlight=False)
        return 0
    chosen = check_names(names)
    check_device(device)
    output_folder(out)
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console) as progress:
        for name in chosen:
            task = progress.add_task(name, total=1.0)

            def report(share: float, task: object = task) -> None:
                progress.update(task, completed=share)  # type: ignore[arg-type]

            drawn = make(name, full=full, device=device, progress=report)
            save(drawn, out)
            console.print(f"{out / name}.svg, .png: {drawn.title}. {drawn.caption}", highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(run_command(app))
