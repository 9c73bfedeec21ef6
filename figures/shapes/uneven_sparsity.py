"""Five features in two dimensions, one of another density than the rest: a pentagon, or two digons and that one dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import pyplot

from numeric.running.progress import Progress

from ..motifs.arrows import draw as draw_columns
from ..motifs.arrows import turned
from ..motifs.caption import Caption
from .uneven_branches import DENSITY, MOST, PUBLISHED, Uneven, compute
from .uneven_branches import SEED as SEED

TITLE = "One feature sparser than the rest: pentagon or two digons"
SECONDS = (47, 700)


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Uneven:
    """Training as published (rate 1e-3, batch 1,024, 10,000 steps), without weight decay."""
    if full:
        return compute(points=160, ratios=16, seeds=32, steps=10_000, starts=64, device=device, progress=progress)
    return compute(points=24, ratios=8, seeds=3, steps=10_000, starts=6, device=device, progress=progress)


def caption(shown: Uneven) -> Caption:
    crossing, trained = shown.crossing, shown.trained
    there = _gap(shown, 1 / PUBLISHED)
    all_five = trained.stored & (trained.others == 4)
    dropped = ~trained.stored & (trained.others == 4)
    near = np.abs(np.log(trained.ratio * PUBLISHED)) < np.log(1.5)
    return Caption(
        "Five features of which one is sparser or denser than the others: the loss of the branch that is a regular pentagon at "
        "equal densities (blue) and of two digons with that feature dropped (orange).",
        f"The digons are exact, and the branches cross at a ratio of densities of {crossing.ratio:.10f} ± {crossing.radius:.0e}, "
        "by the signs of exact losses at both ends.",
        f"So the feature is dropped when it is {1 / crossing.ratio:.4f} times sparser, where about {PUBLISHED} is published.",
        (
            ("density", f"{DENSITY} but for the one feature"),
            (
                "blue",
                "followed by descent on the expected loss; it bends, and is last met at a ratio of "
                f"{shown.pentagon.ratio[0]:.3f}: from the next point on, descent ends in the digons",
            ),
            ("orange", "each digon with its best norm and bias, the feature dropped with bias E x"),
            (
                f"{PUBLISHED} times sparser",
                f"the pentagon's loss is {100 * abs(there):.1f} % {'below' if there < 0 else 'above'} that of the digons",
            ),
            (
                "trained",
                f"{all_five.sum()} of {len(trained.ratio)} runs store all five, {dropped.sum()} drop that one feature, "
                f"{len(trained.ratio) - all_five.sum() - dropped.sum()} another; of those within a factor of 1.5 of the "
                f"published ratio {(near & trained.stored).sum()} of {near.sum()} store it",
            ),
            ("crosses", "the least of random starts"),
        ),
    )


def _gap(shown: Uneven, ratio: float) -> float:
    """Loss of the pentagon branch over that of the digons, less 1, between the grid's points."""
    pentagon = np.interp(ratio, shown.pentagon.ratio, shown.pentagon.loss)
    return float(pentagon / np.interp(ratio, shown.digons.ratio, shown.digons.loss) - 1)


def draw(shown: Uneven) -> Any:
    figure = pyplot.figure(figsize=(10.4, 7.2))
    rows = figure.add_gridspec(2, 1, height_ratios=(1, 2.4))
    top, bottom = rows[0].subgridspec(1, 5), rows[1].subgridspec(1, 2, width_ratios=(1.35, 1))
    left, right = (figure.add_subplot(bottom[column]) for column in range(2))
    _draw_shapes([figure.add_subplot(top[column]) for column in range(5)], shown)
    for panel in (left, right):
        _draw_losses(panel, shown)
    _label_whole(left)
    _label_crossing(right, shown.crossing.ratio)
    return figure


def _draw_shapes(panels: Sequence[Any], shown: Uneven) -> None:
    first = float(shown.pentagon.ratio[0])
    names = {"its end": first, "crossing": shown.crossing.ratio, "equal": 1.0, "denser": MOST, "two digons": None}
    for panel, (name, ratio) in zip(panels, names.items(), strict=True):
        W = turned(shown.digon_W) if ratio is None else shown.pentagon.at(ratio)
        draw_columns(panel, W, "12345", reach=1.55, size=8.5)
        panel.set_title(name if ratio is None else f"{name}: ratio {ratio:.3g}", loc="center", fontsize=10)
    panels[-1].text(0, -1.5, "1 is dropped", ha="center", fontsize=9)


def _draw_losses(panel: Any, shown: Uneven) -> None:
    panel.plot(
        shown.pentagon.ratio,
        shown.pentagon.loss,
        "-",
        color="#0072B2",
        label="five stored: bent pentagon",
        zorder=3,
    )
    panel.plot(shown.digons.ratio, shown.digons.loss, "--", color="#D55E00", label="two digons, 1 dropped", zorder=3)
    trained = shown.trained
    for mask, marker, colour, label in (
        (trained.stored & (trained.others == 4), "o", "#0072B2", "trained, five stored"),
        (~trained.stored & (trained.others == 4), "s", "#D55E00", "trained, 1 dropped"),
        (trained.others < 4, "^", "0.5", "trained, another dropped"),
    ):
        panel.plot(
            trained.ratio[mask],
            trained.loss[mask],
            marker,
            color=colour,
            markersize=5.5,
            markerfacecolor="white",
            label=label,
        )
    panel.plot(*shown.searched, "x", color="black", markersize=6, label="least of random starts", zorder=4)
    panel.axvline(shown.crossing.ratio, color="0.3", linewidth=1)
    panel.axvline(1 / PUBLISHED, color="0.3", linewidth=1, linestyle=":")
    panel.set_xlabel("density of feature 1 / density of the others")


def _label_whole(left: Any) -> None:
    left.set_xscale("log")
    left.set_yscale("log")
    ticks = [0.1, 0.2, 0.5, 1, 2, 3]
    left.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    left.minorticks_off()
    levels = [0.003, 0.005, 0.01, 0.02, 0.05]
    left.set_yticks(levels, [f"{level:g}" for level in levels])
    left.set_ylabel("loss K")
    left.set_title("Both branches, and where training ends")
    left.legend(loc="lower right", fontsize=8.5)


def _label_crossing(right: Any, crossing: float) -> None:
    right.set_xlim(0.15, 0.5)
    right.set_ylim(0.0042, 0.0094)
    right.set_title("Around the crossing")
    right.annotate(f"exact: {1 / crossing:.3f}\ntimes sparser", (crossing, 0.0089), xytext=(-5, 0), textcoords="offset points",
                   fontsize=9, ha="right", va="center")  # fmt: skip
    right.annotate("published:\nabout 2.5", (1 / PUBLISHED, 0.0046), xytext=(5, 0), textcoords="offset points", fontsize=9,
                   va="center")  # fmt: skip
