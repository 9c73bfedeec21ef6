"""Which figures there are, by topic, and what stands at the head of their modules. It imports none of them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

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
    "The smallest model, solved": (
        "landscape",
        "phase_diagram",
        "certified_phases",
        "certified_branches",
        "three_on_one_axis",
        "antipodal_ray",
        "transition",
        "basins",
        "signed_and_binary",
    ),
    "The loss without sampling": ("noise_free", "nodes"),
    "Superposition as features grow sparse": (
        "relu_against_linear",
        "phase_diagrams_bias",
        "dimensionality_sweep",
        "privileged_basis",
        "universality",
        "adversarial",
    ),
    "Geometry of superposition": (
        "polytopes",
        "winners",
        "why_these_shapes",
        "polygon_link",
        "polygon_rivals",
        "uneven_sparsity",
        "correlated_sets",
        "atlas_geometries",
        "atlas_beaten",
        "atlas_dimensions",
        "atlas_shares",
        "partial_correlation",
        "trees",
        "binary_polytopes",
        "untied",
    ),
    "Thomson's problem": ("thomson", "thomson_plate", "thomson_fit"),
    "Neuron capacity": ("capacity_panels", "capacity_sparsity", "marginal_benefit"),
    "Dynamics of training": ("dimensionality_jumps", "octahedron", "loss_transitions"),
    "Finite data": ("memorisation", "memorisation_decay"),
    "Learning coefficients": (
        "polygon_plate",
        "coefficients_at_n",
        "step_bias",
        "estimator_board",
        "phase_shares",
        "staircase",
    ),
}
NAMES = tuple(name for names in TOPICS.values() for name in names)


def module_of(name: str) -> str:
    """The module of a figure, in the folder of its topic: `figures.TOPIC.NAME`."""
    path = _path(name)
    return ".".join(path.relative_to(path.parents[2]).with_suffix("").parts)


def _path(name: str) -> Path:
    """The one file of this name, so that a name says where its figure is."""
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"name must be that of a figure, such as 'landscape', got {_shown(name)}")
    found = [*Path(__file__).parent.glob(f"*/{name}.py")]
    if len(found) != 1:
        raise ValueError(f"name must be that of one figure, got {_shown(name)}, of which there are {len(found)}")
    return found[0]


def title(name: str) -> str:
    """One line that says what the figure shows.

    >>> title("landscape")
    'Loss landscape of two features in one dimension'
    """
    return str(_constants(_path(name))["TITLE"])


def seconds(name: str, *, full: bool) -> float:
    """CPU seconds that making the figure takes, about."""
    if not isinstance(full, bool):
        raise ValueError(f"full must be True or False, got {_shown(full)}")
    return float(_constants(_path(name))["SECONDS"][full])


def resumes(name: str) -> bool:
    """Whether the figure keeps checkpoints of its own."""
    return bool(_constants(_path(name)).get("RESUMES", False))


@cache
def _constants(path: Path) -> dict[str, Any]:
    """What stands at the head of a figure's module, read from its text: to import it would load all its libraries."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            with suppress(ValueError):
                found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def check_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """`names`, or all figures if empty. Raises ValueError for a name that no figure has."""
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise ValueError(f"names must be a sequence of names of figures, such as ('landscape',), got {_shown(names)}")
    for name in names:
        if name not in NAMES:
            raise ValueError(f"names: a figure must be one of {', '.join(NAMES)}, got {_shown(name)}")
    return names or NAMES


def _shown(value: object) -> str:
    """In an error: without NumPy, which a list of the figures need not wait for."""
    return repr(value) if isinstance(value, str | bool) else f"a value of type {type(value).__name__}"
