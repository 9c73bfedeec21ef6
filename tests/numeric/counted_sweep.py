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
from numeric.sweep.shard import compute as computed_now
from numeric.sweep.shard import path_of

SWEEP = Sweep(
    settings={"n_features": 3, "n_hidden": 2, "steps": 20, "batch_size": 16},
    axes={"sparsity": (0.0, 0.5, 0.9)},
    seeds=range(4),
    models_per_shard=2,
)
HELD = SWEEP.shards[1].name
SOON = 100.0  # seconds; what is waited for takes a few, more on a busy machine


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


def slow(shard: Shard, folder: Path) -> bool:
    """A shard that takes its time."""
    time.sleep(0.2)
    return computed_now(shard, folder)


def blind(path: str, module: str) -> bool:
    """A worker that does not share the folder."""
    return False


def stranger(path: str, module: str) -> bool:
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


class Here(Executor):
    """Runs each call at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


class Counted(Executor):
    """Another executor, all of whose calls are counted."""

    def __init__(self, executor: Executor, log: Path) -> None:
        self._executor, self._log = executor, log

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._executor.submit(counted, self._log, fn, *args, **kwargs)


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """What changes when a file is replaced by another, be it equal."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (folder / "shards").glob("*.npz")}


def equal(first: Path, second: Path) -> None:
    """Bit for bit."""
    for shard in SWEEP.shards:
        assert path_of(shard, first).read_bytes() == path_of(shard, second).read_bytes()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def gone(process: int) -> bool:
    """Whether a process has ended, be it that nobody has asked for its exit code yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


if __name__ == "__main__":
    with pool(2) as processes:
        run_sweep(SWEEP, Path(sys.argv[1]), executor=Counted(processes, Path(sys.argv[2])))
