"""The slides' two-dimensional colour scale: how much of a feature is stored, and how much it shares its direction."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb

Floats = npt.NDArray[np.float64]

# Ends of the two scales: not represented; stored alone; stored in superposition. Distinct for colour-blind readers.
ABSENT, ALONE, SHARED = (np.array(to_rgb(colour)) for colour in ("#f7f7f2", "#0072B2", "#D55E00"))


def colours(norm: npt.ArrayLike, shared: npt.ArrayLike) -> Floats:
    """RGB (..., 3): norm ‖W_i‖ from absent to full, superposition Σ_{j≠i} (Ŵ_i·W_j)² from alone to shared; both capped at 1."""
    size, mix = np.clip(norm, 0, 1)[..., None], np.clip(shared, 0, 1)[..., None]
    return np.asarray((1 - size) * ABSENT + size * ((1 - mix) * ALONE + mix * SHARED))


def legend(axes: Any, title: str, norm: str, shared: str) -> None:
    """Draw the scale itself, a square with the norm to the right and superposition upwards."""
    scale = np.linspace(0, 1, 64)
    axes.imshow(colours(*np.meshgrid(scale, scale)), origin="lower", extent=(0, 1, 0, 1), aspect=1)
    axes.set_title(title, fontsize=10)
    axes.set_xticks([0, 1], ["0", "≥1"])
    axes.set_yticks([0, 1], ["0", "≥1"])
    axes.set_xlabel(norm)
    axes.set_ylabel(shared)
    axes.yaxis.set_label_position("right")
    axes.yaxis.tick_right()
