"""H with exactly one active feature: its derivatives, and the regular polygons."""

import itertools
from fractions import Fraction

import pytest
import sympy
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from analytic.exact.roots import ball_ends
from analytic.law import Independent, OneHot
from analytic.loss import enclose_loss, expected_loss
from analytic.one_sparse import KGon, Potential, bridge, polygons
from analytic.one_sparse.pair import Kink, jet
from analytic.one_sparse.signs import pivots
from analytic.polytope_loss import sparse_optimum
from analytic.polytopes import polygon_name, polytope

pytestmark = pytest.mark.filterwarnings("ignore::analytic.exact.TransposedWarning")

QUARTERS = st.integers(-8, 8).map(lambda k: Fraction(k, 4))
SIZES = st.tuples(st.integers(1, 3), st.integers(1, 4))
POINTS = SIZES.flatmap(
    lambda size: st.tuples(
        st.lists(st.lists(QUARTERS, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]),
        st.lists(QUARTERS, min_size=size[1], max_size=size[1]),
        st.lists(st.integers(0, 3), min_size=size[1], max_size=size[1]),
    )
)


@given(POINTS)
def test_is_three_c_times_the_expected_loss(point: tuple[list[list[Fraction]], list[Fraction], list[int]]) -> None:
    W, b, importance = point
    try:
        found = Potential(W, b, importance).value()
    except Kink:
        return
    assert found == 3 * len(b) * expected_loss(W, b, OneHot(), importance)


@pytest.mark.parametrize(("sign_b", "sign_end"), [*itertools.product((-1, 1), repeat=2)])
@pytest.mark.parametrize("own", [False, True])
def test_derivatives_of_a_pair_are_those_of_the_integral(own: bool, sign_b: int, sign_end: int) -> None:
    """SymPy integrates between the ends of the active part, as functions of g and b, and differentiates."""
    if own and (sign_b, sign_end) in ((1, -1),):
        return  # g ≥ 0 for a feature's own
    g, b, x = sympy.symbols("g b x", real=True)
    low, high = {(-1, -1): (0, 0), (-1, 1): (-b / g, 1), (1, -1): (0, -b / g), (1, 1): (0, 1)}[sign_b, sign_end]
    value = 3 * sympy.integrate(sympy.expand((g * x + b) * (g * x + b - 2 * x * int(own))), (x, low, high)) + int(own)
    at = {g: sympy.Rational(sign_end - 2 * sign_b, 2), b: sympy.Rational(sign_b, 2)}
    at = {g: sympy.Rational(3, 2), b: sympy.Rational(-1, 2)} if (sign_b, sign_end) == (-1, 1) else at
    at = {g: sympy.Rational(1, 4), b: sympy.Rational(sign_b, 2)} if sign_b == sign_end else at
    expected = [value, *(value.diff(u) for u in (g, b)), *(value.diff(u, v) for u, v in ((g, g), (g, b), (b, b)))]
    found = jet(*(fmpq(int(at[u].p), int(at[u].q)) for u in (g, b)), own)
    flat = [found.value, *found.first, *found.second]
    assert [sympy.Rational(int(v.p), int(v.q)) for v in map(fmpq, flat)] == [
        e.subs(at) for e in map(sympy.sympify, expected)
    ]


@given(POINTS)
def test_gradient_and_hessian_are_differences_of_rationals(
    point: tuple[list[list[Fraction]], list[Fraction], list[int]],
) -> None:
    """Along a random line H is a polynomial quotient: central differences of exact values agree to O(h²), h = 1e-9."""
    W, b, importance = point
    at = Potential(W, b, importance)
    try:
        gradient, hessian = at.gradient(), at.hessian()
    except Kink:
        return
    h, m, c = Fraction(1, 10**9), len(W), len(b)
    along = [Fraction(k * k % 7 - 3, 2) for k in range((m + 1) * c)]

    def moved(step: Fraction) -> Potential:
        rows = [[w + step * along[a * c + j] for j, w in enumerate(row)] for a, row in enumerate(W)]
        return Potential(rows, [v + step * along[m * c + j] for j, v in enumerate(b)], importance)

    try:
        ahead, behind = moved(h), moved(-h)
        slope = (ahead.value() - behind.value()) / (2 * h)
        assert abs(slope - sum(x * y for x, y in zip(gradient, along, strict=True))) < 1e-4
        bend = [(u - v) / (2 * h) for u, v in zip(ahead.gradient(), behind.gradient(), strict=True)]
    except Kink:
        return
    if any(v == 0 for v in (*b, *(b[i] + sum(r[i] * r[j] for r in W) for i in range(c) for j in range(c)))):
        return  # on a wall: one of the two differences lies in another chamber
    expected = [sum(x * y for x, y in zip(row, along, strict=True)) for row in hessian]
    assert max(abs(x - y) for x, y in zip(bend, expected, strict=True)) < 1e-4


