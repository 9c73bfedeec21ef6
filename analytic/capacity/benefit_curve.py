r"""Curves of marginal benefit of capacity: piecewise linear, increasing, constant, diminishing or mixed, exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

import sympy

from ..exact import Exact, rational, to_sympy
from ..exact.rationals import entries

Trend = Literal["increasing", "constant", "diminishing", "mixed"]


class Quadratic(NamedTuple):
    """constant + linear·t + square·t² on [low, high]."""

    low: Fraction
    high: Fraction
    constant: Fraction
    linear: Fraction
    square: Fraction

    def at(self, t: Fraction) -> Fraction:
        return self.constant + t * (self.linear + t * self.square)


@dataclass(frozen=True)
class Curve:
    """A marginal benefit b(C) ≥ 0 on [0, 1]: straight lines through `points`, pairs (C, b) from C = 0 to C = 1.

    A capacity that occurs twice is a jump. Exact numbers; ValueError for fewer than two points, capacities out of
    order or not from 0 to 1, and negative benefits.
    """

    points: Sequence[tuple[Exact, Exact]] = field(compare=False)
    corners: tuple[tuple[Fraction, Fraction], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pairs = entries(self.points, "points", lambda pair, name: entries(pair, name, rational, 2))
        corners = tuple((c, b) for c, b in pairs)
        places = [c for c, _ in corners]
        if len(places) < 2 or places[0] != 0 or places[-1] != 1 or places != sorted(places):
            given = ", ".join(map(str, places)) or "none"
            raise ValueError(f"points must have capacities that run from 0 to 1, got {given}")
        if negative := [b for _, b in corners if b < 0]:
            raise ValueError(f"points must have benefits of at least 0, got {negative[0]}")
        object.__setattr__(self, "corners", corners)

    @property
    def trend(self) -> Trend:
        """increasing and diminishing in the wide sense, but not constant."""
        steps = [after - before for (_, before), (_, after) in pairwise(self.corners)]
        rises, falls = any(step > 0 for step in steps), any(step < 0 for step in steps)
        return "mixed" if rises and falls else "increasing" if rises else "diminishing" if falls else "constant"

    def marginal(self, capacity: Exact) -> sympy.Rational:
        """b(C), at a jump the limit from the left (at C = 0 from the right). ValueError for C outside [0, 1]."""
        c = _checked(capacity)
        piece = next(piece for piece in self.pieces if c <= piece.high)
        return to_sympy(piece.linear + 2 * piece.square * c)

    def benefit(self, capacity: Exact) -> sympy.Rational:
        """B(C), the area under the curve up to C. ValueError for C outside [0, 1]."""
        c = _checked(capacity)
        return to_sympy(next(piece for piece in self.pieces if c <= piece.high).at(c))

    @cached_property
    def pieces(self) -> tuple[Quadratic, ...]:
        """B(C) on each straight stretch of the curve."""
        found, area = [], Fraction(0)
        for (start, before), (stop, after) in pairwise(self.corners):
            if start < stop:
                half = (after - before) / (2 * (stop - start))
                linear = before - 2 * half * start
                found.append(Quadratic(start, stop, area - start * (linear + half * start), linear, half))
                area += (before + after) * (stop - start) / 2
        return tuple(found)


def line(start: Exact, stop: Exact) -> Curve:
    """The straight curve from b(0) = start to b(1) = stop."""
    for name, value in (("start", start), ("stop", stop)):
        if rational(value, name) < 0:
            raise ValueError(f"{name} must be at least 0, got {value}")
    return Curve(((0, start), (1, stop)))


PANELS: dict[str, tuple[Curve, Curve]] = {
    "A": (line(2, 4), line(1, 3)),
    "B": (line(2, "5/2"), line(1, 4)),
    "C": (line(2, 2), line(2, 2)),
    "D": (line(4, "5/2"), line(2, 1)),
    "E": (line(4, 1), line(3, "1/2")),
    "F": (line(3, 1), line(3, 1)),
}
"""The six panels of the slides, two features each. The slides name their kinds (A and B increasing, C constant and equal,
D, E and F diminishing) and show no numbers: these are ours. B is where the rule "give the next bit to the larger
benefit" ends at the wrong feature."""


def _checked(capacity: Exact) -> Fraction:
    c = rational(capacity, "capacity")
    if not 0 <= c <= 1:
        raise ValueError(f"capacity must lie in [0, 1], got {c}")
    return c
