"""What the published phase diagram costs, and the certified minimum along two lines: its weights jump or bend."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from analytic.n2m1.bias import Certified, certify
from analytic.n2m1.bias.forms import unstable_importance
from analytic.n2m1.bias.table import known
from numeric.minimise import minimise_map
from numeric.running.progress import Progress

from ..motifs.caption import Caption
from ..motifs.phase_panel import fixed_losses

TITLE = "What the published phase diagram costs, and how the certified minimum jumps"
SEED = 0
SECONDS = (75, 150)
IMPORTANCE, SPARSITY = Fraction(9, 10), Fraction(3, 5)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Branch:
    """Certified minima along a line: the parameter, w₁, w₂, b₁ and b₂ (rows), and where phases change."""

    axis: Floats
    values: Floats
    changes: tuple[float, ...]


@dataclass(frozen=True)
class Branches:
    """`share` (importance, sparsity): by how much the published loss lies above the least one found, relative to that.

    `across`: r = 9/10, over s. `along`: s = 3/5, over r.
    """

    sparsity: Floats
    importance: Floats
    share: Floats
    across: Branch
    along: Branch


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Branches:
    size, points = (32, 48) if full else (16, 24)
    axis = (np.arange(size) + 0.5) / size
    found = minimise_map(1, 1 - axis, np.stack([np.ones(size), axis], axis=-1), starts=8, seed=SEED)
    published = fixed_losses(2, 1 - axis, axis).min(axis=0)
    progress(0.2)
    part = [Fraction(2 * k + 1, 2 * points) for k in range(points)]
    across = _branch(
        [(s, IMPORTANCE) for s in part], 0, _changes_in_sparsity(), lambda done: progress(0.2 + 0.4 * done)
    )
    (jump,) = (row for row in known("drop") if row.held["sparsity"] == SPARSITY and not row.held["penalty"])
    along = _branch([(SPARSITY, r) for r in part], 1, (float(jump.lower),), lambda done: progress(0.6 + 0.4 * done))
    return Branches(axis, axis, (published / found.values - 1).T, across, along)


def _changes_in_sparsity() -> tuple[float, ...]:
    """Where r_d(s) = 9/10, by bisection, and where strong and partial antipodal tie, between two certified jumps."""
    low, high = Fraction(1, 10), Fraction(1, 5)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if unstable_importance(middle, 20)[0] > IMPORTANCE else (low, middle)
    jumps = np.array(sorted((float(row.lower), float(row.held["sparsity"])) for row in known("jump")))
    return float(low), float(np.interp(float(IMPORTANCE), jumps[:, 0], jumps[:, 1]))


def _branch(
    settings: list[tuple[Fraction, Fraction]], free: int, changes: tuple[float, ...], progress: Progress
) -> Branch:
    rows = []
    for index, (s, r) in enumerate(settings):
        found = certify(s, (1, r))
        if not isinstance(found, Certified):
            raise ArithmeticError(f"not certified at s = {s}, I = (1, {r})")
        one = found.minimisers[0]
        rows.append([float(low + high) / 2 for low, high in (*one.weights, *one.biases)])
        progress((index + 1) / len(settings))
    return Branch(np.array([float(at[free]) for at in settings]), np.array(rows).T, changes)


def caption(shown: Branches) -> Caption:
    row, column = np.unravel_index(shown.share.argmax(), shown.share.shape)
    bend, tie = shown.across.changes
    return Caption(
        "Two features of importances 1 and r in one dimension, with bias: how far the best of the published fixed weights lies "
        "above the least loss that a search finds, as a share of it, and weights and biases of the certified minimum along two "
        "lines.",
        f"The minimum is certified at each of {len(shown.across.axis)} points on either line; the excess is measured in floats.",
        "On the way to superposition feature 2 comes in continuously or jumps in from nothing, and an antipodal pair jumps to "
        "another.",
        (
            (
                "greatest excess",
                f"{shown.share.max():.0%}, at s = {shown.sparsity[column]:.2f}, r = {shown.importance[row]:.2f}",
            ),
            (
                "r = 9/10",
                f"feature 2 comes in continuously at s = {bend:.4f} and jumps from a small weight to a large one at "
                f"s ≈ {tie:.3f} (between certified jumps)",
            ),
            (
                "s = 3/5",
                f"feature 2 jumps in from nothing at r = {shown.along.changes[0]:.8f}, certified on both sides",
            ),
        ),
    )


def draw(shown: Branches) -> Any:
    figure, axes = pyplot.subplots(1, 3, figsize=(12.5, 4), layout="constrained")
    image = axes[0].imshow(100 * shown.share, origin="lower", extent=(0, 1, 0, 1), aspect="auto", cmap="viridis")
    figure.colorbar(image, ax=axes[0], label="above the least loss, %")
    axes[0].set(title="Published weights: excess loss", xlabel="sparsity s", ylabel="importance r")
    for panel, branch, name, title in (
        (axes[1], shown.across, "sparsity s", "Certified minimum at r = 9/10"),
        (axes[2], shown.along, "importance r", "Certified minimum at s = 3/5"),
    ):
        for values, label, colour, style in zip(
            branch.values, ("w₁", "w₂", "b₁", "b₂"), ("black", "#D55E00", "#0072B2", "#009E73"), "oos^", strict=True
        ):
            panel.plot(branch.axis, values, style, color=colour, markersize=3.5, label=label)
        for change in branch.changes:
            panel.axvline(change, color="grey", linewidth=0.8, linestyle="--")
        panel.set(title=title, xlabel=name, xlim=(0, 1))
        panel.axhline(0, color="grey", linewidth=0.5)
    axes[2].legend(loc="lower left")
    return figure
