"""What follows from a generating function: how often features are active, alone and together, and how many; and its table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arguments import Floats
from .generating import Block, whole_value


class Activity(NamedTuple):
    """`each`: (n,) P(j active); `both`: (n, n) P(j and k active)."""

    each: Floats
    both: Floats


@lru_cache(maxsize=32)
def moments(given: tuple[Block, ...], n: int) -> Activity:
    """How often each of n features, and each two, are active."""
    first, second = np.eye(n, dtype=bool)[:, :, None], np.eye(n, dtype=bool)[:, None]
    letters = [_Marked.letter(first[j], second[j], n) for j in range(n)]
    both = whole_value(given, letters, _Marked.one(n)).parts[3]
    each = both[np.arange(n), np.arange(n)]
    return Activity(each, both)


@dataclass(frozen=True)
class _Marked:
    """Numbers (n, n) with none, the first, the second and both of two marks, for all pairs of features at once: what comes with
    both is the probability that both are active."""

    parts: tuple[Floats, ...]

    @staticmethod
    def one(n: int) -> _Marked:
        nothing = np.zeros((n, n))
        return _Marked((np.ones((n, n)), nothing, nothing, nothing))

    @staticmethod
    def letter(first: NDArray[np.bool_], second: NDArray[np.bool_], n: int) -> _Marked:
        a, c = np.broadcast_to(first, (n, n)), np.broadcast_to(second, (n, n))
        marks = (~a & ~c, a & ~c, ~a & c, a & c)
        return _Marked(tuple(mark.astype(float) for mark in marks))

    def __add__(self, other: _Marked) -> _Marked:
        return _Marked(tuple(x + y for x, y in zip(self.parts, other.parts, strict=True)))

    def __rmul__(self, factor: float) -> _Marked:
        return _Marked(tuple(factor * x for x in self.parts))

    def __mul__(self, other: _Marked) -> _Marked:
        (a, b, c, d), (e, f, g, h) = self.parts, other.parts
        return _Marked((a * e, a * f + b * e, a * g + c * e, a * h + b * g + c * f + d * e))


class Supports(NamedTuple):
    """Of one size: `features` (S, size) increasing, `probability` (S,)."""

    features: NDArray[np.int64]
    probability: Floats


@lru_cache(maxsize=16)
def supports(given: tuple[Block, ...], n: int, most: int) -> tuple[Supports, ...]:
    """All supports of at most so many features with their probabilities, by size, those of probability 0 left out."""
    letters = [_Table({1: (np.full((1, 1), j), np.ones(1))}, most) for j in range(n)]
    found = whole_value(given, letters, _Table({0: (np.zeros((1, 0), np.int64), np.ones(1))}, most)).sizes
    made = []
    for size in range(most + 1):
        features, probability = found.get(size, (np.zeros((0, size), np.int64), np.zeros(0)))
        kept = probability > 0
        made.append(Supports(np.sort(features[kept], axis=1), probability[kept]))
    return tuple(made)


@dataclass(frozen=True)
class _Table:
    """A polynomial without terms of more than `most` letters, by size: letters (S, size) and coefficients. Terms never meet
    twice but for the same letters of exactly k, which are sums over different sets."""

    sizes: dict[int, tuple[NDArray[np.int64], Floats]]
    most: int

    def __add__(self, other: _Table) -> _Table:
        merged = dict(self.sizes)
        for size, (features, weight) in other.sizes.items():
            if size in merged:
                merged[size] = (np.concatenate([merged[size][0], features]), np.concatenate([merged[size][1], weight]))
            else:
                merged[size] = (features, weight)
        if 0 in merged:
            merged[0] = (np.zeros((1, 0), np.int64), merged[0][1].sum(keepdims=True))
        return _Table(merged, self.most)

    def __rmul__(self, factor: float) -> _Table:
        if factor == 0:
            return _Table({}, self.most)
        return _Table({size: (features, factor * weight) for size, (features, weight) in self.sizes.items()}, self.most)

    def __mul__(self, other: _Table) -> _Table:
        total = _Table({}, self.most)
        for size, (features, weight) in self.sizes.items():
            for more, (others, factor) in other.sizes.items():
                if size + more <= self.most:
                    count, times = len(weight), len(factor)
                    joined = np.concatenate([features.repeat(times, 0), np.tile(others, (count, 1))], axis=1)
                    total = total + _Table({size + more: (joined, np.outer(weight, factor).ravel())}, self.most)
        return total


def count_distribution(given: tuple[Block, ...], n: int) -> Floats:
    """P(exactly r are active), r = 0, …, n."""
    found = whole_value(given, [np.polynomial.Polynomial([0.0, 1.0])] * n, np.polynomial.Polynomial([1.0])).coef
    return np.concatenate([found, np.zeros(n + 1 - len(found))])
