"""The toy model f(x) = ReLU(WᵀWx + b), many at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn


class ToyModel(nn.Module):
    """A stack of tied models that do not interact: W is one Parameter (models, m, n), used as W and as Wᵀ.

    `seeds`: one integer per model, which with (m, n) alone decides that model's initial W; b starts at 0, or
    is None where `bias` is False. ValueError on sizes below 1, no seeds, or a seed outside [0, 2^63).
    """

    W: nn.Parameter
    b: nn.Parameter | None

    def __init__(
        self,
        n_features: int,
        n_hidden: int,
        seeds: Sequence[int],
        *,
        bias: bool = True,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__()
        W = initial_weights(n_features, n_hidden, seeds).to(dtype=dtype, device=device)
        self.W = nn.Parameter(W)
        self.b = nn.Parameter(W.new_zeros(W.shape[0], W.shape[2])) if bias else None

    @classmethod
    def from_weights(cls, W: Tensor, b: Tensor | None = None) -> ToyModel:
        """Models with given weights, copied: W (models, m, n) or (m, n) for one; b (models, n), (n,) or None.

        ValueError when the shapes do not fit each other or W is not floating.
        """
        weights = W[None] if W.ndim == 2 else W
        if weights.ndim != 3:
            raise ValueError(f"W must have shape (models, m, n) or (m, n), got {tuple(W.shape)}")
        if not W.is_floating_point():
            raise ValueError(f"W must be of a floating dtype, got {W.dtype}")
        expected = (*W.shape[:-2], W.shape[-1])
        if b is not None and b.shape != expected:
            raise ValueError(f"b must have shape {expected} to match W, got {tuple(b.shape)}")
        model = cls.__new__(cls)
        nn.Module.__init__(model)
        model.W = nn.Parameter(weights.detach().clone())
        model.b = None if b is None else nn.Parameter(b.detach().to(weights).reshape(weights.shape[0], -1).clone())
        return model

    def forward(self, x: Tensor) -> Tensor:
        """x: (models, batch, n) to ReLU(WᵀWx + b), the same shape."""
        h = torch.bmm(x, self.W.mT)  # (models, batch, m)
        z = torch.bmm(h, self.W)  # (models, batch, n)
        return torch.relu(z if self.b is None else z + self.b[:, None, :])


def initial_weights(n_features: int, n_hidden: int, seeds: Sequence[int]) -> Tensor:
    """Xavier normal weights (models, m, n), float64: entries N(0, 2/(m + n)) of a single model's m and n.

    Each model draws from its own generator, so its place in the stack and the stack's size do not matter.
    """
    for name, size in (
        ("n_features", n_features),
        ("n_hidden", n_hidden),
        ("the number of seeds", len(seeds)),
    ):
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
    for seed in seeds:
        if not 0 <= seed < 2**63:
            raise ValueError(f"seeds must lie in [0, 2^63), got {seed}")
    std = math.sqrt(2 / (n_hidden + n_features))
    draws = [
        torch.randn(n_hidden, n_features, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
        for seed in seeds
    ]
    return std * torch.stack(draws)
