"""Derive-and-plot scripts: each module computes its numbers in one function and draws them in another.

A figure's module has `TITLE`, `SEED` (None where nothing is random), `SECONDS` (CPU seconds, quick and full, where they were
measured), `numbers(full, device, progress)`, `caption(numbers)` and `draw(numbers)`. If it sets `RESUMES = True`, its `numbers`
also takes a `folder`, in which it keeps its own checkpoints.
"""

from __future__ import annotations

import ast
import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from .beside import made_beside as made_beside
from .drawing import Drawn as Drawn
from .drawing import Progress as Progress
from .drawing import make as make
from .drawing import save as save
from .workers import Task as Task

# Before NumPy and torch load, as in `verify`: threads that wait for each other cost more than they bring.
os.environ.setdefault("OMP_NUM_THREADS", "1")

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
    "The smallest model, solved": ("landscape", "phase_diagram", "certified_phases", "antipodal_ray", "transition"),
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
    return str(_constants(name)["TITLE"])


def seconds(name: str, *, full: bool) -> float:
    """CPU seconds that making the figure takes, about."""
    return float(_constants(name)["SECONDS"][full])


def resumes(name: str) -> bool:
    """Whether the figure keeps checkpoints of its own."""
    return bool(_constants(name).get("RESUMES", False))


@cache
def _constants(name: str) -> dict[str, Any]:
    """What stands at the head of a figure's module, read from its text: to import it would load all its libraries."""
    tree = ast.parse(Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8"))
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            with suppress(ValueError):
                found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def check_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """`names`, or all figures if empty. Raises ValueError for a name that no figure has."""
    for name in names:
        if name not in NAMES:
            raise ValueError(f"figure must be one of {', '.join(NAMES)}, got {name!r}")
    return names or NAMES
