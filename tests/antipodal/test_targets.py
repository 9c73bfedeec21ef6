"""Targets |x_i|: exactly, against SymPy's integrals and by hand; floats and training against the exact loss."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from math import log, sqrt
from typing import Any

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import antipodal
from analytic.loss import expected_loss, loss_of_floats
from antipodal import Independent, Magnitude
from antipodal.laws import exact_law, float_law
from antipodal.testing import rational_models
from numeric import population
from numeric.model import Family
from numeric.train import SAMPLES, SGD, Constant, TrainConfig, judge, sampled_loss, train

pytestmark = pytest.mark.filterwarnings("ignore::analytic.exact.TransposedWarning")
SIGNED = Magnitude.uniform(-1, 1)
LOPSIDED = Magnitude.mixture(("1/3", Magnitude.uniform("-3/2", "1/2")), ("2/3", Magnitude.uniform(-1, 2)))
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


# --- floats


FLOATS: dict[str, tuple[int, Magnitude, float]] = {  # features, their values, and the size of every other column
    "boxes": (3, LOPSIDED, 1.0),
    "all of one size, on a line": (5, LOPSIDED, 1.0),
    "light columns": (4, LOPSIDED, 3e-5),
    "single values": (4, Magnitude.mixture(("1/2", SIGNED), ("1/2", Magnitude.binary(-2))), 1.0),
    "tiny": (2, SIGNED, 1e-60),
}


def float_model(name: str, output: str, tied: bool) -> tuple[dict[str, Any], dict[str, Any], Independent]:
    """Weights, settings, and the law of a model with negative entries on the diagonal of W_out W."""
    n, magnitude, size = FLOATS[name]
    random = np.random.default_rng(3)
    scale = np.where(np.arange(n) % 2, size, 1.0) if name != "tiny" else size
    weights = {
        "W": random.normal(size=(2, n)) * scale,
        "b": 0.3 * random.normal(size=n) * (size if name == "tiny" else 1),
    }
    if not tied:
        weights["W_out"] = random.normal(size=(n, 2))
        assert (np.diag(weights["W_out"] @ weights["W"]) < 0).any()
    settings = {"importance": random.uniform(0.5, 2, n), "output": output, "target": "absolute"}
    return weights, settings, Independent("1/4", magnitude=magnitude)


def exact(weights: dict[str, Any], settings: dict[str, Any], law: Independent) -> Fraction:
    importance = [Fraction(float(one)) for one in settings["importance"]]
    kind = {"output": settings["output"], "target": settings["target"], "W_out": weights.get("W_out")}
    found = loss_of_floats(weights["W"], weights["b"], law.exact(), importance, **kind)
    return Fraction(int(found.p), int(found.q))


each_model = pytest.mark.parametrize("name", FLOATS)
each_output = pytest.mark.parametrize("output", OUTPUTS)
each_tied = pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])


@each_model
@each_output
@each_tied
@pytest.mark.slow
def test_floats_are_the_exact_loss(name: str, output: str, tied: bool) -> None:
    """Within 1e-10 of K + Σ I_i E x_i², as promised; the features' losses sum to it."""
    weights, settings, law = float_model(name, output, tied)
    wanted = float(exact(weights, settings, law))
    squares = float(law.exact().squares(1)[0]) * settings["importance"].sum()
    found = antipodal.loss(**weights, law=law, **settings)
    assert abs(found - wanted) <= 1e-10 * (wanted + squares)
    importance = settings.pop("importance")
    rule = float_law(law)[1]
    losses = population.feature_losses(weights.pop("W"), weights.pop("b"), None, law=rule, **weights, **settings)
    assert losses @ importance == pytest.approx(found, abs=1e-10 * (wanted + squares))


@each_model
@each_output
@each_tied
@pytest.mark.slow
def test_the_gradient_is_that_of_exact_differences(name: str, output: str, tied: bool) -> None:
    """Along a direction as large as the weights, h = 2⁻⁴⁰ of it: K is C² away from kinks, and the central difference errs by
    second derivatives' change on it, some 2⁻⁴⁰. The gradient itself is promised to 1e-8 (K + Σ I_i E x_i²) an entry."""
    weights, settings, law = float_model(name, output, tied)
    random = np.random.default_rng(1)
    along = {part: random.normal(size=value.shape) * np.abs(value) for part, value in weights.items()}
    h = 2.0**-40
    ends = [{part: moved(value, s * h, along[part]) for part, value in weights.items()} for s in (1, -1)]
    wanted = float((exact(ends[0], settings, law) - exact(ends[1], settings, law)) / (2 * Fraction(h)))
    slopes = antipodal.value_and_gradient(**weights, law=law, **settings)
    found = sum((getattr(slopes, part) * along[part]).sum() for part in weights)
    size = sum(np.abs(along[part]).sum() for part in weights)
    scale = slopes.value + float(law.exact().squares(1)[0]) * settings["importance"].sum()
    assert abs(found - wanted) <= 1e-8 * scale * size


