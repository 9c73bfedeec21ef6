"""Loss transitions at n = 5, m = 2 with the slides' schedule: plateaus of the loss, and the polygon at each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from numeric.dynamics import (
    LOSS_SPARSITY,
    PUBLISHED_FINAL_LOSS,
    Plateau,
    Trajectory,
    follow,
    loss_transitions,
    noise_free,
)
from numeric.minimise import minimise_loss
from numeric.running.progress import Progress, within

from ..motifs.caption import Caption

TITLE = "The loss falls from plateau to plateau"
SEED = 0
SECONDS = (6, 16)
Floats = npt.NDArray[np.float64]
SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Transitions:
    """`runs` with most plateaus first, at most `SHOWN`, of `seeds` in all; `resting`: the loss each comes to without noise;
    `least`: the least of many starts.
    """

    runs: tuple[Trajectory, ...]
    plateaus: tuple[tuple[Plateau, ...], ...]
    seeds: tuple[int, ...]
    tried: int
    resting: Floats
    least: float


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Transitions:
    tried = 24 if full else 6
    config = loss_transitions(range(tried), device=device)
    runs = follow(config, count=400 if full else 120, progress=within(progress, 0, 0.8))
    found = [run.loss_plateaus() for run in runs]
    order = sorted(range(tried), key=lambda k: (-len(found[k]), k))[:SHOWN]
    chosen = tuple(runs[k] for k in order)
    least = minimise_loss(5, 2, LOSS_SPARSITY, starts=64 if full else 16).value
    resting = noise_free(config.of(order), chosen)
    return Transitions(
        runs=chosen,
        plateaus=tuple(found[k] for k in order),
        seeds=tuple(order),
        tried=tried,
        resting=resting,
        least=least,
    )


def caption(shown: Transitions) -> Caption:
    ends = ", ".join(f"{run.loss[-1]:.5f}" for run in shown.runs)
    above = max(float(run.loss[-1] / rest - 1) for run, rest in zip(shown.runs, shown.resting, strict=True))
    return Caption(
        "The loss of five equal features in two dimensions falls from plateau to plateau (thick), with the columns of W at the "
        "end of each.",
        "It is the population loss, without sampling, so that a plateau is one of the weights and not of the batches.",
        f"Runs end at most {100 * above:.2f} % above where descent without noise comes to rest.",
        (
            ("training", "batch 128, rate 0.001 falling by 0.8 every 2,874 steps, as in the slides"),
            (
                "plateaus",
                f"less than 5 % change while the step grows by a quarter; of {shown.tried} seeds the {len(shown.runs)} with most",
            ),
            (
                "published",
                f"a final loss of {PUBLISHED_FINAL_LOSS}, but no sparsity: at ours, {LOSS_SPARSITY}, the least loss without "
                f"noise is {shown.least:.5f}, the nearest among two-digit sparsities if theirs is summed over features",
            ),
            ("final losses", ends),
        ),
    )


def draw(shown: Transitions) -> Any:
    figure, panel = pyplot.subplots(figsize=(9.2, 5.4))
    colours = pyplot.rcParams["axes.prop_cycle"].by_key()["color"]
    panel.set_xscale("log")
    panel.set_yscale("log")
    low, high = shown.least, max(float(run.loss.max()) for run in shown.runs)
    panel.set_ylim(low * 0.82, high * 1.12)
    panel.set_xlim(10, shown.runs[0].steps[-1] * 1.1)
    for k, (run, found) in enumerate(zip(shown.runs, shown.plateaus, strict=True)):
        panel.plot(run.steps, run.loss, color=colours[k], linewidth=1.2, label=f"seed {shown.seeds[k]}")
        for plateau in found:
            inside = [t for t in range(len(run.steps)) if plateau.first <= run.steps[t] <= plateau.last]
            panel.plot(np.array(run.steps)[inside], run.loss[inside], color=colours[k], linewidth=4.5, alpha=0.6)
    panel.axhline(shown.least, color="0.5", linewidth=1, linestyle="--")
    panel.annotate(
        "least loss", (10, shown.least), xytext=(3, -11), textcoords="offset points", color="0.4", fontsize=8.5
    )
    # A row of insets beside the panel for each run, where none covers a curve.
    for k, (run, found) in enumerate(zip(shown.runs, shown.plateaus, strict=True)):
        for place, plateau in enumerate(found):
            inset = panel.inset_axes((1.02 + 0.135 * place, 0.68 - 0.335 * k, 0.13, 0.25))
            _columns(inset, run, plateau, colours[k])
            if place == 0:
                inset.set_title(f"seed {shown.seeds[k]}", fontsize=9, color=colours[k])
    panel.set_xlabel("training step")
    panel.set_ylabel("population loss K")
    panel.set_title("Loss, its plateaus (thick), and the columns of W at the end of each (right, in order)")
    panel.legend(loc="upper right")
    return figure


def _columns(panel: Any, run: Trajectory, plateau: Plateau, colour: str) -> None:
    W = run.W[run.steps.index(plateau.last)]
    order = np.argsort(np.arctan2(W[1], W[0]))
    panel.fill(*W[:, order], facecolor=colour, alpha=0.15, edgecolor=colour, linewidth=1)
    for column in W.T:
        panel.plot([0, column[0]], [0, column[1]], color="0.2", linewidth=1)
    panel.plot(*W, "o", color="0.2", markersize=2.5)
    panel.set_xlim(-1.6, 1.6)
    panel.set_ylim(-1.6, 1.6)
    panel.set_aspect("equal")
    panel.set_xticks([])
    panel.set_yticks([])
    for side in panel.spines.values():
        side.set_visible(False)
    panel.set_xlabel(f"step {plateau.last:,}\nK {plateau.level:.4f}", fontsize=8)
