"""V = E[z_+² - 2 x_i z_+] of one row in rationals, by `analytic`, and its derivatives by differences; cases, hostile rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytic.exact import to_flint
from analytic.exact.rationals import from_flint
from analytic.law.blocks import Alternatives
from analytic.loss.cube import expectation, positive_part, transform, vertices

Given = tuple[Sequence[float], float, int, Sequence[float]]
"""g, b, own feature, p."""

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
    def has_kink(self) -> bool:
        """Whether z = 0 at a vertex: second derivatives may jump there, and differences give the mean of both sides."""
        sums = {self.b}
        for entry in self.g:
            sums |= {z + entry for z in sums}
        return 0 in sums

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
        blocks = tuple(Alternatives(((1 - p, ()), (p, (j,)))) for j, p in enumerate(self.p))
        square: Any = expectation(transform(g, blocks, to_flint), vertex, 2, positive_part)
        cross: Any = expectation(transform(g, blocks, to_flint, weighted=self.own), vertex, 1, positive_part)
        return from_flint(fmpq(square - 2 * cross))


CASES: dict[str, Given] = {
    "one feature": ([0.7], -0.2, 0, [0.3]),
    "one feature that does not act": ([0.0], 0.4, 0, [0.3]),
    "one feature, never present": ([0.7], 0.4, 0, [0.0]),
    "always present": ([0.7, -0.4, 1.3], -0.2, 1, [1.0, 1.0, 1.0]),
    "a zero beside": ([0.7, 0.0, 0.2], -0.3, 0, [0.1, 0.4, 1.0]),
    "nothing but itself": ([0.0, 0.9, 0.0], -0.3, 1, [0.1, 0.4, 0.5]),
    "itself unlearned": ([0.3, 0.0, -0.4, 0.2], 0.1, 1, [0.2, 0.3, 0.4, 0.5]),
    "itself never present": ([0.3, 0.8, -0.4, 0.2], 0.1, 1, [0.2, 0.0, 0.4, 0.5]),
    "another never present": ([0.3, 0.8, -0.4, 0.2], -0.1, 1, [0.2, 0.5, 0.0, 0.5]),
    "nothing at all": ([0.0, 0.0, 0.0], 0.25, 2, [0.5, 0.5, 0.5]),
    "nothing, from below": ([0.0, 0.0, 0.0], -0.25, 2, [0.5, 0.5, 0.5]),
    "itself negative": ([-0.6, 0.5, 0.4], 0.3, 0, [0.2, 0.3, 0.4]),
    "never positive": ([0.5, -0.5, -0.25], -0.75, 0, [0.2, 0.3, 0.4]),
    "equal and opposite": ([0.5, -0.5, 0.5, -0.5, 0.5], 0.125, 0, [0.2] * 5),
    "six": ([0.9, -0.4, 0.7, 1.9, -1.1, 0.05], -0.1, 4, [0.05, 0.1, 0.5, 0.9, 1.0, 0.01]),
    # Rounding of z at its one vertex, where unequal at others, would be 67 times the error that the terms show.
    "barely positive": (
        [1.1482333168226914e-05, -7.986740554316987e-05, 0.7000247844101216],
        -0.6972469270651926,
        0,
        [0.9144391111538743, 0.11089006596730092, 0.15192106217803208],
    ),
    "large": ([3e5, -2e4, 1e6], 1e5, 0, [0.2, 0.3, 0.4]),
}


def arrays(rows: Sequence[Given]) -> tuple[NDArray[np.float64], ...]:
    """g, b, own, p and law, each row with a line of p of its own."""
    g, b, own, p = zip(*rows, strict=True)
    return np.array(g), np.array(b), np.array(own), np.array(p), np.arange(len(rows))


entries = st.one_of(
    st.just(0.0),
    st.builds(lambda sign, e: sign * 10.0**e, st.sampled_from((-1, 1)), st.floats(-12, 1)),
    st.floats(-2, 2).filter(lambda x: abs(x) > 1e-3),
)
densities = st.one_of(st.sampled_from((0.0, 1.0)), st.floats(-4, 0).map(lambda e: 10.0**e))


@st.composite
def hostile(draw: st.DrawFn) -> Given:
    n = draw(st.integers(1, 5))
    g = draw(st.lists(entries, min_size=n, max_size=n))
    p = draw(st.lists(densities, min_size=n, max_size=n))
    # Away from b = 0, where derivatives jump in rows of tiny entries; also close below where all z are negative.
    b = draw(st.floats(-2, 2).filter(lambda b: abs(b) > 1e-6))
    if draw(st.booleans()):
        top = sum(entry for entry in g if entry > 0)
        b = -top + 10.0 ** draw(st.floats(-6, -1)) if top > 0.2 else b
    return g, b, draw(st.integers(0, n - 1)), p
