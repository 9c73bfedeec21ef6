"""The trainer's device paths without a device: on torch's meta tensors, which hold no numbers, every read by the host raises.

`item`, `bool`, `nonzero`, a copy to the CPU, a read or a write by a mask: all of them are errors there.
"""

import importlib.util
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from numeric.law import Anticorrelated, OneHot
from numeric.model import ABSOLUTE, HIDDEN_RELU
from numeric.sample import Points, stream
from numeric.sample.active_entries import ActiveEntries, Scattered
from numeric.train import SGD, Adam, AdamW, TrainConfig, block, config, replay, train
from numeric.train.block import Block, Plan, plan, split
from numeric.train.replay import Replayed

CASES: dict[str, dict[str, Any]] = {
    "dense": {"sparsity": (0.0, 0.5)},
    "nonempty": {"sparsity": (0.95, 0.95), "optimiser": AdamW(decay=0.1), "learning_rate": (0.1, 0.2)},
    "active": {"n_features": 60, "sparsity": (0.95, 0.95), "optimiser": SGD(momentum=0.9)},
    "uneven": {"n_features": 60, "sparsity": (tuple(np.linspace(0.94, 0.97, 60)),) * 2, "penalty": 0.1},
    "one-hot": {"law": OneHot()},
    "groups": {"law": Anticorrelated(((0, 1), (2,)), 0.5), "bias": False},
    "points": {"law": Points(np.eye(3))},
    "adversary": {"sparsity": (0.5, 0.5), "adversary": 0.1, "family": HIDDEN_RELU},
    "untied": {"sparsity": (0.5, 0.5), "family": ABSOLUTE, "signed": True},
}


def settings(case: dict[str, Any], device: str) -> TrainConfig:
    return TrainConfig(
        **{"n_features": 3, "n_hidden": 2, "seeds": (1, 2), "batch_size": 64, "steps": 130, "device": device, **case}
    )


@pytest.fixture
def meta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "check_device", lambda device: None)
    monkeypatch.setattr(stream, "generator_on", lambda device, seed: None)


