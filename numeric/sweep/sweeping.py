"""Shards computed on worker processes or a Dask cluster, to be interrupted at any moment.

Every shard is one file, named by a hash of its settings: run again, a sweep (the same, or one with which it shares shards)
computes the shards whose file is not there. A file that is damaged is reported before any training and left alone; it is
computed again when asked for with `recompute_damaged`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, as_completed
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from ..arguments import flag, function, instance, path, whole
from ..running.cluster import cluster
from ..running.processes import pool
from ..running.progress import Progress
from .grid import Shard, Sweep
from .shard import compute, path_of
from .store import check_room, shard_folder, unfinished


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
    progress: Progress | None = None,
) -> Shards:
    """Compute the shards of `sweep` that are not yet in `folder`.

    On `executor`, else on the Dask cluster of the `scheduler` "tcp://host:port", else on `workers` processes of this machine
    (one per processor). `progress(share of the shards)`, first when all is ready. ValueError, before any training, where
    the folder cannot be written, the disk has not the space, a file is damaged, or the cluster does not answer; later, where a
    file cannot be written. RuntimeError where a shard fails otherwise, as when workers or the cluster are lost. An
    interruption ends the worker processes in what they do. Finished shards are kept.
    """
    instance("sweep", sweep, Sweep, "a Sweep")
    flag("recompute_damaged", recompute_damaged)
    function("progress", progress)
    _check_where(executor, workers, scheduler)
    folder = shard_folder(path("folder", folder))
    missing, damaged = unfinished(sweep, folder, recompute_damaged)
    check_room(missing, folder)
    where = _where(executor, workers, scheduler, folder)
    found = len(sweep.shards) - len(missing)
    report = progress or (lambda share: None)
    with where as running:
        for shard in damaged:
            path_of(shard, folder).unlink()
        computed = _compute(running, missing, folder, lambda done: report((found + done) / len(sweep.shards)))
    return Shards(len(sweep.shards) - computed, computed)


def _check_where(executor: Executor | None, workers: int | None, scheduler: str | None) -> None:
    """ValueError unless at most one of them is given, and is what it says."""
    if executor is not None:
        instance("executor", executor, Executor, "an Executor of concurrent.futures")
    if workers is not None:
        whole("workers", workers, 1)
    if scheduler is not None:
        instance("scheduler", scheduler, str, "the address of a Dask scheduler, such as 'tcp://host:8786'")
    choices = {"executor": executor, "workers": workers, "scheduler": scheduler}
    given = [name for name, value in choices.items() if value is not None]
    if len(given) > 1:
        raise ValueError(f"give at most one of executor, workers and scheduler, got {' and '.join(given)}")


def _where(
    executor: Executor | None, workers: int | None, scheduler: str | None, folder: Path
) -> AbstractContextManager[Executor]:
    if executor is not None:
        return nullcontext(executor)
    return pool(workers) if scheduler is None else cluster(scheduler, folder, "numeric.sweep.shard")


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
