r"""The means of y = Σ g_j x_j over the small entries of a row, as weights of eight Chebyshev nodes of its range [l, h].

With t = (2y - l - h)/(h - l), the weights give the means of t^r, x_j t^r and x_j x_l t^r, r < 8: exact for polynomials of degree
up to 7. Cumulants add; means of powers are their exponential. Sums go over the nodes one after another, and no product of
matrices is taken, so that a row has the same bits however many stand beside it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .factors import Floats, Integers

NODES = 8
_T = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
_WEIGHTS = np.linalg.inv(_T ** np.arange(NODES)[:, None])
"""From the means of t^r to the weights of the nodes."""
_FACTORIAL = np.array([math.factorial(r) for r in range(NODES)])


class Small(NamedTuple):
    """The small entries of some rows: y is `middle` + `reach` t; logarithms of Σ E(entry)^r s^r/r!, entries in units of `reach`
    (of 1 where all are 0), (R, n, 8); what they are multiplied by for E x_j and E x_j² under the mean, likewise.
    """

    middle: Floats
    reach: Floats
    unit: Floats
    log: Floats
    by_x: Floats
    by_xx: Floats

    @staticmethod
    def of(g: Floats, p: Floats, large: Integers) -> Small:
        """Of rows g with the large entries at the places `large`, (R, k); `p`: (R, n)."""
        rest = np.where(p > 0, g, 0.0)
        np.put_along_axis(rest, large, 0.0, axis=1)
        low, high = np.minimum(rest, 0).sum(1), np.maximum(rest, 0).sum(1)
        reach = (high - low) / 2
        unit = np.where(reach > 0, reach, 1.0)
        powers = np.ones((*rest.shape, NODES))
        powers[:, :, 1:] = (rest / unit[:, None])[:, :, None]
        powers = np.cumprod(powers, axis=2) / _FACTORIAL
        means = [p[:, :, None] * powers / (np.arange(NODES) + 1 + order) for order in range(3)]
        means[0][:, :, 0] = 1.0
        return Small((low + high) / 2, reach, unit, _logarithm(means[0]), means[1], means[2])

    def biases(self, b: Floats) -> Floats:
        """The nodes, (R, 8)."""
        return (b + self.middle)[:, None] + self.reach[:, None] * _T

    @property
    def _total(self) -> Floats:
        total: Floats = self.log.sum(1)
        total[:, 1] -= self.middle / self.unit
        return total

    def weights(self) -> Floats:
        """Of the nodes, for the mean, (R, 8)."""
        return _weighted(_exponential(self._total))

    def weights_by_entry(self) -> Floats:
        """For the mean with x_j, (R, n, 8)."""
        return _weighted(_product(_exponential(self._total[:, None] - self.log), self.by_x))

    def weights_by_entries(self) -> Floats:
        """For the mean with x_j x_l, (R, n, n, 8)."""
        others = self._total[:, None, None] - self.log[:, :, None] - self.log[:, None]
        found = _product(_product(_exponential(others), self.by_x[:, :, None]), self.by_x[:, None])
        j = np.arange(found.shape[1])
        found[:, j, j] = _product(_exponential(self._total[:, None] - self.log), self.by_xx)
        return _weighted(found)


def summed(a: Floats, axis: int) -> Floats:
    """Over the nodes of an axis, one after another."""
    return np.asarray(sum(np.moveaxis(a, axis, 0)))


def _weighted(series: Floats) -> Floats:
    """From Σ E t^r s^r/r! to the weights of the nodes."""
    return summed((series * _FACTORIAL)[..., None, :] * _WEIGHTS, -1)


def _product(a: Floats, c: Floats) -> Floats:
    """Of power series, (..., 8)."""
    a, c = np.broadcast_arrays(a, c)
    return np.stack([sum(a[..., i] * c[..., r - i] for i in range(r + 1)) for r in range(NODES)], axis=-1)


def _logarithm(a: Floats) -> Floats:
    """Of a power series that begins with 1: r l_r = r a_r - Σ i l_i a_{r-i}."""
    found = np.zeros_like(a)
    for r in range(1, NODES):
        found[..., r] = a[..., r] - sum(i * found[..., i] * a[..., r - i] for i in range(1, r)) / r
    return found


def _exponential(log: Floats) -> Floats:
    """The inverse of `_logarithm`: r a_r = Σ i l_i a_{r-i}."""
    found = np.zeros_like(log)
    found[..., 0] = 1.0
    for r in range(1, NODES):
        found[..., r] = sum(i * log[..., i] * found[..., r - i] for i in range(1, r + 1)) / r
    return found
