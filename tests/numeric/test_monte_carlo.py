"""Monte Carlo, within 5 standard errors: a false alarm has probability 6e-7 each. Seeds are fixed."""

import math

import pytest

from numeric.monte_carlo import expected_loss_monte_carlo
from numeric.quadrature import expected_loss_quadrature


@pytest.mark.parametrize("s", [0.0, 0.6])
def test_antipodal_pair(s: float) -> None:
    """W = (1, -1): the loss is 2·min(x₁, x₂)² where both are active: mean p²/3, second moment 4p²/15."""
    p, samples = 1 - s, 1_200_000  # more than two chunks, the last one short
    found = expected_loss_monte_carlo([[1, -1]], None, s, samples=samples, seed=1)
    error = math.sqrt((4 * p**2 / 15 - p**4 / 9) / samples)
    assert abs(found.mean - p**2 / 3) < 5 * error
    # The kurtosis is below 20, so that a standard error is known to √(20/N)/2 = 0.2 %, 1 % at five sigma.
    assert found.standard_error == pytest.approx(error, rel=0.01)


def test_against_quadrature() -> None:
    W = [[1.0, -0.4, 0.3], [0.2, 0.9, -0.7]]
    arguments = (W, [0.1, -0.2, 0.05], [0.3, 0.5, 0.9], [1.0, 2.0, 0.5])
    found = expected_loss_monte_carlo(*arguments, samples=400_000)
    assert abs(found.mean - expected_loss_quadrature(*arguments).value) < 5 * found.standard_error
    assert found.standard_error < 0.002


@pytest.mark.parametrize("chunk", [1, 6, 1000])
@pytest.mark.slow
def test_chunks_are_merged(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """With one sample to a chunk the whole variance comes from merging; √(20/N)/2 is 2 %, 8 % at 4 sigma (6e-5)."""
    monkeypatch.setattr("numeric.monte_carlo._CHUNK", chunk)
    samples = 20_001
    found = expected_loss_monte_carlo([[1, -1]], None, 0, samples=samples, seed=2)
    error = math.sqrt((4 / 15 - 1 / 9) / samples)
    assert abs(found.mean - 1 / 3) < 5 * error
    assert found.standard_error == pytest.approx(error, rel=0.08)


def test_seed_and_degenerate_law() -> None:
    first = expected_loss_monte_carlo([[0.5, 1.5]], None, 0.3, samples=1000, seed=3)
    assert first == expected_loss_monte_carlo([[0.5, 1.5]], None, 0.3, samples=1000, seed=3)
    assert first != expected_loss_monte_carlo([[0.5, 1.5]], None, 0.3, samples=1000, seed=4)
    assert expected_loss_monte_carlo([[0.5, 1.5]], [0.5, -1.0], 1, samples=10) == (0.25, 0.0)


def test_too_few_samples() -> None:
    with pytest.raises(ValueError, match="samples must be a whole number of at least 2, got 1"):
        expected_loss_monte_carlo([[1.0]], None, 0.5, samples=1)
