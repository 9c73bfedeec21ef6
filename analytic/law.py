"""Laws of the features: which of them are active together, and with what probability, exactly.

Each law is a product of independent *blocks*; a block is a list of alternatives (probability, features that are on). An
active feature is uniform on [0, 1], independently; an inactive one is 0. A law is told n when it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import NamedTuple, TypeAlias, TypeVar

from .exact import Exact, rational
from .exact.rationals import entries, whole

Support = tuple[int, ...]
Block = tuple[tuple[Fraction, Support], ...]
Groups: TypeAlias = Sequence[Sequence[int]]
Number = TypeVar("Number")
_MOST_FEATURES = 1_000_000


class Moments(NamedTuple):
    """E x_i, E x_i² and the matrix E x_i x_j (with E x_i² on its diagonal), exactly."""

    mean: tuple[Fraction, ...]
    square: tuple[Fraction, ...]
    product: tuple[tuple[Fraction, ...], ...]


def variance(density: Number) -> Number:
    """Var x = p/3 − p²/4 of a feature of density p, an exact number or an expression: what dropping it costs (column 0,
    bias E x = p/2) in units of its importance.
    """
    return density / 3 - density * density / 4  # type: ignore[operator, no-any-return]


class Law:
    """A rule that gives P(T), the probability that exactly the features in T are active."""

    def blocks(self, n: int) -> tuple[Block, ...]:
        """The independent blocks; ValueError when the law does not fit n features."""
        raise NotImplementedError

    def supports(self, n: int) -> Iterator[tuple[Support, Fraction]]:
        """Each T (increasing) once, with P(T) > 0; the probabilities sum to 1 exactly."""
        for choice in product(*self.blocks(n)):
            probability = prod((alternative[0] for alternative in choice), start=Fraction(1))
            if probability:
                yield tuple(sorted(i for _, features in choice for i in features)), probability

    def inclusion(self, features: Iterable[int], n: int) -> Fraction:
        """P(all of `features` are active)."""
        wanted = set(entries(features, "features", lambda i, name: whole(i, name, 0, whole(n, "n", 1) - 1)))
        total = Fraction(1)
        for block in self.blocks(n):
            mine = wanted & {i for _, members in block for i in members}
            wanted -= mine
            total *= sum((p for p, members in block if mine <= set(members)), Fraction(0))
        return total if not wanted else Fraction(0)

    def moments(self, n: int) -> Moments:
        r""":math:`E x_i = P_i/2,\; E x_i^2 = P_i/3,\; E x_i x_j = P_{ij}/4`, with P the inclusion probabilities."""
        single = [self.inclusion((i,), n) for i in range(whole(n, "n", 1))]
        square = tuple(p / 3 for p in single)
        products = tuple(
            tuple(square[i] if i == j else self.inclusion((i, j), n) / 4 for j in range(n)) for i in range(n)
        )
        return Moments(tuple(p / 2 for p in single), square, products)


@dataclass(frozen=True)
class Independent(Law):
    """Feature i is 0 with probability s_i, independently. `sparsity`: one exact number, or one for each feature.

    >>> dict(Independent("1/4").supports(2))[0, 1]
    Fraction(9, 16)
    """

    sparsity: Exact | tuple[Exact, ...]

    def __post_init__(self) -> None:
        if isinstance(self.sparsity, list):
            object.__setattr__(self, "sparsity", tuple(self.sparsity))
        for value in self.sparsity if isinstance(self.sparsity, tuple) else (self.sparsity,):
            _probability(value)

    def blocks(self, n: int) -> tuple[Block, ...]:
        each = self.sparsity if isinstance(self.sparsity, tuple) else (self.sparsity,) * whole(n, "n", 1)
        if len(each) != n:
            raise ValueError(f"sparsity must be one number or {n}, one for each feature, got {len(each)}")
        return tuple(_alternatives(_probability(s), [(i,)]) for i, s in enumerate(each))


@dataclass(frozen=True)
class OneHot(Law):
    """Exactly one feature is active, each with probability 1/n."""

    def blocks(self, n: int) -> tuple[Block, ...]:
        return (tuple((Fraction(1, n), (i,)) for i in range(whole(n, "n", 1))),)


@dataclass(frozen=True)
class _Grouped(Law):
    """Independent sets of features, each off together with probability s."""

    groups: Groups
    sparsity: Exact

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", _partition(self.groups))
        _probability(self.sparsity)


class Correlated(_Grouped):
    """The features of a set are all off together with probability s, otherwise all on; sets are independent."""

    def blocks(self, n: int) -> tuple[Block, ...]:
        s = _probability(self.sparsity)
        return tuple(_alternatives(s, [tuple(group)]) for group in _covering(self.groups, n))


class Anticorrelated(_Grouped):
    """A set is off with probability s, otherwise exactly one of its features is on, each as often; sets independent."""

    def blocks(self, n: int) -> tuple[Block, ...]:
        s = _probability(self.sparsity)
        return tuple(_alternatives(s, [(i,) for i in group]) for group in _covering(self.groups, n))


def _alternatives(s: Fraction, active: Sequence[Support]) -> Block:
    """Off with probability s, otherwise one of `active`, each as often; alternatives of probability 0 are left out."""
    block = [(s, ()), *(((1 - s) / len(active), features) for features in active)]
    return tuple((probability, features) for probability, features in block if probability)


def _probability(value: Exact) -> Fraction:
    s = rational(value, "sparsity")
    if not 0 <= s <= 1:
        raise ValueError(f"sparsity must lie in [0, 1], got {s}")
    return s


def _partition(groups: Groups) -> tuple[tuple[int, ...], ...]:
    """The groups as tuples; ValueError where one is empty or they overlap."""
    found = entries(groups, "groups", lambda group, name: entries(group, name, _feature))
    members = [i for group in found for i in group]
    if not all(found) or not members:
        raise ValueError(f"groups must not be empty, got {found}")
    if len(set(members)) != len(members):
        shared = sorted({i for i in members if members.count(i) > 1})
        raise ValueError(f"groups must not overlap, got feature {shared[0]} twice in {found}")
    return found


def _feature(index: object, name: str) -> int:
    return whole(index, name, 0, _MOST_FEATURES - 1)


def _covering(groups: Groups, n: int) -> Groups:
    """The groups, if together they are the features 0, …, n − 1."""
    members = sorted(i for group in groups for i in group)
    if members != list(range(whole(n, "n", 1))):
        raise ValueError(f"groups must cover the features 0 to {n - 1} once each, got {groups}")
    return groups
