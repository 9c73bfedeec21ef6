"""Untied models and linear outputs without sampling: against the exact route, differences, autograd, samples and each other."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from exact_rows import Row

import analytic.law
import numeric.law
from analytic.loss import least_linear_loss, loss_of_floats
from numeric.minimise import minimise_loss
from numeric.model import LINEAR, Family, Parameters, forward
from numeric.population import (
    UntiedGradient,
    expected_loss,
    feature_losses,
    few_features,
    hessian,
    small,
    value_and_gradient,
)
from numeric.population.factors import Form, Rows
from numeric.population.row_values import row_curvature, row_values
from numeric.train import SAMPLES, TrainConfig, judge, sampled_loss, train

UNTIED = Family(tied=False)
PAIRS, TRIPLES = [(0, 3), (1, 2), (4, 5)], [(0, 3, 5), (1, 2, 4)]
LAWS: dict[str, tuple[int, Any, Any, Any]] = {
    "few": (3, analytic.law.Independent(Fraction(0.9)), 0.9, None),
    "eight": (8, analytic.law.Independent("1/2"), 0.5, None),
    "on together": (6, analytic.law.Correlated(PAIRS, "1/2"), None, numeric.law.Correlated(PAIRS, 0.5)),
    "one of a group": (6, analytic.law.Anticorrelated(TRIPLES, "1/4"), None, numeric.law.Anticorrelated(TRIPLES, 0.25)),
    "one": (14, analytic.law.OneHot(), None, numeric.law.OneHot()),
}
Given = tuple[dict[str, Any], dict[str, Any], analytic.law.Law]


def model(name: str, output: str, seed: int = 0) -> Given:
    """W, W_out and b, and the settings, of a random model with negative entries on the diagonal of W_out W."""
    n, exact, sparsity, law = LAWS[name]
    random = np.random.default_rng(seed)
    weights = {"W": random.normal(size=(2, n)), "W_out": random.normal(size=(n, 2)), "b": 0.3 * random.normal(size=n)}
    assert (np.diag(weights["W_out"] @ weights["W"]) < 0).any()
    settings = {"sparsity": sparsity, "importance": random.uniform(0.5, 2, n), "law": law, "output": output}
    return weights, settings, exact


@pytest.mark.parametrize("output", ["relu", "linear"])
@pytest.mark.parametrize("name", LAWS)
@pytest.mark.slow
def test_the_loss_is_the_exact_one(name: str, output: str) -> None:
    """As promised within 1e-10 of K + Σ I E x²; the sum of the features' losses, too."""
    weights, settings, law = model(name, output)
    weight = [Fraction(float(one)) for one in settings["importance"]]
    exact = loss_of_floats(weights["W"], weights["b"], law, weight, W_out=weights["W_out"], output=output)
    found = expected_loss(**weights, **settings)
    assert found == pytest.approx(float(exact), rel=2e-10)
    importance = settings.pop("importance")
    assert feature_losses(**weights, **settings) @ importance == pytest.approx(found, rel=2e-10)


@pytest.mark.parametrize("output", ["relu", "linear"])
@pytest.mark.parametrize("name", LAWS)
def test_derivatives(name: str, output: str) -> None:
    """The gradient is that of autograd; its differences along a direction are the Hessian's, to (1e-5)² of third derivatives
    and rounding over 1e-5."""
    weights, settings, _ = model(name, output)
    tensors = {part: torch.from_numpy(value).requires_grad_() for part, value in weights.items()}
    slopes = torch.autograd.grad(expected_loss(**tensors, **settings), list(tensors.values()))
    found = value_and_gradient(**weights, **settings)
    assert isinstance(found, UntiedGradient)
    for part, slope in zip(tensors, slopes, strict=True):
        np.testing.assert_allclose(getattr(found, part), slope.numpy(), atol=1e-13)
    random = np.random.default_rng(1)
    along, h = {part: random.normal(size=value.shape) for part, value in weights.items()}, 1e-5
    up, down = (value_and_gradient(**{p: v + s * along[p] for p, v in weights.items()}, **settings) for s in (h, -h))
    slope = sum((getattr(found, part) * along[part]).sum() for part in weights)
    assert (up.value - down.value) / (2 * h) == pytest.approx(slope, abs=1e-7)
    difference, direction = (np.concatenate([of(part).ravel() for part in ("W", "W_out", "b")]) for of in (
        lambda part: (getattr(up, part) - getattr(down, part)) / (2 * h), along.__getitem__,
    ))  # fmt: skip
    H = hessian(**weights, **settings)
    np.testing.assert_allclose(H @ direction, difference, atol=1e-6)
    np.testing.assert_allclose(H, H.T, atol=1e-13)


