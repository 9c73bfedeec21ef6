r"""The loss on a finite set of samples and its gradient, by hand, for stacks of tied ReLU models.

.. math:: L = \frac1T \sum_x \sum_i I_i (f_i - x_i)^2, \qquad f = \mathrm{ReLU}(W^T W x + b)

With h = Wx, z = Wᵀh + b, and e = f - x where z > 0 and 0 elsewhere, half the gradient of T·L with respect to z is I·e: it
equals I·f but at active entries. So of the n·T outputs of a model a block at a time is made, small enough to stay in the
cache, and everything else has the size of the active entries or of h.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from scipy.sparse import csr_array
from torch import Tensor
from torch.nn.functional import embedding_bag

from ..arguments import Floats

_BLOCK = 1 << 19  # outputs at a time


class _Rows(NamedTuple):
    """Samples first … last - 1: their active entries, and where these lie among the block's outputs."""

    first: int
    last: int
    entries: slice
    place: Tensor


class SampleLoss:
    """For the samples X (T, n) and models of n features; parameters are (models, m + 1, n), W with b below it.

    `importance`: (n,). All tensors are of `dtype` on `device`.
    """

    def __init__(self, X: csr_array, importance: Floats, dtype: torch.dtype, device: torch.device) -> None:
        self.samples, self._n = X.shape

        def tensors(matrix: csr_array) -> tuple[Tensor, Tensor, Tensor]:
            indices, start = (torch.from_numpy(part.astype("int32")) for part in (matrix.indices, matrix.indptr[:-1]))
            return indices.to(device), start.to(device), torch.from_numpy(matrix.data).to(device, dtype)

        self._forward = tensors(X)
        self._backward = tensors(csr_array(X.T))
        self._wanted = self._forward[2]
        self._importance = torch.from_numpy(importance).to(device, dtype)
        # The same memory for every block: fresh memory costs more than the arithmetic in it.
        self._outputs = torch.empty(max(_BLOCK, self._n), dtype=dtype, device=device)
        step = max(1, _BLOCK // self._n)
        self._blocks = []
        feature = torch.from_numpy(X.indices.astype("int64")).to(device)
        sizes = torch.from_numpy(X.indptr.astype("int64")).diff()
        row = torch.repeat_interleave(torch.arange(self.samples), sizes).to(device)
        for first in range(0, self.samples, step):
            last = min(first + step, self.samples)
            entries = slice(int(X.indptr[first]), int(X.indptr[last]))
            self._blocks.append(_Rows(first, last, entries, (row[entries] - first) * self._n + feature[entries]))

    def hidden(self, W: Tensor) -> Tensor:
        """h = Wx of every sample: (models, T, m), for W (models, m, n)."""
        models, m, n = W.shape
        feature, start, value = self._forward
        table = W.permute(2, 0, 1).reshape(n, models * m)
        h = embedding_bag(feature, table, start, mode="sum", per_sample_weights=value)
        return h.view(self.samples, models, m).transpose(0, 1)

    def gradient(self, at: Tensor, into: Tensor) -> None:
        """Write ∂L/∂(W, b) at parameters `at`, (models, m + 1, n), into `into`."""
        models, rows, n = at.shape
        m = rows - 1
        h = self._with_one(at[:, :m])
        readout = self._importance * at[:, :m]
        back = torch.empty(models, m, self.samples, dtype=at.dtype, device=at.device)
        into.zero_()
        for block in self._blocks:
            for models_at in self._models(models, block):
                part = h[models_at, block.first : block.last]
                e, _ = self._errors(part, at[models_at], block)
                into[models_at].baddbmm_(part.mT, e)
                # A long thin matrix times e's transpose: five times faster than e times a thin long one.
                torch.bmm(readout[models_at], e.mT, out=back[models_at, :, block.first : block.last])
        into.mul_(self._importance)
        sample, start, value = self._backward
        table = back.permute(2, 0, 1).reshape(self.samples, models * m)
        outer = embedding_bag(sample, table, start, mode="sum", per_sample_weights=value)  # (n, models·m)
        into[:, :m].add_(outer.view(n, models, m).permute(1, 2, 0))
        into.mul_(2 / self.samples)

    def each(self, at: Tensor) -> Tensor:
        """Σ_i I_i (f_i - x_i)² of every sample: (models, T), for parameters `at`, (models, m + 1, n)."""
        models, rows, _ = at.shape
        h = self._with_one(at[:, : rows - 1])
        losses = torch.empty(models, self.samples, dtype=at.dtype, device=at.device)
        for block in self._blocks:
            for models_at in self._models(models, block):
                e, missed = self._errors(h[models_at, block.first : block.last], at[models_at], block)
                # Where an active feature is read out as 0, e does not hold its error.
                e.view(len(e), -1).scatter_add_(1, block.place.expand(len(e), -1), missed)
                losses[models_at, block.first : block.last] = (e.square_() @ self._importance[:, None])[..., 0]
        return losses

    def _with_one(self, W: Tensor) -> Tensor:
        """h and a last unit that is always on, whose weights are the bias: (models, T, m + 1)."""
        h = self.hidden(W)
        return torch.cat([h, h.new_ones(*h.shape[:2], 1)], dim=2)

    def _models(self, models: int, block: _Rows) -> list[slice]:
        """Models whose outputs on a block are made together."""
        together = max(1, _BLOCK // ((block.last - block.first) * self._n))
        return [slice(first, first + together) for first in range(0, models, together)]

    def _errors(self, h: Tensor, at: Tensor, block: _Rows) -> tuple[Tensor, Tensor]:
        """e, (models, rows, n), overwritten by the next call, and the error -x at active entries whose output is 0 (0 at
        the others).
        """
        shape = (len(h), h.shape[1], self._n)
        e = torch.bmm(h, at, out=self._outputs[: math.prod(shape)].view(shape)).relu_()
        flat = e.view(len(e), -1)
        f = flat.index_select(1, block.place)
        wanted = self._wanted[block.entries]
        on = f > 0
        flat.index_copy_(1, block.place, (f - wanted) * on)
        return e, -wanted * ~on
