"""The solved smallest model: nothing lost, nothing invented, every kind right.

Completeness is held to a route that shares no code: the stationarity polynomial of each arc rebuilt by interpolation from
literal integrals (`literal.py`), its roots counted by SymPy.
"""

import math
from fractions import Fraction
from math import isqrt

import literal
import numpy as np
import pytest
import sympy
from flint import fmpq, fmpq_poly
from hypothesis import example, given, settings
from hypothesis import strategies as st
from literal import exact

from analytic.exact import RealAlgebraic
from analytic.exact.roots import rational_number
from analytic.n2m1 import CHAMBERS, OPPOSITE_FIRST, OPPOSITE_SECOND, SAME_SIGN, CriticalPoint, SmallestModel
from analytic.n2m1.derivation import w1, w2

Pair = tuple[Fraction, Fraction]
Setting = tuple[Fraction, Pair, Fraction]

# A literal rebuild takes ~0.1 s: the long run stays within minutes.
FEWER = settings(max_examples=max(6, settings().max_examples // 6))

ONE = Fraction(1)
TINY, HUGE = Fraction(1, 10**6), Fraction(10**6)
sparsities = st.one_of(
    st.fractions(0, 1, max_denominator=20).filter(lambda s: s < 1), st.sampled_from([Fraction(0), TINY, 1 - TINY])
)
importance = st.one_of(st.fractions(Fraction(1, 9), 5, max_denominator=9), st.sampled_from([ONE, ONE, TINY, HUGE]))
importances = st.one_of(st.tuples(importance, importance), importance.map(lambda i: (i, i)))
penalties = st.one_of(st.just(Fraction(0)), st.fractions(0, 2, max_denominator=200), st.sampled_from([TINY, HUGE]))


def setting(sparsity: str, importance: tuple[str, str], penalty: str) -> Setting:
    return Fraction(sparsity), (Fraction(importance[0]), Fraction(importance[1])), Fraction(penalty)


# Where roots of P meet. "Exactly" at a rational setting, "nearly" at a saddle-node bracketed to 10⁻³⁰ by bisection.
DEGENERATE = {
    "pitchfork at u = 1 (triple root)": setting("1/2", ("1", "1"), "11/128"),
    "pitchfork at u = 1, just after": setting("1/2", ("1", "1"), "0.085937500000000000000000000001"),
    "pitchfork at u = 1, just before": setting("1/2", ("1", "1"), "0.085937499999999999999999999999"),
    "pitchfork at u = 1 with s = 0": setting("0", ("1", "1"), "7/16"),
    "pitchfork at u = -1 (double root at the end of both arcs)": setting("1/2", ("1", "1"), "5/128"),
    "pitchfork at u = -1, just after": setting("1/2", ("1", "1"), "0.039062500000000000000000000001"),
    "pitchfork at u = -1 with s = 0": setting("0", ("1", "1"), "1/96"),
    "saddle-node exactly at u = 1/2": setting("0", ("1", "356/275"), "3343/4400"),
    "saddle-node exactly at u = 1/2, s > 0": setting("1/20", ("1", "6892/5353"), "184781821/274073600"),
    "antipodal saddle-node, before": setting("1/2", ("1", "1/2"), "0.016647397247529683966278171628"),
    "antipodal saddle-node, after": setting("1/2", ("1", "1/2"), "0.016647397247529683966278171629"),
    "two antipodal saddle-nodes, before": setting("0", ("1", "1"), "0.017489668154841137303339743675"),
    "two antipodal saddle-nodes, after": setting("0", ("1", "1"), "0.017489668154841137303339743676"),
    "birth at the axis (double root at u = 0)": setting("1/2", ("1", "1/2"), "3/256"),
    "birth at the other axis": setting("1/2", ("1", "1/2"), "35/512"),
    "three aligned critical points": setting("9/10", ("1", "1"), "1753/67200"),
}  # fmt: skip


def model(point: Setting) -> SmallestModel:
    return SmallestModel(*point)


def arc_of(point: CriticalPoint) -> str:
    if point.phase == "aligned":
        return "aligned"
    return "first" if point.squares[0] > point.squares[1] else "second"


def near_root(square: RealAlgebraic, digits: int) -> Fraction:
    """√ of an enclosed number to about `digits` digits."""
    middle = sum(square.enclosure(Fraction(1, 10 ** (3 * digits)))) / 2
    return Fraction(isqrt(int(middle * 10 ** (4 * digits))), 10 ** (2 * digits))


def near_weights(point: CriticalPoint, digits: int = 100) -> Pair:
    first, second = (near_root(square, digits) for square in point.squares)
    return first, -second if point.phase == "antipodal" else second


def hold_completeness(at: Setting) -> None:
    sparsity, importance, penalty = at
    points = model(at).critical_points()
    for arc, end in (("aligned", None), ("first", -1), ("second", -1)):
        stationarity = literal.stationarity(arc, sparsity, importance, penalty).sqf_part()
        low, high = (0, None) if end is None else (end, 0)
        expected = stationarity.count_roots(low, high)
        expected -= sum(stationarity.eval(edge) == 0 for edge in (low, high) if edge is not None)
        found = [point for point in points if point.place == "chamber" and arc_of(point) == arc]
        assert len(found) == expected
        assert len({point.squares for point in found}) == expected
        for point in found:
            # The squarefree part changes sign at its every root: one lies within 10⁻⁹⁰ of the direction found.
            first, second = near_weights(point)
            u = first / second if arc == "second" else second / first
            width = Fraction(1, 10**90)
            ends = [stationarity.eval(exact(u + step)) for step in (-width, width)]
            assert ends[0] * ends[1] < 0
        if end is not None:
            on_diagonal = stationarity.eval(-1) == 0
            assert on_diagonal == any(point.place == "diagonal" for point in points)
    places = [point.place for point in points]
    assert places.count("axis") == 2
    assert places.count("origin") == (1 if all(importance) else 0)
    assert len({(point.squares, point.phase, point.free) for point in points}) == len(points)


@FEWER
@given(st.tuples(sparsities, importances, penalties))
@pytest.mark.slow
def test_no_critical_point_is_lost_or_invented(at: Setting) -> None:
    hold_completeness(at)


@pytest.mark.parametrize("at", DEGENERATE.values(), ids=DEGENERATE)
@pytest.mark.slow
def test_no_critical_point_is_lost_where_roots_meet(at: Setting) -> None:
    hold_completeness(at)


@pytest.mark.parametrize("sparsity", ["0", "1/2", "999999/1000000"])
@pytest.mark.parametrize("importance", [("1", "0"), ("0", "1"), ("1", "1/1000000000000"), ("1000000000000", "1")])
@pytest.mark.parametrize("penalty", ["0", "1/10"])
@pytest.mark.slow
def test_no_critical_point_is_lost_at_the_ends(sparsity: str, importance: tuple[str, str], penalty: str) -> None:
    hold_completeness(setting(sparsity, importance, penalty))


def hold_kinds(at: Setting) -> None:
    """On leaving a direction by 10⁻³⁰ to either side the least loss on the ray rises to both sides: a minimum.

    Exact: rationals against an algebraic number. 10⁻³⁰ is meant to be smaller than the distance to the next critical
    direction (10⁻¹⁵ at the pins bracketed to 10⁻³⁰, larger elsewhere). Along the ray K always rises.
    """
    sparsity, importance, penalty = at
    step = Fraction(1, 10**30)
    for point in model(at).critical_points():
        if point.place == "origin" or not point.isolated:
            continue
        w = near_weights(point)
        assert all(
            rational_number(literal.loss((t * w[0], t * w[1]), sparsity, importance, penalty)) > point.value
            for t in (1 - step, 1 + step)
        )
        sides = ((w[0], w[1] - step), (w[0], w[1] + step)) if w[0] else ((w[0] - step, w[1]), (w[0] + step, w[1]))
        rises = [
            rational_number(literal.least_on_ray(side, sparsity, importance, penalty)) > point.value for side in sides
        ]
        assert point.kind == ("minimum" if all(rises) else "saddle")


@FEWER
@given(st.tuples(sparsities, importances, penalties))
@pytest.mark.slow
def test_kinds_are_those_of_the_literal_loss_nearby(at: Setting) -> None:
    hold_kinds(at)


@pytest.mark.parametrize("at", DEGENERATE.values(), ids=DEGENERATE)
@pytest.mark.slow
def test_kinds_are_right_where_roots_meet(at: Setting) -> None:
    hold_kinds(at)


@pytest.mark.parametrize(
    ("name", "aligned", "antipodal"),
    [
        ("pitchfork at u = 1 (triple root)", ["minimum"], ["saddle"]),
        ("pitchfork at u = 1, just after", ["minimum", "minimum", "saddle"], ["saddle"]),
        ("pitchfork at u = 1, just before", ["minimum"], ["saddle"]),
        ("pitchfork at u = -1 (double root at the end of both arcs)", ["minimum"], ["minimum"]),
        ("pitchfork at u = -1, just after", ["minimum"], ["minimum", "minimum", "saddle"]),
        ("saddle-node exactly at u = 1/2", ["minimum", "saddle"], ["saddle"]),
        ("antipodal saddle-node, before", ["minimum"], ["minimum", "saddle"]),
        ("antipodal saddle-node, after", ["minimum"], []),
        ("three aligned critical points", ["minimum", "minimum", "saddle"], ["minimum"]),
    ],
)
def test_kinds_change_at_bifurcations_as_they_must(name: str, aligned: list[str], antipodal: list[str]) -> None:
    points = model(DEGENERATE[name]).critical_points()
    assert sorted(point.kind for point in points if point.phase == "aligned") == aligned
    assert sorted(point.kind for point in points if point.phase == "antipodal") == antipodal


@given(st.tuples(sparsities, importances, penalties), st.tuples(st.integers(-9, 9), st.integers(-9, 9)))
def test_minima_are_lower_than_their_neighbours(at: Setting, offset: tuple[int, int]) -> None:
    for point in model(at).critical_points():
        first, second = near_weights(point)
        near = (first + Fraction(offset[0], 10**30), second + Fraction(offset[1], 10**30))
        if point.isolated and point.kind == "minimum":
            assert rational_number(literal.loss(near, *at)) >= point.value
        if point.kind == "maximum":
            assert rational_number(literal.loss(near, *at)) <= point.value


@given(
    st.tuples(sparsities, importances, penalties),
    st.tuples(*[st.fractions(-2, 2, max_denominator=50)] * 2),
)
def test_nothing_lies_below_the_global_minima(at: Setting, w: Pair) -> None:
    minima = model(at).global_minima()
    assert rational_number(literal.loss(w, *at)) >= minima[0].value
    assert len({point.value for point in minima}) == 1
    assert all(point.kind == "minimum" for point in minima)
    losses = [point.value for point in model(at).critical_points()]
    assert losses == sorted(losses)
    assert losses.count(losses[0]) == len(minima)


@FEWER
@given(
    st.tuples(
        sparsities,
        st.tuples(*[st.fractions(Fraction(1, 9), 5, max_denominator=9)] * 2),
        st.fractions(0, 2, max_denominator=50),
    )
)
@pytest.mark.slow
def test_the_gradient_vanishes_and_comes_closer_to_zero_with_precision(at: Setting) -> None:
    """Weights in rationals to 10^(−digits): second derivatives stay below 10³ (|w| < 2, importances ≤ 5, λ ≤ 2)."""
    chambers = {"aligned": SAME_SIGN, "first": OPPOSITE_FIRST, "second": OPPOSITE_SECOND}
    for point in model(at).critical_points():
        if point.place in ("chamber", "diagonal"):
            loss = model(at).chamber_loss(chambers[arc_of(point)])
            for digits in (15, 30, 100):
                weights = dict(zip((w1, w2), map(exact, near_weights(point, digits)), strict=True))
                assert all(abs(loss.diff(w).subs(weights)) < sympy.Rational(1000, 10**digits) for w in (w1, w2))


ORDINARY = [setting("1/2", ("1", "1/2"), "0"), setting("0", ("1", "1"), "0")]


@pytest.mark.parametrize("at", [*list(DEGENERATE.values())[::3], *ORDINARY])
@pytest.mark.slow
def test_the_loss_at_the_weights_is_the_loss_given(at: Setting) -> None:
    """Equal as expressions up to degree 2; beyond that, to sixty digits."""
    for point in model(at).critical_points():
        difference = model(at).loss(*point.weights) - point.loss
        if point.value.degree <= 2:
            assert sympy.simplify(difference) == 0
        else:
            assert abs(difference.evalf(60, chop=False)) < sympy.Rational(1, 10**60)


def test_weights_come_with_as_many_digits_as_asked() -> None:
    """50 digits against 100, and the ± pair listed with w₁ > 0."""
    for point in SmallestModel("1/2", (1, "1/2")).critical_points():
        for weight, square in zip(point.weights, point.squares, strict=True):
            lower, upper = square.enclosure(Fraction(1, 10**110))
            assert abs(weight.evalf(50) ** 2 - exact(lower + upper) / 2) < sympy.Rational(1, 10**48)
            assert abs(weight.evalf(50) - weight.evalf(100)) <= sympy.Rational(1, 10**49) * abs(weight.evalf(50))
        assert point.weights[0] > 0 or point.weights[0] == 0 <= point.weights[1]
        assert point.floats == pytest.approx([float(weight) for weight in point.weights], rel=1e-15)


def test_the_symmetric_model_in_closed_form() -> None:
    """At s = 0, I = (1, 1) the aligned minimum is the principal direction: w = (1, 1)/√2 and K = 2/3 − 7/12."""
    best, *_ = SmallestModel(0).critical_points()
    assert best.weights == (sympy.sqrt(2) / 2, sympy.sqrt(2) / 2)
    assert best.loss == sympy.Rational(1, 12)
    assert (best.kind, best.phase, best.place) == ("minimum", "aligned", "chamber")
    # s → 1: the antipodal pair stores both features, and K/p falls to 0.
    best, *_ = SmallestModel(1 - TINY).critical_points()
    assert (best.phase, best.place) == ("antipodal", "diagonal")
    assert best.value < rational_number(TINY * TINY)


def flipped(points: tuple[CriticalPoint, ...]) -> set[object]:
    return {(p.squares[::-1], p.value, p.kind, p.phase, p.place, p.free[::-1]) for p in points}


def as_set(points: tuple[CriticalPoint, ...]) -> set[object]:
    return {(p.squares, p.value, p.kind, p.phase, p.place, p.free) for p in points}


@given(st.tuples(sparsities, importances, penalties))
@example(setting("1/2", ("0", "1"), "1"))
@example(setting("1", ("1", "3"), "1"))
def test_exchanging_the_features_exchanges_the_weights(at: Setting) -> None:
    sparsity, importance, penalty = at
    mirrored = SmallestModel(sparsity, importance[::-1], penalty)
    assert as_set(mirrored.critical_points()) == flipped(model(at).critical_points())
    assert as_set(mirrored.global_minima()) == flipped(model(at).global_minima())


@given(st.tuples(sparsities, importances, penalties), st.fractions(Fraction(1, 5), 5, max_denominator=5))
def test_scaling_all_importances_scales_the_loss_alone(at: Setting, factor: Fraction) -> None:
    sparsity, importance, penalty = at
    scaled = SmallestModel(sparsity, (factor * importance[0], factor * importance[1]), factor * penalty)
    times = fmpq_poly([0, fmpq(factor.numerator, factor.denominator)])
    expected = {
        (p.squares, p.value.image(times), p.kind, p.phase, p.place, p.free) for p in model(at).critical_points()
    }
    assert as_set(scaled.critical_points()) == expected


@pytest.mark.parametrize("sparsity", ["0", "1/2", "9/10"])
def test_two_aligned_minima_tie_at_equal_importance(sparsity: str) -> None:
    """A penalty beyond the pitchfork makes one feature the larger, either one: exact mirror images, equal loss."""
    minima = SmallestModel(sparsity, (1, 1), 1).global_minima()
    assert [point.phase for point in minima] == ["aligned", "aligned"]
    assert minima[0].squares == minima[1].squares[::-1]
    assert minima[0].squares[0] != minima[0].squares[1]
    assert minima[0].value == minima[1].value
    assert len(SmallestModel(sparsity, (1, "1000001/1000000"), 1).global_minima()) == 1


@pytest.mark.parametrize("sparsity", ["1/2", "3/5"])
def test_an_exact_tie_between_the_phases_is_seen(sparsity: str) -> None:
    """λ solves L₊²Q₋ = L₋²Q₊ on the directions ±45°: linear in λ, so a rational setting with an exact tie."""
    s = Fraction(sparsity)
    unit = (ONE, ONE)
    (l_plus, q_plus), (l_minus, q_minus) = (literal.ray((ONE, u), s, unit, Fraction(0)) for u in (ONE, -ONE))
    penalty = (l_minus**2 * q_plus - l_plus**2 * q_minus) / (2 * (l_plus**2 - l_minus**2))
    assert penalty > 0
    tied = SmallestModel(s, unit, penalty).global_minima()
    assert sorted(point.phase for point in tied) == ["aligned", "antipodal"]
    step = Fraction(1, 10**40)
    phases = [[p.phase for p in SmallestModel(s, unit, penalty + d).global_minima()] for d in (-step, step)]
    assert phases == [["antipodal"], ["aligned"]]


def test_without_data_every_weight_without_penalty_is_a_minimum() -> None:
    (plane,) = SmallestModel(1).critical_points()
    assert plane.weights == sympy.symbols("t_1 t_2", real=True)
    assert (plane.loss, plane.kind, plane.phase, plane.isolated) == (0, "minimum", "none", False)
    assert SmallestModel(1).global_minima() == (plane,)
    assert SmallestModel(1).loss(3, -2) == 0
    lines = SmallestModel(1, (1, 1), 1).critical_points()
    assert {line.free for line in lines} == {(True, False), (False, True)}
    assert {line.loss for line in lines} == {0}
    assert SmallestModel(1, (1, 1), 1).loss(3, -2) == 72
    assert as_set(SmallestModel("1/2", (0, 0)).critical_points()) == as_set((plane,))


@pytest.mark.parametrize("sparsity", ["0", "1/2"])
@pytest.mark.parametrize("penalty", [0, "1/10"])
def test_a_feature_without_importance_is_left_out(sparsity: str, penalty: object) -> None:
    """The other is stored alone without error; along the axis of the unimportant one nothing changes."""
    points = SmallestModel(sparsity, (1, 0), penalty).critical_points()
    assert points[0].weights == (1, 0)
    assert (points[0].loss, points[0].kind, points[0].phase) == (0, "minimum", "single")
    (line,) = (point for point in points if not point.isolated)
    assert line.weights == (0, sympy.Symbol("t_2", real=True))
    assert line.loss == SmallestModel(sparsity, (1, 0), penalty).loss(0, 7)
    assert line.kind == ("maximum" if penalty == 0 else "saddle")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sparsity": "1.2"}, "sparsity must lie in [0, 1], got 6/5"),
        ({"sparsity": -1}, "sparsity must lie in [0, 1], got -1"),
        ({"sparsity": 0.5}, "a SymPy Rational or a string such as '3/10'), got the float 0.5"),
        ({"sparsity": float("nan")}, "got the float nan"),
        ({"sparsity": None}, "sparsity must be exact"),
        ({"importance": (1, -1)}, "importance must not be negative, got -1"),
        ({"importance": ("-1/3", 1)}, "importance must not be negative, got -1/3"),
        ({"importance": (1,)}, "importance must have 2 entries, got 1: (1,)"),
        ({"importance": (1, 2, 3)}, "importance must have 2 entries, got 3: (1, 2, 3)"),
        ({"importance": 1}, "importance must be a sequence, got 1"),
        ({"importance": "11"}, "importance must be a sequence, got '11'"),
        ({"importance": (1, float("nan"))}, "got the float nan"),
        ({"importance": (1, "x")}, "importance must be a rational number such as '3/10', got 'x'"),
        ({"penalty": -1}, "penalty must not be negative, got -1"),
        ({"penalty": 0.1}, "penalty must be exact"),
        ({"penalty": "1/0"}, "penalty must be a rational number such as '3/10', got '1/0'"),
    ],
)  # fmt: skip
def test_bad_settings_are_named(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (the whole message is compared)
        SmallestModel(**{"sparsity": 0, **arguments})
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "weight",
    [
        0.5,
        np.float64(0.5),
        None,
        "x",
        sympy.I,
        sympy.oo,
        sympy.nan,
        1.5 * sympy.sqrt(2),
        sympy.Symbol("x"),
        sympy.Symbol("x", real=True),
    ],
    ids=repr,
)
@pytest.mark.parametrize("place", ["w1", "w2"])
def test_bad_weights_are_named(weight: object, place: str) -> None:
    with pytest.raises(ValueError, match=f"^{place} must be ") as refused:
        SmallestModel(0).loss(**{"w1": 1, "w2": 1, place: weight})
    assert str(weight) in str(refused.value)


