"""How the commands end: 0 done, 1 what was asked for failed, 2 bad input in one sentence, 130 interrupted; never a traceback.

A command's `__main__` imports nothing but `main`; its app parses the arguments with the standard library and Cyclopts alone,
and loads the rest, seconds of it, under `loading` when it is to run.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cyclopts import App

KEPT = "what was finished is whole in the output folder"


def main(load: Callable[[], App], kept: str = KEPT) -> int:
    """The exit code of the command that `load` imports, run on the arguments of this process."""
    with loading():
        app = load()
    return run_command(app, kept=kept)


def run_command(app: App, arguments: Sequence[str] | None = None, *, kept: str = KEPT) -> int:
    """Run an app on `arguments` (those of the process by default) and return the exit code. `kept`: what is said after an
    interruption.
    """
    with loading():
        from cyclopts import CycloptsError
        from rich.console import Console

    app.suppress_keyboard_interrupt = False
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = app(given, exit_on_error=False, print_error=False, result_action="return_value")
    except (CycloptsError, ValueError, OSError) as error:
        console.print(f"error: {' '.join(str(error).split())}", markup=False)
        return 2
    except (RuntimeError, MemoryError) as error:
        console.print(f"error: {' '.join(str(error).split())}", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print(f"interrupted; {kept}")
        return 130
    return code if isinstance(code, int) else 0


@contextmanager
def loading() -> Iterator[None]:
    """While libraries load, an interruption ends the process at once, with one line: nothing is to be put away yet, and an
    exception out of the middle of an import would be anything but that.
    """
    # Left alone where nobody is to interrupt (in a shell's background) and where handlers cannot be set.
    main_thread = threading.current_thread() is threading.main_thread()
    if not main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(number: int, frame: Any) -> None:
    os.write(2, b"interrupted; nothing was begun\n")
    os._exit(130)