@pytest.mark.parametrize("k", [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 40, 203])
def test_one_polygon_for_each_number_of_corners_critical_by_its_gradient(k: int) -> None:
    found = polygons(k)
    assert len(found) == 1
    if 4 < k < 50:
        gradient = Potential(found[0].W, found[0].b).gradient(40)
        assert max(abs(v.midpoint) + v.radius for v in gradient if hasattr(v, "radius")) < sympy.Rational(1, 10**38)


@pytest.mark.parametrize("k", [3, 4, 5, 6, 7, 8, 10, 12])
def test_polygons_are_the_sparse_optima(k: int) -> None:
    """L_1 of `analytic.polytope_loss`, with chambers, quartic and roots of its own, is H/3."""
    mine, other = polygons(k)[0], sparse_optimum(polytope(polygon_name(k))).enclose(30)
    assert abs(mine.potential.enclose(30).midpoint - 3 * other.loss.midpoint) < sympy.Rational(1, 10**29)
    assert abs(mine.norm.enclose(30).midpoint ** 2 - other.square_norm.midpoint) < sympy.Rational(1, 10**28)
    assert abs(mine.bias.enclose(30).midpoint - other.bias.midpoint) < sympy.Rational(1, 10**29)


def test_the_decagon_is_golden() -> None:
    ten, phi = polygons(10)[0], (1 + sympy.sqrt(5)) / 2
    assert sympy.expand(ten.norm.exact - phi) == 0 == sympy.expand(ten.bias.exact + phi)
    assert ten.potential.exact == 5
    assert ten.loss(11).exact == sympy.Rational(6, 33)


@pytest.mark.parametrize("dropped", [{"minus": 2}, {"plus": 1}, {"minus": 1, "plus": 2}])
def test_dropped_features_cost_what_the_loss_says(dropped: dict[str, int]) -> None:
    square = polygons(4)[0].with_dead(**dropped)
    W = [[int(v) for v in row] for row in square.W]
    assert square.potential.exact == 3 * square.c * expected_loss(W, square.b, OneHot())
    hexagon = polygons(6)[0].with_dead(**dropped)
    loss = hexagon.loss().enclose(20)
    at = [sympy.Rational(str(hexagon.norm.enclose(25).midpoint)), hexagon.bias.enclose(25).midpoint]
    corners = polytope("hexagon").vertices * at[0]
    zeros = [0] * (hexagon.c - 6)
    other = enclose_loss(
        [[*corners.row(a), *zeros] for a in (0, 1)], [at[1]] * 6 + list(hexagon.b[6:]), OneHot(), digits=20
    )
    assert abs(loss.midpoint - other.midpoint) < sympy.Rational(1, 10**19)


def test_signatures_are_certified() -> None:
    """Minima up to 9 corners, saddles from 10 on."""
    negative = [found.negative if (found := polygons(k)[0].signature) else None for k in range(3, 17)]
    assert negative == [None, None, 0, 0, 0, 0, 0, 2, 8, 1, 2, 3, 2, 5]
    for k in range(5, 17):
        found = polygons(k)[0].signature
        assert found is not None
        assert sum(found) == 3 * k
        assert found.zero == 1


def test_pivots_see_what_no_ball_decides() -> None:
    """A small entry that a ball cannot tell from 0 is still carried on: 0·x − 1·1 < 0."""
    from flint import arb

    assert pivots([[arb(1), arb(0, 1e-9)], [arb(0, 1e-9), arb(0, 1e-30)]]) == [1, None]
    assert pivots([[arb(1), arb(0, 0.5)], [arb(0, 0.5), arb(0.1)]]) == [1, None]  # 0.1 − e², |e| ≤ 1/2
    assert pivots([[fmpq(2), fmpq(1)], [fmpq(1), fmpq(0)]]) == [1, -1]


@given(POINTS, st.sampled_from(["1/1000", "1/50", "1/3"]))
def test_the_bridge_holds(point: tuple[list[list[Fraction]], list[Fraction], list[int]], density: str) -> None:
    W, b, importance = point
    p, found = Fraction(density), bridge(W, b, importance)
    K = expected_loss(W, b, Independent(1 - p), importance)
    rest = K - sympy.Rational((1 - p) ** len(b)) * found.nothing
    assert abs(rest / p - found.potential / 3) <= found.constant * p


def test_numbers_come_to_any_precision() -> None:
    five: KGon = polygons(5)[0]
    value = five.potential.enclose(60)
    assert value.radius <= sympy.Rational(1, 10**60)
    lower, upper = ball_ends(five.potential.ball(64))
    assert lower <= Fraction(int(value.midpoint.p), int(value.midpoint.q)) <= upper
    assert f"{float(five.potential):.15g}" == "0.237384406117413"


@pytest.mark.parametrize("k", [2, 0, -1, 2.5, "5", 1001])
def test_other_numbers_of_corners_are_refused(k: object) -> None:
    with pytest.raises(ValueError, match=r"k must be a whole number in \[3, 1000\], got"):
        polygons(k)  # type: ignore[arg-type]
