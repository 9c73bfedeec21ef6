"""The files of the atlas: the shipped table, a gzipped JSON of all entries of one n and m, read when it is asked for; and a
folder of a build, a JSON for each setting.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from ..running.files import write_whole
from .entry import AtlasEntry, as_json, from_json
from .setting import MOST_FEATURES, MOST_HIDDEN, Setting

SHIPPED = Path(__file__).parent / "table"
_MOST_BYTES = 1 << 28


def shipped(n: int, m: int) -> dict[Setting, AtlasEntry]:
    """The entries of the table for n and m, none for sizes that it has not."""
    return _shipped(n, m) if m < n <= MOST_FEATURES and m <= MOST_HIDDEN else {}


@lru_cache(maxsize=64)
def _shipped(n: int, m: int) -> dict[Setting, AtlasEntry]:
    path = SHIPPED / f"n{n}m{m}.json.gz"
    return {entry.setting: entry for entry in read_entries(path)} if path.exists() else {}


def every_shipped() -> Iterator[AtlasEntry]:
    """All entries of the table, small ones first."""
    for n in range(2, MOST_FEATURES + 1):
        for m in range(1, min(n, MOST_HIDDEN + 1)):
            yield from shipped(n, m).values()


def read_entries(path: Path) -> tuple[AtlasEntry, ...]:
    """Of a file that `write_table` or a build has written, or of one's own of that form: one entry or a list of them, gzipped
    or not. ValueError for another.
    """
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = _unzipped(raw)
        read = json.loads(raw)
    except (OSError, ValueError, RecursionError, zlib.error, EOFError) as error:
        raise ValueError(f"file must be a table of atlas entries, got {str(path)!r} ({error})") from None
    return tuple(from_json(one) for one in (read if isinstance(read, list) else [read]))


def _unzipped(raw: bytes) -> bytes:
    reader = zlib.decompressobj(31)
    content = reader.decompress(raw, _MOST_BYTES)
    if reader.unconsumed_tail or not reader.eof:
        raise ValueError("it is not whole, or unpacks to more than 256 MiB")
    return content


def write_entry(folder: Path, entry: AtlasEntry) -> None:
    """Into the folder of a build."""
    write_whole(folder / f"{entry.setting.key}.json", json.dumps(as_json(entry)).encode())


def read_entry(folder: Path, setting: Setting) -> AtlasEntry | None:
    """Of the folder of a build; None where it is not there yet."""
    path = folder / f"{setting.key}.json"
    return read_entries(path)[0] if path.exists() else None


def write_table(folder: Path, entries: Iterable[AtlasEntry]) -> None:
    """A file for each n and m; the same entries make the same bytes."""
    by_size: dict[tuple[int, int], list[AtlasEntry]] = {}
    for entry in sorted(entries, key=lambda one: one.setting.order):
        by_size.setdefault((entry.n, entry.m), []).append(entry)
    for (n, m), some in by_size.items():
        lines = ",\n".join(json.dumps(as_json(entry), separators=(",", ":"), ensure_ascii=False) for entry in some)
        write_whole(folder / f"n{n}m{m}.json.gz", gzip.compress(f"[{lines}]\n".encode(), mtime=0))
