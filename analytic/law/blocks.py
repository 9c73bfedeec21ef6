r"""Blocks of features, independent of each other, each given by its generating function.

.. math:: \sum_T P(T) \prod_{j \in T} \varphi_j

is a polynomial of degree one in each of the letters φ. A block says it by what it does to a value: how it multiplies it by one
letter, and how it mixes values, is given. With numbers for letters that is a probability, with sets of features the table of
supports, with transforms of uniform features the transform of z, all by one recursion.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, prod
from typing import TypeAlias, TypeVar

Support: TypeAlias = tuple[int, ...]
T = TypeVar("T")
Times: TypeAlias = Callable[[T, int], T]
"""A value times the letter of a feature."""
Mix: TypeAlias = Callable[[Sequence[tuple[Fraction, T]]], T]
"""The sum of weights times values."""


class Block:
    """`features`: those that it is about, increasing."""

    @property
    def features(self) -> Support:
        raise NotImplementedError

    def applied(self, start: T, times: Times[T], mix: Mix[T]) -> T:
        """`start` times the generating function."""
        raise NotImplementedError

    def corners(self, each: Callable[[int], int]) -> int:
        """At most so many corners have the boxes of its supports, where feature j has `each(j)` beside 0."""
        raise NotImplementedError


@dataclass(frozen=True)
class Alternatives(Block):
    """With given probabilities one of some sets of features, each with blocks of its own below it."""

    rows: tuple[tuple[Fraction, tuple[int | Block, ...]], ...]

    @property
    def features(self) -> Support:
        found: set[int] = set()
        for _, parts in self.rows:
            for part in parts:
                found |= set(part.features) if isinstance(part, Block) else {part}
        return tuple(sorted(found))

    def applied(self, start: T, times: Times[T], mix: Mix[T]) -> T:
        mixed = []
        for probability, parts in self.rows:
            value = start
            for part in parts:
                value = part.applied(value, times, mix) if isinstance(part, Block) else times(value, part)
            mixed.append((probability, value))
        return mix(mixed)

    def corners(self, each: Callable[[int], int]) -> int:
        product = prod(1 + each(j) for j in self.features)
        if any(isinstance(part, Block) for _, parts in self.rows for part in parts):
            return product
        sums = (prod(1 + each(j) for j in parts if not isinstance(j, Block)) - 1 for _, parts in self.rows)
        return min(product, 1 + sum(sums))


@dataclass(frozen=True)
class Choice(Block):
    """Exactly `count` of the features, each set of so many as often: the elementary symmetric polynomial, divided by its number
    of terms."""

    members: Support
    count: int

    @property
    def features(self) -> Support:
        return self.members

    def applied(self, start: T, times: Times[T], mix: Mix[T]) -> T:
        """Feature by feature, with r on before it: the next is on with probability (k − r)/(features left)."""
        size = len(self.members)
        layers: dict[int, T] = {0: start}
        for place, j in enumerate(self.members):
            left, following = size - place, {}
            for on in range(min(place + 1, self.count) + 1):
                parts = []
                if on in layers and (stays := left - (self.count - on)) > 0:
                    parts.append((Fraction(stays, left), layers[on]))
                if on - 1 in layers:
                    parts.append((Fraction(self.count - on + 1, left), times(layers[on - 1], j)))
                if parts:
                    following[on] = mix(parts)
            layers = following
        return layers[self.count]

    def corners(self, each: Callable[[int], int]) -> int:
        most = max(each(j) for j in self.members)
        return sum(comb(len(self.members), r) * most**r for r in range(self.count + 1))


def switch(off: Fraction, active: Sequence[tuple[int | Block, ...]]) -> Alternatives:
    """Off with probability `off`, otherwise one of `active`, each as often; what has probability 0 is left out."""
    rows = [(off, ()), *(((1 - off) / len(active), parts) for parts in active)]
    return Alternatives(tuple((probability, parts) for probability, parts in rows if probability))


def supports(block: Block) -> dict[int, Fraction]:
    """The probability of each set of features, as a bit mask."""

    def times(table: dict[int, Fraction], j: int) -> dict[int, Fraction]:
        return {mask | 1 << j: p for mask, p in table.items()}

    return block.applied({0: Fraction(1)}, times, _sum)


def inclusion(block: Block, wanted: frozenset[int]) -> Fraction:
    """P(all of `wanted`, features of the block, are active)."""

    def times(table: dict[int, Fraction], j: int) -> dict[int, Fraction]:
        return {mask | 1 << j: p for mask, p in table.items()} if j in wanted else table

    found = block.applied({0: Fraction(1)}, times, _sum)
    return found.get(sum(1 << j for j in wanted), Fraction(0))


def _sum(parts: Sequence[tuple[Fraction, dict[int, Fraction]]]) -> dict[int, Fraction]:
    total: dict[int, Fraction] = {}
    for weight, table in parts:
        for mask, p in table.items():
            total[mask] = total.get(mask, Fraction(0)) + weight * p
    return total
