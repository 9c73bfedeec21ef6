r"""Energy of points on the unit sphere in any dimension, with its exact gradient and Hessian there.

With φ of :mod:`numeric.thomson.pair_energy` and G the Gram matrix, E = Σ_{i<j} φ(g_ij). Along a geodesic r_i″ = −|r_i′|² r_i, so

.. math:: \nabla_i E = (1 - r_i r_i^T) \sum_j \phi'(g_{ij}) r_j, \qquad
          H_{ij} = B_i^T [\phi'(g_{ij}) + \phi''(g_{ij}) r_j r_i^T] B_j \quad (i \ne j),

.. math:: H_{ii} = B_i^T \Big[\sum_j \phi''(g_{ij}) r_j r_j^T\Big] B_i - \sum_j \phi'(g_{ij}) g_{ij},

B_i (dim, dim − 1) an orthonormal basis of the tangent space at r_i, so that H is the second derivative along geodesics.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import Floats, array
from .pair_energy import Energy, EnergyLike, energy_of


def unit_points(points: ArrayLike) -> Floats:
    """`points` (n, dim), n and dim ≥ 1, scaled to length 1. ValueError for another shape, a point at the origin, or one
    that is not finite.
    """
    read = array("points", points)
    if read.ndim != 2 or 0 in read.shape:
        raise ValueError(f"points must have shape (n, dim) with n, dim ≥ 1, got {read.shape}")
    largest = np.abs(read).max(axis=1, keepdims=True)
    if not largest.all():
        raise ValueError(f"points must lie off the origin, got point {int(largest[:, 0].argmin())} at it")
    return scaled(read / largest)


def scaled(points: Floats) -> Floats:
    """Each row of `points` to length 1."""
    return np.asarray(points / np.sqrt((points * points).sum(axis=1, keepdims=True)))


def energy(points: ArrayLike, kind: EnergyLike = "coulomb") -> float:
    """E of `points` (n, dim), scaled to length 1, from differences of coordinates: n²·dim work, no cancellation for near
    points. 0 for one point; inf beyond the range of floats. ValueError for bad points, an unknown energy, or an infinite one:
    coincident points.
    """
    pair = energy_of(kind)
    units = unit_points(points)
    first, second = np.triu_indices(len(units), 1)
    squares = ((units[first] - units[second]) ** 2).sum(axis=1)
    if pair.singular and not squares.all():
        k = int(squares.argmin())
        raise ValueError(
            f"points must be distinct, or the energy is infinite, got {first[k]} and {second[k]} coincident"
        )
    with np.errstate(over="ignore"):
        return float(pair.between(squares).sum())


def gradient(points: ArrayLike, kind: EnergyLike = "coulomb") -> Floats:
    """∇E on the sphere, (n, dim): its rows are tangent. Relative to the forces Σ_j |φ′|, good to eps over the least q."""
    objective, units = _at(points, kind)
    return objective.gradient(units)


def hessian(points: ArrayLike, kind: EnergyLike = "coulomb") -> Floats:
    """H in the bases that `tangent_bases` gives, (n(dim − 1), n(dim − 1)), symmetric. ValueError as for `energy`."""
    objective, units = _at(points, kind)
    return objective.hessian(units)


def tangent_bases(units: Floats) -> Floats:
    """An orthonormal basis of each tangent space, (n, dim, dim − 1): the reflection that takes the first axis to −sign·r_i,
    less its first column.
    """
    normals = units.copy()
    normals[:, 0] += np.where(units[:, 0] < 0, -1.0, 1.0)
    scale = 2 / (normals**2).sum(axis=1)
    reflections = np.eye(units.shape[1]) - scale[:, None, None] * normals[:, :, None] * normals[:, None, :]
    return np.asarray(reflections[:, :, 1:])


def _at(points: ArrayLike, kind: EnergyLike) -> tuple[Objective, Floats]:
    pair = energy_of(kind)
    units = unit_points(points)
    energy(units, pair)  # refuses coincident points
    return Objective(len(units), units.shape[1], pair), units


class Objective:
    """E of n points from their Gram matrix; called with x (n·dim,), E(x/|x|) and its gradient in x, for a minimiser without
    constraints: the gradient is orthogonal to every point, so that points cannot shrink to the origin.
    """

    def __init__(self, n: int, dim: int, pair: Energy) -> None:
        self.shape = (n, dim)
        self._pair = pair
        self._opposite = float(pair.pair(np.array([-1.0])).value[0])

    def __call__(self, x: Floats) -> tuple[float, Floats]:
        points = x.reshape(self.shape)
        norms = np.sqrt((points * points).sum(axis=1, keepdims=True))
        units = points / norms
        value, pull = self._pull(units)
        pull -= (pull * units).sum(axis=1, keepdims=True) * units
        pull /= norms
        return value, pull.ravel()

    def gradient(self, units: Floats) -> Floats:
        pull = self._pull(units)[1]
        return np.asarray(pull - (pull * units).sum(axis=1, keepdims=True) * units)

    def force(self, units: Floats) -> float:
        """The largest Σ_j |φ′(g_ij)|: rounding of the gradient is a few eps of it."""
        return float(np.abs(self._slopes(units @ units.T)[1]).sum(axis=1).max())

    def potential(self, sites: Floats, units: Floats) -> Floats:
        """Σ_j φ(s·r_j) at each site s, (k, dim) to (k,)."""
        return np.asarray(self._pair.pair(sites @ units.T).value.sum(axis=1))

    def hessian(self, units: Floats, ahead: float = 0.0) -> Floats:
        """H in the tangent bases, with φ″ taken at cosines larger by `ahead`: on the far side of a jump close by."""
        n, dim = self.shape
        bases = tangent_bases(units)
        cosines = units @ units.T
        _, slopes = self._slopes(cosines)
        curvatures = self._pair.curvature(cosines + ahead)
        np.fill_diagonal(curvatures, 0.0)
        rows = bases.transpose(0, 2, 1).reshape(-1, dim)  # (n·(dim − 1), dim): the basis vectors
        along = (rows @ units.T).reshape(n, dim - 1, n)  # B_iᵀ r_j
        crossed = along[:, :, :, None] * along.transpose(2, 0, 1)[:, None]  # (B_iᵀ r_j)(r_iᵀ B_j)
        H = (rows @ rows.T).reshape(crossed.shape) * slopes[:, None, :, None]
        H += curvatures[:, None, :, None] * crossed
        own = np.einsum("iaj,ij,ibj->iab", along, curvatures, along, optimize=True)
        own -= (slopes * cosines).sum(axis=1)[:, None, None] * np.eye(dim - 1)
        H[np.arange(n), :, np.arange(n), :] = own
        return np.asarray(H.reshape(n * (dim - 1), n * (dim - 1)))

    def _slopes(self, cosines: Floats) -> tuple[float, Floats]:
        """E and φ′, 0 on the diagonal, whose cosines are set to −1 on the way: there every φ is finite."""
        np.fill_diagonal(cosines, -1.0)
        value, slopes = self._pair.pair(cosines)
        np.fill_diagonal(slopes, 0.0)
        return float(value.sum() - len(cosines) * self._opposite) / 2, slopes

    def _pull(self, units: Floats) -> tuple[float, Floats]:
        value, slopes = self._slopes(units @ units.T)
        return value, slopes @ units
