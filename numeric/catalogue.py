r"""The polytopes that features form, in floats: unit vertices by name, and the Gram matrices that columns are held to.

Names are those of the exact catalogue, with which nothing here is shared: polygons (digon, triangle, square, pentagon, …,
"11-gon"), simplices (tetrahedron, "4-simplex", …), orthoplexes (octahedron, "4-orthoplex", …), cube, icosahedron,
dodecahedron, "triangular antiprism" and so on (as tight frames), "triangular bipyramid" and so on, and tegum products of
these, "triangle ⊕ pentagon": each in a space of its own, orthogonal to the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np
from scipy.linalg import block_diag, helmert

from .arguments import Floats

POLYGONS = ("triangle", "square", "pentagon", "hexagon", "heptagon", "octagon", "nonagon", "decagon")
_PREFIXES = ("triangular", "square", "pentagonal", "hexagonal", "heptagonal", "octagonal")
_MOST_CORNERS = 128
_TIGHT = 3**-0.5
_GOLDEN = (1 + 5**0.5) / 2


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


def polygon(k: int) -> Floats:
    """(2, k): the k-th roots of unity; for k = 2 the digon, (1, 2)."""
    if k == 2:
        return orthoplex(1)
    roots = np.exp(2j * np.pi * np.arange(k) / k)
    return np.array([roots.real, roots.imag])


def simplex(d: int) -> Floats:
    """(d, d + 1): the standard basis of d + 1 dimensions seen along its diagonal, scaled to 1."""
    corners = np.asarray(helmert(d + 1))
    return np.asarray(corners / np.linalg.norm(corners, axis=0))


def orthoplex(d: int) -> Floats:
    """(d, 2d): e₁, −e₁, e₂, −e₂, …"""
    return np.asarray(np.kron(np.eye(d), [[1.0, -1.0]]), dtype=np.float64)


def cube() -> Floats:
    """(3, 8): (±1, ±1, ±1)/√3."""
    return np.array([[1 - 2 * (corner >> axis & 1) for corner in range(8)] for axis in range(3)]) / 3**0.5


def icosahedron() -> Floats:
    """(3, 12): two poles and a pentagonal antiprism of height 1/√5."""
    return np.hstack([[[0, 0], [0, 0], [1, -1]], antiprism(5, 5**-0.5)])


def dodecahedron() -> Floats:
    """(3, 20): a cube, and (0, ±1/φ, ±φ)/√3 with its cyclic shifts."""
    rectangle = np.array([[0, 0, 0, 0], [1, 1, -1, -1], [1, -1, 1, -1]]) * [[0], [1 / _GOLDEN], [_GOLDEN]]
    return np.hstack([cube(), *(np.roll(rectangle, shift, axis=0) / 3**0.5 for shift in range(3))])


def antiprism(k: int, height: float = _TIGHT) -> Floats:
    """(3, 2k): a k-gon at z = height and one turned by π/k at z = −height; a tight frame at 1/√3, the default."""
    ring = polygon(2 * k) * (1 - height**2) ** 0.5
    return np.vstack([np.hstack([ring[:, ::2], ring[:, 1::2]]), np.repeat([height, -height], k)])


def tegum(*factors: Floats) -> Floats:
    """The factors in orthogonal spaces."""
    return np.asarray(block_diag(*factors), dtype=np.float64)


def vertices(name: str) -> Floats:
    """Unit vertices (m, n) of the polytope of that name; ValueError for a name outside the grammar above."""
    return reduce(tegum, [_factor(factor) for factor in name.split(" ⊕ ")])


def _factor(name: str) -> Floats:
    solids = {"cube": cube, "icosahedron": icosahedron, "dodecahedron": dodecahedron}
    if name in solids:
        return solids[name]()
    counted = {"digon": polygon(2), "tetrahedron": simplex(3), "octahedron": orthoplex(3)}
    if name in counted:
        return counted[name]
    if name in POLYGONS:
        return polygon(3 + POLYGONS.index(name))
    if (match := re.fullmatch(r"(\w+) (antiprism|bipyramid)", name)) and match[1] in _PREFIXES:
        k = 3 + _PREFIXES.index(match[1])
        return antiprism(k) if match[2] == "antiprism" else tegum(polygon(k), orthoplex(1))
    if match := re.fullmatch(r"(?!1-gon)([1-9]\d*)-(gon|simplex|orthoplex)", name):
        make = {"gon": polygon, "simplex": simplex, "orthoplex": orthoplex}[match[2]]
        return make(int(match[1]))
    raise ValueError(f"polytope must be a name of the catalogue, such as pentagon or 4-simplex, got {name!r}")


def polygon_name(k: int) -> str:
    return POLYGONS[k - 3] if 3 <= k < 3 + len(POLYGONS) else "digon" if k == 2 else f"{k}-gon"


def simplex_name(d: int) -> str:
    return {1: "digon", 2: "triangle", 3: "tetrahedron"}.get(d, f"{d}-simplex")


def orthoplex_name(d: int) -> str:
    return {1: "digon", 2: "square", 3: "octahedron"}.get(d, f"{d}-orthoplex")


def tegum_name(factors: Sequence[str]) -> str | None:
    """The name of a tegum product: digons make an orthoplex, a polygon and a digon a bipyramid. None where a factor is
    no polytope around the origin: a dedicated feature, aligned ones, unnamed ones.
    """
    if any(name in ("dedicated", "unnamed") or "aligned" in name for name in factors) or not factors:
        return None
    digons = factors.count("digon")
    others = [factor for factor in factors if factor != "digon"]
    if digons == 1 and len(others) == 1 and others[0] in POLYGONS[: len(_PREFIXES)]:
        return f"{_PREFIXES[POLYGONS.index(others[0])]} bipyramid"
    return " ⊕ ".join(others + ([orthoplex_name(digons)] if digons else []))


@lru_cache(maxsize=1024)
def references(k: int) -> tuple[Reference, ...]:
    """What a component of k columns may be called. A polytope that falls apart into orthogonal factors (square,
    octahedron, bipyramids) is not among them: it is several components. Polygons up to 128 corners.
    """
    if k == 1:
        return (Reference("dedicated", 1, np.ones((1, 1)), any_order=True),)
    found = [_reference(polygon_name(k), polygon(k))] if k != 4 and k <= _MOST_CORNERS else []
    if k > 3:
        found.append(_reference(simplex_name(k - 1), simplex(k - 1), any_order=True))
    solids = {8: ("cube",), 12: ("icosahedron",), 20: ("dodecahedron",)}
    found += [_reference(name, vertices(name)) for name in solids.get(k, ())]
    found.append(Reference("aligned pair" if k == 2 else f"{k} aligned", 1, np.ones((k, k)), any_order=True))
    if k in (6, 8):
        # Cosines are linear in h²: those of the flat ring at h = 0, of the two poles at h = 1.
        flat, poles = (antiprism(k // 2, height) for height in (0.0, 1.0))
        base, end = flat.T @ flat, poles.T @ poles
        found.append(Reference(f"{_PREFIXES[k // 2 - 3]} antiprism", 3, base, end - base))
    return tuple(found)


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
