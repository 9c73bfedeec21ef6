import math
import re
from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st

from analytic.emit import compile_arithmetic, compile_chambers, javascript
from analytic.n2m1 import CHAMBERS, PARAMETERS, WEIGHTS, compiled_loss

X, Y = sympy.symbols("x y")
ARGUMENTS = (*WEIGHTS, *PARAMETERS)
SETTING = (0.5, 1.0, 0.25, 0.125)
EPS = float(np.finfo(float).eps)

# Multiples of 1/16 up to 2 are floats without rounding, so the exact value belongs to the same point; 0 and equal sizes
# (the edges) come up often.
dyadic = st.integers(-32, 32).map(lambda k: Fraction(k, 16))
points = st.one_of(
    st.tuples(dyadic, dyadic),
    dyadic.map(lambda w: (w, -w)),
    dyadic.map(lambda w: (w, Fraction(0))),
    dyadic.map(lambda w: (Fraction(0), w)),
)
settings_of_model = st.tuples(*(st.integers(0, 16).map(lambda k: Fraction(k, 16)) for _ in range(4)))


def exactly(point: tuple[Fraction, ...]) -> list[Fraction]:
    """K and its gradient from the chamber expressions, by SymPy's substitution in rationals."""
    at = {a: sympy.Rational(v.numerator, v.denominator) for a, v in zip(ARGUMENTS, point, strict=True)}
    chamber = next(c for c in CHAMBERS if c.condition.subs(at))
    loss = chamber.loss
    values = (expression.subs(at) for expression in (loss, loss.diff(WEIGHTS[0]), loss.diff(WEIGHTS[1])))
    return [Fraction(int(v.p), int(v.q)) for v in values]


@given(points, settings_of_model)
@pytest.mark.slow
def test_floats_arrays_and_tensors_equal_the_exact_values(
    weights: tuple[Fraction, Fraction], setting: tuple[Fraction, ...]
) -> None:
    """About 60 operations on terms that stay below 2·(2·2⁴ + 2·2²) · 2: 60 eps · 160 bounds the rounding."""
    point = (*weights, *setting)
    floats = [float(v) for v in point]
    want = [float(v) for v in exactly(point)]
    f = compiled_loss()
    atol = 60 * 160 * EPS
    np.testing.assert_allclose(f(*floats), want, rtol=0, atol=atol)
    np.testing.assert_allclose([v.item() for v in f(*(np.array([v]) for v in floats))], want, rtol=0, atol=atol)
    tensors = [torch.tensor([v], dtype=torch.float64) for v in floats]
    np.testing.assert_allclose([v.item() for v in f(*tensors, namespace=torch)], want, rtol=0, atol=atol)


def test_a_polynomial_at_small_dyadic_numbers_is_exact() -> None:
    """Every intermediate fits in 53 bits, so not one rounding: equality, for each kind of number."""
    f = compile_arithmetic((X, Y), [3 * X**3 * Y - X * Y**2 / 4 + 2, X**2 / Y])
    want = [3 * 0.5**3 * 2 - 0.5 * 4 / 4 + 2, 0.125]
    assert f(0.5, 2.0) == want
    assert [v.tolist() for v in f(np.array([0.5]), np.array([2.0]))] == [[v] for v in want]
    assert [v.tolist() for v in f(torch.tensor([0.5]), torch.tensor([2.0]))] == [[v] for v in want]
    assert f(Fraction(1, 2), Fraction(2)) == want


@pytest.mark.parametrize("namespace", [np, torch])
def test_a_piece_is_evaluated_only_in_its_own_chamber(namespace: object) -> None:
    """1/x would divide by zero at 0, and 1/(x − 4) at 4: a warning is an error in this suite."""
    f = compile_chambers((X,), [(X > 0, [1 / X, X / 2]), (X <= 0, [-X, 1 / (X - 4)])])
    assert f(0.0) == [0.0, -0.25]
    values = np.array([-4.0, 0.0, 4.0])
    values = values if namespace is np else torch.tensor(values)
    first, second = f(values, namespace=namespace)
    assert first.tolist() == [4.0, 0.0, 0.25]
    assert second.tolist() == [-0.125, -0.25, 2.0]


