r"""Independent features where most samples are zero: only the others are drawn.

A sample is zero with probability 1 - q = Π s_i, and a zero sample has a gradient that needs no sampling. So a batch of B
is drawn as the number of its samples that are not zero, binomial (B, q), and those samples from the law that they have:
feature after feature, with p_i where one before it is active, and otherwise with

.. math:: r_i = P(x_i ≠ 0 \mid x_1 = … = x_{i-1} = 0 ≠ x) = p_i / (1 - \prod_{k ≥ i} s_k).

The joint law is that of B independent draws; their order, which no mean knows of, is not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from scipy.special import bdtrc
from torch import Tensor

from ..arguments import Floats
from ..running import compiled
from .dense import Sampler

if compiled.AVAILABLE:
    from . import draw_kernels

_SHARE = 0.7  # of the batch, above which drawing all of it costs less
_TAIL = 2.0**-31  # a uniform from 32 bits shows no smaller probability than this
_LANE = 16  # columns come in multiples of it, 64 bytes of float32


def columns(density: Floats, batch: int, n_hidden: int) -> int:
    """How many columns a batch takes: more samples than that are nonzero with probability 2^-31 at most. `batch` where it is
    not worth while. `density`: (n,).
    """
    most = int((_survival(density, batch) > _TAIL).sum()) + 1  # the last column is zero
    # Below 400 products a batched matrix product is done by a plain loop, many times slower.
    least = max(most, math.ceil(400 / (len(density) * n_hidden)))
    rounded = -(-least // _LANE) * _LANE
    return rounded if rounded <= _SHARE * batch else batch


class Nonempty(Sampler):
    """The samples of a batch that are not zero, then zeros up to `columns`, at least one; the rest of it is `absent`.

    `density`: (models, n), float64; arguments else as for `Independent`.
    """

    def __init__(
        self,
        keys: Sequence[int],
        density: Tensor,
        batch: int,
        columns: int,
        signed: bool,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        super().__init__(keys, density.shape[1] * columns + 1, columns, dtype, device)
        self.absent = batch - columns
        self._signed = signed
        # log Π_{k ≥ i} s_k; -inf where some p_k = 1.
        none_left = torch.log1p(-density).flip(1).cumsum(1).flip(1)
        active = density > 0
        later = torch.where(active, 1 / density, 0.0)
        first = torch.where(active, -torch.expm1(none_left) / density, 0.0)

        def laid_out(rows: Tensor) -> Tensor:
            return rows[:, None, :, None].to(dtype=dtype, device=device)  # (models, 1, n, 1)

        # The slope of 1 - u/p is `later`, and more by `first` where no feature before is active.
        self._later, self._first = laid_out(-later), laid_out(later - first)
        self._offset = laid_out(active)
        survival = [torch.from_numpy(-_survival(row, batch)) for row in density.numpy()]
        self._survival = torch.stack(survival).to(dtype=dtype, device=device)  # (models, batch), increasing
        self._place = torch.arange(columns, dtype=dtype, device=device)
        rows = (self._first + self._later)[:, 0, :, 0], self._later[:, 0, :, 0], self._survival
        self._rows = [part.numpy() for part in rows] if self._streams.fused else []

    def draw(self, step: int, steps: int) -> Tensor:
        uniform = self._streams.draw(step, steps)
        u: Tensor = uniform[:, :, :-1].unflatten(2, (-1, self.columns))
        if self._streams.fused:
            alone, later, survival = self._rows
            draw_kernels.nonempty(self._streams.memory, alone, later, survival, self.columns, self._signed)
            return u
        sign = u.sign() if self._signed else None
        count = torch.searchsorted(self._survival, -uniform[:, :, -1].abs())  # (models, steps)
        present = (count[:, :, None] - self._place).clamp_(0, 1)  # (models, steps, columns), 1 or 0
        # Masks are floats: comparing and filling costs twenty times what arithmetic does.
        u.abs_()
        candidate = (u * (self._first + self._later)).add_(self._offset).clamp_min_(0).sign_()
        empty = 1 - (candidate.cumsum(2) - candidate).clamp_max_(1)  # no candidate before: none is active
        x = u.mul_((empty * self._first).add_(self._later)).add_(self._offset).clamp_min_(0).mul_(present[:, :, None])
        return x if sign is None else x.mul_(sign)


def _survival(density: Floats, batch: int) -> Floats:
    """P(more than k of the batch are not zero) for k = 0, ..., batch - 1."""
    none = sum(math.log1p(-p) if p < 1 else -math.inf for p in density)
    return _upper_tail(batch, -math.expm1(none))


@lru_cache(maxsize=4096)
def _upper_tail(batch: int, probability: float) -> Floats:
    return np.asarray(bdtrc(np.arange(batch), batch, probability))
