"""SGLD with finite steps: its estimate of the learning coefficient against a closed form of its bias."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from numeric.learning_coefficient import GAMMA, STANDARD, mala, sgld, sgld_step_bias, temperature
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "The bias of a step, measured and in closed form"
SEED = 0
SECONDS = (9, 45)
TARGET, SAMPLES = "6-gon", (5_000, 500_000)
SHARES = (0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.75)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """At n samples: rows (ε over the largest stable step, λ̂ of SGLD, its error), the closed form on a grid, λ(τ) by
    MALA."""

    n: int
    measured: Floats
    formula: Floats
    reference: float
    reference_error: float


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Panel, ...]:
    """200 chains of 2,000 steps each, 1,000 of 4,000 with `full`; the smallest step runs longer, in inverse proportion."""
    target = next(one.target for one in STANDARD if one.name == TARGET)
    chains, steps = (1000, 4000) if full else (200, 2000)
    panels = []
    for index, n in enumerate(SAMPLES):
        tau = temperature(n)
        stable = 4 / (tau * float(target.spectrum[-1]) + GAMMA)
        rows = []
        for place, share in enumerate(SHARES):
            length = steps * (4 if share < 0.05 else 1)
            found = sgld(target, n, gamma=GAMMA, step=share * stable, chains=chains, steps=length, seed=SEED)
            rows.append((share, found.value, found.error))
            progress((index + (place + 1) / len(SHARES)) / len(SAMPLES))
        grid = np.linspace(0, 0.8, 81)
        formula = np.array([(share, sgld_step_bias(target.spectrum, tau, GAMMA, share * stable)) for share in grid])
        reference = mala(target, n, gamma=GAMMA, chains=chains, steps=2 * steps, seed=SEED)
        panels.append(Panel(n, np.array(rows), formula, reference.value, reference.error))
    return tuple(panels)


def caption(panels: tuple[Panel, ...]) -> Caption:
    first = panels[0]
    return Caption(
        "What SGLD finds of the hexagon's learning coefficient against its step, with exact gradients (dots), beside MALA, which "
        "no step biases (dashed).",
        "The line is the closed form of the step's bias on a quadratic loss.",
        f"At n = {first.n:,} the dots lie above it by what the minimum's anharmonicity adds; at n = {panels[-1].n:,} on it.",
        (
            ("closed form", "½ Σ τh/((τh + γ)(1 − ε(τh + γ)/4)) over the eigenvalues h of the Hessian, γ = 0.1"),
            ("MALA", f"{first.reference:.2f} ± {first.reference_error:.2f} at n = {first.n:,}"),
        ),
    )


def draw(panels: tuple[Panel, ...]) -> Any:
    figure, axes = pyplot.subplots(1, 2, figsize=(9.6, 4.2), sharey=True)
    for panel, axis in zip(panels, axes, strict=True):
        axis.plot(*panel.formula.T, color="#0072B2", label="closed form")
        axis.errorbar(*panel.measured.T, fmt="o", color="#D55E00", ms=5, label="SGLD")
        axis.axhline(panel.reference, ls="--", color="0.4", label="MALA: λ(τ)")
        axis.axhline(8.5, ls=":", color="0.4", label="λ = 8.5")
        axis.set_title(f"n = {panel.n:,}")
        axis.set_xlabel("step ε, of the largest stable one")
    axes[0].set_ylabel("estimate of λ")
    axes[0].legend()
    return figure
