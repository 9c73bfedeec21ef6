"""Expectations with at most two groups active, by Gauss' rule between kinks, where it is exact: a part of `reference`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Real = np.longdouble
Array = NDArray[np.longdouble]

# Gauss–Legendre of three points on [0, 1]: exact up to degree 5, and F - Q has degree 5 at most in each variable.
_POINTS = (1 + np.array([-1, 0, 1]) * np.sqrt(Real(3) / 5)) / 2
_WEIGHTS = np.array([5, 8, 5], dtype=Real) / 18


class Law(NamedTuple):
    """Independent groups: group k is off with probability off[k]; else one member is active, each as likely."""

    index: NDArray[np.int64]  # (n,) the group of each feature
    off: Array  # (groups,)

    @property
    def share(self) -> Array:
        """(n,) P(x_j ≠ 0)"""
        return ((1 - self.off) / np.bincount(self.index))[self.index]


def independent(sparsity: ArrayLike, n: int) -> Law:
    return Law(np.arange(n), np.broadcast_to(np.asarray(sparsity, Real), n))


def anticorrelated(groups: Sequence[Sequence[int]], sparsity: float) -> Law:
    index = np.empty(sum(map(len, groups)), dtype=np.int64)
    for k, group in enumerate(groups):
        index[list(group)] = k
    return Law(index, np.full(len(groups), sparsity, dtype=Real))


def _cuts(*kinks: Array) -> tuple[Array, Array]:
    """Gauss points and weights on [0, 1], (pieces, 3, ...), between the kinks (clipped, in any order)."""
    ends = np.sort(np.stack([np.zeros_like(kinks[0]), *(np.clip(k, 0, 1) for k in kinks), np.ones_like(kinks[0])]), 0)
    start, length = ends[:-1, None], (ends[1:] - ends[:-1])[:, None]
    along = (slice(None), *(None,) * kinks[0].ndim)
    return start + length * _POINTS[along], length * _WEIGHTS[along]


def _zero(c: Array, slope: Array) -> Array:
    """Where c + slope·x = 0; 0 for no slope."""
    with np.errstate(over="ignore"):
        return np.where(slope == 0, 0, -c / np.where(slope == 0, 1, slope))


def few_active(g: Array, b: np.longdouble, own: int, law: Law, P: np.longdouble) -> np.longdouble:
    """E[F - Q; at most two groups active]."""
    n, r = len(g), law.share / law.off[law.index]
    is_own = (np.arange(n) == own).astype(Real)
    x, w = _cuts(_zero(np.full(n, b), g))
    total = _rest(b, 0, P) + (r * w * _rest(b + g * x, is_own * x, P)).sum()
    for j in range(n):
        # Pairs of j with k > j of another group, x_k inside x_j.
        k = np.flatnonzero((np.arange(n) > j) & (law.index != law.index[j]))
        if not len(k):
            continue
        h = g[k]
        outer, outer_weight = _cuts(np.full(len(k), _zero(b, g[j])), _zero(b + h, np.full(len(k), g[j])))
        c = b + g[j] * outer
        inner, inner_weight = _cuts(_zero(c, np.broadcast_to(h, c.shape)))
        f = _rest(c + h * inner, is_own[j] * outer + is_own[k] * inner, P)
        total += r[j] * (r[k] * outer_weight * (inner_weight * f).sum((0, 1))).sum()
    return total * law.off.prod()


def _rest(z: Array, x: Array | int, P: np.longdouble) -> Array:
    """F - Q at z and x_i = x."""
    y, positive = z / P, np.maximum(z, 0)
    return (
        positive**2
        - 2 * x * positive
        - P**2 * y * (y + 1) * (y + Real(1) / 2) / 3
        + P * x * (y * (y + 1) + Real(1) / 6)
    )
