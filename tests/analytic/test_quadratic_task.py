"""The derivation of the quadratic task: its moments against literal sums, its loss against its definition."""

from fractions import Fraction
from itertools import product

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from analytic.capacity import derivation, kurtosis_of_density, sharing, sparse_kurtosis, turning_density
from analytic.capacity.quadratic_task import (
    capacity,
    coefficients,
    density,
    exact_function,
    kurtosis,
    norm,
    ratio,
    skewness,
    total,
    value,
    variance,
)

small = st.fractions(-3, 3, max_denominator=6)
# Three atoms with weights that add up to 1: mean and skewness are whatever comes.
laws = st.tuples(st.tuples(small, small, small), st.tuples(*[st.integers(1, 5)] * 3))


@given(laws, st.lists(small, min_size=3, max_size=3))
def test_variance_is_the_sum_over_all_inputs(
    law: tuple[tuple[Fraction, ...], tuple[int, ...]], entries: list[Fraction]
) -> None:
    """Two features, every law of three atoms: the literal variance, in rationals."""
    points, counts = law
    weights = [Fraction(count, sum(counts)) for count in counts]
    q = [[entries[0], entries[1]], [entries[1], entries[2]]]
    atoms = list(zip(points, weights, strict=True))
    mean = square = Fraction(0)
    for (x, p), (y, r) in product(atoms, repeat=2):
        form = q[0][0] * x * x + 2 * q[0][1] * x * y + q[1][1] * y * y
        mean += p * r * form
        square += p * r * form**2
    moments = [sympy.Rational(sum((w * x**k for x, w in atoms), Fraction(0))) for k in (1, 2, 3, 4)]
    assert variance(sympy.Matrix(q).applyfunc(sympy.Rational), moments) == sympy.Rational(square - mean**2)


def test_the_published_form_holds_beyond_the_derived_size() -> None:
    """Scherlis et al. 2022, up to the mean; n = 5 is one feature more than any term has."""
    q = coefficients(5)
    found = variance(q, (sympy.Integer(0), sympy.Integer(1), skewness, kurtosis))
    published = sum((kurtosis - 1 if i == j else 2) * q[i, j] ** 2 for i in range(5) for j in range(5))
    assert sympy.expand(found - published) == 0
    assert skewness not in found.free_symbols


def test_a_mean_adds_row_sums_which_are_no_function_of_capacity() -> None:
    """x = μ + σz: what U[0, 1] would bring if it were not centred."""
    mean, spread = sympy.symbols("mu sigma", positive=True)
    third, fourth = skewness * spread**3, kurtosis * spread**4
    moments = (
        mean,
        mean**2 + spread**2,
        mean**3 + 3 * mean * spread**2 + third,
        mean**4 + 6 * mean**2 * spread**2 + 4 * mean * third + fourth,
    )
    q = coefficients(3)
    rows = [sum(q[i, j] for j in range(3)) for i in range(3)]
    centred = variance(q, (sympy.Integer(0), sympy.Integer(1), skewness, kurtosis))
    more = 4 * mean**2 * spread**2 * sum(r**2 for r in rows) + 4 * mean * third * sum(
        q[i, i] * rows[i] for i in range(3)
    )
    assert sympy.expand(variance(q, moments) - spread**4 * centred - more) == 0


def test_best_norm_is_the_least_of_a_parabola() -> None:
    """L(a) − L(a*) = (β − 1 + 2(1/C − 1)) (a − a*)², so nothing is lower, and L(C) is the value there."""
    found = derivation()
    bowl = kurtosis - 1 + 2 * (1 / capacity - 1)
    assert sympy.simplify(found.given_norm - found.loss - bowl * (norm - found.best_norm) ** 2) == 0


def test_loss_and_its_ends() -> None:
    found = derivation()
    assert (
        sympy.simplify(found.loss - 2 * (kurtosis - 1) * value**2 * (1 - capacity) / (2 + (kurtosis - 3) * capacity))
        == 0
    )
    assert sympy.expand(found.loss.subs(capacity, 0) - (kurtosis - 1) * value**2) == 0
    assert found.loss.subs(capacity, 1) == 0
    assert sympy.expand(found.best_norm.subs(capacity, 1) - value) == 0


