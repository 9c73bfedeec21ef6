"""Losses that trained models are judged by: without sampling where that is defined, else on one fixed large sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from . import population
from .arguments import Floats
from .config import TrainConfig, describe
from .law import Law
from .model import RELU_OUTPUT, Parameters, forward
from .points import Points
from .sample import sampler
from .stream import digest

SAMPLES = 1 << 17


@dataclass(frozen=True)
class Judgement:
    """`loss` (models,), without penalty, nan where a model has diverged; `exact`: whether it is free of sampling noise."""

    loss: Tensor
    exact: bool


def has_population_loss(config: TrainConfig) -> bool:
    """Whether `population_loss` is defined: ReLU(WᵀWx + b), values on [0, 1], any law but a fixed set of points."""
    return config.family == RELU_OUTPUT and not config.signed and not isinstance(config.laws[0], Points)


def judge(config: TrainConfig, W: Tensor, V: Tensor | None, b: Tensor | None) -> Judgement:
    """`population_loss` where it is defined, otherwise `sampled_loss`; a whole set of points is a sample without noise."""
    finite = torch.cat([part.flatten(1) for part in (W, V, b) if part is not None], dim=1).isfinite().all(dim=1)
    loss = torch.full((len(W),), torch.nan, dtype=torch.float64)
    exact = has_population_loss(config)
    if kept := finite.nonzero().flatten().tolist():
        some = config.of(kept)
        W, V, b = W[kept], None if V is None else V[kept], None if b is None else b[kept]
        loss[kept] = population_loss(some, W, b) if exact else sampled_loss(some, W, V, b)
    return Judgement(loss, exact or isinstance(config.laws[0], Points))


def population_loss(config: TrainConfig, W: Tensor, b: Tensor | None) -> Tensor:
    """The expected loss (models,) of ReLU(WᵀWx + b), float64, nan for models that are not finite or too large; ValueError where
    the config is not of that kind.
    """
    if not has_population_loss(config):
        raise ValueError(
            "the loss without sampling is that of ReLU(WᵀWx + b) for values on [0, 1] under a law that is not a set of "
            f"points, got {config.family}, signed={config.signed}, {type(config.laws[0]).__name__}"
        )
    importance = config.importances
    if config.sparsity is not None:
        return _loss(W, b, config.sparsities, importance)
    loss = torch.empty(len(W), dtype=torch.float64)
    for some in _alike(config):
        law = config.laws[some[0]]
        assert not isinstance(law, Points)
        loss[some] = _loss(W[some], None if b is None else b[some], None, importance[some], law)
    return loss


def _loss(W: Tensor, b: Tensor | None, sparsity: Floats | None, importance: Floats, law: Law | None = None) -> Tensor:
    bias = None if b is None else b.double()
    loss: Tensor = population.expected_loss(W.double(), bias, sparsity, importance, law=law, on_error="nan")
    return loss.cpu()


def sampled_loss(config: TrainConfig, W: Tensor, V: Tensor | None, b: Tensor | None, samples: int = SAMPLES) -> Tensor:
    """Mean loss (models,) of one sample of at least `samples` points for each law, the same for all models under it and at
    every call; of every point where the law is a set of points. float64.
    """
    n, device = config.n_features, torch.device("cpu")
    loss = torch.empty(len(W), dtype=torch.float64)
    for some in _alike(config):
        k = some[0]
        one, law = config.of([k]), config.laws[k]
        columns = max(1, min(samples, (1 << 22) // (n * len(some))))
        if isinstance(law, Points):
            columns = len(law.array)
            one = replace(one, law=Points(law.points, whole=True), batch_size=columns)
        data = describe(law) if config.sparsity is None else config.sparsities[k].tolist()
        source = sampler(one, [digest("judge", n, data)], columns, device, torch.float64)
        importance = torch.from_numpy(config.importances[k])
        model = Parameters(*(None if part is None else part[some].double() for part in (W, V, b)))  # type: ignore[arg-type]
        rounds = 1 if isinstance(law, Points) else -(-samples // columns)
        total = torch.zeros(len(some), dtype=torch.float64)
        for step in range(rounds):
            x = source.draw(step, 1)[:, 0].mT.expand(len(some), -1, -1)  # (models, columns, n)
            total += ((config.family.wanted(x) - forward(config.family, model, x)).square() @ importance).mean(1)
        loss[some] = total / rounds
    return loss


def best_of_seeds(config: TrainConfig, loss: Tensor) -> tuple[int, ...]:
    """Of the models whose settings differ in the seed alone, the place of the one with the least loss; settings in the order
    of their first model. A setting all of whose models have diverged (nan) is left out.
    """
    best = []
    for some in _alike(config):
        losses = loss[some]
        if not losses.isnan().all():
            best.append(some[int(torch.where(losses.isnan(), torch.inf, losses).argmin())])
    return tuple(best)


def _alike(config: TrainConfig) -> Iterator[list[int]]:
    """Places of models with equal data, importance and rate, in the order of the first."""
    groups: dict[str, list[int]] = {}
    for k, setting in enumerate(config.settings):
        groups.setdefault(setting, []).append(k)
    yield from groups.values()
