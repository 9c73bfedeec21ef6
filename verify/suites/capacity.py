"""The suite of capacity: the quadratic task and its allocation, any curves of benefit, the smallest ReLU model."""

from __future__ import annotations

from ..check import Claim, Rows, ready
from . import capacity_curves as curves
from . import capacity_task as task

TITLE = "Neuron capacity"
ABOUT = (
    "How features share dimensions at the least loss is derived, and held to searches that know nothing of capacity."
)

CLAIMS: Rows[int] = (
    (
        "capacity_published",
        "The variance of f − y derived from moments is the published (β − 1) Σ (v_i − ‖W_i‖²)² + 2 Σ (W_i·W_j)².",
        lambda more, progress: task.published(progress),
    ),
    (
        "capacity_loss",
        "The derived loss of the quadratic task equals its expectation over every input of a law with three values.",
        lambda more, progress: task.loss(40 * more, progress),
    ),
    (
        "capacity_kurtosis",
        "The fourth moments of sparse U[−1, 1] and U[0, 1] equal those of atoms with the same moments.",
        lambda more, progress: task.fourth_moment(20 * more, progress),
    ),
    (
        "capacity_bound",
        "No W has a lower loss than its own capacities allow, and they add up to at most its rank.",
        lambda more, progress: task.bound(200 * more, progress),
    ),
    (
        "capacity_minimum",
        "Searches over W with SciPy and with torch end at the exact least loss, that of equal marginal benefits.",
        lambda more, progress: task.minimum(8 * more, progress),
    ),
    (
        "capacity_allocation",
        "The weights that the searches find have the exact capacities.",
        lambda more, progress: task.allocation(8 * more, progress),
    ),
    (
        "capacity_realised",
        "Exact weights built for an allocation have its loss, and its capacities.",
        lambda more, progress: task.realised(8 * more, progress),
    ),
    (
        "capacity_any_curves",
        "For any curves of benefit the best allocation on a grid brings as much as the exact one, less the grid's step.",
        lambda more, progress: curves.any_curves(24 * more, progress),
    ),
    (
        "capacity_held",
        "The exact loss of the smallest model with a feature held at a capacity is what a search for the scale finds.",
        lambda more, progress: curves.held(6 * more, progress),
    ),
    (
        "capacity_benefit",
        "Its exact marginal benefit is the slope of the searched losses.",
        lambda more, progress: curves.benefit(4 * more, progress),
    ),
    (
        "capacity_phase",
        "Its curves of marginal benefit predict the loss, the capacities and the phase of the searched minimum.",
        lambda more, progress: curves.phase(8 * more, progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready(CLAIMS, 8 if full else 1)
