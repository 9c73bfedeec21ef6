"""The loss of one feature of two in nine chambers, against the loss of whole networks, on rationals."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.law import Independent
from analytic.loss import expected_loss
from analytic.loss.feature import FEATURE_CHAMBERS, VARIABLES, FeatureChamber, a, b, c, d, feature_chamber, p

small = st.integers(-12, 12).map(lambda k: Fraction(k, 8))


def at(chamber: FeatureChamber, values: tuple[Fraction, ...], density: Fraction) -> dict[sympy.Symbol, sympy.Rational]:
    """The letters of a chamber's expressions at (a, c, b)."""
    slope, other, bias = (sympy.Rational(v.numerator, v.denominator) for v in values)
    nearest = bias + (chamber.nearest & 1) * slope + (chamber.nearest >> 1) * other
    return dict(
        zip(VARIABLES, (nearest, slope, other, sympy.Rational(density.numerator, density.denominator)), strict=True)
    )


@settings(max_examples=30)  # every chamber of either feature comes up in ten or so
@given(small, small, small, small)
def test_two_features_make_the_network(w1: Fraction, w2: Fraction, b1: Fraction, b2: Fraction) -> None:
    density = Fraction(3, 8)
    total = sympy.Integer(0)
    for weight, own, bias in ((1, w1, b1), (sympy.Rational(2, 3), w2, b2)):
        values = (own * own, w1 * w2, bias)
        chamber = feature_chamber(*values)
        total += weight * chamber.loss.subs(at(chamber, values, density))
    assert total == expected_loss([[w1, w2]], [b1, b2], Independent(1 - density), (1, Fraction(2, 3)))


@pytest.mark.parametrize("chamber", FEATURE_CHAMBERS, ids=lambda chamber: f"{chamber.positive:04b}")
def test_where_a_slope_is_divided_by_the_rest_is_smaller(chamber: FeatureChamber) -> None:
    """Each term is c · dⁱ aʲ cᵏ: over a slope stand at least as many powers of d and of the slopes below it."""
    for term in sympy.Add.make_args(chamber.loss):
        powers = term.as_powers_dict()
        assert sum(powers[v] for v in (d, a, c)) >= 0


@pytest.mark.parametrize("chamber", FEATURE_CHAMBERS[2::3], ids=lambda chamber: f"{chamber.positive:04b}")
def test_derivatives_are_those_with_d_put_in(chamber: FeatureChamber) -> None:
    place = b + (chamber.nearest & 1) * a + (chamber.nearest >> 1) * c
    whole = chamber.loss.subs(d, place)
    got = [expression.subs(d, place) for expression in chamber.jet]
    first = [whole.diff(v) for v in (a, c, b)]
    want = [whole, *first, *(first[i].diff(v) for i in range(3) for v in (a, c, b)[i:])]
    point = {a: sympy.Rational(3, 7), c: sympy.Rational(-2, 5), b: sympy.Rational(1, 9), p: sympy.Rational(1, 4)}
    assert [e.subs(point) for e in got] == [e.subs(point) for e in want]
