"""The first-order transition between aligned and antipodal: loss, slope and weights against sparsity."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy
from matplotlib import pyplot

from analytic.n2m1 import PhaseTransition, SmallestModel, compiled_loss, phase_boundary
from numeric.running.progress import Progress, within
from numeric.train import TrainConfig, train

from ..motifs.caption import Caption

TITLE = "The jump across the transition"
SEED = 0
SECONDS = (4, 19)
ALIGNED, ANTIPODAL = "#E69F00", "#0072B2"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Branches:
    """The least loss of each phase and its weights on a range of s, for equal importances; trained models beside.

    `aligned` and `antipodal` have rows loss, w₁, w₂; `trained` has rows s, exact loss of the trained weights, w₁, w₂,
    with the sign of w₁ positive.
    """

    sparsities: Floats
    aligned: Floats
    antipodal: Floats
    transition: PhaseTransition
    trained: Floats

    @property
    def critical(self) -> float:
        return float(self.transition.value)


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Branches:
    transition = phase_boundary()
    # The rational next to s* is on both branches, so that they are drawn up to the tie.
    grid = [Fraction(20 + k, 100) for k in range(0, 51, 1 if full else 2)]
    exact = sorted([*grid, transition.enclosure(12)[0]])
    branches: dict[str, list[list[float]]] = {"aligned": [], "antipodal": []}
    for s in exact:
        points = SmallestModel(s).critical_points()
        for phase, rows in branches.items():
            least = next(p for p in points if p.phase == phase and p.kind == "minimum")
            rows.append([float(least.value), *least.floats])
    progress(0.2)
    return Branches(
        np.array([float(s) for s in exact]),
        np.array(branches["aligned"]).T,
        np.array(branches["antipodal"]).T,
        transition,
        _trained([float(s) for s in grid[::2]], 8 if full else 4, device, within(progress, 0.2, 1)),
    )


def _trained(sparsities: list[float], seeds: int, device: str, progress: Progress) -> Floats:
    config = TrainConfig.product(
        {"sparsity": sparsities}, range(seeds), n_features=2, n_hidden=1, bias=False, device=device
    )
    W = train(config, progress=progress).W[:, 0].numpy()
    w1, w2 = (W * np.sign(W[:, :1])).T
    each = np.repeat(sparsities, seeds)
    losses = compiled_loss()(w1, w2, each, 1.0, 1.0, 0.0)[0]
    return np.array([each, losses, w1, w2])


def caption(branches: Branches) -> Caption:
    (w_below, w2_below, slope_below), (w_above, w2_above, slope_above) = (
        [float(value) for value in branch] for branch in branches.transition.exact_branches()
    )
    tie = str(branches.transition.critical_sparsity).replace("*sqrt", "√")
    return Caption(
        "The least loss of both phases and their weights against sparsity, at equal importances; dots are trained models.",
        f"The phases tie at s* = {tie} ≈ {branches.critical:.6f}, found by elimination.",
        "There the slope of the least loss and the weights jump, a transition of first order, and since both minima exist on "
        "both sides training ends on either branch.",
        (
            ("slope ∂K/∂s at s*", f"from {slope_below:.5f} to {slope_above:.5f}"),
            ("weights at s*", f"from ({w_below:.4f}, {w2_below:.4f}) to ({w_above:.4f}, {w2_above:.4f})"),
            ("trained", f"{branches.trained.shape[1]} models, judged by the exact loss of their weights"),
        ),
    )


def draw(branches: Branches) -> Any:
    figure, (loss, weights) = pyplot.subplots(1, 2, figsize=(10.4, 4.3))
    s = branches.sparsities
    tie = int(np.abs(s - branches.critical).argmin())
    rows = (
        (branches.aligned, ALIGNED, "aligned", slice(None, tie + 1)),
        (branches.antipodal, ANTIPODAL, "antipodal", slice(tie, None)),
    )
    for values, colour, name, is_global in rows:
        loss.plot(s, values[0], color=colour, linestyle=":", linewidth=1.4)
        loss.plot(s[is_global], values[0][is_global], color=colour, linewidth=2.6, label=f"{name} minimum")
        for row, style in ((1, "-"), (2, "--")):
            weights.plot(s, values[row], color=colour, linestyle=":", linewidth=1.0)
            weights.plot(
                s[is_global],
                values[row][is_global],
                color=colour,
                linestyle=style,
                linewidth=2.6,
                label=f"{name}, $w_{row}$",
            )
    antipodal = branches.trained[2] * branches.trained[3] < 0
    for mask, colour in ((~antipodal, ALIGNED), (antipodal, ANTIPODAL)):
        dots: dict[str, Any] = {
            "color": colour,
            "markeredgecolor": "black",
            "markeredgewidth": 0.5,
            "markersize": 5,
            "linestyle": "none",
        }
        loss.plot(branches.trained[0][mask], branches.trained[1][mask], "o", **dots)
        for row in (2, 3):
            weights.plot(branches.trained[0][mask], branches.trained[row][mask], "o", **dots)
    for panel in (loss, weights):
        panel.axvline(branches.critical, color="0.4", linewidth=1, linestyle="--")
        panel.set_xlabel("sparsity s")
    closed_form = f"$s^* = {sympy.latex(branches.transition.critical_sparsity)}$"
    top = (branches.critical, loss.get_ylim()[1])
    loss.annotate(closed_form, top, xytext=(6, -14), textcoords="offset points", color="0.3", fontsize=12)
    loss.set_ylabel("expected loss K")
    loss.set_title("Least loss of each phase (thick: global)")
    loss.legend(loc="lower left")
    weights.set_ylabel("weights at the minimum")
    weights.set_title("Weights jump at s*")
    weights.legend(loc="center right", bbox_to_anchor=(1.0, 0.42))
    return figure
