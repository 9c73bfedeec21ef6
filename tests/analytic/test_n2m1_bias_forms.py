"""Closed forms of the phases with bias: held to exact losses, to certified minima and to each other."""

from fractions import Fraction

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.law import Independent
from analytic.loss import expected_loss
from analytic.n2m1.bias import Certified, certify, drop_boundary, penalty_boundary
from analytic.n2m1.bias.forms import (
    VARIANCE,
    best_clipped_loss,
    beta,
    partial_antipodal,
    penalty,
    ratio,
    stability,
    strong_antipodal,
    strong_antipodal_bias,
    tricritical_points,
    unstable_importance,
)
from analytic.n2m1.bias.linear import density as p
from analytic.n2m1.bias.linear import wedges, x, y
from analytic.n2m1.bias.table import entries
from analytic.one_axis import MORE, conjectured_cost, cost_bounds, counterexample, gaps, three_on_an_axis

FEWER = settings(max_examples=settings().max_examples // 5)
R = sympy.Rational
densities = st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=50)


@FEWER
@given(
    densities,
    st.fractions(0, 1, max_denominator=16),
    st.fractions(0, 1, max_denominator=16),
    st.fractions(0, 1, max_denominator=9),
)
def test_the_strong_pair_has_its_loss(dense: Fraction, offset: Fraction, scale: Fraction, strength: Fraction) -> None:
    """Along the ray (w², b) = t (1, β) the loss is quadratic in t, with the minimum of the closed form."""
    at = {p: R(dense), beta: R(offset), penalty: R(strength)}
    form = strong_antipodal()
    best, t = form.loss.subs(at), form.scale.subs(at)

    w = R(scale) + R(1, 7)
    loss = expected_loss([[w, -w]], [w**2 * offset] * 2, Independent(1 - dense)) + 2 * R(strength) * w**4
    assert loss == best + (2 * R(dense) / 3 - best) / t**2 * (w**2 - t) ** 2


def test_the_stationarity_has_degree_seven() -> None:
    assert strong_antipodal().stationarity.degree() == 7
    assert len(sympy.factor_list(strong_antipodal().stationarity.as_expr())[1]) == 2  # −p and a factor of degree 7


def test_a_certified_pair_is_the_root() -> None:
    found = certify("9/10")
    assert isinstance(found, Certified)
    (root,) = strong_antipodal_bias("9/10")
    low, high = root.enclosure(Fraction(1, 10**40))
    values = [strong_antipodal().loss.subs({p: R(1, 10), penalty: 0, beta: R(end)}) for end in (low, high)]
    assert abs(values[0] - found.loss_lower) < R(1, 10**30)
    assert abs(values[1] - found.loss_upper) < R(1, 10**30)
    assert found.minimisers[0].symmetric


@FEWER
@given(densities, st.fractions(Fraction(1, 20), 1, max_denominator=20), st.fractions(0, 1, max_denominator=9))
def test_a_tiny_second_weight_costs_what_the_expansion_says(dense: Fraction, r: Fraction, offset: Fraction) -> None:
    at = {p: R(dense), ratio: R(r), penalty: 0, y: R(offset)}
    tiny = R(1, 10**12)
    rise = (partial_antipodal() - ratio * VARIANCE).subs({**at, x: tiny}) / tiny**2
    first = (stability().threshold - ratio * VARIANCE).subs(at)
    slope = stability().slope.subs(at)
    # N/x² over A ≈ p/3: the error is of the next order in x, with coefficients below 100/p.
    assert abs(rise - first - slope * tiny) < 1000 * tiny * (abs(first) + tiny) / R(dense)


@pytest.mark.slow
def test_the_other_wedges_turn_unstable_later() -> None:
    for k in (1, 6, 11, 16, 19):
        dense = {p: R(k, 20), ratio: 0, penalty: 0}
        least = []
        for wedge in wedges():
            n = sympy.Poly((p / 3 * wedge.square - wedge.cross**2).subs(dense), x)
            least.append(min(n.coeff_monomial(x**2).subs(y, R(j, 16)) for j in range(17)))
        assert least[0] == min(least)


def test_offset_is_the_minimiser() -> None:
    form = stability()
    assert sympy.simplify(sympy.diff(form.threshold, y).subs(y, form.offset)) == 0
    for k in range(1, 10):
        assert 0 < form.offset.subs(p, R(k, 10)).evalf() < 1


def test_the_enclosed_instability_is_the_expression() -> None:
    for s in ("1/5", "2/5", "9/10"):
        low, high = unstable_importance(s)
        exact = stability().importance.subs(p, 1 - R(s)).evalf(60)
        assert R(low) - R(1, 10**50) <= exact <= R(high) + R(1, 10**50)
    assert float(unstable_importance("1/5")[0]) == 0.8659791773710174


def test_a_boundary_too_near_0_is_said_to_be() -> None:
    with pytest.raises(ArithmeticError, match=r"the importance at which phases meet, .*, is too near 0 to be enclosed"):
        drop_boundary(1 - Fraction(1, 10**80))


