"""What is recorded is what the model was at that step, and recording changes nothing."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from numeric.metrics import feature_dimensionality, feature_norms
from numeric.model import ABSOLUTE, initial_weights
from numeric.train import Constant, Recording, Snapshot, TrainConfig, train
from numeric.train.recording import (
    biases,
    dimensionality,
    every,
    logarithmic,
    norms,
    population_loss,
    sampled_loss,
    weights,
)

CONFIG = TrainConfig(
    n_features=3,
    n_hidden=2,
    seeds=(3, 4, 5, 6),
    sparsity=(0.0, 0.9, 0.5, 0.9),
    steps=12,
    batch_size=64,
    schedule=Constant(),
    learning_rate=0.01,
)
EVERYTHING = {
    "W": weights,
    "b": biases,
    "norms": norms,
    "D": dimensionality,
    "loss": population_loss,
    "sampled": sampled_loss,
    "seed": lambda snapshot: np.array(snapshot.config.seeds),
    "name": lambda snapshot: np.array([f"{snapshot.step}" * (1 + k) for k in snapshot.models]),
}


def test_a_recording_is_the_training_cut_short() -> None:
    """A rate that does not know of the end: the weights at step t are those of t steps of training."""
    record = Recording(at=(0, 3, 7, 12), take=EVERYTHING)
    full = train(CONFIG, record=record)
    assert full.recorded_at == (0, 3, 7, 12)
    assert torch.equal(full.W, train(CONFIG).W)
    for row, step in enumerate(record.at):
        W, b = (full.records[name][row] for name in ("W", "b"))
        if step:
            shorter = train(replace(CONFIG, steps=step))
            assert shorter.b is not None
            assert np.array_equal(W, shorter.W.numpy())
            assert np.array_equal(b, shorter.b.numpy())
            assert np.array_equal(full.records["loss"][row], shorter.judge().loss.numpy())
        else:
            assert np.array_equal(W, initial_weights(3, 2, CONFIG.seeds).float().double().numpy())
            assert (b == 0).all()
        assert np.array_equal(full.records["norms"][row], feature_norms(W))
        assert np.array_equal(full.records["D"][row], feature_dimensionality(W))
    # Models are trained in blocks by the way their data are drawn; what comes out is in the config's order.
    assert (full.records["seed"] == CONFIG.seeds).all()
    assert full.records["name"].tolist()[2:] == [["7" * k for k in (1, 2, 3, 4)], ["12" * k for k in (1, 2, 3, 4)]]
    # 2^17 samples of a loss below 3 whose standard deviation is below 3: six of them.
    assert np.abs(full.records["loss"] - full.records["sampled"]).max() < 6 * 3 / 2**8.5
    assert np.abs(full.records["loss"] - full.records["sampled"]).max() > 0


def test_a_model_that_has_diverged_is_left_out() -> None:
    config = replace(CONFIG, importance=(1.0, 1e300, 1.0, 1.0), steps=200)
    seen: list[tuple[int, ...]] = []

    def look(snapshot: Snapshot) -> Any:
        seen.append(snapshot.models)
        assert snapshot.W.isfinite().all()
        return np.array(snapshot.models)

    training = train(
        config, record=Recording(at=(0, 200), take={"D": dimensionality, "k": look, "s": EVERYTHING["name"]})
    )
    assert training.diverged == (1,)
    assert np.isnan(training.records["D"][1, 1]).all()
    assert np.isfinite(training.records["D"][1, [0, 2, 3]]).all()
    assert training.records["k"].tolist() == [[0, 1, 2, 3], [0, 0, 2, 3]]
    assert training.records["s"][1].tolist() == ["200", "", "200" * 3, "200" * 4]
    assert sorted(k for models in seen for k in models) == [0, 0, 1, 2, 2, 3, 3]


def test_untied_models_show_both_matrices() -> None:
    config = replace(CONFIG, family=ABSOLUTE, signed=True, bias=False)
    shapes = []

    def look(snapshot: Snapshot) -> Any:
        assert snapshot.V is not None
        shapes.append((snapshot.W.shape[1:], snapshot.V.shape[1:], snapshot.b.shape[1:]))
        return snapshot.V.numpy()

    training = train(config, record=Recording(at=(12,), take={"V": look, "b": biases}))
    assert training.V is not None
    assert np.array_equal(training.records["V"][0], training.V.numpy())
    assert (training.records["b"] == 0).all()
    assert training.records["b"].shape == (1, 4, 3)
    assert {shape for shape in shapes} == {((2, 3), (3, 2), (3,))}


def test_steps() -> None:
    assert every(5, 12) == (0, 5, 10, 12)
    assert every(4, 12) == (0, 4, 8, 12)
    assert every(100, 12) == (0, 12)
    assert logarithmic(3, 100) == (0, 1, 10, 100)
    assert logarithmic(50, 10) == tuple(range(11))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Recording((3, 3), {"W": weights}), r"at must increase, got \(3, 3\)"),
        (lambda: Recording((-1, 3), {"W": weights}), r"at must be a whole number in \[0, 2\^63\), got -1"),
        (lambda: Recording((0.5,), {"W": weights}), r"at must be a whole number in \[0, 2\^63\), got 0\.5"),  # type: ignore[arg-type]
        (
            lambda: Recording((), {"W": weights}),
            "at and take must name at least one step and one recorder, got",
        ),
        (
            lambda: Recording((1,), {}),
            "at and take must name at least one step and one recorder, got",
        ),
        (lambda: every(0, 5), "stride must be a whole number of at least 1, got 0"),
        (lambda: logarithmic(0, 5), "count must be a whole number of at least 1, got 0"),
        (
            lambda: train(CONFIG, record=Recording((13,), {"W": weights})),
            "record.at must end at config.steps = 12 at the latest, got 13",
        ),
        (
            lambda: train(CONFIG, record=Recording((1,), {"W": lambda snapshot: np.zeros(7)})),
            r"recorder 'W' must give one row per model, \d, got \(7,\)",
        ),
        (
            lambda: train(
                CONFIG, record=Recording((1,), {"W": lambda snapshot: np.array([{}] * len(snapshot.models))})
            ),
            "recorder 'W' must give numbers or strings, got object",
        ),
        (
            lambda: train(replace(CONFIG, signed=True), record=Recording((1,), {"loss": population_loss})),
            r"the loss without sampling is that of ReLU\(WᵀWx \+ b\)",
        ),
    ],
)
def test_bad_input(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
