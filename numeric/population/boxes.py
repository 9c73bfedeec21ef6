r"""The loss of rows by enumeration: of every set of active features, and of every interval or single value that each may have.

Given that, x is uniform on a box, a + d·u with u in a cube, and E[z_+² − 2 x_i z_+] is a mean over the cube (`cube`). With
single values alone a box is a point, and z_+² has kinks where z vanishes there: the derivative is the one from larger b.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
import torch
from torch import Tensor

from ..law import Block, Magnitude, supports
from .cube import cube_means

MOST = 2**20
"""Faces of all boxes together: a row then takes some .2 s."""
_CHUNK = 2**21
"""Numbers at a time."""


@dataclass(frozen=True, eq=False)
class Boxes:
    """Those with as many intervals: `weight` (B,); `corner` (B, n), where u = 0; `index`, `width` (B, f)."""

    weight: Tensor
    corner: Tensor
    index: Tensor
    width: Tensor


def box_cost(counts: Sequence[float], magnitudes: Sequence[Magnitude]) -> float:
    """At most so many faces, with `counts` supports of 0, 1, … features."""
    most = max(sum(3.0 if part.low < part.high else 1.0 for part in one.parts) for one in magnitudes)
    return float(sum(count * most**size for size, count in enumerate(counts)))


@lru_cache(maxsize=16)
def boxes(given: tuple[Block, ...], magnitudes: tuple[Magnitude, ...], most: int) -> tuple[Boxes, ...]:
    """Of all supports of at most so many features."""
    n = len(magnitudes)
    pieces: dict[int, list[tuple[np.ndarray, ...]]] = {}
    for size, (features, probability) in enumerate(supports(given, n, most)):
        if not len(probability):
            continue
        parts = max(len(one.parts) for one in magnitudes)
        for choice in product(range(parts), repeat=size):
            _add(pieces, features, probability, choice, magnitudes)
    made = []
    for _, found in sorted(pieces.items()):
        arrays = (np.concatenate(columns) for columns in zip(*found, strict=True))
        made.append(Boxes(*(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays)))
    return tuple(made)


def _add(
    pieces: dict[int, list[tuple[np.ndarray, ...]]],
    features: np.ndarray,
    probability: np.ndarray,
    choice: tuple[int, ...],
    magnitudes: tuple[Magnitude, ...],
) -> None:
    """The boxes in which the k-th active feature has the part `choice[k]` of its magnitude, by their number of intervals."""
    parts = np.zeros((len(magnitudes), max(len(one.parts) for one in magnitudes), 3))
    for j, one in enumerate(magnitudes):
        parts[j, : len(one.parts)] = one.parts
    mine = parts[features, np.array(choice, np.int64)]  # (S, size, 3)
    weight = probability * mine[:, :, 0].prod(1)
    corner = np.zeros((len(features), len(magnitudes)))
    np.put_along_axis(corner, features, mine[:, :, 1], axis=1)
    wide = mine[:, :, 2] > mine[:, :, 1]
    for f in np.unique(wide.sum(1)).tolist():
        some = np.flatnonzero((wide.sum(1) == f) & (weight > 0))
        at = np.nonzero(wide[some])[1].reshape(len(some), f)
        index = np.take_along_axis(features[some], at, axis=1)
        width = np.take_along_axis((mine[:, :, 2] - mine[:, :, 1])[some], at, axis=1)
        if len(some):
            pieces.setdefault(f, []).append((weight[some], corner[some], index, width))


def box_values(g: Tensor, b: Tensor, own: Tensor, given: Sequence[Boxes], sign: float = 1.0) -> Tensor:
    """Σ over boxes of weight times E[(sz)_+² − 2 s x_i (sz)_+], (R,), s = `sign`. `g`: (R, n); `b`, `own`: (R,)."""
    total = torch.zeros_like(b)
    for some in given:
        for part in _parts(some, len(b)):
            total = total + _values(g, b, own, part, sign)
    return total


def _parts(some: Boxes, rows: int) -> Iterator[Boxes]:
    f = some.index.shape[1]
    size = max(1, _CHUNK // (rows * 3**f))
    for start in range(0, len(some.weight), size):
        chosen = slice(start, start + size)
        yield Boxes(some.weight[chosen], some.corner[chosen], some.index[chosen], some.width[chosen])


def _values(g: Tensor, b: Tensor, own: Tensor, some: Boxes, sign: float) -> Tensor:
    (count, f), rows = some.index.shape, len(b)
    c = sign * (b + some.corner @ g.T)  # (B, R)
    start = sign * some.corner[:, own]
    h = sign * g.T[some.index] * some.width[:, :, None]  # (B, f, R)
    mine = (some.index[:, :, None] == own).to(g) * some.width[:, :, None] * sign
    flat = (part.movedim(1, 2).reshape(count * rows, f) for part in (h, mine))
    square, cross = cube_means(c.reshape(-1), next(flat), start.reshape(-1), next(flat))
    return some.weight @ (square - 2 * cross).reshape(count, rows)