@pytest.mark.parametrize("s", [Fraction(1, 10**80), 1 - Fraction(1, 10**80)])
def test_the_instability_of_dropping_has_its_digits_at_the_ends(s: Fraction) -> None:
    low, high = unstable_importance(s)
    assert 0 < high - low < Fraction(1, 10**40) * low
    with mpmath.workdps(500):
        literal = sympy.lambdify(p, stability().importance, "mpmath")(
            mpmath.mpf((1 - s).numerator) / (1 - s).denominator
        )
        assert abs(literal * low.denominator / low.numerator - 1) < 1e-39


def test_tricritical_points_are_zeros_of_the_slope() -> None:
    points = tricritical_points()
    assert len(points) == 2
    form = stability()
    slope = form.slope.subs(ratio, form.importance).subs(penalty, 0).subs(y, form.offset)
    for low, high in points:
        assert high - low <= Fraction(1, 10**30)
        signs = [
            slope.subs(p, 1 - R(end) + shift).evalf(60) for end, shift in ((low, R(1, 10**20)), (high, -R(1, 10**20)))
        ]
        assert signs[0] * signs[1] < 0


def test_the_best_clipped_loss_is_below_every_bias() -> None:
    a = sympy.symbols("a", positive=True)
    assert sympy.simplify(best_clipped_loss(a) - ((a - 1) / (a + 1)) ** 2 / 3) == 0


def test_boundaries_of_second_order_are_where_dropping_turns_unstable() -> None:
    """Those that the package carries; `verify` makes one of them again."""
    seconds = {
        name: entry for name, entry in entries().items() if (entry["kind"], entry.get("order")) == ("drop", "second")
    }
    free = [entry for entry in seconds.values() if Fraction(entry["penalty"]) == 0]
    assert len(free) == 6
    for entry in free:
        low, high = unstable_importance(entry["sparsity"])
        lower, upper = Fraction(entry["lower"]), Fraction(entry["upper"])
        assert high - Fraction(1, 10**8) <= lower <= low <= high <= upper <= low + Fraction(1, 10**8)
        assert entry["phases"] == {"below": "drop", "above": "partial antipodal"}


def test_no_penalty_is_needed_to_drop_what_matters_little() -> None:
    assert penalty_boundary("1/5", "1/2") is None


def test_the_conjectured_cost_is_never_reached() -> None:
    first, second = gaps()
    assert sympy.simplify(first - p**3 / (24 * (4 - 3 * p))) == 0
    assert sympy.simplify(second - p * (1 - p) * (2 - p) ** 3 / 24) == 0
    # Positive on (0, 1): no zero there, and a positive value.
    for gap in (first, second):
        numerator = sympy.Poly(sympy.numer(sympy.together(gap)), p)
        assert not [root for root in numerator.real_roots() if 0 < root < 1]
        assert gap.subs(p, R(1, 2)) > 0


@pytest.mark.parametrize("sparsity", ["1/1000", "43/100", "9/10", "999/1000"])
@pytest.mark.slow
def test_counterexamples(sparsity: str) -> None:
    found = counterexample(sparsity)
    assert (
        found.loss
        == expected_loss([found.weights], found.biases, Independent(sparsity))
        < conjectured_cost(2, 1, sparsity)
    )


def test_three_features_on_one_axis() -> None:
    found = three_on_an_axis("9/10")
    assert found.gain > R(2, 10**4)
    assert found.loss == expected_loss([found.weights], found.biases, Independent("9/10"))
    fifth = expected_loss([list(MORE["1/5"][0])], list(MORE["1/5"][1]), Independent("1/5"))
    assert fifth < R("0.2120296")


@pytest.mark.slow
def test_bounds_on_the_cost() -> None:
    """With one pair those of `certify`; with a triple on one of the axes, the witness's loss less what it spares."""
    pair, one = certify("9/10"), cost_bounds(2, 1, "9/10")
    assert isinstance(pair, Certified)
    assert (one.lower, one.upper) == (pair.loss_lower, pair.loss_upper)
    three, v = cost_bounds(3, 1, "9/10"), R(1, 30) - R(1, 400)
    assert three.lower < three.upper <= three_on_an_axis("9/10").loss
    assert cost_bounds(5, 2, "9/10").upper == three.upper + pair.loss_upper
    assert cost_bounds(9, 2, "9/10").upper == 2 * three.upper + 3 * v
    assert cost_bounds(5, 2, "9/10").lower == min(R(4, 3) * three.lower, pair.loss_lower + three.lower)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cost_bounds(3, 2, "1/2"), "n must be at least 2m, 4, got 3"),
        (lambda: cost_bounds(3, 1, 1), r"sparsity must lie in \(0, 1\), got 1"),
        (lambda: conjectured_cost(1, 1, "1/2"), "n must be at least 2m"),
        (lambda: conjectured_cost(2, 1, 1), r"sparsity must lie in \(0, 1\), got 1"),
        (lambda: counterexample(0.5), "sparsity must be exact"),
        (lambda: three_on_an_axis("1/3"), "sparsity must be one of"),
        (lambda: unstable_importance(0), r"sparsity must lie in \(0, 1\), got 0"),
        (lambda: penalty_boundary("1/2", 2), r"importance must lie in \(0, 1\], got 2"),
    ],
)
def test_bad_input(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()
