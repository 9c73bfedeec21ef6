"""What the page knows beside its formulas: polytopes by name, their dimensionalities, and least losses."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from importlib.util import find_spec
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from scipy.linalg import block_diag

from analytic.polytopes import polytope
from numeric.geometry import Reference, describe, references, vertices

MOST_FEATURES, MOST_DIMENSIONS = 6, 3
SPARSITIES = ("0", "0.3", "0.5", "0.7", "0.8", "0.9", "0.95", "0.98", "0.99", "0.995", "0.998", "0.999")
_LEVELS = ("tetrahedron", "triangle", "digon", "pentagon", "square antiprism", "hexagon")


def polytopes() -> dict[str, Any]:
    """`references`: Gram matrices of what at most six columns in three dimensions may be called. `wholes`: what several such
    components form together, by their names. `levels`: D of a feature, exact, by polytope.

    >>> polytopes()["levels"]["digon"]
    '1/2'
    """
    known = [reference for k in range(1, MOST_FEATURES + 1) for reference in references(k)]
    fitting = [reference for reference in known if reference.dimension <= MOST_DIMENSIONS]
    named = {reference.name: np.asarray(vertices(reference.name)) for reference in fitting if _has_vertices(reference)}
    levels = {name: str(polytope(name).dimensionality[0]) for name in _LEVELS}
    return {
        "references": [
            {
                "name": reference.name,
                "gram": reference.gram.tolist(),
                **({} if reference.slope is None else {"slope": reference.slope.tolist()}),
            }
            for reference in fitting
        ],
        "wholes": dict(_wholes(named)),
        "levels": {"dedicated": "1", **levels},
    }


def _has_vertices(reference: Reference) -> bool:
    return reference.slope is None and reference.name != "dedicated" and "aligned" not in reference.name


def _wholes(named: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for count in range(2, MOST_DIMENSIONS + 1):
        for names in combinations_with_replacement(sorted(named), count):
            W = block_diag(*(named[name] for name in names))
            if W.shape[0] <= MOST_DIMENSIONS and W.shape[1] <= MOST_FEATURES and (whole := describe(W).whole):
                yield " + ".join(names), whole


def atlas() -> Callable[..., Any] | None:
    """The table of least losses, where this version has one."""
    return importlib.import_module("numeric.atlas").atlas if find_spec("numeric.atlas") else None


def least_losses(entry: Callable[..., Any] | None) -> dict[str, dict[str, Any]]:
    """Of independent features of equal importance: "n,m" → sparsity → loss, W and b. Empty without an atlas.

    `entry(n, m, sparsity)` is what `atlas` gives for a setting, or None where it has no entry.
    """
    table: dict[str, dict[str, Any]] = {}
    if entry is None:
        return table
    for n in range(2, MOST_FEATURES + 1):
        for m in range(1, min(n, MOST_DIMENSIONS + 1)):
            for sparsity in SPARSITIES:
                found = entry(n, m, float(Fraction(sparsity)))
                if found is not None:
                    best = {
                        "loss": float(found.loss),
                        "W": np.asarray(found.W).tolist(),
                        "b": np.asarray(found.b).tolist(),
                    }
                    table.setdefault(f"{n},{m}", {})[sparsity] = best
    return table
