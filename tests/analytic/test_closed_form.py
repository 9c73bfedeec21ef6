"""Zero is decided, not guessed: identities that hold, near misses that do not, and forms that are short."""

from math import isqrt

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import CRootOf, Expr, Integer, Rational, cos, pi, root, sin, sqrt

from analytic.exact import ball, closed_form, is_zero, sign
from analytic.exact.closed_forms import exact_number, numbered, short_form

x = sympy.Symbol("x")
cubic = CRootOf(x**3 - x - 1, 0)
ZEROS = [
    sqrt(5 + 2 * sqrt(6)) - sqrt(2) - sqrt(3),
    sqrt(Rational(1, 2) - sqrt(5) / 10) * sqrt(Rational(1, 2) + sqrt(5) / 10) - sqrt(5) / 5,
    root(sqrt(5) + 2, 3) - root(sqrt(5) - 2, 3) - 1,
    cos(pi / 7) - cos(2 * pi / 7) + cos(3 * pi / 7) - Rational(1, 2),
    sin(pi / 7) * sin(2 * pi / 7) * sin(3 * pi / 7) - sqrt(7) / 8,
    sympy.Add(*(cos(2 * pi * k / 17) for k in range(17))),
    1 / (sqrt(3) - sqrt(2)) - sqrt(3) - sqrt(2),
    cubic**3 - cubic - 1,
    1 / cubic - cubic**2 + 1,
]


@pytest.mark.parametrize("number", ZEROS, ids=str)
def test_zero_and_its_neighbours(number: Expr) -> None:
    tiny = Rational(1, 10**60)
    assert is_zero(number)
    assert (sign(number + tiny), sign(number - tiny)) == (1, -1)
    assert closed_form(number) == 0
    assert closed_form(number + Rational(22, 7)) == Rational(22, 7)


@given(st.integers(1, 10**15), st.integers(2, 60))
def test_sign_is_that_of_integers(q: int, d: int) -> None:
    """Best approximations: p is the integer next to q√d below, and p − q√d has the sign of p² − q²d."""
    p = isqrt(q * q * d)
    for near in (p, p + 1):
        expected = (near**2 > q * q * d) - (near**2 < q * q * d)
        assert sign(near - Integer(q) * sqrt(d)) == expected
        # The same number without a simplification that would give it away.
        assert sign(sympy.Mul(near - q * sqrt(d), sqrt(7 + 4 * sqrt(3)) - 2 - sqrt(3) + 1)) == expected


@given(st.integers(1, 9), st.integers(1, 40))
def test_powers_near_zero_are_not_zero(d: int, power: int) -> None:
    """|√d − √(d + 1)|^k is as small as a sum of radicals gets: the bound must stay below it."""
    small = sympy.expand((sqrt(d + 1) - sqrt(d)) ** power)
    assert sign(small) == 1
    assert is_zero(small - (sqrt(d + 1) - sqrt(d)) ** power)


@given(st.integers(1, 150))
def test_quotients_near_zero_are_not_zero(k: int) -> None:
    """x + y√2 = (1 + √2)^k has x² − 2y² = (−1)^k, so √2/x − 1/y has the sign of −(−1)^k and is of size y^−3."""
    x, y = 1, 1
    for _ in range(k - 1):
        x, y = x + 2 * y, x + y
    assert sign(sqrt(2) / x - Rational(1, y)) == -((-1) ** k)


# Over the common denominator 60 numerators are at most 1,200: the integer quadratic of the quotient has coefficients of
# at most 2·11·1,200² < 2^25, well below the size 2^40 up to which a form counts as short.
@given(st.lists(st.fractions(-20, 20, max_denominator=6), min_size=4, max_size=4), st.sampled_from([2, 3, 5, 6, 7, 10]))
def test_short_forms_of_quadratic_numbers(parts: list[object], d: int) -> None:
    """A quotient in Q(√d) comes out as p + q√d, which SymPy writes in one way only."""
    a, b, c, e = (Rational(str(part)) for part in parts)
    if (c, e) == (0, 0):
        c = Integer(1)
    norm = c**2 - d * e**2
    expected = sympy.expand((a + b * sqrt(d)) * (c - e * sqrt(d)) / norm)
    disguised = (a + b * sqrt(d)) / (c + e * sqrt(d)) + sqrt(5 + 2 * sqrt(6)) - sqrt(2) - sqrt(3)
    assert closed_form(disguised) == expected


def test_waves_become_sums() -> None:
    a, b = 2 * pi / 7, 3 * pi / 11
    assert closed_form(cos(a) ** 2) == Rational(1, 2) + cos(2 * a) / 2
    assert closed_form(cos(a) * cos(b) + sin(a) * sin(b)) == cos(a - b)
    assert closed_form(sin(a) * cos(b) + cos(a) * sin(b)) == sin(a + b)
    assert closed_form(cos(a) * sin(b) - sin(a) * cos(b)) == sin(b - a)
    number = 3 * cos(a) * sin(b) ** 2 * cos(pi / 13) - sqrt(2)
    assert ball(number, 200).overlaps(ball(closed_form(number), 200))
    assert not closed_form(number).has(sympy.Mul(cos(a), cos(pi / 13)))


def test_long_and_cubic_numbers_have_no_short_form() -> None:
    for number in (cos(2 * pi / 7), root(2, 3), sqrt(2) + sqrt(3), cubic):
        assert short_form(number) is None


def test_numbering_goes_by_value() -> None:
    first, second = sqrt(2) + sqrt(3), sqrt(5 + 2 * sqrt(6))
    assert numbered([first, Integer(1), second, first]) == {first: 0, Integer(1): 1, second: 0}


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (sin(1) ** 2 + cos(1) ** 2 - 1, "algebraic number must be built of"),
        (1 / (sqrt(5 + 2 * sqrt(6)) - sqrt(2) - sqrt(3)), "must be real and finite"),
        (sqrt(sqrt(2) - 2), "must be real and finite|must be built of"),
        (sympy.gamma(Rational(1, 3)), "must be built of"),
        (sympy.Float(0.5), "must be built of"),
    ],
    ids=str,
)
def test_refuses_what_it_cannot_decide(number: Expr, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sign(number)


def test_exact_numbers_at_the_edge() -> None:
    assert exact_number("3/10", "height") == Rational(3, 10)
    assert exact_number(sqrt(2), "height") == sqrt(2)
    for value in (0.5, sympy.Float(0.5), sqrt(2) * 0.5, x, sympy.I, sympy.oo):
        with pytest.raises(ValueError, match="height must be"):
            exact_number(value, "height")  # type: ignore[arg-type]
