"""The smallest model with bias: each bound below the exact loss, each derived formula held to literal sums over cubes."""

from fractions import Fraction
from typing import Any

import flint
import pytest
import sympy
from directions import cells, densities, inside, loss_of_direction, moment
from flint import arb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytic.exact import to_flint
from analytic.law import Independent
from analytic.loss import expected_loss
from analytic.n2m1 import SmallestModel
from analytic.n2m1.bias import Certified, NotCertified, certify
from analytic.n2m1.bias.angle import ONE, Angle
from analytic.n2m1.bias.linear import density, wedges, x, y
from analytic.n2m1.bias.minimiser import dropping
from analytic.n2m1.bias.point import reduced
from analytic.n2m1.bias.search import in_linear_region, unseen

FEWER = settings(max_examples=settings().max_examples // 4)
units = st.integers(0, 1 << 16).map(lambda n: n << 44)


@given(densities, st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(0, 3)), st.data())
def test_the_angle_bound_lies_below_the_loss(p: Fraction, weights: tuple[int, int, int], data: st.DataObject) -> None:
    model, cell = Angle(p, *weights), data.draw(cells())
    point = data.draw(inside(cell))
    loss = loss_of_direction(model, *point)
    bound = model.bound(cell)
    assert not bound.exceeds(model.gaps(loss))
    if bound.needed < float("inf"):
        proved = model.whole - Fraction(bound.needed) * (1 + Fraction(1, 10**9))
        assert bound.exceeds(model.gaps(proved)) or proved < 0


@FEWER
@given(densities, st.tuples(st.integers(1, 5), st.integers(1, 5)), st.data())
def test_a_point_has_its_own_loss_as_bound(p: Fraction, weights: tuple[int, int], data: st.DataObject) -> None:
    q, first, second = -data.draw(units), data.draw(units), data.draw(units)
    model = Angle(p, *weights, 0)
    loss = loss_of_direction(model, Fraction(q, ONE), Fraction(first, ONE), Fraction(second, ONE))
    needed = model.bound((q, q, first, first, second, second)).needed
    assert needed == pytest.approx(float(model.whole - loss), rel=1e-12)


@FEWER
@given(
    densities,
    st.integers(0, 3),
    st.fractions(0, Fraction(1, 2), max_denominator=64),
    st.fractions(0, 1, max_denominator=64),
)
def test_the_wedges_are_the_moments(p: Fraction, wedge: int, across: Fraction, along: Fraction) -> None:
    at = {x: sympy.Rational(across), y: sympy.Rational(along), density: sympy.Rational(p)}
    q, beta, square, cross = (Fraction(int(e.p), int(e.q)) for e in (e.subs(at) for e in wedges()[wedge]))
    assert square == moment([Fraction(1), q], beta, p, 2)
    assert cross == moment([Fraction(1), q], beta, p, 1, weighted=0)


@FEWER
@given(
    densities,
    st.fractions(Fraction(1, 16), Fraction(9, 8), max_denominator=64),
    st.fractions(0, 1, max_denominator=64),
    st.fractions(0, 1, max_denominator=64),
)
@example(Fraction(2, 5), Fraction(7, 8), Fraction(1, 40), Fraction(3, 40))
@example(Fraction(2, 5), Fraction(1, 2), Fraction(0), Fraction(0))
def test_the_closed_form_has_the_loss_and_its_derivatives(
    p: Fraction, e: Fraction, first: Fraction, second: Fraction
) -> None:
    model = Angle(p, 3, 2, 1)

    def jet(*at: Fraction):  # type: ignore[no-untyped-def]
        with flint.ctx.workprec(256):
            return reduced(model, [arb(to_flint(c)) for c in at])[0]

    here = jet(e, first, second)
    assert float(here.value) == pytest.approx(float(loss_of_direction(model, -e, first, second)), rel=1e-14)
    step = Fraction(1, 10**15)
    at = (e, first + step, second + step)
    for i in range(3):
        up, down = (jet(*(c + sign * step * (i == j) for j, c in enumerate(at))) for sign in (1, -1))
        # Central differences: their error is of second order, or of first order beside a jump of the third derivative.
        slope = (up.value - down.value) / (2 * step.numerator) * step.denominator
        assert float(slope) == pytest.approx(float(jet(*at).gradient[i]), abs=1e-11)
        for j in range(3):
            bend = (up.gradient[j] - down.gradient[j]) / (2 * step.numerator) * step.denominator
            assert float(bend) == pytest.approx(float(jet(*at).hessian[i][j]), abs=1e-9)


