"""Random bits by place: the bits of a step are a function of a key and the step, whatever was drawn before.

So a run that is cut off needs no state of a generator to go on, and what one model sees does not depend on its neighbours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..running import compiled

if compiled.AVAILABLE:
    from . import pcg


def digest(*settings: object) -> int:
    """128 bits that stand for settings that print exactly."""
    return int.from_bytes(hashlib.blake2b(repr(settings).encode(), digest_size=16).digest(), "big")


Singles = NDArray[np.float32]


class Streams:
    """One stream for each key, `entries` signed uniforms of it per step.

    On the CPU every key has its own generator (PCG64DXSM, which can be advanced to any place). On a CUDA device, where
    thousands of small draws would cost a launch each, one generator serves all keys, seeded by the keys and the first
    step: there the numbers depend on which keys and steps are drawn together.
    """

    def __init__(self, keys: Sequence[int], entries: int, dtype: torch.dtype, device: torch.device) -> None:
        """`dtype`: torch.float32, of 32 bits each, or torch.float64, of 64."""
        self._keys, self._entries = len(keys), entries
        self._dtype, self._device = dtype, device
        self._words = -(-entries // 2) if dtype == torch.float32 else entries  # of 64 bits
        self._next = 0
        self._out = torch.empty(0, dtype=dtype, device=device)
        self.fused = compiled.AVAILABLE and dtype == torch.float32 and device.type == "cpu"
        if device.type != "cpu":
            self._seed = digest(list(keys))
        elif self.fused:
            self._states = np.stack([pcg.state(key) for key in keys])
        else:
            self._generators = [np.random.PCG64DXSM(key) for key in keys]

    def draw(self, step: int, steps: int) -> Tensor:
        """(keys, steps, entries), uniform in [-1, 1]: integers of all bits divided by 2^31 or 2^63. The next call overwrites
        them.
        """
        if self.fused:
            out = self._filled(step, steps, np.empty((self._keys, 0), np.float32), 1, False).transpose(0, 1)
        elif self._device.type == "cpu":
            out = self._by_numpy(step, steps)
        else:
            generator = generator_on(self._device, digest(self._seed, step) >> 65)
            words = torch.empty(self._keys, steps * self._words, dtype=torch.int64, device=self._device)
            words.random_(-(2**63), None, generator=generator)
            out = _unit(words.view(self._kind).to(self._dtype), self._kind).view(self._keys, steps, -1)
        return out[..., : self._entries]

    def draw_positive(self, step: int, steps: int, slope: Singles, columns: int, signed: bool) -> Tensor:
        """As `draw`, where `fused`, with max(0, 1 + slope·|u|) for the first n·columns uniforms u of a step, or 0 where the
        slope is 0, with the sign of u where `signed`. `slope`: (keys, n), float32.
        """
        return self._filled(step, steps, slope, columns, signed).transpose(0, 1)[..., : self._entries]

    @property
    def memory(self) -> Singles:
        """(steps, keys, at least entries): what `draw` gave, where `fused`."""
        return self._out.numpy()

    def _filled(self, step: int, steps: int, slope: Singles, columns: int, signed: bool) -> Tensor:
        """(steps, keys, at least entries): every step's numbers lie together."""
        shape = (steps, self._keys, 2 * self._words)
        if self._out.shape != shape:
            self._out = torch.empty(shape)
        if step != self._next:
            pcg.advance(self._states, (step - self._next) * self._words)
        pcg.draw(self._states, self.memory, slope, columns, signed)
        self._next = step + steps
        return self._out

    def _by_numpy(self, step: int, steps: int) -> Tensor:
        size = steps * self._words
        shape = (self._keys, size * (8 // self._dtype.itemsize))
        if self._out.shape != shape:
            self._out = torch.empty(shape, dtype=self._dtype)
        jump = (step - self._next) * self._words
        integer = np.int32 if self._dtype == torch.float32 else np.int64
        for row, bits in zip(self._out, self._generators, strict=True):
            if jump:
                bits.advance(jump % 2**128)
            row.copy_(torch.from_numpy(bits.random_raw(size).view(integer)))
        self._next = step + steps
        return _unit(self._out, self._kind).view(self._keys, steps, -1)

    @property
    def _kind(self) -> torch.dtype:
        return torch.int32 if self._dtype == torch.float32 else torch.int64


def generator_on(device: torch.device, seed: int) -> torch.Generator:
    return torch.Generator(device).manual_seed(seed)


def _unit(integers: Tensor, kind: torch.dtype) -> Tensor:
    """In [-1, 1], in place."""
    return integers.mul_(2.0 ** (1 - torch.iinfo(kind).bits))
