"""The allocation of capacity: conditions of optimality, competitors, closed forms, breakpoints, invariances, limits."""

from fractions import Fraction
from itertools import combinations, pairwise

import pytest
import sympy
from hypothesis import example, given
from hypothesis import strategies as st

from analytic.capacity import QuadraticModel, sharing
from analytic.capacity.quadratic_task import kurtosis, ratio, total

Values = list[Fraction]

# Values 0 are drawn too: capacity brings those features nothing.
values = st.lists(st.fractions(0, 5, max_denominator=4), min_size=1, max_size=5)
# Increasing (β < 3), constant, diminishing; 1 is the degenerate law ±1.
kurtoses = st.sampled_from([Fraction(k) for k in (1, 2, 3, 4, 12)]) | st.fractions(1, 12, max_denominator=5)
shares = st.fractions(0, 1, max_denominator=12)


@given(values, kurtoses, shares)
@example([Fraction(1), Fraction(1)], Fraction(3), Fraction(1, 2))
@pytest.mark.slow
def test_allocation_is_optimal(v: Values, beta: Fraction, share: Fraction) -> None:
    """Sums, bounds, and for β > 3, where the loss is convex, the conditions that are then sufficient."""
    model = QuadraticModel(v, beta)
    budget = share * len(v)
    found = model.allocate(budget)
    assert sum(found) == sympy.Rational(budget)
    assert all(0 <= c <= 1 for c in found)
    benefits = model.marginal_benefits(found)
    if model.diminishing:
        shared = {b for b, c in zip(benefits, found, strict=True) if 0 < c < 1}
        assert len(shared) <= 1
        most_ignored = max((b for b, c in zip(benefits, found, strict=True) if c == 0), default=sympy.Integer(0))
        least_whole = min((b for b, c in zip(benefits, found, strict=True) if c == 1), default=sympy.oo)
        assert most_ignored <= min(shared | {least_whole})
        assert max(shared | {most_ignored}) <= least_whole
    else:
        assert len([c for c in found if 0 < c < 1]) <= 1


@given(values, kurtoses, st.data())
@pytest.mark.slow
def test_no_competitor_has_a_lower_loss(v: Values, beta: Fraction, data: st.DataObject) -> None:
    """Any other capacities with the same total."""
    model = QuadraticModel(v, beta)
    other = data.draw(st.lists(shares, min_size=len(v), max_size=len(v)))
    assert model.loss(model.allocate(sum(other, Fraction(0)))) <= model.loss(other)


@given(values, st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(2), Fraction(3)]), st.integers(0, 5))
def test_increasing_benefits_beat_every_choice_of_whole_features(v: Values, beta: Fraction, m: int) -> None:
    model = QuadraticModel(v, beta)
    m = min(m, len(v))
    choices = [[int(i in chosen) for i in range(len(v))] for chosen in combinations(range(len(v)), m)]
    assert model.loss(model.allocate(m)) == min(model.loss(choice) for choice in choices)


@given(st.fractions("1/10", 10, max_denominator=20), st.fractions("31/10", 20, max_denominator=10))
def test_two_features_have_the_closed_form(r: Fraction, beta: Fraction) -> None:
    """The phase diagram: ignored, shared, whole."""
    at = {ratio: sympy.Rational(r), kurtosis: sympy.Rational(beta), total: sympy.Integer(1)}
    ignored, whole, shared = (e.subs(at) for e in (sharing().ignored, sharing().whole, sharing().shared))
    model = QuadraticModel((1, r), beta)
    expected = min(max(shared, sympy.Integer(0)), sympy.Integer(1))
    assert model.allocate(1) == (1 - expected, expected)
    role = "ignored" if sympy.Rational(r) <= ignored else "whole" if sympy.Rational(r) >= whole else "shared"
    assert model.roles(1)[1] == role


@pytest.mark.parametrize("beta", [2, 3])
def test_two_features_below_the_turning_kurtosis(beta: int) -> None:
    assert QuadraticModel((1, "99/100"), beta).roles(1) == ("whole", "ignored")
    assert QuadraticModel((1, "101/100"), beta).roles(1) == ("ignored", "whole")
    assert QuadraticModel((1, 1), beta).roles(1) == ("whole", "ignored")


@given(values, kurtoses, shares)
def test_allocation_is_affine_between_breakpoints(v: Values, beta: Fraction, share: Fraction) -> None:
    model = QuadraticModel(v, beta)
    points = model.breakpoints()
    totals = [Fraction(str(point.total)) for point in points]
    assert totals == sorted(totals)
    assert len(points) == 2 * sum(value > 0 for value in v)
    for low, high in pairwise(totals):
        ends = model.allocate(low), model.allocate(high)
        between = model.allocate(low + share * (high - low))
        part = sympy.Rational(share)
        assert between == tuple(a + part * (b - a) for a, b in zip(*ends, strict=True))


