"""What certified winners cost: `make bench`. CPU time on one thread; targets are in the comments."""

from fractions import Fraction
from typing import Any

import pytest

from analytic.polytope_loss import best_loss
from analytic.polytopes import polytope
from analytic.winners import bounds, reigns


@pytest.mark.parametrize("name", ["digon", "pentagon", "square antiprism"])
def test_best_loss(benchmark: Any, name: str) -> None:
    """Norm, bias and loss to thirty digits; target: under 50 ms for eight vertices."""
    benchmark.pedantic(best_loss, args=(polytope(name), Fraction(4, 5)), rounds=10, warmup_rounds=1)


@pytest.mark.parametrize(("n", "m"), [(5, 2), (6, 2), (6, 3), (8, 3)])
def test_winners(benchmark: Any, n: int, m: int) -> None:
    """The proved sequence from nothing; target: under 5 s, and under 30 s for n = 8."""

    def forget() -> None:
        for module in (bounds, reigns):
            for function in vars(module).values():
                if hasattr(function, "cache_clear"):
                    function.cache_clear()

    benchmark.pedantic(reigns.winners, args=(n, m), setup=forget, rounds=1)
