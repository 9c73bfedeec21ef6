"""Derive-and-plot scripts: each module computes its numbers in one function and draws them in another.

A figure's module has `TITLE`, `SEED` (None where nothing is random), `SECONDS` (CPU seconds, quick and full, where they were
measured), `numbers(full, device, progress)`, `caption(numbers)` and `draw(numbers)`. If it sets `RESUMES = True`, its `numbers`
also takes a `folder`, in which it keeps its own checkpoints.
"""

from __future__ import annotations

from importlib import import_module

from .beside import made_beside as made_beside
from .drawing import Drawn as Drawn
from .drawing import Progress as Progress
from .drawing import make as make
from .drawing import save as save
from .workers import Task as Task

# What the main job draws into its report; all figures make the gallery.
REPORT = (
    "landscape",
    "phase_diagram",
    "antipodal_ray",
    "transition",
    "noise_free",
    "nodes",
    "polytopes",
    "thomson",
    "thomson_plate",
    "thomson_fit",
    "winners",
    "capacity_panels",
    "capacity_sparsity",
    "marginal_benefit",
    "dimensionality_jumps",
    "octahedron",
    "loss_transitions",
)
# All figures, in the order of the gallery.
TOPICS = {
    "Features as directions": ("bases", "five_features", "almost_orthogonal"),
    "The smallest model, solved": ("landscape", "phase_diagram", "antipodal_ray", "transition"),
    "The loss without sampling": ("noise_free", "nodes"),
    "Superposition as features grow sparse": (
        "relu_against_linear",
        "phase_diagrams_bias",
        "dimensionality_sweep",
        "privileged_basis",
        "universality",
        "adversarial",
    ),
    "Geometry of superposition": ("polytopes", "winners", "why_these_shapes", "uneven_sparsity", "correlated_sets"),
    "Thomson's problem": ("thomson", "thomson_plate", "thomson_fit"),
    "Neuron capacity": ("capacity_panels", "capacity_sparsity", "marginal_benefit"),
    "Dynamics of training": ("dimensionality_jumps", "octahedron", "loss_transitions"),
    "Finite data": ("memorisation", "memorisation_decay"),
}
NAMES = tuple(name for names in TOPICS.values() for name in names)


def title(name: str) -> str:
    """One line that says what the figure shows."""
    return str(import_module(f"figures.{name}").TITLE)


def seconds(name: str, *, full: bool) -> float:
    """CPU seconds that making the figure takes, about."""
    return float(import_module(f"figures.{name}").SECONDS[full])


def check_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """`names`, or all figures if empty. Raises ValueError for a name that no figure has."""
    for name in names:
        if name not in NAMES:
            raise ValueError(f"figure must be one of {', '.join(NAMES)}, got {name!r}")
    return names or NAMES
