"""The certified phase diagram with bias beside the published one: boundaries enclosed by proof, and what a penalty does."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot
from matplotlib.colors import ListedColormap

from analytic.fixed_weights import fixed_weights
from analytic.n2m1.bias.forms import tricritical_points, unstable_importance
from analytic.n2m1.bias.table import entries, known
from numeric.running.progress import Progress

from ..motifs.caption import Caption
from ..motifs.phase_panel import PHASES, fixed_losses

TITLE = "Certified phase diagram with bias, and the penalty that ends it"
SEED = None
SECONDS = (3, 3)
Floats = npt.NDArray[np.float64]
_COLOURS = {"dropped": "#f7f7f2", "alone": "#0072B2", "antipodal": "#D55E00"}
_MARKERS = {"0": "o", "3/1000": "s", "1/100": "^", "1/50": "D"}


@dataclass(frozen=True)
class Line:
    """Certified points (s, r) of one boundary, and whether each is of second order."""

    name: str
    sparsity: Floats
    importance: Floats
    second: npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """`published`: a place in `PHASES` on the grid of `sparsity` and `importance` (rows: importance).

    `drop` at each penalty, `jump` between two antipodal pairs. `exact` (s, r): where dropping turns unstable, between the
    tricritical points. `triple`, `mirror`: (s, r). `critical` (r, s): λ_c, 0 where none is needed; `second`: whether it is of
    second order.
    """

    sparsity: Floats
    importance: Floats
    published: npt.NDArray[np.int64]
    drop: tuple[Line, ...]
    jump: Line
    exact: Floats
    triple: tuple[float, float]
    mirror: tuple[float, float]
    penalty_sparsity: Floats
    penalty_importance: Floats
    critical: Floats
    second: npt.NDArray[np.bool_]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Diagram:
    axis = (np.arange(200) + 0.5) / 200
    losses = fixed_losses(2, 1 - axis, axis)
    phases = np.array([PHASES.index(setting.phase) for setting in fixed_weights(2)])
    progress(0.3)
    (_, first), (last, _) = tricritical_points()
    line = [Fraction(k, 100) for k in range(1, 100) if first < Fraction(k, 100) < last]
    exact = [float(unstable_importance(s, 20)[0]) for s in line]
    grid_s, grid_r = (np.arange(10) + 0.5) / 10, (np.arange(10) + 1) / 10
    critical, second = np.zeros((10, 10)), np.zeros((10, 10), dtype=bool)
    for row in known("penalty"):
        place = (round(10 * row.held["importance"]) - 1, int(10 * row.held["sparsity"]))
        critical[place], second[place] = float(row.lower), row.order == "second"
    return Diagram(
        sparsity=axis,
        importance=axis,
        published=phases[losses.argmin(axis=0)].T,
        drop=tuple(_line("drop", strength) for strength in _MARKERS),
        jump=_line("jump", "0"),
        exact=np.array([[*map(float, line)], exact]),
        triple=_met("triple"),
        mirror=_met("mirror"),
        penalty_sparsity=grid_s,
        penalty_importance=grid_r,
        critical=critical,
        second=second,
    )


def _line(kind: str, penalty: str) -> Line:
    rows = [row for row in known(kind) if str(row.held["penalty"]) == penalty]
    return Line(
        penalty,
        np.array([float(row.held["sparsity"]) for row in rows]),
        np.array([float(row.lower) for row in rows]),
        np.array([row.order == "second" for row in rows]),
    )


def _met(name: str) -> tuple[float, float]:
    s, r = (float(Fraction(entries()[name][key][0])) for key in ("sparsity", "importance"))
    return s, r


def caption(shown: Diagram) -> Caption:
    count = sum(len(line.sparsity) for line in (*shown.drop, shown.jump))
    s, r = shown.triple
    return Caption(
        "Two features of importances 1 and r ≤ 1 in one dimension, with bias: which phase is best, by the published fixed "
        "weights and truly, how dropping grows with a penalty λ, and from which λ_c on it is best.",
        f"Of the boundaries {count} points are certified, each by two certificates 9e-9 apart, and λ_c to 1e-8; thin lines join "
        "certified points and prove nothing.",
        "The true minimum has phases that fixed weights do not show, and leaves dropping by transitions of first order (filled) "
        "and second (hollow).",
        (
            ("thick line", "exact: where dropping turns unstable, between the tricritical points"),
            (
                "squares",
                "the jump between two antipodal pairs; left of it, for s < 0.4, the weaker output is just clipped, which is no "
                "transition",
            ),
            (
                "cross",
                f"dropping, partial and strong antipodal meet at s = {s:.9f}, r = {r:.9f}, by interval Newton",
            ),
            (
                "plus",
                "at equal importances the symmetric pair ties with another and its mirror image at "
                f"s = {shown.mirror[0]:.9f}",
            ),
            ("λ_c", "on a 10 × 10 grid; circles: second order, empty: dropping is best without a penalty"),
        ),
    )


def draw(shown: Diagram) -> Any:
    figure, axes = pyplot.subplots(2, 2, figsize=(9.6, 8.4), layout="constrained")
    colours = ListedColormap([_COLOURS[name] for name in PHASES[:3]])
    axes[0, 0].imshow(shown.published, origin="lower", extent=(0, 1, 0, 1), aspect="auto", cmap=colours, vmin=0, vmax=2)
    axes[0, 0].set_title("Published: best of three fixed weights")
    axes[0, 0].text(0.3, 0.3, "drop", ha="center", fontsize=11)
    axes[0, 0].text(0.78, 0.7, "antipodal,\nw₂ = −w₁", ha="center", color="white", fontsize=11)
    axes[0, 1].set_title("True minimum, certified", pad=12)
    _boundary(axes[0, 1], shown.drop[0], "o", "black")
    _boundary(axes[0, 1], shown.jump, "s", "#0072B2")
    axes[0, 1].plot(*shown.exact, color="black", linewidth=2.4)
    for (s, r), marker in ((shown.triple, "x"), (shown.mirror, "P")):
        axes[0, 1].plot(s, r, marker, color="#D55E00", markersize=11, markeredgewidth=2.5, clip_on=False, zorder=4)
    for s, r, name in ((0.25, 0.4, "drop"), (0.72, 0.7, "strong antipodal"), (0.19, 0.955, "partial")):
        axes[0, 1].text(s, r, name, ha="center", va="center", fontsize=11)
    axes[1, 0].set_title("Drop against the rest, with a penalty")
    for line, marker, colour in zip(
        shown.drop, _MARKERS.values(), ("black", "#0072B2", "#009E73", "#D55E00"), strict=True
    ):
        _boundary(axes[1, 0], line, marker, colour)
        axes[1, 0].plot([], [], marker, color=colour, label=f"λ = {line.name}")
    axes[1, 0].legend(loc="lower left")
    for panel in (axes[0, 0], axes[0, 1], axes[1, 0]):
        panel.set(xlim=(0, 1), ylim=(0, 1), xlabel="sparsity s", ylabel="importance r")
    _surface(figure, axes[1, 1], shown)
    return figure


def _boundary(axes: Any, line: Line, marker: str, colour: str) -> None:
    axes.plot(line.sparsity, line.importance, color=colour, linewidth=0.7)
    for second, face in ((False, colour), (True, "white")):
        chosen = line.second == second
        axes.plot(
            line.sparsity[chosen],
            line.importance[chosen],
            marker,
            color=colour,
            markerfacecolor=face,
            markersize=5,
            zorder=3,
        )


def _surface(figure: Any, axes: Any, shown: Diagram) -> None:
    image = axes.imshow(
        np.where(shown.critical > 0, shown.critical, np.nan), origin="lower", extent=(0, 1, 0.05, 1.05), aspect="auto"
    )
    figure.colorbar(image, ax=axes, label="critical penalty λ_c")
    rows, columns = np.nonzero(shown.second)
    axes.plot(
        shown.penalty_sparsity[columns], shown.penalty_importance[rows], "o", color="white", markerfacecolor="none"
    )
    axes.set(title="Penalty that ends antipodal", xlabel="sparsity s", ylabel="importance r")
