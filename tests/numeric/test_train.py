"""Training: reproducible, independent of sharding, and right where the optimum is known."""

import math
from dataclasses import replace
from typing import Any

import pytest
import torch

from numeric.model import initial_weights
from numeric.quadrature import expected_loss_quadrature
from numeric.train import TrainConfig, train

SMALL = TrainConfig(
    n_features=2,
    n_hidden=1,
    seeds=(3, 4, 5, 6),
    sparsity=(0.0, 0.5, (0.9, 0.1), 0.99),
    importance=(1.0, (1.0, 2.0), 0.5, 1.0),
    steps=20,
    batch_size=16,
    shard=2,
)


def test_same_settings_same_numbers() -> None:
    first, second, other = train(SMALL), train(SMALL), train(replace(SMALL, data_seed=1))
    assert first.b is not None
    assert second.b is not None
    assert torch.equal(first.W, second.W)
    assert torch.equal(first.b, second.b)
    assert torch.equal(first.loss, second.loss)
    assert not torch.equal(first.W, other.W)
    assert first.W.shape == (4, 1, 2)
    assert first.b.shape == (4, 2)
    assert first.loss.shape == (4,)
    assert first.W.dtype == first.b.dtype == first.loss.dtype == torch.float64


def test_a_shard_depends_on_its_own_models_only() -> None:
    last = replace(SMALL, seeds=SMALL.seeds[2:], sparsity=SMALL.sparsity[2:], importance=SMALL.importance_rows[2:])
    assert torch.equal(train(SMALL).W[2:], train(last).W)


def test_shards_that_differ_in_settings_alone_see_different_samples() -> None:
    """Weights that do not move have a loss proportional to importance on the same samples: here they have not."""
    alike = replace(SMALL, seeds=(1, 2, 1, 2), sparsity=(0.5,) * 4, importance=(1.0, 1.0, 2.0, 2.0), steps=1)
    loss = train(replace(alike, learning_rate=1e-30, final_learning_rate=1e-30)).loss
    assert (2 * loss[:2] != loss[2:]).all()
    same = train(replace(alike, learning_rate=1e-30, final_learning_rate=1e-30, importance=(1.0,) * 4)).loss
    assert torch.equal(same[:2], same[2:])


@pytest.mark.parametrize("shard", [1, 3, 100])
def test_training_starts_from_each_models_own_weights(shard: int) -> None:
    """At a rate of 1e-30 nothing moves: what comes out is what went in, rounded to float32."""
    config = replace(SMALL, shard=shard, steps=1, learning_rate=1e-30, final_learning_rate=1e-30)
    assert torch.equal(train(config).W, initial_weights(2, 1, SMALL.seeds).float().double())


def test_a_model_with_room_for_every_feature_becomes_the_identity() -> None:
    """With m = n, WᵀW = 1 has loss 0 for every sample: there the gradient is 0 without noise, and Adam goes all
    the way to float32 rounding. 1e-10 is a residual of 1e-5 per entry, 100 roundings.
    """
    config = TrainConfig(
        n_features=2,
        n_hidden=2,
        seeds=tuple(range(8)),
        sparsity=(0.5,) * 8,
        bias=False,
        steps=1500,
        batch_size=64,
    )
    training = train(config)
    G = training.W.mT @ training.W
    best = int(training.loss.argmin())
    assert training.loss[best] < 1e-10
    assert (G[best] - torch.eye(2)).abs().max() < 1e-4


def test_known_optimum_with_noise() -> None:
    """Dense data, n = 2, m = 1: the principal direction (1, 1)/√2, with K = E (x₁ - x₂)²/2 = 1/12.

    Gradient noise averaged over N samples leaves a mean gap tr(Σ H⁻¹)/2N; here tr(Σ H⁻¹) is below 1 (residuals
    of 0.3 on inputs of 0.6, curvature above 1/2), and the decade of rates in which the weights come to rest is
    100 steps, N = 50,000: 1e-5. The bound on the mean gap of the models is ten times that.
    """
    seeds = tuple(range(8))
    config = TrainConfig(
        n_features=2, n_hidden=1, seeds=seeds, sparsity=(0.0,) * 8, bias=False, steps=500, batch_size=512
    )
    training = train(config)
    assert training.b is None
    assert training.diverged == ()
    losses = [expected_loss_quadrature(W.numpy(), None, 0).value for W in training.W]
    assert min(losses) >= 1 / 12 * (1 - 1e-13)
    aligned = [loss - 1 / 12 for loss, W in zip(losses, training.W, strict=True) if W.prod() > 0]
    assert aligned
    assert sum(aligned) / len(aligned) < 1e-4


