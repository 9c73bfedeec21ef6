"""NumPy arrays and a header in one file (npz), without pickle; what the file promises is compared with its size before it is
read.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from .files import write_whole

Arrays = Mapping[str, NDArray[Any]]

# What a file of other bytes makes of itself; RuntimeError where it claims to be encrypted, or nests too deep.
_DAMAGE = (
    *(ValueError, KeyError, EOFError, AttributeError, TypeError, RuntimeError, OverflowError),
    *(zipfile.BadZipFile, zlib.error),
)
_KINDS = "biufcU"


class Contents(NamedTuple):
    """Of a file: its header, as JSON can hold it, and its arrays by name."""

    header: Any
    arrays: dict[str, NDArray[Any]]


def write_arrays(path: Path, what: str, header: Any, arrays: Arrays) -> None:
    """Write a file, whole or not at all. ValueError, which calls it `what`, when that is impossible."""
    content = io.BytesIO()
    np.savez(content, header=np.array(json.dumps(header)), **arrays)  # type: ignore[arg-type]
    try:
        write_whole(path, content.getbuffer())
    except OSError as error:
        raise ValueError(f"{what} {str(path)!r} cannot be written ({error.strerror})") from None


def read_arrays(path: Path, what: str) -> Contents | None:
    """What a file holds, or None where there is none. ValueError, which calls it `what`, where it cannot be read or is no such
    file; it is left as it is. Nothing is unpacked, so that no more memory is taken than the file is large.
    """
    try:
        with path.open("rb") as raw, zipfile.ZipFile(raw) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > os.fstat(raw.fileno()).st_size:
                raise ValueError("it promises more than it holds")
            arrays = {member.filename.removesuffix(".npy"): _array(archive, member) for member in members}
            if len(arrays) < len(members):
                raise ValueError("it has two arrays of one name")
        return Contents(json.loads(str(arrays.pop("header"))), arrays)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ValueError(f"{what} {str(path)!r} cannot be read ({error.strerror or error})") from None
    except _DAMAGE as error:
        raise ValueError(f"{what} {str(path)!r} is damaged or no {what} ({error})") from None


def checksum(header: Any, arrays: Arrays) -> str:
    """SHA-256 of a header and arrays. The zip's own sums leave out the names of its members, and whether there are any."""
    whole = hashlib.sha256()
    if header is not None:
        whole.update(f"{json.dumps(header)} ".encode())
    for name in sorted(arrays):
        whole.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape} ".encode())
        whole.update(np.ascontiguousarray(arrays[name]).data)
    return whole.hexdigest()


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    """One array, as NumPy writes it: not packed, of plain numbers or text, and as long as its header says."""
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{member.filename!r} is packed")
    content = io.BytesIO(archive.read(member))
    if npy.read_magic(content) != (1, 0):
        raise ValueError(f"{member.filename!r} is of another version")
    shape, _, dtype = npy.read_array_header_1_0(content)
    size = content.tell() + int(np.prod(shape, dtype=object)) * dtype.itemsize
    if dtype.kind not in _KINDS or size != member.file_size or min(shape, default=0) < 0:
        raise ValueError(f"{member.filename!r} is not the array that its header promises, {dtype} of shape {shape}")
    content.seek(0)
    return npy.read_array(content, allow_pickle=False)