def test_the_first_condition_that_holds_wins_and_none_gives_nan() -> None:
    f = compile_chambers((X,), [(X >= 0, [sympy.Integer(1)]), (X >= -1, [sympy.Integer(2)])])
    values = [3.0, 0.0, -1.0, -2.0]
    np.testing.assert_array_equal(f(np.array(values))[0], [1, 1, 2, np.nan])
    np.testing.assert_array_equal([f(v)[0] for v in values], [1, 1, 2, np.nan])


finite = st.floats(-2, 2, allow_subnormal=False).map(lambda v: v if abs(v) > 1e-6 else 0.0)


@given(st.lists(st.tuples(finite, finite), min_size=1, max_size=6))
@pytest.mark.slow
def test_torch_gradients_are_the_emitted_gradients(weights: list[tuple[float, float]]) -> None:
    """Both are the derivative of one polynomial, rounded along two ways: 100 operations on terms below 2⁸.

    Autograd takes the chamber that the mask chose, so on an edge too both are derivatives of one piece.
    """
    w1, w2 = torch.tensor(weights, dtype=torch.float64).T.clone().requires_grad_()
    loss, by_first, by_second = compiled_loss()(w1, w2, *SETTING, namespace=torch)
    gradient = torch.autograd.grad(loss.sum(), (w1, w2))
    for automatic, emitted in zip(gradient, (by_first, by_second), strict=True):
        np.testing.assert_allclose(automatic.detach(), emitted.detach(), rtol=0, atol=100 * 2**8 * EPS)


@pytest.mark.slow
def test_values_broadcast_and_scalars_stay_scalars() -> None:
    f = compiled_loss()
    w1, w2 = np.linspace(-1, 1, 5), np.linspace(-1.5, 1.5, 4)[:, None]
    grid = f(w1, w2, *SETTING)
    assert [g.shape for g in grid] == [(4, 5)] * 3
    tensors = f(torch.tensor(w1), torch.tensor(w2), *SETTING, namespace=torch)
    for g, t in zip(grid, tensors, strict=True):
        np.testing.assert_allclose(t, g, rtol=0, atol=100 * EPS)
    assert float(grid[0][1, 3]) == pytest.approx(f(0.5, -0.5, *SETTING)[0], abs=100 * EPS)
    assert all(type(v) is float for v in f(1, -0.5, *SETTING))
    assert all(type(v) is float for v in f(np.float64(1), -0.5, *SETTING))
    assert [v.shape for v in f(np.ones((0, 3)), 1.0, *SETTING)] == [(0, 3)] * 3
    with pytest.raises(ValueError, match="broadcast"):
        f(np.ones(3), np.ones(4), *SETTING)


@pytest.mark.slow
def test_integers_and_single_precision_are_taken_as_they_come() -> None:
    f = compiled_loss()
    want = [f(1.0, 2.0, *SETTING)[0], f(2.0, -1.0, *SETTING)[0]]
    np.testing.assert_allclose(f(np.array([1, 2]), np.array([2, -1]), *SETTING)[0], want, rtol=0, atol=100 * EPS)
    single = f(torch.tensor([1.0, 2.0]), torch.tensor([2.0, -1.0]), *SETTING, namespace=torch)[0]
    assert single.dtype == torch.float32
    np.testing.assert_allclose(single, want, rtol=1e-5)
    # A float beside a double-precision tensor must not be rounded to single precision on the way.
    double = f(0.1, torch.tensor([-0.3], dtype=torch.float64), *SETTING, namespace=torch)[0]
    assert double.item() == pytest.approx(f(0.1, -0.3, *SETTING)[0], abs=100 * EPS)


@pytest.mark.parametrize(
    "weights",
    [
        (math.nan, 1.0),
        (1.0, math.nan),
        (math.inf, 1.0),
        (1.0, -math.inf),
        (math.inf, -math.inf),
    ],
)
def test_what_is_not_finite_gives_nan(weights: tuple[float, float]) -> None:
    f = compiled_loss()
    assert all(math.isnan(v) for v in f(*weights, *SETTING))
    arrays = f(np.array([weights[0], 1.0]), np.array([weights[1], 1.0]), *SETTING)
    tensors = f(*torch.tensor([weights, (1.0, 1.0)], dtype=torch.float64).T, *SETTING, namespace=torch)
    for values in (*arrays, *tensors):
        assert [math.isnan(v) for v in values.tolist()] == [True, False]


def test_a_parameter_that_is_not_finite_gives_nan() -> None:
    assert all(math.isnan(v) for v in compiled_loss()(1.0, 0.5, math.inf, 1.0, 1.0, 0.0))
    assert all(math.isnan(v) for v in compiled_loss()(1.0, 0.5, 0.5, math.inf, 1.0, 0.0))


