"""The sparse limit of polytopes: against the exact loss of the same network, its minimum, and published k-gons."""

import pytest
import sympy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy import ImmutableMatrix, Rational, sqrt

from analytic.exact import ball, is_zero, sign
from analytic.exact.enclosures import ball_ends
from analytic.law import OneHot
from analytic.loss import enclose_loss, sparse_limit
from analytic.polytope_loss import sparse_loss, sparse_optimum
from analytic.polytope_loss.sparse_limit import THETA
from analytic.polytopes import CATALOGUE, Polytope, polytope

RATIONAL_GRAMS = ["digon", "triangle", "hexagon", "tetrahedron", "cube", "4-simplex", "triangular bipyramid"]
IRRATIONAL_GRAMS = ["pentagon", "octagon", "square antiprism", "pentagonal bipyramid", "icosahedron", "7-gon"]
WITH_INTERFERENCE = [name for name in (*CATALOGUE, "9-gon", "5-antiprism") if polytope(name).interference_energy != 0]

# Up to and beyond the norms and biases of the best k-gons, so that every chamber of θ = −b/t is met.
NORMS = st.builds(Rational, st.integers(0, 8), st.just(4))
BIASES = st.builds(Rational, st.integers(-12, 0), st.just(4))


@given(st.sampled_from(RATIONAL_GRAMS), NORMS, BIASES)
@example("cube", Rational(1), Rational(-1, 3))
@example("hexagon", Rational(1), Rational(-1))
def test_is_the_leading_coefficient_of_the_expected_loss(name: str, norm: Rational, b: Rational) -> None:
    """Weights r v_i with rational r have a rational Gram matrix, for which the sparse limit is known exactly."""
    p = polytope(name)
    assert sparse_limit(norm * p.vertices, [b] * p.gram.rows) == (1, sparse_loss(p, norm**2, b))


