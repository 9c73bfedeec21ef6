r"""The derived loss against its definition (`literal.py`) and against vertex sums, with its symmetries and its limits."""

import re
from fractions import Fraction
from html.entities import html5
from itertools import product
from xml.etree import ElementTree

import literal
import pytest
import sympy
from hypothesis import example, given
from hypothesis import strategies as st
from literal import exact

from analytic.n2m1 import (
    CHAMBERS,
    OPPOSITE_FIRST,
    OPPOSITE_SECOND,
    PARAMETERS,
    SAME_SIGN,
    Chamber,
    SmallestModel,
    compiled_loss,
    edges,
)
from analytic.n2m1.derivation import I1, I2, interference, penalty, probability, s, u, w1, w2

Pair = tuple[Fraction, Fraction]

weight = st.fractions(-2, 2, max_denominator=9)
# Edges (axes, |w₁| = |w₂|) have probability zero among random pairs: they get branches of their own.
weights = st.one_of(
    st.tuples(weight, weight),
    weight.map(lambda w: (w, -w)),
    weight.map(lambda w: (w, w)),
    weight.map(lambda w: (w, Fraction(0))),
    weight.map(lambda w: (Fraction(0), w)),
)
sparsities = st.fractions(0, 1, max_denominator=9)
importances = st.tuples(*[st.fractions(0, 3, max_denominator=5)] * 2)
penalties = st.one_of(st.just(Fraction(0)), st.fractions(0, 2, max_denominator=5))
models = (weights, sparsities, importances, penalties)


def loss(w: Pair, sparsity: Fraction, importance: Pair, strength: Fraction) -> sympy.Expr:
    return SmallestModel(sparsity, importance, strength).loss(*w)


@given(*models)
@example((Fraction(0), Fraction(0)), Fraction(0), (Fraction(1), Fraction(1)), Fraction(0))
@example((Fraction(1), Fraction(-1, 2)), Fraction(1, 2), (Fraction(1), Fraction(3)), Fraction(1, 7))
@example((Fraction(1, 2), Fraction(-1)), Fraction(1, 2), (Fraction(1), Fraction(3)), Fraction(1, 7))
@example((Fraction(-1), Fraction(-1, 2)), Fraction(1, 2), (Fraction(1), Fraction(3)), Fraction(1, 7))
def test_the_loss_is_its_literal_integral(w: Pair, sparsity: Fraction, importance: Pair, strength: Fraction) -> None:
    assert loss(w, sparsity, importance, strength) == exact(literal.loss(w, sparsity, importance, strength))


def relu_square(row: Pair, support: tuple[int, ...]) -> sympy.Expr:
    r"""A(g) = E ReLU(g·x)² on a support as a vertex sum, 2/((d+2)! Π g_j) Σ_v (−1)^{d−|v|} (g·v)_+^{d+2}, and ∂A/∂g.

    Returned as an expression in g₁, g₂ whose ReLUs are resolved at `row` (no entry on the support may be zero).
    """
    g = sympy.symbols("g_1 g_2")
    d = len(support)
    total = sympy.Integer(0)
    for vertex in product((0, 1), repeat=d):
        if sum(v * row[j] for v, j in zip(vertex, support, strict=True)) > 0:
            total += (-1) ** (d - sum(vertex)) * sum(v * g[j] for v, j in zip(vertex, support, strict=True)) ** (d + 2)
    return 2 * total / (sympy.factorial(d + 2) * sympy.prod(g[j] for j in support))


nonzero = weight.filter(bool)


@given(st.tuples(nonzero, nonzero), *models[1:])
@pytest.mark.slow
def test_the_loss_is_a_sum_over_vertices(w: Pair, sparsity: Fraction, importance: Pair, strength: Fraction) -> None:
    """K_i = E x_i² − ∂A_i/∂g_i + A_i (points 2 and 3 of the design): no region of integration anywhere."""
    g = sympy.symbols("g_1 g_2")
    density = 1 - sparsity
    total = exact(2 * strength * w[0] ** 2 * w[1] ** 2)
    for i in (0, 1):
        row = (w[i] * w[0], w[i] * w[1])
        for support in ((0,), (1,), (0, 1)):
            a = relu_square(row, support)
            own = (sympy.Rational(1, 3) if i in support else 0) - a.diff(g[i]) + a
            weight_of = importance[i] * sparsity ** (2 - len(support)) * density ** len(support)
            total += exact(weight_of) * own.subs({g[0]: exact(row[0]), g[1]: exact(row[1])})
    assert loss(w, sparsity, importance, strength) == total


