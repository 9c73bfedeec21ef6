"""Where a run stands, in one file that is there whole or not at all: NumPy arrays and a header, without pickle.

What a step draws is a function of the settings and the step (see `stream`), so no generator has a state to keep.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_FORMAT = "antipodal training, 2"
# What a flipped byte makes the readers of zip files, arrays and JSON raise.
_DAMAGED = (ValueError, KeyError, EOFError, AttributeError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error)
Arrays = Mapping[str, NDArray[Any]]


class Checkpoint(NamedTuple):
    """`settings`: what identifies the run; `finished` blocks of models are done, the next is at `step`."""

    settings: str
    finished: int
    step: int
    arrays: Arrays


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write to a neighbour, flush it to the disk and rename it: whenever the machine stops, the old file or the new one is
    whole. ValueError when that is impossible, with the old file untouched.
    """
    names = sorted(checkpoint.arrays)
    header = json.dumps([_FORMAT, checkpoint.settings, checkpoint.finished, checkpoint.step, names])
    content = io.BytesIO()
    np.savez(content, header=np.array(header), **checkpoint.arrays)  # type: ignore[arg-type]
    try:
        write_whole(path, content.getvalue())
    except OSError as error:
        raise ValueError(f"checkpoint {str(path)!r} cannot be written ({error.strerror})") from None


def load(path: Path, settings: str) -> Checkpoint | None:
    """The checkpoint, or None where there is no file. ValueError where the file is not one, is damaged, or belongs to other
    `settings`; it is left as it is.
    """
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        found = json.loads(str(arrays.pop("header")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ValueError(f"checkpoint {str(path)!r} cannot be read ({error.strerror or error})") from None
    except _DAMAGED as error:
        raise ValueError(f"checkpoint {str(path)!r} is damaged or no checkpoint ({error})") from None
    if not isinstance(found, list) or len(found) != 5 or found[0] != _FORMAT:
        raise ValueError(f"checkpoint {str(path)!r} is not of this version, wanted {_FORMAT!r}, got {found!r}")
    if found[1] != settings:
        raise ValueError(
            f"checkpoint {str(path)!r} belongs to a run with other settings; give another path or remove it"
        )
    _, _, finished, step, names = found
    if sorted(arrays) != names:  # a flipped byte in the directory of a zip file makes members vanish without an error
        raise ValueError(f"checkpoint {str(path)!r} is damaged: it holds {sorted(arrays)}, wanted {names}")
    return Checkpoint(settings, finished, step, arrays)


def write_whole(path: Path, content: bytes) -> None:
    """`content` as the file `path`, whole or not at all, and on the disk when this returns. OSError when that fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)  # it is gone where the interruption came after it was renamed
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
