"""Draws from laws that are not of groups alone: switches of their own, exactly k active, trees, products, and other magnitudes.

Every block of a law (`numeric.law.generating`) has uniforms that say which of its features are on; every feature has one more,
which its magnitude's quantile makes a value of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from ..law import UNIT, Block, Law, Magnitude, blocks, magnitudes
from .dense import Sampler

_LEAST = 2.0**-33
"""In place of a uniform of 0, whose logarithm is none."""


def shape(law: Law, n: int) -> tuple[object, ...]:
    """What laws of one stack have in common: all but probabilities."""
    return (
        tuple(
            (each.kind, each.features, each.parent, each.numbers * (each.kind == "choice")) for each in blocks(law, n)
        ),
        magnitudes(law, n),
    )


class Structured(Sampler):
    """`laws`: one per model, of one `shape`. Values of magnitude uniform on [0, 1] are on [-1, 1] where `signed`."""

    def __init__(
        self,
        keys: Sequence[int],
        laws: Sequence[Law],
        n: int,
        columns: int,
        signed: bool,
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        made = [blocks(law, n) for law in laws]
        self._blocks, self._n, self._signed = made[0], n, signed
        self._needs = [_uniforms(block) for block in self._blocks]
        super().__init__(keys, (sum(self._needs) + n) * columns, columns, dtype, device)
        # (blocks), (models, 1, numbers, 1)
        self._numbers = [
            torch.tensor([one[k].numbers for one in made], dtype=torch.float64)[:, None, :, None].to(dtype).to(device)
            for k in range(len(self._blocks))
        ]
        each = magnitudes(laws[0], n)
        self._kinds = [
            (kind, torch.tensor([j for j in range(n) if each[j] == kind], device=device))
            for kind in dict.fromkeys(each)
        ]

    def draw(self, step: int, steps: int) -> Tensor:
        uniform: Tensor = self._streams.draw(step, steps).unflatten(2, (-1, self.columns))
        on = uniform.new_zeros(*uniform.shape[:2], self._n, self.columns)
        start = 0
        for block, need, numbers in zip(self._blocks, self._needs, self._numbers, strict=True):
            chance = uniform[:, :, start : start + need].abs()
            for j, active in _active(block, numbers, chance):
                on[:, :, j] = active.to(on)
            start += need
        value = uniform[:, :, start:]
        return on.mul_(self._values(value))

    def _values(self, uniform: Tensor) -> Tensor:
        if len(self._kinds) == 1:
            return self._of(self._kinds[0][0], uniform)
        found = torch.empty_like(uniform)
        for kind, index in self._kinds:
            found[:, :, index] = self._of(kind, uniform[:, :, index])
        return found

    def _of(self, kind: Magnitude, uniform: Tensor) -> Tensor:
        if self._signed and kind == UNIT:
            return uniform
        return quantile(kind, uniform.abs())


def quantile(magnitude: Magnitude, uniform: Tensor) -> Tensor:
    """The value below which a draw is with these probabilities."""
    if magnitude.rate:
        return -uniform.clamp_min(_LEAST).log() / magnitude.rate
    found, below = torch.zeros_like(uniform), 0.0
    for weight, low, high in magnitude.parts:
        here = (uniform >= below) if below else torch.ones_like(uniform, dtype=torch.bool)
        found = torch.where(here, low + (high - low) * ((uniform - below) / weight).clamp_max(1), found)
        below += weight
    return found


def _uniforms(block: Block) -> int:
    """How many numbers say which features of a block are on."""
    if block.kind == "one":
        return 1
    return len(block.features) + (block.kind == "switch")


def _active(block: Block, numbers: Tensor, chance: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Each feature of the block, and where it is on, (models, steps, columns). `numbers`: (models, 1, numbers, 1); `chance`:
    (models, steps, uniforms, columns)."""
    match block.kind:
        case "one":
            share = (1 - numbers[:, :, 0]) / len(block.features)
            for place, j in enumerate(block.features):
                yield j, (chance[:, :, 0] >= place * share) & (chance[:, :, 0] < (place + 1) * share)
        case "switch":
            on = chance[:, :, 0] >= numbers[:, :, 0]
            for place, j in enumerate(block.features):
                yield j, on & (chance[:, :, place + 1] >= numbers[:, :, 1])
        case "choice":
            first = chance.topk(int(block.numbers[0]), dim=2, largest=False).indices
            on = torch.zeros_like(chance).scatter_(2, first, 1.0) > 0
            yield from ((j, on[:, :, place]) for place, j in enumerate(block.features))
        case "tree":
            active: list[Tensor] = []
            for place, j in enumerate(block.features):
                mine = chance[:, :, place] < numbers[:, :, place]
                above = block.parent[place]
                active.append(mine if above < 0 else mine & active[above])
                yield j, active[-1]
