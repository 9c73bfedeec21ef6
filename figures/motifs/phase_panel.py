"""What becomes of the extra feature on a map of importance and density: its phase, by one rule, and how that is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

from analytic.fixed_weights import density as p_symbol
from analytic.fixed_weights import extra as r_symbol
from analytic.fixed_weights import fixed_weights
from numeric.metrics import feature_norms, superposition

from .colour_scale import colours

PHASES = ("dropped", "alone", "antipodal", "aligned")
HALF = 0.5
"""Norm and superposition of the extra feature are 0 or 1 at the fixed weights: a phase begins halfway."""
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """The extra feature on a map: densities (R,), importances (C,), the others (R, C). `phase`: a place in `PHASES`."""

    density: Floats
    importance: Floats
    norm: Floats
    superposition: Floats
    phase: Integers
    loss: Floats


def log_axes(size: int) -> tuple[Floats, Floats]:
    """Importances 0.1 … 10 and densities 0.01 … 1, at the centres of a size × size grid in the logarithm."""
    centres = (np.arange(size) + 0.5) / size
    return 10 ** (2 * centres - 1), 10 ** (2 * centres - 2)


def theory(n: int, density: Floats, importance: Floats) -> Panel:
    """The best of the published fixed weights."""
    losses = fixed_losses(n, density, importance)
    best = losses.argmin(axis=0)
    W = np.array([np.array(setting.W, dtype=float) for setting in fixed_weights(n)])[best]
    return classified(density, importance, W, losses.min(axis=0))


def fixed_losses(n: int, density: Floats, importance: Floats) -> Floats:
    """(settings, R, C): the loss of each of `fixed_weights(n)`."""
    p, r = np.meshgrid(density, importance, indexing="ij")
    return np.stack([np.broadcast_to(formula(p, r), p.shape) for formula in _formulas(n)])


@lru_cache(maxsize=2)
def _formulas(n: int) -> tuple[Callable[[Floats, Floats], Floats], ...]:
    return tuple(sympy.lambdify((p_symbol, r_symbol), setting.loss, "numpy") for setting in fixed_weights(n))


def classified(density: Floats, importance: Floats, W: Floats, loss: Floats) -> Panel:
    """W (R, C, m, n) by the rule: dropped below norm ½; else alone below superposition ½; else antipodal or aligned, by the
    sign of the extra feature's largest product with another column.
    """
    norm, shared = feature_norms(W)[..., -1], superposition(W)[..., -1]
    products = np.einsum("...a,...aj->...j", W[..., -1], W[..., :-1])
    largest = np.take_along_axis(products, np.abs(products).argmax(axis=-1)[..., None], axis=-1)[..., 0]
    phase = np.select([norm < HALF, shared < HALF, largest < 0], [0, 1, 2], 3)
    return Panel(density=density, importance=importance, norm=norm, superposition=shared, phase=phase, loss=loss)


def draw_panel(axes: Any, panel: Panel, name: str) -> None:
    # Cells are equal in the logarithm, so an image on logarithmic limits shows them where they are.
    image = colours(panel.norm, panel.superposition)
    axes.imshow(image, origin="lower", extent=(-1, 1, -2, 0), aspect="auto", interpolation="nearest")
    axes.set_title(name)
    axes.set_xticks([-1, -0.5, 0, 0.5, 1], ["0.1", "0.3", "1", "3", "10"])
    axes.set_yticks([-2, -1.5, -1, -0.5, 0], ["0.01", "0.03", "0.1", "0.3", "1"])
    axes.set_ylim(0, -2)


def draw_labels(axes: Any, panel: Panel, published: Panel) -> None:
    """Each phase is named in the middle of its published region, where the panel has that phase there."""
    for k in np.unique(published.phase):
        x, y = (
            float(part[published.phase == k].mean())
            for part in np.meshgrid(*map(np.log10, (published.importance, published.density)))
        )
        row, column = np.abs(np.log10(panel.density) - y).argmin(), np.abs(np.log10(panel.importance) - x).argmin()
        if panel.phase[row, column] == k:
            axes.text(x, y, PHASES[k], ha="center", va="center", fontsize=10, color="white" if k else "black")


def draw_boundaries(axes: Any, published: Panel, n: int) -> None:
    """Where the best fixed weights of one phase of the extra feature tie with the best of the others."""
    losses = fixed_losses(n, published.density, published.importance)
    phases = np.array([PHASES.index(setting.phase) for setting in fixed_weights(n)])
    for k in np.unique(phases):
        margin = losses[phases == k].min(axis=0) - losses[phases != k].min(axis=0)
        axes.contour(
            np.log10(published.importance),
            np.log10(published.density),
            margin,
            levels=[0.0],
            colors="black",
            linewidths=1.6,
        )
