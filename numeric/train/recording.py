"""What a caller can have recorded during training, and at which steps.

A recorder is any function of a `Snapshot` that gives one row per model. Ask for some with

    recording = Recording(at=every(100, config.steps), take={"D": dimensionality, "loss": population_loss})
    training = train(config, record=recording)
    training.records["D"]       # (recorded steps, models, n), in the order of recording.at

Step t is the state after t updates: 0 is the start, `config.steps` the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from .. import metrics
from ..arguments import MOST_SEED, entries, instance, shown, sizes_known, whole
from . import judgement
from .config import TrainConfig

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Some models of a run at one step, finite ones only, on the CPU in float64.

    `models`: their places in the run's config; `config`: the settings of these models alone (`config.seeds[k]` belongs to
    row k); W (models, m, n); V (models, n, m), None for tied families; b (models, n), 0 without bias.
    """

    step: int
    models: tuple[int, ...]
    config: TrainConfig
    W: Tensor
    V: Tensor | None
    b: Tensor


Recorder = Callable[[Snapshot], Array]
"""Snapshot to an array (models, ...) of numbers or of strings; its shape beyond models, and its kind, never change."""


@dataclass(frozen=True)
class Recording:
    """`at`: increasing steps from 0 to config.steps; `take`: recorders by name. ValueError on steps that do not increase.

    Models are trained in blocks: a recorder sees a block at a time. A model that has diverged is left out of the
    snapshots; its rows hold nan (0 for whole numbers, "" for strings).
    """

    at: tuple[int, ...]
    take: Mapping[str, Recorder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        entries("at", self.at, 0, MOST_SEED)
        if not isinstance(self.take, Mapping) or not all(map(callable, self.take.values())):
            raise ValueError(f"take must be a mapping of names to recorders, got {shown(self.take)}")
        if any(later <= earlier for earlier, later in zip(self.at, self.at[1:], strict=False)):
            raise ValueError(f"at must increase, got {self.at}")
        if not self.at or not self.take:
            raise ValueError(
                f"at and take must name at least one step and one recorder, got {self.at} and {shown(self.take)}"
            )


def every(stride: int, steps: int) -> tuple[int, ...]:
    """0, stride, 2·stride, ..., and `steps`."""
    stride, steps = whole("stride", stride, 1), whole("steps", steps, 1)
    return tuple(sorted({*range(0, steps, stride), steps}))


def logarithmic(count: int, steps: int) -> tuple[int, ...]:
    """0 and at most `count` whole numbers spread evenly in the logarithm from 1 to `steps`."""
    count, steps = whole("count", count, 1), whole("steps", steps, 1)
    return tuple(sorted({0, steps, *np.geomspace(1, steps, count).round().astype(int).tolist()}))


def read_snapshot(snapshot: Snapshot) -> Snapshot:
    """ValueError unless it is one."""
    return instance("snapshot", snapshot, Snapshot, "a Snapshot, which training gives to its recorders")


def weights(snapshot: Snapshot) -> Array:
    """W, (models, m, n)."""
    snapshot = read_snapshot(snapshot)
    return np.asarray(snapshot.W.numpy().copy())


def biases(snapshot: Snapshot) -> Array:
    """b, (models, n); zeros without bias."""
    snapshot = read_snapshot(snapshot)
    return np.asarray(snapshot.b.numpy().copy())


def norms(snapshot: Snapshot) -> Array:
    """‖W_i‖, (models, n)."""
    snapshot = read_snapshot(snapshot)
    with sizes_known():
        return np.asarray(metrics.feature_norms(snapshot.W).numpy())


def dimensionality(snapshot: Snapshot) -> Array:
    """D_i, (models, n)."""
    snapshot = read_snapshot(snapshot)
    with sizes_known():
        return np.asarray(metrics.feature_dimensionality(snapshot.W).numpy())


def population_loss(snapshot: Snapshot) -> Array:
    """The expected loss without sampling and without penalty, (models,); ValueError where it is not defined."""
    snapshot = read_snapshot(snapshot)
    return np.asarray(judgement.population_loss(snapshot.config, snapshot.W, snapshot.b, snapshot.V).numpy())


def sampled_loss(snapshot: Snapshot) -> Array:
    """The mean loss of one fixed large sample, without penalty, (models,); for every family and law."""
    snapshot = read_snapshot(snapshot)
    return np.asarray(judgement.sampled_loss(snapshot.config, snapshot.W, snapshot.V, snapshot.b).numpy())