@pytest.mark.parametrize("output", ["relu", "linear"])
def test_tied_weights_are_a_special_case(output: str) -> None:
    """W_out = Wᵀ: the same K; ∂K/∂W of the tied model is the sum of both gradients, one of them turned; its Hessian likewise."""
    weights, settings, _ = model("few", output)
    W, b, turned = weights["W"], weights["b"], weights["W"].T
    tied = value_and_gradient(W, b, **settings)
    both = value_and_gradient(W, b, W_out=turned, **settings)
    assert both.value == pytest.approx(tied.value, rel=1e-14)
    np.testing.assert_allclose(both.W + both.W_out.T, tied.W, atol=1e-13)
    np.testing.assert_allclose(both.b, tied.b, atol=1e-14)
    m, n = W.shape
    J = np.zeros((2 * m * n + n, m * n + n))  # of (W, Wᵀ, b) by (W, b)
    J[: m * n, : m * n], J[2 * m * n :, m * n :] = np.eye(m * n), np.eye(n)
    J[m * n + np.arange(m * n), np.arange(m * n).reshape(m, n).T.ravel()] = 1
    np.testing.assert_allclose(J.T @ hessian(W, b, W_out=turned, **settings) @ J, hessian(W, b, **settings), atol=1e-13)


def test_gauge_and_permutation() -> None:
    """EW and W_out E⁻¹ are the same model, and the derivative along that orbit is 0."""
    weights, settings, _ = model("few", "relu")
    W, V, b = (weights[part] for part in ("W", "W_out", "b"))
    E = np.array([[2.0, 1.0], [-0.5, 3.0]])
    loss = expected_loss(W, b, W_out=V, **settings)
    assert expected_loss(E @ W, b, W_out=V @ np.linalg.inv(E), **settings) == pytest.approx(loss, rel=1e-13)
    slopes = value_and_gradient(W, b, W_out=V, **settings)
    assert (slopes.W * (E @ W)).sum() - (slopes.W_out * (V @ E)).sum() == pytest.approx(0, abs=1e-13)
    order = [2, 0, 1]
    settings["importance"] = settings["importance"][order]
    assert expected_loss(W[:, order], b[order], W_out=V[order], **settings) == pytest.approx(loss, rel=1e-13)


def test_stacks_and_tensors() -> None:
    """A stack is its models; a tensor gives a tensor; tall weights draw no hint beside W_out."""
    random = np.random.default_rng(3)
    W, V, b = random.normal(size=(4, 3, 2)), random.normal(size=(4, 2, 3)), random.normal(size=(4, 2))
    found = expected_loss(W, b, 0.5, W_out=V)
    assert [expected_loss(W[k], b[k], 0.5, W_out=V[k]) for k in range(4)] == pytest.approx(found, rel=1e-14)
    assert isinstance(expected_loss(W, b, 0.5, W_out=torch.from_numpy(V)), torch.Tensor)


@pytest.mark.parametrize("route", ["faces", "lines"])
@pytest.mark.slow
def test_rows_whose_own_entry_is_negative(route: str) -> None:
    """As no row of WᵀW is: value, gradient and Hessian within what routes promise, of the exact row."""
    cpu, checked = torch.device("cpu"), 0
    for seed in range(8):
        random = np.random.default_rng(seed)
        n = 2 + seed % 3
        g, b, p = random.normal(size=(1, n)), 0.5 * random.normal(size=1), random.uniform(0.05, 1, size=(1, n))
        own = np.array([seed % n])
        g[0, own] = -np.abs(g[0, own])
        row = Row.of(g[0], b[0], own[0], p[0])
        if route == "lines":
            rows = Rows.of(g, b, own, p, 1 - p, Form(np.arange(n + 1), True))
            value, dg, db = row_values(rows, p, np.array([1e-11]), True, cpu)
            H = row_curvature(rows, p, np.array([1e-11]))
        else:
            table, law = small.support_table(p), np.array([0])
            value, dg, db = small.rows_by_faces(g, b, own, table, law)
            H = small.hessians_by_faces(g, b, own, table, law)
            plain = small._in_torch(g, b, own, table, law, cpu)
            np.testing.assert_allclose(plain.value, value, atol=1e-13)
        assert value[0] == pytest.approx(float(row.value), abs=1e-11)
        np.testing.assert_allclose(np.append(dg[0], db[0]), row.gradient(), atol=1e-8)
        np.testing.assert_allclose(H[0], row.hessian(), atol=1e-5)
        np.testing.assert_allclose(few_features.hessians(g, b, own, p, np.array([0]), 1e-12)[0], H[0], atol=1e-5)
        checked += row.has_kink is False
    assert checked == 8


# --- training and judging


