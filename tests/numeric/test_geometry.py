"""Naming the polytopes in W: whatever the rotation, the order and the noise, and not more than is there."""

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, target
from hypothesis import strategies as st
from scipy.linalg import block_diag

from analytic.polytopes import CATALOGUE, polytope
from numeric.arguments import Floats
from numeric.geometry import NEGLIGIBLE, UNLEARNED, Geometry, antiprism, composites, describe, references, vertices
from numeric.geometry.naming import NEAR
from numeric.metrics import feature_dimensionality
from numeric.minimise import minimise_loss

pytestmark = pytest.mark.filterwarnings("ignore::numeric.arguments.TransposedWarning")

TOLERANCE = 0.05
# Components by name; the cosines that hold each together exceed 2·TOLERANCE (the smallest is 1/4, of the 4-simplex).
SHAPES: dict[str, Floats] = {
    "dedicated": np.ones((1, 1)),
    "aligned pair": np.ones((1, 2)),
    **{
        name: vertices(name)
        for name in (
            *("digon", "triangle", "pentagon", "hexagon", "heptagon", "11-gon", "tetrahedron", "4-simplex"),
            *("cube", "square antiprism", "icosahedron", "dodecahedron"),
            *("rectified 5-cell", "5-demicube", "triangular prism", "pentagon × triangle", "pentagonal antiprism"),
        )
    },
}


def rotation(m: int, random: np.random.Generator) -> Floats:
    return np.asarray(np.linalg.qr(random.normal(size=(m, m)))[0])


def turned(W: Floats, angle: float, random: np.random.Generator) -> Floats:
    """Each column turned by `angle` in a random direction, its norm kept."""
    norms = np.linalg.norm(W, axis=0)
    across = random.normal(size=W.shape)
    across -= W * ((across * W).sum(axis=0) / norms**2)
    sizes = np.linalg.norm(across, axis=0)
    return np.asarray(np.cos(angle) * W + np.sin(angle) * norms * across / np.where(sizes > 1e-9, sizes, np.inf))


def parts(geometry: Geometry) -> set[tuple[str, frozenset[int]]]:
    found = {(component.name, frozenset(component.members)) for component in geometry.components}
    return found | {("unlearned", frozenset(geometry.unlearned))}


