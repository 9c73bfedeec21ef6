"""Sampled training of stacks of toy models, block after block of them.

Models do not interact: the objective is the sum over models of the batch mean of Σ_i I_i (y_i - f_i)², plus the
interference penalty. A model's initial weights depend on its own seed and size alone; its data on its own settings, its
seed and `data_seed`; neither on its place in the stack, nor on who else is in it, nor on when a run was interrupted. On the
CPU of one machine the trained weights are then the same to the last bit, in any stack, for batches of a multiple of 16
samples (otherwise sums are rounded by where they lie in memory). On a CUDA device the data also depend on the other models
of the block.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..arguments import flag, function, instance, number, path, sizes_known
from ..geometry import describe
from ..model import Parameters, ToyModel, UntiedModel
from ..printed import MOST_LINE, html_table, line
from ..running.progress import Progress, carry_out
from .config import TrainConfig
from .judgement import Judgement, best_of_seeds, judge
from .recording import Recording
from .rows import checked_axes
from .run import Run

_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Training:
    """Trained weights, on the CPU in float64 whatever they were trained in; row k belongs to model k of `config`."""

    config: TrainConfig
    W: Tensor
    """(models, m, n)"""
    V: Tensor | None
    """(models, n, m), or None for tied families, where it is Wᵀ"""
    b: Tensor
    """(models, n), 0 for models without bias"""
    diverged: tuple[int, ...]
    """models that ran into NaN or infinity: stopped there, their weights are NaN"""
    diverged_at: tuple[int, ...]
    """for each of them, the step at which it was seen"""
    recorded_at: tuple[int, ...]
    """the recording's steps"""
    records: Mapping[str, NDArray[Any]]
    """by name of the recorder, (recorded steps, models, ...)"""

    def __repr__(self) -> str:
        one, models = self.config, len(self.config.seeds)
        law = "independent features" if one.law is None else line(repr(one.law))[:80]
        return (
            f"Training: {models} models, n = {one.n_features}, m = {one.n_hidden}, {law}, {one.steps} steps; "
            f"{len(self.diverged)} diverged; recorded: {', '.join(self.records) or 'nothing'}"[:MOST_LINE]
        )

    def _repr_html_(self) -> str:
        """A row for each model, as many as fit, with what its columns form."""
        head = ("model", "seed", "sparsity or law", "geometry")
        rows = [
            (k, seed, self._setting(k), "diverged" if k in self.diverged else str(describe(self.W[k])))
            for k, seed in enumerate(self.config.seeds[:_SHOWN])
        ]
        more = [("…", f"{len(self.W)} models", "", "")] if len(self.W) > _SHOWN else []
        return html_table(head, [*rows, *more])

    def _setting(self, k: int) -> str:
        setting = self.config.laws[k] if self.config.sparsity is None else self.config.sparsity[k]
        return repr(setting)[:40]

    def model(self) -> ToyModel | UntiedModel:
        """The trained stack as a module."""
        family, bias = self.config.family, self.b if self.config.bias else None
        if self.V is None:
            with sizes_known():
                return ToyModel.from_weights(self.W, bias, hidden=family.hidden, output=family.output)
        return UntiedModel.from_weights(self.W, self.V, bias, family=family)

    def along(self, axes: Mapping[str, Sequence[Any]]) -> Parameters:
        """W (*axes, seeds, m, n), V (*axes, seeds, n, m) or None and b (*axes, seeds, n) of what `TrainConfig.product` laid out
        along these `axes`. ValueError where the models are too few or many for them.
        """
        shape = [len(values) for values in checked_axes(axes).values()]
        cells = math.prod(shape)
        if len(self.W) % cells:
            raise ValueError(f"axes must divide the {len(self.W)} models among them, got {cells} combinations")
        W, b = (part.unflatten(0, [*shape, -1]) for part in (self.W, self.b))
        return Parameters(W, None if self.V is None else self.V.unflatten(0, [*shape, -1]), b)

    def judge(self) -> Judgement:
        """Every model's loss: population loss where it is defined, else that of one large sample."""
        return judge(self.config, self.W, self.V, self.b)

    def best(self) -> tuple[int, ...]:
        """For each setting (models that differ in the seed alone), the model of least loss by `judge`."""
        return best_of_seeds(self.config, self.judge().loss)


def train(
    config: TrainConfig,
    *,
    exact: bool = False,
    record: Recording | None = None,
    checkpoint: Path | str | None = None,
    save_seconds: float = 30.0,
    progress: Progress | None = None,
) -> Training:
    """Train every model of `config`.

    `exact`: on the loss without sampling, K and its gradient by `numeric.population.value_and_gradient`, instead of
    batches: for models of `has_population_loss` (ReLU or linear output, tied or not), no adversary. `batch_size`, `data_seed`
    and, beyond the initial weights, the seeds then play no part. `record`: what to record on the way, see
    `numeric.train.recording`. `checkpoint`: a file that is written at the start, at most every `save_seconds` and at the end;
    where it is there already, the run goes on from it, to the same numbers. `progress(share done)`: called now and then.
    ValueError, before any training, on settings that `exact` is not for, recordings beyond the last step,
    a checkpoint that cannot be written, is damaged or belongs to other settings or recordings; later on, when the disk is full.

    >>> train(TrainConfig(n_features=3, n_hidden=2, seeds=(0, 1), sparsity=(0.9, 0.9), steps=10))
    Training: 2 models, n = 3, m = 2, independent features, 10 steps; 0 diverged; recorded: nothing
    """
    instance("config", config, TrainConfig, "a TrainConfig")
    if record is not None:
        instance("record", record, Recording, "a Recording, from numeric.train.recording")
    function("progress", progress)
    save_seconds = number("save_seconds", save_seconds, "[0, inf)")
    file = None if checkpoint is None else path("checkpoint", checkpoint)
    run = Run(config, record, file, exact=flag("exact", exact))
    carry_out(run, save_seconds, progress)
    W, V, b = run.parameters
    b = W.new_zeros(W.shape[::2]) if b is None else b
    diverged = tuple(np.flatnonzero(run.diverged_at >= 0).tolist())
    steps = tuple(run.diverged_at[list(diverged)].tolist())
    return Training(
        config=config,
        W=W,
        V=V,
        b=b,
        diverged=diverged,
        diverged_at=steps,
        recorded_at=() if record is None else record.at,
        records=run.records,
    )
