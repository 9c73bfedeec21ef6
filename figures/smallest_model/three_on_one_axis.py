"""The certified least loss of three features on one axis, beside a pair and a dropped third: what the third saves, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from analytic.one_axis import conjectured_cost
from analytic.one_axis.table import changes, known_axis
from numeric.law import variance
from numeric.minimise import minimise_loss
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "What three features on one axis cost"
SEED = 0
SECONDS = (12, 25)
Floats = npt.NDArray[np.float64]
_GRID = (33, 97)
_NOTHING = 1e-6
"""A share saved that is rounding of a search."""
_STYLES = {3: ("o", "#D55E00", "three used"), 2: ("s", "#0072B2", "a pair, the third dropped")}


@dataclass(frozen=True, kw_only=True)
class Costs:
    """At the certified points: the sparsity, the least loss, a pair's and a dropped feature's, w₂/w₁ and w₃/w₁ (rows), to
    `within` on both sides, the number of features used, and the loss that was `conjectured`. `searched`: s, the share saved and
    both ratios (rows), in floats. `changes`: the certified ends between which the number used changes.
    """

    sparsity: Floats
    least: Floats
    dropped: Floats
    ratios: Floats
    within: float
    used: npt.NDArray[np.int64]
    conjectured: Floats
    searched: Floats
    changes: tuple[tuple[float, float], ...]

    @property
    def saved(self) -> Floats:
        return np.asarray(1 - self.least / self.dropped)


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Costs:
    points = [point for point in known_axis() if point.used]
    grid = np.unique([*np.linspace(0.02, 0.98, _GRID[full]), *(float(point.sparsity) for point in points)])
    rows = []
    for index, s in enumerate(grid):
        rows.append([float(s), *_searched(float(s))])
        progress((index + 1) / len(grid))
    ends = tuple((float(one.low), float(one.high)) for one in changes())
    rows += [[(low + high) / 2, *[np.nan] * 3] for low, high in ends]  # lines are not joined across a change
    return Costs(
        sparsity=np.array([float(point.sparsity) for point in points]),
        least=np.array([float(point.upper) for point in points]),
        dropped=np.array([float(point.dropped) for point in points]),
        ratios=np.array([[float(sum(ends)) / 2 for ends in point.ratios] for point in points]).T,
        within=max(float(high - low) / 2 for point in points for low, high in point.ratios),
        used=np.array([point.used for point in points]),
        conjectured=np.array([float(conjectured_cost(2, 1, point.sparsity)) for point in points])
        + [variance(1 - float(point.sparsity)) for point in points],
        searched=np.array(sorted(rows)).T,
        changes=ends,
    )


def _searched(s: float) -> tuple[float, float, float]:
    """The share saved, and both ratios to the largest weight, the lower first."""
    found, pair = (minimise_loss(n, 1, s, starts=16, seed=SEED) for n in (3, 2))
    weights = found.W[0]
    first, second, third = weights[np.argsort(-abs(weights))]
    low, high = sorted((float(second / first), float(third / first)))
    return float(1 - found.value / (pair.value + variance(1 - s))), low, high


def caption(shown: Costs) -> Caption:
    best = int(shown.saved.argmax())
    return Caption(
        "Three equally important features in one dimension, with bias: the least loss, what it saves against the best pair with "
        "the third feature dropped, and the weights at the minimum.",
        f"Each of the {len(shown.sparsity)} marks is certified, loss and number of features used, the ratios of weights within "
        f"{np.ceil(1000 * shown.within) / 1000:g}; lines are searched and prove nothing.",
        "Where features are dense a strong one is set against two weak ones, where they are sparse a weak one joins a pair, and "
        "in between the third is dropped.",
        (
            *(
                ("the number used changes", f"between s = {low:g} and {high:g}; certified at both")
                for low, high in shown.changes
            ),
            ("most saved at a mark", f"{shown.saved[best]:.2%}, at s = {shown.sparsity[best]:g}"),
            ("conjectured", "MAIS-O49's least loss, false at every sparsity"),
        ),
    )


def draw(shown: Costs) -> Any:
    figure, axes = pyplot.subplots(1, 3, figsize=(12.5, 4), layout="constrained")
    axes[0].plot(shown.sparsity, shown.conjectured, ":", color="black", label="conjectured")
    axes[0].set(title="Least loss", ylabel="K")
    lines = np.where(shown.searched[1] > _NOTHING, 100 * shown.searched[1], np.nan)
    axes[1].plot(shown.searched[0], lines, color="grey", linewidth=0.8)
    axes[1].set(title="Saved by a third feature", ylabel="share of the loss, %", yscale="log")
    axes[1].text(0.58, 0.5, "nothing:\nthe third\nis dropped", ha="center", va="center", transform=axes[1].transAxes)
    for row in shown.searched[2:]:
        axes[2].plot(shown.searched[0], row, color="grey", linewidth=0.8)
    axes[2].set(title="Weights at the minimum", ylabel="w₂/w₁ and w₃/w₁", ylim=(-1.1, 0.6))
    for used, (marker, colour, label) in _STYLES.items():
        chosen, drawn = shown.used == used, {"color": colour, "markersize": 4.5}
        axes[0].plot(shown.sparsity[chosen], shown.least[chosen], marker, label=label, **drawn)
        if used == 3:
            axes[1].plot(shown.sparsity[chosen], 100 * shown.saved[chosen], marker, **drawn)
        for row in shown.ratios:
            axes[2].plot(shown.sparsity[chosen], row[chosen], marker, **drawn)
    for panel in axes:
        panel.set(xlabel="sparsity s", xlim=(0, 1))
        for ends in shown.changes:
            panel.axvline(sum(ends) / 2, color="grey", linewidth=0.8, linestyle="--")
    axes[0].legend(loc="lower left", frameon=True, framealpha=1, edgecolor="none")
    return figure
