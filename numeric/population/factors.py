r"""Rows of WᵀW as problems of their own: z = b + g·x, and the law of x as independent factors.

Groups of features are independent: a group is off with probability s_G, otherwise one of its features is active, or all
of them. With :math:`φ_m(u) = ∫_0^1 x^m e^{ux} dx`, E e^{ζz} is e^{ζb} times the product of

.. math:: s_G + \sum_{j∈G} p_j φ_0(ζ g_j) \quad\text{(one of them)}, \qquad s_G + p_G \prod_{j∈G} φ_0(ζ g_j) \quad\text{(all)}

with p_j the probability that feature j is active. E x_i e^{ζz} has φ_1 in place of φ_0 at feature i, and only the terms of
its group in which i is active.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

_NEVER_OFF = (
    1e-100  # in place of 0, where at most two features are ever active and weights are products with its inverse
)


@dataclass(frozen=True, eq=False)
class Form:
    """Which features make a group, side by side: `start` (G + 1,); `together`: all of an active group are active."""

    start: Integers
    together: bool

    @cached_property
    def size(self) -> Integers:
        return np.diff(self.start)

    @cached_property
    def group(self) -> Integers:
        """(n,) the group of each feature."""
        return np.repeat(np.arange(len(self.size)), self.size)

    @cached_property
    def single(self) -> bool:
        return len(self.size) == int(self.start[-1])

    @cached_property
    def degree(self) -> Integers:
        """(G,) how many features are active when the group is."""
        return self.size if self.together else np.ones_like(self.size)

    @cached_property
    def most_active(self) -> int:
        return int(self.degree.sum())

    def sums(self, values: Floats) -> Floats:
        """(R, n) to (R, G)"""
        return values if self.single else np.add.reduceat(values, self.start[:-1], axis=1)

    def spread(self, values: Floats) -> Floats:
        """(R, G) to (R, n)"""
        return values if self.single else values[:, self.group]


@dataclass(frozen=True, eq=False)
class Rows:
    """`g`, `share` (R, n): slopes, and P(x_j ≠ 0); `b` (R,); `own` (R,) the row's own feature; `off` (R, G).

    Of independent features those with slope 0 do not act on their row, and count as never active: `acting` (R, n).
    """

    g: Floats
    b: Floats
    own: Integers
    share: Floats
    off: Floats
    form: Form
    acting: Booleans

    @staticmethod
    def of(g: Floats, b: Floats, own: Integers, share: Floats, off: Floats, form: Form) -> Rows:
        """`share`: (R, n) and `off`: (R, G) of the law itself."""
        acting = share > 0
        if form.single:
            acting &= g != 0
            acting[np.arange(len(g)), own] = share[np.arange(len(g)), own] > 0
            share, off = np.where(acting, share, 0.0), np.where(acting, off, 1.0)
        return Rows(np.where(share > 0, g, 0.0), b, own, share, off, form, acting)

    def __len__(self) -> int:
        return len(self.b)

    def take(self, some: Booleans | Integers) -> Rows:
        arrays: tuple[Any, ...] = (self.g, self.b, self.own, self.share, self.off, self.acting)
        g, b, own, share, off, acting = (np.ascontiguousarray(array[some]) for array in arrays)
        return Rows(g, b, own, share, off, self.form, acting)

    @cached_property
    def low(self) -> Floats:
        """(R,) a lower bound of z, attained where all features can be active together."""
        low: Floats = self.b + np.minimum(self.g, 0).sum(1)
        return low

    @cached_property
    def high(self) -> Floats:
        high: Floats = self.b + np.maximum(self.g, 0).sum(1)
        return high

    @cached_property
    def splittable(self) -> Booleans:
        """(R,) whether every group is off at times."""
        found: Booleans = np.asarray((self.off > 0).all(axis=1))
        return found

    @cached_property
    def ratio(self) -> Floats:
        """(R, n) p_j / s_G; where no more than two features are ever active s_G = 0 is next to 0 instead."""
        return self.share / self.form.spread(np.maximum(self.off, _NEVER_OFF))

    @cached_property
    def log_nothing(self) -> Floats:
        """(R,) log P(nothing active)"""
        logs: Floats = np.log(np.maximum(self.off, _NEVER_OFF)).sum(1)
        return logs
