"""What is asked of the loss: weights as they came, their features in groups side by side, and settings read and checked."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..arguments import choice, importance_rows, shown, sparsity_rows, whole
from ..arguments.tensors import weights
from ..law import Law, as_sparsity, given_law, is_grouped, partition
from .factors import Floats, Form
from .general import General
from .models import Models

OUTPUTS = ("relu", "linear")
TARGETS = ("identity", "absolute")
_MOST_IMPORTANCE = 1e200
"""So that no sum overflows: entries of WᵀW and of b are at most `LARGEST`, 1e30."""


@dataclass(frozen=True, eq=False)
class Given:
    """Weights (..., m, n), biases, and W_out (..., n, m), None for Wᵀ, as they came; `order`: (n,) of the features, groups side
    by side.
    """

    W: Tensor
    b: Tensor | None
    W_out: Tensor | None
    order: NDArray[np.int64]
    in_kind: Callable[[Tensor], Any]

    @property
    def batch(self) -> torch.Size:
        return self.W.shape[:-2]

    @property
    def bias(self) -> Tensor:
        return self.W.new_zeros((*self.batch, self.W.shape[-1])) if self.b is None else self.b

    @property
    def moved(self) -> bool:
        return bool((np.diff(self.order) != 1).any())

    @property
    def weights(self) -> tuple[Tensor, ...]:
        """W, b (0 where there is none), and, unless it is Wᵀ, W_out."""
        return (self.W, self.bias) if self.W_out is None else (self.W, self.bias, self.W_out)

    @property
    def sorted_W(self) -> Tensor:
        return self._taken(self.W, self.order, -1)

    @property
    def sorted_out(self) -> Tensor | None:
        return None if self.W_out is None else self._taken(self.W_out, self.order, -2)

    def rows(self, *weights: Tensor) -> tuple[Tensor, Tensor]:
        """WᵀW, or W_out W, (models, n, n) and b (models, n), features in `order`; of other `weights` if given."""
        W, b, *out = weights or self.weights
        W, b = self._taken(W, self.order, -1), self._taken(b, self.order, -1)
        back, n = self._taken(out[0], self.order, -2) if out else W.mT, W.shape[-1]
        return (back @ W).reshape(-1, n, n), b.reshape(-1, n)

    def along_weights(self, D: Tensor) -> tuple[Tensor, Tensor | None]:
        """What the derivatives D (models, n, n) by the rows come to by W, and by W_out where that is not Wᵀ."""
        W, out = self.sorted_W.reshape(-1, *self.W.shape[-2:]), self.sorted_out
        if out is None:
            return self.unsorted((W @ (D + D.mT)).reshape(self.W.shape)), None
        back = out.reshape(-1, *out.shape[-2:])
        along_W, along_out = (back.mT @ D).reshape(self.W.shape), (D @ W.mT).reshape(out.shape)
        return self.unsorted(along_W), self.unsorted(along_out, -2)

    def unsorted(self, features: Tensor, axis: int = -1) -> Tensor:
        """Features along this axis in `order` to the order in which they came."""
        return self._taken(features, np.argsort(self.order), axis)

    def _taken(self, features: Tensor, order: NDArray[np.int64], axis: int) -> Tensor:
        return features.index_select(axis, torch.from_numpy(order).to(features.device)) if self.moved else features


def on_device(array: Floats, given: Given) -> Tensor:
    return torch.from_numpy(array).to(given.W.device)


def read_given(
    W: Any,
    b: Any,
    sparsity: ArrayLike | None,
    importance: ArrayLike | None,
    law: Law | None,
    on_error: str,
    max_memory: int,
    W_out: Any = None,
    output: str = "relu",
    target: str = "identity",
) -> tuple[Given, Models]:
    choice("on_error", on_error, ("raise", "nan"))
    choice("output", output, OUTPUTS)
    choice("target", target, TARGETS)
    read = weights(W, b, W_out, finite=False)
    n, batch = read.W.shape[-1], tuple(read.W.shape[:-2])
    if whole("max_memory", max_memory) < (least := 2**26 + n * n * 2**7):
        raise ValueError(f"max_memory must be at least {least} bytes for {n} features, got {max_memory}")
    order, form, share, off, general = _law(law, sparsity, batch, n, target)
    weight = importance_rows(importance, batch, n).reshape(-1, n)
    if weight.size and (most := weight.max()) > _MOST_IMPORTANCE:
        raise ValueError(f"importance must be at most {_MOST_IMPORTANCE:g}, got {most:g}")
    if not len(weight):  # no models
        weight, share, off = np.ones((1, n)), np.ones((1, n)), np.zeros((1, len(form.size)))
    alike = len(share) == 1 and bool((weight == weight[0]).all())
    count = 1 if alike else max(1, math.prod(batch))
    share, off, weight = (
        np.array(np.broadcast_to(part[:count], (count, part.shape[1])), order="C")
        for part in (share, off, weight[:, order])
    )
    linear = output == "linear"
    tied = read.W_out is None
    models = Models(form, share, off, weight, on_error == "nan", max_memory, linear=linear, general=general, tied=tied)
    return Given(read.W, read.b, read.W_out, order, read.in_kind), models


def _law(
    law: Law | None, sparsity: ArrayLike | None, batch: tuple[int, ...], n: int, target: str
) -> tuple[NDArray[np.int64], Form, Floats, Floats, General | None]:
    """The order of the features, their groups, and P(x_j ≠ 0) and P(group off) in that order, one line or one a model; and what a
    law that is not one of groups is."""
    if law is not None:
        (law, sparsity), batch = as_sparsity(law, sparsity, n), ()
    if law is None:
        if sparsity is None:
            raise ValueError("sparsity must be given where law is None, got None")
        off = sparsity_rows(sparsity, batch, n).reshape(-1, n)
        if (off == off[:1]).all():
            off = off[:1]
        return np.arange(n), Form(np.arange(n + 1), True), 1 - off, off, None
    given_law(law)
    if sparsity is not None:
        raise ValueError(f"sparsity must be None beside {type(law).__name__}, got {shown(sparsity)}")
    if not is_grouped(law):
        general = General.of(law, n, absolute=target == "absolute")
        share = general.share.numpy()[None]
        return np.arange(n), Form(np.arange(n + 1), True), share, 1 - share, general
    index, off, together = partition(law, n)
    size = np.bincount(index, minlength=len(off))
    form = Form(np.concatenate(([0], np.cumsum(size))), together or len(off) == n)
    share = (1 - off) / (1 if form.together else size)
    return np.argsort(index, kind="stable"), form, share[None, form.group], off[None], None
