"""Targets |x_i|: exactly, against SymPy's integrals and by hand; floats and training against the exact loss."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import antipodal
from analytic.loss import expected_loss, loss_of_floats
from antipodal import Independent, Magnitude
from antipodal.laws import exact_law
from antipodal.testing import rational_models

pytestmark = pytest.mark.filterwarnings("ignore::analytic.exact.TransposedWarning")
SIGNED = Magnitude.uniform(-1, 1)
HALF = sympy.Rational(1, 2)
OUTPUTS: dict[str, Callable[[Any], Any]] = {"relu": lambda z: max(z, 0), "linear": lambda z: z}


def mean(slope: Any, level: Any, wanted: Any, output: str) -> Any:
    """½ ∫ (y − f)² dx over [−1, 1] for f of slope·x + level and y = `wanted`, None for |x|, from zero to zero by SymPy."""
    x = sympy.Symbol("x")
    zero = [-level / slope] if slope and output == "relu" else []
    total = sympy.Integer(0)
    for low, high in pairwise(sorted({-1, 0, 1, *(place for place in zero if -1 < place < 1)})):
        middle = sympy.Rational(low + high) / 2
        z = slope * x + level
        f = z if output == "linear" or z.subs(x, middle) > 0 else 0
        y = wanted if wanted is not None else x if middle > 0 else -x
        total += sympy.integrate(sympy.expand((y - f) ** 2), (x, low, high)) / 2
    return total


@pytest.mark.parametrize("output", OUTPUTS)
def test_two_features_are_the_integral(output: str) -> None:
    """x₁ on [−1, 1], x₂ = −3/2, each active half the time, W = [[1, −1/2]]: four supports, each written out."""
    law = Independent("1/2", magnitude=(SIGNED, Magnitude.binary("-3/2")))
    f, v, b = OUTPUTS[output], -3 * HALF, (HALF / 2, HALF / 3)
    wanted = sympy.Integer(0)
    for x in (sympy.Integer(0), v):
        levels = b[0] - x / 2, b[1] + x / 4
        active = mean(1, levels[0], None, output) + 3 * mean(-HALF, levels[1], abs(x), output)
        inactive = f(levels[0]) ** 2 + 3 * (abs(x) - f(levels[1])) ** 2
        wanted += (active + inactive) / 4
    found = antipodal.exact_loss([[1, "-1/2"]], b, law, [1, 3], output=output, target="absolute")
    assert found == wanted


def test_one_feature_by_hand() -> None:
    """w = 1 on [−1, 1]: ReLU gives x back above 0 and loses E x² below; with −x on one side, w²x misses 2x."""
    law = Independent("1/2", magnitude=SIGNED)
    assert antipodal.exact_loss([[1]], [0], law, target="absolute") == sympy.Rational(1, 12)
    assert antipodal.exact_loss([[1]], [0], law, output="linear", target="absolute") == sympy.Rational(1, 3)


def test_two_neurons_are_no_help_to_a_linear_hidden_layer() -> None:
    """x and −x have one |x|: with A the model's matrix and b = 0, K at A and at −A have the same cross term, E |x| ReLU(±z)."""
    law = Independent("2/3", magnitude=SIGNED)
    W, out = [[1, "-1/2"]], [["1/2"], [2]]
    turned = [["-1/2"], [-2]]
    losses = [antipodal.exact_loss(W, [0, 0], law, W_out=V, target="absolute") for V in (out, turned)]
    assert losses[0] == losses[1]
    ways = [antipodal.exact_loss(W, [0, 0], law, W_out=V) for V in (out, turned)]
    assert ways[0] != ways[1]


@given(rational_models(4), st.sampled_from(tuple(OUTPUTS)))
@settings(max_examples=settings().max_examples // 2)
def test_where_nothing_is_negative_it_is_the_loss_itself(model: Any, output: str) -> None:
    given_ = model.W, model.b, exact_law(model.law), model.importance
    kind: dict[str, Any] = {"output": output}
    assert expected_loss(*given_, **kind, target="absolute") == expected_loss(*given_, **kind)


def test_many_features_of_a_linear_output() -> None:
    """f = b: K = n (E x² − 2 b E |x| + b²), at a size where there are too many vertices."""
    n, law = 16, Independent("1/2", magnitude=Magnitude.uniform(-2, 1))
    b = sympy.Rational(1, 5)
    W = [[0] * n]
    found = antipodal.exact_loss(W, [b] * n, law, output="linear", target="absolute")
    assert found == n * (HALF - 2 * b * sympy.Rational(5, 12) + b**2)  # E |x| = (2² + 1)/(2·3)/2
    ball = antipodal.enclose_loss(W, [b] * n, law, output="linear", target="absolute")
    assert abs(ball.midpoint - found) <= ball.radius


def test_weights_of_floats() -> None:
    law = Independent("1/2", magnitude=SIGNED)
    found = loss_of_floats([[0.5, -0.75]], [0.25, 0.0], law.exact(), target="absolute")
    assert found == antipodal.exact_loss([["1/2", "-3/4"]], ["1/4", 0], law, target="absolute")


@pytest.mark.parametrize("route", ["exact_loss", "enclose_loss"])
@pytest.mark.parametrize("target", ["Absolute", None, 1])
def test_another_target_is_refused(route: str, target: Any) -> None:
    with pytest.raises(ValueError, match="target must be one of identity, absolute, got"):
        getattr(antipodal, route)([[1, -1]], [0, 0], "1/2", target=target)
