"""Roots of polynomials with irrational coefficients: inside an interval, and as roots over Q."""

import flint
import pytest
import sympy
from flint import fmpq_poly
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Poly, Rational, cos, pi, sqrt

from analytic.exact import ball
from analytic.exact.polynomial import rational_multiple, roots_in, value_at

x = sympy.Symbol("x")
NUMBERS = [sqrt(2), -sqrt(3) / 2, Rational(1, 3), cos(2 * pi / 7), 1 + sqrt(5), Integer(-2), sqrt(2) / 3]


# An exact test at both ends of each interval makes an example dear.
@settings(max_examples=settings().max_examples // 2)
@given(st.sets(st.sampled_from(NUMBERS), min_size=1, max_size=4), st.sampled_from([64, 200]))
@pytest.mark.slow
def test_finds_the_roots_that_it_was_made_of(roots: set[sympy.Expr], bits: int) -> None:
    polynomial = Poly(sympy.expand(sympy.Mul(*(x - root for root in roots)) * (x**2 + 1)), x)
    for lower, upper in ((Integer(-3), Integer(4)), (Integer(0), sqrt(2)), (sqrt(2) / 3, Rational(3, 2))):
        expected = sorted((root for root in roots if lower < root <= upper), key=float)
        found = roots_in(polynomial, (lower, upper), bits)
        assert len(found) == len(expected)
        for value, root in zip(found, expected, strict=True):
            assert value.contains(ball(root, 4 * bits))
            assert value.rad() <= flint.arb(2) ** -bits


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=2, max_size=4), st.sampled_from([1, 2, 5, 12])
)
@pytest.mark.slow
def test_rational_multiple_vanishes_where_the_polynomial_does(parts: list[tuple[int, int]], d: int) -> None:
    """(P + √d R)(P − √d R); without a root in it, the polynomial is its own multiple."""
    polynomial, conjugate = (Poly([p + sign * r * sqrt(d) for p, r in parts], x) for sign in (1, -1))
    multiple = rational_multiple(polynomial)
    assert multiple is not None
    expected = polynomial * conjugate if d != 1 and any(r for _, r in parts) else polynomial
    coefficients = [sympy.expand(c) for c in reversed(expected.all_coeffs())]
    assert multiple == fmpq_poly([flint.fmpq(int(c.p), int(c.q)) for c in coefficients])


def test_no_rational_multiple_beyond_one_square_root() -> None:
    for coefficient in (sqrt(2) + sqrt(3), cos(2 * pi / 7), sqrt(1 + sqrt(2)), sympy.root(2, 3)):
        assert rational_multiple(Poly([1, coefficient], x)) is None
    assert rational_multiple(Poly([sqrt(2), sqrt(3)], x)) is None


def test_values() -> None:
    polynomial = Poly([1, sqrt(2), -cos(pi / 7)], x)
    assert value_at(polynomial, ball(sqrt(3), 128), 128).overlaps(ball(3 + sqrt(6) - cos(pi / 7), 128))


def test_double_roots_are_refused() -> None:
    with pytest.raises(ArithmeticError, match="cannot be told apart"):
        roots_in(Poly(sympy.expand((x - sqrt(2)) ** 2), x), (Integer(0), Integer(2)), 64)
