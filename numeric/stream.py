"""Random bits by place: the bits of a step are a function of a key and the step, whatever was drawn before.

So a run that is cut off needs no state of a generator to go on, and what one model sees does not depend on its neighbours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def digest(*settings: object) -> int:
    """128 bits that stand for settings that print exactly."""
    return int.from_bytes(hashlib.blake2b(repr(settings).encode(), digest_size=16).digest(), "big")


class Streams:
    """One stream for each key, `entries` signed uniforms of it per step.

    On the CPU every key has its own generator (PCG64DXSM, which can be advanced to any place). On a CUDA device, where
    thousands of small draws would cost a launch each, one generator serves all keys, seeded by the keys and the first
    step: there the numbers depend on which keys and steps are drawn together.
    """

    def __init__(self, keys: Sequence[int], entries: int, dtype: torch.dtype, device: torch.device) -> None:
        """`dtype`: torch.float32, of 32 bits each, or torch.float64, of 64."""
        self._keys, self._entries = list(keys), entries
        self._dtype, self._device = dtype, device
        self._words = -(-entries // 2) if dtype == torch.float32 else entries  # of 64 bits
        self._generators = [] if device.type == "cuda" else [np.random.PCG64DXSM(key) for key in keys]
        self._next = 0
        self._out = torch.empty(0, dtype=dtype, device=device)

    def draw(self, step: int, steps: int) -> Tensor:
        """(keys, steps, entries), uniform in [-1, 1]: integers of all bits divided by 2^31 or 2^63. The next call overwrites
        them.
        """
        kind, integer = (torch.int32, np.int32) if self._dtype == torch.float32 else (torch.int64, np.int64)
        size = steps * self._words
        if self._device.type == "cuda":
            generator = torch.Generator(self._device).manual_seed(digest(self._keys, step) >> 65)
            words = torch.empty(len(self._keys), size, dtype=torch.int64, device=self._device)
            out = words.random_(-(2**63), None, generator=generator).view(kind).to(self._dtype)
        else:
            shape = (len(self._keys), size * (2 if kind == torch.int32 else 1))
            if self._out.shape != shape:
                self._out = torch.empty(shape, dtype=self._dtype)
            out = self._out
            jump = (step - self._next) * self._words
            for row, bits in zip(out, self._generators, strict=True):
                if jump:
                    bits.advance(jump % 2**128)
                row.copy_(torch.from_numpy(bits.random_raw(size).view(integer)))
            self._next = step + steps
        out.mul_(2.0 ** (1 - torch.iinfo(kind).bits))
        return out.view(len(self._keys), steps, -1)[..., : self._entries]
