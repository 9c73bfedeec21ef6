"""Curves of marginal benefit: areas against literal sums, trends, and what is refused."""

from fractions import Fraction
from itertools import pairwise

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from analytic.capacity import PANELS, Curve
from analytic.capacity.benefit_curve import line

benefits = st.fractions(0, 6, max_denominator=4)
shares = st.fractions(0, 1, max_denominator=24)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    """Up to three corners inside, on quarters, so that equal ones (jumps) come up."""
    inner = sorted(draw(st.lists(st.integers(1, 3), max_size=3)))
    places = [Fraction(0), *(Fraction(k, 4) for k in inner), Fraction(1)]
    return Curve([(c, draw(benefits)) for c in places])


@given(curves(), shares)
def test_benefit_is_the_area(curve: Curve, c: Fraction) -> None:
    """Sums of trapezia over a grid that holds the corners and c, with the limits of the curve from inside each cell."""
    cells = sorted({Fraction(k, 4) for k in range(5)} | {c})
    area = Fraction(0)
    for low, high in pairwise(cells):
        if high <= c:
            middle = curve.marginal((low + high) / 2)  # the mean of a straight line over the cell
            area += Fraction(int(middle.p), int(middle.q)) * (high - low)
    assert curve.benefit(c) == sympy.Rational(area)


def test_jumps_take_the_limit_from_the_left() -> None:
    curve = Curve([(0, 1), ("1/2", 3), ("1/2", 0), (1, 0)])
    assert [curve.marginal(c) for c in (0, "1/4", "1/2", "51/100", 1)] == [1, 2, 3, 0, 0]
    assert [curve.benefit(c) for c in (0, "1/2", 1)] == [0, 1, 1]
    assert curve.trend == "mixed"


def test_trends() -> None:
    assert [[curve.trend for curve in PANELS[name]] for name in "ABCDEF"] == [
        ["increasing"] * 2,
        ["increasing"] * 2,
        ["constant"] * 2,
        ["diminishing"] * 2,
        ["diminishing"] * 2,
        ["diminishing"] * 2,
    ]
    assert Curve([(0, 1), ("1/2", 1), (1, 2)]).trend == "increasing"
    assert line(1, "1/2") == Curve(((0, 1), (1, Fraction(1, 2))))


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: Curve([]), "points must have capacities that run from 0 to 1, got none"),
        (lambda: Curve([(0, 1)]), "points must have capacities that run from 0 to 1, got 0"),
        (lambda: Curve([(0, 1), ("3/4", 1)]), "points must have capacities that run from 0 to 1, got 0, 3/4"),
        (lambda: Curve([(0, 1), (1, 1), ("1/2", 1), (1, 1)]), "points must .* got 0, 1, 1/2, 1"),
        (lambda: Curve([(0, 1), (1, "-1/2")]), "points must have benefits of at least 0, got -1/2"),
        (lambda: line(0.5, 1), "start must be exact .* got the float 0.5"),
        (lambda: line(1, 1).benefit("3/2"), r"capacity must lie in \[0, 1\], got 3/2"),
        (lambda: line(1, 1).marginal(-1), r"capacity must lie in \[0, 1\], got -1"),
    ],
)
def test_bad_input(action: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        action()  # type: ignore[operator]
