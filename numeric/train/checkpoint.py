"""Where a run stands, in one file that is there whole or not at all: NumPy arrays and a header, without pickle.

What a step draws is a function of the settings and the step (see `stream`), so no generator has a state to keep.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..running.arrays import Arrays, checksum, read_arrays, write_arrays

_FORMAT = "antipodal training, 3"


class Checkpoint(NamedTuple):
    """`settings`: what identifies the run; `finished` blocks of models are done, the next is at `step`."""

    settings: str
    finished: int
    step: int
    arrays: Arrays


class Found(NamedTuple):
    """A checkpoint as read from `path`: whole, but only who knows the run can say whether it is one of its own."""

    path: Path
    finished: int
    step: int
    arrays: Arrays

    def array(self, name: str, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        """An array of the checkpoint. ValueError unless it is there and of this shape and dtype."""
        found = self.arrays.get(name)
        if found is None or found.shape != shape or found.dtype != np.dtype(dtype):
            got = "none" if found is None else f"{found.dtype} of shape {found.shape}"
            self.require(False, f"{name} must be {np.dtype(dtype)} of shape {shape}, got {got}")
        return self.arrays[name]

    def only(self, names: Collection[str]) -> None:
        """ValueError where there are arrays of other names."""
        self.require(set(self.arrays) <= set(names), f"it holds {sorted(self.arrays)}, wanted {sorted(names)}")

    def require(self, holds: bool, what: str) -> None:
        """ValueError that says `what` is wanted unless it `holds`."""
        if not holds:
            raise ValueError(f"checkpoint {str(self.path)!r} is not one of this run: {what}")


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write the file: whenever the machine stops, the old one or the new one is whole. ValueError when that is impossible, with
    the old file untouched.
    """
    header = [_FORMAT, *checkpoint[:3]]
    write_arrays(path, "checkpoint", [*header, checksum(header, checkpoint.arrays)], checkpoint.arrays)


def load(path: Path, settings: str) -> Found | None:
    """The checkpoint, or None where there is no file. ValueError where the file is not one, is damaged, or belongs to other
    `settings`; it is left as it is.
    """
    contents = read_arrays(path, "checkpoint")
    if contents is None:
        return None
    header, arrays = contents
    if not isinstance(header, list) or len(header) != 5 or header[0] != _FORMAT:
        raise ValueError(f"checkpoint {str(path)!r} is not of this version, wanted {_FORMAT!r}, got {header!r}"[:500])
    *front, total = header
    if front[1] != settings:
        raise ValueError(
            f"checkpoint {str(path)!r} belongs to a run with other settings; give another path or remove it"
        )
    if total != checksum(front, arrays):
        raise ValueError(f"checkpoint {str(path)!r} is damaged: its checksum is another")
    found = Found(path, front[2], front[3], arrays)
    found.require(
        all(type(count) is int and count >= 0 for count in front[2:]),
        f"finished and step must be whole numbers of at least 0, got {front[2:]!r}",
    )
    return found
