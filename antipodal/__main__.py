"""`antipodal verify | figures | sweep | judge FILE`, and `python -m antipodal`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from antipodal.hidden import hidden_by, without_working_directory

if TYPE_CHECKING:
    from cyclopts import App


def command() -> int:
    """The console script; the exit code."""
    if hidden := hidden_by():
        print(f"error: {hidden}", file=sys.stderr)
        return 2
    from numeric.running.command_line import main

    return main(_app)


def _app() -> App:
    from antipodal.command import app

    return app


if __name__ == "__main__":
    without_working_directory()
    sys.exit(command())