@given(values, kurtoses)
def test_breakpoints_say_what_changes(v: Values, beta: Fraction) -> None:
    model = QuadraticModel(v, beta)
    for point in model.breakpoints():
        at = model.allocate(point.total)
        assert at[point.feature] == (1 if point.change == "whole" else 0)
        assert model.marginal_benefits(at)[point.feature] == point.marginal_benefit
    entered = [point.feature for point in model.breakpoints() if point.change == "enters"]
    assert [v[i] for i in entered] == sorted((value for value in v if value > 0), reverse=True)


@given(values, kurtoses, shares, st.fractions("1/9", 9, max_denominator=9), st.randoms(use_true_random=False))
def test_scale_and_order_of_values(
    v: Values, beta: Fraction, share: Fraction, factor: Fraction, random: object
) -> None:
    """Capacities do not see a common factor, the loss sees its square; the loss does not see the order."""
    model, budget = QuadraticModel(v, beta), share * len(v)
    scaled = QuadraticModel([factor * value for value in v], beta)
    assert scaled.allocate(budget) == model.allocate(budget)
    loss = model.loss(model.allocate(budget))
    assert scaled.loss(scaled.allocate(budget)) == sympy.Rational(factor) ** 2 * loss
    shuffled = list(v)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = QuadraticModel(shuffled, beta)
    assert other.loss(other.allocate(budget)) == loss
    assert sorted(other.allocate(budget)) == sorted(model.allocate(budget))


@given(values, kurtoses)
def test_limits(v: Values, beta: Fraction) -> None:
    """No capacity: W = 0, loss (β − 1) Σ v². All of it: no loss."""
    model = QuadraticModel(v, beta)
    assert model.allocate(0) == (0,) * len(v)
    assert model.loss(model.allocate(0)) == sympy.Rational((beta - 1) * sum(value**2 for value in v))
    assert model.allocate(len(v)) == (1,) * len(v)
    assert model.loss([1] * len(v)) == 0


def test_a_constant_square_costs_nothing() -> None:
    """β = 1: x² is 1, and W = 0 with the constant c = Σ v is exact."""
    model = QuadraticModel((3, 1), 1)
    assert model.loss((0, "1/2")) == 0
    assert model.marginal_benefits((1, 0)) == model.norms((1, 0)) == (0, 0)
    assert {point.marginal_benefit for point in model.breakpoints()} == {0}


def test_an_example_by_hand() -> None:
    """v = (5, 4, 3), β = 6, m = 2: λ = 5 from 2/3 + 1/3 = 1, and L = 2·5·v²(1 − C)/(2 + 3C)."""
    model = QuadraticModel((5, 4, 3), 6)
    third = sympy.Rational(1, 3)
    assert model.allocate(2) == (1, 2 * third, third)
    assert model.scales(model.allocate(2)) == (5, 5, 5)
    assert model.norms(model.allocate(2)) == (5, 10 * third, 5 * third)
    assert model.marginal_benefits(model.allocate(2)) == (50, 50, 50)
    assert model.loss(model.allocate(2)) == 160 * third / 4 + 90 * 2 * third / 3
    assert model == QuadraticModel([5, "4", sympy.Integer(3)], "6")


def test_a_hundred_features() -> None:
    model = QuadraticModel(range(1, 101), 7)
    found = model.allocate(30)
    assert sum(found) == 30
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: QuadraticModel((1, 2), "9/10"), r"kurtosis must be at least 1, .* got 9/10"),
        (lambda: QuadraticModel((1, -2), 4), "values must not be negative, got -2"),
        (lambda: QuadraticModel((), 4), r"values must be a sequence of at least one number, got \(\)"),
        (lambda: QuadraticModel("12", 4), "values must be a sequence, got '12'"),
        (lambda: QuadraticModel(3, 4), "values must be a sequence, got 3"),  # type: ignore[arg-type]
        (lambda: QuadraticModel((1, 0.5), 4), r"values must be exact .* got the float 0.5"),
        (lambda: QuadraticModel((1, 2), 4.0), r"kurtosis must be exact .* got the float 4.0"),
        (lambda: QuadraticModel((1, 2), 4).allocate("5/2"), r"total must lie in \[0, 2\], .* got 5/2"),
        (lambda: QuadraticModel((1, 2), 4).allocate(-1), r"total must lie in \[0, 2\], .* got -1"),
        (lambda: QuadraticModel((1, 2), 4).loss((1,)), "capacities must have 2 entries, got 1"),
        (lambda: QuadraticModel((1, 2), 4).loss((1, "3/2")), r"capacities must lie in \[0, 1\], got 3/2"),
        (lambda: QuadraticModel((1, 2), 4).norms((0, -1)), r"capacities must lie in \[0, 1\], got -1"),
    ],
)
def test_bad_input(action: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        action()  # type: ignore[operator]
