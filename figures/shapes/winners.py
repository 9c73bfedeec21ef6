"""Which packing of polytopes has the lowest loss at which sparsity, and the losses of two sets of rivals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from matplotlib.patches import Patch

from analytic.law import variance
from analytic.winners import Packing, Reign, packing_loss, winners
from numeric.minimise import minimise_loss
from numeric.running.progress import Progress

from ..motifs.caption import Caption
from .free_height import DIGITS, FreeHeight, free_height

TITLE = "Which polytope wins at which sparsity"
SEED = 0
SECONDS = (27, 45)
SETTINGS = ((3, 2), (4, 2), (5, 2), (6, 2), (4, 3), (5, 3), (6, 3), (8, 3))
CURVES = ((5, 2), (8, 3))
COLOURS = {
    "digon": "#56B4E9",
    "triangle": "#F0C93E",
    "tetrahedron": "#E69F00",
    "pentagon": "#009E73",
    "hexagon": "#0072B2",
    "square antiprism": "#CC79A7",
    "single": "#5F6B73",
    "dropped": "#E4E4E4",
}
_OPAQUE: dict[str, Any] = {"frameon": True, "framealpha": 1.0, "edgecolor": "none"}
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Losses of the packings that win somewhere, (packings, sparsities), over those of all features dropped, n Var x.

    `searched` has rows s, least loss that minimising over all W and b finds, in the same unit; (2, 0) where none was.
    """

    n: int
    m: int
    sparsities: Floats
    packings: tuple[Packing, ...]
    losses: Floats
    searched: Floats


@dataclass(frozen=True)
class Diagram:
    reigns: dict[tuple[int, int], tuple[Reign, ...]]
    curves: tuple[Curves, ...]
    free: FreeHeight

    @property
    def crossings(self) -> tuple[float, ...]:
        """The distinct ones: several settings share those at which the same parts are exchanged."""
        found = {round(float(r.end.midpoint), 9) for reigns in self.reigns.values() for r in reigns[:-1]}
        return tuple(sorted(found))


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Diagram:
    """Reigns are proved, losses certified; only the searched dots and the choice of the best height are found in floats."""
    reigns: dict[tuple[int, int], tuple[Reign, ...]] = {}
    for index, setting in enumerate(SETTINGS):
        reigns[setting] = winners(*setting)
        progress(0.6 * (index + 1) / len(SETTINGS))
    grid = [Fraction(k, 120 if full else 40) for k in range(120 if full else 40)]
    places = {(5, 2): (3, 5, 6, 7, 8, 9) if full else (5, 7, 9), (8, 3): ()}
    curves = []
    for n, m in CURVES:
        packings = tuple(reign.packing for reign in reigns[n, m])
        losses = [[float(packing_loss(packing, s, DIGITS)) / _dropped(n, s) for s in grid] for packing in packings]
        dots = [(k / 10, _searched(n, m, Fraction(k, 10), 24 if full else 6)) for k in places[n, m]]
        searched = np.array(dots).reshape(-1, 2).T
        curves.append(
            Curves(
                n=n,
                m=m,
                sparsities=np.array(grid, dtype=float),
                packings=packings,
                losses=np.array(losses),
                searched=searched,
            )
        )
        progress(0.6 + 0.1 * len(curves))
    return Diagram(reigns, tuple(curves), free_height(reigns[8, 3], grid, lambda s: _dropped(8, s)))


def _dropped(n: int, s: Fraction) -> float:
    return n * float(variance(1 - s))


def _searched(n: int, m: int, s: Fraction, starts: int) -> float:
    return minimise_loss(n, m, float(s), starts=starts).value / _dropped(n, s)


def caption(diagram: Diagram) -> Caption:
    free = diagram.free
    return Caption(
        "For n features of equal importance in m dimensions the packing of the catalogue's polytopes of least loss, each band "
        "divided among features stored together, alone, or dropped; below, losses over that of dropping all.",
        "The sequence is proved for every sparsity, and its crossings are enclosed to 1e-12.",
        "The same parts are exchanged at the same sparsity whatever else is stored, and the least loss over all W and b that "
        "minimisation finds (dots) is the winner's.",
        (
            ("packings", "each polytope with its best norm and bias"),
            ("crossings", ", ".join(f"{crossing:.4f}" for crossing in diagram.crossings)),
            ("dense features", "are not stored in orthogonal directions either: ReLU clips to advantage"),
            (
                "dashed line",
                f"the square antiprism at its best height, which takes over at s = {free.start:.4f} already (height "
                f"{free.height:.4f} there, {3**-0.5:.4f} as a tight frame)",
            ),
        ),
    )


