"""Point groups of configurations built to have them; orders of symmetry groups in other dimensions; what noise does."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from numeric.thomson import point_group, symmetry_order

Floats = NDArray[np.float64]
seeds = st.integers(0, 2**20)


def ring(n: int, height: float = 0.0, turn: float = 0.0) -> Floats:
    angles = 2 * np.pi * np.arange(n) / n + turn
    return np.column_stack([np.cos(angles), np.sin(angles), np.full(n, height)])


def signed_permutations(keep: Callable[[Floats], bool]) -> list[Floats]:
    """Those of the 48 symmetries of the cube that `keep` holds of."""
    signs = itertools.product((1.0, -1.0), repeat=3)
    maps = [np.diag(s)[:, list(p)] for s in signs for p in itertools.permutations(range(3))]
    return [Q for Q in maps if keep(Q)]


def cyclic(Q: Floats) -> bool:
    return bool(np.trace(np.abs(Q)) in (0.0, 3.0))


GENERIC = np.array([1.0, 2.0, 3.7])
TOP = np.array([[0.0, 0.0, 1.0]])
GOLDEN = (1 + math.sqrt(5)) / 2
CUBE = np.array(list(itertools.product((1.0, -1.0), repeat=3)))
ICOSAHEDRON = np.array(
    [np.roll((0, a, b * GOLDEN), k) for k in range(3) for a, b in itertools.product((1, -1), repeat=2)]
)
TETRAHEDRAL = np.array([Q @ GENERIC for Q in signed_permutations(lambda Q: cyclic(Q) and np.linalg.det(Q) > 0)])
LOOSE = np.array([[1.0, 0.2, 0.0], [-0.3, 1.0, 0.4], [0.5, -0.6, 0.8]])
FLAT = np.array([[1.0, 0.2, 0.0], [-0.3, 1.0, 0.0]])
PAIR = np.vstack([LOOSE[1:], LOOSE[1:] * [1, 1, -1]])

# An orbit of a generic point has exactly its group, unless it lies in a plane; rings and apexes do the rest.
GROUPS: list[tuple[str, int | float, Floats]] = [
    ("C_inf_v", math.inf, TOP),
    ("D_inf_h", math.inf, np.vstack([TOP, -TOP])),
    ("C1", 1, np.vstack([LOOSE, [[0.1, 0.3, -1.0]]])),
    ("Cs", 2, np.vstack([FLAT, PAIR])),
    ("Ci", 2, np.vstack([LOOSE, -LOOSE])),
    ("C2", 2, np.vstack([ring(2, 0.4), ring(2, -0.2, 0.4), TOP])),
    ("C3", 3, np.vstack([ring(3, 0.5), ring(3, -0.2, 0.4), TOP])),
    ("C2v", 4, np.vstack([ring(2, 0.4), TOP])),
    ("C4v", 8, np.vstack([ring(4, 0.5), TOP])),
    ("C2h", 4, np.vstack([ring(2, 0.5), ring(2, -0.5), ring(2, 0.0, 0.3)])),
    ("C3h", 6, np.vstack([ring(3, 0.5), ring(3, -0.5), ring(3, 0.0, 0.3)])),
    ("S4", 4, np.vstack([ring(2, 0.5), ring(2, -0.5, np.pi / 2), ring(2, 0.2, 0.3), ring(2, -0.2, np.pi / 2 + 0.3)])),
    ("S6", 6, np.vstack([ring(3, 0.5), ring(3, -0.5, np.pi), ring(3, 0.2, 0.3), ring(3, -0.2, np.pi + 0.3)])),
    ("D2", 4, np.vstack([ring(2, 0.5), ring(2, -0.5, 0.4)])),
    ("D4", 8, np.vstack([ring(4, 0.5), ring(4, -0.5, 0.3)])),
    ("D2h", 8, CUBE * [1, 2, 3]),
    ("D3h", 12, ring(3)),
    ("D5h", 20, np.vstack([ring(5), TOP, -TOP])),
    ("D8h", 32, ring(8)),
    ("D2d", 8, np.vstack([ring(2, 0.5), ring(2, -0.5, np.pi / 2)])),
    ("D4d", 16, np.vstack([ring(4, 0.5), ring(4, -0.5, np.pi / 4)])),
    ("D6d", 24, np.vstack([ring(6, 0.5), ring(6, -0.5, np.pi / 6), TOP, -TOP])),
    ("T", 12, TETRAHEDRAL),
    ("Th", 24, np.vstack([TETRAHEDRAL, -TETRAHEDRAL])),
    ("Td", 24, CUBE[[0, 3, 5, 6]]),
    ("O", 24, np.array([Q @ GENERIC for Q in signed_permutations(lambda Q: bool(np.linalg.det(Q) > 0))])),
    ("Oh", 48, CUBE),
    ("I", 60, np.empty((0, 3))),
    ("Ih", 120, ICOSAHEDRON),
]


def icosahedral_orbit() -> Floats:
    """A generic point under the 60 rotations that permute the icosahedron: products of two fivefold turns."""
    turns = [fifth(axis) for axis in ICOSAHEDRON[:2]]
    maps = [np.eye(3)]
    for Q in maps:
        for turn in turns:
            if not any(np.allclose(turn @ Q, known) for known in maps):
                maps.append(turn @ Q)
    assert len(maps) == 60
    return np.array([Q @ GENERIC for Q in maps])


def fifth(axis: Floats) -> Floats:
    """Rotation by 72° about an axis (Rodrigues)."""
    a = axis / np.linalg.norm(axis)
    K = np.array([[0, -a[2], a[1]], [a[2], 0, -a[0]], [-a[1], a[0], 0]])
    angle = 2 * np.pi / 5
    return np.asarray(np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K)


def shown(points: Floats, seed: int) -> Floats:
    """The same up to an orthogonal map, an order and lengths."""
    random = np.random.default_rng(seed)
    Q = np.linalg.qr(random.normal(size=(points.shape[1],) * 2))[0]
    units = points / np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(units[random.permutation(len(points))] @ Q.T * random.uniform(0.5, 2))


@pytest.mark.parametrize(("name", "order", "points"), GROUPS, ids=[name for name, *_ in GROUPS])
def test_every_kind_of_group_is_named(name: str, order: float, points: Floats) -> None:
    points = icosahedral_orbit() if name == "I" else points
    for seed in range(2):
        found = point_group(shown(points, seed))
        assert (found.name, found.order) == (name, order)
        assert found.deviation < 1e-13
        if math.isfinite(order):
            # Where points lie in a plane, the reflection in it moves none of them.
            flat = np.linalg.matrix_rank(points) == 2
            assert symmetry_order(shown(points, seed)) == order / (2 if flat else 1)


@given(st.sampled_from([row for row in GROUPS if row[0] not in ("C1", "I")]), seeds)
def test_noise_below_the_tolerance_changes_nothing(row: Any, seed: int) -> None:
    """Points that move by ε are off their images by at most 2ε, before the map is fitted to them: 4e-7 here."""
    name, order, points = row
    noise = np.random.default_rng(seed).uniform(-1, 1, size=points.shape) / math.sqrt(3)
    units = points / np.linalg.norm(points, axis=1, keepdims=True)
    found = point_group(shown(units + 2e-7 * noise, seed))
    assert (found.name, found.order) == (name, order)
    assert found.deviation <= 1e-6


def test_noise_above_the_tolerance_breaks_symmetry() -> None:
    noise = np.random.default_rng(0).normal(size=(12, 3))
    units = ICOSAHEDRON / np.linalg.norm(ICOSAHEDRON, axis=1, keepdims=True)
    assert point_group(units + 1e-3 * noise).name == "C1"
    assert point_group(units + 1e-3 * noise, tolerance=1e-2).name == "Ih"


@given(st.integers(4, 12), seeds)
def test_random_points_have_no_symmetry(n: int, seed: int) -> None:
    """Two of the at most 66 cosines agree to 3e-6 with a chance of 66²·3e-6/2 < 1 %; a symmetry needs several such. Points are
    drawn until n lie 1/20 apart: nearer ones may be refused.
    """
    random = np.random.default_rng(seed)
    points = np.empty((0, 3))
    while len(points) < n:
        point = random.normal(size=3)
        point /= np.linalg.norm(point)
        if (np.linalg.norm(points - point, axis=1) > 0.05).all():
            points = np.vstack([points, point])
    assert point_group(points).name == "C1"


def cross(dim: int) -> Floats:
    return np.vstack([np.eye(dim), -np.eye(dim)])


def simplex(dim: int) -> Floats:
    corners = np.eye(dim + 1) - 1 / (dim + 1)
    return np.asarray(corners @ np.linalg.svd(corners)[2][:dim].T)


def roots_of_e8() -> Floats:
    whole = [a * np.eye(8)[i] + b * np.eye(8)[j] for i in range(8) for j in range(i) for a in (1, -1) for b in (1, -1)]
    half = [np.array(s) / 2 for s in itertools.product((1, -1), repeat=8) if math.prod(s) > 0]
    return np.array(whole + half)


@pytest.mark.parametrize(
    ("points", "order"),
    [
        (np.array([[1.0]]), 1),
        (np.array([[1.0], [-2.0]]), 2),
        (ring(7)[:, :2], 14),
        (cross(2), 8),
        (cross(10), 2**10 * math.factorial(10)),
        (simplex(6), math.factorial(7)),
        (np.vstack([roots_of_e8()[:112]]), 2**8 * math.factorial(8)),
        (np.array(list(itertools.product((1.0, -1.0), repeat=5))), 2**5 * math.factorial(5)),
    ],
    ids=["point", "two points", "heptagon", "square", "cross-polytope", "simplex", "roots of D8", "5-cube"],
)
def test_orders_in_other_dimensions(points: Floats, order: int) -> None:
    assert symmetry_order(shown(points, 1)) == order


@pytest.mark.parametrize(("height", "name"), [(0.0, "Cs"), (1e-7, "Cs"), (1e-5, "C1"), (1e-3, "C1"), (1e-2, "C1")])
def test_a_plane_is_one_to_the_tolerance(height: float, name: str) -> None:
    """A pentagon and a sixth point at no mirror of it: only the plane is left, if there is one."""
    points = np.vstack([ring(5), [[0.6, 0.8, height]]])
    for seed in range(3):
        assert point_group(shown(points, seed)).name == name


@pytest.mark.parametrize(("bend", "name"), [(1e-7, "D_inf_h"), (1e-5, "C2v"), (1e-3, "C2v"), (1e-1, "C2v")])
def test_a_line_is_one_to_the_tolerance(bend: float, name: str) -> None:
    assert point_group(shown(np.array([[0.0, 0.0, 1.0], [0.0, bend, -1.0]]), 0)).name == name


def test_coincident_points_count_as_one_that_differs() -> None:
    square = np.vstack([ring(4), ring(4)[:1]])
    assert point_group(square).name == "C2v"
    assert point_group(np.vstack([square, square[:1], TOP * [[1], [-1]], -TOP])).name != "D4h"
    assert point_group(np.vstack([ring(4), ring(4)])).name == "D4h"
    assert point_group(np.vstack([TOP, TOP, -TOP])).name == "C_inf_v"


@pytest.mark.parametrize(
    ("points", "tolerance", "message"),
    [
        (np.zeros((0, 3)), 1e-6, "points must have shape"),
        (np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), 1e-6, "points must lie off the origin, got point 1"),
        (ring(4)[:, :2], 1e-6, r"points must have shape \(n, 3\) for a point group, got \(4, 2\)"),
        (CUBE, 0.0, r"tolerance must lie in \(0, 0.1\), got 0.0"),
        (CUBE, math.nan, "tolerance must lie in"),
        (
            np.vstack([ring(5), [[1.0, 1e-3, 0.0]]]),
            1e-6,
            "points must coincide or lie 8·√tolerance apart, got 1.0e-03 for two",
        ),
        # Noise of up to 1e-3: some of the maps of the hexagon come within the tolerance, and some of their products do not.
        (ring(6) + 1e-3 * np.random.default_rng(1).uniform(-1, 1, size=(6, 3)) * [1, 1, 0], 1.2e-3, "form no group"),
    ],
)
def test_bad_input(points: Floats, tolerance: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        point_group(points, tolerance)
