"""Least coherent directions held to published packings, bounds, and the law of a random cosine."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from numeric.line_packing import (
    chance_of_cosine_above,
    known_coherences,
    least_coherence,
    lower_bound,
    random_directions,
    welch_bound,
)
from numeric.line_packing.largest_cosine import STARTS
from numeric.metrics import coherence

pytestmark = pytest.mark.filterwarnings("ignore::numeric.arguments.TransposedWarning")

EPS = float(np.finfo(np.float64).eps)


# The dearest are for `make fuzz`.
QUICK = settings().max_examples < 1000


@pytest.mark.hypothesis
@pytest.mark.parametrize(
    ("n", "m"), [size for size in known_coherences() if not (QUICK and size in ((15, 3), (28, 7)))]
)
@pytest.mark.slow
def test_every_published_packing_is_reached_by_default(n: int, m: int) -> None:
    """Stopping once it is reached shortens the default search, and changes nothing of it up to there."""
    known = known_coherences()[n, m]
    found = least_coherence(n, m, enough=known.coherence + known.rounding)
    assert abs(found.coherence - known.coherence) <= known.rounding
    np.testing.assert_allclose(np.linalg.norm(found.W, axis=0), 1, rtol=8 * EPS)
    assert float(coherence(found.W)) == pytest.approx(found.coherence, abs=8 * EPS)


@pytest.mark.slow
def test_eight_lines_are_the_proved_ones() -> None:
    """A root of the published polynomial; without `enough`, as a user would call it."""
    root = [1, 5, -8, -80, -78, 146, -80, -584, 677, 1537]
    roots = np.polynomial.Polynomial(root).roots()
    exact = min((r.real for r in roots if abs(r.imag) < 1e-9), key=lambda r: abs(r - 0.6475889787))
    found = least_coherence(8, 3)
    assert found.coherence == pytest.approx(exact, rel=0, abs=1e-12)
    assert found.starts == STARTS


@pytest.mark.parametrize(
    ("n", "m", "exact"), [(16, 6, 1 / 3), (16, 4, (5**0.5 - 1) / 2), (11, 4, 1 / 2), (5, 3, 5**-0.5)]
)
@pytest.mark.slow
def test_other_sizes_of_the_kind(n: int, m: int, exact: float) -> None:
    """Sixteen equiangular lines; the golden section for sixteen in four dimensions, and a half for eleven, the lowest known."""
    found = least_coherence(n, m, enough=exact)
    assert found.coherence == pytest.approx(exact, rel=0, abs=1e-13)
    assert found.starts <= STARTS


@pytest.mark.parametrize("n", range(3, 9))
def test_lines_in_the_plane_are_evenly_spaced(n: int) -> None:
    """π/n apart, with the bound reached: the search stops by itself."""
    found = least_coherence(n, 2)
    assert found.coherence == pytest.approx(np.cos(np.pi / n), rel=0, abs=2e-14)
    assert found.starts < STARTS


@pytest.mark.parametrize(("n", "m", "exact"), [(3, 3, 0), (2, 5, 0), (2, 1, 1), (7, 1, 1)])
def test_what_needs_no_search(n: int, m: int, exact: float) -> None:
    found = least_coherence(n, m)
    assert (found.coherence, found.starts, found.W.shape) == (exact, 0, (m, n))
    assert float(coherence(found.W)) == exact


def test_bounds_are_met_by_what_meets_them() -> None:
    assert welch_bound(10, 5) == pytest.approx(1 / 3, rel=4 * EPS)
    assert welch_bound(6, 4) < 1 / 3
    assert lower_bound(7, 3) == pytest.approx(3**-0.5, rel=4 * EPS)
    assert lower_bound(6, 3) == pytest.approx(5**-0.5, rel=4 * EPS)  # 6 = m(m + 1)/2: Welch's, not 1/√3
    for (n, m), known in known_coherences().items():
        assert lower_bound(n, m) <= known.coherence + known.rounding


@given(st.integers(2, 5), st.integers(2, 9), st.integers(0, 50))
def test_nothing_beats_welch(m: int, n: int, seed: int) -> None:
    W = np.random.default_rng(seed).standard_normal((m, n))
    assert float(coherence(W)) >= welch_bound(n, m) - 16 * EPS


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
    with pytest.raises(ValueError, match="n must be a whole number of at least 2, got 1"):
        least_coherence(1, 2)
    with pytest.raises(ValueError, match=r"m must be a whole number of at least 1, got 2\.5"):
        least_coherence(3, 2.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="enough must be finite, got nan"):
        least_coherence(3, 2, enough=float("nan"))


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
