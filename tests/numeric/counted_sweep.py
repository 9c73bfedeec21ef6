"""A small sweep whose every computation leaves a line in a log; run as a program, with the folder and the log as arguments."""

import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from numeric.running.processes import pool
from numeric.sweep import Shard, Sweep, run_sweep

SWEEP = Sweep(
    settings={"n_features": 3, "n_hidden": 2, "steps": 20, "batch_size": 16},
    axes={"sparsity": (0.0, 0.5, 0.9)},
    seeds=range(4),
    models_per_shard=2,
)
HELD = SWEEP.shards[1].name


def counted(log: Path, compute: Callable[[Shard, Path], bool], shard: Shard, folder: Path) -> bool:
    """The first to come to the shard HELD waits there until it is killed, where the log's folder has a file `hold`."""
    first = f"start {shard.name}" not in log.read_text()
    write(log, f"start {shard.name} {os.getpid()}")
    if first and shard.name == HELD and (log.parent / "hold").exists():
        time.sleep(600)
    computed = compute(shard, folder)
    write(log, f"{'computed' if computed else 'found'} {shard.name} {os.getpid()}")
    return computed


def killed(shard: Shard, folder: Path) -> bool:
    """What a machine without memory does to a worker."""
    os.kill(os.getpid(), signal.SIGKILL)
    return True


def blind(path: str) -> bool:
    """A worker that does not share the folder."""
    return False


def stranger(path: str) -> bool:
    """A worker on which nothing is installed."""
    raise ModuleNotFoundError("No module named 'numeric'")


def write(log: Path, line: str) -> None:
    """One write to the end of the file: lines of several processes do not mix."""
    with log.open("ab", buffering=0) as file:
        file.write(f"{line}\n".encode())


def lines(log: Path, event: str) -> list[tuple[str, int]]:
    """(shard, process) of each line of a kind."""
    found = [line.split() for line in log.read_text().splitlines()]
    return [(name, int(process)) for kind, name, process in found if kind == event]


class Counted(Executor):
    """Another executor, all of whose calls are counted."""

    def __init__(self, executor: Executor, log: Path) -> None:
        self._executor, self._log = executor, log

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._executor.submit(counted, self._log, fn, *args, **kwargs)


if __name__ == "__main__":
    with pool(2) as processes:
        run_sweep(SWEEP, Path(sys.argv[1]), executor=Counted(processes, Path(sys.argv[2])))
