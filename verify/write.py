"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def output_folder(path: Path) -> Path:
    """`path`, made if it is not there. Raises ValueError when it cannot be made or written in, before any work is done."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise ValueError(f"out must be a folder to write in, got {str(path)!r} ({error.strerror})") from None
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Write to a temporary neighbour and rename it: a reader, or an interruption, never sees half a file."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
