"""A model's W and b, and W_out where it is untied, as one row of numbers, which is what descents move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ..model import Family, initial_weights

_STARTING_BIAS = 0.1


class Packing(NamedTuple):
    """Rows (..., size): the entries of W (m, n), of W_out (n, m) unless it is Wᵀ, and, where there is a bias, of b (n,)."""

    m: int
    n: int
    bias: bool = True
    tied: bool = True

    @property
    def family(self) -> Family:
        return Family(tied=self.tied)

    @property
    def size(self) -> int:
        return self.family.size(self.n, self.m, self.bias)

    def split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(..., size) to W (..., m, n) and b (..., n)."""
        W = x[..., : self.m * self.n].reshape(*x.shape[:-1], self.m, self.n)
        return W, x[..., -self.n :] if self.bias else x.new_zeros(*x.shape[:-1], self.n)

    def out(self, x: Tensor) -> Tensor | None:
        """(..., size) to W_out (..., n, m), None where it is Wᵀ."""
        entries = x[..., self.m * self.n : 2 * self.m * self.n]
        return None if self.tied else entries.reshape(*x.shape[:-1], self.n, self.m)

    def join(self, W: Tensor, b: Tensor, W_out: Tensor | None = None) -> Tensor:
        """W (..., m, n), b (..., n) and W_out (..., n, m), or gradients by them, to (..., size)."""
        matrices = [W.flatten(-2)] if W_out is None else [W.flatten(-2), W_out.flatten(-2)]
        return torch.cat((*matrices, b) if self.bias else matrices, dim=-1)

    def starts(self, seeds: Sequence[int]) -> Tensor:
        """A random model for each seed, (seeds, size): W and W_out as training starts, entries of b normal of size 0.1."""
        generators = [torch.Generator().manual_seed(seed + 2**32) for seed in seeds]
        b = [torch.randn(self.n, dtype=torch.float64, generator=one) for one in generators]
        if self.tied:
            return self.join(initial_weights(self.n, self.m, seeds), _STARTING_BIAS * torch.stack(b))
        W, out, _ = self.family.split(self.family.initial(self.n, self.m, seeds, False), len(seeds), self.n, self.m)
        return self.join(W, _STARTING_BIAS * torch.stack(b), out)
