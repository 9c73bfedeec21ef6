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
    """Of the cube of f dimensions: `free`, `high` (3^f, f), 1 where a coordinate is free, is 1; for each dimension r the places of
    the faces (k,), and of those at their low and high ends, (r, k)."""

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


def cube_means(c: Tensor, h: Tensor, start: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """E z_+² and E Y z_+, (N,), over u in [0, 1]^f, z = c + h·u, Y = start + y·u. `c`, `start`: (N,); `h`, `y`: (N, f).
    Differentiable twice; where a derivative jumps, the one from larger c.
    """
    f = h.shape[1]
    if not f:
        positive = torch.where(c >= 0, c, 0.0)
        return positive.square(), start * positive
    falling = h.detach() < 0
    c, start = c + torch.where(falling, h, 0.0).sum(1), start + torch.where(falling, y, 0.0).sum(1)
    h, y = (torch.where(falling, -part, part).T for part in (h, y))  # (f, N)
    table = faces(f)
    low, width = c + table.high @ h, table.free @ h  # (3^f, N)
    lowest, along = start + table.high @ y, table.free @ y
    cut = (low < 0) & (low + width > 0)
    t = torch.where(cut, -low, 0.0) / torch.where(cut, width, 1.0)
    inside = (low >= 0).to(low)
    centre, mean = torch.where(low >= 0, low + width / 2, 0.0), lowest + along / 2
    z2 = centre * centre + inside * (table.free @ (h * h)) / 12
    yz = mean * centre + inside * (table.free @ (h * y)) / 12
    y_cut = lowest + along * t
    found: list[tuple[Tensor, Tensor, Tensor]] = []
    at = torch.empty(3**f, dtype=torch.long)
    for r, (level, below, above) in enumerate(table.levels):
        at[level] = torch.arange(len(level))
        flat = z2[level], centre[level], yz[level]
        if not r:
            found.append(flat)
            continue
        ends = [(1 - t[level]) * part[at[above]].sum(0) + t[level] * part[at[below]].sum(0) for part in found[-1]]
        square, first = ends[0] / (r + 2), ends[1] / (r + 1)
        mixed = (y_cut[level] * first + ends[2]) / (r + 2)
        found.append(
            tuple(torch.where(cut[level], new, old) for new, old in zip((square, first, mixed), flat, strict=True))  # type: ignore[arg-type]
        )
    return found[-1][0][0], found[-1][2][0]
