"""Results as short tables for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

MOST = 2000
"""Characters of a table."""


def html_table(head: Sequence[str], rows: Sequence[Sequence[object]], most: int = MOST) -> str:
    """A table of at most so many characters: what rows do not fit are counted in its last line."""
    top = "".join(f"<th>{escape(str(cell))}</th>" for cell in head)
    lines = ["<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows]
    room = most - len(top) - 100
    kept = 0
    while kept < len(lines) and len(lines[kept]) <= room:
        room -= len(lines[kept])
        kept += 1
    rest = "" if kept == len(lines) else f"<tr><td>… {len(lines)} rows in all</td></tr>"
    return f"<table><tr>{top}</tr>{''.join(lines[:kept])}{rest}</table>"
