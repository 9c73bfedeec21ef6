"""The suite of the smallest model, in the order of its derivation: loss, minima, boundary, training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ..check import Claim, Rows, ready
from . import smallest_loss as loss
from . import smallest_minima as minima
from . import smallest_training as training

TITLE = "The smallest model"
ABOUT = (
    "Without bias the derived loss of two features in one dimension, its minima and its phase boundary are held to "
    "quadrature, search and training."
)


@dataclass(frozen=True)
class Size:
    """How much of everything a run of the suite does."""

    points: int
    sampled: int
    samples: int
    searched: int
    diagram_points: int
    seeds: int
    steps: int
    batch_size: int


QUICK = Size(
    points=60, sampled=6, samples=2_000_000, searched=6, diagram_points=500, seeds=16, steps=2000, batch_size=1024
)
FULL = Size(
    points=600, sampled=24, samples=20_000_000, searched=48, diagram_points=5000, seeds=64, steps=6000, batch_size=2048
)


class Asked(NamedTuple):
    """A run of the suite; models are trained once for all the checks that look at them."""

    size: Size
    runs: training.Runs


CLAIMS: Rows[Asked] = (
    (
        "quadrature",
        "The derived K equals adaptive quadrature of its definition in every chamber.",
        lambda asked, progress: loss.quadrature(asked.size.points, progress),
    ),
    (
        "monte_carlo",
        "The derived K equals the sample mean of the squared error.",
        lambda asked, progress: loss.monte_carlo(asked.size.sampled, asked.size.samples, progress),
    ),
    (
        "kink",
        "The slope of K jumps across the axes as derived, and not across |w₁| = |w₂|.",
        lambda asked, progress: loss.kink(progress),
    ),
    (
        "compiled",
        "The compiled K and its gradient equal the exact ones, in NumPy and in torch.",
        lambda asked, progress: loss.compiled(asked.size.points, progress),
    ),
    (
        "published_antipodal",
        "At the published antipodal weights (1, −1) the exact K is the published (I₁ + I₂) p²/6.",
        lambda asked, progress: loss.published_antipodal(progress),
    ),
    (
        "nothing_below",
        "Search from 64 starts and a 400 × 400 grid find no loss below the exact minimum.",
        lambda asked, progress: minima.nothing_below(asked.size.searched, progress),
    ),
    (
        "minimum_reached",
        "The best of 64 starts reaches the exact minimum.",
        lambda asked, progress: minima.minimum_reached(asked.size.searched, progress),
    ),
    (
        "critical_points",
        "A scan of 100,000 directions finds the exact minima, and no extremum that the exact list lacks.",
        lambda asked, progress: minima.critical_points(asked.size.searched, progress),
    ),
    (
        "diagram",
        "The vectorised phase diagram equals the certified solver at random settings.",
        lambda asked, progress: minima.diagram(asked.size.diagram_points, progress),
    ),
    (
        "boundary",
        "The critical sparsity found by elimination is where the searched minima of both phases tie.",
        lambda asked, progress: minima.boundary(progress),
    ),
    (
        "transition_order",
        "At the transition the slope of the least loss in s jumps by what the exact branches say.",
        lambda asked, progress: minima.transition_order(progress),
    ),
    (
        "hand_set",
        "Exact minimisers set by hand in the torch model have the exact loss.",
        lambda asked, progress: loss.hand_set(asked.size.sampled, asked.size.samples, progress),
    ),
    (
        "trained_above",
        "No trained model has an exact loss below the exact minimum.",
        lambda asked, progress: training.above(asked.runs.trained(progress)),
    ),
    (
        "trained_close",
        "At every setting the best trained seed comes within sampling noise of the exact minimum.",
        lambda asked, progress: training.close(asked.runs.trained(progress)),
    ),
    (
        "trained_phase",
        "At every setting away from the boundary the best trained seed has the exact phase.",
        lambda asked, progress: training.phases(asked.runs.trained(progress)),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite. `full` runs more of each; `device` is where models are trained."""
    size = FULL if full else QUICK
    return ready(CLAIMS, Asked(size, training.Runs(size.seeds, size.steps, size.batch_size, device)))
