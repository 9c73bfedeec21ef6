"""Results as people read them: short on one line, tables for notebooks."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from html import escape
from typing import Any

MOST_LINE, MOST_TABLE = 400, 2000
"""Characters of a line and of a table."""
_PART = 80
_ENTRIES = 4


def brief(result: Any) -> str:
    """The class of a dataclass and its fields, arrays by their shape, what is long cut short."""
    parts = (f"{part.name}={_part(getattr(result, part.name))}" for part in fields(result) if part.repr)
    return line(f"{type(result).__name__}({', '.join(parts)})")


def line(text: str) -> str:
    """The text on one line, cut where it is too long for one.

    >>> len(line("a" * 500))
    400
    """
    return text if len(text) <= MOST_LINE else f"{text[: MOST_LINE - 1]}…"


def html_table(head: Sequence[str], rows: Sequence[Sequence[object]], most: int = MOST_TABLE) -> str:
    """A table of at most so many characters: what rows do not fit are counted in its last line."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = ["<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows]
    room, kept = most - len(top) - 100, 0
    while kept < len(lines) and len(lines[kept]) <= room:
        room -= len(lines[kept])
        kept += 1
    rest = "" if kept == len(lines) else f"<tr><td>… {len(lines)} rows in all</td></tr>"
    return f"<table><tr>{top}</tr>{''.join(lines[:kept])}{rest}</table>"


def _part(value: Any) -> str:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{value:.10g}" if value.shape == () and value.dtype == float else f"array {tuple(value.shape)}"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(map(str, list(value)[:_ENTRIES])) + (", …" if len(value) > _ENTRIES else "") + "}"
    if isinstance(value, tuple | list) and not hasattr(value, "_fields"):
        shown = [_part(entry) for entry in value[:_ENTRIES]]
        more = [f"… {len(value)} in all"] if len(value) > _ENTRIES else []
        return f"({', '.join([*shown, *more])}{',' * (len(value) == 1)})"
    text = repr(value) if is_dataclass(value) else reprlib.repr(value)
    return text if len(text) <= _PART else f"{text[: _PART - 1]}…"
