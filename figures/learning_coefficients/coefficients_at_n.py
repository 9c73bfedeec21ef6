"""λ(τ) at n samples, τ = n/log n: what a sampler finds when it does everything right, and the learning coefficient far
below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from numeric.learning_coefficient import SAMPLES, STANDARD, finite_temperature
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "What a sampler must find at n samples is not the learning coefficient"
SEED = 0
SECONDS = (1, 4)
SHOWN = ("4-gon", "5-gon", "6-gon", "7-gon", "x²y²")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A target, λ, and rows (n, λ(τ), error); `again`: the row at the largest n computed afresh."""

    name: str
    coefficient: float
    rows: Floats
    again: Floats


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Curve, ...]:
    """The values kept with the targets, and one of each again by `finite_temperature`."""
    known = {one.name: one for one in STANDARD}
    found = []
    for index, name in enumerate(SHOWN):
        one, n = known[name], SAMPLES[-1]
        rows = np.array([(count, *at) for count in SAMPLES if (at := one.at(count)) is not None])
        fresh = finite_temperature(one.target, n, samples=50_000 if full else 10_000, seed=SEED)
        found.append(Curve(name, one.coefficient, rows, np.array([n, fresh.value, fresh.error])))
        progress((index + 1) / len(SHOWN))
    return tuple(found)


def caption(curves: tuple[Curve, ...]) -> Caption:
    hexagon = next(curve for curve in curves if curve.name == "6-gon")
    return Caption(
        "What a perfect sampler finds at n samples, λ(τ) = E τ(K − K*), over the learning coefficient λ, by importance sampling, "
        "a ladder or MALA; crosses are other draws.",
        "The dotted line is λ, which is proved.",
        f"At n = 5,000 the hexagon has {hexagon.rows[1, 1]:.2f} where λ = {hexagon.coefficient:g}: that is temperature, and no "
        "fault of data or sampler.",
        (
            ("density", "exp(−τK − γ|w − w*|²/2), γ = 0.1, on exact losses"),
            ("x²y²", "has multiplicity 2, and comes to its λ = ½ as 1/log τ"),
        ),
    )


def draw(curves: tuple[Curve, ...]) -> Any:
    figure, axes = pyplot.subplots(figsize=(7.5, 4.6))
    colours = ("#009E73", "#E69F00", "#0072B2", "#CC79A7", "#D55E00")
    for curve, colour, marker in zip(curves, colours, "osD^v", strict=True):
        n, value, error = curve.rows.T
        axes.errorbar(n, value / curve.coefficient, error / curve.coefficient, fmt=marker + "-", ms=5, color=colour,
                      label=f"{curve.name}, λ = {curve.coefficient:g}")  # fmt: skip
        axes.plot(curve.again[0], curve.again[1] / curve.coefficient, "x", color="0.2", ms=8)
    axes.axhline(1, ls=":", color="0.4")
    axes.set_xscale("log")
    axes.set_xlabel("samples n")
    axes.set_ylabel("λ(τ) / λ")
    axes.legend()
    return figure
