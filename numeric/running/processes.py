"""Worker processes of this machine: spawned, deaf to the keyboard, gone when the work that wants them is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from numbers import Integral
from typing import Any

SPAWN = multiprocessing.get_context("spawn")
"""A fork of a process that has run torch's threads can hang."""
_LEAVING = 10.0
"""Seconds that a process may take to leave when told."""


def processors() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def pool(workers: int | None = None) -> Iterator[Executor]:
    """Processes of this machine, by default one per processor that this one may use. ValueError unless at least 1.

    An interruption of the block ends them in the middle of what they do.
    """
    count = processors() if workers is None else workers
    if not isinstance(count, Integral) or count < 1:
        raise ValueError(f"workers must be a whole number of at least 1, got {workers}")
    others = set(multiprocessing.active_children())
    with _Pool(count, SPAWN, initializer=work_for_parent) as executor:
        try:
            yield executor
        except Exception:
            raise
        except BaseException:  # leaving the executor would wait for what is running
            stop([child for child in multiprocessing.active_children() if child not in others])
            raise


class _Pool(ProcessPoolExecutor):
    """It starts its processes as work comes in."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        with one_thread_and_no_interrupts():
            return super().submit(fn, *args, **kwargs)


def one_thread() -> None:
    """For this process, unless its environment says otherwise, and before NumPy and torch load: arrays here are small, and
    threads that wait for each other cost a factor of forty.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@contextmanager
def one_thread_and_no_interrupts() -> Iterator[None]:
    """What a process started here inherits. The keyboard's interrupt is for the parent, which stops its workers."""
    resource_tracker.ensure_running()  # starting a first process would start it and let interrupts in again
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def work_for_parent() -> None:
    """What a worker does first: leave the keyboard to its parent, and end when that is killed, as it would wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def stop(processes: Sequence[BaseProcess]) -> None:
    """End them: asked first, then killed."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(_LEAVING)
        if process.is_alive():
            process.kill()
            process.join()
