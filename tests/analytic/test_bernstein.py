"""Bernstein coefficients and enclosures of zeros, against exact real roots of integer polynomials."""

from fractions import Fraction
from math import comb

import flint
from flint import arb, arb_poly, fmpq, fmpq_poly
from hypothesis import example, given
from hypothesis import strategies as st

from analytic.exact import real_roots
from analytic.exact.bernstein import bernstein, is_positive, zeros

COEFFICIENTS = st.lists(st.integers(-6, 6), min_size=1, max_size=7).filter(any)
PLACES = st.integers(-8, 8).map(lambda k: Fraction(k, 4))
WIDTH = fmpq(1, 10**12)


def exact(polynomial: list[int], x: Fraction) -> Fraction:
    return sum((c * x**k for k, c in enumerate(polynomial)), Fraction(0))


def number(x: Fraction) -> fmpq:
    return fmpq(x.numerator, x.denominator)


@given(COEFFICIENTS, PLACES, PLACES)
def test_ends_are_values_and_the_rest_bounds_them(polynomial: list[int], u: Fraction, v: Fraction) -> None:
    coefficients = bernstein(arb_poly(polynomial), arb(number(u)), arb(number(v)))
    assert coefficients[0].contains(number(exact(polynomial, u)))
    assert coefficients[-1].contains(number(exact(polynomial, v)))
    n, values = len(coefficients) - 1, [exact(polynomial, u + (v - u) * Fraction(k, 16)) for k in range(17)]
    for k in (3, 8):
        x = fmpq(k, 16)
        mean = sum((b * comb(n, i) * x**i * (1 - x) ** (n - i) for i, b in enumerate(coefficients)), arb(0))
        assert mean.overlaps(arb(number(values[k])))
    ends = [(b.lower(), b.upper()) for b in coefficients]
    assert all(min(low for low, _ in ends) <= number(value) for value in values)
    assert all(max(high for _, high in ends) >= number(value) for value in values)
    if is_positive(arb_poly(polynomial), arb(number(u)), arb(number(v))):
        assert min(values) > 0


@given(COEFFICIENTS, PLACES, st.integers(1, 16).map(lambda k: Fraction(k, 4)))
@example([0, 1], Fraction(0), Fraction(1))
@example([0, 0, 1], Fraction(-1), Fraction(2))
@example([1, -6, 9], Fraction(0), Fraction(1))
@example([-6, -4], Fraction(-7, 4), Fraction(1, 2))
def test_every_zero_is_in_a_short_interval(polynomial: list[int], u: Fraction, length: Fraction) -> None:
    """At an end and double ones too; an interval without a zero is one that precision could not rule out."""
    v = u + length
    with flint.ctx.workprec(128):
        found = list(zeros(arb_poly(polynomial), arb(number(u)), arb(number(v)), arb(WIDTH)))
        for low, high in found:
            assert low.rad() == high.rad() == 0
            assert high - low <= arb(WIDTH)
        for root, _ in real_roots(fmpq_poly(polynomial)):
            lower, upper = (arb(number(end)) for end in root.enclosure(Fraction(1, 10**30)))
            if lower >= number(u) and upper <= number(v):
                assert any(low <= upper and lower <= high for low, high in found)
        # Each zero lies in at most two neighbours, and a double one spreads over about the root of rounding, 2^-50.
        assert len(found) <= 3 * len(polynomial)


def test_a_leading_ball_around_zero_is_no_obstacle() -> None:
    blurred = arb_poly([fmpq(-1, 2), 1, arb(0, 1e-30), arb(0, 1e-30)])
    with flint.ctx.workprec(128):
        ((low, high),) = zeros(blurred, arb(0), arb(1), arb(WIDTH))
    assert low <= fmpq(1, 2) <= high


def test_skipped_intervals_are_left_out() -> None:
    squares = arb_poly([fmpq(-1, 16), 0, 1])
    left = list(zeros(squares, arb(-1), arb(1), arb(WIDTH), lambda u, v: bool(u >= 0)))
    assert [bool(low <= fmpq(-1, 4) <= high) for low, high in left] == [True]
