r"""The polytopes that features form, with exact vertices, and what follows from their Gram matrix.

`polytope(name)` looks up: digon, triangle, square, pentagon, hexagon, …, "7-gon" (any k); tetrahedron, "4-simplex" (any
dimension); octahedron, "4-orthoplex" or "4-cross-polytope"; cube, "4-cube"; icosahedron, dodecahedron; "rectified 5-cell",
"rectified 5-simplex"; "5-demicube"; "square antiprism", "5-antiprism" and "triangular prism" (tight frames); "triangular
bipyramid", "7-bipyramid"; "13-point harmonic frame", the one that least interference in four dimensions finds. And products
of any of these: "triangle × pentagon" (or "3-5 duoprism"), the Cartesian product as a tight frame, and "digon ⊕ triangle" (or
with "+"), the tegum product: both in orthogonal spaces. Each has one name (`analytic.polytopes.names`), the same that
`numeric.geometry.describe` gives it.
"""

from __future__ import annotations

import difflib
import re
from functools import lru_cache, reduce

import sympy
from sympy import Expr

from ..exact import Exact, sign
from ..exact.closed_forms import exact_number
from ..exact.rationals import instance, whole
from . import vertices as vertices
from .configuration import Polytope, given_polytope
from .names import (
    adjective,
    corners,
    polygon_corners,
    product_factors,
    product_name,
    simplex_name,
    single_name,
    tegum_factors,
    tegum_name,
)

TIGHT_HEIGHT = 1 / sympy.sqrt(3)
HARMONIC = (13, (1, 5))
"""Number of points and frequencies: 1 and 5 are representatives of the fourth roots of 1 modulo 13, so that every point is like
every other in four ways, and three cosines occur.
"""
HARMONIC_NAME = "13-point harmonic frame"

_SOLIDS = {
    "tetrahedron": vertices.tetrahedron,
    "icosahedron": vertices.icosahedron,
    "dodecahedron": vertices.dodecahedron,
}

CATALOGUE: tuple[str, ...] = (
    *("digon", "triangle", "square", "pentagon", "hexagon", "heptagon", "octagon"),
    *("tetrahedron", "octahedron", "triangular prism", "triangular bipyramid", "pentagonal bipyramid"),
    *("square antiprism", "cube", "pentagonal antiprism", "icosahedron", "hexagonal antiprism", "dodecahedron"),
    *("4-simplex", "5-simplex", "4-orthoplex", "rectified 5-cell", "rectified 5-simplex", "5-demicube", "4-cube"),
    *("triangle × triangle", "triangle × square", "pentagon × triangle", HARMONIC_NAME),
    *("triangle ⊕ triangle", "pentagon ⊕ triangle", "tetrahedron ⊕ digon"),
)


def antiprism(k: int, height: Exact | Expr = TIGHT_HEIGHT) -> Polytope:
    r"""2k unit vertices: a k-gon at z = height, one turned by π/k at z = −height, 0 < height < 1 exact.

    Tight where Σ z² = Σ x²: 2k h² = k (1 − h²), so h = 1/√3, the default.
    """
    k = whole(k, "k", 2)
    exact = exact_number(height, "height")
    if sign(exact) <= 0 or sign(1 - exact) <= 0:
        raise ValueError(f"height must lie strictly between 0 and 1, got {height}")
    name = f"{adjective(k)} antiprism" + ("" if exact == TIGHT_HEIGHT else f" of height {exact}")
    return Polytope(name, vertices.antiprism(k, exact), vertices.antiprism_gram(k, exact))


def tegum(a: Polytope, b: Polytope) -> Polytope:
    """The tegum product (direct sum): both in orthogonal spaces, the vertices of `a` first, so that D is the union of the
    factors' D.
    """
    given_polytope(a, "a"), given_polytope(b, "b")
    sizes = {shape.name: shape.vertices.cols for shape in (a, b)}
    try:
        name = tegum_name([*tegum_factors(a.name), *tegum_factors(b.name)], lambda part: sizes.get(part) or _size(part))
    except ValueError:  # a factor within a factor that is not of the catalogue
        name = f"{a.name} ⊕ {b.name}"
    return Polytope(name, vertices.tegum(a.vertices, b.vertices), vertices.tegum(a.gram, b.gram))


