"""Polynomials in the number of active features, of which the last coefficient gathers all higher ones: the letters of a law's
generating function where supports of few features are taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor


@dataclass(frozen=True)
class Graded:
    """`parts[r]` of r active features, r = 0, …, D, and `parts[D + 1]` of more; None where there are none."""

    parts: tuple[Tensor | None, ...]

    @staticmethod
    def letter(value: Tensor, most: int, degree: int = 1) -> Graded:
        """A value of so many active features."""
        return Graded(tuple(value if r == degree else None for r in range(most + 2)))

    @property
    def beyond(self) -> Any:
        """Of more than D."""
        return self.parts[-1]

    def __add__(self, other: Graded) -> Graded:
        return Graded(tuple(_sum(pair) for pair in zip(self.parts, other.parts, strict=True)))

    def __rmul__(self, factor: float) -> Graded:
        return Graded(tuple(None if part is None or factor == 0 else factor * part for part in self.parts))

    def __mul__(self, other: Graded) -> Graded:
        last = len(self.parts) - 1
        found: list[list[Tensor]] = [[] for _ in self.parts]
        for r, a in enumerate(self.parts):
            # Of a product with what is beyond, all of the other's parts at once.
            if a is None:
                continue
            rest = [b for q, b in enumerate(other.parts) if b is not None and r + q >= last]
            if rest:
                found[last].append(a * _total(rest))
            for q, b in enumerate(other.parts):
                if b is not None and r + q < last:
                    found[r + q].append(a * b)
        return Graded(tuple(_sum(parts) for parts in found))


def _sum(parts: Sequence[Tensor | None]) -> Tensor | None:
    some = [part for part in parts if part is not None]
    return _total(some) if some else None


def _total(parts: Sequence[Tensor]) -> Tensor:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
