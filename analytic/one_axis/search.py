"""A tree of cells of directions of three features on one axis, found in floats: `analytic.one_axis.cells` says what it proves.

All cells of a level at once. A cell is bisected along the edge whose length costs the bound most.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .moments import Floats, cross, mean, seen

LEAVES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ."
"""Where the tangent is taken on a leaf: 9i + 3j + k, each 0, 1, 2 for the low end, the centre, the high end in β₁, β₂, β₃."""
_ROOT = np.array([[-1.0, 1, -1, 1, -3, np.inf, -3, np.inf, -3, np.inf]])
_COARSE, _LEAST, _CHUNK = 0.25, 2.0**-23, 1 << 14
_NOISE = 1e-13
_GAIN = 0.05
Slopes = tuple[Floats, Floats, Floats]
Vertices = tuple[Floats, Floats, Floats, Floats]


class Level(NamedTuple):
    """Density, κ to be exceeded, a lower bound on the loss of two features, and σ: cells are sides in q and γ = β + σ(c + e)."""

    density: float
    kappa: float
    pair: float
    shift: float


@dataclass(frozen=True)
class Found:
    """The tree in preorder: the axis of each bisection (q₂, q₃, β₁, β₂, β₃), a letter of `LEAVES` for a leaf. `left`: how many
    cells are not closed; the tree is empty then."""

    tree: str
    leaves: int
    left: int


def slopes(i: int, two: Floats, square2: Floats, three: Floats, square3: Floats) -> Slopes:
    """The slopes of z_i, its own first."""
    if i == 0:
        return np.ones_like(two), two, three
    return (square2, two, two * three) if i == 1 else (square3, three, two * three)


def searched(level: Level, deadline: float, most: int = 800_000) -> Found:
    """Bisect until each cell is closed, `time.process_time()` passes the deadline or there are more than `most` leaves."""
    axes, children = [np.array([-1])], [np.array([0])]
    cells, names, size, closed = _ROOT, np.array([0]), 1, 0
    while len(cells):
        codes = np.concatenate([_choices(cells[k : k + _CHUNK], level) for k in range(0, len(cells), _CHUNK)])
        _place(axes, children, names, codes, size)
        cut = codes >= 0
        closed += int((~cut).sum())
        cells, codes = cells[cut], codes[cut]
        rows = np.arange(len(cells))
        low, high = cells[rows, 2 * codes], cells[rows, 2 * codes + 1]
        if time.process_time() > deadline or closed + len(cells) > most or (len(cells) and (high - low).min() < _LEAST):
            return Found("", closed, len(cells))
        middle = np.where(np.isinf(high), np.maximum(2 * low, 1), (low + np.where(np.isinf(high), low, high)) / 2)
        lower, upper = cells.copy(), cells.copy()
        lower[rows, 2 * codes + 1] = upper[rows, 2 * codes] = middle
        cells = np.concatenate([lower, upper])
        names = np.concatenate([size + rows, size + len(rows) + rows])
        size += len(cells)
    return Found(_preorder(np.concatenate(axes), np.concatenate(children)), closed, 0)


def _place(
    axes: list[NDArray[np.int64]],
    children: list[NDArray[np.int64]],
    names: NDArray[np.int64],
    codes: NDArray[np.int64],
    size: int,
) -> None:
    """Note the axes or the leaves' letters (as −1 − place) of a level, and where its children will be."""
    cut = codes >= 0
    first = np.where(cut, size + np.cumsum(cut) - 1, 0)
    second = first + cut.sum()
    if names[0] == 0:
        axes.clear()
        children.clear()
    axes.append(codes)
    children.append(np.stack([first, second], axis=1))


def _preorder(axes: NDArray[np.int64], children: NDArray[np.int64]) -> str:
    marks, todo = [], [0]
    while todo:
        node = todo.pop()
        if axes[node] < 0:
            marks.append(LEAVES[-1 - axes[node]])
        else:
            marks.append(str(axes[node]))
            todo += [children[node, 1], children[node, 0]]
    return "".join(marks)