@FEWER
@given(
    densities,
    st.fractions(0, 3, max_denominator=16),
    st.fractions(Fraction(1, 16), 3, max_denominator=16),
    st.fractions(-4, 4, max_denominator=16),
)
def test_a_negative_slope_is_no_worse(p: Fraction, a: Fraction, c: Fraction, b: Fraction) -> None:
    """Lemma 1 at the biases that its proof uses: b + c, b, and b′ > β* with G(b′) = G(b), by bisection."""

    def loss(slopes: list[Fraction], bias: Fraction) -> Fraction:
        return p / 3 + moment(slopes, bias, p, 2) - 2 * moment(slopes, bias, p, 1, weighted=0)

    here, level = loss([a, c], b), loss([a, Fraction(0)], b)
    low, high = (p * (1 - a) / 2 if a <= 1 else -a * (a - 1) / (a + 1)), b + c
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if loss([a, Fraction(0)], middle) < level else (low, middle)
    # The last bisection ends within 2⁻⁴⁰ · 8 of b′, where the slope of F is at most 2(4 + 4 + 3 + 3).
    assert min(loss([a, -c], bias) for bias in (b + c, b, high)) <= here + Fraction(8 * 28, 2**40)


@given(densities, st.data())
def test_a_leaf_without_an_angle_is_one_of_two_kinds(p: Fraction, data: st.DataObject) -> None:
    model, cell = Angle(p, 2, 1, 0), data.draw(cells())
    q, first, second = data.draw(inside(cell))
    if in_linear_region(cell):
        assert second >= -q <= Fraction(1, 2) >= abs(first)
    upper = model.second * (p / 3 - p * p / 4)
    if unseen(model, cell, upper):
        assert loss_of_direction(model, q, first, second) > upper


SETTINGS = {
    "strong": (("9/10", (1, 1), 0), "strong antipodal", (1, 2)),
    "strong, unlike, with a penalty": (("19/20", (1, "9/10"), "1/500"), "strong antipodal", (1, 2)),
    "partial": (("1/5", (1, 1), 0), "partial antipodal", (1, 2)),
    "drop the first": (("1/10", (1, 2), 0), "drop", (2,)),
}


@pytest.fixture(scope="module", params=SETTINGS, ids=str)
def solved(request: pytest.FixtureRequest) -> tuple[tuple, Certified, str, tuple[int, ...]]:  # type: ignore[type-arg]
    setting, phase, kept = SETTINGS[request.param]
    found = certify(*setting)
    assert isinstance(found, Certified)
    return setting, found, phase, kept


@pytest.mark.slow
def test_phases(solved: tuple) -> None:  # type: ignore[type-arg]
    _, found, phase, kept = solved
    assert (found.phase, found.kept) == (phase, kept)
    assert 0 <= found.loss_upper - found.loss_lower <= sympy.Rational(1, 10**30)
    assert all(one.unique for one in found.minimisers)


@pytest.mark.slow
def test_the_loss_at_the_minimiser_is_the_minimum(solved: tuple) -> None:  # type: ignore[type-arg]
    (sparsity, importance, penalty), found, *_ = solved
    for one in found.minimisers:
        w = [sum(interval) / 2 for interval in one.weights]
        loss = expected_loss([w], [sum(interval) / 2 for interval in one.biases], Independent(sparsity), importance)
        loss += 2 * sympy.Rational(penalty) * sympy.Rational(w[0] * w[1]) ** 2
        # Enclosures are 1e-45 wide or less.
        assert abs(loss - found.loss_upper) < sympy.Rational(1, 10**30)


