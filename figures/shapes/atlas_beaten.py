"""Where the best packing of polytopes is beaten, and by how much."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from matplotlib import pyplot
from matplotlib.colors import LogNorm

from analytic.winners import winner_at
from numeric.running.progress import Progress

from ..motifs.caption import Caption
from .atlas_table import Entries, Floats, alike, draw_table, rows, values

TITLE = "Where the packings of polytopes are beaten"
SEED = None
SECONDS = (6, 6)
_LEAST = 1e-9
"""Shares below this are rounding of the weights."""


@dataclass(frozen=True)
class Beaten:
    """`below`: 1 − (least known loss)/(loss of the best packing), (sizes, sparsities); nan where there is no entry, or two
    packings tie.
    """

    sizes: tuple[tuple[int, int], ...]
    below: Floats


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Beaten:
    """The packings' losses are certified."""
    entries = alike()
    losses = _certified(entries, progress)
    return Beaten(rows(entries), values(entries, lambda entry: 1 - entry.loss / losses[id(entry)]))


def _certified(entries: Entries, progress: Progress) -> dict[int, float]:
    found = {}
    for k, (setting, entry) in enumerate(entries.items()):
        found[id(entry)] = float("nan")
        with suppress(ArithmeticError):  # two packings tie
            found[id(entry)] = float(winner_at(setting.n, setting.m, Fraction(repr(setting.sparsity))))
        progress((k + 1) / len(entries))
    return found


def caption(beaten: Beaten) -> Caption:
    known = beaten.below[np.isfinite(beaten.below)]
    return Caption(
        "By how much, in per cent, the least known loss lies below that of the best packing of polytopes; a dot where it is the "
        "packing's.",
        "The packing's loss is certified, and each loss below it is enclosed by the atlas.",
        "A packing of the catalogue's polytopes is the best that is known at many sparsities, but not among dense features, "
        "not where three and more sparse ones share a dimension, or seven and more share three.",
        (
            ("entries", str(len(known))),
            ("beaten", f"{np.mean(known > _LEAST):.0%} of them"),
            ("at most", f"{known.max():.2%}"),
            ("empty", "no entry, or two packings tie"),
        ),
    )


def draw(beaten: Beaten) -> Any:
    shown = np.where(beaten.below > _LEAST, beaten.below, np.nan)
    figure, axes = pyplot.subplots(figsize=(10.5, 1.6 + 0.3 * len(beaten.sizes)))
    image = axes.imshow(100 * shown, norm=LogNorm(1e-3, 100), cmap="cividis_r", aspect="auto")
    labels = [[_label(value) for value in line] for line in beaten.below]
    draw_table(axes, beaten.sizes, labels, np.nan_to_num(shown) > 5e-3)
    figure.colorbar(image, label="below the best packing, per cent", shrink=0.7)
    return figure


def _label(value: float) -> str:
    return "" if np.isnan(value) else "·" if value <= _LEAST else f"{100 * value:.2g}"
