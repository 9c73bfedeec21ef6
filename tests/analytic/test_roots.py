"""Certified roots against SymPy, which isolates by continued fractions and shares no code with Arb.

Size of the random polynomials and what follows from it: products of at most two factors of degree ≤ 4 with coefficients
≤ 9 in size, degree ≤ 8 and 2-norm ≤ (√5·9)² < 406. By Mahler two distinct roots are then more than √3·8⁻⁵·406⁻⁷ > 10⁻²³
apart. The bound is used wherever a number has to be told from another at finite precision.
"""

from fractions import Fraction
from itertools import pairwise
from math import isqrt

import pytest
import sympy
from flint import fmpq, fmpq_poly
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from literal import exact

from analytic.exact import RealAlgebraic, real_roots
from analytic.exact.roots import _simplest_between, rational_between, rational_number, sign_beside

X = sympy.Symbol("x")
APART = Fraction(1, 10**23)
# SymPy takes ~20 ms a polynomial: the long run stays within minutes.
FEWER = settings(max_examples=settings().max_examples // 2)

Coefficients = list[int]
coefficient = st.integers(-9, 9)
factors = st.lists(coefficient, min_size=2, max_size=5).filter(any)
nonconstant = factors.filter(lambda c: any(c[1:]))
powers = st.lists(st.tuples(factors, st.integers(1, 3)), min_size=1, max_size=2)


def to_sympy(coefficients: list[int]) -> sympy.Poly:
    return sympy.Poly(list(reversed(coefficients)), X)


def roots_of(coefficients: list[int]) -> list[RealAlgebraic]:
    return [root for root, _ in real_roots(fmpq_poly(coefficients))]


def inside(ends: tuple[Fraction, Fraction], value: sympy.Expr, digits: int) -> bool:
    """Whether the value, known to `digits` digits, can lie between the ends."""
    error = sympy.Rational(1, 10**digits) * (1 + abs(value))
    return bool(exact(ends[0]) - error <= value <= exact(ends[1]) + error)


@FEWER
@given(powers)
@example([([0, 1], 3), ([0, 0, 0, 1], 1)])
@example([([-2, 0, 1], 2), ([-2, 0, 1], 1)])
@example([([1, 0, 1], 2), ([5], 1)])
@example([([-1, 3], 1), ([-3, 9], 2)])
def test_real_roots_are_those_of_sympy(product: list[tuple[Coefficients, int]]) -> None:
    polynomial, reference = fmpq_poly([1]), sympy.Poly(1, X)
    for coefficients, power in product:
        polynomial *= fmpq_poly(coefficients) ** power
        reference *= to_sympy(coefficients) ** power
    width = Fraction(1, 10**30)
    mine = [(*root.enclosure(width), multiplicity) for root, multiplicity in real_roots(polynomial)]
    theirs = reference.intervals(eps=exact(width)) if reference.degree() > 0 else []
    assert [multiplicity for *_, multiplicity in mine] == [multiplicity for _, multiplicity in theirs]
    for (lower, upper, _), ((left, right), _) in zip(mine, theirs, strict=True):
        assert lower <= right
        assert left <= upper


@FEWER
@given(nonconstant)
def test_each_root_keeps_its_promises(coefficients: Coefficients) -> None:
    """Irreducible, primitive, positive leading coefficient, numbered from the left."""
    for root, _ in real_roots(fmpq_poly(coefficients)):
        own = to_sympy(list(root.coefficients))
        assert own.is_irreducible
        assert own.primitive()[0] == 1
        assert root.coefficients[-1] > 0
        if root.degree > 1:
            lower, upper = map(exact, root.enclosure(Fraction(1, 10**30)))
            assert own.count_roots(sympy.S.NegativeInfinity, lower) == root.index
            assert own.count_roots(lower, upper) == 1


@pytest.mark.parametrize("digits", [1, 30, 200])
@pytest.mark.parametrize("coefficients", [[-2, 0, 1], [-1, -1, 0, 0, 0, 1], [-2, 10**40, 0, 1], [2, -5, 0, 10**30]])
def test_an_enclosure_is_narrow_and_encloses(coefficients: Coefficients, digits: int) -> None:
    """Enclosed: the polynomial changes sign between the ends, in exact arithmetic."""
    width = Fraction(1, 10**digits)
    polynomial = to_sympy(coefficients)
    assert roots_of(coefficients)
    for root in roots_of(coefficients):
        lower, upper = root.enclosure(width)
        assert 0 < upper - lower <= width
        assert polynomial.eval(exact(lower)) * polynomial.eval(exact(upper)) < 0


@pytest.mark.parametrize(("degree", "size"), [(3, 10**5), (4, 10**30), (5, 10**10), (7, 10**12)])
def test_close_roots_are_kept_apart(degree: int, size: int) -> None:
    """Mignotte's xⁿ − 2(ax − 1)²: two roots around 1/a, about a^(−1 − n/2) from it, and positive between."""
    coefficients = [-2, 4 * size, -2 * size**2, *[0] * (degree - 3), 1]
    polynomial = to_sympy(coefficients)
    roots = roots_of(coefficients)
    assert len(roots) == polynomial.count_roots()
    low, high = sorted(roots, key=lambda root: abs(float(root) - 1 / size))[:2]
    low, high = sorted((low, high))
    assert float(low) == pytest.approx(1 / size)
    middle = rational_between(low, high)
    assert low < rational_number(middle) < high
    assert polynomial.eval(exact(middle)) > 0
    for bits in (64, 256):
        for left, right in pairwise(root.ball(bits) for root in roots):
            assert not left.overlaps(right)


def test_numbers_of_any_size_keep_their_sign_and_place() -> None:
    huge = 10**700
    for coefficients in ([-2 * huge, 0, 1], [-2, 0, huge]):
        negative, positive = roots_of(coefficients)
        assert (negative.sign, positive.sign) == (-1, 1)
        assert negative < rational_number(0) < positive
        lower, upper = positive.enclosure(Fraction(1, 10**400))
        assert lower**2 <= Fraction(-coefficients[0], coefficients[2]) <= upper**2


@FEWER
@given(nonconstant, nonconstant)
@example([-2, 0, 1], [-4, 0, 2])
@example([-2, 0, 1], [4, 0, -4, 0, 1])
@example([-1, 2], [1, -3, 2])
def test_order_and_equality_are_those_of_the_numbers(first: Coefficients, second: Coefficients) -> None:
    """Two roots are equal or 10⁻²³ apart, so 60 digits decide."""
    for a in roots_of(first):
        for b in roots_of(second):
            gap = (a.expression - b.expression).evalf(60)
            same = abs(gap) < exact(APART) / 2
            assert (a == b) == same
            assert (a < b, a > b) == ((False, False) if same else (gap < 0, gap > 0))
            assert (a <= b, a >= b) == ((True, True) if same else (gap < 0, gap > 0))
            assert not same or hash(a) == hash(b)


@FEWER
@given(nonconstant, st.lists(coefficient, min_size=1, max_size=4), st.lists(coefficient, min_size=1, max_size=4))
@example([-2, 0, 1], [0, 0, 1], [1])
@example([-2, 0, 1], [-2, 0, 1], [1])
@example([-1, -1, 0, 1], [1], [0, 1])
@pytest.mark.slow
def test_an_image_is_the_number_it_should_be(
    coefficients: Coefficients, numerator: Coefficients, denominator: Coefficients
) -> None:
    """N(α)/D(α) by evaluation: an exact result must come closer as precision rises. Its polynomial by elimination."""
    y = sympy.Symbol("y")
    for root in roots_of(coefficients):
        if root.sign_of(fmpq_poly(denominator)) == 0:
            with pytest.raises(ZeroDivisionError):
                root.image(fmpq_poly(numerator), fmpq_poly(denominator))
            continue
        image = root.image(fmpq_poly(numerator), fmpq_poly(denominator))
        for digits in (15, 30, 100):
            # Sums of at most four terms below 9·|α|³ with |α| ≤ 10 over a D(α) that resultants keep above 10⁻¹⁴.
            alpha = root.expression.evalf(digits + 40)
            value = to_sympy(numerator).eval(alpha) / to_sympy(denominator).eval(alpha)
            assert inside(image.enclosure(Fraction(1, 10 ** (digits + 2))), value, digits)
        own = to_sympy(list(root.coefficients)).as_expr()
        relation = y * to_sympy(denominator).as_expr() - to_sympy(numerator).as_expr()
        eliminated = sympy.Poly(sympy.resultant(own, relation, X), y)
        minimal = sympy.Poly(list(reversed(image.coefficients)), y)
        assert minimal.is_irreducible
        assert eliminated.rem(minimal) == 0


@given(nonconstant, st.fractions(-3, 3, max_denominator=7).filter(bool))
def test_field_operations_undo_each_other(coefficients: Coefficients, shift: Fraction) -> None:
    step = fmpq(shift.numerator, shift.denominator)
    for root in roots_of(coefficients):
        assert root.image(fmpq_poly([step, 1])).image(fmpq_poly([-step, 1])) == root
        assert root.image(fmpq_poly([0, step])).image(fmpq_poly([0, 1 / step])) == root
        assert (root.image(fmpq_poly([step, 1])) > root) == (shift > 0)
        if root.sign:
            assert root.image(fmpq_poly([1]), fmpq_poly([0, 1])).image(fmpq_poly([1]), fmpq_poly([0, 1])) == root


@given(nonconstant)
@example([-1, 1])
@example([0, 1])
@example([1, -6, 1])
@example([-4, 9])
def test_a_square_root_squares_back(coefficients: Coefficients) -> None:
    for root in roots_of(coefficients):
        if root.sign < 0:
            with pytest.raises(ValueError, match=r"a real square root needs a number >= 0, got -"):
                root.square_root()
        else:
            square_root = root.square_root()
            assert square_root.sign == root.sign
            assert square_root.image(fmpq_poly([0, 0, 1])) == root
        assert root.image(fmpq_poly([0, 0, 1])).square_root() == max(root, root.image(fmpq_poly([0, -1])))


def test_nested_square_roots_denest() -> None:
    """√(3 + 2√2) = 1 + √2, of degree 2 and not 4."""
    number = roots_of([1, -6, 1])[1]
    assert number.square_root() == roots_of([-1, -2, 1])[1]
    assert number.square_root().expression == 1 + sympy.sqrt(2)


@FEWER
@given(nonconstant, factors)
@example([-2, 0, 1], [-4, 0, 2])
@example([-2, 0, 1], [0, -2, 0, 1])
def test_sign_of_a_polynomial_at_a_root(coefficients: Coefficients, other: Coefficients) -> None:
    """Zero exactly when the minimal polynomial divides; else |f(α)| is above 10⁻¹⁴ by the resultant, so 60 digits do."""
    for root in roots_of(coefficients):
        value = to_sympy(other).eval(root.expression.evalf(60))
        divides = to_sympy(other).rem(to_sympy(list(root.coefficients))) == 0
        assert root.sign_of(fmpq_poly(other)) == (0 if divides else sympy.sign(value))


def test_sign_of_a_value_very_close_to_zero() -> None:
    """√2 less its first 400 digits: far below the precision that the search starts with."""
    root = roots_of([-2, 0, 1])[1]
    digits = isqrt(2 * 10**800)
    assert root.sign_of(fmpq_poly([fmpq(-digits, 10**400), 1])) == 1
    assert root.sign_of(fmpq_poly([fmpq(-digits - 1, 10**400), 1])) == -1
    assert rational_number(Fraction(digits, 10**400)) < root < rational_number(Fraction(digits + 1, 10**400))
    assert Fraction(digits, 10**400) < rational_between(rational_number(Fraction(digits, 10**400)), root)


@given(st.lists(coefficient, min_size=1, max_size=6), st.fractions(-2, 2, max_denominator=4), st.sampled_from([-1, 1]))
@example([0, 0, 1], Fraction(0), -1)
@example([0, 0, 0, -1], Fraction(0), -1)
@example([0], Fraction(1), 1)
@example([1, -3, 3, -1], Fraction(1), -1)
def test_sign_beside_a_point(coefficients: Coefficients, point: Fraction, side: int) -> None:
    """No root within 10⁻²³ of the point (other than the point): the sign 10⁻³⁰ away is the sign beside it."""
    value = to_sympy(coefficients).eval(exact(point + side * Fraction(1, 10**30)))
    assert sign_beside(fmpq_poly(coefficients), point, side) == sympy.sign(value)


@given(nonconstant, nonconstant)
def test_a_rational_between_two_numbers(first: Coefficients, second: Coefficients) -> None:
    numbers = sorted({*roots_of(first), *roots_of(second)})
    assume(len(numbers) > 1)
    for lower, upper in pairwise(numbers):
        assert lower < rational_number(rational_between(lower, upper)) < upper


@given(st.fractions(-4, 4, max_denominator=40), st.fractions(-4, 4, max_denominator=40))
def test_the_simplest_fraction_between(first: Fraction, second: Fraction) -> None:
    assume(first != second)
    low, high = sorted((first, second))
    found = _simplest_between(low, high)
    assert low < found < high
    for q in range(1, found.denominator):
        assert not low < Fraction(low * q // 1 + 1, q) < high


def test_what_lies_between_is_short() -> None:
    """Between two roots that differ in the tenth digit: nothing of the length of their enclosures."""
    lower, upper = roots_of([-2, 0, 1])[1], rational_number(Fraction(141421356238, 10**11))
    between = rational_between(lower, upper)
    assert between.denominator < 10**6


@FEWER
@given(nonconstant)
def test_the_expression_and_the_float_are_the_number(coefficients: Coefficients) -> None:
    for root in roots_of(coefficients):
        for digits in (15, 30, 100):
            assert inside(root.enclosure(Fraction(1, 10**digits)), root.expression.evalf(digits + 5), digits)
        # A 64-bit ball, rounded once more to 53 bits: within an ulp.
        assert float(root) == pytest.approx(float(root.expression.evalf(30)), rel=2.3e-16, abs=0)


def test_the_zero_polynomial_has_no_list_of_roots_and_a_constant_an_empty_one() -> None:
    with pytest.raises(ValueError, match="zero polynomial"):
        real_roots(fmpq_poly([0]))
    assert real_roots(fmpq_poly([7])) == ()
