"""Points memorised as a regular T-gon: against the literal training loss, and against every other network of loss 0."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import example, given, settings, target
from hypothesis import strategies as st
from sympy import Rational, cos, pi, sqrt

from analytic.exact import ball, is_zero, sign
from analytic.exact.enclosures import ball_ends
from analytic.memorised import TGon, best_bias, memorised, t_gon, training_loss
from analytic.polytopes import polytope

pytestmark = pytest.mark.filterwarnings("ignore::analytic.exact.TransposedWarning")
SMALL = range(1, 9)
NORMS = st.fractions(0, 4, max_denominator=12)
BIASES = st.fractions(-3, 3, max_denominator=12)


def one_hot(T: int) -> list[list[int]]:
    return [[int(t == i) for i in range(T)] for t in range(T)]


def spread(T: int) -> list[list[sympy.Expr]]:
    """T points with disjoint supports of one to three entries, and two features that no point has."""
    parts = [(Rational(3, 5), Rational(4, 5)), (Rational(1),), (1 / sqrt(3), 1 / sqrt(2), 1 / sqrt(6))]
    supports = [parts[t % 3] for t in range(T)]
    n = sum(map(len, supports)) + 2
    rows, start = [], 1
    for support in supports:
        rows.append([sympy.Integer(0)] * start + [*support] + [sympy.Integer(0)] * (n - start - len(support)))
        start += len(support)
    return rows


@pytest.mark.parametrize("T", SMALL)
@pytest.mark.slow
def test_the_memorised_points_have_loss_zero_by_definition(T: int) -> None:
    found = memorised(T)
    assert found.training_loss == 0
    for points in (one_hot(T), spread(T)):
        assert training_loss(*found.network(points), points) == 0


@pytest.mark.parametrize("T", [2, 3, 4, 5, 6, 7, 9, 12, 30, 101])
def test_the_published_norm_and_bias(T: int) -> None:
    """Henighan et al. 2023: l² = 1/(1 − cos 2π/T), b = 1 − l²."""
    found = memorised(T)
    published = 1 / (1 - cos(2 * pi / T))
    assert is_zero(found.squared_norm - published)
    assert is_zero(found.bias - (1 - published))
    assert sign(found.bias) == (T < 4) - (T > 4)
    assert is_zero(found.weight_norm**2 - T * published)
    assert is_zero(found.bias_norm**2 - T * (1 - published) ** 2)
    assert sign(found.bias_norm) >= 0


def test_exact_values() -> None:
    assert [(memorised(T).squared_norm, memorised(T).bias) for T in (1, 2, 3, 4, 6)] == [
        (0, 1),
        (Rational(1, 2), Rational(1, 2)),
        (Rational(2, 3), Rational(1, 3)),
        (1, 0),
        (2, -1),
    ]
    assert memorised(5).squared_norm == 1 + sqrt(5) / 5
    assert memorised(5).bias_norm == 1
    assert memorised(8).bias == -1 - sqrt(2)


@given(st.integers(1, 6), NORMS, BIASES, st.booleans())
@settings(max_examples=settings().max_examples // 2)
@example(4, Fraction(1), Fraction(0), True)
@example(6, Fraction(2), Fraction(-1), False)
@pytest.mark.slow
def test_the_loss_is_the_definition(T: int, a: Fraction, b: Fraction, hot: bool) -> None:
    found = t_gon(T, a, b)
    points = one_hot(T) if hot else spread(T)
    W, bias = found.network(points)
    assert is_zero(found.training_loss - training_loss(W, bias, points))
    assert is_zero(found.weight_norm**2 - sum(entry**2 for entry in W))
    assert is_zero(found.bias_norm**2 - sum(entry**2 for entry in bias))


@given(st.integers(1, 24), st.fractions(0, 60, max_denominator=10), st.fractions(-60, 2, max_denominator=10))
def test_loss_zero_is_the_family_with_the_memorised_edge(T: int, a: Fraction, b: Fraction) -> None:
    zero = t_gon(T, a, b).training_loss == 0
    edge = memorised(T).squared_norm
    assert zero == (a + b == 1 and sign(Rational(a) - edge) >= 0)
    assert t_gon(T, a + int(sympy.ceiling(edge)), 1 - a - int(sympy.ceiling(edge))).training_loss == 0


@pytest.mark.parametrize("T", [1, 2, 3, 4, 5, 6, 7, 10])
def test_dimensionality_is_that_of_the_polygon(T: int) -> None:
    expected = polytope(f"{T}-gon").dimensionality[0] if T > 1 else sympy.Integer(1)
    assert t_gon(T, 2, -1).example_dimensionality == expected == (Rational(2, T) if T > 2 else Rational(1, T))
    assert t_gon(T, 0, 1).example_dimensionality == 0
    # D_X = ‖h_t‖²/Σ_s (ĥ_t·h_s)² of the hidden vectors themselves
    points = spread(T)
    H = t_gon(T, 2, -1).network(points).W * sympy.Matrix(points).T
    total = sum((H.col(0).dot(H.col(s)) ** 2 for s in range(T)), sympy.Integer(0))
    assert is_zero(H.col(0).dot(H.col(0)) ** 2 - expected * total)


# The 32 whole points on a circle: as columns of one length every set of them has a network of loss 0.
CIRCLE = [(x, y) for x in range(-33, 34) for y in range(-33, 34) if x * x + y * y == 1105]
COLUMNS = st.lists(
    st.tuples(st.sampled_from(CIRCLE), st.integers(9, 11)), min_size=2, max_size=7, unique_by=lambda c: c[0]
)


@given(COLUMNS)
@example([((33, 4), 10), ((4, 33), 10), ((-33, -4), 10), ((-4, -33), 10)])
@example([((33, 4), 10), ((4, 33), 10), ((32, 9), 9)])
def test_no_network_of_loss_zero_is_smaller(columns: list[tuple[tuple[int, int], int]]) -> None:
    """One-hot points: loss 0 is w_t·(w_t − w_s) ≥ 1 and b_t = 1 − ‖w_t‖²; scaled until the worst pair has 1."""
    T = len(columns)
    W = sympy.Matrix([[length * entry for entry in point] for point, length in columns]).T
    gram = W.T * W
    least = min(gram[t, t] - gram[t, s] for t in range(T) for s in range(T) if s != t)
    if least <= 0:
        assert training_loss(W, [1 - gram[t, t] for t in range(T)], one_hot(T)) > 0
        return
    weights = W / sqrt(least)
    bias = [1 - gram[t, t] / least for t in range(T)]
    assert training_loss(weights, bias, one_hot(T)) == 0
    squares, biases = gram.trace() / least, sum(entry**2 for entry in bias)
    smallest = memorised(T)
    target(-float(squares / smallest.weight_norm**2))
    assert sign(squares - smallest.weight_norm**2) >= 0
    assert sign(squares + biases - smallest.weight_norm**2 - smallest.bias_norm**2) >= 0


@settings(max_examples=settings().max_examples // 2)
@given(st.integers(1, 12), st.fractions(0, 3, max_denominator=8), st.fractions(-4, 3, max_denominator=8))
def test_no_other_bias_is_better(T: int, a: Fraction, b: Fraction) -> None:
    best = best_bias(T, a)
    assert is_zero(best.squared_norm - Rational(a))
    assert sign(t_gon(T, a, b).training_loss - best.training_loss) >= 0
    near = [
        TGon(T, best.squared_norm, best.bias + step).training_loss for step in (Rational(1, 100), -Rational(1, 100))
    ]
    assert all(sign(loss - best.training_loss) > 0 for loss in near)


@pytest.mark.parametrize("T", [3, 4, 5, 6, 7, 10, 30])
def test_short_of_the_least_norm_by_little_costs_two_thirds_of_a_square(T: int) -> None:
    for short in (Rational(1, 50), Rational(1, 10)):
        found = best_bias(T, (1 - short) * memorised(T).squared_norm)
        formula = Rational(2, 3) * short**2
        if T == 3 or sign(found.squared_norm * cos(4 * pi / T) + found.bias) <= 0:  # the nearest alone are on
            assert is_zero(found.training_loss - formula)
        else:
            assert sign(found.training_loss - formula) > 0
    assert best_bias(T, memorised(T).squared_norm).training_loss == 0
    assert is_zero(best_bias(T, 2 * memorised(T).squared_norm).bias - 1 + 2 * memorised(T).squared_norm)


def test_what_decay_leaves() -> None:
    found = memorised(5).scaled("9/10", "9/10")
    points = spread(5)
    W, b = memorised(5).network(points)
    shrunk = training_loss(Rational(9, 10) * W, [Rational(9, 10) * entry for entry in b], points)
    assert is_zero(found.training_loss - shrunk)
    assert memorised(7).scaled(1, 1).training_loss == 0
    assert memorised(6).scaled(0, 0) == t_gon(6, 0, 0)
    assert t_gon(6, 0, 0).training_loss == 1


def test_large_T_stays_exact() -> None:
    """T²/(2π²) ≤ a* ≤ T²/(2π²) + 1/3: from 1 − cos x between x²/2 − x⁴/24 and x²/2 (for T ≥ 13, where x² ≤ 1/4)."""
    for T in (50, 500):
        found = memorised(T)
        lower, upper = ball_ends(ball(found.squared_norm - sympy.Integer(T) ** 2 / (2 * pi**2), 256))
        assert 0 < lower <= upper < Fraction(1, 3)
        assert found.training_loss == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: memorised(0), "points must be a whole number of at least 1, got 0"),
        (lambda: memorised(2.0), "points must be a whole number of at least 1, got 2.0"),  # type: ignore[arg-type]
        (lambda: t_gon(3, -1, 0), "squared_norm must be at least 0, got -1"),
        (lambda: t_gon(3, 0.5, 0), "squared_norm must be exact"),  # type: ignore[arg-type]
        (lambda: best_bias(0, 1), "points must be a whole number of at least 1, got 0"),
        (lambda: memorised(3).network(one_hot(2)), "must be the 3 rows that this T-gon stores, got 2"),
        (lambda: memorised(2).network([[1, 0], [1, 0]]), r"disjoint supports, got feature 0 in points \[0, 1\]"),
        (lambda: memorised(2).network([[-1, 0], [0, 1]]), "entries >= 0"),
        (lambda: memorised(2).network([["1/2", 0], [0, 1]]), "norm 1"),
        (lambda: memorised(2).network([[1, 0], [0]]), r"got rows of lengths \[2, 1\]"),
        (lambda: training_loss([[1, 0]], [0], [[1, 0]]), "same number of features, got 2, 1 and 2"),
        (lambda: training_loss([[1.0]], [0], [[1]]), "W must be exact"),  # type: ignore[list-item]
    ],
)
def test_bad_input(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]