class Launches(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.seen[func.name()] += 1
        return func(*args, **(kwargs or {}))


@pytest.mark.usefixtures("meta")
@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.slow
def test_no_step_waits_for_the_device(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """130 steps in chunks of 40: a look for lost models, which does wait, every hundred of them and at the end."""
    settings_ = settings(CASES[name], "meta")
    monkeypatch.setitem(block._AHEAD, False, 1)
    monkeypatch.setattr(Block, "_stop_the_diverged", lambda self: looks.append(self.step))
    looks: list[int] = []
    trained = Block(settings_, plan(settings_, 0))
    monkeypatch.setattr(trained, "_chunk", 40)
    with Launches() as launches:
        while trained.step < 130:
            trained.advance(130)
    assert looks == [120, 130]
    assert not {"aten::_local_scalar_dense", "aten::nonzero", "aten::is_nonzero"} & launches.seen.keys()
    assert sum(launches.seen.values()) < 130 * 60


@pytest.mark.usefixtures("meta")
@pytest.mark.slow
def test_a_read_on_a_device_is_seen_here() -> None:
    """What the test above relies on."""
    x = torch.zeros(3, device="meta")
    reads: list[Callable[[], Any]] = [
        lambda: x[0].item(),
        lambda: bool((x > 0).any()),
        lambda: x.nonzero(),
        lambda: x[x > 0],
        x.cpu,
        x.numpy,
        x.tolist,
    ]
    for read in reads:
        with pytest.raises((RuntimeError, NotImplementedError, TypeError)):
            read()


@pytest.mark.usefixtures("meta")
def test_few_active_features_are_scattered_on_a_device() -> None:
    sparse = settings(CASES["active"], "meta")
    assert plan(sparse, 0) == Plan(64, active=True)
    assert [places for places, _ in split(sparse)] == [[0, 1]]


@pytest.mark.parametrize("density", [np.full(60, 0.04), np.linspace(0.03, 0.06, 60)])
@pytest.mark.parametrize("signed", [False, True])
def test_scattered_entries_are_the_active_ones(density: Any, signed: bool) -> None:
    """To the bit, for the same uniforms: samples in order, those without active features among them."""
    keys, batch = (3, 4), 64
    rows = torch.from_numpy(np.stack([density, density]))
    dense = Scattered(keys, rows, batch, signed, torch.float32, torch.device("cpu")).draw(5, 3)
    assert dense.shape == (2, 3, 60, batch)
    for key, batches in zip(keys, dense, strict=True):
        entries = ActiveEntries(key, density, batch, signed, torch.float32).draw(5, 3)
        for x, active in zip(batches, entries, strict=True):
            wanted = torch.zeros(60, active.samples)
            wanted[active.feature.long(), torch.arange(active.samples).repeat_interleave(active.start.diff())] = (
                active.value
            )
            assert torch.equal(x[:, (x != 0).any(0)], wanted)


def test_a_step_that_is_replayed_is_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Captured with the arguments that it then reads anew: training in replayed steps has the same bits."""
    captures: list[Callable[[], None]] = []

    def capture(run: Callable[[], None]) -> Callable[[], None]:
        captures.append(run)
        return run

    monkeypatch.setattr(replay, "aside", lambda run: run())
    monkeypatch.setattr(replay, "capture", capture)
    for case in ("dense", "nonempty", "points"):
        plain = settings(CASES[case], "cpu")
        wanted = train(plain).W
        start = Block.__init__

        def replayed(self: Block, config: TrainConfig, plan: Plan, start: Any = start) -> None:
            start(self, config, plan)
            step = Replayed(self._single)
            self._one = lambda batch, scalars: step(batch, torch.tensor(scalars, dtype=torch.float64))

        with monkeypatch.context() as patch:
            patch.setattr(Block, "__init__", replayed)
            found = train(plain).W
        assert torch.equal(found, wanted)
    assert captures


def test_scalars_on_the_device_are_those_of_the_host() -> None:
    """The optimiser's numbers as tensors or as floats: the same steps in float64."""
    for optimiser in (Adam(), AdamW(decay=0.3), SGD(momentum=0.5, decay=0.1)):
        ends = []
        for form in (tuple, lambda row: torch.tensor(row, dtype=torch.float64).unbind()):
            at = torch.linspace(-1, 1, 9, dtype=torch.float64)
            state = optimiser.start(at)
            for step in range(5):
                gradient: Tensor = at.sin()
                state.apply(gradient, torch.tensor(0.1).double(), form(state.scalars(step + 1, 0.5**step)))  # type: ignore[operator]
            ends.append(at)
        assert torch.equal(*ends)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", list(CASES))
def test_replayed_on_a_device(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every engine: the same bits with and without a graph, and again."""
    settings_ = settings(CASES[name], "cuda")
    wanted = train(settings_).W
    assert wanted.isfinite().all()
    assert torch.equal(train(settings_).W, wanted)
    monkeypatch.setattr(block, "Replayed", lambda function: function)
    assert torch.equal(train(settings_).W, wanted)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_exact_training_on_a_device() -> None:
    """The same steps as on the CPU, in float64: 100 of them amplify a rounding by less than 10⁴."""
    settings_ = TrainConfig(n_features=3, n_hidden=2, seeds=(1, 2), sparsity=(0.5, 0.9), steps=100, dtype="float64")
    ends = [train(replace(settings_, device=device), exact=True).W for device in ("cpu", "cuda")]
    assert (ends[0] - ends[1]).abs().max() < 1e-10


def on_gpu() -> Any:
    path = Path(__file__).parents[1] / "benchmarks" / "on_gpu.py"
    spec = importlib.util.spec_from_file_location("on_gpu", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_make_gpu_without_a_device(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence and exit code 0."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert on_gpu().main() == 0
    assert capsys.readouterr().out == "torch sees no CUDA device here: there is nothing to measure.\n"


def test_make_gpus_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CPU beside itself: times of both, and errors of float32 and of nothing; none begun after the deadline."""
    module = on_gpu()
    monkeypatch.setattr(module, "TRAININGS", (module.Training(module.Case(5, 2, 2, 3, 2), 1),))
    monkeypatch.setattr(module, "LOSSES", ((3, 2, 2, 0.1),))
    rows = list(module.rows("cpu", time.monotonic() + 60))
    assert len(rows) == 3
    assert all(row.device > 0 and row.cpu > 0 for row in rows)
    assert all(1e-9 < row.error < 1e-5 for row in rows[:2])
    assert rows[2].error == 0
    assert module.table(rows, "title").row_count == 3
    assert list(module.rows("cpu", time.monotonic())) == []
