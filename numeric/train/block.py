"""Models that are trained together in one tensor, a few steps at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..model import Parameters
from ..sample import Sampler, digest, nonempty
from ..sample import active_entries as active
from . import sparse_gradient
from .config import DTYPES, TrainConfig
from .exact_gradient import ExactGradient
from .gradient import FUSED, Gradient
from .replay import Replayed
from .source import sampler

# Entries of one step, models × n × columns: what stays in cache, or fills a GPU.
_ENTRIES = {True: 1 << 16, False: 1 << 23}  # on the CPU, on another device
_AHEAD = {True: 1 << 19, False: 1 << 25}  # entries drawn at a time: fewer calls for each model's bits
_LOOKED_AT = 100  # steps of a device between two looks for models that are lost, each of which it waits for


class Plan(NamedTuple):
    """How a model's batches are drawn: all `columns` samples of them, the samples that are not zero, padded to `columns`, or
    the entries that are `active` alone, or not at all, where the gradient is `exact`. It follows from the model's own settings.
    """

    columns: int
    active: bool = False
    exact: bool = False


class _Engine(NamedTuple):
    entries: int
    """random numbers that one step takes"""
    draw: Callable[[int, int], Sequence[Any]]
    """step, steps: a batch for each of these steps"""
    gradient: Callable[[Parameters, Parameters, Any], None]
    """parameters, where their gradient goes, batch"""


class Block:
    """The models of `config`, which have one `plan`, after `step` steps.

    `parameters`: views of `flat`, changed in place as training goes on; `diverged_at`: (models,) the step at which a model
    was seen to be NaN or infinite, -1 for the others.
    """

    def __init__(self, config: TrainConfig, plan: Plan) -> None:
        self.config, self.step = config, 0
        family, n, m, models = config.family, config.n_features, config.n_hidden, len(config.seeds)
        dtype, device = DTYPES[config.dtype], torch.device(config.device)
        self.flat = family.initial(n, m, config.seeds, config.bias).to(dtype=dtype, device=device)
        self._slope = torch.empty_like(self.flat)
        self.parameters, self._into = (family.split(part, models, n, m) for part in (self.flat, self._slope))
        self.optimiser = config.optimiser.start(self.flat)
        self.diverged_at = np.full(models, -1)
        self._rates = self._rate_of_each_parameter()
        self._engine = _engine(config, plan, dtype, device)
        self._here = device.type == "cpu"
        self._chunk = max(1, _AHEAD[self._here] // self._engine.entries)
        self._batches: Sequence[Any] = ()
        self._scalars: Sequence[Any] = ()
        self._one = Replayed(self._single) if device.type == "cuda" and not plan.exact else self._single

    def advance(self, until: int) -> None:
        """Go on to step `until`, or less far: to the next multiple of the chunk in which samples are drawn."""
        before, ahead = self.step, self.step % self._chunk
        start, end = self.step - ahead, min(until, self.step - ahead + self._chunk)
        if not ahead or not self._batches:
            steps = min(self._chunk, self.config.steps - start)
            self._batches, self._scalars = self._engine.draw(start, steps), self._scalars_of(start, steps)
        for k in range(ahead, end - start):
            self._one(self._batches[k], self._scalars[k])
        self.step = self.optimiser.taken = end
        if self._here or end == until or end // _LOOKED_AT > before // _LOOKED_AT:
            self._stop_the_diverged()

    def _single(self, batch: Any, scalars: Any) -> None:
        self._engine.gradient(self.parameters, self._into, batch)
        self.optimiser.apply(self._slope, self._rates, scalars)

    def _scalars_of(self, start: int, steps: int) -> Sequence[Any]:
        """What each of the optimiser's steps depends on, as rows on the device, which the host then does not wait for."""
        schedule, total = self.config.schedule, self.config.steps
        rows = [self.optimiser.scalars(t + 1, schedule(t, total)) for t in range(start, start + steps)]
        if self._here:
            return rows
        return torch.tensor(rows, dtype=self.flat.dtype).to(self.flat.device, non_blocking=True).unbind()

    def restore(self, step: int, parameters: Parameters, moments: Sequence[NDArray[Any]]) -> None:
        """Go back to a step with its parameters and the optimiser's moments."""
        self.step = self.optimiser.taken = step
        for ours, given in zip(self.parameters, parameters, strict=True):
            if ours is not None and given is not None:
                ours.copy_(given)
        for ours, moment in zip(self.optimiser.tensors, moments, strict=True):
            ours.copy_(torch.from_numpy(moment))

    def _rate_of_each_parameter(self) -> Tensor:
        """Of no axis where all models have one rate."""
        config = self.config
        if len(set(config.learning_rates)) == 1:
            return self.flat.new_tensor(config.learning_rates[0])
        rates = torch.empty_like(self.flat)
        for part in config.family.split(rates, len(config.seeds), config.n_features, config.n_hidden):
            if part is not None:
                part.copy_(torch.tensor(config.learning_rates, dtype=torch.float64).view(-1, *[1] * (part.ndim - 1)))
        return rates

    def _stop_the_diverged(self) -> None:
        if self.flat.isfinite().all():
            return
        finite = [part.flatten(1).isfinite().all(dim=1) for part in self.parameters if part is not None]
        lost = ~torch.stack(finite).all(dim=0)
        self.diverged_at[lost.cpu().numpy() & (self.diverged_at < 0)] = self.step
        for part in self.parameters:
            if part is not None:
                part.masked_fill_(lost.view(-1, *[1] * (part.ndim - 1)), torch.nan)


