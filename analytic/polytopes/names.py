"""Names of polytopes: one for each, whatever its factors are called and in whatever order they come.

A tegum product (⊕) falls apart into digons and factors that fall apart no further: digons together are an orthoplex, a polygon
and a digon a bipyramid. A Cartesian product (×) of digons is a cube, of a polygon and a digon a prism. Otherwise the factors
stand in a row, larger ones first, the orthoplex or cube at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

POLYGONS = {
    "digon": 2,
    "triangle": 3,
    "square": 4,
    "pentagon": 5,
    "hexagon": 6,
    "heptagon": 7,
    "octagon": 8,
    "nonagon": 9,
    "decagon": 10,
    "dodecagon": 12,
}
_ADJECTIVES = {
    "triangular": 3,
    "square": 4,
    "pentagonal": 5,
    "hexagonal": 6,
    "heptagonal": 7,
    "octagonal": 8,
    "nonagonal": 9,
    "decagonal": 10,
    "dodecagonal": 12,
}
_ORTHOPLEXES = {1: "digon", 2: "square", 3: "octahedron"}
_CUBES = {1: "digon", 2: "square", 3: "cube"}
_SYNONYMS = {
    "triangular antiprism": "octahedron",
    "rectified triangle": "triangle",
    "rectified 2-simplex": "triangle",
    "rectified tetrahedron": "octahedron",
    "rectified 3-simplex": "octahedron",
    "rectified 4-simplex": "rectified 5-cell",
    "3-demicube": "tetrahedron",
    "4-demicube": "4-orthoplex",
    "5-cell": "4-simplex",
    "16-cell": "4-orthoplex",
    "tesseract": "4-cube",
}


def polygon_name(k: int) -> str:
    return next((word for word, corners in POLYGONS.items() if corners == k), f"{k}-gon")


def adjective(k: int) -> str:
    """Such as "pentagonal", "11-gonal"."""
    return next((word for word, corners in _ADJECTIVES.items() if corners == k), f"{k}-gonal")


def corners(word: str) -> int | None:
    """k of an adjective or a number, "11-gonal" or "11"; None for another word."""
    digits = word.removesuffix("-gonal")
    return _ADJECTIVES.get(word) or (int(digits) if digits.isdigit() else None)


def polygon_corners(name: str) -> int | None:
    """k of a polygon's name, None for another."""
    match = re.fullmatch(r"(\d+)-gon", name)
    return int(match[1]) if match else POLYGONS.get(name)


def orthoplex_name(d: int) -> str:
    return _ORTHOPLEXES.get(d, f"{d}-orthoplex")


def cube_name(d: int) -> str:
    return _CUBES.get(d, f"{d}-cube")


def simplex_name(d: int) -> str:
    return {1: "digon", 2: "triangle", 3: "tetrahedron"}.get(d, f"{d}-simplex")


def single_name(word: str) -> str:
    """The name used here of a polytope that is called by one word, as far as it is known."""
    if word in _SYNONYMS:
        return _SYNONYMS[word]
    if match := re.fullmatch(r"([1-9]\d*)-(gon|simplex|orthoplex|cross-polytope|cube)", word):
        families = {"gon": polygon_name, "simplex": simplex_name, "cube": cube_name}
        return families.get(match[2], orthoplex_name)(int(match[1]))
    if (match := re.fullmatch(r"(\S+?)[- ](antiprism|bipyramid|prism)", word)) and (k := corners(match[1]) or 0) >= 3:
        return "octahedron" if (k, match[2]) == (3, "antiprism") else f"{adjective(k)} {match[2]}"
    return word


def tegum_factors(name: str) -> list[str]:
    """The factors of a name that fall apart no further: digons, and others."""
    return [part for factor in name.split(" ⊕ ") for part in _parts(factor, "bipyramid", orthoplex_name, "orthoplex")]


def product_factors(name: str) -> list[str]:
    """The same for a Cartesian product."""
    return [part for factor in name.split(" × ") for part in _parts(factor, "prism", cube_name, "cube")]


def tegum_name(factors: Sequence[str], size: Callable[[str], int]) -> str:
    """The name of a tegum product of factors that fall apart no further; `size`: how many vertices one has."""
    return " ⊕ ".join(_ordered(factors, "bipyramid", orthoplex_name, size))


def product_name(factors: Sequence[str], size: Callable[[str], int]) -> str:
    """The name of a Cartesian product of such factors."""
    return " × ".join(_ordered(factors, "prism", cube_name, size))


def _parts(factor: str, pointed: str, together: Callable[[int], str], kind: str) -> list[str]:
    if digons := re.fullmatch(rf"([1-9]\d*)-{kind}", factor):
        return ["digon"] * int(digons[1])
    if factor in (special := [together(d) for d in (1, 2, 3)]):
        return ["digon"] * (1 + special.index(factor))
    if (match := re.fullmatch(rf"(\S+) {pointed}", factor)) and (k := corners(match[1])):
        return [*_parts(polygon_name(k), pointed, together, kind), "digon"]
    return [factor]


def _ordered(
    factors: Sequence[str], pointed: str, together: Callable[[int], str], size: Callable[[str], int]
) -> list[str]:
    digons = sum(factor == "digon" for factor in factors)
    others = sorted((factor for factor in factors if factor != "digon"), key=lambda factor: (-size(factor), factor))
    if digons == len(others) == 1 and (k := polygon_corners(others[0])):
        return [f"{adjective(k)} {pointed}"]
    return others + ([together(digons)] if digons else [])
