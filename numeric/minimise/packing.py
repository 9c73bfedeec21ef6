"""A model's W and b as one row of numbers, which is what descents move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ..model import initial_weights

_STARTING_BIAS = 0.1


class Packing(NamedTuple):
    """Rows (..., size): the entries of W (m, n), then, where there is a bias, those of b (n,)."""

    m: int
    n: int
    bias: bool = True

    @property
    def size(self) -> int:
        return self.m * self.n + (self.n if self.bias else 0)

    def split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(..., size) to W (..., m, n) and b (..., n)."""
        W = x[..., : self.m * self.n].reshape(*x.shape[:-1], self.m, self.n)
        return W, x[..., self.m * self.n :] if self.bias else x.new_zeros(*x.shape[:-1], self.n)

    def join(self, W: Tensor, b: Tensor) -> Tensor:
        """W (..., m, n) and b (..., n), or gradients by them, to (..., size)."""
        return torch.cat((W.flatten(-2), b), dim=-1) if self.bias else W.flatten(-2)

    def starts(self, seeds: Sequence[int]) -> Tensor:
        """A random model for each seed, (seeds, size): W as training starts, entries of b normal of size 0.1."""
        generators = [torch.Generator().manual_seed(seed + 2**32) for seed in seeds]
        b = [torch.randn(self.n, dtype=torch.float64, generator=one) for one in generators]
        return self.join(initial_weights(self.n, self.m, seeds), _STARTING_BIAS * torch.stack(b))
