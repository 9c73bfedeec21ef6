"""`python -m numeric.sweep [--n 5] [--m 2] [--sparsity 0 0.9] [--out DIR]`."""

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
    sys.exit(main(_app, "finished shards are kept, run the sweep again to go on"))
