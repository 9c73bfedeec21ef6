"""The two moments of a vertex against their definitions, integrated in rationals, support by support."""

from fractions import Fraction
from itertools import combinations, pairwise

import flint
import pytest
import sympy
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from nested import integrate

from analytic.exact.enclosures import ball_ends
from analytic.n2m1 import SmallestModel
from analytic.polytope_loss import independent, vertex_sums
from analytic.polytope_loss.sums import knots
from analytic.polytopes import Polytope, polytope

BITS = 192
RATIONAL = {"digon": 2, "triangle": 3, "tetrahedron": 3, "4-simplex": 2, "hexagon": 2, "cube": 2}
"""Polytopes with rational cosines, and up to how many active features the literal integrals are affordable."""


def holds(value: arb, exact: Fraction) -> bool:
    """Whether the rational lies in the ball (`arb.contains` would ask for a ball around it)."""
    lower, upper = ball_ends(value)
    return lower <= exact <= upper


def literal(row: list[Fraction], d: int, beta: Fraction) -> tuple[Fraction, Fraction]:
    """L_d(β) and Q_d(β): sums over the supports of d features."""
    cross = square = Fraction(0)
    for support in combinations(range(len(row)), d):
        slopes = [row[j] for j in support]
        square += integrate(lambda z, x: max(z, Fraction(0)) ** 2, slopes, beta, 2)
        if 0 in support:  # x_1 is the first variable
            cross += integrate(lambda z, x: x[0] * max(z, Fraction(0)), slopes, beta, 2)
    return cross, square


@pytest.mark.parametrize("name", RATIONAL)
@given(beta=st.integers(-12, 12).map(lambda k: Fraction(k, 7)))
@settings(max_examples=settings().max_examples // 4)
@pytest.mark.slow
def test_moments_are_their_definitions(name: str, beta: Fraction) -> None:
    row = [Fraction(int(c.p), int(c.q)) for c in polytope(name).gram.row(0)]
    sums = vertex_sums(polytope(name), BITS)
    assert sums.n == len(row)
    with flint.ctx.workprec(BITS):
        cross, square = sums.moments(arb(fmpq(beta.numerator, beta.denominator)))
        for d in range(RATIONAL[name] + 1):
            for value, exact in zip((cross[d], square[d]), literal(row, d, beta), strict=True):
                assert holds(value, exact)
                assert value.rad() < 1e-40


def test_a_digon_by_symbolic_integration() -> None:
    """β in (0, 1): ∫∫ x (β + x − y)₊ and ∫∫ (β + x − y)₊² over the square where y ≤ β + x."""
    x, y, b = sympy.symbols("x y beta", positive=True)
    z = b + x - y
    square = sympy.integrate(z**2, (y, 0, b + x), (x, 0, 1 - b)) + sympy.integrate(z**2, (y, 0, 1), (x, 1 - b, 1))
    cross = sympy.integrate(x * z, (y, 0, b + x), (x, 0, 1 - b)) + sympy.integrate(x * z, (y, 0, 1), (x, 1 - b, 1))
    with flint.ctx.workprec(BITS):
        found = vertex_sums(polytope("digon"), BITS).moments(arb(fmpq(2, 7)))
        for moment, integral in zip(found, (cross, square), strict=True):
            exact = sympy.expand(integral).subs(b, sympy.Rational(2, 7))
            assert holds(moment[2], Fraction(int(exact.p), int(exact.q)))


def test_without_bias_the_digon_is_the_antipodal_minimum_of_the_smallest_model() -> None:
    sums = vertex_sums(polytope("digon"), BITS)
    for s in (Fraction(1, 2), Fraction(4, 5)):
        antipodal = next(p for p in SmallestModel(s).critical_points() if p.phase == "antipodal")
        with flint.ctx.workprec(BITS):
            weights = independent(2, fmpq(s.numerator, s.denominator), BITS)
            cross, square = (
                sum(w * m for w, m in zip(weights, moment, strict=True)) for moment in sums.moments(arb(0))
            )
            loss = 2 * (arb(fmpq(1, 3) * (1 - fmpq(s.numerator, s.denominator))) - cross**2 / square)
        assert holds(loss, Fraction(int(antipodal.loss.p), int(antipodal.loss.q)))


@pytest.mark.parametrize("name", ["digon", "square", "pentagon", "octagon", "square antiprism", "cube"])
def test_pieces_between_knots_are_the_moments_and_join_with_their_slopes(name: str) -> None:
    sums = vertex_sums(polytope(name), BITS)
    with flint.ctx.workprec(BITS):
        weights = independent(sums.n, fmpq(3, 5), BITS)
        pieces = knots(sums, weights)
        assert all(left.upper < right.lower for left, right in pairwise(pieces))
        for term in sums.terms:
            assert any(knot.lower <= -term.place and -term.place <= knot.upper for knot in pieces)
        for left, right in pairwise(pieces):
            middle = (left.upper + right.lower) / 2
            for piece, moment in zip((left.cross, left.square), sums.moments(middle), strict=True):
                assert piece(middle).overlaps(sum(w * m for w, m in zip(weights, moment, strict=True)))
            # (z₊)^q is q − 1 times differentiable: L and Q are once where one feature is active, or none.
            at = right.lower.union(right.upper)
            assert left.cross(at).overlaps(right.cross(at))
            assert left.square(at).overlaps(right.square(at))
            assert left.cross.derivative()(at).overlaps(right.cross.derivative()(at))


@pytest.mark.parametrize("name", ["digon", "triangle", "pentagon", "octagon", "cube"])
@given(s=st.integers(0, 19).map(lambda k: fmpq(k, 20)))
@settings(max_examples=settings().max_examples // 4)
def test_what_intervals_are_passed_over_by(name: str, s: fmpq) -> None:
    """Between knots L²/Q ≤ L′ (Cauchy–Schwarz), and L, Q and L′ do not fall: they are means of what does not."""
    sums = vertex_sums(polytope(name), BITS)
    with flint.ctx.workprec(BITS):
        before = [arb(0)] * 3
        for left, right in pairwise(knots(sums, independent(sums.n, s, BITS))):
            for share in (fmpq(1, 8), fmpq(1, 2), fmpq(7, 8)):
                beta = left.upper + share * (right.lower - left.upper)
                values = [left.cross(beta), left.square(beta), left.cross.derivative()(beta)]
                assert values[0] ** 2 <= values[1] * values[2] + fmpq(1, 10**30)
                assert all(old <= new + fmpq(1, 10**30) for old, new in zip(before, values, strict=True))
                before = values


def test_right_angles_do_not_count() -> None:
    """A square is two digons, and an octagon has two vertices at a right angle to each."""
    assert [vertex_sums(polytope(name), 64).n for name in ("square", "digon", "octagon")] == [2, 2, 6]


def test_bad_input() -> None:
    with pytest.raises(ValueError, match=r"all vertices must be alike.* got triangular bipyramid: the loss of a tegum"):
        vertex_sums(polytope("triangular bipyramid"), 64)
    with pytest.raises(ValueError, match="vertices must have norm 1, got long"):
        vertex_sums(Polytope("long", sympy.ImmutableMatrix([[2, -2]])), 64)
    with pytest.raises(ValueError, match="vertices must add up to 0, got corner"):
        vertex_sums(Polytope("corner", sympy.ImmutableMatrix([[1, 0], [0, 1]])), 64)
