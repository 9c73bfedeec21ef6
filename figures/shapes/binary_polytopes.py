"""Five binary features in two dimensions: the least loss over the density, and what pentagon and digons cost."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from matplotlib import pyplot

from analytic import law as exact_law
from analytic.exact import rational
from analytic.loss import loss_of_floats
from numeric.arguments import Floats
from numeric.geometry import describe
from numeric.law import Independent, Magnitude
from numeric.minimise import minimise_loss
from numeric.population import expected_loss
from numeric.running.progress import Progress, each

from ..motifs.arrows import draw as draw_columns
from ..motifs.caption import Caption

TITLE = "Five binary features in two dimensions"
SEED = 0
SECONDS = (8, 60)
DRAWN = (0.03, 0.1, 0.3)
_TICKS = (0.02, 0.05, 0.1, 0.2, 0.5)


@dataclass(frozen=True, kw_only=True)
class Binary:
    """At each density least K/p of any model known, and the best of regular pentagons and of pairs of digons, (densities,); the
    models drawn, their names, and the largest relative difference of a loss found and the exact loss of the same floats."""

    densities: Floats
    least: Floats
    pentagon: Floats
    digons: Floats
    drawn: tuple[Floats, ...]
    names: tuple[str, ...]
    deviation: float


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Binary:
    densities = np.array(sorted({*DRAWN, *np.geomspace(0.02, 0.6, 13 if full else 5).round(4).tolist()}))
    least, pentagon, digons, drawn, names, deviations = [], [], [], [], [], []
    for p in each(densities.tolist(), progress):
        law = Independent(1 - p, magnitude=Magnitude.binary())
        found = minimise_loss(5, 2, law=law, starts=32 if full else 8, seed=SEED)
        exactly = exact_law.Independent(Fraction(1 - p), magnitude=exact_law.Magnitude.binary())
        exact = float(rational(loss_of_floats(found.W, found.b, exactly), "loss"))
        deviations.append(abs(found.value / exact - 1))
        five, two = _best(_polygon(5), law), _best(_polygon(4), law)
        pentagon.append(five.value / p)
        digons.append((two.value + p * (1 - p)) / p)
        W, b = min(
            (found.value, (found.W, found.b)),
            (five.value, (five.W, five.b)),
            (two.value + p * (1 - p), (np.pad(two.W, ((0, 0), (0, 1))), np.append(two.b, p))),
            key=lambda one: one[0],
        )[1]
        least.append(min(found.value / p, pentagon[-1], digons[-1]))
        if p in DRAWN:
            drawn.append(W)
            names.append(str(describe(W, b)))
    rows = (np.array(row) for row in (densities, least, pentagon, digons))
    return Binary(
        **dict(zip(("densities", "least", "pentagon", "digons"), rows, strict=True)),
        drawn=tuple(drawn),
        names=tuple(names),
        deviation=max(deviations),
    )


def _polygon(k: int) -> Floats:
    angles = 2 * np.pi * np.arange(k) / k
    return np.stack([np.cos(angles), np.sin(angles)])


class _Best(NamedTuple):
    value: float
    W: Floats
    b: Floats


def _best(columns: Floats, law: Independent) -> _Best:
    """Least K of these columns times a scale with one bias, by a grid that closes in on its best point."""
    centre, width, value = np.array([1.0, -0.1]), np.array([0.5, 0.5]), np.inf
    for _ in range(7):
        scale, bias = (c + w * np.linspace(-1, 1, 21) for c, w in zip(centre, width, strict=True))
        pairs = np.stack(np.meshgrid(scale, bias, indexing="ij"), axis=-1).reshape(-1, 2)
        W = pairs[:, 0, None, None] * columns
        b = np.repeat(pairs[:, 1, None], columns.shape[1], axis=1)
        losses = expected_loss(W, b, None, law=law)
        centre, value = pairs[losses.argmin()], float(losses.min())
        width = width / 4
    return _Best(value, centre[0] * columns, np.full(columns.shape[1], centre[1]))


def caption(shown: Binary) -> Caption:
    return Caption(
        "The least loss found for five features that are 0 or 1, over their density, with that of the best regular pentagon and "
        "the best two digons beside a dropped feature; below, three of the models found.",
        "Losses are sums over the 32 inputs; the exact loss of the same floats differs by a relative "
        f"{shown.deviation:.0e} at most.",
        f"The regular pentagon is the best known up to p = {_last(shown, shown.pentagon):g} and two digons, a concave kink for "
        "pairs alone, are held by their biases around p = 0.3; denser features fit neither.",
        tuple(
            (f"p = {p:g}", f"least K/p = {value:.6f}, pentagon {five:.6f}, two digons {two:.6f}")
            for p, value, five, two in zip(shown.densities, shown.least, shown.pentagon, shown.digons, strict=True)
        ),
    )


def _last(shown: Binary, family: Floats) -> float:
    """The largest density at which a family is the best known, to a relative 1e-9."""
    return float(shown.densities[family <= shown.least * (1 + 1e-9)].max())


def draw(shown: Binary) -> Any:
    figure = pyplot.figure(figsize=(8.4, 6.8))
    grid = figure.add_gridspec(2, 3, height_ratios=(1.5, 1))
    panel = figure.add_subplot(grid[0, :])
    panel.plot(shown.densities, shown.least, "o-", color="k", label="least known")
    panel.plot(shown.densities, shown.pentagon, "^--", color="C0", label="regular pentagon")
    panel.plot(shown.densities, shown.digons, "s-.", color="C3", label="two digons, one dropped")
    panel.set_xscale("log")
    panel.set_xticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
    panel.minorticks_off()
    panel.set_xlabel("density p")
    panel.set_ylabel("K / p")
    panel.legend(frameon=False, fontsize=9)
    panel.set_title("Five binary features in two dimensions", fontsize=11)
    for k, (W, name, p) in enumerate(zip(shown.drawn, shown.names, DRAWN, strict=True)):
        small = figure.add_subplot(grid[1, k])
        draw_columns(small, W)
        small.set_title(f"p = {p:g}: {name}", fontsize=9)
    return figure
