"""How often training ends in the best geometry, in which other one otherwise, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib import pyplot
from matplotlib.patches import Patch

from analytic.winners import winner_at
from numeric.geometry import describe
from numeric.minimise import descend, minimise_loss
from numeric.population import expected_loss
from numeric.running.progress import Progress
from numeric.solution import grouped
from numeric.train import TrainConfig, train

from ..motifs.caption import Caption

TITLE = "Universality: how often training finds the best geometry"
SEED = 0
SECONDS = (48, 600)
SETTINGS = ((2, 1, "1/2"), (3, 2, "9/10"), (5, 2, "9/10"), (6, 2, "19/20"), (6, 3, "9/10"), (8, 3, "9/10"))
SAME = 1e-6
"""Relative difference of losses without noise up to which two ends of one name count as one."""
_CLOSE = 1e-3  # the same for losses that training has left with noise, before descent
_TOLERANCE = 0.1
_STILL = 1e-7  # largest gradient entry: an excess of the order of 1e-14 over the least curvature
_SHOWN = 4
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """Trained models that are one up to rotation and order of features: what `describe` calls it, the share of the seeds,
    and the loss it comes to by descent without noise.
    """

    name: str
    share: float
    loss: float


@dataclass(frozen=True)
class Setting:
    """`least`: the lowest loss that descent found, from random starts or from a trained model; `outcomes` by increasing loss;
    `packing` and `exact`: the catalogue's best packing and its exact loss, with one norm and bias for each polytope.
    """

    n: int
    m: int
    sparsity: float
    least: float
    outcomes: tuple[Outcome, ...]
    packing: str
    exact: float

    @property
    def found(self) -> float:
        """The share of seeds that end in the global optimum."""
        return sum(outcome.share for outcome in self.outcomes if self.cost(outcome) <= SAME)

    def cost(self, outcome: Outcome) -> float:
        """Loss above the least one, relative to it."""
        return outcome.loss / self.least - 1


@dataclass(frozen=True)
class Universality:
    seeds: int
    steps: int
    settings: tuple[Setting, ...]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Universality:
    seeds, steps, starts = (200, 5000, 16) if full else (50, 1000, 3)
    settings = []
    for n, m, sparsity in SETTINGS:
        settings.append(setting(n, m, sparsity, seeds, steps, starts, device))
        progress(len(settings) / len(SETTINGS))
    return Universality(seeds, steps, tuple(settings))


def setting(n: int, m: int, sparsity: str, seeds: int, steps: int, starts: int, device: str) -> Setting:
    """Equal importances; rates from 0.05 down, as slow descent stays in worse geometries more often."""
    winner = winner_at(n, m, sparsity)
    s = float(winner.sparsity)
    config = TrainConfig.product(
        {},
        range(SEED, SEED + seeds),
        n_features=n,
        n_hidden=m,
        sparsity=s,
        learning_rate=0.05,
        steps=steps,
        batch_size=512,
        device=device,
    )
    trained = train(config)
    found = outcomes(trained.W, trained.b, s)
    searched = minimise_loss(n, m, s, starts=starts, seed=SEED, gradient_tolerance=_STILL).value
    return Setting(n, m, s, min(searched, found[0].loss), found, winner.packing.name, float(winner.loss.midpoint))


def outcomes(W: torch.Tensor, b: torch.Tensor, sparsity: float) -> tuple[Outcome, ...]:
    """Models W (k, m, n), b (k, n) in groups of one name and one loss; one of each descends without noise to its minimum, and
    groups that come to the same are merged.
    """
    losses = expected_loss(W, b, sparsity).tolist()
    models = [(k, _name(W[k])) for k in np.argsort(losses).tolist()]
    groups = grouped(
        models, lambda one, other: one[1] == other[1] and losses[other[0]] <= losses[one[0]] * (1 + _CLOSE)
    )
    first = [group[0][0] for group in groups]
    ends = descend(W[first].numpy(), b[first].numpy(), sparsity, gradient_tolerance=_STILL)
    outcomes = [
        Outcome(_name(ends.W[k]), len(groups[k]) / len(W), float(ends.loss[k])) for k in np.argsort(ends.loss).tolist()
    ]
    merged = grouped(outcomes, lambda one, other: one.name == other.name and other.loss <= one.loss * (1 + SAME))
    return tuple(replace(same[0], share=sum(one.share for one in same)) for same in merged)


def _name(W: Any) -> str:
    return str(describe(W, tolerance=_TOLERANCE))


def caption(shown: Universality) -> Caption:
    least, most = (100 * extreme(row.found for row in shown.settings) for extreme in (min, max))
    return Caption(
        f"For (n, m, s) the share of {shown.seeds} seeds whose training ends in each geometry, by losses without noise; models "
        "equal up to rotation and order are one.",
        "The optimum found is held to the exact loss of the catalogue's best packing.",
        f"Training ends in the optimum in {least:.0f} to {most:.0f} % of runs: geometry is universal only as far as that reaches "
        "100 %, and these shares belong to this trainer.",
        (
            ("trainer", f"{shown.steps:,} steps of 512 samples; its rate falls from 0.05"),
            *((f"({row.n}, {row.m}, {row.sparsity:g})", _ends(row)) for row in shown.settings),
        ),
    )


def _ends(row: Setting) -> str:
    gap = row.least / row.exact - 1
    against = "equal to" if abs(gap) <= SAME else f"{_percent(abs(gap))} {'above' if gap > 0 else 'below'}"
    others = [outcome for outcome in row.outcomes if row.cost(outcome) > SAME]
    best = next((outcome.name for outcome in row.outcomes if row.cost(outcome) <= SAME), "found by search alone")
    worst = max((row.cost(outcome) for outcome in others), default=0.0)
    rest = (
        f"; {len(others)} other end{'s' if len(others) > 1 else ''}, up to {_percent(worst)} more loss"
        if others
        else ""
    )
    return f"{100 * row.found:.0f} % in the optimum ({best}), {against} the exact loss of the best packing, {row.packing}{rest}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


def draw(shown: Universality) -> Any:
    figure, axes = pyplot.subplots(figsize=(12.0, 1.1 + 0.92 * len(shown.settings)))
    cycle = pyplot.rcParams["axes.prop_cycle"].by_key()["color"]
    palette, hatches = [*cycle[:_SHOWN], "0.82"], ("", "//", "..", "xx", "")
    used: set[int] = set()
    for row, setting in enumerate(shown.settings):
        left, lines = 0.0, []
        ranks = [outcome for outcome in setting.outcomes if setting.cost(outcome) <= SAME]
        others = [outcome for outcome in setting.outcomes if setting.cost(outcome) > SAME]
        ranked = [(0, outcome) for outcome in ranks] + [(min(k + 1, _SHOWN), o) for k, o in enumerate(others)]
        used |= {rank for rank, _ in ranked}
        for rank, outcome in ranked:
            axes.barh(
                -row,
                100 * outcome.share,
                0.62,
                100 * left,
                color=palette[rank],
                hatch=hatches[rank],
                edgecolor="white",
                linewidth=0.6,
            )
            left += outcome.share
            cost = f"+{_percent(setting.cost(outcome))}" if rank else "least loss"
            if rank < _SHOWN:
                lines.append(f"{100 * outcome.share:.0f} %  {outcome.name}, {cost}")
        if not ranks:
            lines.insert(0, "0 %  least loss: found by search alone")
        rest = [outcome for rank, outcome in ranked if rank == _SHOWN]
        if rest:
            most = max(setting.cost(outcome) for outcome in rest)
            lines.append(f"{100 * sum(o.share for o in rest):.0f} %  {len(rest)} more, up to +{_percent(most)}")
        axes.text(102, -row, "\n".join(lines), va="center", fontsize=8.5, linespacing=1.25)
    axes.set_yticks(
        [-row for row in range(len(shown.settings))],
        [f"n = {row.n}, m = {row.m}\ns = {row.sparsity:g}" for row in shown.settings],
    )
    axes.set_xlim(0, 100)
    axes.set_ylim(0.55 - len(shown.settings), 0.55)
    axes.set_xlabel("share of seeds, %")
    axes.set_title("Where training ends, and the loss it costs above the least (without noise)")
    names = ("global optimum", "next best", "third", "fourth", "worse")
    handles = [Patch(facecolor=palette[k], hatch=hatches[k], edgecolor="white", label=names[k]) for k in sorted(used)]
    axes.legend(handles=handles, ncols=len(used), loc="upper left", bbox_to_anchor=(0, -0.09), handleheight=1.2)
    return figure
