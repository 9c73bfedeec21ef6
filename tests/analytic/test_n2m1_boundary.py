"""The phase boundary: in closed form from a derivation kept here, elsewhere held to the certified solver around it."""

from fractions import Fraction

import pytest
import sympy
from flint import fmpq_poly
from hypothesis import example, given, settings
from hypothesis import strategies as st
from literal import exact

from analytic.exact import RealAlgebraic
from analytic.n2m1 import PhaseTransition, SmallestModel, phase_boundary, phase_curve, phase_transitions
from analytic.n2m1 import boundary as n2m1_boundary

# Elimination takes up to a second a setting.
FEW = settings(max_examples=max(2, settings().max_examples // 50))
RATIOS = ["1/2", "3/10", "7/3", "1/1000"]


def test_the_boundary_of_equal_importances_in_closed_form() -> None:
    """From the two fixed directions u = ±1: equal gains L²/Q, with L and Q integrated here over supports and regions."""
    s = sympy.Symbol("s")
    x, y = sympy.symbols("x y", positive=True)
    p = 1 - s

    def square(f: sympy.Expr) -> sympy.Expr:
        return sympy.integrate(f, (x, 0, 1), (y, 0, 1))

    def triangle(f: sympy.Expr) -> sympy.Expr:
        """Over y < x, where x − y > 0."""
        return sympy.integrate(f, (y, 0, x), (x, 0, 1))

    third = sympy.Rational(1, 3)
    # By symmetry twice the terms of feature 1: 2 E[x z₁] in L and E[z₁²] in Q, with both active, and with one alone.
    aligned = 2 * (p**2 * square(x * (x + y)) + s * p * third), p**2 * square((x + y) ** 2) + 2 * s * p * third
    antipodal = 2 * (p**2 * triangle(x * (x - y)) + s * p * third), p**2 * triangle((x - y) ** 2) + s * p * third
    tie = sympy.numer(sympy.together(aligned[0] ** 2 / aligned[1] - antipodal[0] ** 2 / antipodal[1]))
    inside = [root for root in sympy.real_roots(sympy.Poly(tie, s)) if 0 < root < 1]
    assert inside == [sympy.Rational(3, 43) + 4 * sympy.sqrt(14) / 43]

    boundary = phase_boundary()
    assert boundary.critical_sparsity == inside[0]
    assert (boundary.below, boundary.above) == ("aligned", "antipodal")
    assert phase_boundary((5, 5)).value == boundary.value


@pytest.mark.slow
def test_the_jump_at_equal_importances_in_closed_form() -> None:
    """W and the slope on both sides, against the enclosures: two computations, of which one never leaves Q(s*)."""
    boundary = phase_boundary()
    for closed, enclosed in zip(boundary.exact_branches(), boundary.branches(100), strict=True):
        for value, (lower, upper) in zip(closed, enclosed, strict=True):
            assert upper - lower < Fraction(1, 10**100)
            assert exact(lower) <= value.evalf(150) <= exact(upper)
    (w1, w2, _), (v1, v2, _) = boundary.exact_branches()
    assert (w1, w2) == (sympy.sqrt(2) / 2, sympy.sqrt(2) / 2)
    assert sympy.simplify(v1**2 - (3 - sympy.sqrt(14) / 2)) == 0
    assert v2 == -v1
    with pytest.raises(ValueError, match=r"weights of equal size, got importance \(1, 1/2\)"):
        phase_boundary((1, "1/2")).exact_branches()


def test_the_jump_of_the_slopes_is_as_wide_as_both_together() -> None:
    """The difference of two enclosures, exactly, at few digits: neither slope is known where the other is."""
    boundary = phase_boundary()
    widths = [branch.slope[1] - branch.slope[0] for branch in boundary.branches(3)]
    lower, upper = boundary.slope_jump(3)
    assert min(widths) > 0
    assert upper - lower == sum(widths)


def hold_to_the_solver(transition: PhaseTransition) -> None:
    """At s* ± 10⁻²⁵ the solver, which knows nothing of elimination, finds the two phases."""
    _, i1, i2, penalty = transition.model.parameters
    lower, upper = transition.enclosure(30)
    assert 0 <= upper - lower < Fraction(1, 10**30)
    wide = Fraction(1, 10**25)
    below, above = (SmallestModel(s, (i1, i2), penalty).global_minima() for s in (lower - wide, upper + wide))
    assert {point.phase for point in below} == {transition.below}
    assert {point.phase for point in above} == {transition.above}
    assert transition.below != transition.above
    # Seen from afar, the least loss has a corner that points up: minima of smooth branches are concave there.
    assert transition.slope_jump(30)[1] < 0
    assert transition.slope_jump(30)[1] - transition.slope_jump(30)[0] < Fraction(2, 10**30)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.slow
def test_the_boundary_separates_the_phases(ratio: str) -> None:
    boundary = phase_boundary((1, ratio))
    assert (boundary.below, boundary.above) == ("aligned", "antipodal")
    hold_to_the_solver(boundary)


@FEW
@given(st.fractions(Fraction(1, 9), 9, max_denominator=9))
@example(Fraction(1))
@pytest.mark.slow
def test_there_is_one_boundary_for_every_ratio(ratio: Fraction) -> None:
    hold_to_the_solver(phase_boundary((1, ratio)))


@pytest.mark.parametrize("ratio", ["1/2", "7/3"])
@pytest.mark.slow
def test_the_boundary_depends_on_the_ratio_alone(ratio: str) -> None:
    value = phase_boundary((1, ratio)).value
    assert phase_boundary((ratio, 1)).value == value
    assert phase_boundary((1, 1 / Fraction(ratio))).value == value
    assert phase_boundary((3, 3 * Fraction(ratio))).value == value


@pytest.mark.slow
def test_a_ratio_and_its_inverse_share_one_elimination(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, eliminate = [], n2m1_boundary.ties
    monkeypatch.setattr(n2m1_boundary, "ties", lambda *numbers: asked.append(numbers) or eliminate(*numbers))
    for importance in ((1, "5/7"), ("5/7", 1), (1, "7/5"), (7, 5), (10, 14)):
        assert phase_boundary(importance).value == phase_boundary((5, 7)).value
    assert len(asked) <= 1
    exchanged = [phase_boundary(importance).branches(5)[1] for importance in ((1, "5/7"), ("5/7", 1))]
    assert float(exchanged[0].w1[0]) == pytest.approx(-float(exchanged[1].w2[0]), abs=2e-5)


@pytest.mark.slow
def test_a_thousand_to_one_is_near_the_limit_of_large_ratios() -> None:
    """(1 − s*) r → 8 − 4√2, to a share of order 1/r."""
    share = float(1 - phase_boundary((1, 1000)).enclosure(12)[0]) * 1000 / (8 - 4 * 2**0.5)
    assert abs(share - 1) < 2e-3


@pytest.mark.slow
def test_the_boundary_rises_as_importances_part() -> None:
    values = [phase_boundary((1, ratio)).value for ratio in ("1", "1/2", "3/10", "1/1000")]
    assert values == sorted(set(values))


@pytest.mark.parametrize("digits", [10, 100])
@pytest.mark.parametrize("importance", [(1, "1/2"), ("7/3", 1)])
@pytest.mark.slow
def test_branches_are_the_critical_points_beside_the_boundary(importance: tuple[int, str], digits: int) -> None:
    """10^−digits from s* the weights differ by less than 100 times that: |dw/ds| stays below 10 on this stretch."""
    boundary = phase_boundary(importance)
    near = SmallestModel(boundary.enclosure(digits)[0], importance)
    slack = Fraction(100, 10**digits)
    for phase, branch in zip((boundary.below, boundary.above), boundary.branches(digits), strict=True):
        point = next(point for point in near.critical_points() if point.phase == phase)
        signs = (1, -1 if phase == "antipodal" else 1)
        for sign, square, (lower, upper) in zip(signs, point.squares, branch, strict=False):
            assert upper - lower < Fraction(1, 10**digits)
            low, high = sorted((sign * lower, sign * upper))
            assert (low - slack) ** 2 <= square.enclosure(slack)[1]
            assert square.enclosure(slack)[0] <= (high + slack) ** 2


@pytest.mark.parametrize("importance", [(1, 1), (1, "1/2")])
@pytest.mark.slow
def test_slopes_are_difference_quotients_of_the_least_losses(importance: tuple[int, object]) -> None:
    """Central differences over h = 10⁻¹²: off by h²/6 times a third derivative (below 10⁴ here), and by the rounding of s*."""
    boundary = phase_boundary(importance)
    h = Fraction(1, 10**12)
    at = boundary.enclosure(40)[0]
    for phase, branch in zip((boundary.below, boundary.above), boundary.branches(), strict=True):
        ends = [
            next(p.value for p in SmallestModel(s, importance).critical_points() if p.phase == phase)
            for s in (at - h, at + h)
        ]
        low, high = (value.enclosure(Fraction(1, 10**50))[0] for value in ends)
        quotient = (high - low) / (2 * h)
        assert branch.slope[0] - Fraction(1, 10**20) <= quotient <= branch.slope[1] + Fraction(1, 10**20)


def at_ratio(ratio: Fraction) -> fmpq_poly:
    """F(s, r) at r = ratio, as a polynomial in s."""
    polynomial = phase_curve().eval(phase_curve().gens[1], exact(ratio))
    _, integer = polynomial.clear_denoms(convert=True)
    return fmpq_poly([int(c) for c in reversed(integer.all_coeffs())])


@pytest.mark.slow
def test_the_curve_carries_the_boundary() -> None:
    """Zero exactly, not nearly: the minimal polynomial of s* divides F(s, r), and is it: F is as small as can be."""
    assert phase_boundary().value.sign_of(at_ratio(Fraction(1))) == 0
    for ratio in (Fraction(1, 2), Fraction(3, 10)):
        value: RealAlgebraic = phase_boundary((1, ratio)).value
        polynomial = at_ratio(ratio)
        assert value.sign_of(polynomial) == 0
        assert polynomial.degree() == value.degree == phase_curve().degree()
        lower, upper = value.enclosure(Fraction(1, 10**30))
        signs = [
            sympy.Poly([int(c) for c in reversed(polynomial.coeffs())], sympy.Symbol("s")).eval(exact(e))
            for e in (lower, upper)
        ]
        assert signs[0] * signs[1] < 0


@pytest.mark.parametrize(("penalty", "phases"), [("1/100", ["aligned", "antipodal", "aligned"]), ("1/10", ["aligned"])])
@pytest.mark.slow
def test_a_penalty_brings_the_aligned_phase_back(penalty: str, phases: list[str]) -> None:
    transitions = phase_transitions((1, 1), penalty)
    assert [transition.below for transition in transitions] == phases[:-1]
    assert [transition.above for transition in transitions] == phases[1:]
    for transition in transitions:
        hold_to_the_solver(transition)
    # Nothing between them either: the solver on a grid, none of whose points is a transition.
    for k in range(1, 40):
        s = Fraction(k, 40)
        passed = sum(transition.enclosure(10)[1] < s for transition in transitions)
        minima = SmallestModel(s, (1, 1), penalty).global_minima()
        assert {point.phase for point in minima} == {phases[passed]}


def test_transitions_are_listed_in_order_and_their_sparsities_lie_inside() -> None:
    transitions = phase_transitions((1, 1), "1/100")
    values = [float(transition.value) for transition in transitions]
    assert values == sorted(values)
    assert all(0 < value < 1 for value in values)
    assert [float(t.critical_sparsity.evalf(20)) for t in transitions] == pytest.approx(values, rel=1e-15)


@pytest.mark.parametrize(
    ("importance", "penalty", "message"),
    [
        ((1, 0), 0, "importance must be positive for a phase transition, got (1, 0)"),
        ((0, 1), "1/10", "importance must be positive for a phase transition, got (0, 1)"),
        ((0, 0), 0, "importance must be positive for a phase transition, got (0, 0)"),
        ((1, -1), 0, "importance must not be negative, got -1"),
        ((1, 0.5), 0, "got the float 0.5"),
        ((1,), 0, "importance must have 2 entries, got 1: (1,)"),
        ((1, 1), -1, "penalty must not be negative, got -1"),
        ((1, 1), "1/10", "importance (1, 1), penalty 1/10 has 0 phase transitions, not one"),
        ((1, 10**40), 0, f"importances must be at most a factor of {10**12} apart, got {10**40}"),
        ((10**13, 1), 0, f"importances must be at most a factor of {10**12} apart, got {10**13}"),
        ((1, 10**6), 1, f"importances beside a penalty must be at most a factor of {10**5} apart, got {10**6}"),
        (
            (1, Fraction(10**41, 10**41 + 1)),
            0,
            "importance over the larger importance must be a fraction of numbers up to 1e40",
        ),
        ((1, 1), Fraction(1, 10**41), "penalty over the larger importance must be a fraction of numbers up to 1e40"),
        ((1, 1), "1/100", "importance (1, 1), penalty 1/100 has 2 phase transitions, not one"),
    ],
)
def test_bad_settings_are_named(importance: tuple[object, ...], penalty: object, message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (the whole message is compared)
        phase_boundary(importance, penalty)
    assert message in str(refused.value)


@pytest.mark.parametrize("digits", [1.5, -5])
@pytest.mark.parametrize("method", ["enclosure", "branches", "slope_jump"])
def test_digits_are_whole_and_not_negative(method: str, digits: object) -> None:
    with pytest.raises(ValueError, match=rf"digits must be a whole number in \[0, 10000\], got {digits}"):
        getattr(phase_boundary(), method)(digits)
