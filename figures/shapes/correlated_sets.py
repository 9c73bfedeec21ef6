"""Correlated and anticorrelated sets of features, and the collapse of a correlated set to its principal component."""

from __future__ import annotations

from typing import Any

from matplotlib import pyplot

from numeric.running.progress import Progress

from ..motifs.arrows import draw as draw_columns
from ..motifs.caption import Caption
from ..motifs.colour_scale import legend
from .set_models import SEED as SEED
from .set_models import SPARSE, WIDTH, Correlation, compute

TITLE = "Correlated and anticorrelated sets of features"
SECONDS = (42, 400)


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Correlation:
    """Trained at a rate that falls from 0.1 (`TrainConfig`'s default): the published settings are not given."""
    if full:
        return compute(seeds=16, starts=48, points=60, steps=5000, tens=4000, device=device, progress=progress)
    return compute(seeds=4, starts=12, points=16, steps=1500, tens=600, device=device, progress=progress)


def caption(shown: Correlation) -> Caption:
    collapse = shown.collapse
    return Caption(
        "Columns of W for sets of two features that are on or off together (correlated) or have exactly one on if any "
        "(anticorrelated), a letter for each set; right, WᵀW of two sets of ten.",
        "Dense, two correlated sets on their principal components lose exactly p/6, less than the branch that stores each "
        f"feature from a set density of p = {collapse.crossing:.7f} on.",
        "Where there is room correlated features are stored orthogonally, and anticorrelated ones as antipodal pairs, which cost "
        "nothing as they are never on together.",
        (
            *(
                (
                    f"{case.sets} {case.kind} sets, set density {case.density:g}",
                    f"trained {case.trained.geometry}, K = {case.trained.loss:.6f}, without noise {case.noise_free.geometry}, "
                    f"K = {case.noise_free.loss:.6f}",
                )
                for case in shown.cases
            ),
            (
                "losses",
                f"exact at these weights; best of {shown.seeds} trained models, least of {shown.starts} descents and of more "
                "with two features swapped",
            ),
            (
                "crossing",
                f"± {float(WIDTH):.0e}, signs of exact losses at both ends; p/6 is 1/12 for each set that is on",
            ),
            *(
                (
                    f"two {one.kind} sets of ten",
                    f"in ten dimensions, trained, at density {float(SPARSE):g}: interference {one.within:.2f} within a set, "
                    f"{one.across:.2f} across",
                )
                for one in shown.tens
            ),
            (
                "published",
                "correlated features orthogonal, anticorrelated ones antipodal, and dense correlated sets collapse to their "
                "principal component",
            ),
        ),
    )


def draw(shown: Correlation) -> Any:
    figure = pyplot.figure(figsize=(12.0, 9.4))
    grid = figure.add_gridspec(3, 1, height_ratios=(1, 1, 1.25))
    top, middle, bottom = (
        grid[0].subgridspec(1, 5),
        grid[1].subgridspec(1, 5),
        grid[2].subgridspec(1, 4, width_ratios=(1.2, 1, 1, 0.5)),
    )
    for column, case in enumerate(shown.cases):
        labels = [f"{letter}{k}" for letter in "abc"[: case.sets] for k in (1, 2)]
        for row, model in ((top, case.trained), (middle, case.noise_free)):
            axes = figure.add_subplot(row[0, column])
            draw_columns(axes, model.W, labels, reach=1.75, size=8.5)
            name = model.geometry if len(model.geometry) < 24 else model.geometry.replace(" + ", " +\n")
            axes.set_xlabel(f"{name}\nK = {model.loss:.6f}", fontsize=9)
            if column == 0:
                axes.set_ylabel("trained" if row is top else "without noise", fontsize=11)
            if row is top:
                axes.set_title(f"{case.sets} {case.kind}, p = {case.density:g}", loc="center", fontsize=9.5)
    collapse = shown.collapse
    panel = figure.add_subplot(bottom[0])
    panel.plot(collapse.density, collapse.stored / collapse.density, "-", label="each feature stored")
    panel.plot(collapse.density, collapse.principal / collapse.density, "--", label="principal components, 1/6")
    panel.axvline(collapse.crossing, color="0.35", linewidth=0.9)
    panel.annotate(
        f"{collapse.crossing:.4f}", (collapse.crossing, 0.02), xytext=(4, 0), textcoords="offset points", fontsize=9
    )
    panel.set_ylim(0, None)
    panel.set_xlabel("density p of a set")
    panel.set_ylabel("loss K / p")
    panel.set_title("2 correlated sets: the collapse")
    panel.legend(loc="lower right", bbox_to_anchor=(1.0, 0.12), fontsize=8.5)
    maps = [figure.add_subplot(bottom[1 + place]) for place in range(len(shown.tens))]
    for axes, one in zip(maps, shown.tens, strict=True):
        image = axes.imshow(one.gram, cmap="PuOr_r", vmin=-1.2, vmax=1.2)
        axes.axhline(9.5, color="black", linewidth=0.8)
        axes.axvline(9.5, color="black", linewidth=0.8)
        axes.set_xticks([4.5, 14.5], ["set a", "set b"])
        axes.set_yticks([4.5, 14.5], ["a", "b"])
        axes.set_title(f"$W^T W$, {one.kind} tens")
        axes.set_xlabel(f"interference: within {one.within:.2f}, across {one.across:.2f}", fontsize=9)
    figure.colorbar(image, ax=maps, shrink=0.6)
    legend(figure.add_subplot(bottom[3]), "Arrows", r"norm $\Vert W_i\Vert$", "superposition")
    return figure
