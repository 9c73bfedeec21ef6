"""Codes on the sphere held to Tammes' problem, Rankin's bounds, and the polytopes that meet them."""

import numpy as np
import pytest

from numeric.geometry import describe, vertices
from numeric.line_packing import least_cosine
from numeric.line_packing.codes import TAMMES

EPS = float(np.finfo(np.float64).eps)


@pytest.mark.parametrize("n", TAMMES)
def test_the_proved_codes_on_the_sphere_are_reached_by_default(n: int) -> None:
    """Nine decimals; stopping once they are reached changes nothing of the default search up to there."""
    found = least_cosine(n, 3, enough=TAMMES[n] + 5e-10)
    assert found.cosine == pytest.approx(TAMMES[n], rel=0, abs=1e-9)
    products = found.W.T @ found.W
    assert np.triu(products, 1)[np.triu_indices(n, 1)].max() == pytest.approx(found.cosine, abs=8 * EPS)
    np.testing.assert_allclose(np.diag(products), 1, rtol=8 * EPS)


# The rectified 5-cell (Petersen graph) and the 5-demicube (Clebsch graph), optimal by Levenshtein's bound; up to 2m points, 0.
@pytest.mark.parametrize(
    ("n", "m", "exact"), [(10, 4, 1 / 6), (16, 5, 1 / 5), (6, 3, 0.0), (5, 3, 0.0), (8, 4, 0.0), (7, 4, 0.0)]
)
def test_codes_in_closed_form(n: int, m: int, exact: float) -> None:
    found = least_cosine(n, m, enough=exact)
    assert found.cosine == pytest.approx(exact, rel=0, abs=2e-14)
    assert found.angle == pytest.approx(np.arccos(exact), rel=0, abs=4e-14)


@pytest.mark.parametrize("n", range(4, 9))
def test_codes_in_the_plane_are_polygons(n: int) -> None:
    found = least_cosine(n, 2)
    assert found.cosine == pytest.approx(np.cos(2 * np.pi / n), rel=0, abs=2e-14)
    np.testing.assert_allclose(
        np.sort((found.W.T @ found.W).ravel()),
        np.sort((vertices(f"{n}-gon").T @ vertices(f"{n}-gon")).ravel()),
        atol=1e-7,
    )


@pytest.mark.parametrize(("n", "m"), [(2, 1), (2, 3), (4, 3), (3, 5)])
def test_few_points_are_a_simplex(n: int, m: int) -> None:
    found = least_cosine(n, m)
    assert found.W.shape == (m, n)
    assert (found.cosine, found.starts) == (-1 / (n - 1), 0)
    np.testing.assert_allclose(found.W.T @ found.W, (n * np.eye(n) - 1) / (n - 1), atol=8 * EPS)


def test_three_points_of_the_line_coincide() -> None:
    found = least_cosine(3, 1)
    assert (found.cosine, found.angle, found.W.tolist()) == (1.0, 0.0, [[1.0, -1.0, 1.0]])


def test_opposite_points_are_far_apart_here() -> None:
    """Eight points are a square antiprism, whose coherence is far above the least of eight lines."""
    found = least_cosine(8, 3, starts=4)
    assert str(describe(found.W)) == "square antiprism"
    assert np.abs(np.triu(found.W.T @ found.W, 1)).max() > 0.7 > 0.648


def test_sizes_out_of_range_are_named() -> None:
    with pytest.raises(ValueError, match="starts must be a whole number of at least 1, got 0"):
        least_cosine(3, 2, starts=0)
