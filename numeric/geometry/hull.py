"""The convex hull of points in three dimensions as a solid to draw: its faces as polygons, its edges, nothing triangulated."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import ConvexHull

from ..arguments import Floats, number
from ..arguments import array as given_array

Face = tuple[int, ...]
COPLANAR = 1e-7
"""Largest distance between the outward unit normals of two triangles of one face."""


def faces(points: ArrayLike, coplanar: float = COPLANAR) -> tuple[Face, ...]:
    """Faces of the hull of `points` (n, 3), each its vertices in order, counterclockwise seen from outside.

    Triangles that share an edge and whose outward normals differ by at most `coplanar` are merged. Points in a plane are one
    face, points on a line none. ValueError for another shape, or points that are not finite.
    """
    array, coplanar = given_array("points", points), number("coplanar", coplanar, "[0, inf)")
    if array.ndim != 2 or array.shape[1] != 3 or not len(array):
        raise ValueError(f"points must have shape (n, 3) with n ≥ 1, got {array.shape}")
    centred = array - array.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred)
    sizes = np.append(sizes, [0.0, 0.0])
    if sizes[1] <= coplanar * sizes[0]:
        return ()
    if sizes[2] <= coplanar * sizes[0]:
        return (tuple(ConvexHull(centred @ axes[:2].T).vertices.tolist()),)
    hull = ConvexHull(array)
    normals, neighbours = hull.equations[:, :3], hull.neighbors
    face_of = np.full(len(hull.simplices), -1)
    merged: list[Face] = []
    for start in range(len(hull.simplices)):
        if face_of[start] >= 0:
            continue
        group, waiting = [], [start]
        while waiting:
            k = waiting.pop()
            if face_of[k] < 0:
                face_of[k] = len(merged)
                group.append(k)
                waiting += [
                    j for j in neighbours[k] if face_of[j] < 0 and np.linalg.norm(normals[j] - normals[k]) <= coplanar
                ]
        merged.append(_around(array, sorted({int(v) for k in group for v in hull.simplices[k]}), normals[start]))
    return tuple(merged)


def edges(points: ArrayLike, coplanar: float = COPLANAR) -> tuple[tuple[int, int], ...]:
    """Edges of the hull of `points` (n, 3), each once, the smaller index first: the sides of its faces; for points on a line
    the one between its ends. Errors as `faces`.
    """
    polygons = faces(points, coplanar)
    if polygons:
        sides = {tuple(sorted(side)) for face in polygons for side in zip(face, face[1:] + face[:1], strict=True)}
        return tuple(sorted((int(a), int(b)) for a, b in sides))
    array = given_array("points", points)
    along = (array - array[0]) @ np.linalg.svd(array - array.mean(axis=0))[2][0]
    first, last = sorted((int(along.argmin()), int(along.argmax())))
    return ((first, last),) if first != last else ()


def _around(points: Floats, members: list[int], normal: Floats) -> Face:
    """Vertices of a convex face in order of their angle about its middle."""
    spokes = points[members] - points[members].mean(axis=0)
    east = spokes[0] / np.linalg.norm(spokes[0])
    angles = np.arctan2(spokes @ np.cross(normal, east), spokes @ east)
    return tuple(members[k] for k in np.argsort(angles))
