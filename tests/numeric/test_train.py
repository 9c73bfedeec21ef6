"""Training: reproducible, independent of the stack, and right where the optimum is known."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from numeric.law import Anticorrelated, Correlated, OneHot
from numeric.model import ABSOLUTE, HIDDEN_RELU, LINEAR, Family, UntiedModel, initial_weights
from numeric.population import expected_loss
from numeric.quadrature import expected_loss_quadrature
from numeric.sample import Points
from numeric.train import SGD, Adam, AdamW, Constant, Stepwise, TrainConfig, WarmUp, train

SMALL = TrainConfig(
    n_features=2,
    n_hidden=1,
    seeds=(3, 4, 5, 6),
    sparsity=(0.0, 0.5, (0.9, 0.1), 0.99),
    importance=(1.0, (1.0, 2.0), 0.5, 1.0),
    steps=20,
    batch_size=16,
)
STILL: dict[str, Any] = {"learning_rate": 1e-30, "schedule": Constant(), "steps": 1}


def test_same_settings_same_numbers() -> None:
    first, second, other = train(SMALL), train(SMALL), train(replace(SMALL, data_seed=1))
    assert torch.equal(first.W, second.W)
    assert torch.equal(first.b, second.b)
    assert not torch.equal(first.W, other.W)
    assert first.W.shape == (4, 1, 2)
    assert first.b.shape == (4, 2)
    assert first.W.dtype == first.b.dtype == torch.float64
    assert first.V is None
    assert first.recorded_at == ()
    assert first.records == {}


@given(data=st.data())
def test_a_model_does_not_know_its_stack(data: st.DataObject) -> None:
    """Alone, in a stack, in another order among others: the same bits, whatever the way its batches are drawn. Batches are
    multiples of 16, as the promise says.
    """
    n, m = data.draw(st.sampled_from([(2, 1), (5, 2), (45, 3)]))
    models = data.draw(st.integers(2, 6))

    def each(*choices: Any) -> tuple[Any, ...]:
        return tuple(data.draw(st.lists(st.sampled_from(choices), min_size=models, max_size=models)))

    config = TrainConfig(
        n_features=n,
        n_hidden=m,
        seeds=each(0, 1, 2, 3),
        sparsity=each(0.0, 0.5, 0.9, 0.95, (0.9,) * n),
        # As rows: numbers for as many models as features would be refused.
        importance=each((1.0,) * n, (0.5,) * n, (2.0,) * n),
        learning_rate=each(0.1, 0.01, 0.003),
        bias=data.draw(st.booleans()),
        dtype=data.draw(st.sampled_from(["float32", "float64"])),
        batch_size=data.draw(st.sampled_from([16, 64, 256])),
        steps=3,
    )
    whole = train(config)
    chosen = data.draw(st.lists(st.integers(0, models - 1), min_size=1, max_size=3))
    some = train(config.of(chosen))
    assert torch.equal(some.W, whole.W[chosen])
    assert torch.equal(some.b, whole.b[chosen])


@pytest.mark.parametrize(
    ("n", "data"),
    [
        (3, {"sparsity": ((0.3, 0.5, 0.1),) * 32}),
        (3, {"sparsity": ((0.95, 0.9, 0.97),) * 32}),
        (45, {"sparsity": ((0.95,) * 40 + (0.97,) * 5,) * 32}),
        (3, {"law": OneHot()}),
        (3, {"law": Correlated(((0, 1), (2,)), 0.6)}),
        (3, {"law": Anticorrelated(((0, 2), (1,)), 0.3)}),
    ],
)
@pytest.mark.slow
def test_the_mean_gradient_is_that_of_the_population_loss(n: int, data: dict[str, Any]) -> None:
    """SGD at a rate of 1e-9 does not move: what it has gone, over steps and rate, is the mean gradient of its batches. 32
    models with one seed, and with rates that differ a little, so that their samples do too: their mean is that of Student's
    t with 31 degrees of freedom, beyond 8.5 in one of 10^9. Every way of drawing batches comes to the derivative of the loss
    without sampling, with the importances and the penalty.
    """
    rates = tuple(1e-9 * (1 + k / 1000) for k in range(32))
    importance = tuple(1 + i / n for i in range(n))
    config = TrainConfig(
        n_features=n,
        n_hidden=2,
        seeds=(3,) * 32,
        importance=(importance,) * 32,
        penalty=0.1,
        optimiser=SGD(),
        schedule=Constant(),
        learning_rate=rates,
        steps=40,
        batch_size=256,
        dtype="float64",
        **data,
    )
    start = initial_weights(n, 2, (3,))[0]
    training = train(config)
    slopes = torch.cat([(start - training.W).flatten(1), -training.b], dim=1) / (
        40 * torch.tensor(rates)[:, None].double()
    )
    W, b = start.clone().requires_grad_(True), torch.zeros(n, dtype=torch.float64, requires_grad=True)
    sparsity = None if config.sparsity is None else config.sparsity[0]
    law = None if config.law is None else config.laws[0]
    K = expected_loss(W, b, sparsity, importance, law=law)  # type: ignore[arg-type]
    G = W.T @ W
    (K + 0.1 * ((G - torch.diag(G.diagonal())) ** 2).sum()).backward()
    assert W.grad is not None
    assert b.grad is not None
    exact = torch.cat([W.grad.flatten(), b.grad])
    error = slopes.std(dim=0) / math.sqrt(32)
    t = (slopes.mean(dim=0) - exact) / error
    assert t.abs().max() < 8.5
    assert error.max() < 0.05 * exact.abs().max()


def test_models_that_differ_in_settings_alone_see_different_samples() -> None:
    """And the same settings, seeds and data seed the same ones. SGD's first step is the gradient, which importance scales."""
    config = TrainConfig(
        n_features=2,
        n_hidden=1,
        seeds=(1, 1, 1, 1),
        sparsity=(0.5,) * 4,
        importance=(1.0, 2.0, 1.0, 1.0),
        learning_rate=(1.0, 1.0, 1.0, 0.5),
        optimiser=SGD(),
        steps=1,
        batch_size=16,
    )
    slope = initial_weights(2, 1, (1,)).float() - train(config).W
    assert torch.equal(slope[0], slope[2])
    assert not torch.allclose(slope[1], 2 * slope[0], rtol=1e-3)
    assert not torch.allclose(slope[0], 2 * slope[3], rtol=1e-3)


