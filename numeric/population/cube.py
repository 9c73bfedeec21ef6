r"""Means over unit cubes of z_+² and y z_+, for affine z and y of which z has slopes of any sizes, as torch functions.

By the faces of the cube, as in `faces`: with t the place of z = 0 on the diagonal from the lowest to the highest corner of a
face C with r free coordinates, slopes h ≥ 0, and E_C the mean over it,

.. math:: (r + k) E_C z_+^k = \sum_{j \text{ free}} (1 - t) E_{j\,\text{high}} z_+^k + t\, E_{j\,\text{low}} z_+^k, \qquad
          (r + 2) E_C y z_+ = y(t)\, E_C z_+ + \sum_j \dots

No term is negative in the first, and nothing is divided by a slope.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor


class Faces(NamedTuple):
    """Of the cube of f dimensions: `free`, `high` (3^f, f), 1 where a coordinate is free, is 1; for each dimension r the places
    of the faces (k,), and of those at their low and high ends, (r, k)."""

    free: Tensor
    high: Tensor
    levels: tuple[tuple[Tensor, Tensor, Tensor], ...]


@lru_cache(maxsize=16)
def faces(f: int) -> Faces:
    powers = 3 ** np.arange(f)
    digits = np.arange(3**f)[:, None] // powers % 3  # 0 low, 1 high, 2 free
    dimension = (digits == 2).sum(1)
    levels = []
    for r in range(f + 1):
        level = np.flatnonzero(dimension == r)
        which = np.nonzero(digits[level] == 2)[1].reshape(len(level), r).T
        ends = (level, level - 2 * powers[which], level - powers[which])
        levels.append(tuple(torch.from_numpy(np.ascontiguousarray(part)) for part in ends))
    free, high = (torch.from_numpy((digits == digit).astype(np.float64)) for digit in (2, 1))
    return Faces(free, high, tuple(levels))  # type: ignore[arg-type]


class Means(NamedTuple):
    """E z_+^k for k = 2, 1, and, if asked, 0 and −1 (the density of z at 0), and E Y z_+^k for all of these but 2, (N,) each."""

    z: tuple[Tensor, ...]
    Yz: tuple[Tensor, ...]


def cube_means(c: Tensor, h: Tensor, start: Tensor, y: Tensor, *, lower: bool = False) -> Means:
    """Over u in [0, 1]^f, of z = c + h·u and Y = start + y·u. `c`, `start`: (N,); `h`, `y`: (N, f); `lower`: with k = 0, −1.
    Differentiable twice; where a derivative jumps, the one from larger c.
    """
    falling = h.detach() < 0
    c, start = c + torch.where(falling, h, 0.0).sum(1), start + torch.where(falling, y, 0.0).sum(1)
    h, y = (torch.where(falling, -part, part).T for part in (h, y))  # (f, N)
    table, powers = faces(len(h)), (2, 1, 0, -1) if lower else (2, 1)
    low, width = c + table.high @ h, table.free @ h  # (3^f, N)
    lowest, along = start + table.high @ y, table.free @ y
    cut = (low < 0) & (low + width > 0)
    inside, length = (low >= 0).to(low), torch.where(cut, width, 1.0)
    t = torch.where(cut, -low, 0.0) / length
    centre, mean = torch.where(low >= 0, low + width / 2, 0.0), lowest + along / 2
    flat = [centre * centre + inside * (table.free @ (h * h)) / 12, centre]
    flat_y = [mean * centre + inside * (table.free @ (h * y)) / 12]
    if lower:
        flat, flat_y = [*flat, inside, 0 * inside], [*flat_y, mean * inside, 0 * inside]
    cut_y, at = lowest + along * t, torch.empty(len(low), dtype=torch.long)
    found = [part[:1] for part in (*flat, *flat_y)]  # of the level before
    for r, (level, below, above) in enumerate(table.levels):
        at[level] = torch.arange(len(level))
        here = [part[level] for part in (*flat, *flat_y)]
        if r:
            ends = [(1 - t[level]) * part[at[above]].sum(0) + t[level] * part[at[below]].sum(0) for part in found]
            z = [_divided(end, r + k, length[level]) for k, end in zip(powers, ends, strict=False)]
            mixed = zip(powers[1:], z[1:], ends[len(powers) :], strict=True)
            Yz = [(cut_y[level] * part + end) / (r + k + 1) for k, part, end in mixed]
            here = [torch.where(cut[level], new, old) for new, old in zip((*z, *Yz), here, strict=True)]
        found = here
    return Means(tuple(part[0] for part in found[: len(powers)]), tuple(part[0] for part in found[len(powers) :]))


def _divided(end: Tensor, divisor: int, length: Tensor) -> Tensor:
    """Of the density at 0 on an edge, which has no ends to sum over, 1/length."""
    return end / divisor if divisor else 1 / length
