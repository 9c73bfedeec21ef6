"""Few data are memorised, many are generalised from: what a toy model stores as the number T of its samples grows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from numeric.running.progress import Progress

from ..motifs.caption import Caption
from .runs import FULL, QUICK, Finite, Floats, finite

TITLE = "Few samples are memorised, many are generalised from"
SEED = 0
SECONDS = (250, 130_000)  # full: from steps measured at n = 1,000, in proportion to n·T
RESUMES = True

MARKS = {"memorising": "s", "between": "D", "generalising": "o", "diverged": "x"}
COLUMNS, HIDDEN = "#0072B2", "#D55E00"
_SHOWN = 9


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress, folder: Path | None = None) -> Finite:
    return finite(FULL if full else QUICK, device, progress, folder)


def caption(shown: Finite) -> Caption:
    best = shown.test_loss.min(axis=1)
    bump = int(np.nanargmax(np.where(best > 1, best, -np.inf)))
    return Caption(
        "Columns of W (blue) and hidden vectors h = WX (orange) of models trained on T samples, each panel at its own scale; "
        "below, their losses and norms against T.",
        "Exact is the regular T-gon that stores T examples without error, each with D_X = m/T, and that infinite data pick the "
        f"polygon with {shown.corners} corners at bias 0.",
        "Between few examples, which are memorised, and many, whose features generalise, the test loss has a bump, "
        f"{best[bump]:.3f} at T = {shown.stored[bump].points}, above the 1 of a model of zeros.",
        _facts(shown),
    )


def _facts(shown: Finite) -> tuple[tuple[str, str], ...]:
    largest = [kept for kept in shown.stored if kept.points is not None][-1]
    top = np.sort(largest.features)[::-1][:5]
    small = [
        f"{np.abs(kept.examples * (kept.points or 0) / 2 - 1).max():.0e} at T = {kept.points}"
        for kept in shown.stored
        if kept.points in (5, 8)
    ]
    fresh = (
        "with fresh samples in every step (a fifth of the rate: at the full one the noise of a step leaves most biases below 0, "
        f"where no gradient comes) {shown.test_loss[-1].min():.4f}, with T = {largest.points:,} {shown.test_loss[-2].min():.4f}",
    )
    return (
        ("model", f"n = {shown.n_features:,}, s = {shown.sparsity}, samples of length 1; AdamW with decay 0.01"),
        ("runs", f"{shown.steps:,} steps, best of {shown.training_loss.shape[1]} seeds (by training loss)"),
        (
            "small T",
            f"D_X = 2/T, relative deviation {', '.join(small)}; below T = 5 other arrangements are without error, too",
        ),
        ("large T", f"D of the five largest features {', '.join(f'{D:.2f}' for D in top)}; published 0.23 to 0.28"),
        ("bump", "largest test loss, of the best seed; the published one is about 1.01"),
        *(("test loss", told) for told in fresh if shown.stored[-1].points is None),
        (
            "memorised, generalised",
            f"by the rule of numeric.memorise up to T = {shown.memorised_to:,}, from T = {shown.generalised_from:,}; published "
            "700 and 7,000, a replication 100 and 20,000, all at n = 10,000",
        ),
        ("length 1", "makes the features of a sample dependent: the loss of independent features is not of their law"),
        ("all-zero samples", f"{sum(shown.resampled.values())} were drawn again"),
    )


def draw(shown: Finite) -> Any:
    places = np.unique(np.linspace(0, len(shown.stored) - 1, min(_SHOWN, len(shown.stored))).round().astype(int))
    figure = pyplot.figure(figsize=(12.4, 7.4))
    outer = figure.add_gridspec(2, 1, height_ratios=(1, 1.15))
    grid = outer[0].subgridspec(2, len(places), wspace=0.05, hspace=0.05)
    for column, place in enumerate(places):
        kept = shown.stored[place]
        name = "fresh" if kept.points is None else f"T = {kept.points:,}"
        for row, (vectors, colour) in enumerate(((kept.W, COLUMNS), (kept.hidden, HIDDEN))):
            axes = figure.add_subplot(grid[row, column])
            _arrows(axes, vectors, colour)
            if row == 0:
                axes.set_title(name, loc="center", fontsize=10)
            else:
                axes.set_xlabel(kept.regime, fontsize=8.5)
            if column == 0:
                axes.set_ylabel(("features\n(columns of W)", "examples\n(h = Wx)")[row], fontsize=9)
    low = outer[1].subgridspec(1, 4, wspace=0.08)
    panels = [figure.add_subplot(low[column]) for column in range(4)]
    _dimensionalities(panels[0], shown)
    _losses(panels[1], shown, shown.training_loss, "training loss", COLUMNS)
    seen = {kept.regime for kept in shown.stored}
    marks = [
        Line2D([], [], color="0.35", marker=mark, linestyle="", markersize=5, label=name)
        for name, mark in MARKS.items()
        if name in seen
    ]
    panels[1].legend(handles=marks, loc="lower right", fontsize=8)
    _losses(panels[2], shown, shown.test_loss - 1, "test loss − 1", HIDDEN)
    panels[1].axhline(1, color="0.4", linewidth=0.9, linestyle=":")
    panels[2].axhline(0, color="0.4", linewidth=0.9, linestyle=":")
    panels[1].set_ylim(bottom=0)
    panels[2].set_yscale("symlog", linthresh=0.01)
    _norms(panels[3], shown)
    for axes in panels:
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("samples T")
    return figure


def _arrows(axes: Any, vectors: Floats, colour: str) -> None:
    """Vectors (2, k) from the origin: dots, and spokes for those of at least a third of the greatest length."""
    lengths = np.linalg.norm(vectors[:2], axis=0)
    reach = float(lengths.max()) or 1.0
    long = np.flatnonzero(lengths >= reach / 3)
    for i in long[:60]:
        axes.plot([0, vectors[0, i]], [0, vectors[1, i]], color=colour, linewidth=0.9, alpha=0.55)
    axes.plot(
        *vectors[:2],
        linestyle="",
        marker="o",
        markersize=2.6,
        color=colour,
        alpha=0.6,
        markeredgewidth=0,
        rasterized=True,
    )
    axes.set_xlim(-1.12 * reach, 1.12 * reach)
    axes.set_ylim(-1.12 * reach, 1.12 * reach)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(True)
        side.set_color("0.8")


def _known(shown: Finite) -> npt.NDArray[np.int64]:
    return np.array([kept.points for kept in shown.stored if kept.points is not None])


def _dimensionalities(axes: Any, shown: Finite) -> None:
    random = np.random.default_rng(SEED)
    for kept in shown.stored:
        if kept.points is None:
            continue
        for values, colour, marker, side in ((kept.features, COLUMNS, "o", 0.94), (kept.examples, HIDDEN, "s", 1.06)):
            largest = np.sort(values)[::-1]
            # Every value up to a few hundred, beyond that evenly spaced ones of their order.
            largest = largest[np.unique(np.linspace(0, len(largest) - 1, 200).astype(int))]
            spread = kept.points * side * np.exp(random.uniform(-0.045, 0.045, len(largest)))
            axes.plot(
                spread,
                largest,
                linestyle="",
                marker=marker,
                markersize=2.4,
                color=colour,
                alpha=0.45,
                markeredgewidth=0,
                rasterized=True,
            )
    T = _known(shown)
    axes.plot(T, 2 / T, color=HIDDEN, linestyle="--", linewidth=1.2)
    axes.axhspan(0.23, 0.28, color=COLUMNS, alpha=0.15, linewidth=0)
    axes.set_yscale("log")
    axes.set_ylim(2e-4, 4)
    axes.set_title("D of features (blue), examples (orange)", fontsize=9.5)
    axes.text(
        0.98,
        0.98,
        "dashes: m/T\nband: published D of\nfive features",
        fontsize=8,
        ha="right",
        va="top",
        transform=axes.transAxes,
    )


def _losses(axes: Any, shown: Finite, losses: Floats, name: str, colour: str) -> None:
    T = _known(shown)
    rows = losses[: len(T)]
    axes.fill_between(T, rows.min(axis=1), rows.max(axis=1), color=colour, alpha=0.18, linewidth=0)
    best = [int(np.nanargmin(row)) for row in shown.training_loss[: len(T)]]
    axes.plot(T, rows[np.arange(len(T)), best], color=colour)
    for t, row in zip(T, rows, strict=True):
        axes.plot([t] * len(row), row, linestyle="", marker="_", markersize=6, color=colour)
    for kept, value in zip(shown.stored, rows[np.arange(len(T)), best], strict=False):
        axes.plot(kept.points, value, marker=MARKS[kept.regime], color=colour, markersize=5)
    if shown.stored[-1].points is None and np.isfinite(losses[-1]).all():
        axes.axhline(losses[-1].min(), color="0.3", linewidth=0.9, linestyle="--")
        axes.text(T[0], losses[-1].min(), "fresh samples", fontsize=8, va="top")
    axes.set_title(f"{name} (band: seeds)", fontsize=9.5)


def _norms(axes: Any, shown: Finite) -> None:
    T = _known(shown)
    for values, colour, marker, name in (
        (shown.weight_norm, COLUMNS, "o", "$\\|W\\|_F$"),
        (shown.bias_norm, HIDDEN, "s", "$\\|b\\|$"),
    ):
        rows = values[: len(T)]
        axes.fill_between(T, rows.min(axis=1), rows.max(axis=1), color=colour, alpha=0.18, linewidth=0)
        axes.plot(T, np.median(rows, axis=1), color=colour, marker=marker, markersize=4, label=name)
    axes.plot(
        shown.t_gon[0], shown.t_gon[1], color=COLUMNS, linestyle="--", linewidth=1.2, label="exact T-gon, $\\|W\\|_F$"
    )
    below = shown.t_gon[:, shown.t_gon[0] > 4]  # at T = 4 the bias is 0, before that it is positive
    axes.plot(below[0], below[2], color=HIDDEN, linestyle="--", linewidth=1.2, label="exact T-gon, $\\|b\\|$")
    axes.set_yscale("log")
    axes.set_title("norms (median and range of seeds)", fontsize=9.5)
    axes.legend(fontsize=8)
