r"""Independent features of which few are active: only the active entries are drawn.

The entries of a batch, sample after sample, are independent coins. The gaps between the heads of coins of one density p are
geometric, :math:`⌊\log U / \log(1 - p)⌋` for uniform U; so a batch costs as much as its active entries. Where densities
differ, p is the largest, and a head of feature i is kept with probability p_i/p.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.special import bdtrik
from torch import Tensor

from ..arguments import Floats
from ..running import compiled
from .dense import Sampler
from .stream import Streams

if compiled.AVAILABLE:
    from . import draw_kernels

_TAIL = 2.0**-31
_LEAST = 1e-5  # density below which gaps exceed what a float32 counts


class Active(NamedTuple):
    """The active entries of the samples that have any, sample after sample (compressed sparse rows)."""

    feature: Tensor
    """(entries,), int32"""
    value: Tensor
    """(entries,)"""
    place: Tensor
    """(entries,), int64: sample · n + feature"""
    start: Tensor
    """(samples + 1,), int32: where each sample begins in the others"""

    @property
    def samples(self) -> int:
        return len(self.start) - 1


def worth_while(density: Floats, batch: int) -> bool:
    """Whether drawing active entries costs less than drawing all, or all of the samples that are not zero: from 40 features
    on, at mean densities up to 1/5 that do not differ too much.
    """
    largest = float(density.max())
    return len(density) >= 40 and _LEAST <= largest <= 0.2 and float(density.mean()) > largest / 4


def _most(density: float, coins: int) -> int:
    """More heads than this come with probability 2^-31 at most."""
    return math.ceil(float(bdtrik(1 - _TAIL, coins, density))) + 1


class Scattered(Sampler):
    """Active entries of a stack of models, put into dense batches: for a device, where products with zeros cost less than
    lists whose length the host must wait for. The entries are those of `ActiveEntries`, for the same uniforms.

    `density`: (models, n), for which `worth_while`; other arguments as for `sample.Independent`.
    """

    def __init__(
        self, keys: Sequence[int], density: Tensor, columns: int, signed: bool, dtype: torch.dtype, device: torch.device
    ) -> None:
        n = density.shape[1]
        largest = density.amax(1)
        self._most = max(_most(float(p), columns * n) for p in set(largest.tolist()))
        super().__init__(keys, 2 * self._most, columns, dtype, device)
        self.entries = n * columns
        self._n, self._signed = n, signed
        self._step = (1 / torch.log1p(-largest))[:, None, None].to(dtype=dtype, device=device)
        self._keep = (density / largest[:, None])[:, None].to(dtype=dtype, device=device)  # (models, 1, n)

    def draw(self, step: int, steps: int) -> Tensor:
        uniform = self._streams.draw(step, steps)
        chance, value = uniform[..., : self._most].abs().clamp_min_(2.0**-33), uniform[..., self._most :]
        place = chance.log_().mul_(self._step).long().add_(1).cumsum(2).sub_(1)  # (models, steps, most)
        feature, sample = place % self._n, place // self._n
        keep = self._keep.expand(-1, steps, -1).gather(2, feature)
        value = torch.where(value.abs() < keep, value / keep, 0.0)
        nowhere = self._n * self.columns  # one place more, for what comes after the batch
        x: Tensor = value.new_zeros(*value.shape[:2], nowhere + 1)
        index = torch.where(sample < self.columns, feature * self.columns + sample, nowhere)
        x.scatter_(2, index, value if self._signed else value.abs())
        batches: Tensor = x[..., :-1].unflatten(2, (self._n, self.columns))
        return batches


class ActiveEntries:
    """Active entries by step, for one model. `density`: (n,), for which `worth_while`; `batch`: samples per step."""

    def __init__(self, key: int, density: Floats, batch: int, signed: bool, dtype: torch.dtype) -> None:
        self._n, self._batch, self._signed = len(density), batch, signed
        largest = float(density.max())
        self._step = 1 / math.log1p(-largest)
        self._keep = None if (density == largest).all() else torch.from_numpy(density / largest).to(dtype)
        self._most = _most(largest, batch * self._n)
        self.entries = 2 * self._most  # random numbers per step
        self._streams = Streams([key], self.entries, dtype, torch.device("cpu"))
        self._bounds = torch.arange(batch + 1, dtype=torch.int32) * self._n

    def draw(self, step: int, steps: int) -> Sequence[Active]:
        """The batches of `steps` steps from `step` on."""
        return [self._batch_of(uniform) for uniform in self._streams.draw(step, steps)[0]]

    def _batch_of(self, uniform: Tensor) -> Active:
        chance, signed_value = uniform[: self._most].abs_().clamp_min_(2.0**-33), uniform[self._most :]
        gaps = chance.log_().mul_(self._step).to(torch.int32)
        if self._streams.fused:
            return self._compiled(gaps, signed_value)
        place = gaps.add_(1).cumsum(0, dtype=torch.int32).sub_(1)
        start = torch.searchsorted(place, self._bounds, out_int32=True)
        heads = int(start[-1])
        place, value = place[:heads], signed_value[:heads]
        if self._keep is not None:
            chance = self._keep[place % self._n]
            kept = (value.abs() < chance).nonzero()[:, 0]
            place, value = place[kept], value[kept] / chance[kept]
            start = torch.searchsorted(place, self._bounds, out_int32=True)
        size = start.diff()
        sample = torch.repeat_interleave(torch.arange(self._batch, dtype=torch.int32), size, output_size=len(place))
        feature = place - sample * self._n
        if int(size.min()) == 0:  # leave out the samples that have none
            kept = size.nonzero()[:, 0]
            start = torch.cat([start[kept], start[-1:]])
            sample = (torch.cumsum(size > 0, 0, dtype=torch.int32) - 1)[sample]
            place = feature + sample * self._n
        return Active(feature, value if self._signed else value.abs(), place.long(), start)

    def _compiled(self, gaps: Tensor, signed_value: Tensor) -> Active:
        feature, value = torch.empty(self._most, dtype=torch.int32), torch.empty(self._most)
        place, start = torch.empty(self._most, dtype=torch.int64), torch.empty(self._batch + 1, dtype=torch.int32)
        keep = np.empty(0, np.float32) if self._keep is None else self._keep.numpy()
        given = gaps.numpy(), signed_value.numpy(), keep, self._n, self._batch, self._signed
        into = [part.numpy() for part in (feature, value, place, start)]
        heads, samples = draw_kernels.entries(*given, *into)
        return Active(feature[:heads], value[:heads], place[:heads], start[: samples + 1])
