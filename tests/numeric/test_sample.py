"""Draws from the independent law, held to its exact moments.

Every moment is compared within 5.5 standard deviations: a correct sampler fails such a comparison with
probability 4e-8, so below 1e-5 for all of this file's together. Seeds are fixed.
"""

import math

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import kstest

from numeric.sample import IndependentSampler, sample_independent

N = 400_000
SPARSITIES = (0.0, 0.3, 0.5, 0.9, 0.99, 0.9999)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def close(estimate: float, mean: float, second_moment: float) -> bool:
    """Whether a mean of N draws is within 5.5 standard deviations of `mean`, give or take float32, 2^-22."""
    return abs(estimate - mean) <= 5.5 * math.sqrt((second_moment - mean**2) / N) + 2**-22 * mean


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_moments(dtype: torch.dtype) -> None:
    s = torch.tensor(SPARSITIES, dtype=torch.float64)[:, None]
    x = sample_independent(s, (len(SPARSITIES), N), generator(), dtype=dtype).double()
    for row, sparsity in zip(x, SPARSITIES, strict=True):
        p = 1 - sparsity
        assert close((row > 0).double().mean().item(), p, p)
        for k in (1, 2, 3):  # E x^k = p/(k + 1)
            assert close((row**k).mean().item(), p / (k + 1), p / (2 * k + 1)), (sparsity, k)


@pytest.mark.parametrize("sparsity", [0.0, 0.9])
def test_active_entries_are_uniform(sparsity: float) -> None:
    x = sample_independent(sparsity, (N,), generator(1))
    active = x[x > 0].double().numpy()
    # Kolmogorov: P(√N D > 3) is about 2·exp(-18) = 3e-8.
    assert kstest(active, "uniform").statistic * math.sqrt(len(active)) < 3


@pytest.mark.parametrize("shift", [1, 2, 3])
def test_entries_are_independent(shift: int) -> None:
    """Two float32 entries come from one 64-bit word: neighbours must not know of each other."""
    p = 0.6
    x = sample_independent(1 - p, (N + shift,), generator(2)).double()
    # Mean of x_i x_{i+shift} is (p/2)²; neighbouring products overlap, which at most trebles the variance.
    product = (x[:-shift] * x[shift:]).mean().item()
    assert abs(product - p**2 / 4) <= 5.5 * math.sqrt(3 * p**2 / 9 / N)


def test_sparsity_per_model_and_feature() -> None:
    s = torch.tensor([[0.0, 1.0], [0.5, 0.75]], dtype=torch.float64)[:, :, None]
    x = sample_independent(s, (2, 2, N), generator(3)).double()
    assert (x[0, 1] == 0).all()
    for row, p in ((x[0, 0], 1.0), (x[1, 0], 0.5), (x[1, 1], 0.25)):
        assert close(row.mean().item(), p / 2, p / 3)


@given(st.floats(0, 1), st.sampled_from([torch.float32, torch.float64]), st.integers(0, 2**32))
@example(1.0, torch.float32, 0)
@example(1 - 2**-53, torch.float32, 0)
@example(5e-324, torch.float64, 0)
def test_draws_lie_in_the_unit_interval(sparsity: float, dtype: torch.dtype, seed: int) -> None:
    x = sample_independent(sparsity, (3, 101), generator(seed), dtype=dtype)
    assert x.dtype == dtype
    assert x.shape == (3, 101)
    assert ((x >= 0) & (x <= 1)).all()
    if sparsity == 1:
        assert (x == 0).all()


def test_the_smallest_density_keeps_its_digits() -> None:
    """At p = 1e-6, s in float32 would be off by 6 %; here the count of active entries shows p itself."""
    n = 40_000_000
    active = int((sample_independent(1 - 1e-6, (n,), generator(4)) > 0).sum())
    assert abs(active - 40) < 5.5 * math.sqrt(40)


def test_seeds() -> None:
    sampler = IndependentSampler(0.5, (4, 5), generator(7))
    first = sampler.draw().clone()
    second = sampler.draw().clone()
    assert not torch.equal(first, second)
    assert torch.equal(first, sample_independent(0.5, (4, 5), generator(7)))
    assert not torch.equal(first, sample_independent(0.5, (4, 5), generator(8)))


@pytest.mark.parametrize(
    ("sparsity", "dtype", "message"),
    [
        (1.2, torch.float32, r"sparsity must lie in \[0, 1\], got 1.2"),
        (-0.5, torch.float32, r"sparsity must lie in \[0, 1\], got -0.5"),
        (math.nan, torch.float32, r"sparsity must lie in \[0, 1\], got nan"),
        (torch.zeros(3), torch.float32, r"sparsity must broadcast to shape \(2, 4\), got shape \(3,\)"),
        (0.5, torch.float16, "dtype must be torch.float32 or torch.float64, got torch.float16"),
    ],
)
def test_bad_input(sparsity: float, dtype: torch.dtype, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sample_independent(sparsity, (2, 4), generator(), dtype=dtype)