@given(
    st.lists(st.sampled_from(sorted(SHAPES)), max_size=5),
    st.integers(0, 3),
    # Half the tolerance: a cosine moves by no more than the angles by which its two columns turn.
    st.floats(0, TOLERANCE / 2 * (1 - 1e-9)),
    st.integers(0, 2**20),
)
def test_rotation_order_and_noise_below_tolerance_change_nothing(
    names: list[str], dropped: int, angle: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    # Norms within a factor of five of each other, unlearned ones at most a tenth of the smallest.
    W = np.asarray(block_diag(*(random.uniform(0.4, 2) * SHAPES[name] for name in names), np.zeros((1, 0))))
    W = np.vstack([W, np.zeros((1, W.shape[1]))])
    W = turned(W, angle, random) * random.uniform(0.95, 1.05, size=W.shape[1])
    small = random.normal(size=(len(W), dropped))
    small *= random.uniform(0, UNLEARNED * 0.38 if names else NEGLIGIBLE, size=dropped) / np.linalg.norm(small, axis=0)
    n = W.shape[1] + dropped
    if n == 0:
        return
    order = random.permutation(n)
    geometry = describe((rotation(len(W), random) @ np.hstack([W, small]))[:, order], tolerance=TOLERANCE)
    place = np.argsort(order)
    start, expected = 0, set()
    for name in names:
        size = SHAPES[name].shape[1]
        expected.add((name, frozenset(place[start : start + size].tolist())))
        start += size
    assert parts(geometry) == expected | {("unlearned", frozenset(place[start:].tolist()))}
    residual = max((component.residual for component in geometry.components), default=0.0)
    target(residual)
    assert residual <= 2 * angle + 1e-12


@given(st.sampled_from([3, 4, 5, 6, 8]), st.floats(0.3, 0.9), st.floats(0, TOLERANCE / 2), st.integers(0, 2**20))
def test_antiprisms_of_free_height(k: int, height: float, angle: float, seed: int) -> None:
    """Heights that are 2·TOLERANCE of some cosine away from a polygon, and for k = 3 from the octahedron, whose cosines
    are (3h² − 1)/2 and (1 − 3h²)/2 from 0.
    """
    if k == 3 and abs(3 * height**2 - 1) / 2 <= 2 * TOLERANCE:
        height = 0.8
    random = np.random.default_rng(seed)
    W = turned(antiprism(k, height), angle, random)[:, random.permutation(2 * k)]
    geometry = describe(W)
    assert str(geometry) == polytope(f"{k}-antiprism").name if k > 3 else "triangular antiprism"
    # The cosine between neighbours of a ring, (1 − h²) cos(2π/k) + h², is off by at most residual + noise.
    found = geometry.components[0].height
    assert found is not None
    assert abs(found**2 - height**2) * (1 - math.cos(2 * math.pi / k)) <= 4 * angle + 1e-12
    assert geometry.components[0].residual <= 2 * angle + 1e-12


@pytest.mark.parametrize(("k", "name"), [(3, "hexagon"), (4, "octagon")])
def test_a_nearly_flat_antiprism_is_a_polygon(k: int, name: str) -> None:
    """At h² = 0.028 cosines are up to 3/2 (k = 3) or 2 (k = 4) times 0.028 off those of the polygon, both below 0.06, and
    nearer to those at h² = 0.05, the lowest that is fitted: what needs no free height goes first.
    """
    assert str(describe(antiprism(k, 0.028**0.5), tolerance=0.06)) == name


@given(st.sampled_from(["triangle", "pentagon", "tetrahedron"]), st.floats(0.0, 0.6), st.integers(0, 2**20))
def test_noise_above_tolerance_takes_the_name_away(name: str, angle: float, seed: int) -> None:
    """One vertex is turned: the name stays exactly as long as some order has every cosine within the tolerance."""
    random = np.random.default_rng(seed)
    W, gram = SHAPES[name].copy(), SHAPES[name].T @ SHAPES[name]
    W[:, :1] = turned(W[:, :1], angle, random)
    cosines = W.T @ W
    least = min(float(np.abs(cosines[np.ix_(order, order)] - gram).max()) for order in permutations(range(len(gram))))
    geometry = describe(W)
    assert (str(geometry) == name) == (least <= TOLERANCE)
    (component,) = geometry.components
    if least <= NEAR:
        assert component.nearest == name
        assert component.residual == pytest.approx(least, abs=1e-11)


def test_large_noise_is_named_nowhere() -> None:
    """Angles of 0.3 move cosines far beyond the tolerance: none of fifty noisy solids has its name, each is near it or not."""
    random = np.random.default_rng(0)
    for name in ("cube", "icosahedron", "square antiprism", "11-gon", "4-simplex"):
        for _ in range(10):
            geometry = describe(turned(SHAPES[name], 0.3, random))
            assert name not in str(geometry)
            for component in geometry.components:
                assert component.named or component.residual > TOLERANCE


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_catalogue_knows_itself(name: str) -> None:
    """A square is two digons, an octahedron three: the whole has the name."""
    V = vertices(name)
    geometry = describe(V)
    assert geometry.whole == name
    assert not geometry.unlearned
    assert sum(component.dimension for component in geometry.components) == len(V)
    D = feature_dimensionality(V)
    for component in geometry.components:
        assert component.residual <= 1e-12
        assert component.norm_spread <= 1e-12
        assert component.dimensionality == tuple(D[list(component.members)])
        assert component.ideal is not None
        np.testing.assert_allclose(component.dimensionality, component.ideal, rtol=1e-12)


def test_neighbours_of_a_polygon_stand_side_by_side() -> None:
    order = np.array([3, 0, 4, 1, 2])
    members = describe(vertices("pentagon")[:, order]).components[0].members
    corners = order[list(members)]
    assert set(np.diff(np.append(corners, corners[0])) % 5) in ({1}, {4})


def test_norms_are_reported_beside_the_name() -> None:
    """Two features of unequal norm on one line are a digon still, with unequal D."""
    (digon,) = describe(np.array([[1.2, -0.8], [1.2, -0.8]])).components
    assert (digon.name, digon.dimension, digon.ideal) == ("digon", 1, 0.5)
    assert digon.scale == pytest.approx(math.sqrt((2 * 1.44 + 2 * 0.64) / 2))
    assert digon.norm_spread == pytest.approx(1 - 0.8 * 2**0.5 / digon.scale)
    assert digon.dimensionality == pytest.approx((1.44 / 2.08, 0.64 / 2.08))


@pytest.mark.parametrize(
    ("W", "line", "whole"),
    [
        (np.zeros((2, 3)), "3 unlearned", None),
        ([[1, -1, 0, 0, 0], [0, 0, 1, -1, 0]], "2 digons + 1 unlearned", "square"),
        (block_diag(vertices("triangle"), [[1, -1]]), "triangle + digon", "triangular bipyramid"),
        (np.eye(3, 5), "3 dedicated + 2 unlearned", None),
        (block_diag(*[vertices("tetrahedron")] * 2, [[1]]), "2 tetrahedra + 1 dedicated", None),
        (block_diag(*[vertices("4-simplex")] * 2), "2 4-simplices", "4-simplex ⊕ 4-simplex"),
        (block_diag([[1, 1]], [[1, 1]]), "2 aligned pairs", None),
        (block_diag([[1, 1, 1]], [[1, 1, 1]]), "2 × 3 aligned", None),
        ([[1, 1, 1]], "3 aligned", None),
        ([[1, 1, -1]], "unnamed (3 in 1-D)", None),
        ([[1, 0.8, 0], [0, 0.6, 1]], "unnamed (3 in 2-D)", None),
        # Both above 0.1 of the largest, and at that: stored, and not.
        ([[1, 0, 0], [0, 0.11, 0], [0, 0, 0.1]], "2 dedicated + 1 unlearned", None),
        ([[0.011, 0], [0, 0.01]], "1 dedicated + 1 unlearned", None),
        ([[1e200, -1e200], [0, 0]], "digon", "digon"),
    ],
)
def test_lines(W: Any, line: str, whole: str | None) -> None:
    geometry = describe(W)
    assert str(geometry) == line
    assert geometry.whole == whole
    assert describe(torch.tensor(np.array(W, dtype=np.float64), requires_grad=True)) == geometry


def test_table() -> None:
    W = np.hstack([vertices("triangular bipyramid"), [[0.0], [0.0], [0.001]]])
    text = describe(W, [0.25, 0.25, 0.25, -0.5, 0.5, 0.125]).table()
    lines = text.splitlines()
    assert lines[0] == "triangular bipyramid: triangle + digon + 1 unlearned (tolerance 0.05)"
    assert lines[1].startswith("  triangle: features 0, 1, 2; D 0.6667 (ideal 0.6667); norm 1 ±")
    assert lines[1].endswith("; b 0.25")
    assert lines[2].startswith("  digon: features 3, 4; D 0.5 (ideal 0.5)")
    assert lines[2].endswith("; b -0.5 to 0.5")
    assert lines[3] == "  unlearned: features 5; norm 0.001 at most; b 0.125"
    bent = turned(vertices("square"), 0.1, np.random.default_rng(1))
    assert "nearest: square, off by 0." in describe(bent).table()
    angles = np.random.default_rng(0).uniform(0, 2 * np.pi, size=30)
    many = describe([np.cos(angles), np.sin(angles)]).table()
    assert "10, 11, … (30 in all); " in many
    assert "nearest: none close by" in many
    assert "ring height 0.5774" in describe(vertices("square antiprism")).table()


def test_bias_follows_its_features() -> None:
    W = np.array([[0.0, 1, 0, -1], [0, 0, 0, 0], [1, 0, 0, 0]])
    geometry = describe(W, torch.tensor([1.0, 2.0, 3.0, 4.0]))
    assert [dict(zip(c.members, c.bias or (), strict=True)) for c in geometry.components] == [
        {1: 2.0, 3: 4.0},
        {0: 1.0},
    ]
    assert geometry.unlearned_bias == (3.0,)
    assert describe(W).unlearned_bias is None
    assert describe(W).components[0].bias is None


def test_composites_and_references_have_names_of_their_own() -> None:
    for k in range(2, 25):
        names = [reference.name for reference in references(k) + composites(k)]
        assert len(set(names)) == len(names)


def test_a_minimised_model() -> None:
    """n = 5, m = 2 at s = 0.95, the pentagon of the slides; as a user would ask."""
    solution = minimise_loss(5, 2, 0.95, starts=2)
    geometry = describe(solution.W, solution.b)
    assert str(geometry) == geometry.whole == "pentagon"
    assert geometry.components[0].residual < 1e-6
    assert geometry.components[0].norm_spread < 1e-6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"W": np.zeros(3)}, r"W must have shape \(m, n\) with m, n ≥ 1, got \(3,\)"),
        ({"W": np.zeros((1, 2, 3))}, r"W must have shape \(m, n\) with m, n ≥ 1, got \(1, 2, 3\)"),
        ({"W": np.zeros((0, 3))}, r"W must have shape .* got \(0, 3\)"),
        ({"W": [[1.0, math.nan]]}, "W must be finite, got nan among its entries"),
        ({"W": torch.tensor([[math.inf]])}, "W must be finite, got inf among its entries"),
        ({"W": [["a", "b"]]}, r"W must hold real numbers, not text, got \[\['a', 'b'\]\]"),
        ({"W": [[1, 2], [3]]}, r"W must hold real numbers, all rows of one length, got \[\[1, 2\], \[3\]\]"),
        ({"W": np.eye(2), "b": [1.0]}, r"b must have shape \(2,\) to match W, got \(1,\)"),
        ({"W": np.eye(2), "b": 0.0}, r"b must have shape \(2,\) to match W, got \(\)"),
        ({"W": np.eye(2), "b": [0.0, math.nan]}, "b must be finite, got nan among its entries"),
        ({"W": np.eye(2), "tolerance": 0.0}, r"tolerance must lie in \(0, 1\), got 0.0"),
        ({"W": np.eye(2), "tolerance": -0.1}, r"tolerance must lie in \(0, 1\), got -0.1"),
        ({"W": np.eye(2), "tolerance": 1}, r"tolerance must lie in \(0, 1\), got 1"),
        ({"W": np.eye(2), "tolerance": math.nan}, r"tolerance must lie in \(0, 1\), got nan"),
    ],
)
def test_bad_input(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        describe(**arguments)


def test_columns_of_infinite_norm_are_named_by_their_directions() -> None:
    found = describe([[1.3e308, -1.3e308], [1.3e308, -1.3e308]])
    assert str(found) == "digon"
    assert found.components[0].scale == math.inf
    assert found.components[0].norm_spread == 0


@pytest.mark.parametrize("W", [[[1 + 5j, 0], [0, 1]], torch.eye(2, dtype=torch.complex64)])
def test_complex_weights_lose_no_imaginary_part(W: Any) -> None:
    with pytest.raises(ValueError, match="W must hold real numbers, not complex"):
        describe(W)
