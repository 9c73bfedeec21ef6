"""The corners of the boxes on which active features are uniform, as digits of a number for each vertex.

A feature has a digit of a few bits: 0 for the value 0, where it is inactive, and one for each other end of an interval or single
value that its magnitude has. Of features that are uniform on [0, 1] a vertex is a bit mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from ..law import Magnitude


class Ends(NamedTuple):
    """A part of a magnitude, and the numbers of its ends."""

    weight: Fraction
    low: Fraction
    high: Fraction
    at_low: int
    at_high: int


class Corners:
    """Of features with these magnitudes, weighed by x, or, if `absolute`, by |x|."""

    def __init__(self, magnitudes: Sequence[Magnitude], *, absolute: bool = False) -> None:
        self._letters: list[tuple[Ends, ...]] = []
        self._weighed: list[tuple[Ends, ...]] = []
        self._places: list[tuple[int, int, tuple[Fraction, ...]]] = []  # the feature, the shift, the corners; by bit
        for j, magnitude in enumerate(magnitudes):
            shift, ends = len(self._places), (Fraction(0), *magnitude.corners)
            at = {end: digit << shift for digit, end in enumerate(ends)}
            for letters, parts in (
                (self._letters, magnitude.parts),
                (self._weighed, magnitude.signed if absolute else magnitude.parts),
            ):
                letters.append(tuple(Ends(*part, at[part.low], at[part.high]) for part in parts))
            self._places += [(j, shift, ends)] * (len(ends) - 1).bit_length()

    def letter(self, j: int) -> tuple[Ends, ...]:
        """The magnitude of feature j."""
        return self._letters[j]

    def weighed(self, j: int) -> tuple[Ends, ...]:
        """The same where the feature is weighed: E y g(x) is Σ E x g(x) over these parts, of weights of either sign."""
        return self._weighed[j]

    def lowest(self, vertex: int) -> tuple[int, int, Fraction]:
        """The first feature that is not 0 at a vertex, the vertex with it at 0, and its value."""
        j, shift, ends = self._places[(vertex & -vertex).bit_length() - 1]
        digit = vertex >> shift & ((1 << (len(ends) - 1).bit_length()) - 1)
        return j, vertex ^ digit << shift, ends[digit]


class _UnitCube(Corners):
    """Of any number of features that are uniform on [0, 1]."""

    def __init__(self) -> None:
        super().__init__(())

    def letter(self, j: int) -> tuple[Ends, ...]:
        return (Ends(Fraction(1), Fraction(0), Fraction(1), 0, 1 << j),)

    def weighed(self, j: int) -> tuple[Ends, ...]:
        return self.letter(j)

    def lowest(self, vertex: int) -> tuple[int, int, Fraction]:
        lowest = vertex & -vertex
        return lowest.bit_length() - 1, vertex ^ lowest, Fraction(1)


UNIT_CUBE = _UnitCube()
