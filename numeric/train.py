"""Sampled training of stacks of toy models, in blocks that stay in cache.

Models do not interact: the objective is the sum over models of the batch mean of Σ_i I_i (y_i - f_i)², plus the
interference penalty. A model's initial weights depend on its own seed and size alone, its data on its own settings, its
seed and `data_seed` (on a CUDA device, on those of the models in its block): never on its place in the stack, nor on when
a run was interrupted. Inside, batches are feature-major, (models, n, batch): with few features that keeps every
elementwise operation contiguous.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .block import Block, split
from .config import TrainConfig as TrainConfig
from .config import check_device as check_device
from .judge import Judgement, best_of_seeds, judge
from .model import ToyModel
from .record import Recording, Snapshot

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Training:
    """Trained weights, on the CPU in float64 whatever they were trained in; row k belongs to model k of `config`."""

    config: TrainConfig
    W: Tensor
    """(models, m, n)"""
    V: Tensor | None
    """(models, n, m), or None for tied families, where it is Wᵀ"""
    b: Tensor | None
    """(models, n), or None for models without bias"""
    diverged: tuple[int, ...]
    """models that ran into NaN or infinity: stopped there, their weights are NaN"""
    diverged_at: tuple[int, ...]
    """for each of them, the step at which it was seen"""
    recorded_at: tuple[int, ...]
    records: Mapping[str, NDArray[Any]]
    """by name of the recorder, (recorded steps, models, ...)"""

    def model(self) -> ToyModel:
        """The trained stack as a module; ValueError for untied families."""
        if self.V is not None:
            raise ValueError(f"ToyModel is tied, got a training of {self.config.family}")
        return ToyModel.from_weights(self.W, self.b, hidden=self.config.family.hidden, output=self.config.family.output)

    def judge(self) -> Judgement:
        """Every model's loss: population loss where it is defined, else that of one large sample."""
        return judge(self.config, self.W, self.V, self.b)

    def best(self) -> tuple[int, ...]:
        """For each setting (models that differ in the seed alone), the model of least loss by `judge`."""
        return best_of_seeds(self.config, self.judge().loss)


def train(config: TrainConfig, *, record: Recording | None = None, progress: Progress | None = None) -> Training:
    """Train every model of `config`.

    `record`: what to record on the way, see `numeric.record`; `progress(done, total)`: called now and then, counted in
    steps of single models. ValueError, before any training, on recordings beyond the last step.
    """
    at = () if record is None else record.at
    if at and at[-1] > config.steps:
        raise ValueError(f"record.at must end at config.steps = {config.steps} at the latest, got {at[-1]}")
    models = len(config.seeds)
    flat = torch.empty(models, config.family.size(config.n_features, config.n_hidden, config.bias), dtype=torch.float64)
    diverged_at = np.full(models, -1)
    records: dict[str, NDArray[Any]] = {}
    done, shown = 0, time.monotonic()
    for places in split(config):
        block = Block(config.of(places), data_seed=config.data_seed)
        while True:
            if record is not None and block.step in at:
                _record(record, records, block, places, models)
            if block.step == config.steps:
                break
            later = [step for step in at if step > block.step]
            before = block.step
            block.advance(min([*later, config.steps]))
            done += (block.step - before) * len(places)
            if progress is not None and (time.monotonic() - shown > 0.1 or done == models * config.steps):
                progress(done, models * config.steps)
                shown = time.monotonic()
        flat[places] = block.flat.double().cpu()
        diverged_at[places] = block.diverged_at
    W, V, b = config.family.split(flat, config.n_features, config.n_hidden, config.bias)
    diverged = tuple(np.flatnonzero(diverged_at >= 0).tolist())
    steps = tuple(diverged_at[list(diverged)].tolist())
    return Training(config, W, V, b, diverged, steps, at, records)


def _record(record: Recording, records: dict[str, NDArray[Any]], block: Block, places: list[int], models: int) -> None:
    finite = np.flatnonzero(block.diverged_at < 0).tolist()
    if not finite:
        return
    config, n, m = block.config, block.config.n_features, block.config.n_hidden
    W, V, b = config.family.split(block.flat[finite].double().cpu(), n, m, config.bias)
    snapshot = Snapshot(block.step, tuple(places[k] for k in finite), config.of(finite), W, V, b)
    row = record.at.index(block.step)
    for name, recorder in record.take.items():
        value = np.asarray(recorder(snapshot))
        if value.shape[:1] != (len(finite),):
            raise ValueError(f"recorder {name!r} must give one row per model, {len(finite)}, got shape {value.shape}")
        if name not in records:
            nothing: Any = {"f": np.nan, "U": ""}.get(value.dtype.kind, 0)
            kind = value.dtype if value.dtype.kind != "U" else np.dtype(np.str_)
            records[name] = np.full((len(record.at), models, *value.shape[1:]), nothing, dtype=kind)
        if value.dtype.kind == "U" and value.dtype.itemsize > records[name].dtype.itemsize:
            records[name] = records[name].astype(value.dtype)
        records[name][row, snapshot.models] = value
