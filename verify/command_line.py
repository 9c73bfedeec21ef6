"""How the commands end: 0 done, 1 a check failed, 2 bad input in one sentence, 130 interrupted; never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError
from rich.console import Console


def run_command(app: App, arguments: Sequence[str] | None = None) -> int:
    """Run a cyclopts app on `arguments` (those of the process by default) and return the exit code."""
    app.suppress_keyboard_interrupt = False
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        code = app(
            sys.argv[1:] if arguments is None else list(arguments),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except CycloptsError as error:
        console.print(f"error: {' '.join(str(error).split())}", markup=False)
        return 2
    except (ValueError, OSError) as error:
        console.print(f"error: {error}", markup=False)
        return 2
    except KeyboardInterrupt:
        console.print("interrupted; what was finished is whole in the output folder")
        return 130
    return code if isinstance(code, int) else 0
