"""Training on the loss without sampling: its gradient is autograd's of that loss, and its runs are runs like others."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from numeric.law import Anticorrelated, Correlated, OneHot, Tree
from numeric.minimise import minimise_loss
from numeric.model import HIDDEN_RELU, RELU_OUTPUT, initial_weights
from numeric.population import expected_loss
from numeric.sample import Points
from numeric.train import Recording, TrainConfig, train
from numeric.train.exact_gradient import ExactGradient
from numeric.train.recording import every, population_loss
from numeric.train.run import Run

SMALL = TrainConfig(
    n_features=3,
    n_hidden=2,
    seeds=(1, 2, 3, 4),
    sparsity=(0.0, 0.9, 0.5, (0.95, 0.5, 0.0)),
    importance=(1.0, (1.0, 0.5, 0.25), 2.0, 1.0),
    steps=60,
    learning_rate=(0.1, 0.05, 0.1, 0.02),
)
LAWS: list[dict[str, Any]] = [
    {},
    {"penalty": 0.3, "bias": False},
    {"sparsity": None, "law": OneHot()},
    {"sparsity": None, "law": tuple(Correlated(((0, 1), (2,)), s) for s in (0.5, 0.9, 0.5, 0.7))},
    {"sparsity": None, "law": Anticorrelated(((0, 2), (1,)), 0.25), "penalty": 0.1},
    {"sparsity": None, "law": Correlated([[0, 1], [2]], [0.5, 0.9])},
    {"sparsity": None, "law": Tree([(0, 1)], [0.5, 0.25, 0.5])},
]


def summed_loss(config: TrainConfig, W: Tensor, b: Tensor | None) -> Tensor:
    """Σ K, model by model, and the penalties."""
    total = W.new_zeros(())
    for k, law in enumerate(config.laws):
        sparsity = None if config.sparsity is None else config.sparsities[k]
        bias = None if b is None else b[k]
        G = W[k].mT @ W[k]
        total = total + expected_loss(W[k], bias, sparsity, config.importances[k], law=law)  # type: ignore[arg-type]
        total = total + config.penalty * (G - torch.diag(G.diagonal())).square().sum()
    return total


@pytest.mark.parametrize("change", LAWS)
def test_the_gradient_is_that_of_the_expected_loss(change: dict[str, Any]) -> None:
    config = replace(SMALL, **change)
    generator = torch.Generator().manual_seed(0)
    flat = torch.randn(4 * RELU_OUTPUT.size(3, 2, config.bias), dtype=torch.float64, generator=generator)
    slope = torch.full_like(flat, torch.nan)
    at, into = (RELU_OUTPUT.split(part, 4, 3, 2) for part in (flat, slope))
    ExactGradient(config)(at, into)
    parts = [part.clone().requires_grad_() for part in (at.W, at.b) if part is not None]
    wanted = torch.autograd.grad(summed_loss(config, parts[0], parts[1] if config.bias else None), parts)
    # Both routes promise 1e-12 and better for three features; entries are of order 10.
    for found, part in zip([part for part in (into.W, into.b) if part is not None], wanted, strict=True):
        assert (found - part).abs().max() < 1e-10


@pytest.mark.slow
def test_it_ends_at_a_minimum() -> None:
    """Where sampled training stops at its noise: three features in two dimensions, within 1e-9 of a minimum, best of four."""
    config = TrainConfig(
        n_features=3, n_hidden=2, seeds=tuple(range(4)), sparsity=(0.9,) * 4, steps=1000, dtype="float64"
    )
    best = minimise_loss(3, 2, 0.9, starts=16, seed=1).value
    assert -1e-12 < train(config, exact=True).judge().loss.min() - best < 1e-9


def test_recorded_losses_fall_without_noise() -> None:
    """At a small rate every step goes downhill: the loss without sampling, recorded at each."""
    config = replace(SMALL, learning_rate=1e-3, dtype="float64", steps=20)
    recording = Recording(at=every(1, 20), take={"loss": population_loss})
    losses = train(config, exact=True, record=recording).records["loss"]
    assert losses.shape == (21, 4)
    assert (np.diff(losses, axis=0) < 0).all()


def test_batches_play_no_part() -> None:
    first = train(SMALL, exact=True)
    second = train(replace(SMALL, batch_size=16, data_seed=5), exact=True)
    assert torch.equal(first.W, second.W)
    assert not torch.equal(first.W, train(SMALL).W)


def test_no_data_at_all() -> None:
    """At s = 1 the loss is Σ ReLU(b)², 0 from the start: nothing moves."""
    trained = train(replace(SMALL, sparsity=(1.0,) * 4), exact=True)
    assert torch.equal(trained.W, initial_weights(3, 2, SMALL.seeds).float().double())


@pytest.mark.parametrize("change", LAWS[:4])
@pytest.mark.slow
def test_stopped_and_resumed(change: dict[str, Any], tmp_path: Path) -> None:
    """A fresh run from the file after every advance; a sampled run's file is not an exact one's."""
    config, path = replace(SMALL, steps=20, **change), tmp_path / "run.npz"
    recording = Recording(at=every(7, 20), take={"loss": population_loss})
    while not (run := Run(config, recording, path, exact=True)).done:
        run.advance()
        run.save()
    stopped = train(config, exact=True, record=recording, checkpoint=path)
    whole = train(config, exact=True, record=recording)
    assert torch.equal(stopped.W, whole.W)
    assert np.array_equal(stopped.records["loss"], whole.records["loss"])
    with pytest.raises(ValueError, match="belongs to a run with other settings"):
        train(config, record=recording, checkpoint=path)


def test_a_lost_model_is_contained() -> None:
    config = replace(SMALL, importance=(1.0, 1e200, 1.0, 1.0))
    training = train(config, exact=True)
    assert training.diverged == (1,)
    others = [0, 2, 3]
    assert torch.equal(training.W[others], train(config.of(others), exact=True).W)


@pytest.mark.parametrize(
    "change",
    [
        {"family": HIDDEN_RELU},
        {"signed": True},
        {"adversary": 0.1},
        {"sparsity": None, "law": Points(np.eye(3))},
    ],
)
def test_what_it_cannot_do_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(
        ValueError, match=r"exact=True trains on the loss of ReLU\(WᵀWx \+ b\), tied or not, or of a linear output"
    ):
        train(replace(SMALL, **change), exact=True)
