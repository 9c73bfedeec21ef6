"""Dimensions per feature at the best known minima of ten features in two dimensions, as features grow sparse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import pyplot

from numeric.atlas import AtlasEntry
from numeric.metrics import dimensions_per_feature
from numeric.running.progress import Progress

from ..motifs.caption import Caption
from .atlas_table import Floats, alike

TITLE = "Dimensions per feature at the true minima"
SEED = None
SECONDS = (3, 3)
SIZE = (10, 2)
NEAR = 1.02
"""Other minima are shown whose loss is at most so many times the least."""


@dataclass(frozen=True)
class Dimensions:
    """By increasing sparsity: 1/(1 − s), D* = m/‖W‖² and the geometry of the best known minimum, (k,); `others`:
    (j, 2), the first two of minima whose losses are close to it.
    """

    inverse_density: Floats
    dimensions: Floats
    geometry: tuple[str, ...]
    others: Floats


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Dimensions:
    """D* of the weights in the atlas."""
    chosen = [entry for setting, entry in alike().items() if (setting.n, setting.m) == SIZE]
    entries = sorted(chosen, key=lambda entry: entry.sparsity or 0.0)
    progress(1.0)
    others = [
        (_inverse(entry), _dimensions(one.W))
        for entry in entries
        for one in entry.minima[1:]
        if one.loss <= NEAR * entry.loss
    ]
    return Dimensions(
        np.array([_inverse(entry) for entry in entries]),
        np.array([_dimensions(entry.W) for entry in entries]),
        tuple(entry.geometry for entry in entries),
        np.array(others).reshape(-1, 2),
    )


def _inverse(entry: AtlasEntry) -> float:
    return 1 / entry.setting.density


def _dimensions(W: Floats) -> float:
    return float(dimensions_per_feature(W))


def caption(found: Dimensions) -> Caption:
    n, m = SIZE
    return Caption(
        f"D* = m/‖W‖² of the best known minimum of {n} features in {m} dimensions against 1/(1 − s), with what its columns form; "
        "small dots are other minima within 2 % of its loss.",
        "The weights are minima to rounding, and found without sampling or training.",
        "D* falls by steps as polygons gain corners, and levels off.",
        (("D*", ", ".join(f"{value:.3f}" for value in found.dimensions)), ("geometries", "; ".join(found.geometry))),
    )


def draw(found: Dimensions) -> Any:
    figure, axes = pyplot.subplots(figsize=(9.5, 5.2))
    if len(found.others):
        axes.plot(*found.others.T, ".", color="0.6", markersize=5, label="other minima")
    axes.plot(found.inverse_density, found.dimensions, "o-", color="#0072B2", markersize=6, label="best known")
    for x, y, name in zip(found.inverse_density, found.dimensions, found.geometry, strict=True):
        short = name.split(" + ")[0] if "unnamed" not in name else "unnamed"
        axes.annotate(short, (x, y), (4, 8), textcoords="offset points", fontsize=8, color="0.25")
    axes.set_xscale("log")
    axes.set_ylim(0, 1.1)
    axes.set_xlabel("1/(1 − s)")
    axes.set_ylabel("D* = m/‖W‖²")
    axes.legend()
    return figure
