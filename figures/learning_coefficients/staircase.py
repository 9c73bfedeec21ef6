"""Chains that come down from the 4-gon phase by phase: the loss falls, the learning coefficient mostly rises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from analytic.learning_coefficient import FreeEnergy, phases
from numeric.learning_coefficient.phases import Staircase, staircase
from numeric.running.progress import Progress, within

from ..motifs.caption import Caption

TITLE = "Down the stairs from the 4-gon, and what noise of batches alone does"
SEED = 0
SECONDS = (3, 18)
FEATURES, SAMPLES, BATCH = 6, 1000, 4
COLOURS = {"3": "#CC79A7", "4": "#E69F00", "5": "#009E73", "6": "#0072B2"}
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stairs:
    """Langevin chains from 4−− and stochastic gradient descent from 4++; `phases` with their exact K and λ."""

    langevin: Staircase
    descent: Staircase
    phases: tuple[FreeEnergy, ...]

    def coefficient(self) -> Floats:
        """The mean of λ over chains at each look, of those whose phase has a proved one."""
        names = self.langevin.phases
        values = np.full(len(names), np.nan)
        for phase in self.phases:
            if phase.coefficient is not None and phase.name in names:
                values[names.index(phase.name)] = float(phase.coefficient)
        return np.asarray(np.nanmean(values[self.langevin.phase], axis=1), dtype=np.float64)


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Stairs:
    """40 chains of 30,000 steps, 200 of 100,000 with `full`."""
    chains, steps = (200, 100_000) if full else (40, 30_000)
    come = staircase(FEATURES, SAMPLES, chains=chains, steps=steps, seed=SEED, progress=within(progress, 0, 0.5))
    stay = staircase(
        FEATURES, None, plus=2, chains=chains, steps=steps, batch=BATCH, start=0.02, seed=SEED,
        progress=within(progress, 0.5, 1),
    )  # fmt: skip
    return Stairs(come, stay, phases(FEATURES))


def _share(run: Staircase, corners: str) -> Floats:
    return np.asarray(sum(run.share(name) for name in run.phases if name.startswith(corners)))


def caption(stairs: Stairs) -> Caption:
    come, stay = stairs.langevin, stairs.descent
    last = {k: _share(come, k)[-1] for k in "456"}
    dead = stay.share("4−−")[-1] + stay.share("4−+")[-1]
    average = stairs.coefficient()
    return Caption(
        f"K along three of {come.loss.shape[1]} Langevin chains at n = {SAMPLES:,} from 4−−, coloured by the polygon that each "
        "falls to without noise; beside them the shares of all chains, and those of stochastic gradient descent from 4++.",
        "Dotted lines are the exact K of the phases, each with its learning coefficient where that is proved.",
        f"With noise of the posterior's size {last['5']:.0%} of the chains end at a pentagon and {last['6']:.0%} at the hexagon; "
        f"gradient noise alone only goes up: it has dropped features in {dead:.0%}, and at 4−− it is 0.",
        (
            ("mean λ over chains", f"{average[0]:g} at first, {average[-1]:.2f} at last"),
            ("step", "w ← w − η(∇K + w/n) + √(2η/n) ξ, η = 0.1"),
            ("gradient descent", f"batches of {BATCH}, η = 0.1, no ξ; on average K goes from {stay.loss[0].mean():.4f} to "
             f"{stay.loss[-1].mean():.4f}"),
        ),
    )  # fmt: skip


def draw(stairs: Stairs) -> Any:
    figure, (path, share, alone) = pyplot.subplots(1, 3, figsize=(11.8, 4.3), width_ratios=(1.9, 1, 1))
    come = stairs.langevin
    finals = come.phase[-1]
    chosen = [int(np.flatnonzero(finals == place)[0]) for place in np.unique(finals)][:3]
    for chain, marker in zip(chosen, "o^s", strict=False):
        colours = [COLOURS.get(come.phases[place][0], "0.5") for place in come.phase[:, chain]]
        path.plot(come.steps, come.loss[:, chain], "-", color="0.8", lw=0.8, zorder=1)
        path.scatter(come.steps, come.loss[:, chain], c=colours, s=16, marker=marker, zorder=2)
    for phase in stairs.phases:
        if phase.name[0] == "3":
            continue
        level = float(phase.loss)
        said = f"{phase.name}" + (f", λ = {float(phase.coefficient):g}" if phase.coefficient is not None else "")
        path.hlines(level, 0, come.steps[-1] * 1.02, ls=":", lw=0.9, color=COLOURS[phase.name[0]])
        path.text(come.steps[-1] * 1.04, level, said, va="center", fontsize=8)
    path.set_xlim(right=come.steps[-1] * 1.35)
    path.set_xticks(np.linspace(0, come.steps[-1], 4))
    path.set_ylabel("K")
    path.set_title(f"Langevin chains, n = {SAMPLES:,}")
    for axis, run, heading in ((share, come, "all of them"), (alone, stairs.descent, "gradient noise alone")):
        names = [name for name in run.phases if run.share(name).max() > 0.02 and name != "other"]
        for name in names:
            style = {0: "-", 1: "--", 2: ":"}[min(name.count("+"), 2)]
            axis.plot(run.steps, run.share(name), style, color=COLOURS.get(name[0], "0.5"), label=name)
        axis.set_ylim(-0.02, 1.04)
        axis.set_title(heading)
        axis.legend(fontsize=8)
    share.set_ylabel("share of chains")
    for axis in (path, share, alone):
        axis.set_xlabel("step")
        axis.ticklabel_format(axis="x", style="sci", scilimits=(0, 3))
    return figure
