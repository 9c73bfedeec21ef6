r"""Which column stands at which vertex: the order in which k unit columns come nearest to a reference, exactly.

The residual of an order π is :math:`\max_{i \ne j} |\cos(W_{π(i)}, W_{π(j)}) - R_{ij}|`. Branch and bound over all orders, up
to the symmetries of the reference that move its first vertex: a partial order is given up only when one of its own
entries exceeds the bound, so nothing within the bound is missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arguments import Floats
from .catalogue import Reference

_TIE = 1e-12  # an order must be better by this to replace another: symmetric orders differ by rounding
_HEIGHTS = (0.05, 0.95)  # h² of an antiprism: beyond, it is a polygon, or two poles


@dataclass(frozen=True)
class Fit:
    """Column `order[v]` stands at vertex v; `height` is the ring height where the reference leaves it free."""

    residual: float
    order: tuple[int, ...]
    height: float | None = None


def best_fit(cosines: Floats, reference: Reference, bound: float) -> Fit | None:
    """The order of least residual, to 1e-12, and its residual, if that is at most `bound`; None otherwise.

    `cosines`: (k, k), as many as the reference has vertices.
    """
    k = len(cosines)
    if reference.any_order:
        worst = float(np.abs(cosines - reference.gram)[~np.eye(k, dtype=bool)].max(initial=0.0))
        return Fit(worst, tuple(range(k)), None) if worst <= bound else None
    if reference.slope is not None:
        return _of_free_height(cosines, reference.gram, reference.slope, bound)
    # Sorting two rows pairs them in the order of least largest difference, so this is a bound for any order.
    rows, targets = (np.sort(matrix, axis=1) for matrix in (cosines, reference.gram[list(reference.starts)]))
    if len(targets) == 1 and np.abs(rows - targets).max() > bound:
        return None
    return _fixed(cosines, reference, bound)


def _fixed(cosines: Floats, reference: Reference, bound: float) -> Fit | None:
    k, target = len(cosines), reference.gram
    best: Fit | None = None

    def place(worst: Floats, vertex_of: dict[int, int], so_far: float) -> None:
        """`worst`: (k, k), the largest difference if column p goes to vertex v; infinite where p or v is taken."""
        nonlocal best, bound
        if len(vertex_of) == k:
            order = sorted(vertex_of, key=vertex_of.__getitem__)
            best, bound = Fit(so_far, tuple(order)), so_far - _TIE
            return
        choices = (worst <= bound).sum(axis=1)
        choices[list(vertex_of)] = k + 1
        column = int(choices.argmin())  # the column with the fewest vertices left
        # Nearest first, and symmetric ones in the order of their numbers, whatever rounding does.
        nearest = np.argsort(worst[column].round(9), kind="stable")[: choices[column]].tolist()
        for vertex in nearest if vertex_of else reference.starts:
            reached = max(so_far, float(worst[column, vertex]))
            if reached > bound:
                continue
            after = np.maximum(worst, np.abs(cosines[:, column, None] - target[None, :, vertex]))
            after[column], after[:, vertex] = np.inf, np.inf
            place(after, {**vertex_of, column: vertex}, reached)

    place(np.zeros((k, k)), {}, 0.0)
    return best


def _of_free_height(cosines: Floats, base: Floats, slope: Floats, bound: float) -> Fit | None:
    """As above for base + u·slope: a partial order is kept while some u is left with all its entries within the bound."""
    best: Fit | None = None
    while bound >= 0 and (order := _within(cosines, base, slope, bound)) is not None:
        u, residual = _best_height(cosines[np.ix_(order, order)] - base, slope)
        best, bound = Fit(residual, tuple(map(int, order)), u**0.5), residual - _TIE
    return best


def _within(cosines: Floats, base: Floats, slope: Floats, bound: float) -> list[int] | None:
    """Any order with all entries within `bound` at some common u of the allowed ones, vertex by vertex."""
    k = len(cosines)

    def window(column: int, vertex: int) -> tuple[Floats, Floats]:
        """(k, k) each: between which u column p may stand at vertex v, given that this column stands at this vertex."""
        gap, rate = cosines[:, column, None] - base[None, :, vertex], slope[None, :, vertex]
        fixed = rate == 0
        ends = np.stack([gap - bound, gap + bound]) / np.where(fixed, 1.0, rate)
        inside = fixed & (np.abs(gap) <= bound)
        low, high = ends.min(axis=0), ends.max(axis=0)
        return np.where(fixed, np.where(inside, -np.inf, np.inf), low), np.where(fixed, np.inf, high)

    def place(low: Floats, high: Floats, vertex_of: dict[int, int]) -> dict[int, int] | None:
        if len(vertex_of) == k:
            return vertex_of
        allowed = low <= high
        choices = allowed.sum(axis=1)
        choices[list(vertex_of)] = k + 1
        column = int(choices.argmin())
        # The first vertex is free to choose: the symmetries move it anywhere.
        for vertex in [0] if not vertex_of else np.flatnonzero(allowed[column]).tolist():
            at_least, at_most = window(column, vertex)
            lower = np.maximum(np.maximum(low, at_least), low[column, vertex])
            upper = np.minimum(np.minimum(high, at_most), high[column, vertex])
            lower[column], lower[:, vertex] = np.inf, np.inf
            if found := place(lower, upper, {**vertex_of, column: vertex}):
                return found
        return None

    found = place(np.full((k, k), _HEIGHTS[0]), np.full((k, k), _HEIGHTS[1]), {})
    return None if found is None else sorted(found, key=found.__getitem__)


def _best_height(gaps: Floats, slope: Floats) -> tuple[float, float]:
    """u in the allowed range and the least value of max |gap − u·slope|, convex in u: bisection on its subgradient."""
    low, high = _HEIGHTS
    while (u := (low + high) / 2) not in (low, high):
        errors = gaps - u * slope
        worst = np.unravel_index(np.abs(errors).argmax(), errors.shape)
        if errors[worst] * slope[worst] > 0:
            low = u
        else:
            high = u
    return u, float(np.abs(gaps - u * slope).max())
