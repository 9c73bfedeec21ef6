"""The landscape of the exact loss over (w₁, w₂), with every critical point, at three sparsities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from matplotlib.colors import LogNorm
from matplotlib.lines import Line2D

from analytic.n2m1 import CriticalPoint, SmallestModel, compiled_loss
from numeric.running.progress import Progress, each

from ..motifs.caption import Caption

TITLE = "Loss landscape of two features in one dimension"
SEED = None
SECONDS = (6, 8)
MARKERS = {
    "global minimum": ("*", "#ffffff", 14),
    "minimum": ("o", "#ffffff", 8),
    "saddle": ("X", "#E69F00", 8),
    "maximum": ("^", "#D55E00", 8),
}
EXTENT = 1.45
_NORM = LogNorm(2.0**-9, 1.0)


@dataclass(frozen=True)
class Landscape:
    """K on a grid of (w₁, w₂) (`losses[row of w₂, column of w₁]`) and the exact critical points."""

    model: SmallestModel
    axis: npt.NDArray[np.float64]
    losses: npt.NDArray[np.float64]
    points: tuple[CriticalPoint, ...]

    @property
    def least(self) -> float:
        return float(self.points[0].value)


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Landscape, ...]:
    """Landscapes at s = 1/10, 2/5 and 9/10 for equal importances: dense, near the transition, sparse."""
    axis = np.linspace(-EXTENT, EXTENT, 801 if full else 301)
    found = []
    for s in each(("1/10", "2/5", "9/10"), progress):
        found.append(landscape(SmallestModel(s), axis))
    return tuple(found)


def landscape(model: SmallestModel, axis: npt.NDArray[np.float64]) -> Landscape:
    """The loss of a model where both weights run over `axis`, and its critical points."""
    losses = compiled_loss()(axis[None], axis[:, None], *map(float, model.parameters))[0]
    return Landscape(model, axis, losses, model.critical_points())


def caption(landscapes: tuple[Landscape, ...]) -> Caption:
    best = [landscape.model.global_minima()[0] for landscape in landscapes]
    return Caption(
        "Expected loss of two equally important features in one dimension, shaded by its height above the global minimum, with "
        "contours a factor of two apart.",
        "Loss and critical points are exact: on the axes K has a kink, and the points there are saddles.",
        "Storing one feature alone is never a minimum, and as features grow sparser the global one changes from aligned to "
        "antipodal.",
        tuple(
            (f"s = {landscape.model.sparsity}", f"the {point.phase} minimum is global, with K = {point.loss}")
            for landscape, point in zip(landscapes, best, strict=True)
        ),
    )


def draw(landscapes: tuple[Landscape, ...]) -> Any:
    figure, panels = pyplot.subplots(1, 3, figsize=(10.6, 4.0), sharey=True)
    for panel, landscape in zip(panels, landscapes, strict=True):
        shade = draw_on(panel, landscape)
    panels[0].set_ylabel("weight of feature 2, $w_2$")
    figure.legend(handles=handles(), loc="outside lower center", ncols=4)
    bar = figure.colorbar(shade, ax=panels, shrink=0.75, pad=0.01)
    bar.set_label("(K − least K) / K at W = 0")
    return figure


def draw_on(axes: Any, landscape: Landscape) -> Any:
    """One landscape, with its critical points; returns what a colour bar is made of."""
    # Heights in units of the loss of a dead model, so that the panels share one scale.
    scale = float(landscape.losses[len(landscape.axis) // 2, len(landscape.axis) // 2]) or 1.0
    height = np.clip((landscape.losses - landscape.least) / scale, 2.0**-9, None)
    shade = axes.pcolormesh(
        landscape.axis, landscape.axis, height, norm=_NORM, cmap="cividis", shading="nearest", rasterized=True
    )
    axes.contour(
        landscape.axis,
        landscape.axis,
        height,
        levels=2.0 ** np.arange(-8, 2),
        colors="white",
        linewidths=0.5,
        alpha=0.6,
    )
    best = landscape.model.global_minima()[0]
    for point in landscape.points:
        marker, colour, size = MARKERS["global minimum" if point.value == best.value else point.kind]
        for sign in (1, -1):
            w1, w2 = (sign * w for w in point.floats)
            axes.plot(w1, w2, marker, color=colour, markeredgecolor="black", markersize=size, linestyle="none")
    axes.set_title(f"s = {landscape.model.sparsity}: {best.phase}")
    axes.set_aspect("equal")
    axes.set_xlabel("weight of feature 1, $w_1$")
    for at in (axes.axhline, axes.axvline):
        at(0, color="white", linewidth=0.7, linestyle=":")
    return shade


def handles() -> list[Line2D]:
    """Of a legend: the kinds of critical points."""
    return [
        Line2D(
            [], [], marker=marker, color=colour, markeredgecolor="black", markersize=size, linestyle="none", label=kind
        )
        for kind, (marker, colour, size) in MARKERS.items()
    ]
