"""Cover every direction of the smallest model with bias by cells on which a lower bound is proved."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...law import variance
from .angle import ONE, ROOT, Angle, Bound, Cell, flattened, halves
from .linear import REACH, Piece, pieces

Linear = Literal["above", "within", "unused"]
_GAIN = 0.05


class Target(NamedTuple):
    """What is to be proved: K > upper, except where K ≥ lower must do."""

    upper: Fraction
    lower: Fraction


@dataclass
class Cover:
    """A chart covered: the tree in preorder (the axis of each bisection, "." for a leaf), the cells and the pieces of the
    linear region on which K > upper was not proved but K ≥ lower was, and the cells left when time was up or one of them was
    too small to be divided."""

    tree: str = ""
    linear: Linear = "unused"
    near: list[Cell] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    left: list[Cell] = field(default_factory=list)


def cover(model: Angle, target: Target, deadline: float) -> Cover:
    """Bisect until each cell is proved, one is too small, or `time.process_time()` passes the deadline."""
    linear = pieces(model, *target)
    if linear is None:
        return Cover(left=[ROOT])
    return bisected(model, target, deadline, linear, [ROOT])


def refined(model: Angle, target: Target, covered: Cover) -> Cover:
    """What the cover has not proved to lie above `target.upper`, bisected until the rest is within the target's bounds; the cover
    itself where that cannot be."""
    linear = pieces(model, *target) if covered.pieces else []
    if linear is None:
        return covered
    found = bisected(model, target, float("inf"), linear, [*covered.near])
    if found.left:
        return covered
    found.linear = covered.linear
    return found


def bisected(model: Angle, target: Target, deadline: float, linear: list[Piece] | None, todo: list[Cell]) -> Cover:
    """The cells `todo`, bisected until each is proved or time is up; None for `linear`: nothing is proved in that region."""
    marks: list[str] = []
    found = Cover(linear="unused" if linear is None else "within" if linear else "above", pieces=linear or [])
    gaps = model.gaps(target.upper), model.gaps(target.lower)
    while todo:
        if time.process_time() > deadline:
            found.left = todo
            break
        cell = todo.pop()
        if (linear is not None and in_linear_region(cell)) or unseen(model, cell, target.upper):
            marks.append(".")
            continue
        bound = model.bound(cell)
        if bound.exceeds(gaps[0]):
            marks.append(".")
        elif target.lower < target.upper and None not in cell and bound.exceeds(gaps[1]):
            marks.append(".")
            found.near.append(cell)
        elif (axis := _axis(model, cell, bound, float(gaps[0][0]))) is None:
            found.left = [cell, *todo]
            break
        else:
            marks.append(str(axis))
            todo += reversed(halves(cell, axis))
    found.tree = "".join(marks)
    return found


def in_linear_region(cell: Cell) -> bool:
    """|q|, |β₁| ≤ ½ and β₂ ≥ |q| on the whole cell."""
    q, _, low, high, second, _ = cell
    return high is not None and max(-q, -low, high) <= REACH * ONE and second >= -q


def unseen(model: Angle, cell: Cell, upper: Fraction) -> bool:
    """Where β₁ ≤ −c < 0, feature 1 is not seen below x₁ = c (q ≤ 0), so that K ≥ I₁pc³/3: whether that exceeds `upper`."""
    high = cell[3]
    return high is not None and high < 0 and model.first * model.density * Fraction(-high, ONE) ** 3 > 3 * upper


def _axis(model: Angle, cell: Cell, bound: Bound, gap: float) -> int | None:
    """The edge whose length costs the bound most; the longest one where none of them matters much; None where none can be cut."""
    needed = bound.needed
    best: tuple[float, int, int] | None = None
    for axis in (0, 1, 2):
        low, high = cell[2 * axis] or 0, cell[2 * axis + 1]
        length = 3 * ONE if high is None else high - low
        if length <= 4:
            continue
        gain = needed - model.bound(flattened(cell, axis)).needed
        score = (gain if gain > _GAIN * (needed - gap) and gain < float("inf") else 0.0, length, axis)
        best = score if best is None or score > best else best
    return None if best is None else best[2]


def starts(model: Angle, most: int = 8) -> Iterator[Sequence[float]]:
    """(e, β₁, β₂) of the lowest local minima on two grids, in floats: where a search for the minimum may begin.

    On the first, both outputs are clipped. On the second that of the weaker feature is not, and its bias is the best one.
    """
    p, whole = float(model.density), float(model.whole)
    part = np.linspace(0, 1, 17) ** 2
    e = np.linspace(1 / 16, 1, 16)[:, None, None]
    first, second = e * part[None, :, None], e * part[None, None, :]
    one, other = _moments(p, 1.0, e, first), _moments(p, e * e, e, second)
    square = model.first * one[0] + model.second * other[0] + 2 * model.penalty * e * e
    cross = model.first * one[1] + model.second * other[1]
    for i, j, k in _lowest(whole - cross**2 / square, most):
        yield float(e[i, 0, 0]), float(first[i, j, 0]), float(second[i, 0, k])
    e = 2.0 ** -np.arange(1, 14, 0.25)[:, None]
    first = e * np.linspace(0, 1, 33)[None, :]
    kept, one = model.second * variance(p), _moments(p, 1.0, e, first)
    square = model.first * one[0] + kept * (e**2 + e**4) + 2 * model.penalty * e * e
    cross = model.first * one[1] + kept * e * e
    best = p / 2 * (square / cross + e - e * e)
    for i, j in _lowest(whole - cross**2 / square, most):
        yield float(e[i, 0]), float(first[i, j]), float(best[i, j])


def _lowest(loss: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """The places of the lowest local minima of an array, lowest first."""
    padded = np.pad(loss, 1, constant_values=np.inf)
    inside = tuple(slice(1, -1) for _ in loss.shape)
    lowest = np.ones(loss.shape, dtype=bool)
    for axis in range(loss.ndim):
        for shift in (-1, 1):
            lowest &= loss <= np.roll(padded, shift, axis)[inside]
    places = np.argwhere(lowest)
    return places[np.argsort(loss[lowest])][:most]


def _moments(
    p: float, a: float | NDArray[np.float64], e: NDArray[np.float64], beta: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """E (z⁺)² and E x z⁺ in floats, as in `analytic.n2m1.bias.point`."""
    d, h = np.maximum(e - beta, 0), np.maximum(e - beta - a, 0)
    fourth = p * p * (d**4 - h**4) / (12 * a * e)
    square = p * (a * a + e * e) / 3 + beta**2 - a * e * p * p / 2 + beta * (a - e) * p
    cross = a * p / 3 - e * p * p / 4 + beta * p / 2 + fourth / (2 * a) - p * p * h**3 / (6 * a * e)
    return square - (1 - p) * p * d**3 / (3 * e) - fourth, cross