def product(a: Polytope, b: Polytope) -> Polytope:
    """The Cartesian product of two tight frames as a tight frame: (√d₁ u, √d₂ v)/√(d₁ + d₂) for every u of `a` and v of `b`, in
    d₁ and d₂ dimensions. ValueError unless both are tight frames of unit vectors.
    """
    for name, value in (("a", a), ("b", b)):
        shape = given_polytope(value, name)
        if not shape.is_tight or sign(shape.gram[0, 0] - 1):
            raise ValueError(f"{name} of a Cartesian product must be a tight frame of unit vectors, got {shape.name}")
    first, second = a.vertices.rows, b.vertices.rows
    shares = sympy.Rational(first, first + second), sympy.Rational(second, first + second)
    return Polytope(
        f"{a.name} × {b.name}",
        vertices.product_of(a.vertices, b.vertices),
        vertices.product_gram(a.gram, b.gram, shares),
    )


def polytope(name: str) -> Polytope:
    """The polytope of that name, case and spaces aside (grammar above). ValueError lists close names otherwise.

    >>> polytope("triangular bipyramid").dimensionality
    (2/3, 2/3, 2/3, 1/2, 1/2)
    """
    return _polytope(instance(name, "name", str, "the name of a polytope, such as 'pentagon'"))


@lru_cache(maxsize=256)
def _polytope(name: str) -> Polytope:
    plain = re.sub(r"(\d+)-(\d+) duoprism", r"\1-gon × \2-gon", " ".join(name.lower().split()))
    parts = []
    for factor in re.split(r" ?[⊕+] ?", plain):
        words = [single_name(word) for word in re.split(r" ?× ?| x ", factor)]
        inner = [part for word in words for part in product_factors(word)]
        parts += tegum_factors(product_name(inner, _size))
    return _joined(parts)


def _joined(parts: list[str]) -> Polytope:
    """The tegum product of factors that fall apart no further; a square in the order of a polygon, not of two digons."""
    if parts == ["digon"] * 2:
        return Polytope("square", vertices.polygon(4), vertices.polygon_gram(4))
    parts = sorted(parts, key=lambda part: (part == "digon", -_size(part), part))
    return reduce(tegum, map(_irreducible, parts))


def _size(name: str) -> int:
    return sum(int(_irreducible(part).vertices.cols) for part in tegum_factors(name))


@lru_cache(maxsize=256)
def _irreducible(name: str) -> Polytope:
    """The polytope of a name that `tegum_factors` leaves as it is. ValueError for an unknown one."""
    factors = product_factors(name)
    if set(factors) == {"digon"} and len(factors) > 1:
        return Polytope(name, vertices.cube(len(factors)))
    if len(factors) > 1:
        made = reduce(product, (_joined(tegum_factors(part)) for part in factors))
        return Polytope(name, made.vertices, made.known_gram)
    found = _single(name)
    if found is None:
        close = difflib.get_close_matches(name, CATALOGUE, n=4, cutoff=0.4)
        raise ValueError(
            f"name must be that of a known polytope, got {name!r}: "
            + (f"did you mean {', '.join(close)}?" if close else f"one of {', '.join(CATALOGUE)}")
        )
    return found


def _single(name: str) -> Polytope | None:
    if name in _SOLIDS:
        return Polytope(name, _SOLIDS[name]())
    if name == HARMONIC_NAME:
        return Polytope(name, vertices.harmonic(*HARMONIC), vertices.harmonic_gram(*HARMONIC))
    if (k := polygon_corners(name)) and k >= 2:
        return Polytope(name, vertices.polygon(k), vertices.polygon_gram(k))
    if match := re.fullmatch(r"(rectified )?(\d+)-(simplex|cell|demicube)", name):
        return _of_dimension(name, match[3], bool(match[1]), int(match[2]))
    if match := re.fullmatch(r"(\S+) antiprism", name):
        rings = corners(match[1]) or 0
        return antiprism(rings) if rings >= 3 else None
    return None


def _of_dimension(name: str, kind: str, rectified: bool, d: int) -> Polytope | None:
    if kind == "demicube":
        return Polytope(name, vertices.demicube(d)) if d >= 5 and not rectified else None
    if rectified and name in (rectified_name(4), rectified_name(max(d, 5))):
        d = 4 if kind == "cell" else d
        return Polytope(name, vertices.rectified_simplex(d), vertices.rectified_simplex_gram(d))
    if kind == "simplex" and not rectified and name == simplex_name(max(d, 4)):
        return Polytope(name, vertices.simplex(d), vertices.simplex_gram(d))
    return None


def rectified_name(d: int) -> str:
    return "rectified 5-cell" if d == 4 else f"rectified {d}-simplex"
