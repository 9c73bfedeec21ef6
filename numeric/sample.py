r"""Draws from the independent law: each x_i is 0 with probability s and otherwise uniform on [0, 1].

One uniform per entry is enough. With p = 1 - s and U uniform on [0, 1],

.. math:: x = \max(0, 1 - U/p)

is positive exactly when U < p, and then uniform on (0, 1]. This is max(0, V - s)/(1 - s) with V = 1 - U, but
it keeps all digits of p when s is near 1, where s itself, rounded to float32, would lose them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

# U is |k|/2^(bits-1) for a random integer k: finer than torch.rand's 2^-24 (2^-53), at half its cost.
_INTEGER = {torch.float32: torch.int32, torch.float64: torch.int64}


class IndependentSampler:
    """Repeated draws of one shape into one buffer.

    `sparsity`: any shape that broadcasts to `shape`, entries in [0, 1]; s = 1 gives zeros. `generator` and
    the draws live on `device`; `dtype` is float32 or float64. ValueError on a sparsity outside [0, 1] or
    another dtype. In float32 P(x = 0) is s to within 2^-22·p + 2^-31, by rounding.
    """

    def __init__(
        self,
        sparsity: Tensor | float,
        shape: Sequence[int],
        generator: torch.Generator,
        *,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        if dtype not in _INTEGER:
            raise ValueError(f"dtype must be torch.float32 or torch.float64, got {dtype}")
        density = 1 - torch.as_tensor(sparsity, dtype=torch.float64, device=device)
        try:
            density.expand(tuple(shape))
        except RuntimeError:
            given = tuple(density.shape)
            raise ValueError(f"sparsity must broadcast to shape {tuple(shape)}, got shape {given}") from None
        outside = ~((density >= 0) & (density <= 1))
        if outside.any():
            raise ValueError(f"sparsity must lie in [0, 1], got {1 - density[outside].flatten()[0].item():g}")
        integer = _INTEGER[dtype]
        active = density > 0
        lattice = 2.0 ** (1 - torch.iinfo(integer).bits)
        self._slope = torch.where(active, -lattice / density, 0.0).to(dtype)
        self._offset = active.to(dtype)
        self._generator = generator
        self._x = torch.empty(tuple(shape), dtype=dtype, device=device)
        # 64 random bits at a time: two float32 entries or one float64 entry.
        words = -(-self._x.numel() * torch.iinfo(integer).bits // 64)
        self._words = torch.empty(words, dtype=torch.int64, device=device)
        self._integers = self._words.view(integer)[: self._x.numel()].view(self._x.shape)

    def draw(self) -> Tensor:
        """The next sample. It is overwritten by the next draw: clone what must last."""
        self._words.random_(generator=self._generator)
        return self._x.copy_(self._integers).abs_().mul_(self._slope).add_(self._offset).clamp_min_(0)


def sample_independent(
    sparsity: Tensor | float,
    shape: Sequence[int],
    generator: torch.Generator,
    *,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> Tensor:
    """One draw of `shape`; arguments and errors as for `IndependentSampler`."""
    return IndependentSampler(sparsity, shape, generator, dtype=dtype, device=device).draw()
