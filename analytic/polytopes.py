r"""The polytopes that features form, with exact vertices, and what follows from their Gram matrix.

`polytope(name)` looks up: digon, triangle, square, pentagon, hexagon, …, "7-gon" (any k); tetrahedron, "4-simplex" (any
dimension); octahedron, "4-orthoplex" or "4-cross-polytope" (any dimension); cube, icosahedron, dodecahedron; "square
antiprism", "triangular antiprism", "5-antiprism" (tight frames); "triangular bipyramid", "pentagonal bipyramid",
"7-bipyramid"; and the tegum product of any of these, "digon ⊕ triangle" (or with "+"): both in orthogonal spaces.
"""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

import sympy
from sympy import Expr

from . import polytope_vertices as vertices
from .closed_form import exact_number, sign
from .polytope import Polytope, given_polytope
from .rational import Exact, instance, whole

TIGHT_HEIGHT = 1 / sympy.sqrt(3)

_PREFIXES = {"triangular": 3, "square": 4, "pentagonal": 5, "hexagonal": 6, "heptagonal": 7, "octagonal": 8}
_POLYGONS = {
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
_SOLIDS = {
    "tetrahedron": vertices.tetrahedron,
    "octahedron": lambda: vertices.orthoplex(3),
    "cube": vertices.cube,
    "icosahedron": vertices.icosahedron,
    "dodecahedron": vertices.dodecahedron,
}

CATALOGUE: tuple[str, ...] = (
    "digon",
    "triangle",
    "square",
    "pentagon",
    "hexagon",
    "heptagon",
    "octagon",
    "tetrahedron",
    "octahedron",
    "triangular antiprism",
    "triangular bipyramid",
    "pentagonal bipyramid",
    "square antiprism",
    "cube",
    "icosahedron",
    "dodecahedron",
    "4-simplex",
    "5-simplex",
    "4-orthoplex",
    "triangle ⊕ triangle",
    "triangle ⊕ pentagon",
    "digon ⊕ tetrahedron",
)


def antiprism(k: int, height: Exact | Expr = TIGHT_HEIGHT) -> Polytope:
    r"""2k unit vertices: a k-gon at z = height, one turned by π/k at z = −height, 0 < height < 1 exact.

    Tight where Σ z² = Σ x²: 2k h² = k (1 − h²), so h = 1/√3, the default.
    """
    k = whole(k, "k", 2)
    exact = exact_number(height, "height")
    if sign(exact) <= 0 or sign(1 - exact) <= 0:
        raise ValueError(f"height must lie strictly between 0 and 1, got {height}")
    name = f"{_prefix(k)} antiprism" + ("" if exact == TIGHT_HEIGHT else f" of height {exact}")
    return Polytope(name, vertices.antiprism(k, exact), vertices.antiprism_gram(k, exact))


def tegum(a: Polytope, b: Polytope) -> Polytope:
    """The tegum product (direct sum): both in orthogonal spaces, so that D is the union of the factors' D."""
    given_polytope(a, "a"), given_polytope(b, "b")
    return Polytope(f"{a.name} ⊕ {b.name}", vertices.tegum(a.vertices, b.vertices), vertices.tegum(a.gram, b.gram))


def polytope(name: str) -> Polytope:
    """The polytope of that name, case and spaces aside (grammar above). ValueError lists close names otherwise."""
    return _polytope(instance(name, "name", str, "the name of a polytope, such as 'pentagon'"))


@lru_cache(maxsize=256)
def _polytope(name: str) -> Polytope:
    plain = " ".join(name.lower().split())
    factors = re.split(r" ?[⊕+] ?", plain)
    if len(factors) > 1:
        product = polytope(factors[0])
        for factor in factors[1:]:
            product = tegum(product, polytope(factor))
        return product
    found = _single(plain)
    if found is None:
        close = difflib.get_close_matches(plain, CATALOGUE, n=4, cutoff=0.4)
        raise ValueError(
            f"name must be that of a known polytope, got {name!r}: "
            + (f"did you mean {', '.join(close)}?" if close else f"one of {', '.join(CATALOGUE)}")
        )
    return found


def _single(name: str) -> Polytope | None:
    if name in _SOLIDS:
        return Polytope(name, _SOLIDS[name]())
    if match := re.fullmatch(r"(\d+)-(gon|simplex|orthoplex|cross-polytope)", name):
        number, kind = int(match[1]), match[2]
        if kind == "gon":
            return _polygon(number) if number >= 2 else None
        if number <= 3:
            special = ("digon", "triangle", "tetrahedron") if kind == "simplex" else ("digon", "square", "octahedron")
            return polytope(special[number - 1]) if number else None
        if kind == "simplex":
            return Polytope(name, vertices.simplex(number), vertices.simplex_gram(number))
        return Polytope(f"{number}-orthoplex", vertices.orthoplex(number))
    if match := re.fullmatch(r"(\w+?)(?:-gonal)?[- ](antiprism|bipyramid)", name):
        first, kind = match.groups()
        k = _PREFIXES.get(first, 0) or (int(first) if first.isdigit() else 0)
        if k < 3:
            return None
        if kind == "antiprism":
            return antiprism(k)
        product = tegum(_polygon(k), polytope("digon"))
        return Polytope(f"{_prefix(k)} bipyramid", product.vertices, product.known_gram)
    return _polygon(_POLYGONS[name]) if name in _POLYGONS else None


def _polygon(k: int) -> Polytope:
    name = next((word for word, corners in _POLYGONS.items() if corners == k), f"{k}-gon")
    return Polytope(name, vertices.polygon(k), vertices.polygon_gram(k))


def _prefix(k: int) -> str:
    return next((word for word, corners in _PREFIXES.items() if corners == k), f"{k}-gonal")
