r"""The loss of rows by enumeration: of every set of active features, and of every interval or single value that each may have.

Given that, x is uniform on a box, a + d·u with u in a cube, and E[z_+² − 2 x_i z_+] is a mean over the cube (`cube`). With
single values alone a box is a point, and z_+² has kinks where z vanishes there: the derivative is the one from larger b.

Where the target is |x_i|, a box is two of them on either side of x_i = 0.

Features with next to no weight in a row need not be enumerated: their part y of z counts by E y and E y² given the active ones
among the others, to second order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import product

import numpy as np
import torch
from torch import Tensor

from ..law import Block, Magnitude, supports
from .cube import cube_means

_CHUNK = 2**21
"""Numbers at a time."""


@dataclass(frozen=True, eq=False)
class Boxes:
    """Those with as many intervals: `weight` (B,); `corner` (B, n), where u = 0; `index`, `width` (B, f); `first` (B, t) and
    `second` (B, t, t): weight times E x_j and E x_j x_k of the features `light` (t,)."""

    light: Tensor
    weight: Tensor
    corner: Tensor
    index: Tensor
    width: Tensor
    first: Tensor
    second: Tensor


@dataclass(frozen=True)
class _Sets:
    """Sets of active features of one size among some: `features` (S, size), `probability` (S,), and times it E x_j (S, t) and
    E x_j x_k (S, t, t) of the others."""

    features: np.ndarray
    probability: np.ndarray
    first: np.ndarray
    second: np.ndarray


@lru_cache(maxsize=64)
def boxes(
    given: tuple[Block, ...], magnitudes: tuple[Magnitude, ...], heavy: tuple[int, ...], most: int
) -> tuple[Boxes, ...]:
    """Of all sets of at most so many active features among the `heavy` ones."""
    n = len(magnitudes)
    light = [j for j in range(n) if j not in set(heavy)]
    sets = _all_heavy(given, n, most) if not light else _with_light(given, magnitudes, heavy, light, most)
    pieces: dict[int, list[tuple[np.ndarray, ...]]] = {}
    for some in sets:
        for choice in product(range(max(len(one.parts) for one in magnitudes)), repeat=some.features.shape[1]):
            _add(pieces, some, choice, magnitudes)
    made = []
    for _, found in sorted(pieces.items()):
        arrays = (np.concatenate(columns) for columns in zip(*found, strict=True))
        made.append(Boxes(torch.tensor(light, dtype=torch.long), *map(_tensor, arrays)))
    return tuple(made)


def _all_heavy(given: tuple[Block, ...], n: int, most: int) -> Iterator[_Sets]:
    for features, probability in supports(given, n, most):
        if count := len(probability):
            yield _Sets(features, probability, np.zeros((count, 0)), np.zeros((count, 0, 0)))


def _with_light(
    given: tuple[Block, ...], magnitudes: tuple[Magnitude, ...], heavy: Sequence[int], light: Sequence[int], most: int
) -> Iterator[_Sets]:
    """All supports, gathered by what of them is heavy."""
    n = len(magnitudes)
    active, probability = all_supports(given, n)
    key = active[:, list(heavy)] @ (1 << np.arange(len(heavy)))
    masks, place = np.unique(key, return_inverse=True)
    chance = np.bincount(place, probability, len(masks))
    mean, square = (np.array([getattr(magnitudes[j], name) for j in light]) for name in ("mean", "square"))
    mine, t = active[:, list(light)], len(light)
    first, second = np.empty((len(masks), t)), np.empty((len(masks), t, t))
    for j in range(t):
        first[:, j] = mean[j] * np.bincount(place, probability * mine[:, j], len(masks))
        for k in range(t):
            scale = square[j] if j == k else mean[j] * mean[k]
            second[:, j, k] = scale * np.bincount(place, probability * mine[:, j] * mine[:, k], len(masks))
    bits = masks[:, None] >> np.arange(len(heavy)) & 1
    for size in range(min(most, len(heavy)) + 1):
        some = np.flatnonzero(bits.sum(1) == size)
        if len(some):
            features = np.asarray(heavy)[np.nonzero(bits[some])[1].reshape(len(some), size)]
            yield _Sets(features.astype(np.int64), chance[some], first[some], second[some])


@lru_cache(maxsize=8)
def all_supports(given: tuple[Block, ...], n: int) -> tuple[np.ndarray, np.ndarray]:
    """(S, n), 1 where a feature is active, and P (S,)."""
    rows, chances = [], []
    for features, probability in supports(given, n, n):
        active = np.zeros((len(features), n), np.int64)
        np.put_along_axis(active, features, 1, axis=1)
        rows.append(active)
        chances.append(probability)
    return np.concatenate(rows), np.concatenate(chances)


def _add(
    pieces: dict[int, list[tuple[np.ndarray, ...]]],
    sets: _Sets,
    choice: tuple[int, ...],
    magnitudes: tuple[Magnitude, ...],
) -> None:
    """The boxes in which the k-th active feature has the part `choice[k]` of its magnitude, by their number of intervals."""
    parts = np.zeros((len(magnitudes), max(len(one.parts) for one in magnitudes), 3))
    for j, one in enumerate(magnitudes):
        parts[j, : len(one.parts)] = one.parts
    features = sets.features
    mine = parts[features, np.array(choice, np.int64)]  # (S, size, 3)
    share = mine[:, :, 0].prod(1)
    corner = np.zeros((len(features), len(magnitudes)))
    np.put_along_axis(corner, features, mine[:, :, 1], axis=1)
    wide = mine[:, :, 2] > mine[:, :, 1]
    for f in np.unique(wide.sum(1)).tolist():
        some = np.flatnonzero((wide.sum(1) == f) & (share * sets.probability > 0))
        if not len(some):
            continue
        at = np.nonzero(wide[some])[1].reshape(len(some), f)
        index = np.take_along_axis(features[some], at, axis=1)
        width = np.take_along_axis((mine[:, :, 2] - mine[:, :, 1])[some], at, axis=1)
        first, second = share[some, None] * sets.first[some], share[some, None, None] * sets.second[some]
        weight = share[some] * sets.probability[some]
        pieces.setdefault(f, []).append((weight, corner[some], index, width, first, second))


def _tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))


def box_parts(given: Sequence[Boxes], rows: int) -> Iterator[Boxes]:
    """The same, as many at a time as a piece of work holds for so many rows."""
    for some in given:
        size = max(1, _CHUNK // (rows * 3 ** some.index.shape[1]))
        names = [part.name for part in fields(some)][1:]
        for start in range(0, len(some.weight), size):
            yield replace(some, **{name: getattr(some, name)[start : start + size] for name in names})


def box_values(own: Tensor, some: Boxes, sign: float, absolute: bool, g: Tensor, b: Tensor) -> Tensor:
    """Σ over boxes of weight times E[(sz)_+² − 2 s y_i (sz)_+], (R,), s = `sign`, y_i = x_i or |x_i|. `g`: (R, n); `b`, `own`:
    (R,)."""
    c = sign * (b + some.corner @ g.T)  # (B, R)
    start = sign * some.corner[:, own]
    if not some.index.shape[1] and not len(some.light):
        positive = torch.where(c >= 0, c, 0.0)
        wanted = sign * start.abs() if absolute else start
        result: Tensor = some.weight @ (positive * (positive - 2 * wanted))
        return result
    mine = (some.index[:, :, None] == own).to(g) * some.width[:, :, None]  # (B, f, R)
    h = sign * g.T[some.index] * some.width[:, :, None]
    if not absolute:
        return _cubes(some, sign, g, c, h, start, mine * sign)
    total = torch.zeros_like(b)
    for side in _sides(own, some, sign, g, c, h, mine):
        total = total + _cubes(some, sign, g, *side)
    return total


def _sides(
    own: Tensor, some: Boxes, sign: float, g: Tensor, c: Tensor, h: Tensor, mine: Tensor
) -> Iterator[tuple[Tensor, ...]]:
    """The part of each box where x_i ≥ 0, and that where x_i < 0, as the last five arguments of `_cubes`."""
    low = some.corner[:, own]
    high = low + mine.sum(1)
    slope = sign * g.gather(1, own[:, None])[:, 0]
    for turn in (1.0, -1.0):
        a, z = (end.clamp_min(0) if turn > 0 else end.clamp_max(0) for end in (low, high))
        single = (low >= 0) if turn > 0 else (low < 0)
        share = torch.where(high > low, (z - a) / torch.where(high > low, high - low, 1.0), single.to(g))
        width = (mine > 0) * (z - a)[:, None]
        along = torch.where(mine > 0, slope * width, h)
        yield c + slope * (a - low), along, sign * turn * a, sign * turn * width, share


def _cubes(
    some: Boxes, sign: float, g: Tensor, c: Tensor, h: Tensor, start: Tensor, mine: Tensor, share: Tensor | float = 1.0
) -> Tensor:
    """The sum where (sz) is c + h·u and s y_i is start + mine·u, c and start (B, R), h and mine (B, f, R), on a `share` of each
    box."""
    count, f, rows = h.shape
    h, mine = (part.movedim(1, 2).reshape(count * rows, f) for part in (h, mine))
    lower = bool(len(some.light))
    z, Yz = cube_means(c.reshape(-1), h, start.reshape(-1), mine, lower=lower)
    total: Tensor = some.weight @ (share * (z[0] - 2 * Yz[0]).reshape(count, rows))
    if lower:
        y = g[:, some.light]
        total = total + sign * ((some.first @ y.T) * share * (2 * z[1] - 2 * Yz[1]).reshape(count, rows)).sum(0)
        squares = torch.einsum("bjk,rj,rk->br", some.second, y, y)
        total = total + (squares * share * (z[2] - Yz[2]).reshape(count, rows)).sum(0)
    return total
