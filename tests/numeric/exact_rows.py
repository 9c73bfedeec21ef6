"""V = E[z_+² - 2 x_i z_+] of one row in rationals, by `analytic`, and its derivatives by differences of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from analytic.cube import expectation, positive_part, transform, vertices
from analytic.rational import from_flint, to_flint

STEP = Fraction(1, 2**400)
"""Of the differences: what they leave out is STEP² times a third or fourth derivative, nothing beside a double."""


@dataclass(frozen=True)
class Row:
    """g·x + b with own feature i, x_j uniform on [0, 1] with probability p_j, else 0."""

    g: tuple[Fraction, ...]
    b: Fraction
    own: int
    p: tuple[Fraction, ...]

    @classmethod
    def of(cls, g: Sequence[float], b: float, own: int, p: Sequence[float]) -> Row:
        """The very numbers that the floats are."""
        return cls(
            tuple(map(Fraction, map(float, g))), Fraction(float(b)), int(own), tuple(map(Fraction, map(float, p)))
        )

    @property
    def value(self) -> Fraction:
        return self._at(())

    def gradient(self) -> NDArray[np.float64]:
        """(n + 1,), the bias last; central differences."""
        return np.array([float(self._difference(j)) for j in range(len(self.g) + 1)])

    def hessian(self) -> NDArray[np.float64]:
        """(n + 1, n + 1), the bias last."""
        size = len(self.g) + 1
        found = np.empty((size, size))
        for j in range(size):
            for k in range(j, size):
                found[j, k] = found[k, j] = float(self._second(j, k))
        return found

    def _difference(self, j: int) -> Fraction:
        return (self._at([(j, 1)]) - self._at([(j, -1)])) / (2 * STEP)

    def _second(self, j: int, k: int) -> Fraction:
        corners = ((u * v, [(j, u), (k, v)]) for u in (1, -1) for v in (1, -1))
        return sum((sign * self._at(moves) for sign, moves in corners), Fraction(0)) / (4 * STEP**2)

    def _at(self, moves: Sequence[tuple[int, int]]) -> Fraction:
        """V with some entries of (g, b) moved by so many steps."""
        entries = [*self.g, self.b]
        for j, steps in moves:
            entries[j] += steps * STEP
        g, b = [to_flint(entry) for entry in entries[:-1]], to_flint(entries[-1])
        vertex = vertices(g, b)
        blocks = tuple(((1 - p, ()), (p, (j,))) for j, p in enumerate(self.p))
        square: Any = expectation(transform(g, blocks, to_flint), vertex, 2, positive_part)
        cross: Any = expectation(transform(g, blocks, to_flint, weighted=self.own), vertex, 1, positive_part)
        return from_flint(fmpq(square - 2 * cross))