def moved(values: Any, h: float, along: Any) -> list[Any]:
    """values + h·along, in fractions."""
    return (np.vectorize(Fraction)(values) + Fraction(h) * np.vectorize(Fraction)(along)).tolist()


def test_hessian_vector_products() -> None:
    """The Hessian times a direction."""
    weights, settings, law = float_model("boxes", "relu", tied=True)
    along_W, along_b = np.random.default_rng(4).normal(size=(2, 3)), np.array([1.0, -2.0, 0.5])
    H = antipodal.hessian(**weights, law=law, **settings)
    at = weights["W"], weights["b"], along_W, along_b, None
    found = population.hessian_vector_product(*at, law=float_law(law)[1], **settings)
    joined = np.concatenate([found.W.ravel(), found.b])
    np.testing.assert_allclose(joined, H @ np.concatenate([along_W.ravel(), along_b]), atol=1e-12)


@pytest.mark.parametrize("target", population.TARGETS)
def test_slopes_on_both_sides_of_a_kink(target: str) -> None:
    """w = (1, −1), x = −1 where active: z_i = 0 where both are. Exact differences: convex for x, concave for |x|."""
    law, h = Independent("7/10", magnitude=Magnitude.binary(-1)), Fraction(1, 10**12)
    K = [antipodal.exact_loss([[1, -1 + s * h]], [0, 0], law, target=target) for s in (0, 1, -1)]
    wanted = [float((K[k] - K[0]) / h) for k in (1, 2)]
    way: dict[str, Any] = {"law": float_law(law)[1], "target": target}
    found = [population.one_sided_slope([[1.0, -1.0]], None, [[0.0, s]], None, None, **way) for s in (1.0, -1.0)]
    assert found == pytest.approx(wanted, abs=1e-10)
    assert (sum(found) < 0) == (target == "absolute")


