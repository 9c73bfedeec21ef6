"""The main job: derive, minimise, train, compare, draw, report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

import figures
from numeric.running.files import output_folder, write_whole
from numeric.train import check_device

from .check import Check, Claim, Suite, run
from .report import Run, Section, as_html, as_json, table
from .suites import (
    any_network,
    atlas,
    axis_losses,
    basins,
    capacity,
    finite_data,
    laws,
    learning_coefficients,
    polygon_proof,
    polytopes,
    population,
    smallest_bias,
    smallest_model,
    thomson,
    untied,
    winners,
)

SUITES: tuple[Suite, ...] = (
    smallest_model,
    smallest_bias,
    basins,
    axis_losses,
    polygon_proof,
    any_network,
    untied,
    population,
    laws,
    thomson,
    polytopes,
    winners,
    atlas,
    capacity,
    finite_data,
    learning_coefficients,
)


def main_job(full: bool, device: str, out: Path) -> int:
    """Write verify.json, report.html and figures/ into `out`; 1 when a check fails, else 0."""
    check_device(device)
    output_folder(out)
    drawings = output_folder(out / "figures")
    console = Console()
    start = time.perf_counter()
    checks: list[Check] = []

    def elapsed() -> Run:
        return Run(full, device, time.perf_counter() - start)

    tasks = [figures.Task(name, full, device, drawings) for name in figures.REPORT]
    asked = [(suite, suite.claims(full=full, device=device)) for suite in SUITES]
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console) as progress:
        claims = [claim for _, asked_of in asked for claim in asked_of]
        checking = progress.add_task("checks", total=len(claims))
        drawing = progress.add_task("figures", total=len(tasks))

        def checked(name: str, share: float) -> None:
            progress.update(checking, description=f"check {name}", completed=len(checks) + share)

        def drawn(name: str, done: float) -> None:
            progress.update(drawing, description=f"figure {name}", completed=done)

        # One process checks, another draws: two processors are what a machine has at least.
        with figures.made_beside(tasks, 1, drawn) as finished:
            for check in run(claims, checked):
                checks.append(check)
                write_whole(out / "verify.json", as_json(checks, elapsed(), complete=False))
            progress.update(checking, description="checks", completed=len(checks))
            failed = [check.name for check in checks if not check.passed]
            try:
                pictures = finished()
                progress.update(drawing, description="figures", completed=len(pictures))
                for picture in pictures:
                    figures.save(picture, drawings)
                write_whole(out / "report.html", as_html(_sections(asked, checks), pictures, elapsed()))
            except Exception as error:
                # Where a check has failed the mathematics may not hold together enough to draw; the verdict must come out.
                if not failed:
                    raise
                console.print(f"figures and report could not be finished: {error}", markup=False)
    write_whole(out / "verify.json", as_json(checks, elapsed(), complete=True))
    _tell(console, checks, failed, f"in {elapsed().seconds:.0f} s; see {out / 'report.html'}")
    return 1 if failed else 0


def _tell(console: Console, checks: Sequence[Check], failed: Sequence[str], more: str) -> None:
    console.print(table(checks))
    verdict = f"[bold red]failed: {', '.join(failed)}[/]" if failed else f"[green]all {len(checks)} checks passed[/]"
    console.print(f"{verdict} {more}")


def _sections(asked: Sequence[tuple[Suite, Sequence[Claim]]], checks: Sequence[Check]) -> list[Section]:
    """The checks, in the order in which the suites asked for them, under the headings of these."""
    made = iter(checks)
    return [Section(suite.TITLE, suite.ABOUT, [*islice(made, len(claims))]) for suite, claims in asked if claims]
