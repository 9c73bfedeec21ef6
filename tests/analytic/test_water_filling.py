"""Allocations for any curves: the six panels, a grid that knows no calculus, and where the optimum is not unique."""

from fractions import Fraction
from itertools import product

import pytest
import sympy
from hypothesis import example, given, target
from hypothesis import strategies as st

from analytic.capacity import PANELS, Curve, allocate
from analytic.capacity.benefit_curve import Quadratic, line
from analytic.capacity.upper_envelope import Branch, with_branch
from analytic.capacity.water_filling import best_branches
from numeric.capacity import bit_by_bit

half = sympy.Rational(1, 2)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Corners on thirds and benefits on halves: equal curves, jumps and flat stretches come up."""
    inner = sorted(draw(st.lists(st.integers(1, 2), max_size=2)))
    places = [Fraction(0), *(Fraction(k, 3) for k in inner), Fraction(1)]
    return Curve([(c, Fraction(draw(st.integers(0, 8)), 2)) for c in places])


problems = st.lists(curves(), min_size=1, max_size=3).flatmap(
    lambda chosen: st.tuples(st.just(chosen), st.fractions(0, len(chosen), max_denominator=12))
)


def test_the_six_panels() -> None:
    """A, B: all or nothing. C: any split. D: one is ignored. E, F: equal benefits."""
    found = {name: allocate(pair, 1) for name, pair in PANELS.items()}
    assert {name: allocation.capacities for name, allocation in found.items()} == {
        "A": (1, 0),
        "B": (0, 1),
        "C": (1, 0),
        "D": (1, 0),
        "E": (sympy.Rational(7, 11), sympy.Rational(4, 11)),
        "F": (half, half),
    }
    assert [name for name, allocation in found.items() if not allocation.unique] == ["C"]
    assert found["C"].choices == (((0, 1),), ((0, 1),))
    first, second = PANELS["E"]
    assert first.marginal("7/11") == second.marginal("4/11")


def test_the_local_rule_ends_at_the_wrong_feature() -> None:
    """Panel B: the first bit brings 2 there and 1 here, the whole 9/4 there and 5/2 here."""
    table = [[float(curve.benefit(Fraction(k, 100))) for k in range(101)] for curve in PANELS["B"]]
    assert bit_by_bit(table, 100).steps == (100, 0)
    assert allocate(PANELS["B"], 1).capacities == (0, 1)
    assert allocate(PANELS["B"], 1).benefit == sympy.Rational(5, 2)


def test_equal_increasing_curves_leave_two_choices() -> None:
    found = allocate((line(1, 2), line(1, 2)), 1)
    assert found.capacities == (1, 0)
    assert found.choices == (((0, 0), (1, 1)), ((0, 0), (1, 1)))
    assert not found.unique


def test_choices_across_a_corner_are_one_interval() -> None:
    """A corner in a flat curve cuts the free choice in two pieces that touch; they are said as one."""
    flat = Curve([(0, 1), (half, 1), (1, 1)])
    found = allocate((flat, flat), 1)
    assert found.choices == (((0, 1),), ((0, 1),))
    assert not found.unique


def test_an_increasing_and_a_diminishing_curve_meet_inside() -> None:
    """b₁ = 1 + C rises slower than b₂ = 3 − 3C falls: 1 + C₁ = 3C₁ at C₁ = 1/2, a maximum though b₁ increases."""
    found = allocate((line(1, 2), line(3, 0)), 1)
    assert found.capacities == (half, half)
    assert found.unique


def test_ties_and_jumps_are_decided_exactly() -> None:
    """Areas C² against C/2 tie at ½. Areas 2C² against C + ¼ (from C = ½ on) tie at (1 + √3)/4, where no rational is."""
    found = allocate((line(0, 2), line(half, half)), half)
    assert found.choices == (((0, 0), (half, half)), ((0, 0), (half, half)))
    steep = (line(0, 4), Curve([(0, 2), (half, 1), (1, 1)]))
    jump = (1 + sympy.sqrt(3)) / 4
    below = sympy.Rational(sympy.floor(jump * 10**40), 10**40)
    assert allocate(steep, below).capacities == (0, below)
    above = below + sympy.Rational(1, 10**40)
    assert allocate(steep, above).capacities == (above, 0)


@given(problems)
@example(([line(2, 2), line(2, 2), line(2, 1)], Fraction(3, 2)))
def test_allocation_keeps_its_promises(problem: tuple[list[Curve], Fraction]) -> None:
    chosen, budget = problem
    found = allocate(chosen, budget)
    assert sum(found.capacities) == sympy.Rational(budget)
    assert all(0 <= c <= 1 for c in found.capacities)
    assert found.benefit == sum(curve.benefit(c) for curve, c in zip(chosen, found.capacities, strict=True))
    for c, intervals in zip(found.capacities, found.choices, strict=True):
        assert any(low <= c <= high for low, high in intervals)


@given(problems)
@example(([line(0, 10), line(2, 1)], Fraction(4, 11)))
def test_nothing_on_a_grid_brings_more(problem: tuple[list[Curve], Fraction]) -> None:
    """Every allocation in twelfths with the same total; whatever ties with the optimum is among the choices."""
    chosen, budget = problem
    budget = Fraction(round(budget * 12), 12)
    found = allocate(chosen, budget)
    gains = [[curve.benefit(Fraction(k, 12)) for k in range(13)] for curve in chosen]
    best = sympy.Integer(0)
    for steps in product(range(13), repeat=len(chosen) - 1):
        last = budget * 12 - sum(steps)
        if 0 <= last <= 12:
            every = (*steps, int(last))
            benefit = sum(gain[k] for gain, k in zip(gains, every, strict=True))
            best = max(best, benefit)
            if benefit == found.benefit:
                for k, intervals in zip(every, found.choices, strict=True):
                    assert any(low <= sympy.Rational(k, 12) <= high for low, high in intervals)
    highest = max(b for curve in chosen for _, b in curve.corners)
    gap = found.benefit - best
    target(float(gap))
    assert 0 <= gap <= sympy.Rational(highest) * len(chosen) / 12


@given(problems)
def test_every_choice_is_optimal(problem: tuple[list[Curve], Fraction]) -> None:
    """Hold the first feature at the ends and the middle of each interval: the rest still brings the difference."""
    chosen, budget = problem
    if len(chosen) > 1:
        found = allocate(chosen, budget)
        for low, high in found.choices[0]:
            for c in (low, (low + high) / 2, high):
                rest = allocate(chosen[1:], sympy.Rational(budget) - c)
                assert chosen[0].benefit(c) + rest.benefit == found.benefit


@given(
    st.lists(st.tuples(*[st.integers(0, 8)] * 2).map(sorted), min_size=1, max_size=4),
    st.fractions(0, 1, max_denominator=9),
)
def test_diminishing_curves_have_equal_benefits(ends: list[list[int]], share: Fraction) -> None:
    """Concave: what is inside has one benefit, what is full at least it, what is empty at most it."""
    chosen = [line(high, low) for low, high in ends]
    found = allocate(chosen, share * len(chosen))
    inside, full, empty = [], [], []
    for curve, c in zip(chosen, found.capacities, strict=True):
        (full if c == 1 else empty if c == 0 else inside).append(curve.marginal(c))
    assert len(set(inside)) <= 1
    assert max(empty + inside, default=0) <= min(full + inside, default=sympy.oo)


@given(st.lists(curves(), min_size=1, max_size=3))
def test_the_best_value_never_falls_with_the_budget(chosen: list[Curve]) -> None:
    branches = best_branches(chosen)
    values = [
        max(b.value.at(t) for b in branches if b.value.low <= t <= b.value.high)
        for t in (Fraction(k, 12) for k in range(12 * len(chosen) + 1))
    ]
    assert values == sorted(values)
    assert values[-1] == sum(Fraction(str(curve.benefit(1))) for curve in chosen)
    assert min(b.value.low for b in branches) == 0
    assert max(b.value.high for b in branches) == len(chosen)


coefficients = st.fractions(-3, 3, max_denominator=4)


@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(1, 4), coefficients, coefficients, coefficients),
        min_size=1,
        max_size=6,
    )
)
def test_cutting_back_keeps_the_maximum(drawn: list[tuple[int, int, Fraction, Fraction, Fraction]]) -> None:
    """At every eighth and at odd places: the largest value of the branches that are left is that of all of them."""
    every = [Quadratic(Fraction(a, 4), Fraction(a + w, 4), *rest) for a, w, *rest in drawn]
    kept: list[Branch] = []
    for quadratic in every:
        kept = with_branch(kept, Branch(quadratic, ()))
    for t in [Fraction(k, 8) for k in range(23)] + [Fraction(k, 7) for k in range(20)]:
        there = [q.at(t) for q in every if q.low <= t <= q.high]
        left = [b.value.at(t) for b in kept if b.value.low <= t <= b.value.high]
        assert max(there, default=None) == max(left, default=None)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: allocate([], 0), r"curves must hold at least one curve, got \[\]"),
        (lambda: allocate([line(1, 1)], 2), r"total must lie in \[0, 1\], the number of curves, got 2"),
        (lambda: allocate([line(1, 1)], "-1/2"), r"total must lie in \[0, 1\], .* got -1/2"),
        (lambda: allocate([line(1, 1)], 0.5), "total must be exact .* got the float 0.5"),
    ],
)
def test_bad_input(action: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        action()  # type: ignore[operator]


def test_choices_of_a_tie_over_two_pieces_are_the_whole_interval() -> None:
    flat = Curve(((0, 1), ("1/2", 1), (1, 1)))
    assert allocate((flat, flat), 1).choices == (((0, 1),), ((0, 1),))
