"""Figures computed side by side: worker processes with one thread each, of which one that fails or dies takes no other along."""

from __future__ import annotations

import signal
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, NamedTuple

from numeric.running.processes import SPAWN, one_thread_and_no_interrupts, stop, work_for_parent

from .making import Drawn, make

_LEAVING = 10.0
"""Seconds that a worker may take to leave when told."""


class Task(NamedTuple):
    """What `figures.make` is told."""

    name: str
    full: bool
    device: str
    folder: Path | None


class Progressed(NamedTuple):
    name: str
    share: float


class Finished(NamedTuple):
    """`seconds`: of the processor, which other work on the machine does not lengthen."""

    name: str
    drawn: Drawn
    seconds: float


class Failed(NamedTuple):
    name: str
    reason: str


Event = Progressed | Finished | Failed


def compute(tasks: Sequence[Task], jobs: int) -> Generator[Event]:
    """Make the figures in the order given, `jobs` at a time, and tell what happens as it happens.

    Closing the iterator, or an interruption, stops the workers. Each task ends in `Finished` or `Failed`.
    """
    waiting = list(reversed(tasks))
    crew: dict[Connection, tuple[SpawnProcess, Task]] = {}
    try:
        while waiting or crew:
            while waiting and len(crew) < jobs:
                pipe, process = _start()
                crew[pipe] = (process, waiting.pop())
                _tell(pipe, crew[pipe][1])
            for pipe in [pipe for pipe in wait(list(crew)) if isinstance(pipe, Connection)]:
                process, task = crew[pipe]
                try:
                    event: Event = pipe.recv()
                except (EOFError, OSError):
                    process.join(_LEAVING)
                    event = Failed(task.name, f"its process ended with exit code {process.exitcode}")
                    del crew[pipe]
                    pipe.close()
                if pipe in crew and not isinstance(event, Progressed):
                    if waiting:
                        crew[pipe] = (process, waiting.pop())
                        _tell(pipe, crew[pipe][1])
                    else:
                        stop([process])
                        del crew[pipe]
                        pipe.close()
                yield event
    finally:
        stop([process for process, _ in crew.values()])


def expected(seconds: Sequence[float], jobs: int) -> float:
    """How long figures of these durations take, started in this order, `jobs` at a time.

    >>> expected([3.0, 1.0, 1.0], jobs=2)
    3.0
    """
    ends = [0.0] * max(1, min(jobs, len(seconds)))
    for duration in seconds:
        ends[ends.index(min(ends))] += duration
    return max(ends)


def _tell(pipe: Connection, task: Task) -> None:
    """Hand a worker its task. One that has died meanwhile takes none: its end of the pipe says so when it is read."""
    with suppress(OSError):
        pipe.send(task)


def _start() -> tuple[Connection, SpawnProcess]:
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_work, args=(theirs,))
    with one_thread_and_no_interrupts():
        process.start()
    theirs.close()
    return ours, process


def _work(pipe: Connection) -> None:
    """Make figures until told to leave."""
    work_for_parent()
    # As an exception, so that half-written checkpoints are cleaned up on the way out.
    signal.signal(signal.SIGTERM, lambda number, frame: _leave())
    while True:
        task: Task = pipe.recv()
        told = -1.0

        def report(share: float, name: str = task.name) -> None:
            nonlocal told
            if share - told >= 0.002:
                told = share
                pipe.send(Progressed(name, share))

        start = time.process_time()
        try:
            drawn = make(task.name, full=task.full, device=task.device, progress=report, folder=task.folder)
            event: Any = Finished(task.name, drawn, time.process_time() - start)
        except Exception as error:
            event = Failed(task.name, " ".join(f"{type(error).__name__}: {error}".split()).rstrip("."))
        pipe.send(event)


def _leave() -> None:
    raise SystemExit
