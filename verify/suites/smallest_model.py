"""The suite of the smallest model, in the order of its derivation: loss, minima, boundary, training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from numeric.running.progress import Progress

from ..check import Claim, Outcome
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


QUICK = Size(60, 6, 2_000_000, 6, 500, 16, 2000, 1024)
FULL = Size(600, 24, 20_000_000, 48, 5000, 64, 6000, 2048)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite. `full` runs more of each; `device` is where models are trained."""
    size = FULL if full else QUICK

    runs = training.Runs(size.seeds, size.steps, size.batch_size, device)

    def after_training(judge: Callable[[training.Trained], Outcome]) -> Callable[[Progress], Outcome]:
        return lambda progress: judge(runs.trained(progress))

    table: tuple[tuple[str, str, Callable[[Progress], Outcome]], ...] = (
        (
            "quadrature",
            "The derived K equals adaptive quadrature of its definition in every chamber.",
            lambda progress: loss.quadrature(size.points, progress),
        ),
        (
            "monte_carlo",
            "The derived K equals the sample mean of the squared error.",
            lambda progress: loss.monte_carlo(size.sampled, size.samples, progress),
        ),
        (
            "kink",
            "The slope of K jumps across the axes as derived, and not across |w₁| = |w₂|.",
            loss.kink,
        ),
        (
            "compiled",
            "The compiled K and its gradient equal the exact ones, in NumPy and in torch.",
            lambda progress: loss.compiled(size.points, progress),
        ),
        (
            "published_antipodal",
            "At the published antipodal weights (1, −1) the exact K is the published (I₁ + I₂) p²/6.",
            loss.published_antipodal,
        ),
        (
            "nothing_below",
            "Search from 64 starts and a 400 × 400 grid find no loss below the exact minimum.",
            lambda progress: minima.nothing_below(size.searched, progress),
        ),
        (
            "minimum_reached",
            "The best of 64 starts reaches the exact minimum.",
            lambda progress: minima.minimum_reached(size.searched, progress),
        ),
        (
            "critical_points",
            "A scan of 100,000 directions finds the exact minima, and no extremum that the exact list lacks.",
            lambda progress: minima.critical_points(size.searched, progress),
        ),
        (
            "diagram",
            "The vectorised phase diagram equals the certified solver at random settings.",
            lambda progress: minima.diagram(size.diagram_points, progress),
        ),
        (
            "boundary",
            "The critical sparsity found by elimination is where the searched minima of both phases tie.",
            minima.boundary,
        ),
        (
            "transition_order",
            "At the transition the slope of the least loss in s jumps by what the exact branches say.",
            minima.transition_order,
        ),
        (
            "hand_set",
            "Exact minimisers set by hand in the torch model have the exact loss.",
            lambda progress: loss.hand_set(size.sampled, size.samples, progress),
        ),
        (
            "trained_above",
            "No trained model has an exact loss below the exact minimum.",
            after_training(training.above),
        ),
        (
            "trained_close",
            "At every setting the best trained seed comes within sampling noise of the exact minimum.",
            after_training(training.close),
        ),
        (
            "trained_phase",
            "At every setting away from the boundary the best trained seed has the exact phase.",
            after_training(training.phases),
        ),
    )
    return tuple(Claim(*row) for row in table)
