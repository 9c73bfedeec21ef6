"""Why the pentagon and the hexagon are optimal: what a link costs at least, its line, and the cells of the proof."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from matplotlib.patches import Rectangle
from scipy.optimize import minimize

from analytic.polygon_proof.link import MARGIN, energy, link, parts
from analytic.polygon_proof.search import ONE, cover, leaves
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "A link between neighbours costs more than its line"
SEED = None
SECONDS = (15, 50)
Floats = npt.NDArray[np.float64]
_GAPS = (46, 181)
_STARTS = ((1.2, 1.2, -0.3, -0.3), (1.0, 0.05, 0.0, 0.15), (1.4, 0.7, -0.4, 0.0), (1.6, 1.6, -0.9, -0.9))
WAYS = ("link above the level", "link above the line", "mirror image", "around the contact: convex")
_COLOURS = ("#E69F00", "#56B4E9", "#dddddd", "#D55E00")
_HATCHES = ("///", "", "..", "xx")


@dataclass(frozen=True)
class Proof:
    """For c features: `least` E at each gap (degrees), found, `kept` where no feature costs more than the proof must look at,
    with the line, the level, the contact (gap, E) and the gap where the line is zero.

    `cells` (k, 4): l₁ and cos δ of the cells that meet l₂ = norm of the polygon, `ways` their place in `WAYS`.
    """

    features: int
    gap: Floats
    least: Floats
    kept: Floats
    line: Floats
    level: float
    contact: tuple[float, float]
    zero: float
    leaves: int
    cells: Floats
    ways: npt.NDArray[np.int64]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Proof, ...]:
    """Searched minima over norms and biases at 46 gaps (full: 181), and the tree that the certificate has."""
    gaps = np.linspace(0, 90, _GAPS[full])
    found = []
    for index, features in enumerate((5, 6)):
        one = link(features)
        cosine = np.cos(np.radians(gaps))
        least, kept = [], []
        for k, at in enumerate(cosine):
            least.append(_least(float(at)))
            kept.append(least[-1] if one.most is None else _least(float(at), one.most))
            progress((index + (k + 1) / len(gaps)) / 2)
        cells, ways, count = _cells(features)
        found.append(
            Proof(
                features,
                gaps,
                np.array(least),
                np.array(kept),
                one.line(cosine),
                one.level,
                (360 / features, float(one.at.link)),
                float(np.degrees(float(one.at.zero))),
                count,
                cells,
                ways,
            )
        )
    return tuple(found)


def _least(cosine: float, most: float | None = None) -> float:
    """The least E at a cosine over norms and biases, of a search from four places; own + φ of each at most `most`."""
    at = np.array([cosine])

    def cost(x: Floats) -> float:
        return float(energy(x[:2, None], x[2:, None], at)[0])

    def rest(x: Floats) -> Floats:
        return np.asarray((most or 0) - np.add(*parts(x[:2, None], x[2:, None], at))[:, 0])

    limits = () if most is None else ({"type": "ineq", "fun": rest},)
    bounds = ((0.0 if most is None else 0.09, 3),) * 2 + ((-3, 1),) * 2
    ends = [minimize(cost, start, bounds=bounds, constraints=limits, method="SLSQP") for start in _STARTS]
    return min((float(end.fun) for end in ends if most is None or rest(end.x).min() > -1e-6), default=float("nan"))


def _cells(features: int) -> tuple[Floats, npt.NDArray[np.int64], int]:
    one = link(features)
    covered = cover(one, time.process_time() + 600)
    every = leaves(covered.tree, covered.root)
    norm = int(float(one.at.squared_norm) ** 0.5 * ONE)
    cells = every[(every[:, 2] <= norm) & (norm < every[:, 3])]
    bound = one.bound(cells / ONE)
    ways = np.where(bound.link > one.level + MARGIN, 0, np.where(bound.above_line > MARGIN, 1, 3))
    ways[cells[:, 1] <= cells[:, 2]] = 2
    return cells[:, [0, 1, 4, 5]] / ONE, ways, len(every)


def caption(shown: tuple[Proof, ...]) -> Caption:
    five, six = shown
    return Caption(
        "One active feature among five and among six: above, the least cost E of two neighbours at a gap, searched over norms "
        "and biases, and the line whose sum over all gaps is h, the cost of the regular polygon; below, cells of the proof.",
        f"E touches the line at {five.contact[0]:.0f}° and {six.contact[0]:.0f}° and, of links that are not excluded, is nowhere "
        "below it, as the cells prove.",
        "So no model costs less than the regular pentagon, or the regular hexagon.",
        (
            (
                "level h₅ (dashed)",
                f"{five.level:.6f}: where E falls below the line, one link costs more than the pentagon",
            ),
            (
                "m = h₆ − h₅ (dotted: all links)",
                f"{six.level:.6f}: features that cost more are excluded by the theorem for five",
            ),
            ("the line is negative beyond", f"{five.zero:.2f}° and {six.zero:.2f}°"),
            (
                "cells",
                f"where l₂ is the norm of the polygon, of {five.leaves} and {six.leaves}; the cross is the contact",
            ),
        ),
    )


def draw(shown: tuple[Proof, ...]) -> Any:
    figure, axes = pyplot.subplots(2, 2, figsize=(9.6, 8.4), layout="constrained")
    for column, proof in zip(axes.T, shown, strict=True):
        _curve(column[0], proof)
        _tree(column[1], proof)
    handles = [_patch(0, 0, 1, 1, way) for way in range(len(WAYS))]
    figure.legend(handles, WAYS, loc="outside lower center", ncols=4)
    return figure


def _curve(axes: Any, proof: Proof) -> None:
    if proof.features == 6:
        axes.plot(proof.gap, proof.least, ":", color="#0072B2", linewidth=2, label="least E, any features")
    name = "least E, found" if proof.features == 5 else "least E, no feature above m"
    axes.plot(proof.gap, proof.kept, color="#0072B2", linewidth=2, label=name)
    axes.plot(proof.gap, proof.line, color="black", linewidth=1, label="line")
    axes.axhline(proof.level, color="#D55E00", linestyle="--", linewidth=1, label="level")
    axes.plot(*proof.contact, "o", color="black", markersize=6, zorder=3)
    axes.annotate("contact", proof.contact, (-10, -16), textcoords="offset points", ha="right")
    axes.set(
        xlim=(0, 90), ylim=(-0.06, None), xlabel="gap between neighbours (degrees)", title=f"{proof.features} features"
    )
    axes.set_ylabel("cost of a link, in units of 3cK")
    axes.legend(loc="upper right", frameon=True, edgecolor="none")


def _tree(axes: Any, proof: Proof) -> None:
    for (low, high, start, stop), way in zip(proof.cells, proof.ways, strict=True):
        axes.add_patch(_patch(low, start, high - low, stop - start, way))
    at = link(proof.features).at
    axes.plot(float(at.squared_norm) ** 0.5, float(at.cosine), "x", color="black", markersize=9, markeredgewidth=2)
    axes.set(
        xlim=(proof.cells[:, 0].min(), proof.cells[:, 1].max()),
        ylim=(proof.cells[:, 2].min(), 1),
        xlabel="norm l₁",
        ylabel="cos δ",
    )


def _patch(left: float, bottom: float, width: float, height: float, way: int) -> Rectangle:
    return Rectangle(
        (left, bottom), width, height, facecolor=_COLOURS[way], hatch=_HATCHES[way], edgecolor="#333333", linewidth=0.4
    )
