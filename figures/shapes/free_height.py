"""The square antiprism of eight features in three dimensions at its best height, against the packing that won before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import sympy
from scipy.optimize import brentq, minimize_scalar

from analytic.polytope_loss import best_loss
from analytic.polytopes import Polytope, antiprism
from analytic.winners import Reign, packing_loss, winner_at

DIGITS = 12
"""Of the losses that are drawn."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FreeHeight:
    """The square antiprism of n = 8, m = 3 at its best height, not only as a tight frame.

    `start`: the sparsity at which the best height takes over; `height`: the best one there; `certified`: the names of the
    winners at `start` ∓ 1e-5 with the antiprism of that height in the catalogue; `sparsities` and `losses`: on a grid, each at
    its own best height.
    """

    start: float
    height: float
    certified: tuple[str, str]
    sparsities: Floats
    losses: Floats


def free_height(reigns: tuple[Reign, ...], grid: Sequence[Fraction], unit: Callable[[Fraction], float]) -> FreeHeight:
    """From the reigns of n = 8, m = 3; `unit`: the loss at a sparsity that losses are told in."""
    before = reigns[-2].packing

    def gap(s: float) -> float:
        place = Fraction(s).limit_denominator(10**9)
        return _best_height(place)[1] - float(packing_loss(before, place, DIGITS))

    start, end = float(reigns[-2].start.midpoint), float(reigns[-1].start.midpoint)
    found = float(brentq(gap, start, end, xtol=1e-7))
    place, step = Fraction(found).limit_denominator(10**9), Fraction(1, 10**5)
    square, _ = _best_height(place)
    extra = (_antiprism(square),)
    before_it, after_it = (winner_at(8, 3, s, extra=extra).packing.name for s in (place - step, place + step))
    sparse = [s for s in grid if s > Fraction(7, 10)]
    losses = [_best_height(s)[1] / unit(s) for s in sparse]
    return FreeHeight(
        found, float(square) ** 0.5, (before_it, after_it), np.array(sparse, dtype=float), np.array(losses)
    )


@lru_cache(maxsize=1024)
def _at_height(square: Fraction, s: Fraction) -> float:
    return float(best_loss(_antiprism(square), s, DIGITS).loss.midpoint)


def _antiprism(square: Fraction) -> Polytope:
    return antiprism(4, sympy.sqrt(sympy.Rational(square.numerator, square.denominator)))


def _best_height(s: Fraction) -> tuple[Fraction, float]:
    """The square of the best height, and the loss there: smooth in the square, with one minimum between 1/5 and 2/5."""

    def loss(square: float) -> float:
        return _at_height(Fraction(round(square * 10**6), 10**6), s)

    found = minimize_scalar(loss, bounds=(0.2, 0.4), method="bounded", options={"xatol": 1e-4})
    return Fraction(round(float(found.x) * 10**6), 10**6), float(found.fun)
