"""The exact loss of untied models and of a linear output: against nested integration, invariances, and what is derived."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from nested import integrate

from analytic.law import Anticorrelated, Correlated, Independent, Law, OneHot
from analytic.loss import enclose_loss, expected_loss, least_linear_loss, loss_by_active, sparse_limit
from antipodal.laws import exact_law
from antipodal.testing import ENTRIES, rational_models

pytestmark = pytest.mark.filterwarnings("ignore::analytic.exact.TransposedWarning")
Rows = list[list[Fraction]]
Untied = tuple[Rows, Rows, list[Fraction], Law, list[Fraction]]


@st.composite
def untied(draw: st.DrawFn, most: int) -> Untied:
    """W, W_out, b, law and importance: models of `antipodal.testing` with a W_out of their own."""
    model = draw(rational_models(draw(st.integers(1, most))))
    n, m = len(model.b), len(model.W)
    row = st.lists(ENTRIES, min_size=m, max_size=m)
    out = draw(st.lists(row, min_size=n, max_size=n))
    return model.W, out, model.b, exact_law(model.law), model.importance


def product(left: Sequence[Sequence[Fraction]], right: Sequence[Sequence[Fraction]]) -> Rows:
    return [
        [sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in zip(*right, strict=True)]
        for row in left
    ]


def literal(A: Rows, b: list[Fraction], law: Law, importance: list[Fraction], linear: bool) -> Fraction:
    """Σ_T P(T) Σ_i I_i E[(x_i - f_i)² | T], one variable after the other."""
    total = Fraction(0)
    for support, probability in law.supports(len(b)):
        for i, weight in enumerate(importance):
            own = [i] if i in support else []
            order = own + [j for j in support if j != i]

            def error(z: Fraction, x: Sequence[Fraction], own: list[int] = own) -> Fraction:
                return ((x[0] if own else 0) - (z if linear else max(z, Fraction(0)))) ** 2

            total += probability * weight * integrate(error, [A[i][j] for j in order], b[i], 2)
    return total


@given(untied(3), st.booleans())
@settings(max_examples=settings().max_examples // 2)
def test_is_the_nested_integral_of_its_definition(model: Untied, linear: bool) -> None:
    W, out, b, law, importance = model
    wanted = literal(product(out, W), b, law, importance, linear)
    found = expected_loss(W, b, law, importance, W_out=out, output="linear" if linear else "relu")
    assert found == sympy.Rational(wanted.numerator, wanted.denominator)


@given(untied(4), st.sampled_from(("relu", "linear")), st.randoms(use_true_random=False))
def test_invariances(model: Untied, output: str, random: object) -> None:
    """Any change of basis of the hidden space, and of the order of the features; W_out = Wᵀ is the tied model."""
    W, out, b, law, importance = model
    loss = expected_loss(W, b, law, importance, W_out=out, output=output)
    m = len(W)
    E = [[Fraction(i == j) + Fraction(i > j, 3) + (i == j == 0) for j in range(m)] for i in range(m)]
    inverse = [list(map(Fraction, map(str, row))) for row in sympy.Matrix(E).inv().tolist()]
    assert expected_loss(product(E, W), b, law, importance, W_out=product(out, inverse), output=output) == loss
    transposed = [list(column) for column in zip(*W, strict=True)]
    tied = expected_loss(W, b, law, importance, output=output)
    assert tied == expected_loss(W, b, law, importance, W_out=transposed, output=output)
    if isinstance(law, OneHot):
        order = list(range(len(b)))
        random.shuffle(order)  # type: ignore[attr-defined]
        moved = [[row[j] for j in order] for row in W], [b[j] for j in order], law, [importance[j] for j in order]
        assert expected_loss(*moved, W_out=[out[j] for j in order], output=output) == loss


@given(untied(4))
def test_expansion_and_balls(model: Untied) -> None:
    W, out, b, law, importance = model
    exact = expected_loss(W, b, law, importance, W_out=out)
    assert sum(loss_by_active(W, b, law, importance, W_out=out)) == exact
    for output in ("relu", "linear"):
        midpoint, radius = enclose_loss(W, b, law, importance, 20, W_out=out, output=output)
        assert abs(midpoint - expected_loss(W, b, law, importance, W_out=out, output=output)) <= radius


def test_a_pair_of_unequal_sizes_is_better_than_the_antipodal_one() -> None:
    """f = ReLU(x - cy), ReLU(y - x/c), tied only for c = 1. Both on, the errors are min(x, cy), and that over c."""
    x, y, c = sympy.symbols("x y c", positive=True)
    square = sympy.integrate(
        sympy.integrate(c**2 * y**2, (y, 0, x / c)) + sympy.integrate(x**2, (y, x / c, 1)), (x, 0, 1)
    )  # E min(x, cy)², c ≥ 1
    cost = sympy.simplify(square * (1 + 1 / c**2))
    assert sorted(sympy.solve(sympy.diff(cost, c), c)) == [1, 3]
    assert cost.subs(c, 1) == sympy.Rational(1, 3)
    assert cost.subs(c, 3) == sympy.Rational(25, 81)
    for value in (1, 2, 3, 7):
        found = expected_loss([[1, -value]], [0, 0], Independent("1/3"), W_out=[[1], [Fraction(-1, value)]])
        assert found == cost.subs(c, value) * sympy.Rational(4, 9)


@pytest.mark.parametrize("n", [1, 5, 9])
def test_three_dimensions_hold_any_number_of_features_one_at_a_time(n: int) -> None:
    """Features on the moment curve, w_j = (1, j, j²), read by 1 - (i - j)²: 1 for the feature itself, at most 0 for others.
    K = 0, and of independent features K/p → 0."""
    W = [[1] * n, list(range(n)), [j * j for j in range(n)]]
    out = [[1 - i * i, 2 * i, -1] for i in range(n)]
    assert expected_loss(W, [0] * n, OneHot(), W_out=out) == 0
    assert sparse_limit(W, [0] * n, W_out=out) == (1, 0)


def test_a_linear_output_takes_any_number_of_features() -> None:
    n = 16
    W = [[int(j == 0) for j in range(n)]]
    s = sympy.Rational(1, 2)
    assert expected_loss(W, [0] * n, Independent("1/2"), output="linear") == (n - 1) * (1 - s) / 3


def test_the_least_linear_loss() -> None:
    """Independent features: the least of I_i Var x_i are lost, or of I_i E x_i² without bias, where that is diagonal. Of a pair
    that is always on together, cov 0: as independent; of one group with s, by the eigenvalues of its covariance."""
    variance = Fraction(1, 10) / 3 - Fraction(1, 100) / 4
    law = Independent("9/10")
    assert least_linear_loss(4, 2, law, [3, 1, "1/2", 2]) == sympy.Rational(
        *(variance * Fraction(3, 2)).as_integer_ratio()
    )
    assert least_linear_loss(2, 2, law) == 0
    s = Fraction(1, 3)
    p = 1 - s
    diagonal, beside = p / 3 - p * p / 4, p / 4 - p * p / 4
    found = least_linear_loss(3, 1, Correlated([(0, 1, 2)], s))
    assert found == 2 * sympy.Rational(*(diagonal - beside).as_integer_ratio())
    with_mean = least_linear_loss(2, 1, OneHot(), bias=False)
    assert with_mean == sympy.Rational(1, 6)


@given(untied(4))
def test_no_linear_model_is_below_the_least(model: Untied) -> None:
    W, out, b, law, importance = model
    least = least_linear_loss(len(b), len(W), law, importance)
    assert expected_loss(W, b, law, importance, W_out=out, output="linear") >= least
    assert expected_loss(W, b, law, importance, output="linear") >= least


def test_projection_on_principal_components_attains_it() -> None:
    """Two groups of two, each with eigenvector (1, 1): A projects on both, tied and with the best bias μ - Aμ."""
    law = Anticorrelated([(0, 1), (2, 3)], "1/2")
    W = [[1, -1, 0, 0], [0, 0, 1, -1]]  # cov < 0: the larger eigenvalue belongs to (1, -1)
    mean = law.moments(4).mean
    A = [[Fraction(sum(row[i] * row[j] for row in W), 2) for j in range(4)] for i in range(4)]
    b = [mean[i] - sum((A[i][j] * mean[j] for j in range(4)), Fraction(0)) for i in range(4)]
    half = [[Fraction(row[i], 2) for row in W] for i in range(4)]
    assert expected_loss(W, b, law, W_out=half, output="linear") == least_linear_loss(4, 2, law)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"W_out": [[1, 2]]}, r"W_out must have shape \(2, 1\) to match W, got \(1, 2\)"),
        ({"W_out": [[0.5], [1]]}, "W_out must be exact"),
        ({"output": "gelu"}, "output must be one of relu, linear, got 'gelu'"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        expected_loss([[1, 2]], [0, 0], OneHot(), **changes)  # type: ignore[arg-type]
