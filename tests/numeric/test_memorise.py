"""Training on finite samples: against torch's AdamW on the literal loss, alone and together, cut off and resumed."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from numeric.memorise import Memorisation, MemoriseConfig, example_dimensionality, regime, train_on_samples
from numeric.metrics import feature_dimensionality
from numeric.model import initial_weights
from numeric.train import Cosine, WarmUp
from numeric.train.checkpoint import Checkpoint, save

SMALL = MemoriseConfig(
    points=(3, 20, None),
    seeds=(5, 6),
    weight_decay=(0.01, 0.5),
    n_features=12,
    sparsity=0.8,
    steps=40,
    warm_up=10,
    learning_rate=0.02,
    fresh=16,
    test_samples=100,
    dtype="float64",
)


def same(first: Memorisation, second: Memorisation) -> bool:
    return np.array_equal(first.W, second.W) and np.array_equal(first.b, second.b)


@pytest.fixture(scope="module")
def small() -> Memorisation:
    return train_on_samples(SMALL)


@pytest.mark.parametrize("model", [0, 3, 5, 9])
@pytest.mark.slow
def test_training_is_the_published_loop(model: int, small: Memorisation) -> None:
    """torch's AdamW and autograd on dense samples; 40 steps, each of which rounds differently by some eps."""
    points, decay, seed = SMALL.runs[model]
    W = initial_weights(12, 2, [seed])[0].requires_grad_()
    b = torch.zeros(12, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.AdamW([W, b], lr=SMALL.learning_rate, weight_decay=decay)
    schedule = WarmUp(SMALL.warm_up, Cosine())
    for step in range(SMALL.steps):
        samples = SMALL.fresh_samples(step) if points is None else SMALL.samples(points)
        X = torch.from_numpy(samples.X.toarray())
        optimiser.param_groups[0]["lr"] = SMALL.learning_rate * schedule(step, SMALL.steps)
        optimiser.zero_grad()
        ((torch.relu(X @ W.T @ W + b) - X) ** 2).sum(dim=1).mean().backward()
        optimiser.step()
    np.testing.assert_allclose(small.W[model], W.detach(), rtol=0, atol=1e-9)
    np.testing.assert_allclose(small.b[model], b.detach(), rtol=0, atol=1e-9)
    if points is not None:
        loss = ((torch.relu(X @ W.T @ W + b) - X) ** 2).sum(dim=1).mean()
        assert small.training_loss[model] == pytest.approx(float(loss.detach()), abs=1e-9)
    else:
        assert math.isnan(small.training_loss[model])


def test_a_model_trains_alone_as_in_company(small: Memorisation) -> None:
    for points, places in ((3, [0, 1, 2, 3]), (20, [4, 5, 6, 7]), (None, [8, 9, 10, 11])):
        alone = train_on_samples(replace(SMALL, points=(points,)))
        np.testing.assert_allclose(alone.W, small.W[places], rtol=0, atol=1e-12)
    alone = train_on_samples(replace(SMALL, points=(20,), seeds=(6,), weight_decay=(0.5,)))
    np.testing.assert_allclose(alone.W[0], small.W[7], rtol=0, atol=1e-12)


def test_what_is_reported_is_about_the_samples(small: Memorisation) -> None:
    test = SMALL.samples(None).X.toarray()
    for k, (points, _, _) in enumerate(SMALL.runs):
        X = SMALL.samples(points).X.toarray()
        hidden = small.W[k] @ X.T
        np.testing.assert_allclose(small.hidden(k), hidden, rtol=0, atol=1e-14)
        np.testing.assert_allclose(
            small.example_dimensionality[k], example_dimensionality(small.W[k], X.T), rtol=1e-12, atol=1e-14
        )
        np.testing.assert_allclose(
            small.feature_dimensionality[k], feature_dimensionality(small.W[k]), rtol=1e-10, atol=1e-14
        )
        f = np.maximum(0, test @ small.W[k].T @ small.W[k] + small.b[k])
        losses = ((f - test) ** 2).sum(axis=1)
        assert small.test_loss[k] == pytest.approx(losses.mean(), rel=1e-12)
        assert small.test_error[k] == pytest.approx(losses.std(ddof=1) / 10, rel=1e-9)
    assert small.resampled == {points: SMALL.samples(points).resampled for points in (3, 20)}
    best = small.best()
    assert [k // 2 for k in best] == list(range(6))
    assert all(small.training_loss[k] == np.nanmin(small.training_loss[2 * (k // 2) :][:2]) for k in best[:4])


class Stop(Exception):
    pass


@pytest.mark.slow
def test_a_run_that_is_cut_off_goes_on_to_the_same_bits(tmp_path: Path, small: Memorisation) -> None:
    path = tmp_path / "run.npz"
    seen: list[float] = []

    def stop(share: float) -> None:
        seen.append(share)
        raise Stop

    config = replace(SMALL, n_features=400, sparsity=0.95, points=(3, 400), steps=60)
    whole = train_on_samples(config)
    with pytest.raises(Stop):
        train_on_samples(config, checkpoint=path, save_seconds=0.0, progress=stop)
    assert seen
    assert 0 < seen[0] < 1
    before = path.read_bytes()
    with pytest.raises(ValueError, match="belongs to a run with other settings"):
        train_on_samples(replace(config, steps=61), checkpoint=path)
    assert path.read_bytes() == before
    assert same(train_on_samples(config, checkpoint=path), whole)
    # A finished run is read, not repeated; how much memory it may take is no setting of the numbers.
    assert same(train_on_samples(replace(config, max_memory=1 << 31), checkpoint=path), whole)


def test_a_checkpoint_with_finished_blocks_is_another_trainings(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    save(path, Checkpoint(SMALL.fingerprint(), 1, 0, {}))
    with pytest.raises(ValueError, match="is not one of this run: finished must be 0, got 1"):
        train_on_samples(SMALL, checkpoint=path)


def test_numbers_of_numpy_are_the_same_settings() -> None:
    numbers: dict[str, Any] = {
        "points": (np.int64(3), np.int32(20), None),
        "seeds": tuple(np.arange(5, 7)),
        "weight_decay": (np.float64(0.01), np.float32(0.5)),
        "n_features": np.int64(12),
        "sparsity": np.float64(0.8),
        "steps": np.int16(40),
        "importance": np.ones(12),
    }
    numpy = replace(SMALL, **numbers)
    assert numpy.fingerprint() == SMALL.fingerprint()
    assert numpy.runs == SMALL.runs
    assert replace(SMALL, weight_decay=(0,)).fingerprint() == replace(SMALL, weight_decay=(0.0,)).fingerprint()


def test_a_run_that_diverges_is_named_and_the_others_go_on(small: Memorisation) -> None:
    wild = train_on_samples(
        replace(SMALL, points=(3,), weight_decay=(0.0,), learning_rate=1e200, steps=5, test_samples=10)
    )
    assert wild.regimes == ("diverged", "diverged")
    assert np.isnan(wild.test_loss).all()
    assert wild.best() == (0,)
    assert "diverged" not in small.regimes


def test_one_sample_is_memorised() -> None:
    """T = 1: W = w xᵀ/‖x‖ with ‖w‖ = 1 stores it without error; D_X is 1 whatever W is."""
    found = train_on_samples(
        replace(SMALL, points=(1,), weight_decay=(0.0,), steps=400, learning_rate=0.05, seeds=(0, 1, 2))
    )
    assert found.regimes == ("memorising",) * 3
    assert found.training_loss[found.best()[0]] < 1e-9
    for D in found.example_dimensionality:
        assert pytest.approx([1.0], rel=1e-12) == D


def test_regimes_by_the_rule() -> None:
    pentagon = np.r_[np.full(5, 0.4), np.zeros(95)]
    jumble = np.full(100, 0.02)
    even, uneven = np.full(8, 0.25), np.r_[0.5, 0.5, np.zeros(98)]
    assert regime(jumble, even, 2) == "memorising"
    assert regime(pentagon, even, 2) == "memorising"
    assert regime(pentagon, uneven, 2) == "generalising"
    assert regime(jumble, uneven, 2) == "between"
    assert regime(0 * jumble, np.zeros(4), 2) == "between"
    # At the edges: half of the samples share the space evenly, one fewer do; five features hold half of it, four do not.
    assert regime(jumble, np.r_[np.ones(8), np.zeros(8)] / 8, 2) == "memorising"
    assert regime(jumble, np.r_[np.ones(7), np.zeros(9)] / 8, 2) == "between"
    assert regime(np.r_[np.full(5, 0.2), np.zeros(5)], uneven, 2) == "generalising"
    assert regime(np.r_[np.full(9, 0.199)], uneven, 2) == "between"


def test_runs_are_in_the_order_that_the_results_have() -> None:
    assert SMALL.runs[:5] == ((3, 0.01, 5), (3, 0.01, 6), (3, 0.5, 5), (3, 0.5, 6), (20, 0.01, 5))
    assert len(SMALL.runs) == 12


def test_training_test_and_fresh_samples_are_different_ones() -> None:
    config = replace(SMALL, n_features=50, test_samples=60)
    drawn = [config.samples(60), config.samples(None), config.fresh_samples(0), config.fresh_samples(1)]
    rows = [{tuple(row) for row in samples.X.toarray().round(9).tolist()} for samples in drawn]
    for first in range(4):
        for second in range(first):
            assert not rows[first] & rows[second]


@given(st.permutations(range(6)), st.floats(0, 2 * math.pi))
def test_regimes_do_not_depend_on_rotation_or_order(order: list[int], angle: float) -> None:
    random = np.random.default_rng(3)
    W, X = random.normal(size=(2, 6)), random.random((6, 9))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    D = example_dimensionality(W, X)
    turned = example_dimensionality(turn @ W[:, order], X[order][:, ::-1])[::-1]
    np.testing.assert_allclose(turned, D, rtol=1e-12)
    assert regime(D[:6], D, 2) == regime(D[:6][order], turned, 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"points": (0,)}, r"points must be a whole number in \[1, 1000000000000\], got 0"),
        ({"points": (2.5,)}, r"points must be a whole number in \[1, 1000000000000\], got 2\.5"),
        ({"points": ()}, r"points must be a row of one or more distinct entries, got \(\)"),
        ({"points": 7}, "points must be a row of one or more distinct entries, got 7"),
        ({"points": (3, 3)}, r"points must be a row of one or more distinct entries, got \(3, 3\)"),
        ({"seeds": (-1,)}, r"seeds must be a whole number in \[0, 2\^63\), got -1"),
        ({"seeds": (0, 0)}, r"seeds must be a row of one or more distinct entries, got \(0, 0\)"),
        ({"weight_decay": (-0.1,)}, "weight_decay must be at least 0 and below 1/learning_rate, got -0.1"),
        ({"weight_decay": (50.0,)}, "weight_decay must be at least 0 and below 1/learning_rate, got 50.0"),
        ({"sparsity": 1.0}, r"sparsity must lie in \[0, 1\), got 1\.0"),
        ({"learning_rate": 0.0}, r"learning_rate must be finite and above 0, got 0\.0"),
        ({"learning_rate": "fast"}, "learning_rate must be a real number, got 'fast'"),
        ({"weight_decay": (None,)}, "weight_decay must be a real number, got None"),
        ({"sparsity": "0.9"}, r"sparsity must be a real number, got '0\.9'"),
        ({"sparsity": 1 - 1e-15}, "leaves all 12 features 0 in nearly every draw"),
        ({"points": ([3],)}, r"points must be a whole number in \[1, 1000000000000\], got \[3\]"),
        ({"seeds": (2**63,)}, r"seeds must be a whole number in \[0, 2\^63\), got 9223372036854775808"),
        ({"data_seed": -1}, "data_seed must be a whole number of at least 0, got -1"),
        ({"test_samples": 1}, "test_samples must be a whole number of at least 2, got 1"),
        ({"dtype": ["float32"]}, r"dtype must be one of float32, float64, got \['float32'\]"),
        ({"device": None}, "device must be 'cpu' or 'cuda', got None"),
        ({"n_features": 0}, "n_features must be a whole number of at least 1, got 0"),
        ({"importance": (1.0, 2.0)}, "importance must be one number or 12 numbers"),
        ({"dtype": "float16"}, "dtype must be one of float32, float64, got 'float16'"),
        ({"device": "tpu"}, "device must be 'cpu' or 'cuda', got 'tpu'"),
        ({"points": (3, 10**6), "max_memory": 1 << 20}, r"T = 1000103 samples of 12 features .* T may be at most \d+"),
    ],
)
def test_bad_input(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **changes)
