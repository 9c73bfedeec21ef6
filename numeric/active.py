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

from . import compiled
from .arguments import Floats
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


class ActiveEntries:
    """Active entries by step, for one model. `density`: (n,), for which `worth_while`; `batch`: samples per step."""

    def __init__(self, key: int, density: Floats, batch: int, signed: bool, dtype: torch.dtype) -> None:
        self._n, self._batch, self._signed = len(density), batch, signed
        largest = float(density.max())
        self._step = 1 / math.log1p(-largest)
        self._keep = None if (density == largest).all() else torch.from_numpy(density / largest).to(dtype)
        # More heads than this come with probability 2^-31 at most.
        self._most = math.ceil(float(bdtrik(1 - _TAIL, batch * self._n, largest))) + 1
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