def test_penalty_forbids_interference() -> None:
    """At a minimum 4λ w₁²w₂ = -∂K/∂w₂. With λ = 100, |∂K| < 1 and w₁ the weight near 1, |w₁w₂| < 1/400; the bound
    leaves room for noise. Without the penalty both features are stored, at |w₁w₂| near 1.
    """
    config = TrainConfig(
        n_features=2, n_hidden=1, seeds=(0, 1, 2), sparsity=(0.9,) * 3, bias=False, penalty=100.0, steps=800
    )
    W = train(config).W
    assert (W.prod(dim=2).abs() < 0.01).all()
    free = train(replace(config, penalty=0.0)).W
    assert (free.prod(dim=2).abs() > 0.5).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_reported_loss(dtype: str) -> None:
    """The loss of a batch of B is the expected loss to 5·sd/√B (false alarm 6e-7 each). One sample's loss is at
    most L = Σ_i I_i max(1, f_i)² with f at its largest, so that the variance is at most L·K.
    """
    batch = 40_000
    config = replace(SMALL, steps=3, batch_size=batch, dtype=dtype)
    training = train(config)
    assert training.b is not None
    for k, (W, b) in enumerate(zip(training.W, training.b, strict=True)):
        importance = SMALL.importance_rows[k]
        exact = expected_loss_quadrature(W.numpy(), b.numpy(), SMALL.sparsity[k], importance).value
        largest = (torch.tensor(importance) * (b + (W.T @ W).clamp_min(0).sum(dim=1)).clamp_min(1) ** 2).sum()
        assert abs(training.loss[k].item() - exact) < 5 * math.sqrt(largest.item() * exact / batch)
    model = training.model()
    assert torch.equal(model.W, training.W)
    assert model.b is not None
    assert torch.equal(model.b, training.b)


def test_divergence_is_named_and_contained() -> None:
    """An importance beyond float32 makes gradients infinite; the shard's other models go on."""
    training = train(replace(SMALL, importance=(1.0, 1e300, 1.0, (1.0, 1e300))))
    assert training.diverged == (1, 3)
    assert training.W[[0, 2]].isfinite().all()
    assert training.loss[[0, 2]].isfinite().all()


def test_no_data_at_all() -> None:
    """At s = 1 the loss is Σ ReLU(b)², 0 from the start: nothing moves."""
    training = train(replace(SMALL, sparsity=(1.0,) * 4))
    assert (training.loss == 0).all()
    assert torch.equal(training.W, initial_weights(2, 1, SMALL.seeds).float().double())


def test_progress() -> None:
    seen: list[tuple[int, int]] = []
    train(replace(SMALL, steps=250), progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (500, 500)
    assert {total for _, total in seen} == {500}
    assert 100 <= len(seen) <= 400


def test_an_interrupt_comes_through() -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(SMALL, progress=interrupt)


def test_rate() -> None:
    config = replace(SMALL, steps=5, learning_rate=0.1, final_learning_rate=1e-5)
    assert [config.rate(step) for step in range(5)] == pytest.approx([1e-1, 1e-2, 1e-3, 1e-4, 1e-5])
    assert replace(SMALL, steps=1).rate(0) == SMALL.learning_rate


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_features": 0}, "n_features must be a whole number of at least 1, got 0"),
        ({"n_hidden": 0}, "n_hidden must be a whole number of at least 1, got 0"),
        ({"steps": 0}, "steps must be a whole number of at least 1, got 0"),
        ({"steps": 10.5}, "steps must be a whole number of at least 1, got 10.5"),
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1, got 0"),
        ({"shard": 0}, "shard must be a whole number of at least 1, got 0"),
        ({"seeds": ()}, r"seeds must name at least one model, got \(\)"),
        ({"seeds": (1, 2, 3, -4)}, r"seeds must be whole numbers in \[0, 2\^63\), got -4"),
        ({"data_seed": 1.5}, r"seeds must be whole numbers in \[0, 2\^63\), got 1.5"),
        ({"sparsity": (0.5,)}, "sparsity must have one entry per seed, 4, got 1"),
        ({"sparsity": (0.5, 0.5, 0.5, 1.2)}, r"sparsity must lie in \[0, 1\], got 1.2"),
        ({"sparsity": (0.5, 0.5, 0.5, math.nan)}, r"sparsity must lie in \[0, 1\], got nan"),
        ({"sparsity": (0.5, 0.5, 0.5, (0.1, 0.2, 0.3))}, "sparsity must be one number or 2 numbers"),
        ({"importance": (1.0,) * 5}, "importance must have one entry per seed, 4, got 5"),
        ({"importance": ()}, "importance must have one entry per seed, 4, got 0"),
        ({"importance": (1.0, 1.0, 1.0, (1.0, -2.0))}, "importance must be finite and at least 0, got -2.0"),
        ({"importance": (1.0, 1.0, 1.0, math.nan)}, "importance must be finite and at least 0, got nan"),
        ({"learning_rate": 0.0}, "learning_rate must be positive and finite, got 0.0"),
        ({"learning_rate": math.nan}, "learning_rate must be positive and finite, got nan"),
        ({"final_learning_rate": -1.0}, "final_learning_rate must be positive and finite, got -1.0"),
        ({"penalty": -1.0}, "penalty must be finite and at least 0, got -1.0"),
        ({"dtype": "float16"}, "dtype must be one of float32, float64, got 'float16'"),
        ({"device": "abacus"}, "device must be 'cpu' or 'cuda', got 'abacus'"),
        ({"device": "meta"}, "device must be 'cpu' or 'cuda', got 'meta'"),
    ],
)
def test_bad_input(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


@pytest.mark.skipif(torch.cuda.is_available(), reason="a CUDA device is present")
def test_cuda_asked_for_and_absent() -> None:
    with pytest.raises(ValueError, match="device 'cuda' was asked for but torch sees no CUDA device"):
        replace(SMALL, device="cuda")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda() -> None:
    config = replace(SMALL, device="cuda")
    assert torch.equal(train(config).W, train(config).W)
    assert train(config).W.device.type == "cpu"
