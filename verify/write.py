"""Files that are there whole or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

from numeric.checkpoint import write_whole as write_whole


def output_folder(path: Path) -> Path:
    """`path`, made if it is not there. Raises ValueError when it cannot be made or written in, before any work is done."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise ValueError(f"out must be a folder to write in, got {str(path)!r} ({error.strerror})") from None
    return path
