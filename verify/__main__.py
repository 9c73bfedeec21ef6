"""The main job: derive, minimise, train, compare, draw, report. `python -m verify [--full] [--device cuda] [--out DIR]`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from numeric.running.command_line import main

if TYPE_CHECKING:
    from cyclopts import App


def _app() -> App:
    from .command import app

    return app


if __name__ == "__main__":
    sys.exit(main(_app))