def test_benefits_turn_at_the_kurtosis_of_a_gaussian() -> None:
    """The slope is 4(3 − β)(β − 1)²v² over the cube of 2(1 − C) + (β − 1)C, positive for β > 1 and C in [0, 1]."""
    found = derivation()
    assert found.turning_kurtosis == 3
    positive = 2 * (1 - capacity) + (kurtosis - 1) * capacity
    expected = 4 * (3 - kurtosis) * (kurtosis - 1) ** 2 * value**2 / positive**3
    assert sympy.simplify(found.slope - expected) == 0
    assert sympy.simplify(found.marginal_benefit + sympy.diff(found.loss, capacity)) == 0
    assert sympy.simplify(found.marginal_benefit - found.pair * found.scale**2) == 0


def test_boundaries_of_two_features() -> None:
    found = sharing()
    assert sympy.simplify(found.ignored - 2 / (kurtosis - 1)) == 0
    assert sympy.simplify(found.whole - (kurtosis - 1) / 2) == 0
    assert found.tie == 1
    # Exchanging the features exchanges the boundaries, and the shares.
    assert sympy.simplify(found.ignored * found.whole) == 1
    other = found.shared.subs(ratio, 1 / ratio, simultaneous=True)
    assert sympy.simplify(found.shared + other - total) == 0
    assert sympy.simplify(found.shared.subs(total, 1).subs(ratio, found.ignored)) == 0
    assert sympy.simplify(found.shared.subs(total, 1).subs(ratio, found.whole)) == 1


def literal_kurtosis(p: Fraction, low: int) -> Fraction:
    """From the raw moments ∫ x^k of the uniform part, by the binomial theorem."""
    raw = [p * Fraction(1 - low ** (k + 1), (k + 1) * (1 - low)) for k in range(5)]
    mean = raw[1]
    second = raw[2] - mean**2
    fourth = raw[4] - 4 * mean * raw[3] + 6 * mean**2 * raw[2] - 3 * mean**4
    return fourth / second**2


@given(st.fractions(Fraction(1, 1000), 1, max_denominator=1000))
def test_sparse_kurtosis(p: Fraction) -> None:
    assert sparse_kurtosis(p) == sympy.Rational(literal_kurtosis(p, -1)) == sympy.Rational(9, 5) / sympy.Rational(p)
    assert sparse_kurtosis(p, "positive") == sympy.Rational(literal_kurtosis(p, 0))


def test_sparse_limit_and_turning_densities() -> None:
    """Both laws have β → 9/(5p), and each turns at one density."""
    for law in ("symmetric", "positive"):
        assert sympy.limit(kurtosis_of_density(law) * density, density, 0) == sympy.Rational(9, 5)
        assert sparse_kurtosis(1, law) == sympy.Rational(9, 5)
    assert turning_density() == sympy.Rational(3, 5)
    turning = turning_density("positive")
    x = sympy.Symbol("x")
    assert sympy.minimal_polynomial(turning, x) == 45 * x**3 - 120 * x**2 + 100 * x - 24
    for law in ("symmetric", "positive"):
        place = Fraction(int(turning_density(law) * 10**9), 10**9)
        assert sparse_kurtosis(place - Fraction(1, 1000), law) > 3 > sparse_kurtosis(place + Fraction(1, 1000), law)


def test_exact_function_stays_rational() -> None:
    half = exact_function(value / 2 + sympy.Rational(1, 3) / capacity, (value, capacity))
    assert half(Fraction(1), Fraction(1, 7)) == Fraction(1, 2) + Fraction(7, 3)
    assert isinstance(half(1, 2), Fraction)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0,), r"density must lie in \(0, 1\], got 0"),
        (("6/5",), r"density must lie in \(0, 1\], got 6/5"),
        ((0.5,), r"density must be exact .* got the float 0.5"),
        (("1/2", "normal"), "law must be one of symmetric, positive, got 'normal'"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sparse_kurtosis(*arguments)  # type: ignore[arg-type]
