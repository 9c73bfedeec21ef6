"""What every minimiser returns: distinct minima in order of value, with how many runs came to each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from .arguments import Floats
from .printed import html_table

T = TypeVar("T")


@dataclass(frozen=True)
class Minimum:
    """One distinct end point: `count` runs came here. `gradient_norm` is the largest entry of the gradient,
    leaving out entries that push against a bound; `converged` says that it reached the tolerance.

    >>> import numpy as np
    >>> Minimum(0.5, np.zeros(2), 0.0, 3, False)
    Minimum: 0.5, from 3 starts, not converged
    """

    value: float
    point: Floats
    gradient_norm: float
    count: int
    converged: bool

    def __float__(self) -> float:
        return self.value

    def __repr__(self) -> str:
        rest = "" if self.converged else ", not converged"
        return f"{type(self).__name__}: {self.value:.10g}, from {self.count} starts{rest}"


@dataclass(frozen=True)
class Solution:
    """Distinct minima in order of value. `unconverged` counts the runs that did not reach the gradient
    tolerance, whichever minimum they are counted under.
    """

    minima: tuple[Minimum, ...]
    unconverged: int

    def __float__(self) -> float:
        return self.value

    def __repr__(self) -> str:
        counts = f"{len(self.minima)} distinct, {self.unconverged} starts not converged"
        return f"{type(self).__name__}: {self.value:.10g}, the lowest of {counts}"

    def _repr_html_(self) -> str:
        rows = [(f"{one.value:.10g}", one.count, one.converged, f"{one.gradient_norm:.1g}") for one in self.minima]
        return html_table(("value", "starts", "converged", "largest gradient entry"), rows)

    @property
    def value(self) -> float:
        """The lowest of the minima's values, converged or not: `converged` tells."""
        return self.minima[0].value

    @property
    def point(self) -> Floats:
        return self.minima[0].point

    @property
    def converged(self) -> bool:
        return self.minima[0].converged


M = TypeVar("M", bound=Minimum)


def grouped(ends: Iterable[T], same: Callable[[T, T], bool]) -> list[list[T]]:
    """Each end goes to the first group whose first member `same(first, end)` takes it for, or begins one."""
    groups: list[list[T]] = []
    for end in ends:
        group = next((group for group in groups if same(group[0], end)), None)
        if group is None:
            groups.append([end])
        else:
            group.append(end)
    return groups


def merged(ends: Sequence[M], same: Callable[[M, M], bool]) -> tuple[M, ...]:
    """Distinct minima in order of value, with their counts; the lowest, converged if any is, stands for its group."""
    order = sorted(ends, key=lambda end: (not end.converged, end.value))
    found = [replace(group[0], count=sum(end.count for end in group)) for group in grouped(order, same)]
    return tuple(sorted(found, key=lambda minimum: minimum.value))


def rotations(W: Floats, tolerance: float) -> int:
    """The dimension of the orbit of W (m, n) under rotations of R^m: m(m − 1)/2 unless its columns span too little."""
    m = len(W)
    turned = np.zeros((m, m, *W.shape))
    for a, b in zip(*np.triu_indices(m, 1), strict=True):
        turned[a, b, a], turned[a, b, b] = -W[b], W[a]
    return int(np.linalg.matrix_rank(turned.reshape(m * m, -1), tol=tolerance))


def changes_of_basis(W: Floats, W_out: Floats, tolerance: float) -> int:
    """The dimension of the orbit of W (m, n) and W_out (n, m) under EW, W_out E⁻¹: m² unless they span too little."""
    m = len(W)
    moved = [np.concatenate([(E @ W).ravel(), -(W_out @ E).ravel()]) for E in np.eye(m * m).reshape(-1, m, m)]
    return int(np.linalg.matrix_rank(np.array(moved), tol=tolerance))
