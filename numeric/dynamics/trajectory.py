"""Training seen as motion: trajectories of W, D_i and the loss, their plateaus, and where they jump.

A jump is a change of level of some D_i by the rule of `numeric.dynamics.plateau`; features that change level together make one.
Beside that, the settings of the published pictures, as far as they are published.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..arguments import Floats, entries, function, instance, shown, sizes_known, whole
from ..geometry import Geometry, describe
from ..law import Correlated
from ..metrics import feature_dimensionality
from ..minimise import Packing, bfgs, by_autograd
from ..printed import brief
from ..running.progress import Progress
from ..train import Constant, Recorder, Recording, Snapshot, Stepwise, TrainConfig, judgement, train
from ..train.recording import Array, biases, logarithmic, population_loss, read_snapshot, weights
from .plateau import BAND, FACTOR, Crossing, Plateau, crossings, plateaus

SKETCH = 1 << 14
TRIPLES = ((0, 1, 2), (3, 4, 5))
DIGON_SPARSITY = 0.85
LOSS_SPARSITY = 0.92
PUBLISHED_FINAL_LOSS = 0.01827


@dataclass(frozen=True, kw_only=True)
class Jump:
    """`features` change level together around `step`; loss and geometry (by `describe`) where the first of them leaves its
    plateau, the recorded step `left`, and where the last of them has come to the next, `reached`.
    """

    step: int
    features: tuple[int, ...]
    before: Geometry
    after: Geometry
    loss_before: float
    loss_after: float
    left: int
    reached: int


@dataclass(frozen=True)
class Trajectory:
    """One model's training: `steps` (T,) increasing from at least 1, `W` (T, m, n), `b` (T, n), `loss` (T,)."""

    steps: tuple[int, ...]
    W: Floats
    b: Floats
    loss: Floats

    def __repr__(self) -> str:
        return brief(self)

    @property
    def D(self) -> Floats:
        """D_i at each step, (T, n)."""
        with sizes_known():
            return feature_dimensionality(self.W)

    def geometry(self, step: int, *, tolerance: float = 0.05) -> Geometry:
        """What `describe` finds at a recorded step; ValueError at any other."""
        if whole("step", step) not in self.steps:
            raise ValueError(f"step must be one of the {len(self.steps)} recorded ones, got {step}")
        k = self.steps.index(step)
        with sizes_known():
            return describe(self.W[k], self.b[k], tolerance=tolerance)

    def loss_plateaus(self, *, band: float = BAND, factor: float = FACTOR) -> tuple[Plateau, ...]:
        """Where the loss changes by at most the share `band` over a window; levels are losses."""
        found = plateaus(self.steps, np.log(self.loss), band=band, factor=factor)
        return tuple(Plateau(p.first, p.last, math.exp(p.level)) for p in found)

    def jumps(self, *, band: float = BAND, factor: float = FACTOR) -> tuple[Jump, ...]:
        """Jumps of any D_i in order of step; those within `factor` of the first of a group are one.

        The geometry is found only at the ends of jumps. ValueError as for `plateaus`.
        """
        found = sorted(
            (crossing, feature)
            for feature, values in enumerate(self.D.T)
            for crossing in crossings(self.steps, values, band=band, factor=factor)
        )
        groups: list[list[tuple[Crossing, int]]] = []
        for crossing, feature in found:
            if groups and crossing.step <= factor * groups[-1][0][0].step:
                groups[-1].append((crossing, feature))
            else:
                groups.append([(crossing, feature)])
        return tuple(self._jump(group) for group in groups)

    def _jump(self, group: list[tuple[Crossing, int]]) -> Jump:
        left = min(crossing.left for crossing, _ in group)
        reached = max(crossing.reached for crossing, _ in group)
        before, after = (self.steps.index(step) for step in (left, reached))
        return Jump(
            step=group[0][0].step,
            features=tuple(sorted({feature for _, feature in group})),
            before=self.geometry(left),
            after=self.geometry(reached),
            loss_before=float(self.loss[before]),
            loss_after=float(self.loss[after]),
            left=left,
            reached=reached,
        )


def sketched_loss(snapshot: Snapshot) -> Array:
    """The mean loss of 16,384 fixed samples, (models,): for trajectories of models whose population loss takes long, from some
    eight features on. The samples are the same at every step, so that their noise does not look like motion.
    """
    snapshot = read_snapshot(snapshot)
    return np.asarray(judgement.sampled_loss(snapshot.config, snapshot.W, snapshot.V, snapshot.b, SKETCH).numpy())


