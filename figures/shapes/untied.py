"""The least losses of tied and untied networks, found by descent without sampling, against density."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib import pyplot

from numeric.minimise import Packing, bfgs
from numeric.population import value_and_gradient
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "Tied and untied networks"
SEED = 0
SECONDS = (12, 150)
SIZES = ((5, 2), (6, 3))
_ITERATIONS = 150
_CONVERGED = 1e-7
_TICKS = (0.02, 0.05, 0.1, 0.2, 0.5)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Least:
    """Of networks (n, m): by `density` the least losses of tied and untied ones as shares of Σ E x_i², the largest entry of
    W_out W of the untied, and whether its slopes have vanished, (densities,); `linear` that of a linear output, by `fine`."""

    n: int
    m: int
    density: Floats
    tied: Floats
    untied: Floats
    fine: Floats
    linear: Floats
    largest: Floats
    converged: npt.NDArray[np.bool_]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Least, ...]:
    """Equal importances, with bias. Untied descents also begin at the best tied model; they end after 150 steps."""
    density, fine = np.geomspace(0.02, 0.8, 12 if full else 4), np.geomspace(0.02, 0.8, 100)
    starts = 16 if full else 2
    found = []
    for k, (n, m) in enumerate(SIZES):
        rows = []
        for index, p in enumerate(density.tolist()):
            rows.append(_point(n, m, p, starts))
            progress((k + (index + 1) / len(density)) / len(SIZES))
        tied, untied, largest, slope = np.array(rows).T
        linear = (n - m) / n * (1 - 3 * fine / 4)  # Var x = p/3 - p²/4 of all but m features
        found.append(Least(n, m, density, tied, untied, fine, linear, largest, slope <= _CONVERGED))
    return tuple(found)


def _point(n: int, m: int, p: float, starts: int) -> tuple[float, float, float, float]:
    """Tied and untied share, the largest entry of W_out W and the largest slope of the untied one."""
    unit = n * p / 3
    tied, untied = Packing(m, n), Packing(m, n, tied=False)
    seeds = range(SEED, SEED + starts)
    ends = bfgs(_objective(tied, p), tied.starts(range(SEED, SEED + 4 * starts)), iterations=_ITERATIONS)
    W, b = tied.split(ends.points[ends.values.argmin()][None])
    generator = torch.Generator().manual_seed(SEED)
    push = 1e-2 * torch.randn(W.mT.shape, dtype=W.dtype, generator=generator)  # out of the tied ones, a saddle
    first = torch.cat([untied.starts(seeds), untied.join(W, b, W.mT + push)])
    other = bfgs(_objective(untied, p), first, iterations=_ITERATIONS)
    best = int(other.values.argmin())
    x = other.points[best]
    out = untied.out(x)
    assert out is not None
    largest = float((out @ untied.split(x)[0]).abs().max())
    slope = float(other.gradients[best].abs().max()) / unit
    return float(ends.values.min()) / unit, float(other.values[best]) / unit, largest, slope


def _objective(packing: Packing, p: float) -> Any:
    def objective(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        W, b = packing.split(x)
        found = value_and_gradient(W, b, 1 - p, W_out=packing.out(x), bound_gradient=False)
        return found.value, packing.join(*found[1:])

    return objective


def caption(found: tuple[Least, ...]) -> Caption:
    facts = [("searches", f"least of descents without sampling, {_ITERATIONS} steps each; nothing proved")]
    for one in found:
        sparse = (
            f"tied {one.tied[0]:.4f}, untied {one.untied[0]:.4f} of Σ E x², |W_out W_in| up to {one.largest[0]:.2g}"
        )
        facts.append((f"n = {one.n}, m = {one.m}, density {one.density[0]:.2g}", sparse))
        dense = f"tied {one.tied[-1]:.4f}, untied {one.untied[-1]:.4f}"
        facts.append((f"n = {one.n}, m = {one.m}, density {one.density[-1]:.2g}", dense))
    return Caption(
        "The least losses found of ReLU(WᵀWx + b) and of ReLU(W_out W_in x + b), as shares of Σ E x²; open squares where descent "
        "had not come to rest.",
        "The line of a linear output is exact; the other losses are those of the weights found, without sampling, and so upper "
        "bounds of the least.",
        f"At the sparsest, untied networks lose {_times(found[0])} times less in {found[0].m} dimensions and {_times(found[1])} "
        f"in {found[1].m}: each feature is read by a direction that most others push below zero, with ever larger weights.",
        tuple(facts),
    )


def _times(one: Least) -> str:
    return f"{one.tied[0] / one.untied[0]:.2g}"


def draw(found: tuple[Least, ...]) -> Any:
    figure, panels = pyplot.subplots(1, len(found), figsize=(8.4, 4.0), sharey=True)
    for panel, one in zip(panels, found, strict=True):
        panel.plot(one.fine, one.linear, ":", color="0.4", label="linear output, exact")
        panel.plot(one.density, one.tied, "o-", label="tied")
        (line,) = panel.plot(one.density, one.untied, "--", label="untied")
        for mask, face, label in (
            (one.converged, line.get_color(), None),
            (~one.converged, "white", "untied, not at rest"),
        ):
            if mask.any():
                panel.plot(
                    one.density[mask], one.untied[mask], "s", color=line.get_color(), markerfacecolor=face, label=label
                )
        panel.set_xscale("log")
        panel.set_yscale("log")
        panel.set_xticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
        panel.minorticks_off()
        panel.set_xlabel("density p")
        panel.set_title(f"{one.n} features in {one.m} dimensions")
    panels[0].set_ylabel("least loss found / Σ E x²")
    panels[0].legend(loc="lower right")
    return figure