@FEWER
@given(data=st.data())
@pytest.mark.slow
def test_no_weights_have_a_lower_loss(solved: tuple, data: st.DataObject) -> None:  # type: ignore[type-arg]
    (sparsity, importance, penalty), found, *_ = solved
    near = data.draw(st.sampled_from(found.minimisers))
    shift = st.fractions(Fraction(-1, 4), Fraction(1, 4), max_denominator=64)
    w1, w2, b1, b2 = (Fraction(str(round(float(i[0]), 9))) + data.draw(shift) for i in (*near.weights, *near.biases))
    loss = expected_loss([[w1, w2]], [b1, b2], Independent(sparsity), importance)
    assert loss + 2 * sympy.Rational(penalty) * sympy.Rational(w1 * w2) ** 2 >= found.loss_lower


@pytest.mark.slow
def test_a_bias_only_helps(solved: tuple) -> None:  # type: ignore[type-arg]
    (sparsity, importance, penalty), found, *_ = solved
    without = SmallestModel(sparsity, importance, penalty).global_minima()[0].loss
    assert found.loss_upper < without


@pytest.mark.slow
def test_exchanging_features_scales_the_loss(solved: tuple) -> None:  # type: ignore[type-arg]
    """K(1, I, λ) = I K(1, 1/I, λ/I) with the features exchanged."""
    (sparsity, (_, importance), penalty), found, *_ = solved
    if importance != "9/10":
        return
    other = certify(sparsity, (1, "10/9"), Fraction(penalty) * Fraction(10, 9))
    assert isinstance(other, Certified)
    assert abs(found.loss_upper - other.loss_upper * sympy.Rational(9, 10)) < sympy.Rational(1, 10**30)
    for one, same in zip(found.minimisers[0].weights, other.minimisers[0].swapped().weights, strict=True):
        assert abs(one[0]) == pytest.approx(abs(same[0]), rel=1e-14)


@pytest.mark.slow
def test_out_of_time(solved: tuple) -> None:  # type: ignore[type-arg]
    setting, whole, *_ = solved
    found = certify(*setting, budget=1e-6)
    assert isinstance(found, NotCertified)
    assert found.left
    assert found.loss_lower <= whole.loss_lower <= found.loss_upper


@pytest.mark.parametrize(
    ("sparsity", "penalty"), [("1/2", 10**80), (1 - Fraction(1, 10**80), 0)], ids=["penalty", "sparsity"]
)
@pytest.mark.slow
def test_settings_beyond_its_cells_are_not_certified(sparsity: Any, penalty: Any) -> None:
    """The loss of dropping is a bound from above."""
    found = certify(sparsity, (1, 1), penalty)
    assert isinstance(found, NotCertified)
    assert found.left
    dense = 1 - Fraction(sparsity)
    assert 0 <= found.loss_lower <= found.loss_upper <= sympy.Rational(dense / 3 - dense**2 / 4)


@pytest.mark.slow
def test_a_penalty_of_no_weight_leaves_the_minimum_where_it_is() -> None:
    """0.0762824469891636 is the least loss without."""
    found = certify("1/2", (1, 1), "1e-80")
    assert isinstance(found, Certified)
    assert found.phase == "strong antipodal"
    assert float(found) == pytest.approx(0.0762824469891636, abs=1e-12)


def test_equal_importances_drop_either() -> None:
    one, other = dropping(Angle(Fraction(1, 2), 1, 1, 0), 0, True)
    assert (one.kept, other.kept) == ((1,), (2,))
    assert other.biases == (one.biases[1], one.biases[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.5,), "sparsity must be exact"),
        ((0,), r"sparsity must lie in \(0, 1\), got 0"),
        ((1,), r"sparsity must lie in \(0, 1\), got 1"),
        (("1/2", (1, 0)), "importance must be positive, got 0"),
        (("1/2", (1,)), "importance must be a pair"),
        (("1/2", (1, 0.5)), "importance must be exact"),
        (("1/2", (1, 1), -1), "penalty must not be negative, got -1"),
    ],
)
def test_bad_input(arguments: tuple, message: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=message):
        certify(*arguments)


@pytest.mark.parametrize("budget", [0, -1])
def test_bad_budget(budget: float) -> None:
    with pytest.raises(ValueError, match="budget must be a positive, finite number of seconds"):
        certify("1/2", budget=budget)