@pytest.mark.parametrize("family", [Family(), ABSOLUTE])
def test_training_starts_from_each_models_own_weights(family: Family) -> None:
    """At a rate of 1e-30 nothing moves: what comes out is what went in, rounded to float32."""
    training = train(replace(SMALL, family=family, **STILL))
    assert torch.equal(training.W, initial_weights(2, 1, SMALL.seeds).float().double())
    if not family.tied:
        V = UntiedModel(2, 1, SMALL.seeds).V
        assert training.V is not None
        assert torch.equal(training.V, V.double())


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
    loss = training.judge().loss
    best = int(loss.argmin())
    assert training.best() == (best,)
    assert loss[best] < 1e-10
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
    assert not training.b.any()
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


@pytest.mark.parametrize("law", [OneHot(), Correlated(((0, 1), (2,)), 0.5), Anticorrelated(((0, 2), (1,)), 0.5)])
def test_room_for_every_feature_under_every_law(law: Any) -> None:
    """As above: the identity loses nothing whatever the law, and some of eight seeds find it, or another exact map. The loss
    left is that of 100 roundings per entry.
    """
    config = TrainConfig(
        n_features=3, n_hidden=3, seeds=tuple(range(8)), law=law, steps=1200, batch_size=64, learning_rate=0.05
    )
    judged = train(config).judge()
    assert not judged.sampled
    assert judged.loss.min() < 1e-9