def test_exact_kinds_mean_the_same_model() -> None:
    reference = SmallestModel(Fraction(1, 2), (1, Fraction(1, 3)), Fraction(1, 10))
    for other in (
        SmallestModel("0.5", ("1", "1/3"), "0.1"),
        SmallestModel(sympy.Rational(1, 2), [np.int64(1), sympy.Rational(1, 3)], sympy.Rational(1, 10)),
    ):
        assert other.critical_points() == reference.critical_points()
        assert other.parameters == reference.parameters


def test_the_ratio_is_that_of_the_weights() -> None:
    points = SmallestModel("1/2", (1, "1/3")).critical_points()
    for point in points:
        w1, w2 = (float(w) for w in point.weights)
        expected = w2 / w1 if w1 else math.inf
        assert point.ratio == pytest.approx(expected, rel=1e-12)
    assert {point.phase for point in points if point.ratio in (0, math.inf)} >= {"single"}
    assert any(point.ratio < 0 for point in points)


def test_results_print_in_notebooks() -> None:
    solved = SmallestModel("1/2", (1, "1/2"), "1/100")
    text = solved._repr_latex_()
    assert text.startswith("$")
    assert text.endswith("$")
    assert all(sympy.latex(solved.chamber_loss(chamber)) in text for chamber in CHAMBERS)
    for point in solved.critical_points():
        text = point._repr_latex_()
        assert text.startswith("$")
        assert text.endswith("$")
        assert point.kind in text
        assert point.phase in text
        assert "CRootOf" not in text
    assert "t_{1}" in SmallestModel(1).critical_points()[0]._repr_latex_()


@given(st.tuples(sparsities, importances, penalties))
def test_the_origin_is_a_maximum(at: Setting) -> None:
    (origin,) = (point for point in model(at).critical_points() if point.place == "origin")
    assert (origin.kind, origin.phase, origin.weights) == ("maximum", "none", (0, 0))
    assert origin.loss == model(at).loss(0, 0)


def test_the_ratio_keeps_the_precision_of_the_weights() -> None:
    points = SmallestModel("1/2", (1, "1/2")).critical_points()
    for point in points:
        first, second = (float(weight) for weight in point.weights)
        assert point.ratio == (pytest.approx(second / first, rel=1e-14) if first else math.inf)
    assert {point.place for point in points if point.ratio == math.inf} == {"axis", "origin"}
    assert any(point.ratio < 0 for point in points)