@given(st.sampled_from(IRRATIONAL_GRAMS), NORMS, BIASES)
@settings(max_examples=settings().max_examples // 2)
def test_is_the_loss_with_one_active_feature(name: str, norm: Rational, b: Rational) -> None:
    """Under the one-hot law each of the n features is the active one with probability 1/n: n K = L_1."""
    p = polytope(name)
    n = p.gram.rows
    loss = enclose_loss(norm * p.vertices, [b] * n, OneHot())
    lower, upper = ball_ends(ball(sparse_loss(p, norm**2, b), 200))
    assert Rational(str(lower)) <= n * (loss.midpoint + loss.radius)
    assert Rational(str(upper)) >= n * (loss.midpoint - loss.radius)


@pytest.mark.parametrize(
    ("name", "norm", "bias", "potential"),
    [
        ("square", "1", "0", "0"),
        ("pentagon", "1.17046", "-0.28230", "0.23738"),
        ("hexagon", "1.32053", "-0.61814", "0.86746"),
    ],
)
def test_published_polygons_with_one_active_feature(name: str, norm: str, bias: str, potential: str) -> None:
    """Chen et al. 2023: H = 3cK summed over the k stored features, 3 L_1 here; to the five decimals printed."""
    found = sparse_optimum(polytope(name)).enclose(30)
    half = Rational(1, 2 * 10**5)
    assert (Rational(norm) - half) ** 2 <= found.square_norm.midpoint <= (Rational(norm) + half) ** 2
    assert abs(found.bias.midpoint - Rational(bias)) <= half
    assert abs(3 * found.loss.midpoint - Rational(potential)) <= half


@given(
    st.sampled_from(WITH_INTERFERENCE), st.fractions(0, 4, max_denominator=50), st.fractions(-4, 0, max_denominator=50)
)
def test_no_norm_and_bias_are_better(name: str, t: object, b: object) -> None:
    best = sparse_optimum(polytope(name)).enclose(20).loss
    loss = sparse_loss(polytope(name), Rational(str(t)), Rational(str(b)))
    assert sign(loss - best.midpoint + best.radius) > 0


@pytest.mark.parametrize("name", WITH_INTERFERENCE)
@pytest.mark.slow
def test_the_optimum_is_attained_and_stationary(name: str) -> None:
    p = polytope(name)
    found = sparse_optimum(p)
    theta, t, b, loss = found.enclose(40)
    near = sparse_loss(p, t.midpoint, b.midpoint)
    # Second order in a distance below 1e-40, so also below 1e-40.
    assert abs(near - loss.midpoint) <= Rational(1, 10**40)
    step = Rational(1, 10**6)
    for dt, db in ((step, 0), (-step, 0), (0, step), (0, -step), (step, step), (step, -step)):
        assert sparse_loss(p, t.midpoint + dt, b.midpoint + db) > near
    for enclosure, exact in ((theta, found.threshold), (t, found.square_norm), (b, found.bias), (loss, found.loss)):
        assert enclosure.radius <= Rational(1, 10**40)
        if exact is not None:
            lower, upper = ball_ends(ball(exact, 400))
            assert enclosure.midpoint - enclosure.radius <= Rational(str(upper))
            assert Rational(str(lower)) <= enclosure.midpoint + enclosure.radius
    if found.threshold is not None:
        assert is_zero(found.equation.eval(found.threshold))  # type: ignore[union-attr]


def test_exact_thresholds() -> None:
    """Hexagon and cube over Q, pentagon and icosahedron over Q(√5), where θ has degree 8; none written for the heptagon."""
    degrees = {}
    for name in ("hexagon", "cube", "pentagon", "icosahedron"):
        threshold = sparse_optimum(polytope(name)).threshold
        assert isinstance(threshold, sympy.CRootOf)
        degrees[name] = threshold.poly.degree()
    assert degrees == {"hexagon": 4, "cube": 4, "pentagon": 8, "icosahedron": 8}
    heptagon = sparse_optimum(polytope("heptagon"))
    assert (heptagon.threshold, heptagon.loss) == (None, None)


def test_decagon_is_golden() -> None:
    """There the quartic has a factor of degree 2 over Q: θ = 1/φ, t = φ², b = −φ, and L_1 = 5/3."""
    found = sparse_optimum(polytope("decagon"))
    golden = (1 + sqrt(5)) / 2
    assert is_zero(found.threshold - 1 / golden)
    assert (found.square_norm, found.bias) == (sympy.expand(golden**2), sympy.expand(-golden))
    assert found.loss == Rational(5, 3)


def test_the_better_of_two_minima() -> None:
    """20 points, all pairs at cosine 24/25: a weak network for all of them and one with a high threshold are both minima."""
    n, level = 20, Rational(24, 25)
    radius = (1 - level) * Rational(n - 1, n)
    lifted = ImmutableMatrix.vstack(
        ImmutableMatrix([[sqrt(1 - radius)] * n]), sqrt(radius) * polytope("19-simplex").vertices
    )
    p = Polytope("cluster", lifted)
    assert set(p.gram) == {1, level}
    grid = []
    for k in range(99):
        theta = Rational(k, 100)
        cross = (1 - theta) ** 2 * (2 + theta) / 6
        t = cross / ((1 - theta) ** 3 / 3 + (n - 1) * max(level - theta, 0) ** 3 / (3 * level))
        grid.append(sparse_loss(p, t, -theta * t))
    assert [k for k in range(1, 98) if grid[k - 1] > grid[k] < grid[k + 1]] == [9, 95]
    theta, _, _, loss = sparse_optimum(p).enclose(20)
    assert abs(theta.midpoint - Rational(95, 100)) < Rational(1, 100)
    assert loss.midpoint + loss.radius < min(grid) == grid[95]


def test_hexagon_by_hand() -> None:
    """Two neighbours at cosine ½: Q = (1 − θ)³/3 + (4/3)(½ − θ)³, B = (1 − θ)²(2 + θ)/6; (B²/Q)′ = 0."""
    cross = (1 - THETA) ** 2 * (2 + THETA) / 6
    square = (1 - THETA) ** 3 / 3 + sympy.Rational(4, 3) * (sympy.Rational(1, 2) - THETA) ** 3
    slope = sympy.numer(sympy.together(sympy.diff(cross**2 / square, THETA)))
    threshold = sparse_optimum(polytope("hexagon")).threshold
    assert threshold is not None
    assert is_zero(sympy.expand(slope).subs(THETA, threshold))


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name not in WITH_INTERFERENCE])
def test_without_acute_angles_nothing_is_lost(name: str) -> None:
    found = sparse_optimum(polytope(name))
    assert (found.threshold, found.square_norm, found.bias, found.loss) == (0, 1, 0, 0)
    assert found.enclose(30).loss.midpoint == 0


def test_dropping_a_feature_costs_a_third() -> None:
    """In the limit a pentagon beats a square with a fifth feature dropped; no weights at all lose 1/3 each."""
    assert sparse_optimum(polytope("pentagon")).enclose().loss.midpoint < Rational(1, 3)
    assert sparse_loss(polytope("pentagon"), 0, 0) == Rational(5, 3)
    assert sparse_loss(polytope("pentagon"), "1/2", -1) == Rational(5, 3)


def test_without_bias_and_with_unit_norm_it_is_the_interference_energy() -> None:
    """Design, point 7: ⅓ Σ_{i≠j} ReLU(v_i·v_j)²."""
    for name in CATALOGUE:
        p = polytope(name)
        assert is_zero(3 * sparse_loss(p, 1, 0) - p.interference_energy)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sparse_loss(polytope("cube"), -1, 0), "needs square_norm >= 0 and bias <= 0, got -1 and 0"),
        (
            lambda: sparse_loss(polytope("cube"), 1, sqrt(2)),
            r"needs square_norm >= 0 and bias <= 0, got 1 and sqrt\(2\)",
        ),
        (lambda: sparse_loss(polytope("cube"), 0.5, 0), "square_norm must be exact"),
        (lambda: sparse_optimum(Polytope("long", ImmutableMatrix([[2, -1]]))), "needs vertices of norm 1, got long"),
        (lambda: sparse_optimum(Polytope("twice", ImmutableMatrix([[1, 1]]))), "must be distinct, got twice"),
    ],
)
def test_bad_input(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]
