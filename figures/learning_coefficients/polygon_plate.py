"""The regular polygons that are critical points with exactly one active feature: minima to nine corners, saddles from
ten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import pyplot

from analytic.learning_coefficient import learning_coefficient
from analytic.one_sparse import polygons
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "Regular polygons with one active feature, and which are minima"
SEED = None
SECONDS = (2, 2)
CORNERS = tuple(range(3, 17))


@dataclass(frozen=True)
class Corner:
    """A k-gon: norm, bias, H, λ at c = k (nan at a saddle) and how many descents are certified there."""

    k: int
    norm: float
    bias: float
    potential: float
    coefficient: float
    negative: int


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Corner, ...]:
    """Norm, bias and H by isolated roots; λ or a saddle by certified inertia."""
    found = []
    for index, k in enumerate(CORNERS):
        (shape,) = polygons(k)
        said = learning_coefficient(shape)
        value = float("nan") if said.value is None else float(said.value)
        found.append(Corner(k, float(shape.norm), float(shape.bias), float(shape.potential), value, said.negative))
        progress((index + 1) / len(CORNERS))
    return tuple(found)


def caption(corners: tuple[Corner, ...]) -> Caption:
    saddles = [corner.k for corner in corners if corner.negative]
    return Caption(
        "The regular k-gon of each k with a common norm and bias that is a critical point of H = 3cK; the dotted circle has "
        "radius 1.",
        "There is just one, in all chambers and for either sign of b, and its directions of descent are certified.",
        f"To {min(saddles) - 1} corners it is a minimum, with the learning coefficient λ of c = k features; from {min(saddles)} "
        f"to {max(saddles)} it is a saddle (dashed).",
    )


def draw(corners: tuple[Corner, ...]) -> Any:
    figure, axes = pyplot.subplots(2, 7, figsize=(11.5, 4.4))
    for panel, corner in zip(axes.flat, corners, strict=True):
        angle = 2 * np.pi * np.arange(corner.k + 1) / corner.k
        saddle = corner.negative > 0
        colour, style = ("0.5", "--") if saddle else ("#0072B2", "-")
        circle = np.linspace(0, 2 * np.pi, 100)
        panel.plot(np.cos(circle), np.sin(circle), ":", color="0.75", lw=0.8)
        panel.plot(
            corner.norm * np.cos(angle), corner.norm * np.sin(angle), style, color=colour, marker="o", ms=3, lw=1.2
        )
        kind = f"saddle, {corner.negative} down" if saddle else f"λ = {corner.coefficient:g}"
        panel.set_title(f"k = {corner.k}", fontsize=10)
        panel.text(0, -1.8, f"H = {corner.potential:.4g}\n{kind}", ha="center", va="top", fontsize=9)
        panel.set(xlim=(-1.85, 1.85), ylim=(-2.7, 1.85), aspect="equal")
        panel.axis("off")
    return figure
