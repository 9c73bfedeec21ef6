"""D* = m/‖W‖_F² and the D_i of many features as they get sparser, beside the polytopes that a dimension holds best."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from analytic.law import variance
from analytic.polytope_loss import best_loss
from analytic.polytopes import polytope
from numeric.metrics import dimensions_per_feature, feature_dimensionality
from numeric.running.progress import Progress, within
from numeric.train import TrainConfig, sampled_loss, train

from ..motifs.caption import Caption

TITLE = "Dimensions per feature, and each feature's own, against sparsity"
SEED = 0
SECONDS = (55, 1600)
# The published levels; a square is two digons and has their ½.
LEVELS = ("single", "tetrahedron", "triangle", "digon", "pentagon", "square antiprism", "unlearned")
# What may share a dimension, beside a single feature: connected, all vertices alike, at most three dimensions.
SHAPES = ("tetrahedron", "triangle", "digon", "pentagon", "square antiprism", "hexagon", "icosahedron")
NEAR = 0.02
_SAMPLES = 1 << 13
_DIGITS = 10
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Level:
    """A level of the published picture, exact (`value`, as it is written), and the share of all D_i within `NEAR` of it."""

    name: str
    written: str
    value: float
    share: float


@dataclass(frozen=True)
class Packed:
    """The best use of a dimension by one of `SHAPES` at its exact best norm and bias, or by single features.

    `inverse_density`: (k,); `winner`: the shape of greatest `gain`, variances of a feature saved per dimension (1 for single
    features); `per_feature`: D* where the whole space is filled with it.
    """

    inverse_density: Floats
    winner: tuple[str, ...]
    gain: Floats
    per_feature: Floats


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Trained models: `inverse_density`, `per_feature` (D*) and `gain`, (models,); `D`, (models, n). `best` is exact."""

    n: int
    m: int
    steps: int
    batch: int
    inverse_density: Floats
    per_feature: Floats
    gain: Floats
    D: Floats
    levels: tuple[Level, ...]
    packed: Packed
    best: Packed
    """`packed` on a fine grid, and `best` at the densities of the trained models"""


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Sweep:
    if full:
        return sweep(400, 30, spread(32), 10_000, 1024, device, progress)
    return sweep(200, 20, spread(13), 3000, 256, device, progress)


def spread(count: int) -> list[Fraction]:
    """1/(1 − s) from 1 to 100, even in the logarithm."""
    return [Fraction(round(1000 * 100 ** (k / (count - 1))), 1000) for k in range(count)]


def sweep(
    n: int, m: int, inverse_density: list[Fraction], steps: int, batch: int, device: str, progress: Progress
) -> Sweep:
    """Importance 1. The published loop has a constant rate of 0.001; ours falls from 0.01, which gets as far in fewer steps."""
    config = TrainConfig.product(
        {"sparsity": [float(1 - 1 / x) for x in inverse_density]},
        (SEED,),
        n_features=n,
        n_hidden=m,
        learning_rate=0.01,
        steps=steps,
        batch_size=batch,
        device=device,
    )
    trained = train(config, progress=within(progress, 0, 0.95))
    D = feature_dimensionality(trained.W.numpy())
    loss = sampled_loss(config, trained.W, None, trained.b, _SAMPLES).numpy()
    dropped = np.array([float(variance(1 / x)) for x in inverse_density])
    fine = [Fraction(round(1000 * 100 ** (k / 120)), 1000) for k in range(121)]
    return Sweep(
        n=n,
        m=m,
        steps=steps,
        batch=batch,
        inverse_density=np.array(inverse_density, dtype=float),
        per_feature=dimensions_per_feature(trained.W.numpy()),
        gain=(n - loss / dropped) / m,
        D=D,
        levels=levels(D),
        packed=packed(fine),
        best=packed(inverse_density),
    )


def levels(D: Floats) -> tuple[Level, ...]:
    """Shares among all entries of `D`; levels closer than 2·`NEAR` may both count a feature."""
    found = []
    for name in LEVELS:
        exact = (
            {"single": 1, "unlearned": 0}[name] if name in ("single", "unlearned") else polytope(name).dimensionality[0]
        )
        found.append(Level(name, str(exact), float(exact), float((np.abs(D - float(exact)) <= NEAR).mean())))
    return tuple(found)


def packed(inverse_density: list[Fraction]) -> Packed:
    """Parts in dimensions of their own do not meet, so the best use of many dimensions is the best use of one."""
    rows = []
    for x in inverse_density:
        dropped, uses = float(variance(1 / x)), [(1.0, "single", 1.0)]
        for name in SHAPES:
            shape = polytope(name)
            d, k = shape.vertices.shape
            best = best_loss(shape, 1 - 1 / x, _DIGITS)
            saved = (k - float(best.loss.midpoint) / dropped) / d
            uses.append((saved, name, d / (k * float(best.norm.midpoint) ** 2)))
        rows.append(max(uses))
    gain, winner, per_feature = zip(*rows, strict=True)
    return Packed(np.array(inverse_density, dtype=float), winner, np.array(gain), np.array(per_feature))


