"""The bias-free smallest model for features on [−1, 1], which has no phases, and for binary ones, with a kink at the digon."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from matplotlib import pyplot

from analytic import law as exact_law
from analytic.exact import rational
from analytic.loss import expected_loss as exact_loss
from analytic.loss import loss_of_floats
from numeric.arguments import Floats
from numeric.law import Independent, Magnitude
from numeric.minimise import minimise_loss
from numeric.population import expected_loss, one_sided_slope
from numeric.running.progress import Progress, each

from ..motifs.caption import Caption

TITLE = "Two features of other magnitudes in one dimension"
SEED = 0
SECONDS = (8, 60)
KINDS = ("on [0, 1]", "on [−1, 1]", "binary")
DENSITY = 0.3
CROSSING = (Fraction(3660, 10000), Fraction(3661, 10000))


@dataclass(frozen=True, kw_only=True)
class Branches:
    """`angles` of W = r (cos, sin), and the loss at the best r, over that of W = 0, for each kind (kinds, angles); at `densities`
    the least loss over p of antipodal columns and of columns of one sign, and the ratio w₂/w₁ of these, (densities, 2);
    `slopes` of K on both sides of the digon; `margins`: exact K apart minus exact K together at the ends of `CROSSING`."""

    angles: Floats
    losses: Floats
    densities: Floats
    least: Floats
    ratios: Floats
    slopes: tuple[float, float]
    margins: tuple[float, float]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Branches:
    angles = np.linspace(-np.pi / 2, np.pi / 2, 721 if full else 181)
    densities = np.linspace(0.05, 0.95, 37 if full else 13)
    found = [_both_signs(float(p), 24 if full else 8) for p in each(densities, progress)]
    law = _binary(DENSITY)
    slopes = [one_sided_slope([[1.0, -1.0]], None, [[0.0, s]], None, None, law=law) for s in (1.0, -1.0)]
    return Branches(
        angles=angles,
        losses=np.stack([_best_on_rays(kind, angles) for kind in KINDS]),
        densities=densities,
        least=np.array([[one[0] for one in pair] for pair in found]),
        ratios=np.array([[one[1] for one in pair] for pair in found]),
        slopes=(slopes[0], slopes[1]),
        margins=(_margin(CROSSING[0]), _margin(CROSSING[1])),
    )


def _binary(p: float) -> Independent:
    return Independent(1 - p, magnitude=Magnitude.binary())


def _best_on_rays(kind: str, angles: Floats) -> Floats:
    """K(rW) = C − r²L + r⁴Q: the best is C − L²/4Q."""
    sizes = {"on [−1, 1]": Magnitude.uniform(-1.0, 1.0), "binary": Magnitude.binary()}
    given: dict[str, Any] = (
        {"law": Independent(1 - DENSITY, magnitude=sizes[kind])} if kind in sizes else {"sparsity": 1 - DENSITY}
    )
    W = np.stack([np.cos(angles), np.sin(angles)], axis=-1)[:, None]
    C, one, two = (
        expected_loss(r * W, None, given.get("sparsity"), law=given.get("law")) for r in (0.0, 1.0, 2.0**0.5)
    )
    Q = (two - 2 * one + C) / 2
    L = C + Q - one
    best: Floats = (C - np.maximum(L, 0) ** 2 / (4 * Q)) / C
    return best


def _both_signs(p: float, starts: int) -> list[tuple[float, float]]:
    """The least K/p with columns of opposite signs and of one, and the smaller over the larger; nan where there is none."""
    minima = minimise_loss(2, 1, law=_binary(p), bias=False, starts=starts, seed=SEED).minima
    found = []
    for sign in (-1, 1):
        mine = [one for one in minima if sign * one.W[0, 0] * one.W[0, 1] > 1e-9]
        best = min(mine, key=lambda one: one.value, default=None)
        size = np.sort(np.abs(best.W[0])) if best else np.full(2, np.nan)
        found.append((best.value / p if best else np.nan, float(sign * size[0] / size[1])))
    return found


def _margin(p: Fraction) -> float:
    law = exact_law.Independent(1 - p, magnitude=exact_law.Magnitude.binary())
    minima = minimise_loss(2, 1, law=_binary(float(p)), bias=False, starts=12, seed=SEED).minima
    apart = min(
        rational(loss_of_floats(one.W, [0.0, 0.0], law), "loss") for one in minima if one.W[0, 0] * one.W[0, 1] < 0
    )
    half = Fraction(1, 2)
    return float(apart - rational(exact_loss([[half, half], [half, half]], [0, 0], law), "loss"))


def caption(shown: Branches) -> Caption:
    flat = shown.losses[KINDS.index("on [−1, 1]")]
    return Caption(
        f"Left, the least loss in each direction of W at p = {DENSITY:g}; right, the two branches of binary features over the "
        "density.",
        "On [−1, 1] the circle is flat: x and z change sign together, so ReLU keeps half of every product, "
        "K = (p/3)(2 − r² + r⁴/2) at every density, and two features gain nothing over one.",
        "Binary features have a concave kink at the digon, which is never a minimum, and from p = 0.366 on they share one "
        "direction, W = (1, 1)/√2, with K = p(1 − p).",
        (
            (
                "flatness on [−1, 1]",
                f"least over angles {flat.min():.12f}, largest {flat.max():.12f} of K(0); exactly 3/4",
            ),
            (
                "slopes at the binary digon",
                f"{shown.slopes[0]:.4f} and {shown.slopes[1]:.4f} away from it, −2p² = {-2 * DENSITY**2:.4f}",
            ),
            (
                "crossing",
                f"K apart − K together is {shown.margins[0]:.1e} at p = {CROSSING[0]} and {shown.margins[1]:.1e} at "
                f"{CROSSING[1]}, exact at the weights found",
            ),
        ),
    )


def draw(shown: Branches) -> Any:
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10.6, 4.4))
    styles = (("C0", "-"), ("C2", "--"), ("C3", "-."))
    for row, kind, (colour, style) in zip(shown.losses, KINDS, styles, strict=True):
        left.plot(np.degrees(shown.angles), row, color=colour, linestyle=style, label=kind)
    left.axvline(-45, color="0.7", linewidth=0.8)
    left.text(-44, left.get_ylim()[1], "digon", fontsize=9, va="top", color="0.3")
    left.set_xlabel("direction of W = (cos, sin), degrees")
    left.set_xticks(range(-90, 91, 45))
    left.set_ylabel("least K on the ray / K(0)")
    left.set_title(f"Two equal features in one dimension, p = {DENSITY:g}", fontsize=11)
    left.legend(frameon=False, fontsize=9)
    right.plot(shown.densities, shown.least[:, 0], "o-", color="C3", label="opposite signs: partial digon")
    right.plot(shown.densities, shown.least[:, 1], "s--", color="C0", label="one sign: one direction, p(1 − p)")
    right.axvline(float(CROSSING[0]), color="0.7", linewidth=0.8)
    right.set_xlabel("density p of binary features")
    right.set_ylabel("least K / p")
    right.set_title("Binary features: two branches that cross", fontsize=11)
    right.legend(frameon=False, fontsize=9)
    return figure
