"""Budgets on a grid: against every allocation there is, and the local rule where it is right and where it is not."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.capacity import best_on_grid, bit_by_bit

# Whole gains: sums are exact.
tables = st.tuples(st.integers(1, 3), st.integers(1, 4)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(-5, 5), min_size=shape[1] + 1, max_size=shape[1] + 1), min_size=shape[0], max_size=shape[0]
    )
)


@given(tables, st.data())
def test_best_is_the_best_of_all(table: list[list[int]], data: st.DataObject) -> None:
    n, width = len(table), len(table[0])
    budget = data.draw(st.integers(0, n * (width - 1)))
    found = best_on_grid(table, budget)
    every = [steps for steps in product(range(width), repeat=n) if sum(steps) == budget]
    benefit = {steps: sum(row[k] for row, k in zip(table, steps, strict=True)) for steps in every}
    assert found.benefit == benefit[found.steps] == max(benefit.values())
    local = bit_by_bit(table, budget)
    assert local.benefit == benefit[local.steps] <= found.benefit


def test_local_rule_is_right_for_falling_increments() -> None:
    table = np.cumsum([[0, 5, 3, 1], [0, 4, 2, 2]], axis=1)
    for budget in range(7):
        assert bit_by_bit(table, budget).benefit == best_on_grid(table, budget).benefit


def test_local_rule_is_wrong_for_rising_increments() -> None:
    table = np.cumsum([[0, 2, 2], [0, 1, 9]], axis=1)
    assert bit_by_bit(table, 2) == ((2, 0), 4.0)
    assert best_on_grid(table, 2) == ((0, 2), 10.0)


@pytest.mark.parametrize("function", [best_on_grid, bit_by_bit])
@pytest.mark.parametrize(
    ("gains", "budget", "message"),
    [
        ([0.0, 1.0], 1, r"gains must be finite, of shape \(n, N \+ 1\) .* got shape \(2,\)"),
        ([[0.0]], 0, r"gains must be finite, .* got shape \(1, 1\)"),
        ([[0.0, np.nan]], 0, "gains must be finite"),
        ([[0.0, 1.0]], 2, r"budget must be a whole number in \[0, 1\], got 2"),
        ([[0.0, 1.0]], -1, r"budget must be a whole number in \[0, 1\], got -1"),
    ],
)
def test_bad_input(function: Any, gains: Any, budget: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(gains, budget)