def caption(shown: Sweep) -> Caption:
    one, half = (shown.inverse_density[np.abs(shown.per_feature - level) < 0.05] for level in (1, 0.5))
    packed = shown.packed
    changes = [k for k in range(len(packed.winner)) if k == 0 or packed.winner[k] != packed.winner[k - 1]]
    ahead = shown.gain > shown.best.gain
    return Caption(
        f"Dimensions per feature D* of {shown.n} equal features in {shown.m} dimensions, trained, against 1/(1 − s); below, D_i "
        "of every feature.",
        "The line is the exact D* if the polytope that saves most loss per dimension filled the space.",
        f"Published is that D* is “sticky” at 1 and ½; here it is within 0.05 of 1 at {len(one)} of "
        f"{len(ahead)} densities, and of ½ at {len(half)}.",
        (
            (
                "published model",
                "n = 400, m = 30; in the authors’ own saved run about a quarter of the features lie near a level",
            ),
            ("trained", f"{shown.steps:,} steps of {shown.batch:,} samples"),
            *(
                (f"D* within 0.05 of {level}", f"at 1/(1 − s) = {', '.join(f'{x:.3g}' for x in found) or 'none'}")
                for level, found in (("1", one), ("½", half))
            ),
            (
                "polytopes",
                ", ".join(f"{packed.winner[k]} from {packed.inverse_density[k]:.3g}" for k in changes)
                + "; each at its best norm and bias: an exact digon has a D* that is not quite ½",
            ),
            (
                "saved more than by any of these",
                f"at {ahead.sum()} of {len(ahead)} densities, judged on {_SAMPLES:,} samples: such models are none of them",
            ),
            (
                f"share of D_i within {NEAR}",
                ", ".join(f"{level.written} {level.name} {100 * level.share:.1f} %" for level in shown.levels),
            ),
        ),
    )


def draw(shown: Sweep) -> Any:
    figure, (top, bottom) = pyplot.subplots(2, 1, figsize=(9.2, 7.6), sharex=True, height_ratios=(1, 1.25))
    _draw_per_feature(top, shown)
    _draw_levels(bottom, shown)
    return figure


def _draw_per_feature(top: Any, shown: Sweep) -> None:
    line = shown.packed
    breaks = [k for k in range(1, len(line.winner)) if line.winner[k] != line.winner[k - 1]]
    for start, end in zip([0, *breaks], [*breaks, len(line.winner)], strict=True):
        piece = slice(start, end)
        top.plot(
            line.inverse_density[piece],
            line.per_feature[piece],
            color="#D55E00",
            label=None if start else "exact: best polytope everywhere",
        )
        middle = (start + end) // 2
        offset, side = {"tetrahedron": ((26, -24), "right"), "triangle": ((8, 2), "left")}.get(
            line.winner[middle], ((2, 7), "left")
        )
        top.annotate(
            line.winner[middle],
            (line.inverse_density[middle], line.per_feature[middle]),
            xytext=offset,
            textcoords="offset points",
            ha=side,
            fontsize=8.5,
            color="#A34700",
        )
    top.plot(shown.inverse_density, shown.per_feature, "o", color="#0072B2", markersize=6, label="trained")
    for height, name in ((1.0, "1"), (0.5, "½")):
        top.axhline(height, color="0.5", linewidth=0.9, linestyle=":", zorder=0)
        top.annotate(name, (1, height), xycoords=("axes fraction", "data"), xytext=(5, -3), textcoords="offset points")
    top.set_ylim(0, 1.12)
    top.set_ylabel("dimensions per feature $D^* = m/||W||_F^2$")
    top.set_title(f"n = {shown.n}, m = {shown.m}: dimensions per feature")
    top.legend(loc="upper right", bbox_to_anchor=(1.0, 0.93))


def _draw_levels(bottom: Any, shown: Sweep) -> None:
    x = shown.inverse_density
    # Moved sideways by at most a third of the spacing, so that points do not hide each other.
    step = (x[-1] / x[0]) ** (1 / max(1, len(x) - 1))
    aside = step ** (np.random.default_rng(SEED).uniform(-1, 1, shown.D.shape) / 3)
    places = ((x[:, None] * aside).ravel(), shown.D.ravel())
    bottom.plot(*places, ".", color="#0072B2", markersize=3, alpha=0.35, rasterized=True)
    for level in shown.levels:
        bottom.axhline(level.value, color="0.35", linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        lift = {"pentagon": 2, "square antiprism": -8}.get(level.name, -3)
        bottom.annotate(
            f"{level.written} {level.name}: {100 * level.share:.1f} %",
            (1, level.value),
            xycoords=("axes fraction", "data"),
            xytext=(6, lift),
            textcoords="offset points",
            fontsize=9,
        )
    bottom.set(xscale="log", xlim=(0.85, 118), xlabel="1/(1 − s)   (sparser to the right)")
    bottom.set_xticks([1, 2, 5, 10, 20, 50, 100], ["1", "2", "5", "10", "20", "50", "100"])
    bottom.minorticks_off()
    bottom.set(ylim=(-0.03, 1.05), ylabel="feature dimensionality $D_i$")
    bottom.set_title(f"Each feature's dimensionality, and the share within {NEAR} of each exact level")
