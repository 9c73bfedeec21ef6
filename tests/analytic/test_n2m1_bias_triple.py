"""Triple points of the smallest model with bias: exact losses tie there, and the proof fails where it should."""

from fractions import Fraction

import pytest
import sympy

from analytic.law import Independent
from analytic.loss import expected_loss
from analytic.n2m1.bias import linear as linear
from analytic.n2m1.bias.angle import Angle
from analytic.n2m1.bias.point import minima
from analytic.n2m1.bias.search import starts
from analytic.n2m1.bias.triple import TriplePoint, _enclosed, _mirror_system, mirror_point, triple_point


def middle(interval: tuple[Fraction, Fraction]) -> Fraction:
    return sum(interval, Fraction(0)) / 2


def least_on_the_ray(s: Fraction, r: Fraction, e: Fraction, first: Fraction, second: Fraction) -> sympy.Rational:
    """The least loss at weights √t (1, −e) and biases t (β₁, β₂): it is quadratic in t."""
    scale = Fraction(9, 10)  # t = 81/100
    whole = (1 + r) * (1 - s) / 3
    one, two = (
        expected_loss(
            [[k * scale, -k * scale * e]], [(k * scale) ** 2 * b for b in (first, second)], Independent(s), (1, r)
        )
        for k in (1, 2)
    )
    t = sympy.Rational(scale) ** 2
    rise = sympy.Matrix([[t, t**2], [4 * t, 16 * t**2]]).LUsolve(sympy.Matrix([one - whole, two - whole]))
    return sympy.Rational(whole) - rise[0] ** 2 / (4 * rise[1])


@pytest.fixture(scope="module")
def points() -> tuple[TriplePoint, TriplePoint]:
    return triple_point(), mirror_point()


@pytest.mark.slow
def test_enclosures_are_as_narrow_as_asked(points: tuple[TriplePoint, TriplePoint]) -> None:
    for point in points:
        for low, high in (point.sparsity, point.importance, *point.strong, *point.other):
            assert 0 <= high - low <= Fraction(1, 10**30)


@pytest.mark.slow
def test_few_digits_are_had_as_well() -> None:
    assert triple_point(1).sparsity[0] == triple_point(20).sparsity[0]


@pytest.mark.slow
def test_drop_strong_and_partial_cost_the_same(points: tuple[TriplePoint, TriplePoint]) -> None:
    point, _ = points
    s, r = middle(point.sparsity), middle(point.importance)
    p = 1 - s
    dropped = r * (p / 3 - p * p / 4)
    assert abs(least_on_the_ray(s, r, *map(middle, point.strong)) - dropped) < Fraction(1, 10**29)
    # The partial pair's β₂ is the best one for a linear output, with the best t = cross/square.
    x, y = map(middle, point.other)
    at = {linear.x: sympy.Rational(x), linear.y: sympy.Rational(y), linear.density: sympy.Rational(p)}
    square, cross = (Fraction(str(form.subs(at))) for form in linear.wedges()[0][2:])
    inverse = (square + dropped * (x**2 + x**4)) / (cross + dropped * x**2)
    second = p / 2 * (inverse - x**2 + x)
    assert second > x
    assert abs(least_on_the_ray(s, r, x, x * y, second) - dropped) < Fraction(1, 10**29)


@pytest.mark.slow
def test_the_symmetric_pair_and_the_other_cost_the_same(points: tuple[TriplePoint, TriplePoint]) -> None:
    _, point = points
    s = middle(point.sparsity)
    losses = [least_on_the_ray(s, Fraction(1), *map(middle, place)) for place in (point.strong, point.other)]
    assert abs(losses[0] - losses[1]) < Fraction(1, 10**29)


@pytest.mark.slow
def test_a_start_far_from_a_zero_is_no_proof() -> None:
    with pytest.raises((ArithmeticError, ZeroDivisionError)):
        _enclosed(_mirror_system(), ("0.5", "0.1", "0.2", "0.1", "0.1"), 30)


def test_the_search_knows_both_minima_where_they_nearly_tie() -> None:
    """At a jump the lower one is needed: the other, higher by 1e-10, was all that three starts on each grid had found."""
    r = Fraction("0.959562865")
    model = Angle(Fraction(67, 100), r.denominator, r.numerator, 0)
    one, other = sorted(minima(model, starts(model)), key=lambda found: found.loss)
    assert other.loss - one.loss < Fraction(r.denominator, 10**9)
    assert abs(other.at[0] - one.at[0]) > Fraction(1, 5)


@pytest.mark.parametrize("digits", [0, 201, 1.5])
@pytest.mark.slow
def test_bad_input(digits: object) -> None:
    with pytest.raises((ValueError, TypeError), match="digits"):
        triple_point(digits)  # type: ignore[arg-type]
