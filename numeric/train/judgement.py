"""Losses that trained models are judged by: without sampling where that is defined, else on one fixed large sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import population
from ..arguments import Floats, array, instance, shown, sizes_known, tensors, whole
from ..law import Law
from ..model import Family, Parameters, forward
from ..sample import Points, digest
from .config import TrainConfig
from .description import describe
from .source import sampler

SAMPLES = 1 << 17


@dataclass(frozen=True, eq=False)
class Judgement:
    """`loss` (models,), without penalty, nan where a model has diverged, a tensor where the weights were; `sampled`: whether it
    has the noise of a sample. `antipodal.judge` says more of a single model: its `Judgement` is one of these.
    """

    loss: Any
    sampled: bool = field(default=False, kw_only=True)

    def __repr__(self) -> str:
        losses = np.atleast_1d(array("loss", self.loss, finite=False))
        finite = losses[np.isfinite(losses)]
        span = f", loss {finite.min():.10g} to {finite.max():.10g}" if len(finite) else ""
        diverged = f", {len(losses) - len(finite)} diverged" if len(finite) < len(losses) else ""
        return f"Judgement: {len(losses)} models{span}{diverged}{', sampled' if self.sampled else ''}"


def has_population_loss(config: TrainConfig) -> bool:
    """Whether `population_loss` is defined: φ(WᵀWx + b) or φ(VWx + b), φ = ReLU or linear, targets x or |x|, not `signed`, any
    law but a fixed set of points and those that `numeric.population.takes_law` refuses.
    """
    family, law = _config(config).family, config.laws[0]
    known = family.hidden == "linear" and family.output in population.OUTPUTS
    if not known or config.signed or isinstance(law, Points):
        return False
    return law is None or population.takes_law(law, config.n_features)


def judge(config: TrainConfig, W: Any, V: Any, b: Any) -> Judgement:
    """`population_loss` where it is defined, otherwise `sampled_loss`; a whole set of points is a sample without noise.

    `W` (models, m, n), `V` (models, n, m), None for tied models, and `b` (models, n), None for 0, of the config's sizes, 0
    without bias; ValueError otherwise.
    """
    model = _read(config, W, V, b)
    finite = torch.cat([part.flatten(1) for part in model if part is not None], dim=1).isfinite().all(dim=1)
    loss = torch.full((len(model.W),), torch.nan, dtype=torch.float64)
    exact = has_population_loss(config)
    if kept := finite.nonzero().flatten().tolist():
        some = config.of(kept)
        W_, V_, b_ = (None if part is None else part[kept] for part in model)
        loss[kept] = population_loss(some, W_, b_, V_) if exact else sampled_loss(some, W_, V_, b_)
    return Judgement(_in_kind(loss, W), sampled=not exact and not isinstance(config.laws[0], Points))


def population_loss(config: TrainConfig, W: Any, b: Any, V: Any = None) -> Any:
    """The expected loss (models,), float64, nan for models that are not finite or too large; ValueError where the config is not
    one of `has_population_loss`. Weights as for `judge`.
    """
    if not has_population_loss(config):
        raise ValueError(
            "the loss without sampling is that of ReLU(WᵀWx + b), tied or not, or of a linear output, not signed (for which "
            "law=Independent(s, magnitude=Magnitude.uniform(-1, 1)) serves), under a law that is not a set of points, got "
            f"config with {config.family}, signed={config.signed}, {type(config.laws[0]).__name__}"
        )
    model, importance = _read(config, W, V, b), config.importances
    if config.sparsity is not None:
        return _in_kind(_loss(config.family, model, config.sparsities, importance), W)
    loss = torch.empty(len(model.W), dtype=torch.float64)
    for some in _alike(config):
        law = config.laws[some[0]]
        assert not isinstance(law, Points)
        chosen = Parameters(*(None if part is None else part[some] for part in model))  # type: ignore[arg-type]
        loss[some] = _loss(config.family, chosen, None, importance[some], law)
    return _in_kind(loss, W)


def _loss(
    family: Family, model: Parameters, sparsity: Floats | None, importance: Floats, law: Law | None = None
) -> Tensor:
    W, V, b = model
    kind: dict[str, Any] = {"W_out": V, "output": family.output, "target": family.target, "on_error": "nan"}
    with sizes_known():
        loss: Tensor = population.expected_loss(W, b, sparsity, importance, law=law, **kind)
    return loss.cpu()


def sampled_loss(config: TrainConfig, W: Any, V: Any, b: Any, samples: int = SAMPLES) -> Any:
    """Mean loss (models,) of one sample of at least `samples` points for each law, the same for all models under it and at
    every call; of every point where the law is a set of points. float64, nan for models that are not finite or too large.
    Weights as for `judge`.
    """
    samples, stack = whole("samples", samples, 1), _read(config, W, V, b)
    n, device = config.n_features, torch.device("cpu")
    loss = torch.empty(len(stack.W), dtype=torch.float64)
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
        model = Parameters(*(None if part is None else part[some] for part in stack))  # type: ignore[arg-type]
        rounds = 1 if isinstance(law, Points) else -(-samples // columns)
        total = torch.zeros(len(some), dtype=torch.float64)
        for step in range(rounds):
            x = source.draw(step, 1)[:, 0].mT.expand(len(some), -1, -1)  # (models, columns, n)
            total += ((config.family.wanted(x) - forward(config.family, model, x)).square() @ importance).mean(1)
        loss[some] = total / rounds
    return _in_kind(torch.where(loss.isfinite(), loss, torch.nan), W)


def best_of_seeds(config: TrainConfig, loss: Any) -> tuple[int, ...]:
    """Of the models whose settings differ in the seed alone, the place of the one with the least `loss` (models,); settings in
    the order of their first model. A setting all of whose models have diverged (nan) is left out.
    """
    losses = array("loss", loss, finite=False)
    if losses.shape != (models := len(_config(config).seeds),):
        raise ValueError(f"loss must have one entry for each of the {models} models, got shape {losses.shape}")
    judged = np.where(np.isnan(losses), np.inf, losses)
    return tuple(some[int(judged[some].argmin())] for some in _alike(config) if not np.isnan(losses[some]).all())


def _config(config: TrainConfig) -> TrainConfig:
    return instance("config", config, TrainConfig, "a TrainConfig")


def _read(config: TrainConfig, W: Any, V: Any, b: Any) -> Parameters:
    """The parameters of the config's models, float64, finite or not, b None for 0; ValueError unless they are of its sizes."""
    models, n, m = len(_config(config).seeds), config.n_features, config.n_hidden
    shapes = {
        "W": (models, m, n),
        "V": None if config.family.tied else (models, n, m),
        "b": (models, n),
    }
    read: list[Tensor | None] = []
    for (name, shape), given in zip(shapes.items(), (W, V, b), strict=True):
        if (given is None) != (shape is None) and name != "b":
            wanted = "None" if shape is None else f"of shape {shape}"
            raise ValueError(f"{name} must be {wanted} for the models of config, got {shown(given)}")
        part = None if given is None else tensors.tensor(name, given, finite=False)
        if part is not None and part.shape != shape:
            raise ValueError(f"{name} must have shape {shape} for the models of config, got {tuple(part.shape)}")
        if name == "b" and part is not None and not config.bias and bool(part.any()):
            raise ValueError(f"b must be None or 0 for the models of config, which have no bias, got {shown(given)}")
        read.append(part)
    return Parameters(*read)  # type: ignore[arg-type]


def _in_kind(loss: Tensor, W: Any) -> Any:
    return loss if tensors.hold(W) else loss.detach().numpy()


def _alike(config: TrainConfig) -> Iterator[list[int]]:
    """Places of models with equal data, importance and rate, in the order of the first."""
    groups: dict[str, list[int]] = {}
    for k, setting in enumerate(config.settings):
        groups.setdefault(setting, []).append(k)
    yield from groups.values()