def _choices(cells: Floats, level: Level) -> NDArray[np.int64]:
    """The axis to bisect, or −1 − place in `LEAVES` for a cell that is closed."""
    width = cells[:, 1:4:2] - cells[:, 0:4:2]
    codes = np.where(cells[:, 0] >= cells[:, 3], -14, np.where(width[:, 0] >= width[:, 1], 0, 1))
    small = np.nonzero((codes >= 0) & (width.max(axis=1) <= _COARSE))[0]
    if small.size:
        codes[small] = _Bounds(cells[small], level).choices()
    return codes


class _Bounds:
    """The angle bound on cells, as in `analytic.one_axis.cells`: margin = √(C − κ) T − √Q₀ L at the vertices, over √Q₀."""

    def __init__(self, cells: Floats, level: Level) -> None:
        self.cells, self.level, self.p = cells, level, level.density
        self.root = (level.density - level.kappa) ** 0.5
        self.open = np.isinf(cells[:, 5::2])
        self.low, self.high = cells[:, 4::2], np.where(self.open, cells[:, 4::2], cells[:, 5::2])
        self.centre = [(cells[:, k] + cells[:, k + 1]) / 2 for k in (0, 2)]
        self.vertices = _vertices(_control(cells[:, 0], cells[:, 1]), _control(cells[:, 2], cells[:, 3]))
        self.at, self.places = self._tangents()
        self.moments = [self._moments(i) for i in range(3)]
        self.length = np.sqrt(np.sum([square for *_, square in self.moments], axis=0))[:, None] + 1e-300
        self.rows = [self._least(i, self.vertices, (self.low[:, i], self.high[:, i])) for i in range(3)]
        self.margin = np.sum(self.rows, axis=0).min(axis=1) / self.length[:, 0]

    def _moments(self, i: int) -> tuple[Floats, ...]:
        """E x z₀⁺ for each x, own first, E z₀⁺, and E (z₀⁺)²."""
        a, c, e = self._central(i)
        b = self.at[:, i] - self.level.shift * (c + e)
        own, first, second = (cross(*z, b, self.p) for z in ((a, c, e), (c, a, e), (e, a, c)))
        shift = mean(a, c, e, b, self.p)
        return own, first, second, shift, np.maximum(a * own + c * first + e * second + b * shift, 0)

    def _central(self, i: int) -> Slopes:
        two, three = self.centre
        return slopes(i, two, two * two, three, three * three)

    def _tangents(self) -> tuple[Floats, NDArray[np.int64]]:
        """β₀: a Newton step from the centre to the best β at the best t, rounded to an end or the centre."""
        middle = np.where(self.open, np.maximum(2 * self.low, 1), (self.low + self.high) / 2)
        step, rows, square, total = 1e-4, [], np.zeros(len(middle)), np.zeros(len(middle))
        for i in range(3):
            a, c, e = self._central(i)
            b = middle[:, i] - self.level.shift * (c + e)
            sides = [(cross(a, c, e, b + h, self.p), mean(a, c, e, b + h, self.p)) for h in (-step, step)]
            own, shift = cross(a, c, e, b, self.p), mean(a, c, e, b, self.p)
            rest = c * cross(c, a, e, b, self.p) + e * cross(e, a, c, b, self.p)
            square, total = square + np.maximum(a * own + rest + b * shift, 1e-12), total + own
            rows.append((shift, *((sides[1][k] - sides[0][k]) / (2 * step) for k in (0, 1))))
        t = total / square
        shift, rise, bend = (np.stack(column, axis=1) for column in zip(*rows, strict=True))
        best = middle - (t[:, None] * shift - rise) / np.maximum(t[:, None] * bend, 0.05)
        length = np.where(self.open, 1.0, self.high - self.low)
        places = np.where(self.open, 1, np.rint(2 * np.clip((best - self.low) / length, 0, 1))).astype(np.int64)
        return np.where(self.open, middle, self.low + places * length / 2), places

    def _least(self, i: int, vertices: Vertices, ends: tuple[Floats, ...]) -> Floats:
        """√(C − κ) T_i − √Q₀ L_i at each vertex, the least over the ends."""
        own, first, second, shift, _ = self.moments[i]
        a, c, e = slopes(i, *vertices)
        found = []
        for end in ends:
            b = end[:, None] - self.level.shift * (c + e)
            t = a * own[:, None] + c * first[:, None] + e * second[:, None] + b * shift[:, None]
            x, y, v, w = np.broadcast_arrays(a, c, e, b)
            most = cross(x, y, v, w, self.p)
            found.append(self.root * t - self.length * most)
        return np.asarray(np.minimum.reduce(found))

    def closed(self) -> NDArray[np.bool_]:
        far = self.open & (self.root * np.stack([m[3] for m in self.moments], axis=1) < self.length * self.p / 2)
        dark = []
        for i in range(3):
            a, c, e = slopes(i, *self.vertices)
            b = self.high[:, i, None] - self.level.shift * (c + e)
            a, c, e, b = (column.max(axis=1) for column in np.broadcast_arrays(a, c, e, b))
            lit = seen(np.maximum(a, 0), c, e, b, self.p)
            dark.append(np.where(self.open[:, i], self.p / 3, lit))
        alone = np.minimum.reduce(dark) < self.p / 3 - (self.level.kappa - self.level.pair)
        self.far = far
        return np.asarray(
            (self.margin > _NOISE) & ~far.any(axis=1) | alone | (np.sum(dark, axis=0) < self.p - self.level.kappa)
        )

    def choices(self) -> NDArray[np.int64]:
        closed = self.closed()
        i, j, k = self.places.T
        codes = -1 - (9 * i + 3 * j + k)
        if closed.all():
            return np.asarray(codes)
        gain = np.nan_to_num(self._flattened() - self.margin[:, None], nan=0.0, posinf=0.0, neginf=0.0)
        lengths = np.minimum(self.cells[:, 1::2] - self.cells[:, 0::2], 3)
        axis = gain.argmax(axis=1)
        weak = (gain.max(axis=1) < -_GAIN * self.margin) | (self.margin <= -1)
        axis = np.where(weak, lengths.argmax(axis=1), axis)
        axis = np.where(self.far.any(axis=1), 2 + self.far.argmax(axis=1), axis)
        return np.asarray(np.where(closed, codes, axis))

    def _flattened(self) -> Floats:
        """The margin with each edge shrunk to its centre."""
        found = []
        low, high = self.cells[:, 0:4:2], self.cells[:, 1:4:2]
        for axis in (0, 1):
            controls = [_control(low[:, k], high[:, k]) for k in (0, 1)]
            controls[axis] = self.centre[axis][:, None], self.centre[axis][:, None] ** 2
            vertices = _vertices(*controls)
            parts = [self._least(i, vertices, (self.low[:, i], self.high[:, i])) for i in range(3)]
            found.append(np.sum(parts, axis=0).min(axis=1))
        total = np.sum(self.rows, axis=0)
        middle = np.where(self.open, np.maximum(2 * self.low, 1), (self.low + self.high) / 2)
        for i in range(3):
            found.append((total - self.rows[i] + self._least(i, self.vertices, (middle[:, i],))).min(axis=1))
        return np.asarray(np.stack(found, axis=1) / self.length)


def _control(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """(q, q²) at the corners of the triangle that holds the parabola."""
    return np.stack([low, (low + high) / 2, high], axis=1), np.stack([low * low, low * high, high * high], axis=1)


def _vertices(two: tuple[Floats, Floats], three: tuple[Floats, Floats]) -> Vertices:
    m, n = two[0].shape[1], three[0].shape[1]
    first = [np.repeat(c, n, axis=1) for c in two]
    second = [np.tile(c, (1, m)) for c in three]
    return first[0], first[1], second[0], second[1]
