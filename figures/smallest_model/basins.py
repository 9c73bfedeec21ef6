"""Where gradient flow of the smallest model without bias ends: the basins in the plane, and their probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from matplotlib.patches import Rectangle

from analytic.n2m1 import SmallestModel, basin_probabilities
from analytic.n2m1.basins import Boundaries, Setting, boundaries
from numeric.dynamics import flow_ends
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "Where gradient flow ends, without bias"
SEED = 0
SECONDS = (35, 110)
SPARSITIES = ("1/10", "1/2", "9/10")
EXTENT = 1.9
Floats = npt.NDArray[np.float64]
_POINTS, _BIASED_SCALES = (13, 41), (0.1, 0.3, 1.0)
_COLOURS = {"antipodal": "#E69F00", "aligned": "#56B4E9", "single": "#CC79A7"}


@dataclass(frozen=True)
class Basins:
    """At one sparsity: `aligned` and `antipodal` (2, k) end these basins beside the axis w₁ > 0; `points` (w₁, w₂) and kinds
    of the critical points; P antipodal, aligned, single (3, scales) at `scales`, enclosed to `width`; `biased` and `error`
    (scales, 3): shares of descents WITH bias, at `biased_scales`."""

    sparsity: str
    aligned: Floats
    antipodal: Floats
    attracts: bool
    points: Floats
    minima: npt.NDArray[np.bool_]
    scales: Floats
    probability: Floats
    width: float
    biased_scales: Floats
    biased: Floats
    error: Floats


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Basins, ...]:
    """Equal importances; 400 descents with bias for each point (full: 2000)."""
    found = []
    for index, s in enumerate(SPARSITIES):
        half: Boundaries = boundaries(Setting(Fraction(s), (Fraction(1), Fraction(1))))[0]
        critical = [point for point in SmallestModel(s).critical_points() if point.phase != "none"]
        scales = np.geomspace(0.03, 3, _POINTS[full])
        rows = [basin_probabilities(s, (1, 1), float(scale)) for scale in scales]
        progress((index + 0.4) / 3)
        shares, errors = [], []
        for scale in _BIASED_SCALES:
            ends = flow_ends(float(Fraction(s)), scale=scale, bias=True, models=2000 if full else 400, seed=SEED)
            shares.append([ends.antipodal, ends.aligned, ends.single])
            errors.append([ends.error(share) for share in shares[-1]])
        progress((index + 1) / 3)
        found.append(
            Basins(
                s,
                _plane(half.aligned.radius, half.aligned.angle),
                _plane(half.antipodal.radius, half.antipodal.angle),
                half.attracts,
                np.array([point.floats for point in critical]),
                np.array([point.kind == "minimum" for point in critical]),
                scales,
                np.array([[row.antipodal, row.aligned, row.single] for row in rows]).T,
                max(row.width for row in rows),
                np.array(_BIASED_SCALES),
                np.array(shares),
                np.array(errors),
            )
        )
    return tuple(found)


def _plane(radius: Floats, angle: Floats) -> Floats:
    return np.asarray(radius * np.stack([np.cos(angle), np.sin(angle)]))


def caption(shown: tuple[Basins, ...]) -> Caption:
    return Caption(
        "Two equally important features in one dimension without bias: above, what gradient flow from (w₁, w₂) ends in; below, "
        "the probabilities from W ~ N(0, σ²).",
        "The boundaries are drawn in floats, each between two proved fences; these enclose the lines, probabilities, beside "
        "points with bars, descents with bias, simulated.",
        "With bias the answer is another one: the bias moves first and blunts what small weights prefer.",
        (
            (
                "above",
                "orange antipodal, blue and hatched aligned, dotted pink single; circles are minima, crosses saddles",
            ),
            ("the axis from 1 to √2", "is itself a boundary, left on both sides"),
            (
                "s < (4√2 − 5)/3",
                "the model that stores one feature alone, a saddle, attracts what comes from the antipodal side: at s = 1/10 "
                f"with probability up to {shown[0].probability[2].max():.3f}",
            ),
            ("proved", f"each probability to {max(one.width for one in shown):.0e}"),
            ("descents with bias", "from b = 0; bars are standard errors"),
        ),
    )


def draw(shown: tuple[Basins, ...]) -> Any:
    figure, axes = pyplot.subplots(2, 3, figsize=(11.4, 7.8), layout="constrained")
    for (above, below), one in zip(axes.T, shown, strict=True):
        _basins(above, one)
        _probabilities(below, one)
    axes[0, 0].set_ylabel("w₂")
    axes[1, 0].set_ylabel("probability")
    axes[1, 2].legend(loc="upper right", ncols=2, fontsize=8)
    return figure


def _basins(axes: Any, one: Basins) -> None:
    axes.add_patch(
        Rectangle((-EXTENT, -EXTENT), 2 * EXTENT, 2 * EXTENT, facecolor=_COLOURS["aligned"], hatch="//", linewidth=0)
    )
    for curve, name, hatch in ((one.aligned, "single", ".."), (one.antipodal, "antipodal", "")):
        mirrored = -curve[::-1, ::-1]  # beside the axis w₂ < 0
        region = np.concatenate([mirrored, curve], axis=1)
        far = EXTENT * 20
        region = np.concatenate([region, [[far, far, -far], [curve[1, -1], -far, -far]]], axis=1)
        for sign in (1, -1):
            axes.fill(*(sign * region), facecolor=_COLOURS[name], edgecolor="#666666", hatch=hatch, linewidth=0)
    for sign in (1, -1):
        for curve in (one.aligned, one.antipodal):
            for line in (curve, -curve[::-1]):
                axes.plot(*(sign * line), color="black", linewidth=1.2)
        axes.plot([sign, sign * np.sqrt(2)], [0, 0], color="#D55E00", linewidth=4, zorder=3)
        axes.plot([0, 0], [sign, sign * np.sqrt(2)], color="#D55E00", linewidth=4, zorder=3)
        axes.plot(
            *(sign * one.points[one.minima].T), "o", color="black", markerfacecolor="white", markersize=7, zorder=4
        )
        axes.plot(*(sign * one.points[~one.minima].T), "x", color="black", markersize=7, markeredgewidth=2, zorder=4)
    axes.set(xlim=(-EXTENT, EXTENT), ylim=(-EXTENT, EXTENT), aspect="equal", xlabel="w₁", title=f"s = {one.sparsity}")


def _probabilities(axes: Any, one: Basins) -> None:
    for k, (name, style, marker) in enumerate((("antipodal", "-", "o"), ("aligned", "--", "s"), ("single", ":", "^"))):
        colour = {"antipodal": "#D55E00", "aligned": "#0072B2", "single": "#CC79A7"}[name]
        axes.plot(one.scales, one.probability[k], style, color=colour, linewidth=2, label=f"{name}, no bias")
        bars = {"color": colour, "markersize": 5, "capsize": 3}
        axes.errorbar(
            one.biased_scales, one.biased[:, k], one.error[:, k], fmt=marker, label=f"{name}, with bias", **bars
        )
    axes.set(xscale="log", ylim=(-0.02, 1.02), xlabel="scale σ of the initial weights")
