"""Work on a Dask cluster that is already there."""

from __future__ import annotations

import gc
import logging
import os
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from pkgutil import resolve_name

SECONDS = 10.0
"""How long a scheduler may take to answer."""


@contextmanager
def cluster(address: str, folder: Path, module: str) -> Iterator[Executor]:
    """The workers of the Dask scheduler at `address` (tcp://host:port), which share `folder` with this machine.

    ValueError, within SECONDS, where nothing answers there, and where a worker does not see the folder or cannot import
    `module`, which has what is to run. A worker that is lost has its work run again by another one.
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
    with _silent_client(), client:
        for left in folder.glob(".probe-*"):  # by a driver that was killed
            if left.stat().st_mtime < time.time() - 10 * SECONDS:
                left.unlink(missing_ok=True)
        probe = folder / f".probe-{uuid.uuid4().hex}"
        probe.touch()
        try:
            seen = client.run(_sees, str(probe), module, on_error="return")
        finally:
            probe.unlink()
        for worker, answer in seen.items():
            if isinstance(answer, Exception):
                raise ValueError(f"worker {worker} cannot run {module} ({answer})") from None
            if not answer:
                raise ValueError(
                    f"out must be a folder that all workers share, but {worker} does not see {str(folder)!r}"
                )
        executor = client.get_executor(pure=False)  # type: ignore[no-untyped-call]
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)


@contextmanager
def _silent_client() -> Iterator[None]:
    """A lost scheduler is told as an error of the work that it had; its client would print tracebacks beside that."""
    logs = [
        logging.getLogger(name) for name in ("distributed.client", "distributed.core", "tornado.application", "asyncio")
    ]
    levels = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for log, level in zip(logs, levels, strict=True):
            log.setLevel(level)


def _sees(path: str, module: str) -> bool:
    resolve_name(module)  # what the work needs must be there, too
    return os.path.exists(path)