@pytest.mark.parametrize("family", [UNTIED, LINEAR, Family(output="linear", tied=False)], ids=str)
def test_judged_without_sampling_is_the_mean_of_samples(family: Family) -> None:
    """The sampler's own mean of 2^17 samples has a standard error measured on it; 5 of them, wrong once in 10^6 runs."""
    config = TrainConfig(n_features=3, n_hidden=2, seeds=(0, 1), sparsity=(0.5, 0.8), family=family, steps=20)
    trained = train(config)
    judged = judge(config, trained.W, trained.V, trained.b)
    assert not judged.sampled
    few = torch.stack([sampled_loss(config, trained.W, trained.V, trained.b, SAMPLES)])
    x = torch.rand(2, 2000, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x = x * (torch.rand(x.shape, generator=torch.Generator().manual_seed(1)) < torch.tensor([0.5, 0.2])[:, None, None])
    errors = (x - forward(family, Parameters(trained.W, trained.V, trained.b), x)).square().sum(2)
    allowed = 5 * errors.std(1) / SAMPLES**0.5
    assert ((few[0] - judged.loss).abs() <= allowed).all()


@pytest.mark.parametrize("family", [UNTIED, Family(output="linear", tied=False), LINEAR], ids=str)
def test_training_without_sampling_takes_the_gradient_of_the_loss(family: Family) -> None:
    """One step of plain descent of size h moves each parameter by -h ∂K."""
    from numeric.train import SGD, Constant

    config = TrainConfig(
        n_features=3, n_hidden=2, seeds=(5,), sparsity=(0.7,), family=family, steps=1, dtype="float64",
        optimiser=SGD(), schedule=Constant(), learning_rate=1e-3,
    )  # fmt: skip
    start = family.split(family.initial(3, 2, (5,), True), 1, 3, 2)
    slopes = value_and_gradient(start.W, start.b, 0.7, W_out=start.V, output=family.output)
    trained = train(config, exact=True)
    np.testing.assert_allclose(trained.W, start.W - 1e-3 * slopes.W, atol=1e-15)
    np.testing.assert_allclose(trained.b, -1e-3 * slopes.b, atol=1e-15)
    if isinstance(slopes, UntiedGradient):
        np.testing.assert_allclose(trained.V, start.V - 1e-3 * slopes.W_out, atol=1e-15)


# --- minima


def test_the_least_untied_pair() -> None:
    """Below the tied 13/160; balanced, and with as many zero modes as changes of basis."""
    found = minimise_loss(2, 1, 0.5, bias=False, tied=False, starts=8).minima[0]
    assert found.value < 13 / 160
    assert found.W_out is not None
    assert (found.W @ found.W.T).item() == pytest.approx((found.W_out.T @ found.W_out).item(), rel=1e-12)
    assert (found.zero_modes, found.rotations) == (1, 1)
    exact = loss_of_floats(found.W, [0.0, 0.0], analytic.law.Independent("1/2"), W_out=found.W_out)
    assert found.value == pytest.approx(float(exact), abs=1e-14)


@pytest.mark.slow
def test_untied_is_below_tied_where_both_converge() -> None:
    tied, untied = (minimise_loss(5, 2, 0.6, tied=kind, starts=8) for kind in (True, False))
    assert untied.converged
    assert untied.minima[0].rotations == untied.minima[0].zero_modes == 4
    assert untied.value < tied.value - 1e-3


@pytest.mark.parametrize("tied", [True, False])
def test_the_least_of_a_linear_output_is_the_closed_form(tied: bool) -> None:
    law, rule = numeric.law.Anticorrelated(TRIPLES, 0.25), analytic.law.Anticorrelated(TRIPLES, "1/4")
    found = minimise_loss(6, 2, law=law, tied=tied, output="linear", starts=4)
    assert found.value == pytest.approx(float(least_linear_loss(6, 2, rule)), abs=1e-14)
    assert (found.minima[0].kinks, found.minima[0].jumps) == ((), ())


def test_importances_make_untied_linear_models_better() -> None:
    """Where covariance and importances do not commute, the best A is no symmetric matrix."""
    law, rule = numeric.law.Correlated([(0, 1)], 0.5), analytic.law.Correlated([(0, 1)], "1/2")
    tied, untied = (
        minimise_loss(2, 1, law=law, importance=[1, 0.25], tied=kind, output="linear", starts=4).value
        for kind in (True, False)
    )
    least = float(least_linear_loss(2, 1, rule, [1, "1/4"]))
    assert untied == pytest.approx(least, abs=1e-14)
    assert tied > least + 1e-4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"penalty": 0.5}, "penalty must be 0 where tied is False"),
        ({"fixed": (None, None)}, "fixed must be None where tied is False"),
        ({"output": "gelu"}, "output must be one of relu, linear"),
        ({"tied": 1}, "tied must be"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        minimise_loss(2, 1, 0.5, **{"tied": False, **changes})


def test_shapes_of_W_out() -> None:
    with pytest.raises(ValueError, match=r"W_out must have shape \(3, 2\) to match W, got \(2, 3\)"):
        expected_loss(np.ones((2, 3)), None, 0.5, W_out=np.ones((2, 3)))
