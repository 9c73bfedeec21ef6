r"""Rows under any law, by the route that serves each, as sums of functions of torch.

A row of which z has one sign is known by moments. Otherwise, if they are few, all sets of active features are enumerated
(`boxes`); where all active features have densities, those of a few active ones, and the rest is the law's own recursion on a line
(`law_lines`); where some have single values, those of a few active ones, as long as the others are too rare to matter, by proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor

from ..law import UNIT, Block, Law, blocks, count_distribution, magnitudes
from .boxes import all_supports, box_parts, box_values, boxes
from .factors import Floats
from .law_lines import Intervals, Piece, Remainder, choose_line, line_pieces
from .law_moments import LawMoments

_MOST = 2.0**20
"""Faces of all boxes of a row."""
_FEW = 2.0**14
"""The same where a line can take over."""
_LIGHT, _LIGHTER = 1e-4, 1e-6
"""Of the largest entry: what counts to second order, where z cannot vanish within it without the others, and where it can."""
_POWER = 4e5
"""Sets of few active features of all rows that are taken out before a line."""
_TABLE = 20
"""Features up to which all supports are listed."""


@dataclass(frozen=True)
class General(LawMoments):
    """A law in the form that its recursion takes."""

    @staticmethod
    def of(law: Law, n: int, *, absolute: bool = False) -> General:
        """`absolute` only where some values are negative."""
        each = magnitudes(law, n)
        return General(blocks(law, n), each, absolute and any(part.low < 0 for one in each for part in one.parts))

    def __post_init__(self) -> None:
        if found := next((one for one in self.magnitudes if one.rate), None):
            raise ValueError(
                f"magnitude must not be exponential for the loss without sampling, which has no bound of its error there, "
                f"got {found}: training and its sampled loss take it"
            )
        if not bool((self.share > 0).any()):
            raise ValueError("law must have features that are active at times: otherwise every feature is always 0")

    @property
    def usual(self) -> bool:
        """Whether all values are on [0, 1]."""
        return set(self.magnitudes) == {UNIT}

    @cached_property
    def table(self) -> Floats:
        """(1, 2^n) P(T), feature j the j-th binary digit."""
        active, probability = all_supports(self.given, self.n)
        table: Floats = np.zeros((1, 1 << self.n))
        np.add.at(table[0], active @ (1 << np.arange(self.n)), probability)
        return table

    @cached_property
    def densities(self) -> bool:
        return all(one.intervals for one in self.magnitudes)

    @property
    def listed(self) -> bool:
        """Whether its loss is had at any weights: not only where few features are active."""
        return self.densities or self._cost(self.n, range(self.n)) <= _MOST

    @cached_property
    def counts(self) -> list[float]:
        """At most so many sets of r active features that there are, r = 0, …, n."""
        sizes = [1.0]
        for block in self.given:
            k = len(block.features)
            sizes = np.convolve(sizes, _most_sets(block, k)).tolist()
        return sizes

    @cached_property
    def ends(self) -> Tensor:
        """(2, n) the least and the largest value of an active feature, and 0."""
        table = [[(part.low, part.high) for part in one.parts] for one in self.magnitudes]
        lows, highs = ([f(*(pair[k] for pair in row), 0.0) for row in table] for k, f in ((0, min), (1, max)))
        return torch.tensor([lows, highs], dtype=torch.float64)

    def pieces(
        self, g: Tensor, b: Tensor, own: Tensor, within: Tensor, *, linear: bool = False
    ) -> Iterator[tuple[Tensor, Piece]]:
        """E[z_+² − 2 y_i z_+] of rows z = b + g·x, each `within` (R,), as a sum: some rows, and a function of their g (k, n) and
        b (k,), differentiable twice. `linear`: of z in place of z_+."""
        steps = g[None] * self.ends[:, None]
        low, high = b + steps.amin(0).sum(1), b + steps.amax(0).sum(1)
        if len(up := ((low >= 0) | linear).nonzero()[:, 0]):
            yield up, partial(self.whole, own[up])
        if linear:
            return
        for heavy, some in self._patterns(g, b, own, (low < 0) & (high > 0)):
            for inner, piece in self._between(g[some], b[some], own[some], within[some], heavy):
                yield some[inner], piece

    def _patterns(self, g: Tensor, b: Tensor, own: Tensor, wanted: Tensor) -> Iterator[tuple[tuple[int, ...], Tensor]]:
        """Rows by which of their entries are heavy."""
        every = tuple(range(self.n))
        if not self.densities or self.n > _TABLE:
            if bool(wanted.any()):
                yield every, wanted.nonzero()[:, 0]
            return
        size = g.abs() * self.ends.abs().amax(0) * (self.share > 0)
        largest = size.amax(1, keepdim=True)
        light = size <= _LIGHT * largest
        near = b.abs() <= (size * light).sum(1)
        light = torch.where(near[:, None], size <= _LIGHTER * largest, light)
        light[torch.arange(len(own)), own] = False  # x_i must be known beside z_i
        rows = wanted.nonzero()[:, 0]
        if len(rows):
            patterns, place = torch.unique(~light[rows], dim=0, return_inverse=True)
            for k, pattern in enumerate(patterns):
                yield tuple(pattern.nonzero()[:, 0].tolist()), rows[place == k]

    def _between(
        self, g: Tensor, b: Tensor, own: Tensor, within: Tensor, heavy: tuple[int, ...]
    ) -> Iterator[tuple[Tensor, Piece]]:
        if self._cost(self.n, heavy) <= (_FEW if self.densities else _MOST):
            yield from self._few(own, heavy, len(heavy), 1.0)
        elif self.densities:
            yield from self._by_line(g, b, own, within, heavy)
        else:
            yield from self._few(own, heavy, self._most_active(g, b, within), 1.0)

    def _few(self, own: Tensor, heavy: tuple[int, ...], most: int, sign: float) -> Iterator[tuple[Tensor, Piece]]:
        """Up to `most` active features among the heavy ones."""
        rows = torch.arange(len(own))
        for part in box_parts(boxes(self.given, self.magnitudes, heavy, most), len(own)):
            yield rows, partial(box_values, own, part, sign, self.absolute)

    def _cost(self, most: int, heavy: Sequence[int]) -> float:
        """At most so many faces of the boxes of all sets of active features among the heavy, or, if they are all, of at most
        `most` features."""
        each = max(sum(3.0 if part.low < part.high else 1.0 for part in self.magnitudes[j].parts) for j in heavy)
        if len(heavy) < self.n:
            return float((1 + each) ** len(heavy))
        return float(sum(count * each**size for size, count in enumerate(self.counts[: most + 1])))

    def _by_line(
        self, g: Tensor, b: Tensor, own: Tensor, within: Tensor, heavy: tuple[int, ...]
    ) -> Iterator[tuple[Tensor, Piece]]:
        every = torch.zeros(self.n, dtype=torch.bool)
        every[list(heavy)] = True
        most = next(k for k in (3, 2, 1) if self.n ** (k + 1) <= _POWER or k == 1)
        parts = Intervals.of([one.parts for one in self.magnitudes])
        weighed = Intervals.of([one.signed for one in self.magnitudes]) if self.absolute else parts
        rest = Remainder(self.given, parts, weighed, every, most)
        right, left = (choose_line(rest, s * g, s * b, own, within) for s in (1.0, -1.0))
        for sign, line, chosen in ((1.0, right, right.nodes <= left.nodes), (-1.0, left, left.nodes < right.nodes)):
            if not len(some := chosen.nonzero()[:, 0]):
                continue
            mine = own[some]
            if sign < 0:
                yield some, partial(self.whole, mine)
            for rows, piece in self._few(mine, heavy, most, sign):
                yield some[rows], partial(_times, sign, 1.0, piece)
            for rows, piece in line_pieces(rest, mine, line.take(some), sign):
                yield some[rows], partial(_times, sign, sign, piece)

    def _most_active(self, g: Tensor, b: Tensor, within: Tensor) -> int:
        """How many active features at most must be enumerated so that the others are worth less than `within`:
        |z_+² − 2 y_i z_+| ≤ |z| (|z| + 2|x_i|) and |z| ≤ |b| + r max |g_j x_j| with r active. ValueError where they are too many.
        """
        chance = torch.from_numpy(count_distribution(self.given, self.n).clip(0))
        sizes = self.ends.abs().amax(0)
        z = b.abs()[:, None] + torch.arange(self.n + 1) * (g.abs() * sizes).amax(1, keepdim=True)  # (R, n + 1)
        worth = (chance * z * (z + 2 * sizes.max())).flip(1).cumsum(1).flip(1)  # of r and more
        enough = (worth <= within[:, None]).all(0)
        most = int(enough.to(torch.int64).argmax()) - 1 if bool(enough.any()) else self.n
        every = tuple(range(self.n))
        if self._cost(most, every) > _MOST:
            raise ValueError(
                f"law must be one of which few enough features are active where they have single values: up to {most} of "
                f"{self.n} features are active together, more sets than the {int(_MOST)} that the loss without sampling "
                "enumerates; training and its sampled loss take it"
            )
        return max(most, 0)


def _times(factor: float, sign: float, piece: Piece, g: Tensor, b: Tensor) -> Tensor:
    """A piece of rows turned by a sign, times a factor."""
    return factor * piece(sign * g, sign * b)


def _most_sets(block: Block, k: int) -> list[float]:
    """At most so many sets of 0, …, k active features."""
    sizes = np.ones(1)
    for _ in range(k):
        sizes = np.convolve(sizes, [1.0, 1.0])
    if block.kind == "one":
        return [1.0, float(k)]
    if block.kind == "choice":
        return [0.0] * int(block.numbers[0]) + [float(sizes[int(block.numbers[0])])]
    return sizes.tolist()