def split(config: TrainConfig, exact: bool = False) -> Iterator[tuple[list[int], Plan]]:
    """The models' places in blocks that stay in cache, each with the plan of its models, which is `exact` for all or none."""
    plans: dict[Plan, list[int]] = {}
    known: dict[str, Plan] = {}
    for k, setting in enumerate(config.settings):
        if setting not in known:
            known[setting] = Plan(_work(config.n_features), exact=True) if exact else plan(config, k)
        plans.setdefault(known[setting], []).append(k)
    for chosen, places in sorted(plans.items()):
        size = max(1, _ENTRIES[torch.device(config.device).type == "cpu"] // (config.n_features * chosen.columns))
        for start in range(0, len(places), size):
            yield places[start : start + size], chosen


def plan(config: TrainConfig, k: int) -> Plan:
    """How model k's batches are drawn."""
    if config.sparsity is None or config.adversary:
        return Plan(config.batch_size)
    density = 1 - config.sparsities[k]
    served = config.family.output in FUSED or torch.device(config.device).type != "cpu"
    if served and active.worth_while(density, config.batch_size):
        return Plan(config.batch_size, active=True)
    return Plan(nonempty.columns(density, config.batch_size, config.n_hidden))


def _work(n: int) -> int:
    """Of an exact gradient, in columns: a row of WᵀW has 2ⁿ vertices, or some thousand nodes."""
    return int(2 ** min(n, 12))


def _engine(config: TrainConfig, plan: Plan, dtype: torch.dtype, device: torch.device) -> _Engine:
    if plan.exact:
        entries = len(config.seeds) * config.n_features * plan.columns
        return _Engine(entries, lambda step, steps: [None] * steps, ExactGradient(config))
    if plan.active and device.type == "cpu":
        return _active(config, plan.columns, dtype, device)
    keys = _keys(config)
    if not plan.active and plan.columns == config.batch_size:
        return _dense(config, sampler(config, keys, plan.columns, device, dtype), dtype, device)
    rows = torch.from_numpy(1 - config.sparsities)
    if plan.active:
        return _dense(config, active.Scattered(keys, rows, plan.columns, config.signed, dtype, device), dtype, device)
    source = nonempty.Nonempty(keys, rows, config.batch_size, plan.columns, config.signed, dtype, device)
    return _dense(config, source, dtype, device)


def _dense(config: TrainConfig, source: Sampler, dtype: torch.dtype, device: torch.device) -> _Engine:
    gradient = Gradient(
        config.family, _importances(config, dtype, device), config.batch_size, config.penalty, config.adversary
    )

    def draw(step: int, steps: int) -> Sequence[Tensor]:
        return source.draw(step, steps).unbind(1)

    def slope(at: Parameters, into: Parameters, batch: Tensor) -> None:
        gradient(at, into, batch, source.absent)

    return _Engine(len(config.seeds) * source.entries, draw, slope)


def _active(config: TrainConfig, columns: int, dtype: torch.dtype, device: torch.device) -> _Engine:
    sources = [
        active.ActiveEntries(key, 1 - row, columns, config.signed, dtype)
        for key, row in zip(_keys(config), config.sparsities, strict=True)
    ]
    gradient = sparse_gradient.SparseGradient(
        config.family, _importances(config, dtype, device), config.n_hidden, columns, config.penalty
    )

    def draw(step: int, steps: int) -> Sequence[tuple[active.Active, ...]]:
        return list(zip(*(source.draw(step, steps) for source in sources), strict=True))

    return _Engine(sum(source.entries for source in sources), draw, gradient)


def _keys(config: TrainConfig) -> list[int]:
    """What each model's data depend on: its own seed and settings, and `data_seed`."""
    return [
        digest(config.data_seed, seed, config.n_features, setting)
        for seed, setting in zip(config.seeds, config.settings, strict=True)
    ]


def _importances(config: TrainConfig, dtype: torch.dtype, device: torch.device) -> Tensor:
    """(models, n)"""
    return torch.from_numpy(config.importances).to(dtype=dtype, device=device)
