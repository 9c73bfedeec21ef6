"""Free energies of phases: each part of their constants against its definition, and where two are equal."""

from itertools import permutations

import numpy as np
import pytest
from scipy.special import ndtr

from analytic.learning_coefficient import FreeEnergy, free_energy, learning_coefficient, phases, switches
from analytic.one_sparse import Potential, polygons


def of(k: int, minus: int = 0, plus: int = 0) -> FreeEnergy:
    return free_energy(polygons(k)[0].with_dead(minus, plus))


@pytest.mark.parametrize(("k", "minus", "plus"), [(5, 0, 0), (5, 1, 0), (5, 0, 1), (6, 0, 0)])
def test_the_determinant_is_that_of_nonzero_eigenvalues(k: int, minus: int, plus: int) -> None:
    point = polygons(k)[0].with_dead(minus, plus)
    hessian = np.array([[float(x) for x in row] for row in Potential(point.W, point.b).hessian(20)]) / (3 * point.c)
    values = np.linalg.eigvalsh(hessian)
    zeros = 1 + 3 * minus
    assert np.abs(np.sort(np.abs(values))[:zeros]).max() < 1e-12
    found = np.log(np.sort(np.abs(values))[zeros:]).sum()
    assert float(of(k, minus, plus).log_determinant or 0) == pytest.approx(found, abs=1e-10)


def test_the_plateau_is_the_mass_where_nothing_acts() -> None:
    """The midpoint rule on the definition, which at the edge of a polygon is off by its length times a cell."""
    point = polygons(5)[0]
    W, b, cells = np.array([[float(x) for x in row] for row in point.W]), float(point.bias), 1000
    side = (2 * (np.arange(cells) + 0.5) / cells - 1) * 0.4
    u = np.stack(np.meshgrid(side, side)).reshape(2, -1)
    most = (W.T @ u).max(0)
    density = np.exp(-(u**2).sum(0) / 2) / (2 * np.pi) * ndtr(-np.maximum(most, (u**2).sum(0)))
    mass = (density * (most <= -b)).sum() * (0.8 / cells) ** 2
    assert float(of(5, 1).log_plateau or 0) == pytest.approx(np.log(mass), abs=2e-3)


@pytest.mark.parametrize(("k", "minus", "plus"), [(3, 1, 1), (5, 1, 0), (5, 0, 0)])
def test_copies_are_arrangements_that_no_turn_relates(k: int, minus: int, plus: int) -> None:
    places = [*range(k), *["−"] * minus, *["+"] * plus]
    orbits = {
        min(tuple((x + turn) % k if isinstance(x, int) else x for x in order) for turn in range(k))
        for order in permutations(places)
    }
    assert of(k, minus, plus).copies == len(orbits)


def test_triangles_beside_dropped_features() -> None:
    """λ = 3 + u: norms and biases of the triangle, and a dropped weight costs Σ(W_i·W_j)₊² in two dimensions."""
    assert [learning_coefficient(polygons(3)[0].with_dead(u)).value for u in (0, 1, 2, 3)] == [3, 4, 5, 6]
    assert learning_coefficient(polygons(3)[0].with_dead(0, 1)).value is None


def test_the_transition_of_six_features() -> None:
    """Published approximations of the step from 5− to 6, and Laplace's: free energies change order there."""
    five, six = of(5, 1), of(6)
    for keep, n in (("logarithm", 445), ("norm", 601), ("everything", 112)):
        last = switches(five, six, keep)[-1]  # type: ignore[arg-type]
        assert int(float(last)) == n
        below, above = (float(six.at(m, keep)) - float(five.at(m, keep)) for m in (n, n + 1))  # type: ignore[arg-type]
        assert below > 0 > above
    assert float(six.constant or 0) == pytest.approx(-11.9117, abs=1e-4)


def test_equal_coefficients_meet_once_or_never() -> None:
    plus, six = of(5, 0, 1), of(6)
    assert [round(float(n)) for n in switches(plus, six)] == [63]
    assert switches(plus, six, "logarithm") == ()


@pytest.mark.slow
def test_the_phases_of_five_features() -> None:
    assert [phase.name for phase in phases(5)] == ["5", "4−", "4+", "3−−", "3−+", "3++"]


def test_bad_input() -> None:
    five, plus = of(5, 1), of(3, 0, 1)
    with pytest.raises(ValueError, match="the learning coefficient of 3\\+ is not known"):
        plus.at(10)
    with pytest.raises(ValueError, match="the constant of 3 is not known"):
        of(3).at(10)
    with pytest.raises(ValueError, match="keep must be one of logarithm, norm, everything, got 'all'"):
        five.at(10, "all")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="second must have another loss than 5−, got 5−"):
        switches(five, five)
    with pytest.raises(ValueError, match=r"point must be a minimum, got .* a saddle"):
        of(10)
    with pytest.raises(ValueError, match="n must be a whole number"):
        five.at(0)
