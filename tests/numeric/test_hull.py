"""Faces and edges of solids that are known, and what is left when points lie in a plane, on a line, in one place."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from numeric.geometry import edges, faces

Floats = NDArray[np.float64]


def ring(n: int, height: float = 0.0, turn: float = 0.0) -> Floats:
    angles = 2 * np.pi * np.arange(n) / n + turn
    return np.column_stack([np.cos(angles), np.sin(angles), np.full(n, height)])


CUBE = np.array(list(itertools.product((1.0, -1.0), repeat=3)))
GOLDEN = (1 + math.sqrt(5)) / 2
ICOSAHEDRON = np.array(
    [np.roll((0, a, b * GOLDEN), k) for k in range(3) for a, b in itertools.product((1, -1), repeat=2)]
)
DODECAHEDRON = np.vstack([CUBE, [np.roll((0, a / GOLDEN, b * GOLDEN), k) for k in range(3) for a, b in CUBE[::2, :2]]])


@pytest.mark.parametrize(
    ("points", "sizes", "sides"),
    [
        (CUBE[[0, 3, 5, 6]], [3] * 4, 6),
        (np.vstack([np.eye(3), -np.eye(3)]), [3] * 8, 12),
        (CUBE, [4] * 6, 12),
        (ICOSAHEDRON, [3] * 20, 30),
        (DODECAHEDRON, [5] * 12, 30),
        (np.vstack([ring(4, 0.5), ring(4, -0.5, np.pi / 4)]), [3] * 8 + [4] * 2, 16),
        (np.vstack([ring(6, 0.5), ring(6, -0.5)]), [4] * 6 + [6] * 2, 18),
        (ring(3), [3], 3),
        (ring(7, 0.3), [7], 7),
        (np.array([[0.0, 0, 1], [0, 0, -1]]), [], 1),
        (np.array([[0.0, 0, 1]]), [], 0),
        (np.array([[0.0, 0, 1], [0, 0, 1]]), [], 0),
    ],
)
def test_known_solids(points: Floats, sizes: list[int], sides: int) -> None:
    for seed in range(3):
        random = np.random.default_rng(seed)
        turned = points[random.permutation(len(points))] @ np.linalg.qr(random.normal(size=(3, 3)))[0]
        found = faces(turned)
        assert sorted(map(len, found)) == sizes
        assert len(edges(turned)) == sides
        if len(found) > 1:
            assert len(points) - sides + len(found) == 2  # Euler
        for face in found:
            assert_convex_and_outward(turned, face, solid=len(found) > 1)


def assert_convex_and_outward(points: Floats, face: tuple[int, ...], *, solid: bool) -> None:
    """Every turn at a vertex is to the left seen from the side that the normal points to: away from the middle."""
    corners = points[list(face)]
    sides = np.roll(corners, -1, axis=0) - corners
    turns = np.cross(np.roll(sides, 1, axis=0), sides)
    normal = turns[0] / np.linalg.norm(turns[0])
    assert (turns @ normal > 0).all()
    if solid:
        assert normal @ (corners.mean(axis=0) - points.mean(axis=0)) > 0


@given(st.integers(4, 12), st.integers(0, 2**20))
def test_random_points_on_a_sphere(n: int, seed: int) -> None:
    """All are vertices; generic faces are triangles, each edge has two: 2n − 4 faces, 3n − 6 edges."""
    points = np.random.default_rng(seed).normal(size=(n, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    found = faces(points)
    assert {v for face in found for v in face} == set(range(n))
    assert len(found) == 2 * n - 4
    assert len(edges(points)) == 3 * n - 6
    for face in found:
        assert_convex_and_outward(points, face, solid=True)


@pytest.mark.parametrize("call", [faces, edges])
@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((4, 2)), r"points must have shape \(n, 3\) with n ≥ 1, got \(4, 2\)"),
        (np.zeros((0, 3)), r"points must have shape .* got \(0, 3\)"),
        ([[1.0, 2.0, math.inf]], "points must be finite, got inf among its entries"),
    ],
)
def test_bad_input(call: Any, points: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(points)