@given(*models)
@pytest.mark.slow
def test_the_loss_has_the_symmetries_of_the_model(
    w: Pair, sparsity: Fraction, importance: Pair, strength: Fraction
) -> None:
    value = loss(w, sparsity, importance, strength)
    assert loss((-w[0], -w[1]), sparsity, importance, strength) == value
    assert loss(w[::-1], sparsity, importance[::-1], strength) == value
    assert loss(w, sparsity, (3 * importance[0], 3 * importance[1]), 3 * strength) == 3 * value
    assert value >= exact(2 * strength * w[0] ** 2 * w[1] ** 2)


@given(*models)
def test_the_loss_has_its_limits(w: Pair, sparsity: Fraction, importance: Pair, strength: Fraction) -> None:
    first, second = importance
    density = 1 - sparsity
    # No data: only the penalty. Nothing stored: the variance of the inputs.
    assert loss(w, Fraction(1), importance, strength) == exact(2 * strength * (w[0] * w[1]) ** 2)
    assert loss((Fraction(0), Fraction(0)), sparsity, importance, strength) == exact(density * (first + second) / 3)
    # One feature stored alone: a rescaled copy of it, error (1 − w²)² of its variance.
    kept = first * (1 - w[0] ** 2) ** 2 + second
    assert loss((w[0], Fraction(0)), sparsity, importance, strength) == exact(density * kept / 3)
    # Always both features: ReLU off for equal signs, so the linear model, from the moments 1/3 and 1/4.
    both = (abs(w[0]), abs(w[1]))
    linear = 2 * strength * (w[0] * w[1]) ** 2
    for i in (0, 1):
        own, other = both[i] ** 2 - 1, both[0] * both[1]
        linear += importance[i] * (own**2 / 3 + other**2 / 3 + own * other / 2)
    assert loss(both, Fraction(0), importance, strength) == exact(linear)


def test_probabilities_of_supports_sum_to_one() -> None:
    assert sympy.expand(sum(probability(t) for t in ((), (0,), (1,), (0, 1))) - 1) == 0


@pytest.mark.parametrize("chamber", CHAMBERS, ids=lambda c: c.name)
@pytest.mark.slow
def test_along_a_ray_the_loss_is_quadratic_in_the_square_of_the_scale(chamber: Chamber) -> None:
    """C − ρL + ρ²Q is K, identically in all symbols; φ and P follow from it by calculus."""
    radial = chamber.radial
    kept, other = (w1, w2) if radial.chart == 0 else (w2, w1)
    rho = kept**2
    on_ray = (radial.constant - rho * radial.linear + rho**2 * radial.quartic).subs(u, other / kept)
    assert sympy.cancel(on_ray - chamber.loss) == 0
    scale = sympy.Symbol("rho")
    along = radial.constant - scale * radial.linear + scale**2 * radial.quartic
    assert sympy.cancel(along.diff(scale).subs(scale, radial.scale)) == 0
    assert sympy.cancel(along.subs(scale, radial.scale) - radial.loss) == 0
    slope = -radial.linear * radial.stationarity / (4 * radial.quartic**2)
    assert sympy.cancel(radial.loss.diff(u) - slope) == 0


def test_the_aligned_chamber_is_one_expression_in_both_charts() -> None:
    first, second = SAME_SIGN.radial_in(0), SAME_SIGN.radial_in(1)
    exchange = {I1: I2, I2: I1}
    for name in ("constant", "linear", "quartic"):
        mirrored = getattr(first, name).subs(exchange, simultaneous=True)
        assert sympy.expand(getattr(second, name) - mirrored) == 0


