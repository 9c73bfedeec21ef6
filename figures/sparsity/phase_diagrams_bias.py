"""Phase diagrams with bias, two features in one dimension and three in two: published theory, true minimum, trained."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from matplotlib.collections import PatchCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from analytic.fixed_weights import meeting_point
from numeric.minimise import minimise_map
from numeric.running.progress import Progress, within
from numeric.train import TrainConfig, best_of_seeds, train

from ..motifs.caption import Caption
from ..motifs.colour_scale import legend
from ..motifs.phase_panel import HALF, Panel, classified, draw_boundaries, draw_labels, draw_panel, log_axes, theory

TITLE = "Phase diagrams with bias: published theory, true minimum, trained"
SEED = 0
SECONDS = (46, 5800)
Floats = npt.NDArray[np.float64]


class Gap(NamedTuple):
    """The published loss above the true minimum where that is most: `relative` is the share of the published loss there."""

    loss: float
    relative: float
    density: float
    importance: float


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """`theory` (fine) and what it says at the points of `least`, `published`; `wrong` (R, C): the phases there differ.

    `settled`: how many minima neighbours corrected. `excess`: trained loss above the minimum, relative, the median and the
    largest; `agreement`: share of points at which the trained phase is that of the minimum.
    """

    n: int
    theory: Panel
    published: Panel
    least: Panel
    trained: Panel
    wrong: npt.NDArray[np.bool_]
    gap: Gap
    settled: tuple[int, ...]
    excess: tuple[float, float]
    agreement: float


@dataclass(frozen=True)
class Setting:
    """`size`: points on each axis; `starts` of the search; trained models: `seeds` for each point, `steps`, `batch`."""

    n: int
    size: int
    starts: int
    seeds: int
    steps: int
    batch: int


QUICK = (Setting(2, 24, 3, 3, 1000, 256), Setting(3, 12, 3, 6, 1000, 256))
FULL = (Setting(2, 64, 16, 8, 2000, 1024), Setting(3, 64, 16, 8, 2000, 1024))


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Diagram, ...]:
    """Importance of the extra feature from 0.1 to 10, density from 1 to 0.01, logarithmic."""
    first, second = FULL if full else QUICK
    return (
        diagram(first, device, within(progress, 0, 0.5)),
        diagram(second, device, within(progress, 0.5, 1)),
    )


def diagram(setting: Setting, device: str, progress: Progress) -> Diagram:
    importance, density = log_axes(setting.size)
    least, settled = _least(setting, density, importance, within(progress, 0, 0.5))
    trained = _trained(setting, density, importance, device, within(progress, 0.5, 1))
    published = theory(setting.n, density, importance)
    gap = published.loss - least.loss
    row, column = np.unravel_index(gap.argmax(), gap.shape)
    excess = trained.loss / least.loss - 1
    fine = log_axes(256)
    return Diagram(
        n=setting.n,
        theory=theory(setting.n, fine[1], fine[0]),
        published=published,
        least=least,
        trained=trained,
        wrong=published.phase != least.phase,
        gap=Gap(
            float(gap[row, column]),
            float(gap[row, column] / published.loss[row, column]),
            float(density[row]),
            float(importance[column]),
        ),
        settled=settled,
        excess=(float(np.median(excess)), float(excess.max())),
        agreement=float((trained.phase == least.phase).mean()),
    )


def _rows(n: int, importance: Floats) -> Floats:
    rows = np.ones((len(importance), n))
    rows[:, -1] = importance
    return rows


def _least(setting: Setting, density: Floats, importance: Floats, progress: Progress) -> tuple[Panel, tuple[int, ...]]:
    found = minimise_map(
        setting.n - 1,
        density,
        _rows(setting.n, importance),
        starts=setting.starts,
        seed=SEED,
        gradient_tolerance=1e-7,
        progress=progress,
    )
    return classified(density, importance, found.W, found.values), found.corrected


def _trained(setting: Setting, density: Floats, importance: Floats, device: str, progress: Progress) -> Panel:
    """The best of `seeds` runs at each point, judged by the loss without sampling."""
    n, seeds, shape = setting.n, setting.seeds, (len(density), len(importance))
    config = TrainConfig.product(
        {"sparsity": (1 - density).tolist(), "importance": _rows(n, importance).tolist()},
        range(SEED, SEED + seeds),
        n_features=n,
        n_hidden=n - 1,
        steps=setting.steps,
        batch_size=setting.batch,
        device=device,
    )
    run = train(config, progress=progress)
    losses = run.judge().loss
    best = list(best_of_seeds(config, losses))
    W = run.W.numpy()[best].reshape(*shape, n - 1, n)
    return classified(density, importance, W, losses.numpy()[best].reshape(shape))


def caption(diagrams: tuple[Diagram, ...]) -> Caption:
    meeting = meeting_point(2)
    wrong = " and ".join(f"{shown.wrong.sum()} of {shown.wrong.size} points for n = {shown.n}" for shown in diagrams)
    return Caption(
        "Norm and superposition of an extra feature, as on the slides, by its importance and density: the best of the published "
        "fixed weights, the least loss over all W and b, and the best trained models.",
        "The published losses are exact and upper bounds; they are all equal at "
        f"r = {meeting.extra}, p = {meeting.density}, with K = {meeting.loss}, where the published boundaries (black) meet.",
        f"At the minimum the extra feature is not what the published theory says at {wrong} (hatched).",
        (
            ("n = 3", "the formulas are ours, of the same kind"),
            ("least loss", "without sampling, neighbours' minima tried as starts"),
            (
                "phases",
                f"dropped below norm {HALF}, else alone below superposition {HALF}, else antipodal",
            ),
            *chain.from_iterable(map(_facts, diagrams)),
        ),
    )


def _facts(shown: Diagram) -> tuple[tuple[str, str], ...]:
    gap = shown.gap
    return (
        (
            f"n = {shown.n}, published",
            f"at most {gap.loss:.5f} too high ({100 * gap.relative:.1f} % of it), at importance {gap.importance:.2f}, density "
            f"{gap.density:.3f}; {sum(shown.settled)} minima came from a neighbour",
        ),
        (
            f"n = {shown.n}, trained",
            f"the best of its seeds by population loss: {100 * shown.agreement:.1f} % in the minimum's phase, relative excess "
            f"loss {shown.excess[0]:.1g} (median), {shown.excess[1]:.1g} (largest)",
        ),
    )


def draw(diagrams: tuple[Diagram, ...]) -> Any:
    figure, axes = pyplot.subplots(
        len(diagrams), 4, figsize=(12.4, 3.9 * len(diagrams)), width_ratios=(1, 1, 1, 0.42), squeeze=False
    )
    for row, shown in zip(axes, diagrams, strict=True):
        size = f"n = {shown.n}, m = {shown.n - 1}"
        panels = (shown.theory, shown.least, shown.trained)
        names = (f"{size}: published fixed weights", "True minimum", "Trained")
        for place, (panel, name) in enumerate(zip(panels, names, strict=True)):
            draw_panel(row[place], panel, name)
            draw_boundaries(row[place], shown.theory, shown.n)
            draw_labels(row[place], panel, shown.theory)
        _hatch(row[1], shown)
        row[0].set_ylabel("density p   (sparser upwards)")
    for place in range(3):
        axes[-1, place].set_xlabel("importance of the extra feature, r")
    legend(axes[0, 3], "Extra feature", r"norm $\|W_i\|$", "superposition")
    keys = [
        Line2D([], [], color="black", linewidth=1.6, label="published\nboundary"),
        Patch(facecolor="white", edgecolor="black", hatch="/////", linewidth=0, label="phase differs\nfrom published"),
        Line2D([], [], color="white", marker="*", markersize=13, markeredgecolor="black", label="largest gap\nin loss"),
    ]
    for below in axes[1:, 3]:
        below.set_axis_off()
    if len(diagrams) > 1:
        axes[1, 3].legend(handles=keys, loc="center left", labelspacing=1.2, bbox_to_anchor=(-0.1, 0.5))
    return figure


def _hatch(axes: Any, shown: Diagram) -> None:
    size = 2 / len(shown.least.density)
    cells = [
        Rectangle((-1 + column * size, -2 + row * size), size, size)
        for row, column in np.argwhere(shown.wrong).tolist()
    ]
    if cells:
        axes.add_collection(
            PatchCollection(cells, facecolor="none", edgecolor="black", hatch="/////", linewidth=0), autolim=False
        )
    axes.plot(
        np.log10(shown.gap.importance),
        np.log10(shown.gap.density),
        "*",
        color="white",
        markersize=13,
        markeredgecolor="black",
    )
