"""The smooth maximum and the polishing of a largest cosine."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad

from numeric.line_packing.largest_cosine import SCHEDULES, largest, least, polished, smooth_maximum


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("power", [4, 64])
def test_the_gradient_is_that_of_the_smooth_maximum(power: int, lines: bool) -> None:
    x = np.random.default_rng(0).standard_normal(12)
    error = check_grad(*(lambda y, part=part: smooth_maximum(y, power, (3, 4), lines)[part] for part in (0, 1)), x)
    assert error < 1e-6 * power  # forward differences of step 1.5e-8: curvatures up to q


@given(st.integers(2, 4), st.integers(3, 7), st.integers(0, 50), st.booleans(), st.sampled_from([4, 64, 1024]))
def test_the_smooth_maximum_encloses_the_maximum(m: int, n: int, seed: int, lines: bool, power: int) -> None:
    W = np.random.default_rng(seed).standard_normal((m, n))
    value = smooth_maximum(W.ravel(), power, (m, n), lines)[0]
    units = W / np.linalg.norm(W, axis=0)
    most = largest(units, lines=lines)
    top = np.log(most if lines else (1 + most) / 2)
    assert top - np.log(n * (n - 1) / 2) / power - 1e-12 <= value <= top + 1e-12


@given(st.integers(0, 200), st.booleans())
@settings(max_examples=settings().max_examples // 2)
def test_polishing_ends_where_no_small_step_helps(seed: int, lines: bool) -> None:
    """Never higher than before; at the end random steps of 1e-5 lower nothing by more than their square, times 8."""
    random = np.random.default_rng(seed)
    start = random.standard_normal((3, 7))
    start /= np.linalg.norm(start, axis=0)
    W = polished(start, lines=lines)
    t = largest(W, lines=lines)
    assert t <= largest(start, lines=lines)
    for _ in range(20):
        near = W + 1e-5 * random.standard_normal(W.shape)
        assert largest(near / np.linalg.norm(near, axis=0), lines=lines) >= t - 8e-10


@pytest.mark.slow
def test_the_kth_start_depends_on_the_seed_and_k_alone() -> None:
    """Longer searches go on from shorter ones."""
    short, long = (least(7, 3, starts, 5, -1.0, lines=False) for starts in (len(SCHEDULES), 2 * len(SCHEDULES)))
    assert long.largest <= short.largest
    assert (short.starts, long.starts) == (len(SCHEDULES), 2 * len(SCHEDULES))
    again = least(7, 3, len(SCHEDULES), 5, -1.0, lines=False)
    np.testing.assert_array_equal(again.W, short.W)


def test_a_search_stops_where_that_is_enough() -> None:
    assert least(6, 3, 64, 0, 0.5, lines=True).starts == 1
