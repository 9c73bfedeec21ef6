"""What the page knows beside its formulas: polytopes by name, their dimensionalities, and least losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from scipy.linalg import block_diag

from analytic.polytopes import polytope
from numeric.atlas import SPARSITIES
from numeric.geometry import Reference, describe, references, vertices

MOST_FEATURES, MOST_DIMENSIONS = 6, 3
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


def least_losses(entry: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """Of independent features of equal importance: "n,m" → sparsity → loss, W and b.

    `entry(n, m, sparsity)` is what `numeric.atlas.atlas` gives for a setting, or None where it has no entry.
    """
    table: dict[str, dict[str, Any]] = {}
    for n in range(2, MOST_FEATURES + 1):
        for m in range(1, min(n, MOST_DIMENSIONS + 1)):
            for sparsity in SPARSITIES:
                if (found := entry(n, m, sparsity)) is not None:
                    best = {"loss": float(found.loss), "W": found.W.tolist(), "b": found.b.tolist()}
                    table.setdefault(f"{n},{m}", {})[f"{sparsity:g}"] = best
    return table
