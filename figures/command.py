"""The command `python -m figures`: its arguments, and the figures made side by side with what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from cyclopts import App
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from numeric.running.command_line import loading
from numeric.running.files import output_folder, write_whole
from numeric.running.processes import processors

from .catalogue import NAMES, check_names, seconds, title
from .gallery import (
    Failed,
    Finished,
    Progressed,
    Record,
    Setting,
    Task,
    compute,
    expected,
    load,
    open_checkpoints,
    store,
)
from .gallery.layout import duration, page

app = App(
    name="python -m figures",
    help="Recompute the figures from nothing and lay them out on one page; what is finished is kept and not made twice.",
)


@app.default
def gallery(
    *names: str,
    full: bool = False,
    device: str = "cpu",
    out: Path = Path("results"),
    jobs: int | None = None,
    again: bool = False,
    list: bool = False,
) -> int:
    """Make the named figures, or all of them, and gallery.html; exit code 1 when one fails.

    Parameters
    ----------
    names
        Which figures; all of them if none is named.
    full
        The published sizes: finer grids, more seeds.
    device
        Where models are trained: cpu or cuda.
    out
        The folder to write in: gallery.html and figures/.
    jobs
        Figures made at a time, each on one processor; at most two if not said.
    again
        Also make those that are finished and up to date.
    list
        Only say what figures there are, a line each.
    """
    console = Console(highlight=False)
    if list:
        for name in NAMES:
            console.print(f"{name:<{1 + max(map(len, NAMES))}}{title(name)}", markup=False, soft_wrap=True)
        return 0
    chosen = check_names(names)
    if device != "cpu":
        with loading():
            from numeric.train import check_device
        check_device(device)
    count = min(2, processors()) if jobs is None else jobs
    if count < 1:
        raise ValueError(f"jobs must be a whole number of at least 1, got {jobs}")
    setting = Setting(full, device)
    folder = output_folder(setting.folder(output_folder(out)))
    missing = [name for name in dict.fromkeys(chosen) if again or load(name, setting, folder) is None]
    missing.sort(key=lambda name: -seconds(name, full=full))
    costs = [seconds(name, full=full) for name in missing]
    kept = len(set(chosen)) - len(missing)
    about = f": about {duration(expected(costs, count))} with {count} at a time" if missing else ""
    console.print(f"{len(missing)} of {len(set(chosen))} figures to make, {kept} up to date{about}.")
    tasks = [Task(name, full, device, open_checkpoints(name, setting, folder, again=again)) for name in missing]
    failed = _make(tasks, count, setting, folder, console)
    write_whole(out / "gallery.html", page(out, setting, failed))
    console.print(f"see {out / 'gallery.html'}", markup=False, soft_wrap=True)
    return 1 if failed else 0


def _make(tasks: Sequence[Task], jobs: int, setting: Setting, folder: Path, console: Console) -> dict[str, str]:
    """Make the figures, keep each as it is finished, and return why others failed, by name."""
    failed: dict[str, str] = {}
    bars: dict[str, TaskID] = {}
    done: dict[str, float] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    # Remaining time is judged by the pace since the start: figures are not alike, and some tell of no progress for long.
    with Progress(*columns, console=console, speed_estimate_period=1e6) as progress:
        costs = {task.name: seconds(task.name, full=setting.full) for task in tasks}
        whole = progress.add_task("all", total=sum(costs.values()))
        with closing(compute(tasks, jobs)) as events:
            for event in events:
                name = event.name
                share = event.share if isinstance(event, Progressed) else 1.0
                if name not in bars:
                    bars[name] = progress.add_task(name, total=1.0)
                progress.update(bars[name], completed=share)
                done[name] = share * costs[name]
                progress.update(whole, completed=sum(done.values()))
                if isinstance(event, Finished):
                    record: Record = store(event.drawn, event.seconds, setting, folder)
                    progress.console.print(f"{name}: {record.title} ({duration(record.seconds)})", markup=False)
                elif isinstance(event, Failed):
                    failed[name] = event.reason
                    progress.console.print(f"{name}: failed, {event.reason}", markup=False, soft_wrap=True)
    return failed
