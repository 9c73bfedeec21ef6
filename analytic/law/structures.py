"""Exactly k active features, parents and children, and products of laws on groups of features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..exact import Exact
from ..exact.rationals import entries, instance, whole
from .blocks import Alternatives, Block, Choice, Support, Times
from .law import Law
from .magnitudes import UNIT, Magnitude, magnitude_or_row
from .sets import Groups, covering, feature, partition, probability


@dataclass(frozen=True, repr=False)
class ExactlyActive(Law):
    """Exactly k features are active, each set of k as often; `OneHot` is k = 1.

    >>> sorted(ExactlyActive(2).supports(3))
    [((0, 1), Fraction(1, 3)), ((0, 2), Fraction(1, 3)), ((1, 2), Fraction(1, 3))]
    """

    k: int
    magnitude: Magnitude | tuple[Magnitude, ...] = field(default=UNIT, kw_only=True)

    def __post_init__(self) -> None:
        whole(self.k, "k", 1)
        object.__setattr__(self, "magnitude", magnitude_or_row(self.magnitude))

    def blocks(self, n: int) -> tuple[Block, ...]:
        if self.k > whole(n, "n", 1):
            raise ValueError(f"k must be at most the number of features, {n}, got {self.k}")
        return (Choice(tuple(range(n)), self.k),)


@dataclass(frozen=True, repr=False)
class Tree(Law):
    """A child can be active only with its parent. `edges`: pairs (parent, child), a forest; `probabilities`: of each feature to
    be active. So a child is on with probability P(child)/P(parent) where its parent is, independently of its siblings.

    >>> Tree([(0, 1), (0, 2)], ("1/2", "1/4", "1/4")).inclusion((1, 2), 3)
    Fraction(1, 8)
    """

    edges: Sequence[tuple[int, int]]
    probabilities: tuple[Exact, ...]
    magnitude: Magnitude | tuple[Magnitude, ...] = field(default=UNIT, kw_only=True)

    def __post_init__(self) -> None:
        edges = entries(self.edges, "edges", lambda edge, name: entries(edge, name, feature, 2))
        each = entries(self.probabilities, "probabilities", lambda p, name: probability(p, name))
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "probabilities", tuple(self.probabilities))
        object.__setattr__(self, "magnitude", magnitude_or_row(self.magnitude))
        parent = parents(edges, len(each))
        for child, above in parent.items():
            if each[child] > each[above]:
                raise ValueError(
                    f"probabilities of a child must be at most its parent's, got {each[child]} for feature {child} under "
                    f"{each[above]} for feature {above}"
                )

    def blocks(self, n: int) -> tuple[Block, ...]:
        each = [probability(p, "probabilities") for p in self.probabilities]
        if len(each) != whole(n, "n", 1):
            raise ValueError(f"probabilities must be {n}, one for each feature, got {len(each)}")
        parent = {child: above for above, child in self.edges}
        given = [
            p if i not in parent else p / each[parent[i]] if each[parent[i]] else Fraction(0)
            for i, p in enumerate(each)
        ]
        below: list[list[int]] = [[] for _ in each]
        for above, child in self.edges:
            below[above].append(child)
        made: dict[int, Block] = {}
        for i in _leaves_first(below, [i for i in range(n) if i not in parent]):
            on: tuple[int | Block, ...] = (i, *(made.pop(child) for child in below[i]))
            rows: tuple[tuple[Fraction, tuple[int | Block, ...]], ...] = ((1 - given[i], ()), (given[i], on))
            made[i] = Alternatives(tuple(row for row in rows if row[0]))
        return tuple(made[i] for i in sorted(made))


@dataclass(frozen=True, repr=False)
class Product(Law):
    """Groups of features, independent of each other: on `groups[k]` the law `laws[k]`, or one law on each. Features of a group
    are numbered within it, in its order.

    >>> Product([(0, 2), (1,)], (ExactlyActive(1), ExactlyActive(1))).inclusion((0, 1), 3)
    Fraction(1, 2)
    """

    groups: Groups
    laws: Law | tuple[Law, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", partition(self.groups))
        if not isinstance(self.laws, Law):
            object.__setattr__(self, "laws", entries(self.laws, "laws", _law, len(self.groups)))

    @property
    def parts(self) -> tuple[tuple[Sequence[int], Law], ...]:
        laws = (self.laws,) * len(self.groups) if isinstance(self.laws, Law) else self.laws
        return tuple(zip(self.groups, laws, strict=True))

    def blocks(self, n: int) -> tuple[Block, ...]:
        covering(self.groups, n)
        return tuple(_Placed(block, tuple(group)) for group, law in self.parts for block in law.blocks(len(group)))

    def magnitudes(self, n: int) -> tuple[Magnitude, ...]:
        covering(self.groups, n)
        found = {i: one for group, law in self.parts for i, one in zip(group, law.magnitudes(len(group)), strict=True)}
        return tuple(found[i] for i in range(n))


@dataclass(frozen=True)
class _Placed(Block):
    """A block of which feature k is `places[k]`."""

    block: Block
    places: Support

    @property
    def features(self) -> Support:
        return tuple(sorted(self.places[k] for k in self.block.features))

    def applied(self, start: Any, times: Times[Any], mix: Any) -> Any:
        return self.block.applied(start, lambda value, k: times(value, self.places[k]), mix)

    def corners(self, each: Callable[[int], int]) -> int:
        return self.block.corners(lambda k: each(self.places[k]))


def parents(edges: Sequence[Sequence[int]], n: int) -> dict[int, int]:
    """Child → parent; ValueError where a feature has two, or is below itself."""
    parent: dict[int, int] = {}
    for above, child in edges:
        if max(above, child) >= n:
            raise ValueError(f"edges must join features 0 to {n - 1}, as many as probabilities, got ({above}, {child})")
        if child in parent:
            raise ValueError(f"edges must give a feature one parent, got {parent[child]} and {above} for {child}")
        parent[child] = above
    for start in parent:
        seen, at = {start}, start
        while at in parent:
            at = parent[at]
            if at in seen:
                raise ValueError(f"edges must have no cycle, got one through feature {at}")
            seen.add(at)
    return parent


def _leaves_first(below: Sequence[Sequence[int]], roots: Sequence[int]) -> list[int]:
    order = list(roots)
    for i in order:
        order.extend(below[i])
    return order[::-1]


def _law(value: object, name: str) -> Law:
    return instance(value, name, Law, "laws of analytic.law, one or one for each group")
