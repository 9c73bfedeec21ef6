"""Ranges of sparsity where dropping is proved best: the bound at each density, what the checker says, what is refused."""

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise, product
from math import comb
from pathlib import Path
from typing import Any

import pytest
from directions import cells, densities, inside, loss_of_direction
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.n2m1.bias import DropRange, certify_drop
from analytic.n2m1.bias.angle import BITS, GUARD, Angle, Cell, mix, product_of_quadratics
from analytic.n2m1.bias.ranges import Densities
from analytic.n2m1.bias.table import entries, known, known_ranges
from verify.certificate import Rejected, digest, verify
from verify.checkers.angle import scaled

FEWER = settings(max_examples=max(15, settings().max_examples // 4))

RANGE = (("3/100", "1/20"), "1/10")


@pytest.fixture(scope="module")
def found() -> DropRange:
    found = certify_drop(*RANGE)
    assert isinstance(found, DropRange)
    return found


@FEWER
@given(
    densities, st.fractions(0, Fraction(1, 20), max_denominator=100), st.integers(1, 5), st.integers(0, 2), st.data()
)
def test_what_is_proved_between_two_densities_holds_at_each(
    low: Fraction, width: Fraction, first: int, penalty: int, data: st.DataObject
) -> None:
    high, cell = min(low + width, Fraction(999, 1000)), data.draw(cells())
    p, model = data.draw(st.sampled_from([low, (low + high) / 2, high])), Densities(low, first, 2, penalty, high)
    if model.bound(cell).exceeds(model.gaps(Fraction(0))):
        loss = loss_of_direction(Angle(p, first, 2, penalty), *data.draw(inside(cell)))
        assert loss > min(first, 2) * (p / 3 - p * p / 4)


@FEWER
@given(densities, densities, st.fractions(0, 1, max_denominator=9), st.integers(1, 5), st.data())
def test_the_parts_are_the_bernstein_coefficients_of_the_bound(
    low: Fraction, high: Fraction, u: Fraction, first: int, data: st.DataObject
) -> None:
    """T, L, Q₀ and C − κ at a density are these sums, up to the rounding of four bounds (2⁻⁶⁰ of a unit is far more)."""
    p, cell, model = low + u * (high - low), data.draw(cells()), Densities(low, first, 2, 1, high)
    one = Angle(p, first, 2, 1)
    (at,), parts = one.bound(cell).parts, model.bound(cell).parts
    sums = [weighted(u, [part.square for part in parts]) - at.square]
    for place, own in enumerate(at.vertices):
        sums += [weighted(u, [part.vertices[place][k] for part in parts]) - own[k] for k in (0, 1)]
    assert max(map(abs, sums)) < 1 << GUARD + BITS
    assert weighted(u, model.gaps(Fraction(0))) == one.whole - min(first, 2) * (p / 3 - p * p / 4)


quadratics = st.tuples(*[st.integers(-9, 9)] * 3)


@given(quadratics, quadratics, quadratics, st.fractions(0, 1, max_denominator=9))
def test_a_product_of_quadratics(
    first: tuple[int, ...], second: tuple[int, ...], third: tuple[int, ...], u: Fraction
) -> None:
    found = sum(c * u**k * (1 - u) ** (6 - k) for k, c in enumerate(product_of_quadratics(first, second, third)))
    assert found == weighted(u, first) * weighted(u, second) * weighted(u, third)
    assert scaled(first, second, third) == product_of_quadratics(first, second, third)


def weighted(u: Fraction, coefficients: Sequence[int | Fraction]) -> Fraction:
    """A quadratic at u from its Bernstein coefficients."""
    return sum((comb(2, k) * u**k * (1 - u) ** (2 - k) * c for k, c in enumerate(coefficients)), Fraction(0))


@given(densities, densities, st.fractions(0, 1, max_denominator=9))
def test_polar_forms_are_the_bernstein_coefficients_of_the_weights(one: Fraction, other: Fraction, u: Fraction) -> None:
    p = one + u * (other - one)
    rows = [mix(one, one), mix(one, other), mix(other, other)]
    both, single, none = (weighted(u, [Fraction(row[i], row.whole) for row in rows]) for i in range(3))
    assert (both, single, none) == (p**2, p * (1 - p), (1 - p) ** 2)


def test_one_density_is_an_interval_of_no_length() -> None:
    cell: Cell = (-(1 << 60), -(1 << 59), 0, 1 << 59, 0, 1 << 59)
    p = Fraction(2, 5)
    parts = Densities(p, 3, 2, 1, p).bound(cell).parts
    assert [*parts] == [*Angle(p, 3, 2, 1).bound(cell).parts] * 3


@pytest.mark.slow
def test_the_checker_proves_it(found: DropRange, tmp_path: Path) -> None:
    found.save(tmp_path / "range.json")
    document = json.loads((tmp_path / "range.json").read_text())
    assert verify(document).startswith("For s in [3/100, 1/20], I = (1, r), r <= 1/10, λ >= 0 the least loss")
    assert repr(found) == "DropRange: for s in [3/100, 1/20], r ≤ 1/10, λ ≥ 0 dropping feature 2 is best"


@pytest.mark.slow
def test_false_claims_are_rejected(found: DropRange) -> None:
    """At r = 49/50 dropping is not best at s = 1/20, nor at r = 1/10 at s = 9/10."""
    document = dict(found.certificate)
    first, *others = document["charts"]
    leaf = first["tree"].index(".")
    cut = {"tree": first["tree"][:leaf] + first["tree"][leaf + 1 :]}
    for change in (
        {"importance": ["1", "49/50"]},
        {"importance": ["1/10", "1"]},
        {"importance": ["1", "1"], "charts": [first]},
        {"sparsity": ["3/100", "9/10"]},
        {"sparsity": ["1/20", "3/100"]},
        {"sparsity": ["3/100"]},
        {"sparsity": ["3/100", "1/25", "1/20"]},
        {"charts": [cut, *others]},
        {"charts": [first]},
    ):
        body: dict[str, Any] = {k: v for k, v in {**document, **change}.items() if k != "digest"}
        with pytest.raises((Rejected, ValueError)):
            pytest.fail(verify({**body, "digest": digest(body)}))


@pytest.mark.slow
def test_nothing_is_claimed_beyond_the_boundary() -> None:
    assert certify_drop(("1/2", "1/2"), "9/10", budget=1) is None


def test_the_ranges_of_the_table_touch_and_end_below_the_boundary() -> None:
    rows = known_ranges()
    assert (rows[0].low, rows[-1].high) == (Fraction(1, 100), Fraction(19, 20))
    assert all(before.high == after.low for before, after in pairwise(rows))
    boundary = {row.held["sparsity"]: row.lower for row in known("drop") if not row.held["penalty"]}
    for row, s in product(rows, boundary):
        if row.low <= s <= row.high:
            assert row.importance <= boundary[s]


def test_no_penalty_is_needed_where_the_table_has_none() -> None:
    """λ_c = 0 at 46 of the 100 settings: each lies in a range, below its importance."""
    none = [entry for entry in entries().values() if entry["kind"] == "penalty" and "none" in entry]
    assert len(none) == 46
    for entry in none:
        s, r = Fraction(entry["sparsity"]), Fraction(entry["importance"])
        assert any(row.low <= s <= row.high and r <= row.importance for row in known_ranges()), (s, r)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: certify_drop(("1/2", "1/3"), "1/2"), r"0 < s₀ ≤ s₁ < 1, got \(1/2, 1/3\)"),
        (lambda: certify_drop((0, "1/3"), "1/2"), r"0 < s₀ ≤ s₁ < 1, got \(0, 1/3\)"),
        (lambda: certify_drop(("1/4", 0.5), "1/2"), "sparsity must be exact"),
        (lambda: certify_drop("1/4", "1/2"), "sparsity"),
        (lambda: certify_drop(("1/4", "1/3"), "3/2"), r"importance must lie in \(0, 1\), got 3/2"),
        (lambda: certify_drop(("1/4", "1/3"), 0), "importance must be positive, got 0"),
        (lambda: certify_drop(("1/4", "1/3"), "1/2", -1), "penalty must not be negative, got -1"),
        (lambda: certify_drop(("1/4", "1/3"), "1/2", budget=0), "budget must be a positive"),
    ],
)
def test_bad_input(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
