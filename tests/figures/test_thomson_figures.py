"""What the figures of points on a sphere show, held to exact and published values, and that they are drawn."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from captions import checked
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot
from numpy.typing import NDArray

from figures.charges import thomson as slides
from figures.charges import thomson_fit as fit
from figures.charges import thomson_plate as plate
from figures.motifs import solid
from numeric.thomson import ROUNDING, best_known, solve

EPS = float(np.finfo(float).eps)
Floats = NDArray[np.float64]


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def growth() -> fit.Growth:
    """Solved up to eight points; the solver itself is held to the table elsewhere."""

    def quick(n: int, starts: int) -> SimpleNamespace:
        return SimpleNamespace(value=solve(n, starts=2).value if n <= 8 else best_known()[n].energy)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "solve", quick)
        return fit.numbers(progress=silent)


@pytest.mark.slow
def test_the_solutions_of_the_slides_have_the_exact_energies() -> None:
    rests = slides.numbers(progress=silent)
    assert [rest.name for rest in rests] == ["digon", "triangle", "tetrahedron", "triangular bipyramid"]
    assert [rest.point_group for rest in rests] == ["D_inf_h", "D3h", "Td", "D3h"]
    for rest in rests:
        assert rest.proved
        assert rest.energy == pytest.approx(float(rest.exact), rel=16 * EPS)
    assert "all of them are proved" in checked(slides.caption(rests))
    pyplot.close(slides.draw(rests))


@pytest.mark.slow
def test_the_plate_is_the_published_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plate, "solve", lambda n, starts: solve(n, starts=2))
    rests = plate.numbers(progress=silent)
    assert [len(rest.points) for rest in rests] == list(range(2, 13))
    for rest in rests:
        n = len(rest.points)
        known = best_known()[n]
        assert abs(rest.energy - known.energy) <= ROUNDING + 64 * EPS * known.energy
        assert rest.point_group == known.point_group
        assert rest.proved == (n in (2, 3, 4, 5, 6, 12))
        if n > 3:  # Euler: n − e + f = 2 with 2e = 3t + 4q
            assert 2 * n - 4 == rest.triangles + 2 * rest.quadrilaterals
    assert "proved to be the least for 2, 3, 4, 5, 6, 12" in checked(plate.caption(rests))
    assert "each number of points ended in one minimum" in checked(plate.caption(rests))
    pyplot.close(plate.draw(rests))


@pytest.mark.slow
def test_the_fits_are_least_squares(growth: fit.Growth) -> None:
    """A residual of least squares is orthogonal to each term; the second fit is the closer."""
    N, E = growth.sizes, growth.energies
    assert list(N) == list(range(2, 101))
    for n, energy in zip(N, E, strict=True):
        assert abs(energy - best_known()[int(n)].energy) <= 1e-9
    for coefficients, powers in ((growth.one, (1.5,)), (growth.two, (1.5, 0.5))):
        residual = growth.residual(coefficients)
        assert len(coefficients) == len(powers)
        for power in powers:
            size = np.linalg.norm(N**power) * np.linalg.norm(E)
            assert abs(residual @ N**power) <= 64 * EPS * size
    literal = E - (N**2 / 2 - growth.two[0] * N**1.5 + growth.two[1] * N**0.5)
    np.testing.assert_allclose(growth.residual(growth.two), literal, rtol=0, atol=16 * EPS * E.max())
    assert np.abs(growth.residual(growth.two)).max() < np.abs(growth.residual(growth.one)).max()
    assert "deepest: 12, 32, 48, 72, 78" in checked(fit.caption(growth))
    pyplot.close(fit.draw(growth))


def test_the_conjectured_slope_is_the_energy_of_a_lattice() -> None:
    """Σ' 1/|v| over the hexagonal lattice less its neutral background, by Ewald's split, which converges at once and uses no zeta
    function: at unit density, Σ' erfc(√π |v|)/|v| + Σ' erfc(√π |k|)/|k| − 4, and the dual lattice is the lattice, turned.
    """
    side = math.sqrt(2 / math.sqrt(3))
    lengths = [
        side * math.sqrt(a * a + a * b + b * b)
        for a, b in itertools.product(range(-8, 9), repeat=2)
        if (a, b) != (0, 0)
    ]
    series = 2 * sum(math.erfc(math.sqrt(math.pi) * length) / length for length in lengths) - 4
    # N points of density N/4π: half of N·series·√(N/4π).
    assert float(fit.conjectured_slope().evalf()) == pytest.approx(-series / 2 / math.sqrt(4 * math.pi), rel=1e-14)


@given(st.integers(3, 12), st.integers(0, 2**20))
def test_standing_up_is_a_rotation(n: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(n, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    for turned in (solid.upright(points), solid.seen(points), solid.seen(solid.upright(points), 90, 0)):
        np.testing.assert_allclose(turned @ turned.T, points @ points.T, rtol=0, atol=64 * EPS)
        # No mirror image: three points keep their orientation.
        assert np.linalg.det(turned[:3]) == pytest.approx(np.linalg.det(points[:3]), abs=64 * EPS)


def test_an_axis_stands_upright_and_is_seen_from_above() -> None:
    bipyramid = np.array(
        [[0, 0, 1], [0, 0, -1], *[[math.cos(t), math.sin(t), 0] for t in 2 * np.pi * np.arange(5) / 5]]
    )
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    standing = solid.upright(bipyramid @ turn)
    assert np.abs(standing[:2, :2]).max() < 1e-12
    right, up, towards = solid.seen(np.array([0.0, 0.0, 1.0]), elevation=30)
    assert (right, up, towards) == pytest.approx((0, math.cos(math.pi / 6), 0.5))


def test_colours_tell_orbits_apart() -> None:
    bipyramid = np.array(
        [[0, 0, 1], [0, 0, -1], *[[math.cos(t), math.sin(t), 0] for t in 2 * np.pi * np.arange(3) / 3]]
    )
    assert solid.alike(bipyramid).tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("name", "shown"), [("D3h", "$D_{3h}$"), ("D_inf_h", r"$D_{\infty h}$"), ("T", "$T$"), ("Ih", "$I_{h}$")]
)
def test_point_groups_are_written_as_in_print(name: str, shown: str) -> None:
    assert solid.schoenflies(name) == shown
