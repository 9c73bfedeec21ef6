"""What features form at the best known minima, over n/m and sparsity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import pyplot
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from numeric.atlas import SPARSITIES, Setting
from numeric.geometry import Geometry, describe
from numeric.running.progress import Progress

from ..motifs.caption import Caption
from .atlas_table import alike, draw_table, rows

TITLE = "What features form at the best known minima"
SEED = None
SECONDS = (6, 6)
KINDS = {
    "only single features": "#C9CED1",
    "digons": "#9AD0F0",
    "a triangle, tetrahedron or larger simplex": "#F0C93E",
    "a polygon of five or more": "#57BF96",
    "another polytope": "#E3A6C6",
    "some columns form no polytope": "#8A8F99",
}


@dataclass(frozen=True)
class Shapes:
    """`names`, short `labels`, `kinds` (places in KINDS) by row of `sizes` (n, m) and sparsity; "" and −1 without an entry.
    `proved`: how many with m = 1, and how many others, are proved least.
    """

    sizes: tuple[tuple[int, int], ...]
    names: tuple[tuple[str, ...], ...]
    labels: tuple[tuple[str, ...], ...]
    kinds: tuple[tuple[int, ...], ...]
    proved: tuple[int, int]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Shapes:
    """Names are those of `describe`, for the W of each entry."""
    entries = alike()
    sizes = rows(entries)
    found: list[list[Geometry | None]] = []
    for k, (n, m) in enumerate(sizes):
        line = [entries.get(Setting(n, m, 1.0, s)) for s in SPARSITIES]
        found.append([None if entry is None else describe(entry.W) for entry in line])
        progress((k + 1) / len(sizes))
    proved = [setting.m for setting, entry in entries.items() if entry.status == "proved"]
    return Shapes(
        sizes,
        tuple(tuple("" if one is None else str(one) for one in line) for line in found),
        tuple(tuple("" if one is None else label(one) for one in line) for line in found),
        tuple(tuple(-1 if one is None else kind(one) for one in line) for line in found),
        (proved.count(1), len(proved) - proved.count(1)),
    )


def label(geometry: Geometry) -> str:
    """Features of each component, "5" for a pentagon, "2+2+1" for two digons and one alone; in brackets what has no name.

    >>> label(describe([[1, -1, 0, 0], [0, 0, 1, 0]]))
    '2+1'
    """
    parts = [(len(one.members), one.named) for one in geometry.components]
    return "+".join(str(count) if named else f"({count})" for count, named in sorted(parts, reverse=True))


def kind(geometry: Geometry) -> int:
    """The place in KINDS of the largest component, of the last where one has no name."""
    if any(not one.named or "aligned" in one.name for one in geometry.components):
        return 5
    name = max(geometry.components, key=lambda one: len(one.members)).name if geometry.components else "dedicated"
    simple = {"dedicated": 0, "digon": 1, "triangle": 2, "tetrahedron": 2}
    return simple.get(name, 2 if "simplex" in name else 3 if name.endswith("gon") else 4)


def caption(shapes: Shapes) -> Caption:
    named = [kind for line in shapes.kinds for kind in line if kind >= 0]
    share = sum(kind < 5 for kind in named) / len(named)
    return Caption(
        "How many features each component of the best known W has, for equal, independent features: 2 is a digon, 5 a pentagon, "
        "in brackets where it is no polytope of the catalogue; features not counted are dropped.",
        f"{shapes.proved[0]} with m = 1, {shapes.proved[1] or 'none'} with more, are proved least; the others are the lowest "
        "that searches met.",
        "Digons fill the dimensions while there are enough of them, give way to polygons as features grow sparse, and where many "
        "features share one dimension nothing that they form has a name.",
        (
            ("entries", str(len(named))),
            ("all components named", f"{share:.0%}"),
            ("tolerance", "cosines within 0.05 of the polytope's"),
            ("s = 0", "the signs of columns are free: of the shapes of one loss the one first met"),
        ),
    )


def draw(shapes: Shapes) -> Any:
    kinds = np.array(shapes.kinds)
    figure, axes = pyplot.subplots(figsize=(10.5, 1.8 + 0.3 * len(shapes.sizes)))
    palette = ListedColormap(["white", *KINDS.values()])
    axes.imshow(kinds, cmap=palette, vmin=-1.5, vmax=len(KINDS) - 0.5, aspect="auto")
    draw_table(axes, shapes.sizes, shapes.labels, kinds == len(KINDS))
    shown = [Patch(color=colour, label=name) for name, colour in KINDS.items()]
    figure.legend(handles=shown, ncols=3, loc="outside lower center", handlelength=1.2)
    return figure
