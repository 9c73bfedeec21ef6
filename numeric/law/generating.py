r"""The generating function of the active features, Σ_T P(T) Π_{j∈T} u_j, by each law's own recursion.

It is a product over independent blocks: s + (1 − s) Π_j (o + (1 − o) u_j) for a set with switches, the elementary symmetric
polynomial divided by its number of terms for exactly k active, and from the leaves of a tree to its roots
F_i = 1 − q_i + q_i u_i Π F_c. The letters u may be of any kind that adds and multiplies: numbers, truncated polynomials,
transforms at many places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ..arguments import sparsity_row, whole
from .groups import partition
from .laws import Anticorrelated, Correlated, ExactlyActive, Independent, Law, OneHot, Product, Tree, group_row, parents
from .magnitude import UNIT, Magnitude

Letters: TypeAlias = Sequence[Any]


class Block(NamedTuple):
    """What a recursion needs. `kind`: "switch" with numbers (off, own), "one" with (off,), "choice" with (k,), "tree" with the
    conditional probability of each feature and `parent`, places among the features or −1, parents first."""

    kind: str
    features: tuple[int, ...]
    numbers: tuple[float, ...]
    parent: tuple[int, ...] = ()

    def value(self, letters: Letters, one: Any) -> Any:
        """The generating function at letters, one for each of all features; `one`: the 1 of their kind."""
        mine = [letters[j] for j in self.features]
        return _RECURSIONS[self.kind](self, mine, one)

    def placed(self, group: Sequence[int]) -> Block:
        return self._replace(features=tuple(int(group[j]) for j in self.features))


def _switch(block: Block, mine: Letters, one: Any) -> Any:
    off, own = block.numbers
    product = one
    for letter in mine:
        product = product * (own * one + (1 - own) * letter if own else letter)
    return off * one + (1 - off) * product


def _one(block: Block, mine: Letters, one: Any) -> Any:
    (off,) = block.numbers
    total = mine[0]
    for letter in mine[1:]:
        total = total + letter
    return off * one + ((1 - off) / len(mine)) * total


def _choice(block: Block, mine: Letters, one: Any) -> Any:
    k = int(block.numbers[0])
    sums = [one]
    for letter in mine:
        more = [sums[r] + letter * sums[r - 1] for r in range(1, len(sums))]
        sums = [one, *more, *([letter * sums[-1]] if len(sums) <= k else [])]
    return (1 / comb(len(mine), k)) * sums[k]


def _tree(block: Block, mine: Letters, one: Any) -> Any:
    below: list[Any] = [letter for letter in mine]
    product = one
    for i in range(len(mine) - 1, -1, -1):
        q = block.numbers[i]
        branch = (1 - q) * one + q * below[i]
        if block.parent[i] < 0:
            product = product * branch
        else:
            below[block.parent[i]] = below[block.parent[i]] * branch
    return product


_RECURSIONS: dict[str, Callable[[Block, Letters, Any], Any]] = {
    "switch": _switch,
    "one": _one,
    "choice": _choice,
    "tree": _tree,
}


def blocks(law: Law, n: int) -> tuple[Block, ...]:
    """The independent blocks of a law of n features; ValueError where it does not fit."""
    n = whole("n", n, 1)
    match law:
        case Independent():
            row = sparsity_row(law.sparsity, n)
            return tuple(Block("one", (i,), (float(s),)) for i, s in enumerate(row))
        case OneHot() | Correlated() | Anticorrelated():
            return _of_groups(law, n)
        case ExactlyActive():
            if law.k > n:
                raise ValueError(f"k must be at most the number of features, {n}, got {law.k}")
            return (Block("choice", tuple(range(n)), (float(law.k),)),)
        case Tree():
            return (_of_tree(law, n),)
        case Product():
            _cover(law, n)
            return tuple(block.placed(group) for group, part in law.parts for block in blocks(part, len(group)))


def as_sparsity(law: Law | None, sparsity: Any, n: int) -> tuple[Law | None, Any]:
    """A law and the sparsity beside it; independent features with values uniform on [0, 1] as their sparsity, without a law."""
    if sparsity is None and isinstance(law, Independent) and {*magnitudes(law, n)} == {UNIT}:
        return None, law.sparsity
    return law, sparsity


def magnitudes(law: Law, n: int) -> tuple[Magnitude, ...]:
    """Of each feature."""
    if isinstance(law, Product):
        _cover(law, n)
        pairs = [
            (i, one) for group, part in law.parts for i, one in zip(group, magnitudes(part, len(group)), strict=True)
        ]
        return tuple(one for _, one in sorted(pairs, key=lambda pair: pair[0]))
    if isinstance(law.magnitude, Magnitude):
        return (law.magnitude,) * whole("n", n, 1)
    if len(law.magnitude) != n:
        raise ValueError(f"magnitude must be one or {n}, one for each feature, got {len(law.magnitude)}")
    return law.magnitude


def whole_value(given: Sequence[Block], letters: Letters, one: Any) -> Any:
    """The product over blocks."""
    total = one
    for block in given:
        total = total * block.value(letters, one)
    return total


def _of_groups(law: OneHot | Correlated | Anticorrelated, n: int) -> tuple[Block, ...]:
    group, off, together = partition(law, n)
    members = [tuple(np.flatnonzero(group == k).tolist()) for k in range(len(off))]
    if not together:
        return tuple(Block("one", each, (float(s),)) for each, s in zip(members, off, strict=True))
    assert isinstance(law, Correlated)
    own = group_row("own", law.own, len(off))
    return tuple(Block("switch", each, (float(s), float(o))) for each, s, o in zip(members, off, own, strict=True))


def _of_tree(law: Tree, n: int) -> Block:
    if len(law.probabilities) != n:
        raise ValueError(f"probabilities must be {n}, one for each feature, got {len(law.probabilities)}")
    parent = parents(law.edges)
    order = [i for i in range(n) if i not in parent]
    below: dict[int, list[int]] = {}
    for child, above in parent.items():
        below.setdefault(above, []).append(child)
    for i in order:
        order.extend(below.get(i, ()))
    place = {i: at for at, i in enumerate(order)}
    each = law.probabilities
    given = tuple(each[i] if i not in parent else each[i] / each[parent[i]] if each[parent[i]] else 0.0 for i in order)
    return Block("tree", tuple(order), given, tuple(place[parent[i]] if i in parent else -1 for i in order))


def _cover(law: Product, n: int) -> None:
    members = sorted(i for group in law.groups for i in group)
    if members != list(range(n)):
        raise ValueError(f"groups must cover the features 0 to {n - 1} once each, got {law.groups}")
