"""Judges, held to the exact loss where there is one and to each other elsewhere."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from analytic import law as exact
from analytic.loss import expected_loss as exact_loss
from numeric import law
from numeric.model import ABSOLUTE, HIDDEN_RELU, LINEAR, Family, Parameters, forward
from numeric.sample import Points
from numeric.train import SAMPLES, TrainConfig, best_of_seeds, judge, population_loss, sampled_loss

GROUPS = ((0, 2), (1,))
W = torch.tensor([[[1.0, -0.5, 0.25], [0.0, 0.75, -1.0]], [[0.5, 0.5, 0.5], [1.0, -1.0, 0.0]]], dtype=torch.float64)
B = torch.tensor([[0.0, -0.125, 0.25], [0.5, 0.0, -0.25]], dtype=torch.float64)
LAWS: list[tuple[dict[str, Any], list[exact.Law]]] = [
    ({"sparsity": (0.5, (0.25, 0.75, 0.0))}, [exact.Independent("1/2"), exact.Independent(("1/4", "3/4", "0"))]),
    ({"law": law.OneHot()}, [exact.OneHot()] * 2),
    (
        {"law": (law.Correlated(GROUPS, 0.5), law.Correlated(GROUPS, 0.25))},
        [exact.Correlated(GROUPS, "1/2"), exact.Correlated(GROUPS, "1/4")],
    ),
    ({"law": law.Anticorrelated(GROUPS, 0.5)}, [exact.Anticorrelated(GROUPS, "1/2")] * 2),
]


def config(**changes: Any) -> TrainConfig:
    base: dict[str, Any] = {"n_features": 3, "n_hidden": 2, "seeds": (0, 1), "importance": (1.0, (1.0, 0.5, 2.0))}
    return TrainConfig(**base | changes)


def exactly(laws: list[exact.Law]) -> list[float]:
    importance = ([1, 1, 1], [1, Fraction(1, 2), 2])
    return [
        float(
            exact_loss(
                [[Fraction(x) for x in row] for row in W[k].tolist()],
                [Fraction(x) for x in B[k].tolist()],
                laws[k],
                importance[k],
            )
        )
        for k in range(2)
    ]


@pytest.mark.parametrize(("data", "laws"), LAWS)
def test_population_loss_is_the_exact_one(data: dict[str, Any], laws: list[exact.Law]) -> None:
    """To the 1e-10 that the route promises."""
    judged = judge(config(**data), W, None, B)
    assert not judged.sampled
    assert judged.loss.tolist() == pytest.approx(exactly(laws), rel=1e-10)


@pytest.mark.parametrize(("data", "laws"), LAWS)
def test_sampled_loss(data: dict[str, Any], laws: list[exact.Law]) -> None:
    """A sample's loss is at most L = Σ_i I_i max(1, f_i)², so that the variance is at most L·K; six standard deviations, a
    false alarm of 2e-9 for each of eight. The same at every call.
    """
    settings = config(**data)
    found = sampled_loss(settings, W, None, B)
    assert torch.equal(found, sampled_loss(settings, W, None, B))
    importance = torch.tensor([[1.0, 1, 1], [1, 0.5, 2]], dtype=torch.float64)
    largest = (importance * (B + (W.mT @ W).clamp_min(0).sum(dim=2)).clamp_min(1) ** 2).sum(dim=1)
    for k, exact_value in enumerate(exactly(laws)):
        assert abs(found[k].item() - exact_value) < 6 * math.sqrt(largest[k].item() * exact_value / SAMPLES)


def test_models_under_one_law_are_judged_on_one_sample() -> None:
    settings = config(sparsity=(0.5, 0.5), importance=None, signed=True)
    found = sampled_loss(settings, W[[0, 0]], None, B[[0, 0]])
    assert found[0] == found[1]
    rates = replace(settings, learning_rate=(0.1, 0.2))
    assert torch.equal(sampled_loss(rates, W[[0, 0]], None, B[[0, 0]]), found)
    other = sampled_loss(replace(settings, sparsity=(0.5, 0.6)), W[[0, 0]], None, B[[0, 0]])
    assert other[0] == found[0]
    assert other[0] != other[1]


def test_absolute_value_circuit() -> None:
    """The exact circuit loses nothing; b = 1 on top of it loses Σ E 1 = 2."""
    inner = torch.tensor([[[1.0, 0], [-1, 0], [0, 1], [0, -1]]] * 2)
    settings = TrainConfig(n_features=2, n_hidden=4, seeds=(0, 1), sparsity=(0.5, 0.5), family=ABSOLUTE, signed=True)
    judged = judge(settings, inner, inner.abs().mT, torch.tensor([[0.0, 0.0], [1.0, 1.0]]))
    assert judged.sampled
    assert judged.loss.tolist() == pytest.approx([0, 2], abs=1e-12)


@pytest.mark.parametrize("family", [LINEAR, HIDDEN_RELU, Family(output="solu")])
def test_other_families_on_points(family: Family) -> None:
    """The mean over all points is exact."""
    points = torch.rand(7, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    settings = config(law=Points(points.numpy()), family=family)
    judged = judge(settings, W, None, B)
    x = points.expand(2, -1, -1)
    squares = (x - forward(family, Parameters(W, None, B), x)) ** 2
    expected = [squares[0].sum(1).mean().item(), (squares[1] @ torch.tensor([1, 0.5, 2]).double()).mean().item()]
    assert not judged.sampled
    assert judged.loss.tolist() == pytest.approx(expected, rel=1e-12)


def test_no_data() -> None:
    """At s = 1 the loss is Σ I ReLU(b)²."""
    settings = config(sparsity=(1.0, 1.0))
    assert population_loss(settings, W, B).tolist() == [0.0625, 0.25]
    assert population_loss(settings, W, None).tolist() == [0, 0]


def test_diverged_models_are_nan_and_never_the_best() -> None:
    settings = config(sparsity=(0.5, 0.5), importance=None)
    broken = W.clone()
    broken[0, 0, 0] = torch.nan
    loss = judge(settings, broken, None, B).loss
    assert loss.isnan().tolist() == [True, False]
    assert best_of_seeds(settings, loss) == (1,)
    assert best_of_seeds(settings, torch.full((2,), torch.nan)) == ()


def test_best_of_seeds() -> None:
    settings = TrainConfig(
        n_features=3, n_hidden=2, seeds=(1, 2, 1, 2, 3), sparsity=(0.5, 0.9, 0.5, 0.9, (0.5, 0.5, 0.5))
    )
    assert best_of_seeds(settings, torch.tensor([3.0, 5.0, 2.0, 4.0, 2.5], dtype=torch.float64)) == (2, 3)


@pytest.mark.parametrize(
    "changes", [{"family": HIDDEN_RELU}, {"signed": True}, {"sparsity": None, "law": Points(np.ones((2, 3)))}]
)
def test_where_there_is_no_population_loss(changes: dict[str, Any]) -> None:
    settings = config(**{"sparsity": (0.5, 0.5)} | changes)
    with pytest.raises(ValueError, match="the loss without sampling is that of ReLU"):
        population_loss(settings, W, B)


def test_a_model_too_large_for_floats_takes_no_other_along() -> None:
    settings = config(sparsity=(0.5, 0.5), importance=None)
    large = W.clone()
    large[1] *= 1e80
    judged = judge(settings, large, None, B)
    assert not judged.sampled
    assert judged.loss.isnan().tolist() == [False, True]
    assert judged.loss[0] == population_loss(settings, W, B)[0]


def test_independent_features_of_any_sparsities_are_one_call() -> None:
    """A stack mixes sparsities and importances; each model has the loss that it has alone."""
    settings = config(sparsity=(0.25, (0.5, 1.0, 0.75)))
    alone = [population_loss(settings.of([k]), W[[k]], B[[k]]).item() for k in range(2)]
    assert population_loss(settings, W, B).tolist() == pytest.approx(alone, rel=1e-14)