@pytest.mark.parametrize(
    ("family", "m", "signed"),
    [(LINEAR, 2, False), (HIDDEN_RELU, 2, False), (ABSOLUTE, 12, True)],
)
@pytest.mark.slow
def test_families_learn_what_they_can_do_exactly(family: Family, m: int, signed: bool) -> None:
    """Two features with room for both: linear WᵀW = 1, hidden ReLU W = 1, absolute value with six units each where two would
    do. A loss of 1e-5 is 3e-5 of that of doing nothing; best of 16 seeds.
    """
    config = TrainConfig(
        n_features=2,
        n_hidden=m,
        seeds=tuple(range(16)),
        sparsity=(0.5,) * 16,
        family=family,
        signed=signed,
        steps=1500,
        batch_size=64,
        learning_rate=0.03,
    )
    training = train(config)
    loss = training.judge().loss
    assert loss.min() < 1e-5
    model = training.model()
    x = torch.rand(16, 10, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    best = int(loss.argmin())
    assert (model(x)[best] - x[best]).abs().max() < 0.01


def test_a_fixed_set_of_points_is_learned_by_heart() -> None:
    """Two points of five features, whole batches: one direction each is enough, and there is no noise. m = 2, T = 2."""
    points = np.array([[1.0, 0, 0.5, 0, 0], [0, 0.25, 0, 0, 1.0]])
    config = TrainConfig(
        n_features=5,
        n_hidden=2,
        seeds=tuple(range(8)),
        law=Points(points, whole=True),
        batch_size=2,
        steps=2000,
        learning_rate=0.05,
    )
    judged = train(config).judge()
    assert not judged.sampled
    assert judged.loss.min() < 1e-8


def test_weight_decay_moves_the_minimum_and_is_off_by_default() -> None:
    """With m = n the identity is exact; under decay every weight is short of it."""
    config = TrainConfig(
        n_features=2, n_hidden=2, seeds=(1, 2, 3), sparsity=(0.0,) * 3, bias=False, steps=1500, batch_size=64
    )
    assert AdamW().decay == 0
    plain = train(replace(config, optimiser=AdamW()))
    assert torch.equal(plain.W, train(replace(config, optimiser=Adam())).W)
    free = plain.W[plain.best()[0]].norm()
    decayed = train(replace(config, optimiser=AdamW(decay=3.0)))
    assert abs(free**2 - 2) < 1e-4
    assert decayed.W[decayed.best()[0]].norm() < 0.99 * free


def test_adversarial_training_costs_loss_and_shrinks_vulnerability() -> None:
    """n = 5 in m = 2 at density 0.1: trained against attacks of length 0.3, the worst loss under them falls, and the loss
    without them rises. Best of five seeds each; the worst loss by one gradient step on one fixed sample.
    """
    config = TrainConfig(
        n_features=5,
        n_hidden=2,
        seeds=tuple(range(5)),
        sparsity=(0.9,) * 5,
        steps=600,
        batch_size=256,
        learning_rate=0.05,
    )
    plain, hardened = train(config), train(replace(config, adversary=0.3))
    clean, hard_clean = plain.judge().loss.min(), hardened.judge().loss.min()
    assert hard_clean > clean
    x = torch.rand(5, 4000, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x = x * (torch.rand(5, 4000, 5, generator=torch.Generator().manual_seed(1)) < 0.1)
    worst = []
    for training in (plain, hardened):
        model, moving = training.model(), x.clone().requires_grad_(True)
        ((x - model(moving)) ** 2).sum().backward()
        assert moving.grad is not None
        norm = moving.grad.norm(dim=2, keepdim=True)
        attacked = x + 0.3 * torch.where(norm > 0, moving.grad / norm, 0.0)
        worst.append(((x - model(attacked)) ** 2).sum(2).mean(1).min().item())
    assert worst[1] < worst[0]


def test_learning_rate_and_schedule() -> None:
    """SGD on x = 0 with b ≠ 0 would need data; on a single point the first steps are the rates times known slopes.

    One feature, one unit, W = w, no bias, x = 1 always: slope 2(w² - 1)·2w, as long as w² > 0.
    """
    config = TrainConfig(
        n_features=1,
        n_hidden=1,
        seeds=(0, 0),
        law=Points([[1.0]], whole=True),
        bias=False,
        optimiser=SGD(),
        learning_rate=(0.01, 0.02),
        schedule=WarmUp(2, Stepwise(0.5, 1)),
        steps=4,
        batch_size=1,
        dtype="float64",
    )
    start = initial_weights(1, 1, (0,)).item()
    for found, rate in zip(train(config).W.flatten().tolist(), (0.01, 0.02), strict=True):
        w = start
        for factor in (0.5, 1.0, 1.0, 0.5):
            w -= rate * factor * 4 * w * (w * w - 1)
        assert found == pytest.approx(w, rel=1e-14)


def test_divergence_is_named_and_contained() -> None:
    """An importance beyond float32 makes gradients infinite; the stack's other models go on as if it were not there."""
    config = replace(SMALL, importance=(1.0, 1e300, 1.0, (1.0, 1e300)))
    training = train(config)
    assert training.diverged == (1, 3)
    assert all(0 < step <= config.steps for step in training.diverged_at)
    assert training.W[[1, 3]].isnan().all()
    assert torch.equal(training.W[[0, 2]], train(config.of([0, 2])).W)
    assert training.judge().loss.isfinite().tolist() == [True, False, True, False]


def test_no_data_at_all() -> None:
    """At s = 1 the loss is Σ ReLU(b)², 0 from the start: nothing moves."""
    training = train(replace(SMALL, sparsity=(1.0,) * 4))
    assert (training.judge().loss == 0).all()
    assert torch.equal(training.W, initial_weights(2, 1, SMALL.seeds).float().double())


def test_a_product_of_axes_and_seeds() -> None:
    """The models in the order of the axes, seeds fastest; the weights come back with these axes."""
    axes = {"sparsity": (0.5, 0.9), "importance": ((1.0, 0.5), (1.0, 2.0), (1.0, 1.0))}
    config = TrainConfig.product(axes, range(4), n_features=2, n_hidden=1, steps=3, learning_rate=0.1)
    rows = [(s, i, seed) for s in axes["sparsity"] for i in axes["importance"] for seed in range(4)]
    assert rows == list(zip(config.sparsity or (), config.importance or (), config.seeds, strict=True))
    training = train(config)
    W, V, b = training.along(axes)
    assert (tuple(W.shape), V, tuple(b.shape) if b is not None else ()) == ((2, 3, 4, 1, 2), None, (2, 3, 4, 2))
    assert torch.equal(W[1, 2, 3], training.W[-1])
    assert torch.equal(W[0, 1, 0], training.W[4])
    single = TrainConfig.product({}, (5, 6), n_features=2, n_hidden=1, sparsity=0.9, importance=(1.0, 0.5))
    assert (single.sparsity, single.importance, single.seeds) == ((0.9, 0.9), ((1.0, 0.5),) * 2, (5, 6))
    per_model = TrainConfig.product({"importance": (1.0, 2.0)}, (5,), n_features=2, n_hidden=1, sparsity=0.9)
    assert per_model.importance == ((1.0, 1.0), (2.0, 2.0))


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"steps": (1, 2)}, "axes must be one of sparsity, law, importance, learning_rate, got 'steps'"),
        ({"sparsity": 0.5}, "axes must have a sequence of values of sparsity, got 0.5"),
        ({"sparsity": ()}, r"axes must have a sequence of values of sparsity, got \(\)"),
        ({"learning_rate": (0.1, 0.2)}, "axes and settings must not overlap, got learning_rate in both"),
        ([0.5], "axes must be a mapping"),
    ],
)
def test_axes_that_are_none(axes: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainConfig.product(axes, (0,), n_features=2, n_hidden=1, learning_rate=0.1)


def test_axes_of_another_stack() -> None:
    with pytest.raises(ValueError, match="axes must divide the 4 models among them, got 3 combinations"):
        train(replace(SMALL, steps=1)).along({"sparsity": (0.1, 0.2, 0.3)})


def test_progress() -> None:
    seen: list[float] = []
    train(replace(SMALL, steps=2500), progress=seen.append)
    assert seen == sorted(seen)
    assert seen[0] > 0
    assert seen[-1] == 1


def test_an_interrupt_comes_through() -> None:
    def interrupt(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(SMALL, progress=interrupt)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_features": 0}, "n_features must be a whole number of at least 1, got 0"),
        ({"n_hidden": 0}, "n_hidden must be a whole number of at least 1, got 0"),
        ({"steps": 0}, "steps must be a whole number of at least 1, got 0"),
        ({"steps": 10.5}, "steps must be a whole number of at least 1, got 10.5"),
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1, got 0"),
        ({"seeds": ()}, r"seeds must name at least one model, got \(\)"),
        ({"seeds": (1, 2, 3, -4)}, r"seeds must be a whole number in \[0, 2\^63\), got -4"),
        ({"data_seed": 1.5}, r"data_seed must be a whole number in \[0, 2\^63\), got 1\.5"),
        ({"sparsity": (0.5,)}, "sparsity must have one entry for each of the seeds, 4, got 1"),
        ({"sparsity": (0.5, 0.5, 0.5, 1.2)}, r"sparsity must lie in \[0, 1\], got 1.2"),
        ({"sparsity": (0.5, 0.5, 0.5, math.nan)}, r"sparsity must lie in \[0, 1\], got nan"),
        ({"sparsity": (0.5, 0.5, 0.5, (0.1, 0.2, 0.3))}, "sparsity must be one number or 2 numbers"),
        ({"importance": (1.0,) * 5}, "importance must have one entry for each of the seeds, 4, got 5"),
        ({"importance": ()}, "importance must have one entry for each of the seeds, 4, got 0"),
        ({"importance": (1.0, 1.0, 1.0, (1.0, -2.0))}, "importance must be finite and at least 0, got -2.0"),
        ({"importance": (1.0, 1.0, 1.0, math.nan)}, "importance must be finite and at least 0, got nan"),
        ({"learning_rate": 0.0}, r"learning_rate must be finite and above 0, got 0\.0"),
        ({"learning_rate": -0.1}, r"learning_rate must be finite and above 0, got -0\.1"),
        ({"learning_rate": math.nan}, "learning_rate must be finite and above 0, got nan"),
        ({"learning_rate": (0.1, 0.1, 0.1, 0.0)}, r"learning_rate must be finite and above 0, got 0\.0"),
        ({"learning_rate": (0.1,)}, "learning_rate must have one entry for each of the seeds, 4, got 1"),
        (
            {"n_features": 4, "sparsity": (0.0,) * 4, "importance": (1.0, 0.5, 0.5, 1.0)},
            r"importance must have a row for each model where models are as many as features, 4: .* got \(1.0, 0.5, 0.5, 1.0\)",
        ),
        ({"sparsity": None}, "give either sparsity or law, got sparsity None and law None"),
        ({"sparsity": 0.5}, r"sparsity must have one entry for each of the seeds, 4, got 0\.5"),
        ({"law": OneHot()}, r"give either sparsity or law, got sparsity \(0.0"),
        (
            {"sparsity": None, "law": "one-hot"},
            r"law must be a law of numeric\.law or Points\(…\), got 'one-hot'",
        ),
        ({"sparsity": None, "law": (OneHot(),)}, "law must have one entry for each of the seeds, 4, got 1"),
        ({"sparsity": None, "law": Correlated(((0,),), 0.5)}, r"groups must cover every feature, \[1\] missing"),
        (
            {"sparsity": None, "law": (OneHot(),) * 3 + (Correlated(((0, 1),), 0.5),)},
            "laws of one stack must be of one kind with the same groups, got OneHot",
        ),
        (
            {"sparsity": None, "law": (Correlated(((0, 1),), 0.5),) * 3 + (Correlated(((0,), (1,)), 0.5),)},
            "laws of one stack must be of one kind with the same groups",
        ),
        (
            {"sparsity": None, "law": Points(np.ones((3, 5)))},
            r"points must have shape \(T, 2\) with T ≥ 1, got \(3, 5\)",
        ),
        ({"sparsity": None, "law": Points([[1.0, math.nan]])}, "points must be finite"),
        ({"sparsity": None, "law": Points([[1.0, 2.0]]), "signed": True}, "signed must be False beside Points"),
        (
            {"sparsity": None, "law": Points(np.ones((3, 2)), whole=True)},
            "batch_size must be the number of points, 3, where they come whole, got 16",
        ),
        (
            {"sparsity": None, "law": (Points(np.ones((3, 2))),) * 3 + (Points(np.ones((3, 2))),)},
            "Points must be one set for the whole stack, got 2",
        ),
        ({"schedule": "cosine"}, "schedule must be an instance of numeric's Schedule, got 'cosine'"),
        ({"optimiser": "adam"}, "optimiser must be an instance of numeric's Optimiser, got 'adam'"),
        ({"family": "relu"}, "family must be an instance of numeric's Family, got 'relu'"),
        ({"adversary": -0.1}, "adversary must be finite and at least 0, got -0.1"),
        ({"penalty": math.inf}, "penalty must be finite and at least 0, got inf"),
        ({"penalty": -1.0}, "penalty must be finite and at least 0, got -1.0"),
        ({"dtype": "float16"}, "dtype must be one of float32, float64, got 'float16'"),
        ({"device": "abacus"}, "device must be 'cpu' or 'cuda', got 'abacus'"),
        ({"device": "meta"}, "device must be 'cpu' or 'cuda', got 'meta'"),
    ],
)
def test_bad_input(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


def test_importances_that_can_be_read_in_one_way_only() -> None:
    """Equal numbers, and other counts than n, are no row; of some models of a stack, numbers stay theirs alone."""
    same = replace(SMALL, n_features=4, sparsity=(0.0,) * 4, importance=(2.0,) * 4)
    assert (same.importances == 2).all()
    numbers = replace(SMALL, importance=(1.0, 2.0, 0.5, 1.0))
    assert numbers.of([1, 2]).importances.tolist() == [[2.0, 2.0], [0.5, 0.5]]
    assert numbers.of([1, 2]).settings == numbers.settings[1:3]


@pytest.mark.skipif(torch.cuda.is_available(), reason="a CUDA device is present")
def test_cuda_asked_for_and_absent() -> None:
    with pytest.raises(ValueError, match="device 'cuda' was asked for but torch sees no CUDA device"):
        replace(SMALL, device="cuda")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda() -> None:
    """The same code: reproducible there, and for the same law as on the CPU, to what seeds make of it."""
    config = replace(SMALL, device="cuda")
    assert torch.equal(train(config).W, train(config).W)
    assert train(config).W.device.type == "cpu"
    other = TrainConfig(n_features=5, n_hidden=2, seeds=tuple(range(32)), sparsity=(0.95,) * 32, steps=1500)
    here, there = (train(replace(other, device=device)).judge().loss.min() for device in ("cpu", "cuda"))
    assert abs(here / there - 1) < 1e-2
