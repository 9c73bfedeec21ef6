"""D, superposition and coherence of exact weights: their definitions, and the float metrics as second route."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from analytic.metrics import coherence, feature_dimensionality, gram, superposition
from analytic.polytopes import CATALOGUE, polytope
from numeric import metrics

pytestmark = pytest.mark.filterwarnings(
    "ignore::analytic.exact.TransposedWarning", "ignore::numeric.arguments.TransposedWarning"
)
# Zero and repeated columns come up.
entries = st.sampled_from([Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(-3, 7), Fraction(22, 9)])
matrices = st.tuples(st.integers(1, 3), st.integers(1, 4)).flatmap(
    lambda size: st.lists(st.lists(entries, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
)


@given(matrices)
def test_rational_weights_have_the_values_of_the_definitions(W: list[list[Fraction]]) -> None:
    columns = list(zip(*W, strict=True))
    products = [[sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0)) for v in columns] for u in columns]
    n = len(columns)
    for i, (D, S) in enumerate(zip(feature_dimensionality(W), superposition(W), strict=True)):
        others = sum((products[i][j] ** 2 for j in range(n) if j != i), Fraction(0))
        size = products[i][i]
        assert Fraction(int(D.p), int(D.q)) == (size**2 / (size**2 + others) if size else 0)
        assert Fraction(int(S.p), int(S.q)) == (others / size if size else 0)
    squares = [
        products[i][j] ** 2 / (products[i][i] * products[j][j])
        for i in range(n)
        for j in range(i)
        if products[i][i] * products[j][j]
    ]
    largest = max(squares, default=Fraction(0))
    assert sympy.expand(coherence(W) ** 2) == sympy.Rational(largest.numerator, largest.denominator)
    assert coherence(W) >= 0


@given(matrices)
def test_the_float_metrics_agree(W: list[list[Fraction]]) -> None:
    """Entries of size one, a handful of operations each."""
    floats = np.array(W, dtype=np.float64)
    for exact, found in (
        (feature_dimensionality(W), metrics.feature_dimensionality(floats)),
        (superposition(W), metrics.superposition(floats)),
        ((coherence(W),), [metrics.coherence(floats)]),
    ):
        np.testing.assert_allclose(np.array(exact, dtype=float), found, rtol=1e-13, atol=1e-15)


@given(st.sampled_from(CATALOGUE))
@settings(max_examples=settings().max_examples // 5)
def test_polytopes_have_the_metrics_of_their_vertices(name: str) -> None:
    shape = polytope(name)
    assert feature_dimensionality(shape.vertices) == shape.dimensionality
    assert coherence(shape.vertices) == shape.coherence
    unit = [sympy.nsimplify(1 / D - 1) for D in shape.dimensionality]  # of norm 1: S = 1/D − 1
    assert [sympy.expand(S - u) for S, u in zip(superposition(shape.vertices), unit, strict=True)] == [0] * len(unit)


def test_a_zero_that_only_a_proof_sees() -> None:
    """Columns (1, 1, 1, 1) and (cos π/7, −cos 2π/7, cos 3π/7, −½) are orthogonal."""
    W = [[1, sympy.cos(sympy.pi / 7)], [1, -sympy.cos(2 * sympy.pi / 7)], [1, sympy.cos(3 * sympy.pi / 7)], [1, "-1/2"]]
    assert gram(W)[0, 1] == 0
    assert feature_dimensionality(W) == (1, 1)
    assert (superposition(W), coherence(W)) == ((0, 0), 0)


def test_few_columns() -> None:
    assert coherence([[3]]) == 0
    assert coherence([[1, 0], [1, 0]]) == 0
    assert coherence([[2, -5]]) == 1
    assert feature_dimensionality([[0, 2]]) == (0, 1)
    assert coherence([[1, 1], [1, 2]]) == 3 * sympy.sqrt(10) / 10


@pytest.mark.parametrize(
    ("W", "message"),
    [
        ([[0.5, 1]], "W must be exact .* got the float 0.5"),
        ([[1, 2], [3]], r"W must be a matrix of m rows of n entries, m, n >= 1, got rows of lengths \[2, 1\]"),
        ([], r"got rows of lengths \[\]"),
        ([[]], r"got rows of lengths \[0\]"),
        ([[sympy.I, 1]], "W must be a real number, got I"),
    ],
)
def test_bad_input(W: object, message: str) -> None:
    for metric in (feature_dimensionality, superposition, coherence):
        with pytest.raises(ValueError, match=message):
            metric(W)  # type: ignore[arg-type]
