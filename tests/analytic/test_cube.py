"""Cube integrals against nested integration, and the identity that gives E[x_j ReLU(z)] from E ReLU(z)²."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from nested import integrate

from analytic.law import Alternatives
from analytic.loss.cube import expectation, integral, transform, vertices

# Small numerators and denominators make zero entries, equal entries and vertices exactly on the kink ordinary cases.
ENTRIES = st.builds(Fraction, st.integers(-6, 6), st.integers(1, 3))


@given(st.lists(ENTRIES, max_size=3), ENTRIES, st.integers(1, 3))
def test_integral_is_the_nested_integral(gradient: list[Fraction], bias: Fraction, power: int) -> None:
    expected = integrate(lambda z, x: max(z, Fraction(0)) ** power, gradient, bias, power)
    assert integral(gradient, bias, power) == sympy.Rational(expected.numerator, expected.denominator)


@given(st.lists(ENTRIES, max_size=5), ENTRIES, st.integers(1, 3), st.randoms(use_true_random=False))
def test_order_zeros_and_reflections_do_not_matter(
    gradient: list[Fraction], bias: Fraction, power: int, random: object
) -> None:
    """The variables are interchangeable; a zero entry drops out; x_j → 1 − x_j turns g_j into −g_j and b into b + g_j."""
    value = integral(gradient, bias, power)
    shuffled = list(gradient)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert integral(shuffled, bias, power) == value
    assert integral([*gradient, 0], bias, power) == value
    if gradient:
        assert integral([-gradient[0], *gradient[1:]], bias + gradient[0], power) == value


def test_known_integrals() -> None:
    assert integral([], "3/2", 2) == sympy.Rational(9, 4)
    assert integral([1], 0, 2) == sympy.Rational(1, 3)
    assert integral([1, -1], 0, 2) == sympy.Rational(1, 12)
    assert integral([1, 1, 1], -3, 1) == 0


@pytest.mark.parametrize("positive", [{0b10, 0b11}, {0b01, 0b11}, {0b11}, {0b00, 0b01, 0b11}, {0b00, 0b01, 0b10, 0b11}])
@pytest.mark.parametrize("j", [0, 1])
def test_derivatives_of_the_square_give_the_products(positive: set[int], j: int) -> None:
    """In every chamber, as an identity of expressions: E[x_j ReLU(z)] = ½ ∂A/∂g_j and E ReLU(z) = ½ ∂A/∂b."""
    g1, g2, b, p = sympy.symbols("g_1 g_2 b p")
    blocks = [Alternatives(((1 - p, ()), (p, (j,)))) for j in (0, 1)]

    def value(power: int, weighted: int | None) -> sympy.Expr:
        terms = transform([g1, g2], blocks, sympy.sympify, weighted)
        chosen = {mask: row for mask, row in terms.items() if mask in positive}
        return expectation(chosen, vertices([g1, g2], b), power, lambda v: v)

    square = value(2, None)
    assert sympy.simplify(square.diff((g1, g2)[j]) / 2 - value(1, j)) == 0
    assert sympy.simplify(square.diff(b) / 2 - value(1, None)) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1], 0, 0), "power must be a whole number of at least 1, got 0"),
        (([0.5], 0, 2), "gradient must be exact .* got the float 0.5"),
        (([1], 0.5, 2), "bias must be exact .* got the float 0.5"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        integral(*arguments)  # type: ignore[arg-type]