def draw(diagram: Diagram) -> Any:
    figure = pyplot.figure(figsize=(10.4, 9.2))
    bands, *panels = figure.subplot_mosaic([["bands", "bands"], ["left", "right"]], height_ratios=[1.45, 1]).values()
    _bands(bands, diagram)
    for panel, curves in zip(panels, diagram.curves, strict=True):
        _losses(panel, curves, diagram.reigns[curves.n, curves.m])
    free = panels[1]
    free.plot(
        diagram.free.sparsities, diagram.free.losses, "--", color="black", linewidth=1.2, label="antiprism, best height"
    )
    free.legend(loc="lower left", **_OPAQUE)
    return figure


def _bands(axes: Any, diagram: Diagram) -> None:
    for row, ((n, m), reigns) in enumerate(diagram.reigns.items()):
        bottom = -row - (0.35 if m == 3 else 0)
        for reign in reigns:
            start, end = float(reign.start.midpoint), float(reign.end.midpoint)
            level = bottom
            for name, features in _shares(reign.packing):
                height = 0.8 * features / n
                axes.bar(start, -height, end - start, level, align="edge", color=COLOURS[name], linewidth=0)
                level -= height
            top = 0.8 * _shares(reign.packing)[0][1] / n
            if end - start > 0.0077 * len(reign.packing.name):
                dark = reign.packing.atoms[0][0].name == "hexagon"
                axes.text(
                    (start + end) / 2,
                    bottom - top / 2 - 0.02,
                    reign.packing.name,
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if dark else "black",
                )
            if end < 1:
                axes.plot([end, end], [bottom, bottom - 0.8], color="white", linewidth=1.4)
        axes.text(-0.012, bottom - 0.4, f"n = {n}, m = {m}", ha="right", va="center", fontsize=9)
    last = bottom - 0.8
    for first, second in pairwise((*diagram.crossings, 1.2)):
        axes.plot([first, first], [0.06, last], color="0.35", linewidth=0.7, linestyle=(0, (2, 2)), zorder=0)
        left = second - first < 0.03
        axes.text(first, 0.12, f"{first:.4f}", ha="right" if left else "left", va="bottom", fontsize=8, color="0.25")
    axes.set_xlim(0, 1)
    axes.set_ylim(last - 0.05, 0.4)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("sparsity s")
    axes.set_title("Least loss among the packings of polytopes", pad=10)
    shown = [Patch(color=colour, label=name) for name, colour in COLOURS.items()]
    axes.legend(
        handles=shown, ncols=8, loc="upper center", bbox_to_anchor=(0.46, -0.11), columnspacing=1.2, handlelength=1.2
    )


def _shares(packing: Packing) -> list[tuple[str, int]]:
    """Kinds of parts with how many features each has."""
    stored = [(atom.name, count * atom.vertices.cols) for atom, count in packing.atoms]
    return [
        (name, features)
        for name, features in (*stored, ("single", packing.singles), ("dropped", packing.dropped))
        if features
    ]


def _losses(axes: Any, curves: Curves, reigns: tuple[Reign, ...]) -> None:
    s = curves.sparsities
    for packing, losses, reign in zip(curves.packings, curves.losses, reigns, strict=True):
        colour = COLOURS[packing.atoms[0][0].name]
        axes.plot(s, losses, ":", color=colour, linewidth=1.3)
        inside = (s >= float(reign.start.midpoint) - 0.03) & (s <= float(reign.end.midpoint) + 0.03)
        axes.plot(s[inside], losses[inside], color=colour, linewidth=2.6, label=packing.name)
    if curves.searched.size:
        axes.plot(*curves.searched, "o", color="black", markersize=4.5, label="least over all W, b")
    for reign in reigns[:-1]:
        axes.axvline(float(reign.end.midpoint), color="0.35", linewidth=0.7, linestyle=(0, (2, 2)))
    axes.set_ylim(0, 0.7)
    axes.set_xlim(0, 1)
    axes.set_xlabel("sparsity s")
    axes.set_ylabel("loss / loss of dropping all")
    axes.set_title(f"n = {curves.n}, m = {curves.m}")
    axes.legend(loc="lower left", **_OPAQUE)
