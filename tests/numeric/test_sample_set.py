"""Finite sets of sparse samples of length 1: their law, their prefixes, what is drawn again, and what memory allows."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from numeric.sample import draw_samples, finite_set

EPS = np.finfo(np.float64).eps


@given(
    samples=st.integers(1, 60),
    n=st.integers(1, 12),
    # Up to 0.99: then one draw in 1/(1 - 0.99) has an active feature at n = 1, and all others are drawn again.
    sparsity=st.floats(0, 0.99),
    seed=st.integers(0, 2**40),
)
def test_every_sample_has_length_one_and_positive_entries(samples: int, n: int, sparsity: float, seed: int) -> None:
    drawn = draw_samples(samples, n, sparsity, seed)
    assert drawn.X.shape == (samples, n)
    assert drawn.X.has_canonical_format
    assert (drawn.X.data > 0).all()
    # Rounding of a square, a sum of n of them, a root and a quotient.
    np.testing.assert_allclose(np.sqrt(drawn.X.power(2).sum(axis=1)), 1, rtol=(n + 4) * EPS)
    assert drawn.resampled >= 0


def test_a_smaller_set_is_the_beginning_of_a_larger_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finite_set, "_ROWS", 8)
    monkeypatch.setattr(finite_set, "_DRAWN", 16)
    whole = draw_samples(50, 5, 0.8, (3, 1))
    for samples in (1, 7, 8, 9, 16, 49):
        part = draw_samples(samples, 5, 0.8, (3, 1))
        assert (whole.X[:samples] != part.X).nnz == 0
        assert part.resampled <= whole.resampled
    assert (draw_samples(50, 5, 0.8, (3, 2)).X != whole.X).nnz > 0


@pytest.mark.parametrize("entries", [3, 1 << 20])
@pytest.mark.slow
def test_supports_follow_the_law_given_that_they_are_not_empty(entries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """χ² over the seven nonempty supports of three features, drawn a row or thousands at a time; a false alarm has probability
    1e-4 for a random seed.
    """
    monkeypatch.setattr(finite_set, "_DRAWN", entries)
    drawn = draw_samples(20_000, 3, 0.6, 7)
    active = drawn.X.toarray() > 0
    found = np.bincount(active @ [1, 2, 4], minlength=8)[1:]
    sizes = np.array([bin(k).count("1") for k in range(1, 8)])
    chance = 0.4**sizes * 0.6 ** (3 - sizes) / (1 - 0.6**3)
    assert stats.chisquare(found, 20_000 * chance).pvalue > 1e-4
    # Draws without an active feature come 0.6³/(1 - 0.6³) times as often: a negative binomial law.
    empty = stats.nbinom(20_000, 1 - 0.6**3)
    assert empty.ppf(5e-5) <= drawn.resampled <= empty.ppf(1 - 5e-5)


def test_directions_are_those_of_uniform_values() -> None:
    """Of two dense features the smaller over the larger is uniform; false alarm 1e-4."""
    X = draw_samples(20_000, 2, 0.0, 11).X.toarray()
    assert stats.kstest(X.min(axis=1) / X.max(axis=1), "uniform").pvalue > 1e-4
    assert abs((X[:, 0] < X[:, 1]).mean() - 0.5) < stats.norm.isf(5e-5) * 0.5 / np.sqrt(20_000)


def test_published_size_costs_its_active_entries_alone() -> None:
    drawn = draw_samples(20_000, 10_000, 0.999, 0)
    # Binomial: mean 10, standard deviation below √10 per sample; five of them for the sum.
    assert abs(drawn.X.nnz - 200_000) < 5 * np.sqrt(200_000)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 5, 0.5, 0), "samples must be a whole number of at least 1, got 0"),
        ((1.5, 5, 0.5, 0), r"samples must be a whole number of at least 1, got 1\.5"),
        ((3, 5, 1.0, 0), r"sparsity must lie in \[0, 1\), got 1\.0"),
        ((3, 5, float("nan"), 0), r"sparsity must lie in \[0, 1\), got nan"),
        ((3, 5, "0.5", 0), r"sparsity must be a real number, got '0\.5'"),
        ((3, 5, None, 0), "sparsity must be a real number, got None"),
        # These would be drawn for ever.
        ((1, 1, 1 - 2**-53, 0), r"leaves all 1 features 0 in nearly every draw: T = 1 samples .* about 9e\+15 draws"),
        ((3, 10**7, 1 - 1e-15, 0), "leaves all 10000000 features 0 in nearly every draw"),
        ((3, 0, 0.5, 0), "n_features must be a whole number of at least 1, got 0"),
        ((3, 2.5, 0.5, 0), r"n_features must be a whole number of at least 1, got 2\.5"),
        ((3, 5, 0.5, -1), "seed must be a whole number of at least 0, got -1"),
        ((3, 5, 0.5, 1.5), r"seed must be a whole number of at least 0, got 1\.5"),
        ((3, 5, 0.5, (1, (2, "a"))), "seed must be a whole number of at least 0, got 'a'"),
    ],
)
def test_bad_input(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw_samples(*arguments)


def test_too_many_samples_are_refused_with_how_many_there_may_be() -> None:
    with pytest.raises(
        ValueError, match=r"T = 1000000 samples of 10000 features .* in all T may be at most (\d+)"
    ) as refused:
        draw_samples(10**6, 10_000, 0.999, 0, max_memory=1 << 20)
    most = int(str(refused.value).rsplit(" ", 1)[1])
    draw_samples(most, 10_000, 0.999, 0, max_memory=1 << 20)
    with pytest.raises(ValueError, match=f"T may be at most {most}"):
        draw_samples(most + 1, 10_000, 0.999, 0, max_memory=1 << 20)
