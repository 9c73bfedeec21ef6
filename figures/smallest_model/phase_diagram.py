"""The phase diagram of two features in one dimension: exact beside trained, in the slide's colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from analytic.n2m1 import compiled_loss, phase_diagram
from numeric.metrics import feature_norms, superposition
from numeric.running.progress import Progress, within
from numeric.train import TrainConfig, train

from ..motifs.caption import Caption
from ..motifs.colour_scale import colours, legend
from ..motifs.phase_panel import log_axes

TITLE = "Phase diagram: exact beside trained"
SEED = 0
# Full: as its 57 times as many samples.
SECONDS = (27, 1550)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """Norm and superposition of the extra feature on a grid (rows: density, columns: importance)."""

    importance: Floats
    density: Floats
    norm: Floats
    superposition: Floats
    antipodal: npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Diagrams:
    """Exact and trained panels, the exact boundary (density at each importance), and how training fared.

    `agreement`: share of trained grid points with the exact phase. `excess`: exact loss of the trained weights above
    the exact minimum, relative, the median and the largest over the grid.
    """

    exact: Panel
    trained: Panel
    boundary_importance: Floats
    boundary_density: Floats
    agreement: float
    excess: tuple[float, float]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Diagrams:
    """Importance of the extra feature from 0.1 to 10, density from 1 to 0.01, logarithmic."""
    importance, density = log_axes(256)
    exact = phase_diagram(1 - density[:, None], importance[None])
    line = np.logspace(-1, 1, 401)
    progress(0.1)
    size, seeds, steps, batch = (64, 8, 2000, 1024) if full else (24, 4, 1000, 512)
    trained_importance, trained_density = log_axes(size)
    W, losses = _trained(trained_importance, trained_density, seeds, steps, batch, device, progress)
    there = phase_diagram(1 - trained_density[:, None], trained_importance[None])
    panel = _panel(trained_importance, trained_density, W)
    relative = (losses - there.loss) / there.loss
    return Diagrams(
        exact=_panel(importance, density, np.stack([exact.w1, exact.w2], axis=-1)),
        trained=panel,
        boundary_importance=line,
        boundary_density=_boundary_density(line),
        agreement=float((panel.antipodal == there.antipodal).mean()),
        excess=(float(np.median(relative)), float(relative.max())),
    )


def _panel(importance: Floats, density: Floats, weights: Floats) -> Panel:
    """`weights` has shape (densities, importances, 2)."""
    W = weights[..., None, :]
    return Panel(
        importance=importance,
        density=density,
        norm=feature_norms(W)[..., 1],
        superposition=superposition(W)[..., 1],
        antipodal=weights[..., 0] * weights[..., 1] < 0,
    )


def _boundary_density(importance: Floats) -> Floats:
    """Density at which the phases tie, by bisection on the sign of the exact gap."""
    low, high = np.full_like(importance, 1e-4), np.ones_like(importance)
    for _ in range(60):
        middle = (low + high) / 2
        antipodal = phase_diagram(1 - middle, importance).antipodal
        low, high = np.where(antipodal, middle, low), np.where(antipodal, high, middle)
    return (low + high) / 2


def _trained(
    importance: Floats, density: Floats, seeds: int, steps: int, batch_size: int, device: str, progress: Progress
) -> tuple[Floats, Floats]:
    """Weights of the best of `seeds` runs at each grid point, judged by the exact loss, and that loss."""
    axes = {"sparsity": (1 - density).tolist(), "importance": [(1.0, value) for value in importance.tolist()]}
    config = TrainConfig.product(
        axes,
        range(seeds),
        n_features=2,
        n_hidden=1,
        bias=False,
        steps=steps,
        batch_size=batch_size,
        device=device,
    )
    W = train(config, progress=within(progress, 0.1, 1)).along(axes).W[..., 0, :].numpy()
    losses = compiled_loss()(W[..., 0], W[..., 1], 1 - density[:, None, None], 1.0, importance[:, None], 0.0)[0]
    best = np.nanargmin(losses, axis=-1)[..., None]
    chosen = np.take_along_axis(W, best[..., None], axis=2)[:, :, 0]
    return chosen, np.take_along_axis(losses, best, axis=2)[:, :, 0]


def caption(diagrams: Diagrams) -> Caption:
    cells = f"{len(diagrams.trained.density)} × {len(diagrams.trained.importance)}"
    return Caption(
        "Colour: how much of the extra feature is stored (norm) and how much it shares its direction (superposition), as on the "
        "slide; left at the exact global minimum, right in the best trained models.",
        "The line on both is the exact boundary between aligned and antipodal, the only one without bias.",
        f"Of the trained models {100 * diagrams.agreement:.1f} % have the exact phase; the published three-way diagram compares "
        "fixed weights that are not minima.",
        (
            ("trained", f"the best of the seeds at each point of a {cells} grid, chosen by exact loss"),
            ("relative excess loss", f"{diagrams.excess[0]:.0e} (median), {diagrams.excess[1]:.0e} (largest)"),
        ),
    )


def draw(diagrams: Diagrams) -> Any:
    figure, panels = pyplot.subplots(1, 3, figsize=(10.8, 4.4), width_ratios=(1, 1, 0.32))
    for axes, panel, name in zip(panels, (diagrams.exact, diagrams.trained), ("Exact", "Trained"), strict=False):
        # Cells are equal in the logarithm, so an image on logarithmic limits shows them where they are.
        axes.imshow(colours(panel.norm, panel.superposition), origin="lower", extent=(-1, 1, -2, 0), aspect="auto")
        axes.plot(
            np.log10(diagrams.boundary_importance), np.log10(diagrams.boundary_density), color="black", linewidth=1.6
        )
        axes.set_title(name)
        axes.set_xticks([-1, -0.5, 0, 0.5, 1], ["0.1", "0.3", "1", "3", "10"])
        axes.set_yticks([-2, -1.5, -1, -0.5, 0], ["0.01", "0.03", "0.1", "0.3", "1"])
        axes.set_ylim(0, -2)
        axes.set_xlabel("importance of the extra feature, $I_2/I_1$")
        axes.text(0, -1.4, "antipodal", ha="center", va="center", color="white", fontsize=12)
        axes.text(-0.74, -0.2, "aligned", ha="center", va="center", color="black", fontsize=12)
        axes.text(0.72, -0.2, "aligned", ha="center", va="center", color="white", fontsize=12)
    panels[0].set_ylabel("density, 1 − s   (sparser upwards)")
    legend(panels[2], "Extra feature", "norm $|w_2|$", "superposition $w_1^2$")
    return figure
