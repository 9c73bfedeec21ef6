"""Known plateaus and jumps are found, nothing is found where nothing jumps, and real training runs into polygons."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from numeric.dynamics import (
    BAND,
    FACTOR,
    LOSS_SPARSITY,
    PUBLISHED_FINAL_LOSS,
    TRIPLES,
    Crossing,
    Plateau,
    Trajectory,
    correlated_triples,
    digons,
    follow,
    loss_transitions,
    noise_free,
    sketched_loss,
)
from numeric.dynamics.plateau import crossings, plateaus
from numeric.geometry.polytope_vertices import polygon
from numeric.minimise import minimise_loss
from numeric.train.recording import logarithmic

STEPS = logarithmic(250, 10_000)[1:]
TIMES = np.array(STEPS, dtype=float)


def staircase(at: list[int], levels: list[float]) -> NDArray[np.float64]:
    """levels[0] before step at[0], levels[1] from there on, ..."""
    return np.array(levels)[np.searchsorted(at, TIMES, side="right")]


def test_the_steps_of_a_staircase_are_found_exactly() -> None:
    at = [STEPS[60], STEPS[90], STEPS[120]]
    values = staircase(at, [0.2, 0.4, 2 / 3, 0.5])
    before = [STEPS[59], STEPS[89], STEPS[119]]
    assert crossings(STEPS, values) == tuple(Crossing(t, s, t) for t, s in zip(at, before, strict=True))
    assert plateaus(STEPS, values) == (
        Plateau(1, before[0], 0.2),
        Plateau(at[0], before[1], 0.4),
        Plateau(at[1], before[2], 2 / 3),
        Plateau(at[2], 10_000, 0.5),
    )


@given(
    st.integers(40, len(STEPS) - 30),  # room for a window on both sides
    st.floats(0, 1),
    # A difference beyond the band by more than the noise can take away from it.
    st.floats(2.1 * BAND, 1) | st.floats(-1, -2.1 * BAND),
    st.integers(0, 2**32 - 1),
)
def test_one_step_under_noise_is_found_exactly(place: int, level: float, change: float, seed: int) -> None:
    """Noise of at most band/2 leaves the windows of each side quiet, moves each median by at most band/2, and no value
    beyond the midpoint: |change|/2 > band.
    """
    noise = np.random.default_rng(seed).uniform(-BAND / 2, BAND / 2, len(STEPS))
    found = crossings(STEPS, staircase([STEPS[place]], [level, level + change]) + noise)
    assert found == (Crossing(STEPS[place], STEPS[place - 1], STEPS[place]),)


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_nothing_jumps_where_noise_is_within_the_band(seed: int, share: float) -> None:
    noise = share * np.random.default_rng(seed).uniform(-BAND / 2, BAND / 2, len(STEPS))
    assert crossings(STEPS, 0.5 + noise) == ()
    (whole,) = plateaus(STEPS, 0.5 + noise)
    assert (whole.first, whole.last) == (1, 10_000)


def test_flat_drifting_and_loud_series_have_no_jump() -> None:
    assert crossings(STEPS, np.full(len(STEPS), 0.5)) == ()
    # A window spans at most FACTOR² in steps where these are whole numbers near 10, and the rise in it at most the band.
    late = TIMES >= 10
    drift = np.where(late, np.log(np.maximum(TIMES, 10)), np.log(10)) * BAND / np.log(FACTOR**2)
    assert np.ptp(drift) > 10 * BAND
    assert crossings(STEPS, drift) == ()
    assert len(plateaus(STEPS, drift)) == 1
    # Noise that leaves the band in every window: no plateau, hence no jump.
    loud = np.where(np.arange(len(STEPS)) % 2, 0.0, 1.1 * BAND)
    assert plateaus(STEPS, loud) == ()
    assert crossings(STEPS, loud) == ()


def test_an_excursion_that_comes_back_is_no_jump_and_a_ramp_turns_at_its_midpoint() -> None:
    excursion = staircase([STEPS[80], STEPS[82]], [0.5, 0.9, 0.5])  # shorter than a window
    assert len(plateaus(STEPS, excursion)) == 2
    assert crossings(STEPS, excursion) == ()
    ramp = np.clip((np.arange(len(STEPS)) - 79.5) / 10, 0, 1)  # 1/2 between places 84 and 85
    (found,) = crossings(STEPS, ramp)
    assert found.step == STEPS[85]
    assert found.left <= STEPS[80]
    assert found.reached >= STEPS[89]


def morph(k: int) -> Trajectory:
    """Two digons and an unlearned feature up to the k-th recorded step, a pentagon from there on."""
    pair = np.array([[1.0, -1.0, 0, 0, 1e-3], [0, 0, 1.0, -1.0, 0]])
    W = np.array([pair if row < k else polygon(5) for row in range(len(STEPS))])
    return Trajectory(STEPS, W, np.zeros((len(STEPS), 5)), np.where(np.arange(len(STEPS)) < k, 0.03, 0.02))


def test_a_jump_names_features_geometry_and_loss() -> None:
    run = morph(90)
    (jump,) = run.jumps()
    # The unlearned column is short: D = 1e-6 / (1e-6 + 2), and 2/5 in the pentagon; the digons fall from 1/2 to 2/5.
    assert jump.features == (0, 1, 2, 3, 4)
    assert (jump.step, jump.left, jump.reached) == (STEPS[90], STEPS[89], STEPS[90])
    assert (str(jump.before), str(jump.after)) == ("2 digons + 1 unlearned", "pentagon")
    assert (jump.loss_before, jump.loss_after) == (0.03, 0.02)
    first, second = run.loss_plateaus()
    assert (first.last, second.first) == (STEPS[89], STEPS[90])
    np.testing.assert_allclose((first.level, second.level), (0.03, 0.02), rtol=1e-15)
    assert str(run.geometry(10_000)) == "pentagon"


def test_only_features_that_change_level_are_named_and_late_ones_apart() -> None:
    W = np.array([[[1.0, -1.0, 0, 0], [0, 0, 1.0, 0.0]]] * len(STEPS))
    W[80:, 1, 3] = -1.0  # feature 2 gets an antipode, D from 1 to 1/2; feature 3 from 0 to 1/2
    W[120:, 0, 1] = 0.0  # feature 1 goes, feature 0 is dedicated
    first, second = Trajectory(STEPS, W, np.zeros((len(STEPS), 4)), np.ones(len(STEPS))).jumps()
    assert (first.step, first.features) == (STEPS[80], (2, 3))
    assert (second.step, second.features) == (STEPS[120], (0, 1))
    assert str(second.after) == "digon + 1 dedicated + 1 unlearned"


@pytest.mark.slow
def test_training_from_a_plateau_to_the_pentagon() -> None:
    """The settings of the slides with seed 4, which lingers before the pentagon."""
    config = loss_transitions((4,))
    (run,) = follow(config, count=80)
    assert (run.steps[0], run.steps[-1]) == (1, 10_000)
    last = run.jumps()[-1]
    assert str(last.after) == "pentagon"
    assert str(last.before) != "pentagon"
    assert last.left <= last.step <= last.reached
    assert last.loss_after < last.loss_before
    assert len(run.loss_plateaus()) == 3
    # Descent without noise from where training ended is the least loss of any start, to the square of 1e-9/curvature.
    least = minimise_loss(5, 2, LOSS_SPARSITY, starts=8).value
    np.testing.assert_allclose(noise_free(config, [run]), least, rtol=0, atol=1e-14)
    assert run.loss[-1] > least


@pytest.mark.slow
def test_the_sparsity_of_the_loss_transitions_is_the_nearest_to_the_published_final_loss() -> None:
    off = {s: abs(minimise_loss(5, 2, s, starts=8).value - PUBLISHED_FINAL_LOSS) for s in (0.91, LOSS_SPARSITY, 0.93)}
    assert min(off, key=off.__getitem__) == LOSS_SPARSITY


def test_two_frames_have_dimensionality_one_half_however_they_are_turned() -> None:
    """WWᵀ = 2 for two orthonormal frames side by side: D does not see the turn between prism and octahedron."""
    rng = np.random.default_rng(0)
    turned = np.linalg.qr(rng.normal(size=(len(STEPS), 3, 3)))[0]
    W = np.concatenate([np.broadcast_to(np.eye(3), turned.shape), turned], axis=2)
    run = Trajectory(STEPS, W, np.zeros((len(STEPS), 6)), np.ones(len(STEPS)))
    np.testing.assert_allclose(run.D, 0.5, rtol=1e-14)
    assert run.jumps() == ()


def test_settings() -> None:
    assert digons(range(3)).seeds == (0, 1, 2)
    assert digons((7,)).n_features == 2 * digons((7,)).n_hidden
    law: Any = correlated_triples((0,)).law
    assert law.groups == TRIPLES
    config = loss_transitions((0, 1))
    rates = [1e-3 * config.schedule(step, config.steps) for step in (0, 2873, 2874, config.steps - 1)]
    np.testing.assert_allclose(rates, [1e-3, 1e-3, 8e-4, 5.12e-4], rtol=1e-15)


def test_sketched_loss_is_near_the_population_loss() -> None:
    config = replace(loss_transitions((0,)), steps=50)
    (sketch,) = follow(config, count=5, loss=sketched_loss)
    (exact,) = follow(config, count=5)
    assert np.array_equal(sketch.W, exact.W)
    # 2^14 samples of a loss whose standard deviation is below 1/2 (at most 5, rarely more than one feature active): six.
    assert np.abs(sketch.loss - exact.loss).max() < 6 * 0.5 / 2**7
    assert np.abs(sketch.loss - exact.loss).max() > 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: plateaus((1, 2), [0.5]), r"values must have shape \(2,\) to match steps, got \(1,\)"),
        (lambda: plateaus((1, 2), [0.5, np.nan]), "values must be finite, got nan"),
        (lambda: plateaus((0, 2), [0.5, 0.5]), r"steps must be a whole number in \[1, 2\^63\), got 0"),
        (lambda: crossings((2, 2), [0.5, 0.5]), r"steps must increase from at least 1, got \(2, 2\)"),
        (lambda: plateaus((), []), r"steps must increase from at least 1, got \(\)"),
        (lambda: plateaus((1,), [0.5], band=0), r"band must be finite and above 0, got 0\.0"),
        (lambda: crossings((1,), [0.5], factor=1), r"factor must be finite and above 1, got 1\.0"),
        (lambda: morph(9).geometry(0), r"step must be one of the \d+ recorded ones, got 0"),
        (
            lambda: follow(replace(loss_transitions((3,)), importance=(1e300,), steps=50), count=3, loss=sketched_loss),
            r"a trajectory must be finite, but models \(0,\) of the stack diverged",
        ),
    ],
)
def test_bad_input(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
