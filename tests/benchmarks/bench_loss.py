"""What the exact loss of any network costs: `make bench`. CPU time on one thread; targets are in the comments."""

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from analytic.law import Independent
from analytic.loss import enclose_loss, expected_loss


def network(n: int, m: int) -> tuple[list[list[Fraction]], list[Fraction]]:
    random = Random(f"benchmark {n} {m}")

    def row() -> list[Fraction]:
        return [Fraction(random.randint(-16, 16), 8) for _ in range(n)]

    return [row() for _ in range(m)], row()


@pytest.mark.parametrize("n", [5, 8])
def test_expected_loss(benchmark: Any, n: int) -> None:
    """A rational, n features in three dimensions; target: under 5 s at n = 8."""
    W, b = network(n, 3)
    benchmark.pedantic(expected_loss, args=(W, b, Independent("9/10")), rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("n", [8, 12])
def test_enclose_loss(benchmark: Any, n: int) -> None:
    """A ball to thirty digits."""
    W, b = network(n, 3)
    benchmark.pedantic(enclose_loss, args=(W, b, Independent("9/10")), rounds=2)
