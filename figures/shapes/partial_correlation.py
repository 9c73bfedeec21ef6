"""How the least loss of a pair in one dimension moves with its correlation, between independent and always together."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from matplotlib import pyplot

from analytic import law as exact_law
from analytic.exact import rational
from analytic.loss import loss_of_floats
from numeric.arguments import Floats
from numeric.law import Correlated
from numeric.minimise import minimise_loss
from numeric.running.progress import Progress, each

from ..motifs.caption import Caption

TITLE = "Features that are together more often than not"
SEED = 0
SECONDS = (8, 60)
DENSITIES = (Fraction(1, 20), Fraction(1, 5), Fraction(1, 2))


@dataclass(frozen=True, kw_only=True)
class Moved:
    """`correlations` ρ; for each density least K/p (densities, ρ), and whether the columns there are of one sign; the largest
    relative difference to the exact loss of the same floats, and to the laws of old at both ends."""

    correlations: Floats
    least: Floats
    together: np.ndarray[Any, np.dtype[np.bool_]]
    deviation: float
    ends: float


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Moved:
    steps = 16 if full else 4
    correlations = [Fraction(k, steps) for k in range(steps + 1)]
    least, together = np.empty((len(DENSITIES), steps + 1)), np.empty((len(DENSITIES), steps + 1), bool)
    deviation = ends = 0.0
    starts = 24 if full else 6
    for i, p in enumerate(each(DENSITIES, progress)):
        for k, rho in enumerate(correlations):
            own = (1 - p) * (1 - rho)
            off = 1 - p / (1 - own)
            law = Correlated([(0, 1)], float(off), own=float(own))
            found = minimise_loss(2, 1, law=law, starts=starts, seed=SEED)
            exactly = exact_law.Correlated([(0, 1)], Fraction(float(off)), own=Fraction(float(own)))
            exact = float(rational(loss_of_floats(found.W, found.b, exactly), "loss"))
            deviation = max(deviation, abs(found.value / exact - 1))
            least[i, k] = found.value / float(p)
            together[i, k] = found.W[0].prod() > 0
            if rho in (0, 1):
                given: dict[str, Any] = (
                    {"law": Correlated([(0, 1)], float(1 - p))} if rho else {"sparsity": float(1 - p)}
                )
                old = minimise_loss(2, 1, starts=starts, seed=SEED, **given)
                ends = max(ends, abs(found.value / old.value - 1))
    return Moved(
        correlations=np.array(list(map(float, correlations))),
        least=least,
        together=together,
        deviation=deviation,
        ends=ends,
    )


def caption(shown: Moved) -> Caption:
    return Caption(
        "The least loss of two features in one dimension over the correlation ρ of their switches, at three densities; filled: "
        "columns of opposite signs, open: of one.",
        f"Exact losses of the weights found differ by a relative {shown.deviation:.0e} at most; at ρ = 0 and 1 the least losses "
        f"are those of independent and of correlated features to a relative {shown.ends:.0e}.",
        "A digon pays for every sample with both on, so its loss rises with ρ until the pair shares one direction, which loses "
        "less the more often they are together.",
        tuple(
            (
                f"p = {p}",
                ", ".join(f"{value:.5f} at ρ = {rho:g}" for rho, value in zip(shown.correlations, row, strict=True)),
            )
            for p, row in zip(DENSITIES, shown.least, strict=True)
        ),
    )


def draw(shown: Moved) -> Any:
    figure, panel = pyplot.subplots(figsize=(7.0, 4.4))
    for p, row, one, (colour, style) in zip(
        DENSITIES, shown.least, shown.together, (("C0", "o-"), ("C2", "s--"), ("C3", "^-.")), strict=True
    ):
        panel.plot(shown.correlations, row, style, color=colour, label=f"p = {p}")
        panel.plot(
            shown.correlations[one], row[one], style[0], markerfacecolor="white", markeredgecolor=colour, markersize=8
        )
    panel.set_xlabel("correlation ρ of the two switches")
    panel.set_ylabel("least K / p")
    panel.set_title("Two features in one dimension", fontsize=11)
    panel.legend(frameon=False)
    return figure
