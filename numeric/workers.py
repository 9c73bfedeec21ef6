"""Where shards run: worker processes of this machine, or a Dask cluster that is already there."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from numbers import Integral
from pathlib import Path

SECONDS = 10.0
"""How long a scheduler may take to answer."""


@contextmanager
def pool(workers: int | None = None) -> Iterator[Executor]:
    """Processes of this machine, by default one per processor that this one may use. ValueError unless at least 1.

    They are spawned, not forked: a fork of a process that has run torch's threads can hang.
    """
    count = processors() if workers is None else workers
    if not isinstance(count, Integral) or count < 1:
        raise ValueError(f"workers must be a whole number of at least 1, got {workers}")
    executor = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_end_with_parent)
    with executor:
        yield executor


@contextmanager
def cluster(address: str, folder: Path) -> Iterator[Executor]:
    """The workers of the Dask scheduler at `address` (tcp://host:port), which share `folder` with this machine.

    ValueError, within SECONDS, where nothing answers there, and where a worker does not see the folder or has not this
    package installed. A worker that is lost has its shard run again by another one.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError(f"scheduler {address!r} needs the extra 'scale' ({error})") from None
    failure = None
    try:
        client = Client(address, timeout=SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        failure = str(error)
    if failure is not None:
        # A client that failed is garbage in cycles. Collected while another one starts, it would be closed inside the lock
        # that closing needs, and both would wait for ever.
        gc.collect()
        raise ValueError(f"scheduler must be the address of a running Dask scheduler, got {address!r} ({failure})")
    with client:
        probe = folder / f".probe-{uuid.uuid4().hex}"
        probe.touch()
        try:
            seen = client.run(_sees, str(probe), on_error="return")
        finally:
            probe.unlink()
        for worker, answer in seen.items():
            if isinstance(answer, Exception):
                raise ValueError(f"worker {worker} cannot run shards ({answer})") from None
            if not answer:
                raise ValueError(
                    f"out must be a folder that all workers share, but {worker} does not see {str(folder)!r}"
                )
        executor = client.get_executor(pure=False)  # type: ignore[no-untyped-call]
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)


def processors() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _sees(path: str) -> bool:
    from . import shard as shard  # what a shard needs must be there, too

    return os.path.exists(path)


def _end_with_parent() -> None:
    """A pool's worker that lives on when the parent is killed would wait for work forever. An interrupt from the keyboard,
    which reaches all of them, ends it without a traceback.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
