"""Least coherent directions held to equiangular tight frames, Welch's bound, and the law of a random cosine."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import check_grad

from numeric.line_packing import (
    _smooth_maximum,
    chance_of_cosine_above,
    least_coherence,
    random_directions,
    welch_bound,
)
from numeric.metrics import coherence

pytestmark = pytest.mark.filterwarnings("ignore::numeric.arguments.TransposedWarning")

EPS = float(np.finfo(np.float64).eps)


# Simplices, six diagonals of the icosahedron, 10 and 16 equiangular lines, which meet Welch's bound; six in four dimensions,
# the best known, which do not.
@pytest.mark.parametrize(
    ("n", "m", "exact"),
    [(3, 2, 1 / 2), (6, 4, 1 / 3), (5, 4, 1 / 4), (6, 3, 5**-0.5), (6, 5, 1 / 5), (10, 5, 1 / 3), (16, 6, 1 / 3)],
)
def test_equiangular_lines_are_found(n: int, m: int, exact: float) -> None:
    assert welch_bound(n, m) <= exact * (1 + 4 * EPS)
    assert welch_bound(n, m) == pytest.approx(exact, rel=4 * EPS) or (n, m) == (6, 4)
    found = least_coherence(n, m, starts=40, enough=exact + 1e-6)
    # There f_q is least for every q; L-BFGS stops at falls of 2e-9, where f_q curves by q = 4¹¹: √(2·2e-9/q) = 3e-8.
    assert exact - 8 * EPS <= found.coherence < exact + 1e-6
    np.testing.assert_allclose(np.linalg.norm(found.W, axis=0), 1, rtol=8 * EPS)
    assert float(coherence(found.W)) == pytest.approx(found.coherence, abs=8 * EPS)


def test_lines_in_the_plane_are_evenly_spaced() -> None:
    # n lines π/n apart: least coherence cos(π/n), where the maximum is attained by neighbours alone.
    found = least_coherence(5, 2, starts=4)
    assert np.cos(np.pi / 5) - 8 * EPS <= found.coherence < np.cos(np.pi / 5) + 1e-6


@given(st.integers(2, 5), st.integers(2, 9), st.integers(0, 50))
def test_nothing_beats_welch(m: int, n: int, seed: int) -> None:
    W = np.random.default_rng(seed).standard_normal((m, n))
    assert float(coherence(W)) >= welch_bound(n, m) - 16 * EPS


def test_the_gradient_is_that_of_the_smooth_maximum() -> None:
    x = np.random.default_rng(0).standard_normal(12)
    for power in (4, 64):
        value = check_grad(
            lambda y, q=power: _smooth_maximum(y, q, 3, 4)[0], lambda y, q=power: _smooth_maximum(y, q, 3, 4)[1], x
        )
        # Forward differences of step 1.5e-8: curvatures up to q.
        assert value < 1e-6 * power


@given(st.floats(0.05, 0.95), st.integers(2, 40))
def test_the_chance_of_a_cosine_is_the_integral_of_its_density(epsilon: float, m: int) -> None:
    # Density of cos θ, θ = angle to a fixed direction: sin^{m−2}θ dθ.
    tail = quad(lambda t: np.sin(t) ** (m - 2), 0, np.arccos(epsilon))[0]
    whole = quad(lambda t: np.sin(t) ** (m - 2), 0, np.pi / 2)[0]
    assert chance_of_cosine_above(epsilon, m) == pytest.approx(tail / whole, rel=1e-7, abs=1e-12)
    n = random_directions(epsilon, m)
    chance = chance_of_cosine_above(epsilon, m)
    assert n * (n - 1) / 2 * chance < 1 <= (n + 1) * n / 2 * chance * (1 + 1e-9)


def test_sizes_out_of_range_are_named() -> None:
    with pytest.raises(ValueError, match="n must be at least 2, got 1"):
        least_coherence(1, 2)


@pytest.mark.parametrize("bound", [welch_bound, chance_of_cosine_above, random_directions])
@pytest.mark.parametrize("first", [math.nan, -5, 1.5, "3", None, True])
@pytest.mark.parametrize("m", [0, -6, 2.5, None])
def test_bounds_refuse_what_they_are_not_defined_for(bound: Any, first: Any, m: Any) -> None:
    for arguments in ((first, 3), (5 if bound is welch_bound else 0.5, m)):
        with pytest.raises(ValueError, match=r"^(n|m|epsilon) must .*, got "):
            bound(*arguments)


def test_ends_of_the_chance_of_a_cosine() -> None:
    assert chance_of_cosine_above(0, 3) == 1
    assert chance_of_cosine_above(1, 3) == 0
    with pytest.raises(ValueError, match=r"epsilon must lie in \[0, 1\), got 1"):
        random_directions(1, 3)
    with pytest.raises(ValueError, match="epsilon and m must leave a chance"):
        random_directions(0.99, 10_000)
