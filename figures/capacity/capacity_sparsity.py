"""How a model of six features spends two dimensions as they get sparser: capacities of the noise-free minima."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from numeric.metrics import capacity
from numeric.minimise import minimise_loss
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "Capacity against sparsity"
SEED = 0
# Full: as measured with 8 of the 64 starts.
SECONDS = (10, 190)
FEATURES, HIDDEN = 6, 2
IMPORTANCE = tuple(0.9**i for i in range(FEATURES))
Floats = npt.NDArray[np.float64]

LOWEST = {1.0: 0, 0.7: 1, 0.5: 17, 0.3: 28, 0.1: 10, 0.05: 28, 0.01: 32}
"""Densities, and for each a start that leads lowest among the starts 0 to 63: sparse, one in sixty-four does. The full run
takes all of them and finds that out again; the quick one starts there."""


@dataclass(frozen=True)
class Spending:
    """The lowest minimum found at each density (k,): capacities (k, n), loss (k,) and whether it converged."""

    densities: Floats
    capacities: Floats
    losses: Floats
    converged: npt.NDArray[np.bool_]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Spending:
    """n = 6, m = 2, importances 0.9^i, densities from 1 to 0.01."""
    return spending({density: range(64) if full else [start] for density, start in LOWEST.items()}, progress)


def spending(starts: Mapping[float, Sequence[int]], progress: Progress) -> Spending:
    """The lowest minimum at each density from a row of consecutive starts."""
    found = []
    for k, (density, each) in enumerate(starts.items()):
        solution = minimise_loss(
            FEATURES,
            HIDDEN,
            1 - density,
            importance=IMPORTANCE,
            starts=len(each),
            seed=each[0],
            gradient_tolerance=1e-9,
        )
        found.append(solution)
        progress((k + 1) / len(starts))
    return Spending(
        np.array(list(starts)),
        np.array([capacity(solution.W) for solution in found]),
        np.array([solution.value for solution in found]),
        np.array([solution.converged for solution in found]),
    )


def stored(spending: Spending) -> npt.NDArray[np.int_]:
    """How many features have a capacity of at least 0.05, at each density."""
    return np.asarray((spending.capacities >= 0.05).sum(axis=1))


def caption(spending: Spending) -> Caption:
    spent = spending.capacities.sum(axis=1)
    converged = f"{int(spending.converged.sum())} of {len(spending.converged)} converged to a gradient of 1e-9"
    return Caption(
        "The capacity of each feature at the least loss found: dense, the two most important features have a dimension each; "
        f"sparser, four share as two digons, five as a pentagon, and at last all {int(stored(spending).max())}.",
        "The loss is the one without sampling, so that nothing here is noise, but the minima are found, not proved.",
        "Both dimensions are spent at every density: the columns are nearly tight frames.",
        (
            ("model", f"n = {FEATURES}, m = {HIDDEN}, importances 0.9^i, with bias"),
            ("at each density", f"the lowest minimum from 64 starts ({converged})"),
            ("sum of capacities", f"{spent.min():.4f} to {spent.max():.4f}"),
        ),
    )


def draw(spending: Spending) -> Any:
    figure, (lines, bars) = pyplot.subplots(1, 2, figsize=(10.8, 4.4))
    colours = pyplot.get_cmap("viridis")(np.linspace(0.05, 0.92, FEATURES))
    for level, name in ((1, ""), (1 / 2, "digon ½"), (2 / 5, "pentagon ⅖"), (1 / 3, "six ⅓")):
        lines.axhline(level, color="0.75", linewidth=1, zorder=0)
        lines.text(0.56, level, name, fontsize=8, color="0.4", va="bottom")
    x = 1 / spending.densities
    places = np.arange(len(x))
    below = np.zeros(len(x))
    for i in range(FEATURES):
        share = spending.capacities[:, i]
        # Equal capacities would hide each other: each feature's dots are shifted a little.
        lines.plot(
            x * 1.02 ** (i - 2.5),
            share,
            "o-",
            color=colours[i],
            markersize=5,
            linewidth=1.1,
            label=f"{IMPORTANCE[i]:.2f}",
        )
        bars.bar(places, share, bottom=below, color=colours[i], width=0.8, edgecolor="white", linewidth=0.6)
        below += share
    lines.set_xscale("log")
    lines.set_xlim(0.55, 118)
    lines.set_ylim(-0.03, 1.08)
    lines.set_xlabel("1/(1 − s)")
    lines.set_ylabel(r"capacity $C_i$")
    lines.set_title("Capacity of each feature")
    lines.legend(title="importance", loc="upper right", bbox_to_anchor=(1.0, 0.95), ncols=2)
    bars.axhline(HIDDEN, color="0.2", linestyle="--", linewidth=1)
    bars.set_xticks(places, [f"{density:g}" for density in spending.densities])
    bars.set_xlabel("density 1 − s")
    bars.set_ylim(0, 2.1)
    bars.set_ylabel("capacity, stacked by importance")
    bars.set_title("Both dimensions are always spent")
    return figure
