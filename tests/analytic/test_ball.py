"""Balls around exact numbers hold them, and get narrow."""

import pytest
import sympy

from analytic.exact import ball
from analytic.exact.enclosures import ball_ends

x = sympy.Symbol("x")
NUMBERS = [
    sympy.Rational(-7, 3),
    sympy.sqrt(2) - 1,
    sympy.sqrt(3 - sympy.sqrt(14) / 2),
    sympy.root(5, 3) ** -2,
    sympy.pi / 7,
    sympy.cos(2 * sympy.pi / 5) * sympy.sin(sympy.pi / 7),
    sympy.log(sympy.sqrt(7) / 3) - sympy.log(2),
    sympy.CRootOf(x**5 - x - 1, 0),
    sympy.CRootOf(x**3 - 4 * x + 1, 1) ** 2,
]


@pytest.mark.parametrize("number", NUMBERS, ids=str)
@pytest.mark.parametrize("bits", [64, 256, 1024])
def test_holds_the_number_and_is_narrow(number: sympy.Expr, bits: int) -> None:
    lower, upper = (sympy.Rational(end.numerator, end.denominator) for end in ball_ends(ball(number, bits)))
    value, rounding = sympy.Rational(number.evalf(400)), sympy.Rational(1, 10**395)
    assert lower - rounding <= value <= upper + rounding
    # A handful of operations on numbers of size one lose a few bits each.
    assert upper - lower <= sympy.Rational(1, 2 ** (bits - 16))


def test_refuses_what_it_cannot_bound() -> None:
    with pytest.raises(ValueError, match="an exact real number must be built of"):
        ball(sympy.gamma(sympy.Rational(1, 3)), 64)
