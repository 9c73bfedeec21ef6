"""Feature dimensionalities through training where all features end as digons, and where they jump."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from matplotlib import pyplot

from numeric.dynamics import DIGON_SPARSITY, SKETCH, Jump, Trajectory, digons, follow, sketched_loss
from numeric.geometry import Geometry, describe
from numeric.minimise import minimise_loss
from numeric.running.progress import Progress, within
from numeric.train import population_loss

from ..motifs.caption import Caption

TITLE = "Dimensionalities jump in training"
SEED = 0
# Full: as its sixteen seeds to the four of quick.
SECONDS = (7, 27)


@dataclass(frozen=True, kw_only=True)
class Digons:
    """The run of most jumps among `seeds`; its final population loss and the least of five separate antipodal pairs."""

    run: Trajectory
    jumps: tuple[Jump, ...]
    end: Geometry
    seeds: int
    final: float
    least: float


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Digons:
    """Orthogonal pairs are models of two features in one dimension: the least loss of five is five times that of one."""
    seeds = 16 if full else 4
    config = digons(range(seeds), device=device)
    runs = follow(
        config,
        count=400 if full else 120,
        loss=sketched_loss,
        progress=within(progress, 0, 0.9),
    )
    jumps = [run.jumps() for run in runs]
    k = max(range(seeds), key=lambda k: len(jumps[k]))
    W, b = (torch.from_numpy(part[-1:]) for part in (runs[k].W, runs[k].b))
    pair = minimise_loss(2, 1, DIGON_SPARSITY, starts=8).value
    end = describe(runs[k].W[-1], runs[k].b[-1])
    return Digons(
        run=runs[k],
        jumps=jumps[k],
        end=end,
        seeds=seeds,
        final=float(population_loss(config.of([k]), W, b)[0]),
        least=config.n_hidden * pair,
    )


def caption(shown: Digons) -> Caption:
    return Caption(
        "Dimensionality D of ten equal features in five dimensions, and their loss, in training: a few at a time jump "
        "(coloured), from one plateau to the next (shaded).",
        f"It ends as {shown.end}, where every D is exactly 1/2, with a loss {100 * (shown.final / shown.least - 1):.2f} % above "
        "that of five antipodal pairs without noise.",
        "With each jump the loss falls.",
        (
            (
                "run",
                f"sparsity {DIGON_SPARSITY}, of {shown.seeds} runs the one of most jumps; the settings are ours, the published "
                "ones are not given",
            ),
            *(
                (
                    f"jump at step {jump.step:,}",
                    f"{len(jump.features)} feature{'s' if len(jump.features) > 1 else ''}, loss {jump.loss_before:.3f} to "
                    f"{jump.loss_after:.3f}",
                )
                for jump in shown.jumps
            ),
            (
                "what is a jump",
                "the rule of numeric.dynamics.plateau: a quiet stretch changes by less than 0.05 while the step grows by a "
                "quarter",
            ),
            ("losses of the jumps", f"on {SKETCH:,} fixed samples, some per cent off"),
            ("population loss", f"at the end {shown.final:.5f}, of five antipodal pairs {shown.least:.5f}"),
        ),
    )


def draw(shown: Digons) -> Any:
    figure, (top, bottom) = pyplot.subplots(
        2, 1, figsize=(8.6, 6.0), sharex=True, gridspec_kw={"height_ratios": (2.2, 1)}
    )
    steps = np.array(shown.run.steps)
    moved = [feature for jump in shown.jumps for feature in jump.features]
    colours = dict(zip(dict.fromkeys(moved), pyplot.rcParams["axes.prop_cycle"].by_key()["color"] * 2, strict=False))
    for feature, values in enumerate(shown.run.D.T):
        colour = colours.get(feature, "0.72")
        top.plot(steps, values, color=colour, linewidth=2.0 if feature in colours else 1.2)
    for level, name in ((2 / 3, "triangle"), (1 / 2, "digon"), (2 / 5, "pentagon")):
        top.axhline(level, color="0.55", linewidth=0.8, linestyle=":", zorder=0)
        top.annotate(name, (1, level), xytext=(2, 3), textcoords="offset points", fontsize=8.5, color="0.4")
    bottom.plot(steps, shown.run.loss, color="0.25")
    for jump in shown.jumps:
        for panel in (top, bottom):
            panel.axvspan(jump.left, jump.reached, color="#56B4E9", alpha=0.16, linewidth=0)
            panel.axvline(jump.step, color="#0072B2", linewidth=1, linestyle="--")
    bottom.set_xscale("log")
    bottom.set_yscale("log")
    bottom.set_xlim(1, steps[-1])
    top.set_ylim(0, max(1.0, float(shown.run.D.max()) * 1.05))
    top.set_ylabel("feature dimensionality $D_i$")
    top.set_title("Features that jump are coloured; shaded: from plateau to plateau")
    bottom.set_ylabel("loss K")
    bottom.set_xlabel("training step")
    bottom.set_title(f"Loss of the same run, on {SKETCH:,} fixed samples")
    return figure
