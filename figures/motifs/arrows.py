"""Columns of W in the plane as arrows, in the slides' colours, turned so that one model looks like itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.patches import Circle, FancyArrow

from numeric.metrics import feature_norms, superposition

from .colour_scale import colours

Floats = npt.NDArray[np.float64]

SHORT = 0.15
"""Columns no longer than this have no room for an arrow's head and are a dot at their place."""


def turned(W: Floats, first: int | None = None) -> Floats:
    """W (2, n) rotated so that column `first`, or the longest (the first of those within 5 %), points up, and reflected so
    that the next one that does not lie on that axis is to the right. WᵀW is that of W: the model is the same.
    """
    norms = np.linalg.norm(W, axis=0)
    if first is None:
        first = int(np.argmax(norms >= 0.95 * norms.max()))
    if norms[first] == 0:
        return W.copy()
    cosine, sine = W[:, first] / norms[first]
    there = np.array([[sine, -cosine], [cosine, sine]]) @ W
    aside = np.flatnonzero(np.abs(there[0]) > 0.1 * norms.max())
    if len(aside) and there[0, aside[0]] < 0:
        there[0] *= -1
    return np.asarray(there)


def draw(axes: Any, W: Floats, labels: Sequence[str] | None = None, *, reach: float = 1.4, size: float = 9) -> None:
    """Columns of W (2, n) as arrows from the origin on axes from −`reach` to `reach`, beside the unit circle; `labels` (n)
    stand at the tips of those longer than `SHORT`, of `size` points, together where columns coincide.
    """
    shades = colours(feature_norms(W), superposition(W))
    norms = np.linalg.norm(W, axis=0)
    written: list[tuple[Floats, str]] = []
    axes.add_patch(Circle((0, 0), 1, fill=False, edgecolor="0.85", linewidth=0.8, zorder=0))
    for i, (x, y) in enumerate(W.T):
        if norms[i] <= SHORT:
            axes.plot(x, y, "o", color=shades[i], markeredgecolor="0.25", markeredgewidth=0.7, markersize=5, zorder=4)
            continue
        width = 0.035 * reach
        arrow: Any = {"width": width, "head_width": 3.6 * width, "head_length": 4 * width, "length_includes_head": True}
        axes.add_patch(
            FancyArrow(0, 0, x, y, facecolor=shades[i], edgecolor="0.25", linewidth=0.6, zorder=2 + 0.1 * i, **arrow)
        )
        if labels is not None:
            place = (1 + 0.12 * reach / norms[i]) * np.array([x, y])
            near = [k for k, (other, _) in enumerate(written) if np.linalg.norm(place - other) < 0.1 * reach]
            if near:
                written[near[0]] = (written[near[0]][0], f"{written[near[0]][1]}, {labels[i]}")
            else:
                written.append((place, labels[i]))
    for (x, y), text in written:
        side = "center" if abs(x) < abs(y) or "," not in text else "left" if x > 0 else "right"
        axes.text(x, y, text, ha=side, va="center", fontsize=size, zorder=6)
    axes.set_xlim(-reach, reach)
    axes.set_ylim(-reach, reach)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(False)
