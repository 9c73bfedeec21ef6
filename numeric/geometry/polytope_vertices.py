"""Unit vertices of polytopes in floats, as columns (m, n); nothing here is shared with the exact ones."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.linalg import block_diag, helmert

from ..arguments import Floats

_TIGHT = 3**-0.5
_GOLDEN = (1 + 5**0.5) / 2
QUARTIC_ROOTS = (1, 5, 8, 12)
"""Fourth roots of 1 modulo 13."""


def polygon(k: int) -> Floats:
    """(2, k): the k-th roots of unity; for k = 2 the digon, (1, 2)."""
    if k == 2:
        return orthoplex(1)
    roots = np.exp(2j * np.pi * np.arange(k) / k)
    return np.array([roots.real, roots.imag])


def simplex(d: int) -> Floats:
    """(d, d + 1): the standard basis of d + 1 dimensions seen along its diagonal, scaled to 1."""
    corners = np.asarray(helmert(d + 1))
    return np.asarray(corners / np.linalg.norm(corners, axis=0))


def orthoplex(d: int) -> Floats:
    """(d, 2d): e₁, −e₁, e₂, −e₂, …"""
    return np.asarray(np.kron(np.eye(d), [[1.0, -1.0]]), dtype=np.float64)


def cube(d: int = 3) -> Floats:
    """(d, 2^d): (±1, …, ±1)/√d."""
    signs = [[1 - 2 * (corner >> axis & 1) for corner in range(2**d)] for axis in range(d)]
    return np.asarray(np.array(signs) / d**0.5)


def demicube(d: int) -> Floats:
    """(d, 2^(d − 1)): the vertices of the cube with an even number of minus signs."""
    corners = cube(d)
    return np.asarray(corners[:, (corners < 0).sum(axis=0) % 2 == 0])


def rectified_simplex(d: int) -> Floats:
    """(d, d(d + 1)/2): middles of the edges of a simplex, scaled to 1."""
    i, j = np.array(list(combinations(range(d + 1), 2))).T
    middles = simplex(d)[:, i] + simplex(d)[:, j]
    return np.asarray(middles / np.linalg.norm(middles, axis=0))


def harmonic() -> Floats:
    """(4, 13): the 13th roots of unity at frequencies that differ by fourth roots of 1, from the real orthogonal projection that
    these frequencies span.
    """
    phases = np.exp(2j * np.pi * np.outer(QUARTIC_ROOTS, np.arange(13)) / 13)
    return np.array([phases[0].real, phases[0].imag, phases[1].real, phases[1].imag]) / 2**0.5


def product(*factors: Floats) -> Floats:
    """The Cartesian product, (Σ d, Π n): every choice of a vertex of each factor, these of norm √d, scaled to 1."""
    whole = np.zeros((0, 1))
    for factor in factors:
        n = factor.shape[1]
        repeated = np.repeat(whole, n, axis=1)
        whole = np.vstack([repeated, np.tile(factor * len(factor) ** 0.5, whole.shape[1])])
    return np.asarray(whole / len(whole) ** 0.5)


def icosahedron() -> Floats:
    """(3, 12): two poles and a pentagonal antiprism of height 1/√5."""
    return np.hstack([[[0, 0], [0, 0], [1, -1]], antiprism(5, 5**-0.5)])


def dodecahedron() -> Floats:
    """(3, 20): a cube, and (0, ±1/φ, ±φ)/√3 with its cyclic shifts."""
    rectangle = np.array([[0, 0, 0, 0], [1, 1, -1, -1], [1, -1, 1, -1]]) * [[0], [1 / _GOLDEN], [_GOLDEN]]
    return np.hstack([cube(), *(np.roll(rectangle, shift, axis=0) / 3**0.5 for shift in range(3))])


def antiprism(k: int, height: float = _TIGHT) -> Floats:
    """(3, 2k): a k-gon at z = height and one turned by π/k at z = −height; a tight frame at 1/√3, the default."""
    ring = polygon(2 * k) * (1 - height**2) ** 0.5
    return np.vstack([np.hstack([ring[:, ::2], ring[:, 1::2]]), np.repeat([height, -height], k)])


def tegum(*factors: Floats) -> Floats:
    """The factors in orthogonal spaces."""
    return np.asarray(block_diag(*factors), dtype=np.float64)
