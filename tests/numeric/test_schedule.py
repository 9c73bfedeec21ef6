import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.train import Constant, Cosine, Geometric, Linear, Stepwise, WarmUp
from numeric.train.schedule import Schedule


def factors(schedule: Schedule, steps: int) -> list[float]:
    return [schedule(step, steps) for step in range(steps)]


def test_values() -> None:
    assert factors(Constant(), 3) == [1, 1, 1]
    assert factors(Stepwise(0.5, 2), 5) == [1, 1, 0.5, 0.5, 0.25]
    assert factors(Linear(0.5), 3) == [1, 0.75, 0.5]
    assert factors(Cosine(), 3) == pytest.approx([1, 0.5, 0], abs=1e-15)
    assert factors(Cosine(0.2), 5) == pytest.approx(
        [1, 0.2 + 0.4 * (1 + math.sqrt(0.5)), 0.6, 0.2 + 0.4 * (1 - math.sqrt(0.5)), 0.2]
    )
    assert factors(Geometric(1e-4), 5) == pytest.approx([1, 1e-1, 1e-2, 1e-3, 1e-4])
    assert factors(WarmUp(4, Constant()), 6) == [0.25, 0.5, 0.75, 1, 1, 1]
    assert factors(WarmUp(2, Linear()), 5) == [0.5, 1, 1, 0.5, 0]


def test_the_slides_rates() -> None:
    """0.001 falling by 0.8 every 2,874 steps is 0.000512 after three falls: their 0.00051."""
    assert 0.001 * Stepwise()(3 * 2874, 10_000) == pytest.approx(0.000512)
    assert Stepwise()(3 * 2874 - 1, 10_000) == pytest.approx(0.64)


@given(
    st.sampled_from(
        [
            Constant(),
            Stepwise(0.8, 3),
            Linear(),
            Cosine(),
            Cosine(0.1),
            Geometric(),
            WarmUp(5, Cosine()),
            WarmUp(40, Linear()),
        ]
    ),
    st.integers(1, 30),
)
def test_between_zero_and_one(schedule: Schedule, steps: int) -> None:
    """Also with one step, and with a warm-up longer than the run."""
    assert all(-1e-15 <= factor <= 1 for factor in factors(schedule, steps))


@given(st.integers(2, 50), st.sampled_from([Linear, Cosine, Geometric]), st.floats(1e-6, 1))
def test_falls_from_one_to_final(steps: int, kind: Any, final: float) -> None:
    found = factors(kind(final), steps)
    assert found[0] == 1
    assert found[-1] == pytest.approx(final)
    assert all(later <= earlier + 1e-15 for earlier, later in pairwise(found))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Stepwise(0.0, 5), r"factor must be finite and above 0, got 0\.0"),
        (lambda: Stepwise(0.8, 0), "every must be a whole number of at least 1, got 0"),
        (lambda: Linear(-0.1), "final must be finite and at least 0, got -0.1"),
        (lambda: Cosine(math.inf), "final must be finite and at least 0, got inf"),
        (lambda: Cosine(math.nan), "final must be finite and at least 0, got nan"),
        (lambda: Geometric(0.0), r"final must be finite and above 0, got 0\.0"),
        (lambda: WarmUp(0, Constant()), "length must be a whole number of at least 1, got 0"),
        (lambda: WarmUp(3, "cosine"), "then must be a Schedule, got 'cosine'"),  # type: ignore[arg-type]
    ],
)
def test_bad_input(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
