"""The tree of cells on which the link inequality is proved, searched in floats, and the pieces of the place of contact."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .contact import Contact, outward
from .convexity import Box, pieces
from .convexity import convex as is_convex
from .link import MARGIN, Floats, Link, Masked

BITS = 40
"""Cells are in units of 2⁻⁴⁰: exact as floats."""
ONE = 1 << BITS
MOST = {5: 117 * ONE // 50, 6: 59 * ONE // 20}
"""Longer norms cost more: ((a − 1)/(a + 1))² at 2.34² exceeds 2 level, at 2.95² `Link.most`."""
LEAST = {5: 0, 6: 9 * ONE // 100}
"""Shorter norms are excluded otherwise."""
_REACH, _BIAS_REACH = ONE // 500, ONE // 200
"""Of the box around the contact, in norms and cosine and in the biases."""
_COSINE_WEIGHT = 1.5
_DEEPEST, _CHUNK = 60, 1000

Cells = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Near:
    """The box around the contact, in units."""

    norm: tuple[int, int]
    bias: tuple[int, int]
    cosine: tuple[int, int]

    @property
    def box(self) -> Box:
        return (self.norm, self.norm, self.bias, self.bias, self.cosine)


@dataclass(frozen=True)
class Cover:
    """`tree`: bisections in preorder, the axis of each (norms 0 and 1, cosine 2), a point for a leaf. `left`: not decided."""

    root: tuple[int, int, int, int, int, int]
    near: Near
    tree: str
    pieces: str
    left: Cells


def near_contact(at: Contact, norms: int = _REACH, biases: int = _BIAS_REACH) -> Near:
    ends = []
    for ball, reach in ((at.squared_norm.sqrt(), norms), (at.bias, biases), (at.cosine, norms)):
        low, high = outward(ball, BITS)
        ends.append((low - reach, high + reach))
    return Near(*ends)


def cover(link: Link, deadline: float) -> Cover:
    """The tree of the link inequality, until `deadline` in processor time."""
    at, near = link.at, near_contact(link.at)
    convex = pieces(near.box, lambda piece: is_convex(at, piece, BITS))
    if convex is None:
        raise ArithmeticError("the link is not convex around the contact")
    tree, left = bisected(link, near, deadline)
    return Cover(root_cell(link), near, tree, convex, left)


def root_cell(link: Link) -> tuple[int, int, int, int, int, int]:
    """Norms between `LEAST` and `MOST`, cosines from where the line is negative to 1."""
    least, most = LEAST[link.features], MOST[link.features]
    return least, most, least, most, outward(link.at.zero.cos(), BITS)[0] - 1, ONE


def bisected(link: Link, near: Near, deadline: float) -> tuple[str, Cells]:
    """Bisect until every cell is decided, or until `deadline` in processor time: the tree, or "" and cells that are left."""
    cells, levels = np.array([root_cell(link)], dtype=np.int64), []
    for _ in range(_DEEPEST):
        axes = np.full(len(cells), -1)
        for start in range(0, len(cells), _CHUNK):
            if time.process_time() > deadline:
                return "", cells[start:]
            part = slice(start, start + _CHUNK)
            axes[part] = np.where(decided(link, near, cells[part]), -1, _axes(cells[part]))
        levels.append(axes)
        cells = _children(cells[axes >= 0], axes[axes >= 0])
        if not len(cells):
            return _preorder(levels), cells
    return "", cells


def leaves(tree: str, root: tuple[int, ...]) -> Cells:
    """The cells (k, 6) that a tree ends in."""
    found, todo = [], [root]
    for mark in tree:
        cell = todo.pop()
        if mark == ".":
            found.append(cell)
            continue
        k = 2 * int(mark)
        middle = (cell[k] + cell[k + 1]) // 2
        todo += [(*cell[:k], middle, *cell[k + 1 :]), (*cell[: k + 1], middle, *cell[k + 2 :])]
    return np.array(found, dtype=np.int64)


def decided(link: Link, near: Near, cells: Cells) -> npt.NDArray[np.bool_]:
    """Which cells prove E > level or E > line, by symmetry where l₁ ≤ l₂, outside the biases of the box near the contact."""
    done = cells[:, 1] <= cells[:, 2]
    todo = np.flatnonzero(~done)
    done[todo] = _above(link, cells[todo], None)
    low, high = np.array([[near.norm, near.norm, near.cosine]]).T.reshape(2, 3)
    inside = (cells[:, ::2] >= low).all(1) & (cells[:, 1::2] <= high).all(1) & ~done
    todo = np.flatnonzero(inside)
    masks = [Masked(feature, near.bias[0] / ONE, near.bias[1] / ONE) for feature in (0, 1)]
    done[todo] = _above(link, cells[todo], masks[0]) & _above(link, cells[todo], masks[1])
    return done


def _above(link: Link, cells: Cells, masked: Masked | None) -> npt.NDArray[np.bool_]:
    if not len(cells):
        return np.zeros(0, dtype=bool)
    bound = link.bound(cells / ONE, masked)
    return np.asarray((bound.link > link.level + MARGIN) | (bound.above_line > MARGIN))


def _axes(cells: Cells) -> npt.NDArray[np.int64]:
    """The longest edge."""
    edges: Floats = (cells[:, 1::2] - cells[:, ::2]) * np.array([1, 1, _COSINE_WEIGHT])
    return np.asarray(edges.argmax(1), dtype=np.int64)


def _children(cells: Cells, axes: npt.NDArray[np.int64]) -> Cells:
    """The lower and the upper half of each cell, one after the other."""
    rows = np.arange(len(cells))
    middle = (cells[rows, 2 * axes] + cells[rows, 2 * axes + 1]) // 2
    halves = np.repeat(cells, 2, axis=0)
    halves[2 * rows, 2 * axes + 1] = halves[2 * rows + 1, 2 * axes] = middle
    return halves


def _preorder(levels: list[npt.NDArray[np.int64]]) -> str:
    """The marks of the tree from its levels, lower halves first."""
    ranks = [np.cumsum(axes >= 0) - 1 for axes in levels]
    marks, todo = [], [(0, 0)]
    while todo:
        level, place = todo.pop()
        axis = levels[level][place]
        marks.append(str(axis) if axis >= 0 else ".")
        if axis >= 0:
            first = 2 * int(ranks[level][place])
            todo += [(level + 1, first + 1), (level + 1, first)]
    return "".join(marks)
