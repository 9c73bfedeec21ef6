r"""The polytopes that features form, in floats: unit vertices by name, and the Gram matrices that columns are held to.

Names are those of the exact catalogue, with which nothing here is shared: polygons (digon, triangle, square, pentagon, …,
"11-gon"), simplices (tetrahedron, "4-simplex", …), orthoplexes (octahedron, "4-orthoplex", …), cubes, icosahedron,
dodecahedron, "square antiprism" and "triangular prism" and so on (as tight frames), "triangular bipyramid" and so on, "rectified
5-cell", "rectified 5-simplex", …, "5-demicube", …, "13-point harmonic frame"; Cartesian products of polygons, "pentagon ×
triangle", as tight frames; and tegum products of these, "pentagon ⊕ triangle": each in a space of its own, orthogonal to the
others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np

from ..arguments import Floats
from .polytope_names import HARMONIC as HARMONIC
from .polytope_names import (
    corners,
    polygon_corners,
    polygon_name,
    prefix,
    product_name,
    rectified_name,
    simplex_name,
)
from .polytope_vertices import (
    antiprism,
    cube,
    demicube,
    dodecahedron,
    harmonic,
    icosahedron,
    orthoplex,
    polygon,
    product,
    rectified_simplex,
    simplex,
    tegum,
)

_MOST_CORNERS = 128
_MOST_ANTIPRISM = 16
_MOST_DIMENSIONS = 6
"""Of Cartesian products, rectified simplices and demicubes."""


@dataclass(frozen=True)
class Reference:
    """What k unit columns may be: cosines `gram` (k, k), or gram + h²·slope for a free ring height h.

    Every vertex is an image of one of `starts` under the symmetries. `any_order`: every permutation is a symmetry.
    """

    name: str
    dimension: int
    gram: Floats
    slope: Floats | None = None
    starts: tuple[int, ...] = (0,)
    any_order: bool = False

    def dimensionality(self, height: float | None) -> float:
        """D_i, the same for all vertices (bipyramids, where it is not, are no components)."""
        row = self.gram[0] if height is None or self.slope is None else self.gram[0] + height**2 * self.slope[0]
        return float(1 / (row**2).sum())


def vertices(name: str) -> Floats:
    """Unit vertices (m, n) of the polytope of that name; ValueError for a name outside the grammar above."""
    return reduce(tegum, [product(*map(_factor, factor.split(" × "))) for factor in name.split(" ⊕ ")])


def _factor(name: str) -> Floats:
    special: dict[str, Callable[[], Floats]] = {
        "cube": cube,
        "icosahedron": icosahedron,
        "dodecahedron": dodecahedron,
        HARMONIC: harmonic,
        "rectified 5-cell": lambda: rectified_simplex(4),
        "digon": lambda: polygon(2),
        "tetrahedron": lambda: simplex(3),
        "octahedron": lambda: orthoplex(3),
    }
    if name in special:
        return special[name]()
    if k := polygon_corners(name):
        return polygon(k)
    if (match := re.fullmatch(r"(\S+) (antiprism|bipyramid|prism)", name)) and (k := corners(match[1])):
        if match[2] == "antiprism":
            return antiprism(k)
        return (tegum if match[2] == "bipyramid" else product)(polygon(k), orthoplex(1))
    if match := re.fullmatch(r"(?!1-gon)([1-9]\d*)-(gon|simplex|orthoplex|cube|demicube)", name):
        make = {"gon": polygon, "simplex": simplex, "orthoplex": orthoplex, "cube": cube, "demicube": demicube}[
            match[2]
        ]
        return make(int(match[1]))
    if match := re.fullmatch(r"rectified ([5-9])-simplex", name):
        return rectified_simplex(int(match[1]))
    raise ValueError(f"polytope must be a name of the catalogue, such as pentagon or 4-simplex, got {name!r}")


@lru_cache(maxsize=1024)
def references(k: int) -> tuple[Reference, ...]:
    """What a component of k columns may be called. A polytope that falls apart into orthogonal factors (square,
    octahedron, bipyramids) is not among them: it is several components. Polygons up to 128 corners, antiprisms up to 16.
    """
    if k == 1:
        return (Reference("dedicated", 1, np.ones((1, 1)), any_order=True),)
    found = [_reference(polygon_name(k), polygon(k))] if k != 4 and k <= _MOST_CORNERS else []
    if k > 3:
        found.append(_reference(simplex_name(k - 1), simplex(k - 1), any_order=True))
    found += [_reference(name, vertices(name)) for name in _rigid(k)]
    found.append(Reference("aligned pair" if k == 2 else f"{k} aligned", 1, np.ones((k, k)), any_order=True))
    if k % 2 == 0 and 6 <= k <= _MOST_ANTIPRISM:
        # Cosines are linear in h²: those of the flat ring at h = 0, of the two poles at h = 1.
        flat, poles = (antiprism(k // 2, height) for height in (0.0, 1.0))
        base, end = flat.T @ flat, poles.T @ poles
        found.append(Reference(f"{prefix(k // 2)} antiprism", 3, base, end - base))
    return tuple(found)


def _rigid(k: int) -> Iterator[str]:
    """Names of polytopes of k vertices, all alike, without a free height."""
    yield from {12: ("icosahedron",), 13: (HARMONIC,), 20: ("dodecahedron",)}.get(k, ())
    yield from (rectified_name(d) for d in range(4, _MOST_DIMENSIONS + 1) if d * (d + 1) == 2 * k)
    yield from (f"{d}-demicube" for d in range(5, _MOST_DIMENSIONS + 1) if 2 ** (d - 1) == k)
    # Two digons are a square.
    yield from (product_name(factors) for factors in _factored(k, _MOST_DIMENSIONS, k) if factors != (2, 2))


def _factored(k: int, dimensions: int, most: int) -> Iterator[tuple[int, ...]]:
    """Falling factors ≤ most of k, two or more, for polygons with a product in so many dimensions; no 4, two digons."""
    for first in range(min(most, k // 2), 1, -1):
        left = dimensions - (1 if first == 2 else 2)
        rest = k // first
        if first == 4 or k % first or left < 1:
            continue
        if rest <= first and rest != 4 and left >= (1 if rest == 2 else 2):
            yield (first, rest)
        yield from ((first, *others) for others in _factored(rest, left, first))


@lru_cache(maxsize=64)
def composites(k: int) -> tuple[Reference, ...]:
    """Polytopes of k vertices that fall apart, for what is nearly one: k ≤ 7, where they have names of their own."""
    names = {4: ("square",), 5: ("triangular bipyramid",), 6: ("octahedron",), 7: ("pentagonal bipyramid",)}
    return tuple(
        _reference(name, vertices(name), starts=(0, k - 1) if "bipyramid" in name else (0,))
        for name in names.get(k, ())
    )


def _reference(name: str, V: Floats, starts: tuple[int, ...] = (0,), any_order: bool = False) -> Reference:
    return Reference(name, len(V), V.T @ V, None, starts, any_order)
