"""The phases of a posterior by sampling, against exact losses and free energies."""

from typing import Any

import numpy as np
import pytest

from analytic.learning_coefficient import free_energy
from analytic.one_sparse import polygons
from numeric.learning_coefficient import local_free_energy, monomials, polygon_target
from numeric.learning_coefficient.models import one_hot_loss
from numeric.learning_coefficient.one_hot_kernel import batch_gradient
from numeric.learning_coefficient.phases import phase_levels, posterior, staircase


def test_levels_are_exact_losses() -> None:
    for name, level in phase_levels(6).items():
        if name[0] != "2":
            point = polygons(int(name[0]))[0].with_dead(name.count("−"), name.count("+"))
            assert level == pytest.approx(float(point.loss()), rel=1e-13), name


@pytest.mark.slow
def test_the_posterior_of_four_features() -> None:
    """At n = 400 the square holds all but a share of about e^−30, and E K = λ/n up to the next order, 5 % here."""
    found = posterior(4, (50, 400), particles=100, runs=3, moves=5)
    assert found.shares.sum(0) == pytest.approx(1)
    assert found.share("4")[1] > 0.95
    assert found.share("3−")[0] == pytest.approx(0.33, abs=0.15)
    assert found.energy[1] == pytest.approx(5.5, abs=5 * found.energy_error[1] + 0.3)
    assert repr(found).startswith("Posterior(c = 4, n = 50 to 400, log Z = ")
    assert np.array_equal(posterior(4, (50, 400), particles=100, runs=3, moves=5).log_z, found.log_z)
    with pytest.raises(ValueError, match=r"phase must be one of 4, 3−, 3\+, .*, got '5'"):
        found.share("5")


def test_local_free_energy_of_the_hexagon() -> None:
    """Within c₁/n, |c₁| < 700, and five errors of the formula with certified constants."""
    n, exact = 100_000, free_energy(polygons(6)[0])
    found = local_free_energy(polygon_target(6), n)
    assert found.value - np.log(exact.copies) == pytest.approx(float(exact.at(n)), abs=700 / n + 5 * found.error)


def test_gradients_of_batches_average_to_that_of_the_loss() -> None:
    """A batch of 4,000 midpoints for each feature; the own term jumps at its threshold, by less than 10, within a cell."""
    rng, c, points = np.random.default_rng(0), 5, 4000
    w = rng.standard_normal((3, 3 * c))
    which = np.tile(np.repeat(np.arange(c), points), (3, 1))
    samples = np.tile((np.arange(points) + 0.5) / points, (3, c))
    found = np.empty_like(w)
    batch_gradient(w, 2, c, which, samples, found)
    assert found == pytest.approx(one_hot_loss(2, c)(w)[1], abs=10 / points / c)


def test_gradient_noise_vanishes_at_the_square_beside_dropped_features() -> None:
    run = staircase(6, None, batch=3, chains=4, steps=50, looks=2)
    assert (run.loss == run.loss[0, 0]).all()
    assert run.share("4−−").tolist() == [1.0, 1.0, 1.0]
    moving = staircase(6, None, plus=2, batch=3, chains=4, steps=50, looks=2)
    assert (moving.loss[1:] != moving.loss[0, 0]).all()


def test_chains_come_down() -> None:
    """At n = 600 most chains have left the square after 2,000 steps; 30 of 30 stay with probability below 1e-9."""
    run = staircase(6, 600, chains=30, steps=2000, looks=2)
    assert run.share("4−−")[0] == 1
    assert run.share("4−−")[-1] < 0.5
    assert repr(run) == "Staircase(c = 6, n = 600: 30 chains, 3 looks to step 2000)"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: posterior(3), "c must be a whole number in .4, 7., got 3"),
        (lambda: posterior(4, (50, 50)), r"n must increase, got \(50, 50\)"),
        (lambda: posterior(4, (5,)), "n must"),
        (lambda: staircase(5, 100, plus=2), "plus must be a whole number in .0, 1., got 2"),
        (lambda: staircase(5, 100, rate=2.0), "rate must lie in"),
        (lambda: local_free_energy(monomials((2,)), 100), "target must be regular but for its turns, got x"),
        (lambda: local_free_energy(polygon_target(4), 100), "target must be regular but for its turns, got 4-gon"),
    ],
)
def test_bad_input(call: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
