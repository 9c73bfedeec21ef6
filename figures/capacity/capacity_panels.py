"""Six pairs of marginal-benefit curves with the allocation each implies, and where the quadratic task has them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy
from matplotlib import pyplot
from matplotlib.colors import LinearSegmentedColormap

from analytic.capacity import (
    PANELS,
    Allocation,
    Curve,
    QuadraticModel,
    allocate,
    kurtosis_of_density,
    sharing,
    sparse_kurtosis,
    turning_density,
)
from analytic.capacity.quadratic_task import density, kurtosis, ratio, total
from analytic.emit import compile_arithmetic
from numeric.capacity import minimise_quadratic, sparse_uniform
from numeric.running.progress import Progress, each

from ..motifs.caption import Caption

TITLE = "Where capacity goes: six pairs of benefit curves"
SEED = 0
SECONDS = (4, 9)
FIRST, SECOND = "#0072B2", "#D55E00"
EPS = float(np.finfo(np.float64).eps)
Floats = npt.NDArray[np.float64]

TASKS: dict[str, tuple[Fraction, Fraction]] = {
    "A": (Fraction(9, 10), Fraction(1, 2)),
    "B": (Fraction(9, 10), Fraction(2)),
    "C": (Fraction(3, 5), Fraction(1)),
    "D": (Fraction(1, 5), Fraction(3, 20)),
    "E": (Fraction(1, 5), Fraction(4, 5)),
    "F": (Fraction(1, 20), Fraction(1)),
}
"""A point of the phase diagram for each panel, (density, v₂/v₁): there the quadratic task is in the same case."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Two curves, their best allocation of one dimension; the same for the quadratic task at a point, and searched.

    `task` are the exact capacities there, `searched` those of the weights that a search finds; (2,) each.
    """

    curves: tuple[Curve, Curve]
    allocation: Allocation
    density: float
    ratio: float
    task: Floats
    searched: Floats


@dataclass(frozen=True, kw_only=True)
class Panels:
    """The panels by letter; the exact capacity of feature 2 on a grid (densities × ratios); the boundaries.

    `ignored` and `whole` are v₂/v₁ on the boundaries at `sparse`, the densities below the turning one.
    """

    panels: dict[str, Panel]
    ratios: Floats
    densities: Floats
    second: Floats
    sparse: Floats
    ignored: Floats
    whole: Floats
    turning: float


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Panels:
    """Densities from 1 to 0.01 and v₂/v₁ from 0.1 to 10, both logarithmic, U[−1, 1] features."""
    panels = {}
    for name, curves in each(PANELS.items(), progress):
        p, r = TASKS[name]
        model = QuadraticModel((1, r), sparse_kurtosis(p))
        searched = minimise_quadratic([1.0, float(r)], 1, sparse_uniform(float(p)), starts=8).capacities
        task = np.array([float(c) for c in model.allocate(1)])
        panels[name] = Panel(
            curves=curves,
            allocation=allocate(curves, 1),
            density=float(p),
            ratio=float(r),
            task=task,
            searched=searched,
        )
    size = 400 if full else 200
    ratios, densities = np.logspace(-1, 1, size), np.logspace(-2, 0, size)
    found, at = sharing(), {kurtosis: kurtosis_of_density(), total: 1}
    shared = compile_arithmetic((density, ratio), [found.shared.subs(at)])
    boundaries = compile_arithmetic((density,), [found.ignored.subs(at), found.whole.subs(at)])
    turning = float(turning_density())
    rows, columns = np.meshgrid(densities, ratios, indexing="ij")
    diminishing = rows < turning
    second = np.where(columns > 1, 1.0, 0.0)
    second[diminishing] = np.clip(shared(rows[diminishing], columns[diminishing])[0], 0, 1)
    sparse = np.linspace(densities[0], turning, 200)
    ignored, whole = boundaries(sparse)
    return Panels(
        panels=panels,
        ratios=ratios,
        densities=densities,
        second=second,
        sparse=sparse,
        ignored=ignored,
        whole=whole,
        turning=turning,
    )


def deviation(panels: Panels) -> float:
    """Largest difference of a searched capacity from the exact one, at the points where it is unique."""
    unique = [panel for panel in panels.panels.values() if panel.allocation.unique]
    return max(float(np.abs(panel.task - panel.searched).max()) for panel in unique)


def caption(panels: Panels) -> Caption:
    split = ", ".join(str(c) for c in panels.panels["E"].allocation.capacities)
    return Caption(
        "Marginal benefit of capacity for two features that share one dimension, with the optimum (dots) and what it brings "
        "(shaded); right, what becomes of feature 2 in the quadratic task, with the six pairs as points.",
        "Curves, optimum and the map are exact.",
        "Where benefits increase one feature gets the dimension, and where they diminish it is shared once benefits can become "
        "equal.",
        (
            ("A, B, increasing", "one feature gets the dimension, in B the one whose first bit brings less"),
            ("C, constant and equal", "any split is optimal"),
            ("D, E, F, diminishing", f"the second feature is ignored, or benefits become equal (E at {split})"),
            (
                "quadratic task",
                "features from a sparse U[−1, 1]; benefits turn at density "
                f"{panels.turning:g}, where the fourth moment is 3",
            ),
            (
                "search over W",
                "finds the exact capacities at the six points, off by at most "
                f"{max(deviation(panels), EPS):.0e} (C aside, where they are free)",
            ),
        ),
    )


def draw(panels: Panels) -> Any:
    figure = pyplot.figure(figsize=(12.4, 5.4))
    grid = figure.add_gridspec(2, 4, width_ratios=[1, 1, 1, 1.9])
    for k, (name, panel) in enumerate(panels.panels.items()):
        _draw_panel(figure.add_subplot(grid[k // 3, k % 3]), name, panel, legend=k == 0)
    _draw_diagram(figure.add_subplot(grid[:, 3]), panels)
    return figure


def _draw_panel(axes: Any, name: str, panel: Panel, *, legend: bool) -> None:
    for curve, c, colour, width, label in zip(
        panel.curves, panel.allocation.capacities, (FIRST, SECOND), (3.4, 1.6), ("feature 1", "feature 2"), strict=True
    ):
        x, y = np.array([[float(a), float(b)] for a, b in curve.corners]).T
        axes.plot(x, y, color=colour, linewidth=width, label=label)
        if panel.allocation.unique:
            inside = np.linspace(0, float(c), 50)
            axes.fill_between(inside, 0, np.interp(inside, x, y), color=colour, alpha=0.13, linewidth=0)
            axes.plot(
                [float(c)],
                [float(curve.marginal(c))],
                "o",
                color=colour,
                markersize=8,
                markeredgecolor="white",
                clip_on=False,
                zorder=4,
            )
    if panel.allocation.unique:
        if all(0 < c < 1 for c in panel.allocation.capacities):
            axes.axhline(
                float(panel.curves[0].marginal(panel.allocation.capacities[0])), color="0.5", linewidth=1, linestyle=":"
            )
        split = ", ".join(sympy.sstr(c) for c in panel.allocation.capacities)
        text = f"C = ({split})"
    else:
        text = "any split"
    axes.set_title(f"{name}: {panel.curves[0].trend}, {text}", fontsize=9.5)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(0, 4.3)
    axes.set_xticks([0, 0.5, 1])
    axes.set_xlabel("capacity")
    if name in "AD":
        axes.set_ylabel("marginal benefit")
    if legend:
        axes.legend(loc="lower right")


def _draw_diagram(axes: Any, panels: Panels) -> None:
    colours = LinearSegmentedColormap.from_list("share", ["#cfe3f1", "#f7f7f2", "#f3c9ad"])
    mesh = axes.pcolormesh(
        panels.ratios, panels.densities, panels.second, cmap=colours, vmin=0, vmax=1, rasterized=True
    )
    axes.figure.colorbar(mesh, ax=axes, label="capacity of feature 2", fraction=0.05)
    axes.plot(panels.ignored, panels.sparse, color="0.15", linewidth=1.6)
    axes.plot(panels.whole, panels.sparse, color="0.15", linewidth=1.6)
    axes.plot([1, 1], [panels.turning, 1], color="0.15", linewidth=1.6)
    axes.axhline(panels.turning, color="0.45", linewidth=1, linestyle=":")
    for name, panel in panels.panels.items():
        axes.plot(panel.ratio, panel.density, "o", color="white", markeredgecolor="0.1", markersize=15)
        axes.text(panel.ratio, panel.density, name, ha="center", va="center", fontsize=10)
    axes.text(0.125, 0.32, "feature 2\nignored", fontsize=9.5)
    axes.text(8.0, 0.32, "feature 2\nwhole", fontsize=9.5, ha="right")
    axes.text(1, 0.016, "shared", fontsize=9.5, ha="center")
    axes.text(0.108, panels.turning * 1.05, "increasing benefits", fontsize=8.5, color="0.3", va="bottom")
    axes.text(0.108, panels.turning * 0.95, "diminishing benefits", fontsize=8.5, color="0.3", va="top")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(panels.ratios[0], panels.ratios[-1])
    axes.set_ylim(panels.densities[0], panels.densities[-1])
    axes.set_xlabel(r"value ratio $v_2/v_1$")
    axes.set_ylabel("density")
    axes.set_title("The quadratic task, two features in one dimension")
