"""Independent features, one at a time, and sets of features that are on together or one of them at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from ..exact import Exact, rational
from ..exact.rationals import entries, whole
from .blocks import Alternatives, Block, switch
from .law import Law
from .magnitudes import UNIT, Magnitude, magnitude_or_row

Groups: TypeAlias = Sequence[Sequence[int]]
_MOST_FEATURES = 1_000_000


@dataclass(frozen=True, repr=False)
class Independent(Law):
    """Feature i is 0 with probability s_i, independently. `sparsity`: one exact number, or one for each feature; `magnitude`:
    of an active feature, one or one for each.

    >>> dict(Independent("1/4").supports(2))[0, 1]
    Fraction(9, 16)
    """

    sparsity: Exact | tuple[Exact, ...]
    magnitude: Magnitude | tuple[Magnitude, ...] = field(default=UNIT, kw_only=True)

    def __post_init__(self) -> None:
        if isinstance(self.sparsity, list):
            object.__setattr__(self, "sparsity", tuple(self.sparsity))
        for value in self.sparsity if isinstance(self.sparsity, tuple) else (self.sparsity,):
            probability(value, "sparsity")
        object.__setattr__(self, "magnitude", magnitude_or_row(self.magnitude))

    def blocks(self, n: int) -> tuple[Block, ...]:
        each = self.sparsity if isinstance(self.sparsity, tuple) else (self.sparsity,) * whole(n, "n", 1)
        if len(each) != n:
            raise ValueError(f"sparsity must be one number or {n}, one for each feature, got {len(each)}")
        return tuple(switch(probability(s, "sparsity"), [(i,)]) for i, s in enumerate(each))


@dataclass(frozen=True, repr=False)
class OneHot(Law):
    """Exactly one feature is active, each with probability 1/n."""

    magnitude: Magnitude | tuple[Magnitude, ...] = field(default=UNIT, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "magnitude", magnitude_or_row(self.magnitude))

    def blocks(self, n: int) -> tuple[Block, ...]:
        return (Alternatives(tuple((Fraction(1, n), (i,)) for i in range(whole(n, "n", 1)))),)


@dataclass(frozen=True, repr=False)
class _Grouped(Law):
    """Independent sets of features, each off together with probability s."""

    groups: Groups
    sparsity: Exact
    magnitude: Magnitude | tuple[Magnitude, ...] = field(default=UNIT, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", partition(self.groups))
        probability(self.sparsity, "sparsity")
        object.__setattr__(self, "magnitude", magnitude_or_row(self.magnitude))


@dataclass(frozen=True, repr=False)
class Correlated(_Grouped):
    """The features of a set are all off together with probability s; sets are independent. Otherwise each is off with probability
    `own`, by a switch of its own: all are on where that is 0, and with s = 0 they are independent.

    Two features of density p and correlation ρ ≥ 0 are a set with own = (1 − p)(1 − ρ) and s = 1 − p/(1 − own).

    >>> dict(Correlated([(0, 1)], "1/2", own="1/3").supports(2))[0, 1]
    Fraction(2, 9)
    """

    own: Exact = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        probability(self.own, "own")

    def blocks(self, n: int) -> tuple[Block, ...]:
        s, own = probability(self.sparsity, "sparsity"), probability(self.own, "own")
        groups = covering(self.groups, n)
        if not own:
            return tuple(switch(s, [tuple(group)]) for group in groups)
        return tuple(switch(s, [tuple(switch(own, [(i,)]) for i in group)]) for group in groups)


@dataclass(frozen=True, repr=False)
class Anticorrelated(_Grouped):
    """A set is off with probability s, otherwise exactly one of its features is on, each as often; sets independent."""

    def blocks(self, n: int) -> tuple[Block, ...]:
        s = probability(self.sparsity, "sparsity")
        return tuple(switch(s, [(i,) for i in group]) for group in covering(self.groups, n))


def probability(value: Exact, name: str) -> Fraction:
    found = rational(value, name)
    if not 0 <= found <= 1:
        raise ValueError(f"{name} must lie in [0, 1], got {found}")
    return found


def partition(groups: Groups) -> tuple[tuple[int, ...], ...]:
    """The groups as tuples; ValueError where one is empty or they overlap."""
    found = entries(groups, "groups", lambda group, name: entries(group, name, feature))
    members = [i for group in found for i in group]
    if not all(found) or not members:
        raise ValueError(f"groups must not be empty, got {found}")
    if len(set(members)) != len(members):
        shared = sorted({i for i in members if members.count(i) > 1})
        raise ValueError(f"groups must not overlap, got feature {shared[0]} twice in {found}")
    return found


def feature(index: object, name: str) -> int:
    return whole(index, name, 0, _MOST_FEATURES - 1)


def covering(groups: Groups, n: int) -> Groups:
    """The groups, if together they are the features 0, …, n − 1."""
    members = sorted(i for group in groups for i in group)
    if members != list(range(whole(n, "n", 1))):
        raise ValueError(f"groups must cover the features 0 to {n - 1} once each, got {groups}")
    return groups
