"""Sweeps: grids of models trained shard by shard, on worker processes or a Dask cluster, to be interrupted at any moment.

`python -m numeric.sweep --out DIR` runs an example; in Python

    sweep = Sweep(settings={"n_features": 5, "n_hidden": 2}, axes={"sparsity": (0.0, 0.9)}, seeds=range(100))
    run_sweep(sweep, folder)
    dataset = collect(sweep, folder)      # an xarray.Dataset

Every shard is one file, named by a hash of its settings: run again, a sweep (the same, or one with which it shares shards)
computes the shards whose file is not there. A file that is damaged is reported before any training and left alone; it is
computed again when asked for with `recompute_damaged`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, as_completed
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, NamedTuple

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from .grid import Shard as Shard
from .grid import Sweep as Sweep
from .labelled import collect, require_scale, save
from .shard import compute, path_of
from .store import check_space, output_folder, unfinished
from .workers import cluster, pool


class Shards(NamedTuple):
    """How many shards were `found` finished, and how many were `computed`."""

    found: int
    computed: int


def run_sweep(
    sweep: Sweep,
    folder: Path | str,
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    recompute_damaged: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Shards:
    """Compute the shards of `sweep` that are not yet in `folder`.

    On `executor`, else on the Dask cluster of the `scheduler` "tcp://host:port", else on `workers` processes of this machine
    (one per processor). `progress(done, total)`, in shards. ValueError, before any training, where the folder cannot be
    written, the disk has not the space, a file is damaged, or the cluster does not answer; later, where a file cannot be
    written. RuntimeError where a shard fails otherwise, as when workers or the cluster are lost. Finished shards are kept.
    """
    folder = output_folder(Path(folder))
    missing, damaged = unfinished(sweep, folder, recompute_damaged)
    check_space(missing, folder)
    where = _where(executor, workers, scheduler, folder)
    found = len(sweep.shards) - len(missing)
    report = progress or (lambda done, total: None)
    with where as running:
        for shard in damaged:
            path_of(shard, folder).unlink()
        computed = _compute(running, missing, folder, lambda done: report(found + done, len(sweep.shards)))
    return Shards(len(sweep.shards) - computed, computed)


def _where(
    executor: Executor | None, workers: int | None, scheduler: str | None, folder: Path
) -> AbstractContextManager[Executor]:
    choices = {"executor": executor, "workers": workers, "scheduler": scheduler}
    given = [name for name, value in choices.items() if value is not None]
    if len(given) > 1:
        raise ValueError(f"give at most one of executor, workers and scheduler, got {' and '.join(given)}")
    if executor is not None:
        return nullcontext(executor)
    return pool(workers) if scheduler is None else cluster(scheduler, folder)


def _compute(executor: Executor, missing: Sequence[Shard], folder: Path, progress: Callable[[int], None]) -> int:
    """How many of the missing shards were computed now: one that was lost with its worker after its file was written is not."""
    computed = 0
    progress(0)
    futures = {executor.submit(compute, shard, folder): shard for shard in missing}
    try:
        for done, future in enumerate(as_completed(futures), 1):
            computed += future.result()
            if not path_of(futures[future], folder).exists():
                raise ValueError(f"out must be a folder that all workers share, but no shard came to {str(folder)!r}")
            progress(done)
    except ValueError:
        raise
    except (Exception, CancelledError) as error:
        raise RuntimeError(
            f"a shard could not be computed, workers may be lost ({type(error).__name__}: {error}); finished shards are "
            "kept, run the sweep again to go on"
        ) from error
    finally:
        for future in futures:
            future.cancel()
    return computed


app = App(
    name="python -m numeric.sweep", help="Train a grid of toy models, densities × seeds, and write labelled arrays."
)


@app.default
def command(
    *,
    n: int = 5,
    m: int = 2,
    density: Annotated[tuple[float, ...], Parameter(consume_multiple=True)] = (1.0, 0.3, 0.1, 0.03),
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
    density
        Probabilities that a feature is active; one or more.
    seeds
        Models for each density.
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
    for value in density:
        if not 0 <= value <= 1:
            raise ValueError(f"density must lie in [0, 1], got {value}")
    require_scale()
    settings = {"n_features": n, "n_hidden": m, "steps": steps, "batch_size": batch}
    axes = {"sparsity": tuple(1 - value for value in density)}
    sweep = Sweep(settings=settings, axes=axes, seeds=range(seeds), models_per_shard=models_per_shard)
    console = Console()
    columns = (TextColumn("shards"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("shards", total=len(sweep.shards))
        done = run_sweep(
            sweep,
            out,
            workers=workers,
            scheduler=scheduler,
            recompute_damaged=recompute_damaged,
            progress=lambda finished, total: bar.update(task, completed=finished, total=total),
        )
    dataset = collect(sweep, out)
    save(dataset, out / "sweep.nc")
    for value, losses in zip(density, dataset["loss"].values, strict=True):
        console.print(f"density {value}: least loss {losses.min():.6g} of {seeds} seeds", highlight=False)
    console.print(f"{done.computed} shards computed, {done.found} found; see {out / 'sweep.nc'}", highlight=False)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0 done, 1 workers lost, 2 bad input, 130 interrupted; never a traceback."""
    app.suppress_keyboard_interrupt = False
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        app(given, exit_on_error=False, print_error=False, result_action="return_value")
    except (CycloptsError, ValueError, OSError) as error:
        console.print(f"error: {' '.join(str(error).split())}", markup=False)
        return 2
    except RuntimeError as error:
        console.print(f"error: {error}", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted; finished shards are kept, run the sweep again to go on")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
