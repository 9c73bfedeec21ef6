"""Figures made in processes of their own while other work goes on."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

from .crew import Failed, Finished, Progressed, Task, compute
from .making import Drawn

_LEAVING = 15.0
"""Seconds that the workers may take to leave when the other work has ended early."""


@contextmanager
def made_beside(
    tasks: Sequence[Task], jobs: int, progress: Callable[[str, float], None]
) -> Iterator[Callable[[], list[Drawn]]]:
    """Make the figures, `jobs` at a time, while the block runs. The function that it gets waits for them and returns them in
    the order of `tasks`, or raises RuntimeError that names those that failed and why.

    `progress(name, figures done)` is called from another thread; what it raises, the function raises. Leaving the block early
    stops the workers.
    """
    drawn: dict[str, Drawn] = {}
    failed: dict[str, str] = {}
    broken: list[Exception] = []
    over = threading.Event()

    def collect() -> None:
        shares = {task.name: 0.0 for task in tasks}
        try:
            with closing(compute(tasks, jobs)) as events:
                for event in events:
                    if over.is_set():
                        return
                    if isinstance(event, Finished):
                        drawn[event.name] = event.drawn
                    elif isinstance(event, Failed):
                        failed[event.name] = event.reason
                    shares[event.name] = event.share if isinstance(event, Progressed) else 1.0
                    progress(event.name, sum(shares.values()))
        except Exception as error:  # raised again where somebody waits
            broken.append(error)

    def wait() -> list[Drawn]:
        thread.join()
        if failed:
            raise RuntimeError("; ".join(f"{name}: {reason}" for name, reason in failed.items()))
        if broken:
            raise broken[0]
        return [drawn[task.name] for task in tasks]

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    try:
        yield wait
    finally:
        over.set()
        if thread.is_alive():
            # The thread waits for a word from them; their end is one.
            for child in multiprocessing.active_children():
                child.terminate()
            thread.join(_LEAVING)
