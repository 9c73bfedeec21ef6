"""Which features a tree stores first: parents and children, as dimensions are added."""

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
from numeric.law import Tree
from numeric.minimise import minimise_loss
from numeric.population import feature_losses
from numeric.running.progress import Progress, each

from ..motifs.caption import Caption

TITLE = "Which features a tree stores first"
SEED = 0
SECONDS = (10, 60)
EDGES = tuple(((i - 1) // 2, i) for i in range(1, 7))
HALF = (Fraction(1, 2), *(Fraction(1, 4),) * 2, *(Fraction(1, 8),) * 4)
DEPTHS = (("root", (0,)), ("children", (1, 2)), ("grandchildren", (3, 4, 5, 6)))


@dataclass(frozen=True, kw_only=True)
class Stored:
    """For m = 1, 2, … dimensions the least loss found, the share of E(x_i − E x_i)² that it explains at each depth (m, 3), norms
    (m, 7), and the largest relative difference to the exact loss of the same floats."""

    losses: tuple[float, ...]
    explained: Floats
    norms: Floats
    deviation: float


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Stored:
    law, exactly = Tree(EDGES, tuple(map(float, HALF))), exact_law.Tree(EDGES, HALF)
    moments = exactly.moments(7)
    variance = np.array([float(s - m * m) for s, m in zip(moments.square, moments.mean, strict=True)])
    losses, explained, norms, deviations = [], [], [], []
    for m in each(range(1, 7 if full else 5), progress):
        found = minimise_loss(7, m, law=law, starts=24 if full else 4, seed=SEED)
        exact = float(rational(loss_of_floats(found.W, found.b, exactly), "loss"))
        left = feature_losses(found.W, found.b, None, law=law)
        losses.append(found.value)
        deviations.append(abs(found.value / exact - 1))
        explained.append([1 - left[list(which)].sum() / variance[list(which)].sum() for _, which in DEPTHS])
        norms.append(np.linalg.norm(found.W, axis=0))
    return Stored(losses=tuple(losses), explained=np.array(explained), norms=np.array(norms), deviation=max(deviations))


def caption(shown: Stored) -> Caption:
    return Caption(
        "A tree of seven features, each on in half of the cases in which its parent is: how much of the variance of the root, "
        "its children and theirs the best model found explains in m dimensions.",
        f"Losses without sampling; exact losses of the same floats differ by a relative {shown.deviation:.0e} at most.",
        f"In one dimension all features share a direction, the root explained best ({100 * shown.explained[0, 0]:.0f} %), and "
        f"with each more the root gains until at m = 3 it has {100 * shown.explained[2, 0]:.0f} % and the grandchildren "
        f"{100 * shown.explained[2, 2]:.0f} %.",
        tuple(
            (
                f"m = {m}",
                f"K = {loss:.6f}; norms "
                + ", ".join(f"{name} {'/'.join(f'{row[i]:.2f}' for i in which)}" for name, which in DEPTHS),
            )
            for m, (loss, row) in enumerate(zip(shown.losses, shown.norms, strict=True), 1)
        ),
    )


def draw(shown: Stored) -> Any:
    figure, panel = pyplot.subplots(figsize=(7.0, 4.4))
    m = np.arange(1, len(shown.losses) + 1)
    for k, ((name, _), style) in enumerate(zip(DEPTHS, ("o-", "s--", "^-."), strict=True)):
        panel.plot(m, shown.explained[:, k], style, color=("C0", "C2", "C3")[k], label=name)
    panel.set_xticks(m)
    panel.set_ylim(0, 1.02)
    panel.set_xlabel("hidden dimensions m")
    panel.set_ylabel("share of the variance explained")
    panel.set_title("A tree of seven features: 1 root, 2 children, 4 grandchildren", fontsize=11)
    panel.legend(frameon=False)
    return figure