def follow(
    config: TrainConfig,
    *,
    count: int = 200,
    loss: Recorder = population_loss,
    progress: Progress | None = None,
) -> tuple[Trajectory, ...]:
    """Train, and give each model's trajectory at about `count` steps, evenly spread in log t; `loss`: how it is measured.

    ValueError where a model diverges, and as for `train`.
    """
    instance("config", config, TrainConfig, "a TrainConfig")
    function("loss", loss, optional=False)
    function("progress", progress)
    at = logarithmic(count, config.steps)[1:]
    training = train(config, record=Recording(at, {"W": weights, "b": biases, "loss": loss}), progress=progress)
    if training.diverged:
        raise ValueError(f"a trajectory must be finite, but models {training.diverged} of the stack diverged")
    W, b, losses = (training.records[name] for name in ("W", "b", "loss"))
    return tuple(Trajectory(at, W[:, k], b[:, k], losses[:, k]) for k in range(len(config.seeds)))


def noise_free(config: TrainConfig, ends: Sequence[Trajectory]) -> Floats:
    """(models,): the least population loss that descent without sampling (BFGS) reaches from where each model of `config`
    ended: what training would have come to without noise and with more time. ValueError as for `population_loss`.
    """
    instance("config", config, TrainConfig, "a TrainConfig")
    if not isinstance(ends, Sequence) or not all(isinstance(end, Trajectory) for end in ends):
        raise ValueError(f"ends must be a sequence of Trajectory, one for each model, got {shown(ends)}")
    if len(ends) != len(config.seeds):
        raise ValueError(f"ends must be one for each of the {len(config.seeds)} models, got {len(ends)}")

    packing = Packing(config.n_hidden, config.n_features, config.bias)

    def loss(x: Tensor, places: Tensor) -> Tensor:
        found: Tensor = judgement.population_loss(config.of(places.tolist()), *packing.split(x))
        return found

    least = []
    for k, end in enumerate(ends):
        start = packing.join(torch.from_numpy(end.W[-1:]), torch.from_numpy(end.b[-1:]))
        least.append(float(bfgs(by_autograd(loss), start, places=torch.tensor([k])).values[0]))
    return np.array(least)


def digons(seeds: Sequence[int], *, device: str = "cpu") -> TrainConfig:
    """Ten features in five dimensions, which end as five antipodal pairs, D = 1/2.

    The published picture ("energy level" jumps where all features end as digons: Elhage et al. 2022) does not give its
    settings. n = 2m is what makes digons fill the space; density and sizes are chosen here, the rest is the published
    trainer without weight decay.

    >>> config = digons(seeds=(0,))
    >>> config.n_features, config.n_hidden, config.sparsity
    (10, 5, (0.85,))
    """
    return TrainConfig.product(
        {},
        entries("seeds", seeds),
        n_features=10,
        n_hidden=5,
        sparsity=DIGON_SPARSITY,
        schedule=Constant(),
        learning_rate=1e-3,
        steps=10_000,
        batch_size=512,
        device=device,
    )


def correlated_triples(seeds: Sequence[int], *, device: str = "cpu") -> TrainConfig:
    """Six features in three dimensions, {0, 1, 2} and {3, 4, 5} each active together (Elhage et al. 2022, and the slides).

    The sparsity of a set is not published: 0.9 here. The rest as for `digons`.
    """
    return TrainConfig(
        n_features=6,
        n_hidden=3,
        seeds=entries("seeds", seeds),
        law=Correlated(TRIPLES, 0.9),
        schedule=Constant(),
        learning_rate=1e-3,
        steps=10_000,
        batch_size=512,
        device=device,
    )


def loss_transitions(seeds: Sequence[int], *, device: str = "cpu") -> TrainConfig:
    """Five features in two dimensions with the slides' schedule: batch 128, rate 0.001 falling by 0.8 every 2,874 steps.

    A final rate of 0.00051 is 0.8³ thousandths, so between 8,623 and 11,496 steps: 10,000. The sparsity is not published;
    the one here is that at which the least population loss, to two digits of sparsity, is nearest the published final
    loss, 0.01827, if that is summed over features.
    """
    return TrainConfig.product(
        {},
        entries("seeds", seeds),
        n_features=5,
        n_hidden=2,
        sparsity=LOSS_SPARSITY,
        schedule=Stepwise(),
        learning_rate=1e-3,
        steps=10_000,
        batch_size=128,
        device=device,
    )
