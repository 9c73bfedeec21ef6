"""The gallery: every finished figure on one page that needs no other file."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from ..catalogue import TOPICS, title
from .html import render
from .inline import Inline, inline
from .kept import LIBRARIES, Record, Setting, load, versions

MOST_EMBEDDED = 3_000_000
"""Bytes of data that a page carries for one figure; larger ones are linked to."""
_KINDS = {"csv": ("text/csv", "CSV"), "nc": ("application/x-netcdf", "netCDF")}


@dataclass(frozen=True)
class Card:
    """A finished figure as the page shows it."""

    record: Record
    drawing: Inline
    duration: str
    data_address: str
    data_kind: str


class Missing(NamedTuple):
    """A figure that there is nothing to show of; `reason`: why it failed, or empty where it was not made."""

    name: str
    title: str
    reason: str


@dataclass(frozen=True)
class Group:
    """A topic of the slides with its figures."""

    title: str
    cards: list[Card]
    missing: list[Missing]


def page(out: Path, setting: Setting, failed: Mapping[str, str]) -> bytes:
    """The page of what is finished in `out` in this setting; `failed`: why, by name.

    A figure that is missing, or that was made by other code, is named as not made, never shown.
    """
    groups = [_group(topic, out, setting, failed) for topic in TOPICS]
    cards = [card for group in groups for card in group.cards]
    found = versions()
    return render(
        files(__package__).joinpath("gallery.html").read_text(encoding="utf-8"),
        groups=groups,
        made=len(cards),
        total=sum(map(len, TOPICS.values())),
        failed=[missing.name for group in groups for missing in group.missing if missing.reason],
        setting="Full" if setting.full else "Quick",
        duration=duration(sum(card.record.seconds for card in cards)),
        command=setting.command(),
        versions=", ".join(f"{name} {found[name]}" for name in ("Python", *LIBRARIES)),
    )


def duration(seconds: float) -> str:
    """In words: "8 s", "1 min 20 s", "2 h 5 min"."""
    if seconds < 60:
        return f"{max(1, math.ceil(seconds - 0.5))} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _group(topic: str, out: Path, setting: Setting, failed: Mapping[str, str]) -> Group:
    group = Group(topic, [], [])
    folder = setting.folder(out)
    for name in TOPICS[topic]:
        record = None if name in failed else load(name, setting, folder)
        if record is None:
            group.missing.append(Missing(name, title(name), failed.get(name, "")))
        else:
            group.cards.append(_card(record, folder, out))
    return group


def _card(record: Record, folder: Path, out: Path) -> Card:
    drawing = inline((folder / f"{record.name}.svg").read_bytes(), record.name, record.title)
    content = (folder / record.data).read_bytes()
    media, kind = _KINDS[record.data.rpartition(".")[2]]
    if len(content) <= MOST_EMBEDDED:
        address = f"data:{media};base64,{base64.b64encode(content).decode()}"
    else:
        address = (folder / record.data).relative_to(out).as_posix()
    return Card(
        record,
        drawing,
        duration=duration(record.seconds),
        data_address=address,
        data_kind=kind,
    )
