"""Packings: which polytopes share the hidden space, each in dimensions of its own, with features alone and dropped ones.

The columns of different parts are orthogonal, so the loss of a packing is the sum of the losses of its parts, each with
its own best norm and bias. A feature alone in a dimension is stored without loss (norm 1, bias 0); a dropped one
(column 0, bias E x) costs its variance p/3 − p²/4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..exact import is_zero
from ..exact.closed_forms import numbered
from ..exact.rationals import entries, instance, whole
from ..polytopes import CATALOGUE, Polytope, given_polytope, polygon_name, polytope, rectified_name, simplex_name


@dataclass(frozen=True)
class Packing:
    """`atoms`: polytopes with how many of each, larger ones first; `singles` features alone, `dropped` ones."""

    atoms: tuple[tuple[Polytope, int], ...]
    singles: int
    dropped: int

    def __repr__(self) -> str:
        return f"Packing({self.name})"

    @property
    def name(self) -> str:
        """Such as "pentagon", "2 digons ⊕ single", "triangle + 2 dropped"."""
        counts = [*((atom.name, count) for atom, count in self.atoms), ("single", self.singles)]
        stored = " ⊕ ".join(f"{count} {name}s" if count > 1 else name for name, count in counts if count)
        return stored + (f" + {self.dropped} dropped" if self.dropped else "")

    def without(self, other: Packing) -> Packing:
        """The parts that cost something and that the other has not as well: they decide between the two."""
        instance(other, "other", Packing, "a Packing")
        rest = Counter(dict(self.atoms)) - Counter(dict(other.atoms))
        return Packing(tuple(rest.items()), 0, max(self.dropped - other.dropped, 0))


def atoms(n: int, m: int) -> tuple[Polytope, ...]:
    """The polytopes with at most n vertices, all alike, in at most m dimensions, that are no tegum product.

    Of the catalogue, every k-gon, simplex, rectified simplex, demicube, tight antiprism, and Cartesian product of k-gons and
    digons (prisms and cubes among them); a square is two digons, an octahedron three, so they are not among them. Larger ones
    come first.
    """
    return _atoms(whole(n, "n", 1), whole(m, "m", 1))


@lru_cache(maxsize=64)
def _atoms(n: int, m: int) -> tuple[Polytope, ...]:
    names = [polygon_name(k) for k in range(2, n + 1)] + [simplex_name(d) for d in range(1, min(n, m + 1))]
    names += [f"{k}-antiprism" for k in range(3, n // 2 + 1)]
    names += [rectified_name(d) for d in range(4, m + 1) if d * (d + 1) <= 2 * n]
    names += [f"{d}-demicube" for d in range(5, m + 1) if 2 ** (d - 1) <= n]
    names += [" × ".join(map(polygon_name, corners)) for corners in _products(n, m, n)]
    found = {shape.name: shape for shape in map(polytope, [*CATALOGUE, *names])}
    fitting = [shape for shape in found.values() if _fits(shape, n, m)]
    return tuple(sorted(fitting, key=lambda shape: (shape.dimension, shape.vertices.cols), reverse=True))


def _products(n: int, m: int, most: int) -> Iterator[tuple[int, ...]]:
    """Numbers of corners ≤ most, falling, none 4 (two digons are a square), of polygons with a product of at most n vertices in
    at most m dimensions, two or more of them.
    """
    for k in range(2, most + 1):
        left = m - (1 if k == 2 else 2)
        if k != 4 and left > 0:
            yield from ((k, j) for j in range(2, min(k, n // k) + 1) if j != 4 and (j == 2 or left > 1))
            yield from ((k, *rest) for rest in _products(n // k, left, k))


def packings(n: int, m: int, extra: tuple[Polytope, ...] = ()) -> tuple[Packing, ...]:
    """Every choice of atoms that fits, `extra` ones included; what dimensions are left take a single each, and what
    features are left then are dropped.

    An extra polytope is any exact frame of rank at most m, in however many rows, its vertices all alike and of one norm; it
    stands for one of the catalogue with the same cosines. A single costs nothing and a dropped feature something, so a packing
    that leaves room for a single is never best. ValueError unless n, m >= 1, and for an extra polytope that does not fit or is
    a tegum product.
    """
    shapes = entries(extra, "extra", given_polytope)
    return _packings(whole(n, "n", 1), whole(m, "m", 1), shapes)


@lru_cache(maxsize=64)
def _packings(n: int, m: int, extra: tuple[Polytope, ...]) -> tuple[Packing, ...]:
    units = tuple(shape.unit for shape in extra)
    for shape in units:
        if not _fits(shape, n, m):
            raise ValueError(
                f"an extra polytope must have at most {n} vertices, all alike, of rank at most {m}, and be no "
                f"tegum product, got {shape.name}"
            )
    others = (atom for atom in atoms(n, m) if not any(_alike(atom, shape) for shape in units))
    return tuple(_fill((*units, *others), n, m))


def _fill(shapes: tuple[Polytope, ...], n: int, m: int) -> Iterator[Packing]:
    if not shapes:
        singles = min(n, m)
        yield Packing((), singles, n - singles)
        return
    rows, columns = shapes[0].dimension, shapes[0].vertices.cols
    for count in range(min(m // rows, n // columns) + 1):
        own = ((shapes[0], count),) if count else ()
        for rest in _fill(shapes[1:], n - count * columns, m - count * rows):
            yield Packing((*own, *rest.atoms), rest.singles, rest.dropped)


def _fits(shape: Polytope, n: int, m: int) -> bool:
    return bool(
        shape.vertices.cols <= n and shape.dimension <= m and _is_connected(shape) and shape.is_vertex_transitive
    )


def _alike(first: Polytope, second: Polytope) -> bool:
    """Whether a vertex of each sees the others at the same cosines: then their losses are equal at all sparsities."""
    if (first.dimension, first.vertices.cols) != (second.dimension, second.vertices.cols):
        return False
    number = numbered([*first.gram.row(0), *second.gram.row(0)])
    one, other = (Counter(number[cosine] for cosine in shape.gram.row(0)) for shape in (first, second))
    return one == other


def _is_connected(shape: Polytope) -> bool:
    """Whether no part of the vertices is orthogonal to the rest."""
    n: int = shape.gram.rows
    reached, edge = {0}, [0]
    while edge:
        i = edge.pop()
        new = {j for j in range(n) if j not in reached and not is_zero(shape.gram[i, j])}
        reached |= new
        edge += new
    return len(reached) == n
