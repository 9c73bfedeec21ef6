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


class Moments(NamedTuple):
    """Of a small addition ε to z, given each support: E ε and E ε², each (rows, 2^n)."""

    first: Tensor
    second: Tensor


class _Level(NamedTuple):
    """The faces of one dimension r: `below`, `above`: (r, faces), the place one level down of the face with the k-th free
    coordinate at its low, its high end.
    """

    below: Tensor
    above: Tensor


class _Faces(NamedTuple):
    """All faces, by dimension. `free`, `high`: (3^n, n), 1 where x_j is free, is 1; `order`: (3^n,) the place of the face
    with given digits in base 3 (2 free, 1 high, 0 low).
    """

    free: Tensor
    high: Tensor
    order: Tensor
    levels: tuple[_Level, ...]


@lru_cache(maxsize=32)
def _all_faces(n: int, device: torch.device) -> _Faces:
    powers = 3 ** np.arange(n)
    digits = np.arange(3**n)[:, None] // powers % 3
    dimension = (digits == 2).sum(1)
    by_dimension = np.argsort(dimension, kind="stable")
    order = np.empty(3**n, np.int64)
    order[by_dimension] = np.arange(3**n)
    levels, below = [], 0
    for r in range(n + 1):
        level = np.flatnonzero(dimension == r)
        free = np.nonzero(digits[level] == 2)[1].reshape(len(level), r).T
        ends = (order[level - step * powers[free]] - below for step in (2, 1))
        levels.append(_Level(*(torch.tensor(end, device=device) for end in ends)))
        below = order[level[0]]
    is_free, is_high = (
        torch.tensor(digits[by_dimension] == digit, dtype=torch.float64, device=device) for digit in (2, 1)
    )
    return _Faces(is_free, is_high, torch.tensor(order, device=device), tuple(levels))


def supports(n: int, device: torch.device) -> Tensor:
    """(2^n, n), 1 where feature j is in support U, the j-th binary digit of the row's number."""
    return torch.arange(2**n, device=device)[:, None] >> torch.arange(n, device=device) & 1


def bytes_per_row(n: int, extended: bool) -> int:
    """What `expectation` needs for a row's value and gradient, from measurement."""
    return int(3**n) * 8 * (60 if extended else 30) + 2000


def expectation(g: Tensor, b: Tensor, own: Tensor, weights: Tensor, moments: Moments | None = None) -> Tensor:
    r"""Σ_U P(U) E[(z + ε)_+² - 2 x_i (z + ε)_+ | U] for each row, z = b + Σ_{j∈U} g_j x_j, x_j uniform on [0, 1].

    `g`: (rows, n); `b`: (rows,); `own`: (rows, n), 1 at feature i (no x_i term in a row of zeros); `weights`: P(U),
    (2^n,) or (rows, 2^n) in the order of `supports`; `moments`: of ε given U, to second order in ε, None for ε = 0.
    Differentiable twice; where a derivative jumps, the one-sided value from larger b.
    """
    n = g.shape[1]
    faces = _all_faces(n, g.device)
    negative = (g.detach() < 0).to(g)
    rising, falling = (g * (1 - negative)).T, (g * negative).T  # (n, rows)
    length = rising - falling
    low = b + faces.high @ rising + (1 - faces.high) @ falling  # the least z on each face, (faces, rows)
    width = faces.free @ length
    one, free = faces.high @ own.T, faces.free @ own.T  # whether x_i is 1, is free
    if any_falls := bool((falls := (negative * own).sum(1)).any()):  # z with x_i, whose high end is then 0
        one = one + falls * (1 - 2 * one - free)
    cut = (low < 0) & (low + width > 0)
    length_cut = torch.where(cut, width, 1.0)
    t = torch.where(cut, -low, 0.0) / length_cut
    uncut = _uncut(low, width, one, free, faces.free @ length.square(), (g * own).sum(1), moments is not None)
    powers = uncut.new_tensor((2, 1) if moments is None else (2, 1, 0, -1))[:, None]  # of z; x_i goes with all but z²
    count = len(powers)
    sizes = [level.above.shape[1] for level in faces.levels]
    own_at = t + falls * (1 - 2 * t) if any_falls else t
    by_level = (
        part.split(sizes) for part in (t[:, None], (1 - t)[:, None], (one + free * own_at)[:, None], cut[:, None])
    )
    tables: list[Tensor] = []  # (faces, functions, rows): E z_+^k, and E x_i z_+^k
    for r, (level, at, rest, x_at, is_cut, flat) in enumerate(
        zip(faces.levels, *by_level, uncut.split(sizes), strict=True)
    ):
        if r == 0:
            tables.append(flat)
            continue
        below, above = (tables[-1][ends].sum(0) for ends in (level.below, level.above))
        z_ends, x_ends = (at * below + rest * above).split([count, count - 1], 1)
        divisor = r + powers
        z = z_ends / torch.where(divisor == 0, 1.0, divisor)
        if r == 1 and moments is not None:
            # A point mass has no faces: on an edge its density is 1/length.
            z = torch.cat((z[:, :-1], 1 / length_cut.split(sizes)[1][:, None]), 1)
        x = (x_at * z[:, 1:] + x_ends) / (divisor[1:] + 1)
        tables.append(torch.where(is_cut, torch.cat((z, x), 1), flat))
    U, ternary = supports(n, g.device), 3 ** torch.arange(n, device=g.device)
    flipped = negative.T.long() * ternary[:, None]  # x_j = 0 is the high end where g_j < 0
    face = faces.order[(2 * U @ ternary)[:, None] + (1 - U) @ flipped]  # (supports, rows)
    P = weights.T if weights.ndim > 1 else weights[:, None]
    return (P * _loss_terms(torch.cat(tables), face, moments)).sum(0)


def _uncut(
    low: Tensor, width: Tensor, one: Tensor, free: Tensor, squares: Tensor, own_length: Tensor, extended: bool
) -> Tensor:
    """Mean of z_+^k and x_i z_+^k over each face where z has one sign: (faces, functions, rows)."""
    positive = low >= 0
    centre, within = torch.where(positive, low + width / 2, 0.0), positive.to(low)
    mean = (one + free / 2) * within
    z2, x1 = centre * centre + within * squares / 12, mean * centre + within * free * own_length / 12
    if not extended:
        return torch.stack((z2, centre, x1), 1)
    nothing = torch.zeros_like(low)
    return torch.stack((z2, centre, within, nothing, x1, mean, nothing), 1)


def _loss_terms(tables: Tensor, face: Tensor, moments: Moments | None) -> Tensor:
    """E[(z + ε)_+² - 2 x_i (z + ε)_+] on the faces chosen for each row: (supports, rows)."""
    at = tables.gather(0, face[:, None].expand(-1, tables.shape[1], -1)).unbind(1)
    if moments is None:
        return at[0] - 2 * at[2]
    return at[0] - 2 * at[4] + 2 * moments.first.T * (at[1] - at[5]) + moments.second.T * (at[2] - at[6])
