"""The commands `antipodal atlas build` and `antipodal atlas check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from numeric.running.command_line import loading

app = App(name="atlas", help="The atlas of minima: search for lower ones, check those that are known.")
Some = Annotated[tuple[int, ...] | None, Parameter(consume_multiple=True)]


@app.command
def build(
    *,
    n: Some = None,
    m: Some = None,
    law: str | None = None,
    importance: float | None = None,
    starts: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    out: Path = Path("results/atlas"),
) -> int:
    """Search the settings of the table, each kept in a folder as it ends, and write the table with what is shipped into
    table/ there; run again, go on from what is known.

    Parameters
    ----------
    n
        Numbers of features, one or more of 2 to 10; all if not given.
    m
        Hidden dimensions, one or more of 1 to 4; all if not given.
    law
        independent or one-hot; both if not given.
    importance
        1, or 0.9: feature i has this to the power i; both if not given.
    starts
        Random models for each setting; if not given, what the shipped table began with.
    workers
        Processes of this machine; one per processor if neither this nor a scheduler is given.
    scheduler
        Address of a Dask scheduler, tcp://host:port, whose workers share the folder.
    out
        The folder of the search.
    """
    if law not in (None, "independent", "one-hot"):
        raise ValueError(f"law must be independent or one-hot, got {law!r}")
    with loading():
        from rich.console import Console
        from rich.progress import Progress

        import numeric.atlas

        from .minima import write_built
    wanted = [
        setting
        for setting in numeric.atlas.settings()
        if (n is None or setting.n in n)
        and (m is None or setting.m in m)
        and (law is None or (law == "one-hot") == (setting.sparsity is None))
        and (importance is None or setting.falloff == importance)
    ]
    if not wanted:
        raise ValueError("n, m, law and importance must leave a setting of the table, got none")
    console = Console(highlight=False)
    with Progress(console=console) as bar:
        task = bar.add_task(f"{len(wanted)} settings", total=1.0)
        done = numeric.atlas.build(
            wanted,
            out,
            starts=starts,
            workers=workers,
            scheduler=scheduler,
            progress=lambda share: bar.update(task, completed=share),
        )
    count = write_built(out, out / "table")
    console.print(f"{done.improved} entries are new or lower; {count} in all, see {out / 'table'}", soft_wrap=True)
    return 0


@app.command
def check(file: Path | None = None, *, every: int = 1) -> int:
    """Compute anew what entries say: exit code 1 where one is wrong. Of a file of entries also which are new or lower than
    those of the atlas, by how much.

    Parameters
    ----------
    file
        A table of entries, JSON or that gzipped; the atlas itself if not given.
    every
        Check one entry in so many.
    """
    if every < 1:
        raise ValueError(f"every must be a whole number of at least 1, got {every}")
    with loading():
        from rich.console import Console
        from rich.progress import track

        from numeric.atlas import every_shipped, read_entries

        from .minima import check as faults
        from .minima import news
    console = Console(highlight=False)
    entries = tuple(every_shipped()) if file is None else read_entries(file)
    some, wrong = entries[::every], 0
    for entry in track(some, f"{len(some)} entries", console=console, transient=True):
        for fault in faults(entry):
            wrong += 1
            console.print(str(fault), soft_wrap=True, markup=False)
        if file is not None and (new := news(entry)):
            console.print(new, soft_wrap=True, markup=False)
    console.print(f"{len(some)} of {len(entries)} entries checked, {wrong} faults")
    return 1 if wrong else 0
