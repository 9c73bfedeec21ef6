"""Names of polytopes, the same as in the exact catalogue: digons together make an orthoplex (⊕) or a cube (×), a polygon and a
digon a bipyramid or a prism; other factors stand larger ones first, the orthoplex or cube at the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

POLYGONS = ("triangle", "square", "pentagon", "hexagon", "heptagon", "octagon", "nonagon", "decagon")
_PREFIXES = ("triangular", "square", "pentagonal", "hexagonal", "heptagonal", "octagonal", "nonagonal", "decagonal")
_TWELVE = ("dodecagon", "dodecagonal")
HARMONIC = "13-point harmonic frame"


def polygon_name(k: int) -> str:
    if k == 12:
        return _TWELVE[0]
    return POLYGONS[k - 3] if 3 <= k < 3 + len(POLYGONS) else "digon" if k == 2 else f"{k}-gon"


def prefix(k: int) -> str:
    """The adjective of a k-gon."""
    if k == 12:
        return _TWELVE[1]
    return _PREFIXES[k - 3] if 3 <= k < 3 + len(_PREFIXES) else f"{k}-gonal"


def simplex_name(d: int) -> str:
    return {1: "digon", 2: "triangle", 3: "tetrahedron"}.get(d, f"{d}-simplex")


def orthoplex_name(d: int) -> str:
    return {1: "digon", 2: "square", 3: "octahedron"}.get(d, f"{d}-orthoplex")


def cube_name(d: int) -> str:
    return {1: "digon", 2: "square", 3: "cube"}.get(d, f"{d}-cube")


def rectified_name(d: int) -> str:
    return "rectified 5-cell" if d == 4 else f"rectified {d}-simplex"


def polygon_corners(name: str) -> int | None:
    """k of the name of a k-gon, k ≥ 3; None for another."""
    if name in POLYGONS:
        return 3 + POLYGONS.index(name)
    match = re.fullmatch(r"([1-9]\d+)-gon", name)
    return 12 if name == _TWELVE[0] else int(match[1]) if match else None


def corners(adjective: str) -> int | None:
    """k of the adjective of a k-gon, k ≥ 3; None for another word."""
    if adjective in _PREFIXES:
        return 3 + _PREFIXES.index(adjective)
    match = re.fullmatch(r"([1-9]\d+)-gonal", adjective)
    return 12 if adjective == _TWELVE[1] else int(match[1]) if match else None


def tegum_name(factors: Sequence[str]) -> str | None:
    """The name of a tegum product of components, larger ones first: digons make an orthoplex, a polygon and a digon a bipyramid.
    None where a factor is no polytope around the origin: a dedicated feature, aligned ones, unnamed ones.
    """
    if any(name in ("dedicated", "unnamed") or "aligned" in name for name in factors) or not factors:
        return None
    digons = factors.count("digon")
    others = [factor for factor in factors if factor != "digon"]
    if digons == len(others) == 1 and (k := polygon_corners(others[0])):
        return f"{prefix(k)} bipyramid"
    return " ⊕ ".join(others + ([orthoplex_name(digons)] if digons else []))


def product_name(factors: Sequence[int]) -> str:
    """The name of the Cartesian product of k-gons, for k = 2 and k ≥ 3 but 4, which is two digons."""
    digons = factors.count(2)
    others = sorted((k for k in factors if k > 2), reverse=True)
    if digons == len(others) == 1:
        return f"{prefix(others[0])} prism"
    return " × ".join([*map(polygon_name, others)] + ([cube_name(digons)] if digons else []))