def test_the_antipodal_chambers_are_mirror_images() -> None:
    exchange = {w1: w2, w2: w1, I1: I2, I2: I1}
    assert sympy.expand(OPPOSITE_FIRST.loss.subs(exchange, simultaneous=True) - OPPOSITE_SECOND.loss) == 0


@given(weights)
def test_the_chambers_cover_the_plane_and_differ_only_inside(w: Pair) -> None:
    """Where more than one condition holds, the expressions agree."""
    at = {w1: exact(w[0]), w2: exact(w[1])}
    holding = [chamber for chamber in CHAMBERS if chamber.condition.subs(at)]
    assert holding
    if len(holding) > 1:
        assert abs(w[0]) == abs(w[1])
        assert sympy.expand(holding[0].loss.subs(at) - holding[1].loss.subs(at)) == 0


# Rational parameters for one-sided limits, with both signs of the weight that stays free on the edge.
EDGE_SETTINGS = [
    {s: sympy.Rational(1, 3), I1: sympy.Integer(2), I2: sympy.Rational(5, 7), penalty: sympy.Rational(1, 11)},
    {s: sympy.Integer(0), I1: sympy.Integer(1), I2: sympy.Integer(3), penalty: sympy.Integer(0)},
]


@pytest.mark.parametrize(
    ("setting", "free"), [(EDGE_SETTINGS[0], sympy.Rational(3, 5)), (EDGE_SETTINGS[1], sympy.Integer(-2))]
)
@pytest.mark.slow
def test_jumps_across_edges_are_differences_of_one_sided_limits(
    setting: dict[sympy.Symbol, sympy.Expr], free: sympy.Expr
) -> None:
    chambers = {chamber.name: chamber.loss.subs(setting) for chamber in CHAMBERS}
    for edge in edges():
        symbol, value = edge.where
        kept = {w1 if symbol is w2 else w2: free}

        def limit(expression: sympy.Expr, symbol: sympy.Symbol = symbol, value: sympy.Expr = value) -> sympy.Expr:
            at = {w1: free} if symbol is w2 else {w2: free}
            return sympy.limit(expression.subs(at), symbol, value.subs(at))

        left, right = (chambers[name] for name in edge.between)
        jumps = [edge.value_jump, *edge.gradient_jump, *edge.hessian_jump]
        orders = [(), (w1,), (w2,), (w1, w1), (w1, w2), (w2, w2)]
        for jump, order in zip(jumps, orders, strict=True):
            sides = [limit(side.diff(*order) if order else side) for side in (right, left)]
            assert jump.subs(setting).subs(kept) == sides[0] - sides[1]


@pytest.mark.slow
def test_how_smoothly_the_chambers_meet() -> None:
    """Continuous everywhere, twice differentiable across the diagonal, and a kink of I_j p² w_i / 2 on the axes."""
    diagonal, second_dropped, first_dropped = edges()
    assert [edge.value_jump for edge in edges()] == [0, 0, 0]
    assert diagonal.gradient_jump == (0, 0)
    assert diagonal.hessian_jump == (0, 0, 0)
    assert second_dropped.where == (w2, 0)
    assert second_dropped.gradient_jump[0] == 0
    assert sympy.expand(second_dropped.gradient_jump[1] + I2 * (1 - s) ** 2 * w1 / 2) == 0
    assert first_dropped.where == (w1, 0)
    assert sympy.expand(first_dropped.gradient_jump[0] + I1 * (1 - s) ** 2 * w2 / 2) == 0
    assert first_dropped.gradient_jump[1] == 0


@given(weight.filter(bool), sparsities, importances, penalties)
def test_the_kink_shows_in_the_literal_integral(
    kept: Fraction, sparsity: Fraction, importance: Pair, strength: Fraction
) -> None:
    """K(w, h) − 2K(w, 0) + K(w, −h) ~ −I₂ p² |w| h/2: of first order in h, so no derivative in w₂."""
    h = Fraction(1, 10**6)
    up, at, down = (literal.loss((kept, step), sparsity, importance, strength) for step in (h, Fraction(0), -h))
    kink = -importance[1] * (1 - sparsity) ** 2 * abs(kept) / 2
    # ∂²K/∂w₂² on either side is at most 2·3·2² (first feature) + 2·3·(2² + 2) (second) + 4·2·2² (penalty) = 92 + O(h).
    assert abs((up - 2 * at + down) / h - kink) <= 100 * h


