"""Arrays in a file: what it promises beyond its own size is refused before any memory is taken for it."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from numeric.running.arrays import Contents, checksum, read_arrays, write_arrays

HEADER = '"header"'


def npy(shape: tuple[int, ...], dtype: str, content: bytes) -> bytes:
    """An array's file, true or not."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue() + content


def archive(path: Path, members: list[tuple[str, bytes]], packed: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", packed) as file:
        for name, content in members:
            file.writestr(name, content)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.array(["x", "yz"]), "c": np.zeros((0, 3)), "d": np.array(True)}
    write_arrays(tmp_path / "it.npz", "file", ["text", 1, None], arrays)
    found = read_arrays(tmp_path / "it.npz", "file")
    assert found is not None
    assert found.header == ["text", 1, None]
    assert found.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found.arrays[name].dtype == array.dtype
        assert np.array_equal(found.arrays[name], array)
    assert checksum(found.header, found.arrays) == checksum(["text", 1, None], arrays)
    assert read_arrays(tmp_path / "other.npz", "file") is None


def test_columns_first_arrays_keep_their_places(tmp_path: Path) -> None:
    write_arrays(tmp_path / "it.npz", "file", None, {"a": np.asfortranarray(np.arange(6).reshape(2, 3))})
    found = read_arrays(tmp_path / "it.npz", "file")
    assert found is not None
    assert found.arrays["a"].tolist() == [[0, 1, 2], [3, 4, 5]]


HUGE = (1 << 40,)
HEADER_ARRAY = npy((), "<U8", HEADER.encode("utf-32-le"))


@pytest.mark.parametrize(
    ("members", "packed", "message"),
    [
        (
            [("header.npy", HEADER_ARRAY), ("W.npy", npy((1 << 24,), "|u1", bytes(1 << 24)))],
            zipfile.ZIP_DEFLATED,
            "more than",
        ),
        ([("header.npy", HEADER_ARRAY)], zipfile.ZIP_BZIP2, "packed|more than"),
        ([("header.npy", HEADER_ARRAY), ("W.npy", npy(HUGE, "<f8", b""))], 0, r"float64 of shape \(1099511627776,\)"),
        ([("header.npy", HEADER_ARRAY), ("W.npy", npy((2,), "<f8", bytes(24)))], 0, r"float64 of shape \(2,\)"),
        ([("header.npy", HEADER_ARRAY), ("W.npy", npy((-1, -2), "<f8", bytes(16)))], 0, "W"),
        ([("header.npy", HEADER_ARRAY), ("W.npy", npy((1,), "|O", bytes(8)))], 0, "object of shape"),
        ([("header.npy", HEADER_ARRAY), ("W.npy", npy((1,), "|V8", bytes(8)))], 0, "V8"),
        ([("header.npy", npy(HUGE, "<U9", b""))], 0, "header.npy"),
        ([("header.npy", HEADER_ARRAY), ("W.npy", b"\x93NUMPY\x02\x00" + bytes(9))], 0, "another version"),
        (
            [("header.npy", HEADER_ARRAY), ("W", npy((), "<f8", bytes(8))), ("W.npy", npy((), "<f8", bytes(8)))],
            0,
            "one name",
        ),
        ([("header.npy", npy((), "<U99999", b"[\0\0\0" * 99999))], 0, "recursion"),
    ],
    ids=["zip bomb", "packed", "short", "long", "negative", "objects", "void", "header", "version", "twice", "nested"],
)
def test_a_file_that_promises_what_it_does_not_hold(
    members: list[tuple[str, bytes]], packed: int, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "it.npz"
    archive(path, members, packed)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=f"^file {str(path)!r} is damaged or no file .*(?:{message})"):
            read_arrays(path, "file")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """A directory may name one place many times: stored, and yet more than the file."""
    path = tmp_path / "it.npz"
    archive(path, [("header.npy", HEADER_ARRAY), ("W.npy", npy((1000,), "<f8", bytes(8000)))])
    content = path.read_bytes()
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entries = content[start:end]
    last = entries[entries.rindex(b"PK\x01\x02") :]
    copies = b"".join(last.replace(b"W.npy", f"{k:c<5}".encode()) for k in range(9))
    tail = bytearray(content[end:])
    tail[8:12] = (11).to_bytes(2, "little") * 2
    tail[12:16] = (len(entries) + len(copies)).to_bytes(4, "little")
    path.write_bytes(content[:end] + copies + bytes(tail))
    with pytest.raises(ValueError, match="it promises more than it holds"):
        read_arrays(path, "file")


def test_a_file_in_the_form_of_numpy_is_read(tmp_path: Path) -> None:
    """The form is that of `numpy.savez`: files of before are found, and NumPy reads ours."""
    np.savez(tmp_path / "old.npz", header=np.array('["old"]'), W=np.eye(2))
    found = read_arrays(tmp_path / "old.npz", "file")
    assert isinstance(found, Contents)
    assert (found.header, found.arrays["W"].tolist()) == (["old"], [[1, 0], [0, 1]])
    write_arrays(tmp_path / "new.npz", "file", 1, {"W": np.eye(2)})
    with np.load(tmp_path / "new.npz") as file:
        assert sorted(file.files) == ["W", "header"]
