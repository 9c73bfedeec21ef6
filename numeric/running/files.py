"""Files that are there whole or not at all."""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """`content` as the file `path`, whole or not at all, and on the disk when this returns. OSError when that fails.

    It is written to the neighbour `.NAME.part`, flushed to the disk and renamed. What a killed process has left there, the
    next one that writes `path` takes over. Where another is just writing it, or the file system knows no locks, a
    neighbour of another name serves.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file, temporary = _neighbour(path)
    with file:
        try:
            file.truncate(0)
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            if _is_named(file, temporary):  # not where the interruption came after it was renamed
                temporary.unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def output_folder(path: Path) -> Path:
    """`path`, made if it is not there. ValueError when it cannot be made or written in, before any work is done."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as file:
            file.write(bytes(4096))  # an entry of a folder may fit on a disk where nothing else does
    except OSError as error:
        raise ValueError(f"out must be a folder to write in, got {str(path)!r} ({error.strerror})") from None
    return path


def _neighbour(path: Path) -> tuple[BinaryIO, Path]:
    """A file beside `path` that no other process writes, and its name; the lock goes when it is closed, or with the process."""
    temporary = path.with_name(f".{path.name}.part")
    file = os.fdopen(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_named(file, temporary) and os.fstat(file.fileno()).st_nlink == 1:
            return file, temporary
    except OSError:
        pass
    file.close()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    return os.fdopen(handle, "r+b"), Path(name)


def _is_named(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except FileNotFoundError:
        return False