def mathml_of(text: str) -> ElementTree.Element:
    """The element. SymPy writes entities such as &InvisibleTimes;, which HTML names and plain XML does not."""
    return ElementTree.fromstring(re.sub(r"&(\w+;)", lambda entity: html5[entity[1]], text))


@pytest.mark.parametrize("chamber", CHAMBERS, ids=lambda c: c.name)
@pytest.mark.slow
def test_every_step_prints(chamber: Chamber) -> None:
    steps = chamber.steps
    assert len({step.title for step in steps}) == len(steps) == 13
    for step in steps:
        assert step.title
        assert "=" in step.latex
        assert step._repr_latex_() == f"$\\displaystyle {step.latex}$"
        element = mathml_of(step.mathml)
        assert element.tag == "{http://www.w3.org/1998/Math/MathML}math"
        text = "".join(element.itertext())
        assert "=" in text
        assert "None" not in text
    assert "ReLU" in "".join(mathml_of(steps[0].mathml).itertext())


@pytest.mark.parametrize("chamber", CHAMBERS, ids=lambda c: c.name)
@pytest.mark.slow
def test_the_steps_say_what_was_derived(chamber: Chamber) -> None:
    """The equations of the steps, put together again, give the loss: the page shows the result that is used."""
    equations = {step.title: step.equation for step in chamber.steps}
    integrated = {e.lhs: e.rhs for title, e in equations.items() if title.endswith("integrated")}
    unevaluated = {e.lhs: e.rhs for title, e in equations.items() if "as integrals" in title}
    assert len(integrated) == len(unevaluated) == 3
    for name, integral in unevaluated.items():
        assert sympy.expand(integral.doit() - integrated[name]) == 0
    assert sympy.expand(equations["Mixture over supports"].rhs.subs(integrated) - chamber.loss) == 0
    p = sympy.Symbol("p", nonnegative=True)
    final = equations["Expected loss in this chamber, with p = 1 − s"].rhs
    assert sympy.expand(final.subs(p, 1 - s) - chamber.loss) == 0
    # The best scale is where C − ρL + ρ²Q, as the steps write it, is stationary in ρ.
    L, Q = sympy.symbols("L Q")
    scale = equations["Best scale"]
    assert sympy.simplify(sympy.diff(-scale.lhs * L + scale.lhs**2 * Q, scale.lhs).subs(scale.lhs, scale.rhs)) == 0


def test_the_penalty_is_interference_over_ordered_pairs() -> None:
    assert interference() == 2 * penalty * w1**2 * w2**2


@given(*models)
def test_the_compiled_loss_is_the_exact_one(w: Pair, sparsity: Fraction, importance: Pair, strength: Fraction) -> None:
    """About 60 operations on terms below (3 + 3 + 4)·2·2⁴ = 320, settings rounded to floats before: 100 eps of that."""
    floats = [float(v) for v in (*w, sparsity, *importance, strength)]
    want = float(literal.loss(w, sparsity, importance, strength))
    assert compiled_loss()(*floats)[0] == pytest.approx(want, rel=0, abs=100 * 320 * 2.3e-16)


def test_the_parameters_are_in_the_documented_order() -> None:
    assert list(PARAMETERS) == [s, I1, I2, penalty]


@pytest.mark.slow
def test_the_printed_best_scale_is_where_the_loss_along_a_ray_is_stationary() -> None:
    L, Q, rho = sympy.Symbol("L"), sympy.Symbol("Q"), sympy.Symbol("rho", nonnegative=True)
    for chamber in CHAMBERS:
        (step,) = (step for step in chamber.steps if step.title == "Best scale")
        assert step.equation.lhs == rho
        assert sympy.simplify(sympy.diff(-rho * L + rho**2 * Q, rho).subs(rho, step.equation.rhs)) == 0
        scale = step.equation.rhs.subs({L: chamber.radial.linear, Q: chamber.radial.quartic})
        assert sympy.cancel(scale - chamber.radial.scale) == 0
