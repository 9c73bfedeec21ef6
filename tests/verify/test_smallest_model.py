"""The suite's own checks, small: they pass as things are, and go red where something is wrong."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from analytic.exact.roots import rational_number
from analytic.n2m1 import CriticalPoint, SmallestModel
from numeric.running.progress import Progress
from verify.check import Check, Outcome
from verify.suites import smallest_loss, smallest_minima, smallest_training
from verify.suites.smallest_model import claims


def silent(share: float) -> None:
    assert 0 <= share <= 1


def passed(outcome: Outcome) -> bool:
    return Check("", "", outcome, 0.0).passed


def test_points_cover_the_chambers_and_their_edges() -> None:
    points = smallest_loss.points(60)
    pairs = [(point.w1, point.w2) for point in points]
    assert sum(a * b > 0 for a, b in pairs) >= 15
    assert sum(a * b < 0 and abs(a) > abs(b) for a, b in pairs) >= 15
    assert sum(a * b < 0 and abs(b) > abs(a) for a, b in pairs) >= 15
    assert any(a * b == 0 for a, b in pairs)
    assert len({point.label for point in points}) == 60
    assert any(point.model.parameters[3] > 0 for point in points)
    assert any(a == -b for a, b in [(p.w1, p.w2) for p in smallest_loss.points(9)]) or any(a == -b for a, b in pairs)


SMALL = [
    lambda: smallest_loss.quadrature(12, silent),
    lambda: smallest_loss.monte_carlo(2, 100_000, silent),
    lambda: smallest_loss.kink(silent),
    lambda: smallest_loss.compiled(12, silent),
    lambda: smallest_loss.published_antipodal(silent),
    lambda: smallest_loss.hand_set(2, 100_000, silent),
    lambda: smallest_minima.nothing_below(2, silent),
    lambda: smallest_minima.minimum_reached(2, silent),
    lambda: smallest_minima.critical_points(6, silent),
    lambda: smallest_minima.diagram(20, silent),
    lambda: smallest_minima.boundary(silent),
    lambda: smallest_minima.transition_order(silent),
]


@pytest.mark.parametrize("measure", SMALL)
@pytest.mark.slow
def test_each_check_passes(measure: object) -> None:
    assert passed(measure())  # type: ignore[operator]


def test_claims_have_names_of_their_own_and_end_with_a_full_stop() -> None:
    table = claims()
    assert len({claim.name for claim in table}) == len(table) == 15
    assert all(claim.claim.endswith(".") for claim in table)


@pytest.mark.parametrize(
    ("name", "measure"),
    [
        ("quadrature", lambda: smallest_loss.quadrature(6, silent)),
        ("monte_carlo", lambda: smallest_loss.monte_carlo(2, 100_000, silent)),
        ("published_antipodal", lambda: smallest_loss.published_antipodal(silent)),
    ],
)
def test_a_common_factor_in_the_exact_loss_is_seen(name: str, measure: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search cannot see a factor common to all of K: these checks compare values with routes that do not share it."""
    original = SmallestModel.loss
    monkeypatch.setattr(SmallestModel, "loss", lambda self, w1, w2: original(self, w1, w2) / 2)
    assert not passed(measure())  # type: ignore[operator]


def _without_best(points: tuple[CriticalPoint, ...]) -> tuple[CriticalPoint, ...]:
    return points[1:]


def _too_low(points: tuple[CriticalPoint, ...]) -> tuple[CriticalPoint, ...]:
    lower = rational_number(Fraction(float(points[0].value)) - Fraction(1, 10**9))
    return (replace(points[0], value=lower), *points[1:])


@pytest.mark.parametrize(
    ("change", "measure"),
    [
        (_without_best, smallest_minima.nothing_below),
        (_without_best, smallest_minima.critical_points),
        (_without_best, smallest_minima.diagram),
        (_too_low, smallest_minima.minimum_reached),
        (_too_low, smallest_minima.diagram),
    ],
)
@pytest.mark.slow
def test_a_lost_or_wrong_minimum_is_seen(change: object, measure: object, monkeypatch: pytest.MonkeyPatch) -> None:
    original = SmallestModel.critical_points
    monkeypatch.setattr(SmallestModel, "critical_points", lambda self: change(original(self)))  # type: ignore[operator]
    assert not passed(measure(3, silent))  # type: ignore[operator]


@pytest.fixture(scope="module")
def result() -> smallest_training.Trained:
    """A short training: rough weights, but real ones."""
    return smallest_training.Runs(4, 300, 256, "cpu").trained(silent)


@pytest.mark.slow
def test_training_is_done_once_and_reports_basins(result: smallest_training.Trained) -> None:
    outcome = smallest_training.phases(result)
    assert outcome.data["models"] == 48 * 4
    assert len(outcome.data["basins"]) == 48
    assert passed(smallest_training.above(result))


@pytest.mark.slow
def test_judges_of_training_go_red(result: smallest_training.Trained) -> None:
    exact = result.exact[:, None]
    assert not passed(smallest_training.above(replace(result, losses=exact - 1e-9 + 0 * result.losses)))
    assert not passed(smallest_training.above(replace(result, diverged=1)))
    assert not passed(smallest_training.close(replace(result, losses=exact + 1.01 * result.noise[:, None])))
    assert passed(
        smallest_training.close(replace(result, losses=exact + 0.99 * result.noise[:, None] + 0 * result.losses))
    )
    right = np.repeat((result.gap < 0)[:, None], 4, axis=1)
    assert passed(smallest_training.phases(replace(result, antipodal=right)))
    assert not passed(smallest_training.phases(replace(result, antipodal=~right)))


@pytest.mark.slow
def test_sampling_noise_is_that_of_a_fit_to_samples() -> None:
    """The excess of 200 fits to 2,000 samples each: its mean is tr(H⁻¹Σ)/2N.

    The excess is near (1/2N)·χ² with about two degrees of freedom, so the mean of 200 has a relative error of 1/√200 = 7 %,
    and the second order in 1/N adds a few percent: within 30 % is four standard errors.
    """
    model = SmallestModel("1/2", (1, "1/2"))
    minimum = np.array(model.global_minima()[0].floats)
    random, samples = np.random.default_rng(1), 2000
    loss = smallest_minima.objective(model)
    least = loss(minimum)[0]
    excess = []
    for _ in range(200):
        x = random.random((samples, 2)) * (random.random((samples, 2)) >= 0.5)

        def fit(w: np.ndarray, x: np.ndarray = x) -> tuple[float, np.ndarray]:
            h = x @ w
            error = np.maximum(h[:, None] * w, 0) - x
            slope = 2 * error * (h[:, None] * w > 0) * np.array([1.0, 0.5])
            return float((error**2 @ [1.0, 0.5]).mean()), (slope * h[:, None]).mean(0) + ((slope @ w) @ x) / samples

        best = smallest_minima.minimise(fit, minimum[None], gradient_tolerance=1e-6).point
        excess.append(loss(best)[0] - least)
    assert np.mean(excess) == pytest.approx(smallest_training.sampling_noise(model, samples), rel=0.3)


def test_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    shares: list[float] = []
    progress: Progress = shares.append
    smallest_minima.diagram(4, progress)
    assert shares == [0.25, 0.5, 0.75, 1.0]
