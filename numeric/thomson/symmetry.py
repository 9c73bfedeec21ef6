r"""Symmetry of a set of points: the orthogonal maps that permute it, found from its Gram matrix.

An orthogonal map of the span is known from the images of a base, points that span it, and the images have the base's Gram
matrix. So images are tried point by point, each against the Gram matrix of those before, and a full set of images counts
when the map that it gives takes every point to a point: exhaustive, so that no symmetry within the tolerance is missed. The
order alone is the product of orbit lengths: of the first base point, of the second with the first held, and so on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import Floats, number
from .sphere_energy import unit_points

TOLERANCE = 1e-6
_SYMMETRIC = 1e-3
_POLYHEDRAL = {(12, 3): "T", (24, 4): "O", (60, 5): "I"}
"""Rotation groups that are neither cyclic nor dihedral, by their order and the largest order of an element."""


@dataclass(frozen=True)
class PointGroup:
    """Schoenflies name ("Td", "D_inf_h"), order, which may be infinite, and by how much images miss points at most."""

    name: str
    order: float
    deviation: float


def symmetry_order(points: ArrayLike, tolerance: float = TOLERANCE) -> int:
    """How many permutations of `points` (n, dim) an orthogonal map carries out, in any dimension.

    Points are scaled to length 1; coincident ones count as one, told apart from others by how many they are. Where the points
    span the space this is the order of their symmetry group; where they span less, that group is larger by the maps that
    leave the span alone. A map counts when it takes each point to within `tolerance` of a point. ValueError for bad points, or
    for two that do not coincide but lie too near to be told apart, within 8·√tolerance.
    """
    return _Points(points, tolerance).order()


def point_group(points: ArrayLike, tolerance: float = TOLERANCE) -> PointGroup:
    """The point group of `points` (n, 3), scaled to length 1, as in `symmetry_order`, whose errors it shares.

    The reflection in a plane of all points counts: a triangle is D3h. ValueError, too, when the maps within `tolerance` form no
    group: some products of them miss it by a little.
    """
    found = _Points(points, tolerance)
    if found.units.shape[1] != 3:
        raise ValueError(f"points must have shape (n, 3) for a point group, got {found.units.shape}")
    if found.rank == 1:
        opposite = len(found.units) == 2 and found.sizes[0] == found.sizes[1]
        return PointGroup("D_inf_h" if opposite else "C_inf_v", math.inf, 2 * found.outside)
    maps = list(found.complete([]))
    permutations = np.array([each.permutation for each in maps])
    known = {row.tobytes() for row in permutations}
    products = (row.tobytes() for first in permutations for row in permutations[:, first].copy())
    if not known.issuperset(products):
        raise ValueError(f"the symmetries to tolerance {tolerance:g} form no group: choose another tolerance")
    elements = [(each.permutation, each.matrix) for each in maps]
    if found.rank == 2:
        mirror = found.mirror()
        elements += [(permutation, matrix @ mirror) for permutation, matrix in elements]
    deviation = max(2 * found.outside, *(each.deviation for each in maps))
    return PointGroup(_schoenflies(elements), float(len(elements)), deviation)


class _Symmetry(NamedTuple):
    """A permutation (k goes to where `permutation[k]` was), the orthogonal matrix closest to it, and by how much points miss."""

    permutation: NDArray[np.int64]
    matrix: Floats
    deviation: float


class _Points:
    """Distinct points `units` (n, dim) with their `sizes`, and the permutations of them that orthogonal maps carry out."""

    def __init__(self, points: ArrayLike, tolerance: float) -> None:
        tolerance = number("tolerance", tolerance, "(0, 0.1)")
        units = unit_points(points)
        self.tolerance = tolerance
        self.units, self.sizes = _distinct(units, tolerance)
        # Two points that each move by the tolerance change their cosine by at most twice that, and its square.
        self._slack = 3 * tolerance
        self.gram = self.units @ self.units.T
        self._profile = np.sort(self.gram, axis=1)
        self._refuse_near()
        self._base, self.rank, self.outside = self._spanning()
        self._inverse = np.linalg.pinv(self.units[self._base])  # (dim, len(base))

    def _refuse_near(self) -> None:
        """A map known from the images of a base errs by the slack over the least independence of the base, √tolerance: points
        must be farther apart than that for their images to be told.
        """
        apart = np.linalg.norm(self.units[:, None] - self.units[None], axis=2) + 4 * np.eye(len(self.units))
        first, second = np.unravel_index(int(apart.argmin()), apart.shape)
        if apart[first, second] < 8 * math.sqrt(self.tolerance):
            raise ValueError(
                f"points must coincide or lie 8·√tolerance apart, got {apart[first, second]:.1e} for two at tolerance "
                f"{self.tolerance:g}: choose another"
            )

    def _spanning(self) -> tuple[list[int], int, float]:
        """A base, the dimension that the points span to within the tolerance, and how far outside of it they lie.

        A base point is at least √tolerance from the span of those before. Of those at least half as far from it as the farthest,
        the next is one that the cosines with those before tell apart from most others: few images to try.
        """
        rest, base, rank = self.units.copy(), list[int](), 0
        misses = np.array([np.abs(self._profile - row).max(axis=1) for row in self._profile])  # (k, point)
        lengths = np.linalg.norm(rest, axis=1)
        while rank < self.units.shape[1] and lengths.max() > self.tolerance:
            images = (misses <= self._slack).sum(axis=0)
            k = int(np.where(lengths >= lengths.max() / 2, images, len(images) + 1).argmin())
            if lengths[k] >= math.sqrt(self.tolerance):
                misses = np.maximum(misses, np.abs(self.gram[:, [k]] - self.gram[[k]]))
                base.append(k)
            rank += 1
            rest -= np.outer(rest @ rest[k], rest[k]) / lengths[k] ** 2
            lengths = np.linalg.norm(rest, axis=1)
        return base, rank, float(lengths.max())

    def order(self) -> int:
        """|G| by orbits and stabilisers along the base."""
        order = 1
        for held in range(len(self._base)):
            fixed = self._base[:held]
            order *= sum(next(self.complete([*fixed, k]), None) is not None for k in self._images(fixed))
        return order

    def mirror(self) -> Floats:
        """The reflection in the plane that the points span."""
        normal = np.linalg.svd(self.units)[2][-1]
        return np.asarray(np.eye(len(normal)) - 2 * np.outer(normal, normal))

    def _images(self, images: list[int]) -> list[int]:
        """Points that the next base point may go to, after its predecessors have gone to `images`."""
        point = self._base[len(images)]
        misses = np.abs(self._profile - self._profile[point]).max(axis=1)
        for before, image in zip(self._base, images, strict=False):
            misses = np.maximum(misses, np.abs(self.gram[image] - self.gram[before, point]))
        fits = (misses <= self._slack) & (self.sizes == self.sizes[point])
        return [k for k in np.flatnonzero(fits).tolist() if k not in images]

    def complete(self, images: list[int]) -> Iterator[_Symmetry]:
        """All symmetries that take the first base points to `images`."""
        if len(images) < len(self._base):
            for image in self._images(images):
                yield from self.complete([*images, image])
            return
        moved = self.units @ (self._inverse @ self.units[images])
        permutation = (moved @ self.units.T).argmax(axis=1)
        if len(set(permutation.tolist())) == len(permutation) and (self.sizes[permutation] == self.sizes).all():
            fitted = self._fitted(permutation)
            if fitted.deviation <= self.tolerance:
                yield fitted

    def _fitted(self, permutation: NDArray[np.int64]) -> _Symmetry:
        targets = self.units[permutation]
        left, _, right = np.linalg.svd(self.units.T @ targets)
        deviation = np.linalg.norm(self.units @ (left @ right) - targets, axis=1).max()
        return _Symmetry(permutation, np.asarray((left @ right).T), float(deviation))


def _distinct(units: Floats, tolerance: float) -> tuple[Floats, NDArray[np.int64]]:
    """Points farther apart than the tolerance, and how many lie at each."""
    kept: list[int] = []
    sizes: list[int] = []
    for k, point in enumerate(units):
        near = np.flatnonzero(np.linalg.norm(units[kept] - point, axis=1) <= tolerance)
        if len(near):
            sizes[near[0]] += 1
        else:
            kept.append(k)
            sizes.append(1)
    return units[kept], np.array(sizes)


def _schoenflies(elements: list[tuple[NDArray[np.int64], Floats]]) -> str:
    """Name of a finite group of orthogonal maps. Its rotations form Cn, Dn, T, O or I; the other elements decide the rest."""
    proper = [(_order(permutation), Q) for permutation, Q in elements if np.linalg.det(Q) > 0]
    improper = [Q for _, Q in elements if np.linalg.det(Q) < 0]
    n, turn = max(proper, key=lambda pair: pair[0])
    inversion = any(np.trace(Q) < -2 for Q in improper)
    if (len(proper), n) in _POLYHEDRAL:
        return _POLYHEDRAL[len(proper), n] + (("h" if inversion else "d") if improper else "")
    # Normals of the mirrors as projectors: a reflection is the symmetric element of determinant -1 and trace 1.
    mirrors = [(np.eye(3) - Q) / 2 for Q in improper if np.trace(Q) > 0 and np.abs(Q - Q.T).max() < _SYMMETRIC]
    # The projector on the main axis is the mean of the powers of the rotation about it.
    axis = np.mean([np.linalg.matrix_power(turn, k) for k in range(n)], axis=0)
    horizontal = any(np.trace(axis @ normal) > 0.9 for normal in mirrors)
    if len(proper) == 2 * n:
        return f"D{n}" + (("h" if horizontal else "d") if improper else "")
    if n == 1:
        return ("Cs" if mirrors else "Ci") if improper else "C1"
    if not improper:
        return f"C{n}"
    return f"C{n}h" if horizontal else f"C{n}v" if mirrors else f"S{2 * n}"


def _order(permutation: NDArray[np.int64]) -> int:
    """The least common multiple of the lengths of its cycles."""
    order, seen = 1, set()
    for start in range(len(permutation)):
        length, k = 0, start
        while k not in seen:
            seen.add(k)
            k = int(permutation[k])
            length += 1
        order = math.lcm(order, max(length, 1))
    return order