def test_wrong_numbers_of_arguments_are_named() -> None:
    with pytest.raises(TypeError, match=r"2 values wanted \(x, y\), got 1"):
        compile_chambers((X, Y), [(X > 0, [X * Y])])(1.0)
    with pytest.raises(TypeError, match="missing 4 required positional arguments"):
        compiled_loss()(1.0, 2.0)


def test_stray_symbols_are_named() -> None:
    with pytest.raises(ValueError, match=r"symbols beyond its arguments: \['y'\]"):
        compile_arithmetic((X,), [X + Y])
    with pytest.raises(ValueError, match=r"symbols beyond its arguments: \['y'\]"):
        compile_chambers((X,), [(X > 0, [X * Y])])


def test_floats_whose_powers_overflow_give_nan() -> None:
    assert all(math.isnan(v) for v in compiled_loss()(1e200, 1e200, 0.5, 1.0, 1.0, 0.0))


def as_python(source: str, values: dict[str, object]) -> list[object]:
    """What a function of JavaScript returns or writes, its lines taken for Python, whose arithmetic is the same."""
    out: dict[int, object] = {}
    scope = {**values, "out": out}
    for line in source.splitlines()[1:-1]:
        line = re.sub(r"(\d)n\b", r"\1", line.strip().rstrip(";"))
        kind, _, rest = line.partition(" ")
        if kind == "return":
            return [eval(rest, scope)]
        exec(rest if kind == "const" else line, scope)
    return [out[k] for k in range(len(out))]


OF_FRACTIONS = {
    "ratio": Fraction,
    "sum": lambda *terms: sum(terms, Fraction(0)),
    "product": lambda *factors: math.prod(factors, start=Fraction(1)),
    "quotient": Fraction,
    "power": lambda base, k: base**k,
}
RATIONAL = [3 * X**3 * Y - X * Y**2 / 4 + 2, X**2 / Y, (X + Y) ** -2 - X, -X, 1 / (X * Y**3) + Y]


@pytest.mark.parametrize(("x", "y"), [(0.5, 2.0), (-1.5, 0.25), (4.0, -3.0)])
def test_javascript_has_the_values_of_the_expressions(x: float, y: float) -> None:
    """Floats within 20 roundings of the largest term; fractions exactly."""
    at = {X: sympy.Rational(x), Y: sympy.Rational(y)}
    want = [e.subs(at) for e in RATIONAL]
    got = as_python(javascript("f", (X, Y), RATIONAL), {"x": x, "y": y})
    np.testing.assert_allclose(got, [float(v) for v in want], rtol=0, atol=20 * EPS * 600)
    exact = as_python(
        javascript("f", (X, Y), RATIONAL, exact=True), {"x": Fraction(x), "y": Fraction(y), **OF_FRACTIONS}
    )
    assert exact == [Fraction(int(v.p), int(v.q)) for v in want]


def test_javascript_shares_what_is_common_and_returns_what_is_alone() -> None:
    source = javascript("both", (X, Y), [(X + Y**2) ** 3 / Y, (X + Y**2) ** 3 + 1])
    assert source.startswith("function both(x, y, out) {\n  const t_0 = ")
    assert "out[1] = " in source
    assert javascript("one", (X,), [X / 2]) == "function one(x) {\n  return (1/2)*x;\n}"
    assert javascript("one", (X,), [X / 2], exact=True) == "function one(x) {\n  return product(ratio(1n, 2n), x);\n}"


@pytest.mark.parametrize("expression", [sympy.sqrt(X), sympy.sin(X), X**Y, sympy.Abs(X) + 1])
def test_javascript_of_what_is_no_rational_function_is_refused(expression: sympy.Expr) -> None:
    with pytest.raises(ValueError, match="expression must be a rational function, got a factor"):
        javascript("f", (X, Y), [expression])


def test_javascript_has_plain_names() -> None:
    with pytest.raises(ValueError, match=r"name must be a plain word, got 'f\(\)\{\}'"):
        javascript("f(){}", (X,), [X])
    with pytest.raises(ValueError, match="name must be a plain word, got 'x;y'"):
        javascript("f", (sympy.Symbol("x;y"),), [X])
    with pytest.raises(ValueError, match=r"symbols beyond its arguments: \['y'\]"):
        javascript("f", (X,), [X + Y])
