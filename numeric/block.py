"""Models that are trained together in one tensor, a few steps at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from .config import DTYPES, TrainConfig
from .gradient import Gradient
from .sample import sampler
from .setting import importance_row
from .stream import digest

_ENTRIES = 1 << 17  # of a batch, models × n × columns: what stays in cache
_AHEAD = 1 << 18  # entries drawn at a time


class Block:
    """The models of `config` after `step` steps. `flat`: their parameters (models, size), as the family splits them;
    `diverged_at`: (models,) the step at which a model was seen to be NaN or infinite, -1 for the others.
    """

    def __init__(self, config: TrainConfig, data_seed: int) -> None:
        self.config, self.step = config, 0
        family, n, m = config.family, config.n_features, config.n_hidden
        dtype, device = DTYPES[config.dtype], torch.device(config.device)
        seeds = [int(seed) for seed in config.seeds]
        self.flat = family.initial(n, m, seeds, config.bias).to(dtype=dtype, device=device)
        self.diverged_at = np.full(len(seeds), -1)
        self._slope = torch.empty_like(self.flat)
        self._at, self._into = (family.split(part, n, m, config.bias) for part in (self.flat, self._slope))
        self.optimiser = config.optimiser.start(self.flat)
        self._rates = self.flat.new_tensor(config.learning_rates)[:, None]
        keys = [digest(data_seed, seed, n, config.setting(k)) for k, seed in enumerate(seeds)]
        importance = np.stack([importance_row(row, n) for row in config.importance_rows])
        self._sampler = sampler(config, keys, config.batch_size, device, dtype)
        self._gradient = Gradient(
            family, self.flat.new_tensor(importance), config.batch_size, config.penalty, config.adversary
        )
        self._chunk = max(1, _AHEAD // (len(seeds) * n * self._sampler.columns))

    def advance(self, until: int) -> None:
        """Go on to step `until`, or less far: as far as one chunk of samples goes."""
        steps = min(self._chunk, until - self.step)
        samples = self._sampler.draw(self.step, steps)
        for k in range(steps):
            rate = self.config.schedule(self.step, self.config.steps)
            self._gradient(self._at, self._into, samples[:, k], self._sampler.absent)
            self.optimiser.step(self._slope, self._rates * rate)
            self.step += 1
        lost = ~self.flat.isfinite().all(dim=1).cpu().numpy() & (self.diverged_at < 0)
        if lost.any():
            self.diverged_at[lost] = self.step
            self.flat[torch.from_numpy(lost).to(self.flat.device)] = torch.nan


def split(config: TrainConfig) -> Iterator[list[int]]:
    """The models' places, in blocks that stay in cache."""
    size = max(1, _ENTRIES // (config.n_features * config.batch_size))
    places = list(range(len(config.seeds)))
    for start in range(0, len(places), size):
        yield places[start : start + size]
