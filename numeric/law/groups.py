"""Independent groups of features that are on together, or one of them at a time: one form for most laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..arguments import Floats, shown, sparsity_row, whole
from .laws import Anticorrelated, Correlated, Law, OneHot, given_law

Number = TypeVar("Number")


def variance(density: Number) -> Number:
    """Var x = p/3 − p²/4 of a feature that is 0 with probability 1 − p, else uniform on [0, 1]; elementwise on an array."""
    return density / 3 - density * density / 4  # type: ignore[operator, no-any-return]


@dataclass(frozen=True, eq=False)
class Groups:
    """Independent groups of features, a group off with probability `off`.

    A group that is on has all its features active (`together`) or exactly one, each as likely. Single features
    are either. `index`: (n,) the group of each feature; `off`, `size`: (groups,); `activity`: (n,) P(x_i ≠ 0).
    """

    index: Tensor
    off: Tensor
    together: bool

    @property
    def n(self) -> int:
        return len(self.index)

    @property
    def size(self) -> Tensor:
        return torch.bincount(self.index, minlength=len(self.off))

    @property
    def share(self) -> Tensor:
        """(groups,) probability that the group is on, or, unless `together`, that one given feature of it is."""
        return (1 - self.off) if self.together else (1 - self.off) / self.size

    @property
    def activity(self) -> Tensor:
        return self.share[self.index]

    @property
    def single(self) -> bool:
        """Whether every group is one feature: the features are independent."""
        return len(self.off) == self.n

    def to(self, device: torch.device) -> Groups:
        return Groups(self.index.to(device), self.off.to(device), self.together)


class Partition(NamedTuple):
    """`group`: (n,) the group of each feature; `off`: (groups,); `together`: whether all of a group are active, or one."""

    group: NDArray[np.int64]
    off: Floats
    together: bool


def partition(law: Law, n: int) -> Partition:
    """The groups of a law of groups. ValueError for another law, where they overlap, miss a feature or name one outside 0..n-1,
    and for a sparsity outside [0, 1].

    >>> partition(Anticorrelated([(0, 2), (1,)], 0.5), 3).group
    array([0, 1, 0])
    """
    n = whole("n", n, 1)
    if isinstance(law := given_law(law), OneHot):
        return Partition(np.zeros(n, np.int64), np.zeros(1), False)
    if not isinstance(law, Correlated | Anticorrelated):
        raise ValueError(
            f"law must be one of groups: OneHot(), Correlated(...) or Anticorrelated(...), got {shown(law)}"
        )
    index = _partition(law.groups, n)
    return Partition(index, sparsity_row(law.sparsity, len(law.groups)), isinstance(law, Correlated))


def grouped(law: Law | None, sparsity: ArrayLike | None, n: int) -> Groups:
    """The law in the form of `Groups`; `law` None for independent features of the given `sparsity`.

    ValueError as `partition`, for a sparsity beside a law that carries its own, and where no feature is ever active.
    """
    n = whole("n", n, 1)
    if law is None:
        if sparsity is None:
            raise ValueError("sparsity must be given where law is None, got None for both")
        form = Groups(torch.arange(n), torch.from_numpy(sparsity_row(sparsity, n)), True)
    else:
        given_law(law)
        if sparsity is not None:
            raise ValueError(f"sparsity must be None beside {type(law).__name__}, got {shown(sparsity)}")
        index, off, together = partition(law, n)
        form = Groups(torch.from_numpy(index), torch.from_numpy(off), together)
    if bool((form.off == 1).all()):
        raise ValueError("sparsity must be below 1 somewhere: with density 0 every feature is always 0")
    return form


def _partition(groups: Sequence[Sequence[int]], n: int) -> NDArray[np.int64]:
    groups = [[whole("groups", feature) for feature in _sequence(group)] for group in _sequence(groups)]
    named = [feature for group in groups for feature in group]
    if any(not group for group in groups):
        raise ValueError(f"groups must not be empty, got {groups}")
    outside = sorted({feature for feature in named if not 0 <= feature < n})
    if outside:
        raise ValueError(f"groups must name features in 0..{n - 1}, got {outside}")
    twice = sorted({feature for feature in named if named.count(feature) > 1})
    if twice:
        raise ValueError(f"groups must not overlap, got {twice} more than once")
    missing = sorted(set(range(n)) - set(named))
    if missing:
        raise ValueError(f"groups must cover every feature, {missing} missing")
    index = np.empty(n, np.int64)
    for place, group in enumerate(groups):
        index[group] = place
    return index


def _sequence(groups: Any) -> Sequence[Any]:
    if isinstance(groups, str | bytes) or not isinstance(groups, Sequence | np.ndarray):
        raise ValueError(f"groups must be a sequence of sequences of features, got {shown(groups)}")
    return groups  # type: ignore[return-value]
