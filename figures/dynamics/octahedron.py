"""Six features in three dimensions, two correlated sets of three: how their directions move, from above and in space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from numeric.dynamics import TRIPLES, Jump, Plateau, Trajectory, correlated_triples, follow, noise_free
from numeric.running.progress import Progress, within

from ..motifs.caption import Caption

TITLE = "Two correlated sets make an octahedron"
SEED = 0
SECONDS = (5, 19)
SETS = ("#0072B2", "#D55E00")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Octahedron:
    """The run of least final loss among `seeds`; `view`, (3, T, 6): its columns in axes whose third is that of the first
    set at the end, so that this is one face seen from above. `antipode`, (T, 6): the least cosine of each feature with
    one of the other set; `partner`: where it is at the end. `resting`: the loss without noise, `end` the final name.
    """

    run: Trajectory
    jumps: tuple[Jump, ...]
    plateaus: tuple[Plateau, ...]
    seeds: int
    view: Floats
    antipode: Floats
    partner: tuple[int, ...]
    end: str
    resting: float


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Octahedron:
    seeds = 16 if full else 4
    config = correlated_triples(range(seeds), device=device)
    runs = follow(config, count=400 if full else 120, progress=within(progress, 0, 0.9))
    k = min(range(seeds), key=lambda k: float(runs[k].loss[-1]))
    run = runs[k]
    units = run.W / np.linalg.norm(run.W, axis=1, keepdims=True)
    cosines = np.swapaxes(units, 1, 2) @ units  # (T, 6, 6)
    first, second = (list(group) for group in TRIPLES)
    across = cosines[:, first][:, :, second]
    antipode = np.concatenate([across.min(axis=2), across.min(axis=1)], axis=1)
    partner = (*(3 + across[-1].argmin(axis=1)).tolist(), *across[-1].argmin(axis=0).tolist())
    end = run.geometry(run.steps[-1], tolerance=0.1)
    return Octahedron(
        run=run,
        jumps=run.jumps(),
        plateaus=run.loss_plateaus(),
        seeds=seeds,
        view=np.einsum("ac,tci->ati", _from_above(run.W[-1][:, first]), run.W),
        antipode=antipode,
        partner=partner,
        end=end.whole or str(end),
        resting=float(noise_free(config.of([k]), [run])[0]),
    )


def _from_above(face: Floats) -> Floats:
    """(3, 3) rotation whose third row is the direction of the sum of the face's columns, its first that of column 0."""
    axis = face.sum(axis=1)
    axis /= np.linalg.norm(axis)
    side = face[:, 0] - axis * (axis @ face[:, 0])
    side /= np.linalg.norm(side)
    return np.array([side, np.cross(axis, side), axis])


def caption(shown: Octahedron) -> Caption:
    return Caption(
        "The way in training of two sets of three features, each active together: from above, in space, and by the cosines of "
        "opposite ones.",
        "Once each set is an orthogonal frame WWᵀ = 2, and every D is exactly 1/2 however one set is turned against the other.",
        f"So D does not see the rest of the way, from a twisted prism to the triangular antiprism that is an octahedron; it ends "
        f"as {shown.end}, each feature opposite one of the other set.",
        (
            (
                "run",
                f"sets active with probability 0.1 (not published, chosen here), of {shown.seeds} runs the one of least final "
                "loss",
            ),
            ("D jumps", f"at steps {', '.join(f'{jump.step:,}' for jump in shown.jumps)}"),
            ("plateaus of the loss", ", ".join(f"{plateau.level:.4f}" for plateau in shown.plateaus)),
            (
                "at the end",
                f"named with tolerance 0.1; largest cosine of opposite features {float(shown.antipode[-1].max()):.3f}",
            ),
            (
                "population loss",
                f"at the end {shown.run.loss[-1]:.6f}; without noise descent rests at {shown.resting:.6f}",
            ),
        ),
    )


def draw(shown: Octahedron) -> Any:
    figure = pyplot.figure(figsize=(12.4, 4.4))
    grid = figure.add_gridspec(1, 3, width_ratios=(1, 1.1, 1.15))
    top, space, panel = (
        figure.add_subplot(grid[0]),
        figure.add_subplot(grid[1], projection="3d"),
        figure.add_subplot(grid[2]),
    )
    for place, group in enumerate(TRIPLES):
        for i in group:
            x, y, z = shown.view[:, :, i]
            top.plot(x, y, color=SETS[place], linewidth=1.3, alpha=0.8)
            top.plot(x[0], y[0], "o", color=SETS[place], markersize=4, markerfacecolor="white")
            space.plot(x, y, z, color=SETS[place], linewidth=1.3, alpha=0.8)
            space.scatter(x[-1], y[-1], z[-1], color=SETS[place], s=42, depthshade=False)
            panel.plot(
                shown.run.steps, shown.antipode[:, i], color=SETS[place], linewidth=2, linestyle=("-", ":")[place]
            )
        corners = [*group, group[0]]
        top.fill(*shown.view[:2, -1, list(group)], color=SETS[place], alpha=0.13, linewidth=0)
        top.plot(*shown.view[:2, -1, corners], "o-", color=SETS[place], linewidth=1.2, markersize=7)
    for i in range(6):
        for j in range(i):
            if j != shown.partner[i]:
                space.plot(*shown.view[:, -1, [i, j]], color="0.6", linewidth=0.8)
    top.set_aspect("equal")
    top.set_anchor("N")
    top.set_xticks([])
    top.set_yticks([])
    for side in top.spines.values():
        side.set_visible(False)
    top.set_title("From above: start (open) to end (full)")
    top.set_xlabel("the two sets: blue and orange")
    space.set_title("In space, with the octahedron at the end")
    space.set_box_aspect((1, 1, 1), zoom=1.3)
    space.set_axis_off()
    space.view_init(elev=18, azim=35)
    for jump in shown.jumps:
        panel.axvspan(jump.left, jump.reached, color="0.5", alpha=0.13, linewidth=0)
    panel.axhline(-1, color="0.5", linewidth=0.8, linestyle=":")
    panel.set_xscale("log")
    panel.set_xlim(1, shown.run.steps[-1])
    panel.set_xlabel("training step")
    panel.set_ylabel("least cosine with the other set")
    panel.set_title("Each finds its antipode (shaded: D jumps)")
    return figure
