r"""Integrals over a cube of functions that a hyperplane cuts, from those over its faces.

Let z(x) = b + g·x on the faces C of the unit cube, r the dimension of C, and x* any point with z(x*) = 0. Then z_+^k is
homogeneous of degree k about x*, so that div((x - x*) z_+^k) = (r + k) z_+^k, and by Gauss's theorem

.. math:: (r + k) \int_C z_+^k = \sum_{j \text{ free in } C} (1 - x^*_j) \int_{C, x_j = 1} z_+^k
              + x^*_j \int_{C, x_j = 0} z_+^k

and likewise (r + k + 1) ∫_C x_i z_+^k = x*_i ∫_C z_+^k + the same sum with x_i z_+^k. With x* on the diagonal of the
cube from its lowest to its highest value of z no term is negative: nothing cancels, nothing is divided by a coefficient,
and the coefficients may be of any sizes, zero included. Where z has one sign on C its moments are polynomials. The
vertex sum of the literature is what comes of always moving x* to a vertex at infinity, and cancels.

All 3^n faces are done, level by level: every support's cube is one of them. Errors are a few units of rounding.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

_PLAIN = ((2, 1), (1,))
_EXTENDED = ((2, 1, 0, -1), (1, 0, -1))


class Moments(NamedTuple):
    """Of a small addition ε to z, given each support: E ε and E ε², each (rows, 2^n)."""

    first: Tensor
    second: Tensor


class _Level(NamedTuple):
    """The faces of one dimension r. `free`, `high`: (faces, n), 1 where x_j is free, is 1; `below`, `above`: (r, faces),
    the place one level down of the face with the k-th free coordinate at its low, its high end.
    """

    free: Tensor
    high: Tensor
    below: Tensor
    above: Tensor


@lru_cache(maxsize=32)
def _levels(n: int, device: torch.device) -> tuple[tuple[_Level, ...], Tensor]:
    """The levels, and (3^n,) the place in its level of each face, by its digits in base 3 (2 free, 1 high, 0 low)."""
    powers = 3 ** np.arange(n)
    faces = np.arange(3**n)
    digits = faces[:, None] // powers % 3
    dimension = (digits == 2).sum(1)
    members = [np.flatnonzero(dimension == r) for r in range(n + 1)]
    place = np.empty(3**n, np.int64)
    for level in members:
        place[level] = np.arange(len(level))
    levels = []
    for r, level in enumerate(members):
        free = np.nonzero(digits[level] == 2)[1].reshape(len(level), r).T
        levels.append(
            _Level(
                torch.tensor(digits[level] == 2, dtype=torch.float64, device=device),
                torch.tensor(digits[level] == 1, dtype=torch.float64, device=device),
                torch.tensor(place[level - 2 * powers[free]], device=device),
                torch.tensor(place[level - powers[free]], device=device),
            )
        )
    return tuple(levels), torch.tensor(place, device=device)


def supports(n: int, device: torch.device) -> Tensor:
    """(2^n, n), 1 where feature j is in support U, the j-th binary digit of the row's number."""
    return torch.arange(2**n, device=device)[:, None] >> torch.arange(n, device=device) & 1


def bytes_per_row(n: int, extended: bool) -> int:
    """What `expectation` needs for a row's value and gradient, from measurement."""
    return int(3**n) * 8 * (60 if extended else 30) + 2000


def expectation(g: Tensor, b: Tensor, own: Tensor, weights: Tensor, moments: Moments | None = None) -> Tensor:
    r"""Σ_U P(U) E[(z + ε)_+² - 2 x_i (z + ε)_+ | U] for each row, z = b + Σ_{j∈U} g_j x_j, x_j uniform on [0, 1].

    `g`: (rows, n); `b`: (rows,); `own`: (rows, n), 1 at feature i (no x_i term in a row of zeros), where g_i ≥ 0;
    `weights`: P(U), (2^n,) or (rows, 2^n) in the order of `supports`; `moments`: of ε given U, to second order
    in ε, None for ε = 0. Differentiable twice; where a derivative jumps, the one-sided value from larger b.
    """
    n = g.shape[1]
    levels, place = _levels(n, g.device)
    z_powers, x_powers = _PLAIN if moments is None else _EXTENDED
    negative = (g.detach() < 0).to(g)
    rising, falling = (g * (1 - negative)).T, (g * negative).T  # (n, rows)
    length = rising - falling
    squares, own_length = length * length, (g * own).sum(1)
    subsets = supports(n, g.device)
    ternary = 3 ** torch.arange(n, device=g.device)
    flipped = negative.T.long() * ternary[:, None]  # x_j = 0 is the high end where g_j < 0
    total = torch.zeros_like(b)
    tables: Tensor | None = None  # (faces, functions, rows)
    for r, level in enumerate(levels):
        low = b + level.high @ rising + (1 - level.high) @ falling  # the least z on each face, (faces, rows)
        width = level.free @ length
        one, free = level.high @ own.T, level.free @ own.T  # whether x_i is 1, is free
        positive, cut = low >= 0, (low < 0) & (low + width > 0)
        centre, within = torch.where(positive, low + width / 2, 0.0), positive.to(b)
        mean = (one + free / 2) * within
        variance, covariance = within * (level.free @ squares) / 12, within * free * own_length / 12
        z = {2: centre * centre + variance, 1: centre, 0: within, -1: torch.zeros_like(low)}
        x = {1: mean * centre + covariance, 0: mean, -1: z[-1]}
        if tables is not None:
            length_cut = torch.where(cut, width, 1.0)
            t = torch.where(cut, -low, 0.0) / length_cut
            below, above = (_sum_of_faces(tables, faces) for faces in (level.below, level.above))
            faces_sum = t[:, None] * below + (1 - t[:, None]) * above
            for c, k in enumerate(z_powers):
                # A point mass has no faces: on an edge its density is 1/length.
                z_cut = faces_sum[:, c] / (r + k) if r + k else 1 / length_cut
                z[k] = torch.where(cut, z_cut, z[k])
            for c, k in enumerate(x_powers, len(z_powers)):
                x_cut = ((one + free * t) * z[k] + faces_sum[:, c]) / (r + k + 1)
                x[k] = torch.where(cut, x_cut, x[k])
        tables = torch.stack([z[k] for k in z_powers] + [x[k] for k in x_powers], 1)
        of_size = torch.nonzero(subsets.sum(1) == r)[:, 0]
        U = subsets[of_size]
        face = place[(2 * U @ ternary)[:, None] + (1 - U) @ flipped]  # (supports, rows)
        P = weights[..., of_size].reshape(-1, len(of_size)).T
        total = total + (P * _loss_terms(tables, face, moments, of_size)).sum(0)
    return total


def _sum_of_faces(tables: Tensor, faces: Tensor) -> Tensor:
    total = tables[faces[0]]
    for k in faces[1:]:
        total = total + tables[k]
    return total


def _loss_terms(tables: Tensor, face: Tensor, moments: Moments | None, of_size: Tensor) -> Tensor:
    """E[(z + ε)_+² - 2 x_i (z + ε)_+] on the faces chosen for each row: (supports, rows)."""

    def at(column: int) -> Tensor:
        return tables[:, column].gather(0, face)

    if moments is None:
        return at(0) - 2 * at(2)
    first, second = moments.first.T[of_size], moments.second.T[of_size]
    return at(0) - 2 * at(4) + 2 * first * (at(1) - at(5)) + second * (at(2) - at(6))
