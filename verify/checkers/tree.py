"""A tree of bisections, replayed: what every certificate of a covered region is checked by."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Cell = TypeVar("Cell")


class Rejected(ValueError):
    """The file does not prove what it says."""


def leaves(tree: str, root: Cell, axes: int, halves: Callable[[Cell, int], tuple[Cell, Cell]], most: int) -> list[Cell]:
    """The cells of a tree in preorder, lower halves first: the axis of each bisection, a point for a leaf; `most` at most.

    They cover the root, as (lower, higher) = `halves`(cell, axis) cover a cell.

    >>> leaves("0.0..", (0, 8), 1, lambda cell, axis: ((cell[0], sum(cell) // 2), (sum(cell) // 2, cell[1])), 10)
    [(0, 4), (4, 6), (6, 8)]
    """
    found: list[Cell] = []
    todo, marks = [root], [*map(str, range(axes)), "."]
    for mark in tree:
        if not todo or len(found) > most or mark not in marks:
            raise Rejected("the tree is damaged")
        cell = todo.pop()
        if mark == ".":
            found.append(cell)
        else:
            lower, higher = halves(cell, int(mark))
            todo += [higher, lower]
    if todo:
        raise Rejected("the tree leaves cells uncovered")
    return found
