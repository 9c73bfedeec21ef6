"""Speed of learning coefficients: `make bench`. Times are CPU time on one thread; targets are in the comments."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from analytic.learning_coefficient import learning_coefficient
from analytic.one_sparse import chambers, polygon, polygons
from numeric.learning_coefficient import (
    STANDARD,
    empirical_target,
    ladder,
    laplace,
    mala,
    rays,
    sgld,
)
from numeric.population import value_and_gradient

TARGETS = {one.name: one.target for one in STANDARD}
HEXAGON = TARGETS["6-gon"]


def rate(work: Callable[[], object], count: int) -> float:
    start = time.process_time()
    work()
    return count / (time.process_time() - start)


def test_all_polygons(benchmark: Any) -> None:
    """k = 3 to 203, uniqueness proved; target: under 6 s."""

    def everything() -> None:
        chambers.isolated.cache_clear()
        polygon._polygons.cache_clear()
        assert all(len(polygons(k)) == 1 for k in range(3, 204))

    benchmark.pedantic(everything, rounds=1)


def test_signatures(benchmark: Any) -> None:
    """λ or a certified saddle for k = 5 to 16; target: under 1 s."""
    benchmark.pedantic(lambda: [learning_coefficient(polygons(k)[0]) for k in range(5, 17)], rounds=1)


@pytest.mark.parametrize(("sampler", "least"), [(sgld, 600_000), (mala, 400_000)])
def test_chain_steps(sampler: Any, least: int) -> None:
    """Six features, 1,000 chains, float64; targets: 600,000 chain-steps a second for SGLD."""
    sampler(HEXAGON, 500_000, chains=1000, steps=20)
    found = rate(lambda: sampler(HEXAGON, 500_000, chains=1000, steps=300), 300_000)
    print(f"\n{sampler.__name__}: {found:,.0f} chain-steps a second")
    assert found > least


@pytest.mark.parametrize(("n", "least"), [(5_000, 300_000), (500_000, 100_000)])
def test_empirical_gradient(n: int, least: int) -> None:
    """The whole batch of n samples, 1,000 chains; target: 300,000 chains a second at n = 5,000."""
    target = empirical_target(HEXAGON, 6, n, 0)
    z = target.minimum + 0.01 * np.random.default_rng(0).standard_normal((1000, 18))
    found = rate(lambda: [target.value_and_gradient(z) for _ in range(30)], 30_000)
    print(f"\nempirical, n = {n}: {found:,.0f} gradients a second")
    assert found > least


def test_population_gradient() -> None:
    """Six independent features, 4,000 chains; target: 100,000 gradients a second."""
    W = 1.32 * np.array([np.cos(angle := np.pi * np.arange(6) / 3), np.sin(angle)])
    z = W + 0.05 * np.random.default_rng(0).standard_normal((4000, 2, 6))
    b = np.full((4000, 6), -0.5)
    value_and_gradient(z, b, 0.9)
    found = rate(lambda: value_and_gradient(z, b, 0.9), 4000)
    print(f"\npopulation: {found:,.0f} gradients a second")
    assert found > 100_000


def test_laplace(benchmark: Any) -> None:
    """Target: 10 ms."""
    benchmark(laplace, HEXAGON, 1e6)


def test_rays(benchmark: Any) -> None:
    """Target: 0.3 s."""
    benchmark.pedantic(rays, (HEXAGON,), rounds=3)


def test_ladder(benchmark: Any) -> None:
    """Target: 4 s."""
    benchmark.pedantic(ladder, (HEXAGON,), rounds=1)