@each_output
@pytest.mark.parametrize(
    "magnitude", [Magnitude.uniform(), Magnitude.uniform("1/2", "3/2"), Magnitude.binary()], ids=str
)
def test_floats_where_nothing_is_negative_are_the_loss_itself(output: str, magnitude: Magnitude) -> None:
    """To the last bit, with gradient and Hessian."""
    random = np.random.default_rng(5)
    at = random.normal(size=(2, 4)), random.normal(size=4), Independent("1/2", magnitude=magnitude)
    ways = [{"output": output, "target": target} for target in ("identity", "absolute")]
    assert antipodal.loss(*at, **ways[0]) == antipodal.loss(*at, **ways[1])
    for one, other in zip(*(antipodal.value_and_gradient(*at, **way) for way in ways), strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(*(antipodal.hessian(*at, **way) for way in ways))


# --- training


FAMILIES = [
    Family(target="absolute"),
    Family(output="linear", target="absolute"),
    Family(tied=False, target="absolute"),
]
LAW = float_law(Independent("1/4", magnitude=LOPSIDED))[1]


def config(family: Family, **settings: Any) -> TrainConfig:
    given = {
        "n_features": 3,
        "n_hidden": 2,
        "seeds": (0, 1),
        "law": LAW,
        "importance": ((1.0, 0.5, 2.0),) * 2,
        "steps": 20,
    }
    return TrainConfig(**{**given, "family": family, **settings})


@pytest.mark.parametrize("family", FAMILIES, ids=str)
def test_the_sampled_loss_is_the_exact_one(family: Family) -> None:
    """N samples of a loss between 0 and L = Σ I_i (2 + |b_i| + 2 Σ_j |A_ij|)² with mean K have a variance of at most L K, so that
    their mean is off by more than t = √(2 L K k/N) + L k/N, k = ln 2e9, with probability at most 1e-9 (Bernstein): six times.
    """
    trained = train(config(family))
    judged = judge(trained.config, trained.W, trained.V, trained.b)
    assert not judged.sampled
    sampled = sampled_loss(trained.config, trained.W, trained.V, trained.b)
    share = log(2e9) / SAMPLES
    for k in range(2):
        W, b = trained.W[k].double(), trained.b[k].double()
        V = W.T if trained.V is None else trained.V[k].double()
        kind: dict[str, Any] = {"output": family.output, "target": "absolute", "importance": [1.0, 0.5, 2.0]}
        law = Independent("1/4", magnitude=LOPSIDED)
        wanted = float(exact({"W": W.numpy(), "b": b.numpy(), "W_out": V.numpy()}, kind, law))
        assert float(judged.loss[k]) == pytest.approx(wanted, rel=1e-9)
        largest = float(
            ((2 + b.abs() + 2 * (V @ W).abs().sum(1)) ** 2) @ torch.tensor([1.0, 0.5, 2.0], dtype=torch.float64)
        )
        assert abs(float(sampled[k]) - wanted) <= sqrt(2 * largest * wanted * share) + largest * share


@pytest.mark.parametrize("family", FAMILIES, ids=str)
def test_exact_training_takes_its_gradient(family: Family) -> None:
    """One step of plain descent of size h moves each parameter by −h ∂K."""
    given_ = config(family, steps=1, dtype="float64", optimiser=SGD(), schedule=Constant(), learning_rate=1e-3)
    start = family.split(family.initial(3, 2, (0, 1), True), 2, 3, 2)
    kind: dict[str, Any] = {"law": LAW, "W_out": start.V, "output": family.output, "target": "absolute"}
    slopes = population.value_and_gradient(start.W, start.b, None, given_.importances, **kind)
    trained = train(given_, exact=True)
    np.testing.assert_allclose(trained.W, start.W - 1e-3 * slopes.W, atol=1e-15)
    np.testing.assert_allclose(trained.b, -1e-3 * slopes.b, atol=1e-15)
    if isinstance(slopes, population.UntiedGradient):
        np.testing.assert_allclose(trained.V, start.V - 1e-3 * slopes.W_out, atol=1e-15)


def test_signed_values_without_a_law_are_pointed_to_it() -> None:
    with pytest.raises(ValueError, match=r"law=Independent\(s, magnitude=Magnitude.uniform\(-1, 1\)\) serves"):
        train(config(Family(target="absolute"), law=None, sparsity=(0.5, 0.5), signed=True), exact=True)


# --- minima


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.slow
def test_one_of_two_features_keeps_its_positive_half(tied: bool) -> None:
    """On [−1, 1], p = 1/2: one feature is ReLU(±x) and loses E x²/2 = 1/12, the other is E |x| = 1/4 and loses Var |x| = 5/48."""
    law = Independent("1/2", magnitude=SIGNED)
    found = antipodal.minimise_loss(2, 1, law, target="absolute", tied=tied, starts=8).minima[0]
    assert found.value == pytest.approx(1 / 12 + 5 / 48, abs=1e-12)
    assert sorted(np.abs(found.b)) == pytest.approx([0, 1 / 4], abs=1e-8)
    W_out = found.W_out
    wanted = loss_of_floats(found.W, found.b, law.exact(), W_out=W_out, target="absolute")
    assert found.value == pytest.approx(float(wanted), abs=1e-14)


def test_the_least_of_a_linear_output_is_the_regression_of_size_on_value() -> None:
    """One feature: Var |x| − Cov(|x|, x)²/Var x, all of them by hand: on [−1, 2] with p = 1/2."""
    law = Independent("1/2", magnitude=Magnitude.uniform(-1, 2))
    mean, size, square, turned = 1 / 4, 5 / 12, 1 / 2, 7 / 18  # E x, E |x|, E x², E |x| x
    least = square - size**2 - (turned - mean * size) ** 2 / (square - mean**2)
    found = antipodal.minimise_loss(1, 1, law, target="absolute", output="linear", starts=4)
    assert found.value == pytest.approx(least, abs=1e-12)


# --- judge


@pytest.mark.slow
def test_judge_knows_a_lower_loss_and_the_exact_one() -> None:
    """One feature's positive half, 1/12, and 1/8 in the place of the other, E (|x| − 1/8)² = 23/192, where 1/4 is the best."""
    law = Independent("1/2", magnitude=SIGNED)
    found = antipodal.judge([[1, 0]], [0, "1/8"], law, target="absolute", starts=8, seconds=20)
    assert found.exact == sympy.Rational(13, 64)
    assert found.loss == pytest.approx(13 / 64, abs=1e-12)
    assert found.least_from == "search"
    assert found.gap == pytest.approx(13 / 64 - 3 / 16, abs=1e-9)
    assert found.feature_losses == pytest.approx([1 / 12, 23 / 192], abs=1e-12)
    assert found.target == "absolute"


@each_output
@pytest.mark.slow
def test_judge_where_nothing_is_negative(output: str) -> None:
    """As certain as of targets x; on [−1, 1] a linear output is searched, and comes to Var |x| = 5/48."""
    kind: dict[str, Any] = {"output": output, "seconds": 20}
    plain, same = (antipodal.judge([[1, -1]], [0, 0], "1/2", target=target, **kind) for target in population.TARGETS)
    assert (plain.least, plain.exact, plain.least_from) == (same.least, same.exact, same.least_from)
    assert same.least_from == "certified"
    if output == "linear":
        law = Independent("1/2", magnitude=SIGNED)
        signed = antipodal.judge([[1]], [0], law, target="absolute", starts=2, **kind)
        assert signed.least_from == "search"
        assert signed.least == pytest.approx(5 / 48, abs=1e-12)


ROUTES = ["exact_loss", "enclose_loss", "loss", "value_and_gradient", "hessian", "minimise_loss", "judge"]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("target", ["Absolute", None, 1])
def test_another_target_is_refused(route: str, target: Any) -> None:
    arguments = (2, 1) if route == "minimise_loss" else ([[1, -1]], [0, 0])
    with pytest.raises(ValueError, match="target must be one of identity, absolute, got"):
        getattr(antipodal, route)(*arguments, sparsity="1/2", target=target)
