"""What a law of the features is: independent blocks and magnitudes, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, ClassVar, NamedTuple, TypeVar

from ..exact.rationals import entries, whole
from .blocks import Block, Support, inclusion, supports
from .magnitudes import UNIT, Magnitude

Number = TypeVar("Number")


class Moments(NamedTuple):
    """E x_i, E x_i² and the matrix E x_i x_j (with E x_i² on its diagonal), exactly."""

    mean: tuple[Fraction, ...]
    square: tuple[Fraction, ...]
    product: tuple[tuple[Fraction, ...], ...]


def variance(density: Number) -> Number:
    """Var x = p/3 − p²/4 of a feature of density p, an exact number or an expression: what dropping it costs (column 0,
    bias E x = p/2) in units of its importance.
    """
    return density / 3 - density * density / 4  # type: ignore[operator, no-any-return]


class Law:
    """A rule that gives P(T), the probability that exactly the features in T are active; given T their values are independent,
    each with its `magnitude`, uniform on [0, 1] unless said otherwise.
    """

    magnitude: Magnitude | tuple[Magnitude, ...] = UNIT
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __repr__(self) -> str:
        """As it was made, with what is not as usual."""
        said = ((part.name, getattr(self, part.name), part.default) for part in fields(self))
        return (
            f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value, usual in said if value != usual)})"
        )

    def blocks(self, n: int) -> tuple[Block, ...]:
        """The independent blocks; ValueError when the law does not fit n features."""
        raise NotImplementedError

    def magnitudes(self, n: int) -> tuple[Magnitude, ...]:
        """Of each feature."""
        n = whole(n, "n", 1)
        if not isinstance(self.magnitude, tuple):
            return (self.magnitude,) * n
        if len(self.magnitude) != n:
            raise ValueError(f"magnitude must be one or {n}, one for each feature, got {len(self.magnitude)}")
        return self.magnitude

    def supports(self, n: int) -> Iterator[tuple[Support, Fraction]]:
        """Each T (increasing) once, with P(T) > 0; the probabilities sum to 1 exactly."""
        tables = [supports(block) for block in self.blocks(n)]
        for choice in product(*(table.items() for table in tables)):
            probability = prod((p for _, p in choice), start=Fraction(1))
            if probability:
                mask = sum(mask for mask, _ in choice)
                yield tuple(i for i in range(n) if mask >> i & 1), probability

    def inclusion(self, features: Iterable[int], n: int) -> Fraction:
        """P(all of `features` are active)."""
        wanted = set(entries(features, "features", lambda i, name: whole(i, name, 0, whole(n, "n", 1) - 1)))
        total = Fraction(1)
        for block in self.blocks(n):
            mine = wanted.intersection(block.features)
            wanted -= mine
            if mine:
                total *= inclusion(block, frozenset(mine))
        return total if not wanted else Fraction(0)

    def squares(self, n: int) -> tuple[Fraction, ...]:
        """E x_i² of each feature."""
        return tuple(self.inclusion((i,), n) * one.square for i, one in enumerate(self.magnitudes(n)))

    def moments(self, n: int) -> Moments:
        r""":math:`E x_i = P_i μ_i,\; E x_i^2 = P_i ν_i,\; E x_i x_j = P_{ij} μ_i μ_j`, with P the inclusion probabilities and
        μ = 1/2, ν = 1/3 the moments of the magnitudes, unless these are others."""
        each = self.magnitudes(n)
        single = [self.inclusion((i,), n) for i in range(n)]
        square = self.squares(n)
        products = tuple(
            tuple(square[i] if i == j else self.inclusion((i, j), n) * each[i].mean * each[j].mean for j in range(n))
            for i in range(n)
        )
        return Moments(tuple(p * one.mean for p, one in zip(single, each, strict=True)), square, products)
