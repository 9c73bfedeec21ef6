"""Moments of features and targets under any law, and by them the loss of rows of which z has one sign."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ..law import Block, Magnitude, moments


@dataclass(frozen=True)
class LawMoments:
    """Of a law by its blocks and magnitudes, with targets y = |x| if `absolute`, else y = x."""

    given: tuple[Block, ...]
    magnitudes: tuple[Magnitude, ...]
    absolute: bool = False

    @property
    def n(self) -> int:
        return len(self.magnitudes)

    @cached_property
    def share(self) -> Tensor:
        """(n,) P(x_j ≠ 0)"""
        return torch.from_numpy(moments(self.given, self.n).each)

    def _each(self, name: str) -> Tensor:
        """(n,) a property of the magnitudes"""
        return torch.tensor([getattr(one, name) for one in self.magnitudes], dtype=torch.float64)

    @cached_property
    def mean(self) -> Tensor:
        return self.share * self._each("mean")

    @cached_property
    def squares(self) -> Tensor:
        return self.share * self._each("square")

    @cached_property
    def aim(self) -> Tensor:
        """(n,) E y_i"""
        return self.share * self._each("mean_size" if self.absolute else "mean")

    @cached_property
    def products(self) -> Tensor:
        """(n, n) E x_j x_k"""
        return self._products("mean", "square")

    @cached_property
    def aims(self) -> Tensor:
        """(n, n) E x_j y_i"""
        return self._products("mean_size", "signed_square") if self.absolute else self.products

    def _products(self, other: str, own: str) -> Tensor:
        found = torch.from_numpy(moments(self.given, self.n).both) * self._each("mean")[:, None] * self._each(other)
        return found.fill_diagonal_(0.0) + torch.diag(self.share * self._each(own))

    def whole(self, own: Tensor, g: Tensor, b: Tensor) -> Tensor:
        """E[z² − 2 y_i z]"""
        along = g @ self.products
        cross = (g @ self.aims if self.absolute else along).gather(1, own[:, None])[:, 0]
        return b * b + 2 * b * (g @ self.mean) + (along * g).sum(1) - 2 * (b * self.aim[own] + cross)
