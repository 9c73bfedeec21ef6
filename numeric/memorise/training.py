r"""Training on a finite sample: what a toy model stores when data are few, data points or features.

The loss is that of `numeric.memorise.sample_loss` over T fixed samples of length 1 (`numeric.sample.finite_set`), all of them
in every step, minimised by AdamW with a linear warm-up and a cosine to 0, as published (Henighan et al. 2023, *Superposition,
Memorization, and Double Descent*). Models of all T, decays and seeds lie in one tensor and step together; they do not
interact, and a model's numbers do not depend on the others up to rounding.

A run counts as

- *memorising* if the examples share the hidden space evenly, as a regular T-gon's corners do: (Σ D_X)²/Σ D_X² ≥ T/2;
- *generalising* if it is not, and the m + 3 features of largest D_i (in the plane five, those of the pentagon) hold at least
  half of the dimensions: their D_i add up to m/2 or more;
- *between* otherwise; and *diverged* if its weights are not finite.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.sparse import eye_array
from torch import Tensor

from ..arguments import Floats, array, function, importance_row, instance, number, path, sizes_known, whole
from ..model import initial_weights
from ..printed import html_table
from ..running.progress import Progress, carry_out
from ..sample import SampleSet
from ..train import Adam, Cosine, WarmUp
from ..train.checkpoint import Checkpoint, load, save
from ..train.config import DTYPES
from .config import MemoriseConfig as MemoriseConfig
from .hidden_vectors import example_dimensionality
from .sample_loss import SampleLoss


@dataclass(frozen=True, kw_only=True)
class Memorisation:
    """What became of the models of `config.runs`, in that order; on the CPU, in float64.

    `training_loss`: over the T samples (nan for fresh ones); `test_loss`: over `config.test_samples` others, the same for all
    models, with its standard error; at importance 1 a model of all zeros has loss 1. `example_dimensionality`: D_X of each
    model's samples, (T,), for fresh ones of the test samples. `resampled`: how many all-zero samples were drawn again, by T.
    """

    config: MemoriseConfig
    W: Floats
    """(models, m, n)"""
    b: Floats
    """(models, n)"""
    training_loss: Floats
    test_loss: Floats
    test_error: Floats
    feature_dimensionality: Floats
    """(models, n)"""
    example_dimensionality: tuple[Floats, ...]
    regimes: tuple[str, ...]
    resampled: dict[int, int]

    def __repr__(self) -> str:
        counts = Counter(self.regimes)
        regimes = ", ".join(f"{count} {name}" for name, count in counts.items())
        return f"Memorisation: {len(self.W)} models of {self.W.shape[2]} features in {self.W.shape[1]} dimensions: {regimes}"

    def _repr_html_(self) -> str:
        head = ("T", "weight decay", "seed", "regime", "training loss", "test loss")
        rows = [
            (run.points, f"{run.weight_decay:g}", run.seed, regime, f"{training:.4g}", f"{test:.4g}")
            for run, regime, training, test in zip(
                self.config.runs, self.regimes, self.training_loss, self.test_loss, strict=True
            )
        ]
        return html_table(head, rows)

    def best(self) -> tuple[int, ...]:
        """For each T and weight decay, the model of least training loss (of test loss for fresh samples)."""
        judged = np.where(np.isnan(self.training_loss), self.test_loss, self.training_loss)
        rows = np.where(np.isnan(judged), np.inf, judged).reshape(-1, len(self.config.seeds))
        return tuple((np.arange(len(rows)) * rows.shape[1] + rows.argmin(axis=1)).tolist())

    def samples(self, model: int) -> SampleSet:
        """The samples that D_X of this model is about."""
        return self.config.samples(self.config.runs[whole("model", model, 0, len(self.config.runs) - 1)].points)

    def hidden(self, model: int) -> Floats:
        """h = WX of these samples, (m, T)."""
        return np.asarray((self.samples(model).X @ self.W[model].T).T)


def train_on_samples(
    config: MemoriseConfig,
    *,
    checkpoint: Path | str | None = None,
    save_seconds: float = 30.0,
    progress: Progress | None = None,
) -> Memorisation:
    """Train every model of `config` on its samples, all of them in each step.

    `checkpoint`: a file that is written at the start, at most every `save_seconds` and at the end; where it is there already,
    the run goes on from it, to the same numbers. `progress(share done)`: called now and then. ValueError as
    for `numeric.train.checkpoint`.
    """
    instance("config", config, MemoriseConfig, "a MemoriseConfig")
    file = None if checkpoint is None else path("checkpoint", checkpoint)
    save_seconds = number("save_seconds", save_seconds, "[0, inf)")
    function("progress", progress)
    training = _Training(config, file)
    carry_out(training, save_seconds, progress)
    return _judged(config, training.parameters)


class _Training:
    """Where the models stand: `parameters` (models, m + 1, n), W with b below it, after `step` steps. Goes on from the checkpoint
    `file` where it is there.
    """

    def __init__(self, config: MemoriseConfig, file: Path | None) -> None:
        found = None if file is None else load(file, config.fingerprint())
        self.config, self.step, self._file = config, 0, file
        device, dtype = torch.device(config.device), DTYPES[config.dtype]
        W = initial_weights(config.n_features, config.n_hidden, [run.seed for run in config.runs])
        self.parameters = torch.cat([W, W.new_zeros(len(W), 1, config.n_features)], dim=1).to(device, dtype)
        self._optimiser = Adam().start(self.parameters)
        if found is not None:
            found.require(found.step <= config.steps, f"step must be at most {config.steps}, got {found.step}")
            found.require(found.finished == 0, f"finished must be 0, got {found.finished}")
            found.only(self._tensors)
            self.step = self._optimiser.taken = found.step
            for name, tensor in self._tensors.items():
                tensor.copy_(torch.from_numpy(found.array(name, tuple(tensor.shape), config.dtype)))
        self._gradient = torch.empty_like(self.parameters)
        self._decay = torch.tensor([run.weight_decay for run in config.runs], device=device, dtype=dtype)[:, None, None]
        self._schedule = WarmUp(config.warm_up, Cosine())
        self._losses = {T: _loss(config, config.samples(T)) for T in config.points if T is not None}
        each = len(config.runs) // len(config.points)
        self._places = {T: slice(k * each, (k + 1) * each) for k, T in enumerate(config.points)}
        self.save()

    @property
    def done(self) -> bool:
        return self.step == self.config.steps

    @property
    def progress(self) -> float:
        return self.step / self.config.steps

    def advance(self) -> None:
        for T, places in self._places.items():
            loss = self._losses[T] if T is not None else _loss(self.config, self.config.fresh_samples(self.step))
            loss.gradient(self.parameters[places], self._gradient[places])
        rate = self.config.learning_rate * self._schedule(self.step, self.config.steps)
        # Decoupled decay first, then Adam: AdamW, with a decay for each model.
        self.parameters.mul_(1 - rate * self._decay)
        self._optimiser.step(self._gradient, self.parameters.new_tensor(rate))
        self.step += 1

    def save(self) -> None:
        """Write the checkpoint, where there is to be one."""
        if self._file is not None:
            arrays = {name: tensor.cpu().numpy() for name, tensor in self._tensors.items()}
            save(self._file, Checkpoint(self.config.fingerprint(), 0, self.step, arrays))

    @property
    def _tensors(self) -> dict[str, Tensor]:
        return dict(zip(("parameters", "first", "second"), (self.parameters, *self._optimiser.tensors), strict=True))


def _loss(config: MemoriseConfig, samples: SampleSet) -> SampleLoss:
    importance = importance_row(config.importance, config.n_features)
    return SampleLoss(samples.X, importance, DTYPES[config.dtype], torch.device(config.device))


def _judged(config: MemoriseConfig, parameters: Tensor) -> Memorisation:
    """Losses, dimensionalities and regimes of the trained models."""
    finite = parameters.isfinite().all(dim=(1, 2)).cpu().numpy()
    at = parameters.double().cpu().numpy()
    W, b = at[:, :-1], at[:, -1]
    models, n = b.shape
    training, test, error = (np.full(models, np.nan) for _ in range(3))
    features = np.full((models, n), np.nan)
    examples: list[Floats] = []
    each_feature = eye_array(n, format="csr")
    held_out = config.samples(None)
    test_loss = _loss(config, held_out)
    resampled = {}
    samples, loss = held_out, test_loss
    for k, run in enumerate(config.runs):
        if k == 0 or run.points != config.runs[k - 1].points:  # one set at a time
            samples = held_out if run.points is None else config.samples(run.points)
            loss = test_loss if run.points is None else _loss(config, samples)
        if run.points is not None:
            resampled[run.points] = samples.resampled
        if not finite[k]:
            examples.append(np.full(samples.X.shape[0], np.nan))
            continue
        losses = test_loss.each(parameters[k : k + 1])[0].double()
        test[k], error[k] = float(losses.mean()), float(losses.std() / math.sqrt(len(losses)))
        if run.points is not None:
            training[k] = float(loss.each(parameters[k : k + 1])[0].double().mean())
        with sizes_known():
            features[k] = example_dimensionality(W[k], each_feature)  # no n × n table
            examples.append(example_dimensionality(W[k], samples.X.T))
    regimes = tuple(
        regime(features[k], examples[k], config.n_hidden) if finite[k] else "diverged" for k in range(models)
    )
    return Memorisation(
        config=config,
        W=W,
        b=b,
        training_loss=training,
        test_loss=test,
        test_error=error,
        feature_dimensionality=features,
        example_dimensionality=tuple(examples),
        regimes=regimes,
        resampled=resampled,
    )


def regime(features: Floats, examples: Floats, n_hidden: int) -> str:
    """Which of "memorising", "generalising", "between" D_i (n,) and D_X (T,) of a model amount to: the module's rule."""
    features, examples = array("features", features), array("examples", examples)
    n_hidden = whole("n_hidden", n_hidden, 1)
    for name, shares in (("features", features), ("examples", examples)):
        if shares.ndim != 1:
            raise ValueError(f"{name} must have one axis, got shape {shares.shape}")
        if (outside := shares[(shares < 0) | (shares > 1 + 1e-9)]).size:
            raise ValueError(f"{name} must be dimensionalities in [0, 1], got {outside[0]}")
    total, squares = examples.sum(), (examples**2).sum()
    if squares > 0 and total**2 >= len(examples) / 2 * squares:
        return "memorising"
    if np.sort(features)[-(n_hidden + 3) :].sum() >= n_hidden / 2:
        return "generalising"
    return "between"
