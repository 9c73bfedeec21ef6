"""The command `python -m numeric.sweep`: its arguments, what it says, and the example that it runs."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from ..running.command_line import loading

_SPARSITY = (0.0, 0.7, 0.9, 0.97)

app = App(
    name="python -m numeric.sweep", help="Train a grid of toy models, sparsities × seeds, and write labelled arrays."
)


@app.default
def sweep(
    *,
    n: int = 5,
    m: int = 2,
    sparsity: Annotated[tuple[float, ...] | None, Parameter(consume_multiple=True)] = None,
    density: Annotated[tuple[float, ...] | None, Parameter(consume_multiple=True, show=False)] = None,
    seeds: int = 128,
    steps: int = 2000,
    batch: int = 1024,
    models_per_shard: int = 256,
    workers: int | None = None,
    scheduler: str | None = None,
    recompute_damaged: bool = False,
    out: Path = Path("results/sweep"),
) -> int:
    """Write shards/ and sweep.nc into a folder; run again, go on where it stopped.

    Parameters
    ----------
    n
        Number of features.
    m
        Hidden dimensions.
    sparsity
        Probabilities that a feature is 0, one or more; 0 0.7 0.9 0.97 if not given.
    density
        1 - sparsity, in its place.
    seeds
        Models for each sparsity.
    steps
        Training steps.
    batch
        Samples in a step.
    models_per_shard
        Models in one file, the unit of work.
    workers
        Processes of this machine; one per processor if neither this nor a scheduler is given.
    scheduler
        Address of a Dask scheduler, tcp://host:port, whose workers share the folder.
    recompute_damaged
        Replace shard files that cannot be used.
    out
        The folder to write in.
    """
    values = _sparsities(sparsity, density)
    with loading():
        from .grid import Sweep
        from .labelled import collect, require_scale, save
        from .store import cost
        from .sweeping import run_sweep

        require_scale()
    settings = {"n_features": n, "n_hidden": m, "steps": steps, "batch_size": batch}
    grid = Sweep(settings=settings, axes={"sparsity": values}, seeds=range(seeds), models_per_shard=models_per_shard)
    seconds, memory, disk = cost(grid.shards)
    console = Console(highlight=False)
    console.print(
        f"{grid.models} models in {len(grid.shards)} shards: some {float(f'{seconds:.2g}'):,.0f} CPU seconds of training, up to "
        f"{decimal(memory)} of memory for each worker, {decimal(disk)} on disk; what is finished is kept.",
        soft_wrap=True,
    )
    columns = (TextColumn("shards"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console)
    with ExitStack() as shown:

        def report(share: float) -> None:
            if not bar.tasks:  # whatever is wrong has been said by now
                shown.enter_context(bar)
                bar.add_task("shards", total=len(grid.shards))
            bar.update(bar.task_ids[0], completed=round(share * len(grid.shards)))

        done = run_sweep(
            grid,
            out,
            workers=workers,
            scheduler=scheduler,
            recompute_damaged=recompute_damaged,
            progress=report,
        )
    dataset = collect(grid, out)
    save(dataset, out / "sweep.nc")
    for value, losses in zip(values, dataset["loss"].values, strict=True):
        console.print(f"sparsity {value:.12g}: least loss {losses.min():.6g} of {seeds} seeds")
    console.print(f"{done.computed} shards computed, {done.found} found; see {out / 'sweep.nc'}", soft_wrap=True)
    return 0


def _sparsities(sparsity: tuple[float, ...] | None, density: tuple[float, ...] | None) -> tuple[float, ...]:
    if sparsity is not None and density is not None:
        raise ValueError(f"give either sparsity or density, got sparsity {sparsity} and density {density}")
    for name, values in (("sparsity", sparsity), ("density", density)):
        for value in values or ():
            if not 0 <= value <= 1:
                raise ValueError(f"{name} must lie in [0, 1], got {value}")
    if density is not None:
        return tuple(1 - value for value in density)
    return _SPARSITY if sparsity is None else sparsity
