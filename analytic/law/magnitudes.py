"""How large an active feature is: uniform on an interval, of one value, or a mixture of these, exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from ..exact import Exact, rational
from ..exact.rationals import entries, instance, shown


class Part(NamedTuple):
    """With probability `weight` uniform on [low, high], or `low` where both are one."""

    weight: Fraction
    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Magnitude:
    """The law of the value of an active feature: a mixture of `parts`, uniform on intervals or of one value.

    >>> Magnitude.uniform(-1, 1).square, Magnitude.binary().square
    (Fraction(1, 3), Fraction(1, 1))
    """

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        parts = entries(self.parts, "parts", _part)
        if sum(part.weight for part in parts) != 1:
            raise ValueError(f"parts must have weights that sum to 1, got {shown(self.parts)}")
        object.__setattr__(self, "parts", parts)

    def __repr__(self) -> str:
        if len(self.parts) == 1:
            return f"Magnitude.{_said(self.parts[0])}"
        said = ", ".join(f"('{part.weight}', Magnitude.{_said(part)})" for part in self.parts)
        return f"Magnitude.mixture({said})"

    @staticmethod
    def uniform(low: Exact = 0, high: Exact = 1) -> Magnitude:
        """Uniform on [low, high]; ValueError unless low < high."""
        a, b = rational(low, "low"), rational(high, "high")
        if a >= b:
            raise ValueError(f"low must be below high, got {a} and {b}")
        return Magnitude((Part(Fraction(1), a, b),))

    @staticmethod
    def binary(value: Exact = 1) -> Magnitude:
        """Always `value`, which is not 0: a feature is 0 or this."""
        v = rational(value, "value")
        if not v:
            raise ValueError("value must not be 0, for an inactive feature is 0, got 0")
        return Magnitude((Part(Fraction(1), v, v),))

    @staticmethod
    def mixture(*parts: tuple[Exact, Magnitude]) -> Magnitude:
        """Each of the magnitudes with its weight, weights ≥ 0 with sum 1.

        >>> Magnitude.mixture(("1/2", Magnitude.binary(-1)), ("1/2", Magnitude.binary(1))).mean
        Fraction(0, 1)
        """
        found = []
        for pair in parts:
            weight, magnitude = entries(pair, "a part of the mixture", lambda value, name: value, 2)
            share = rational(weight, "weight")
            if share < 0:
                raise ValueError(f"weight must not be negative, got {share}")
            inner = instance(magnitude, "a part of the mixture", Magnitude, "a weight and a Magnitude")
            found += [Part(share * part.weight, part.low, part.high) for part in inner.parts if share]
        return Magnitude(tuple(found))

    @property
    def mean(self) -> Fraction:
        return sum((w * (a + b) / 2 for w, a, b in self.parts), Fraction(0))

    @property
    def square(self) -> Fraction:
        """E x² of an active feature: (a² + ab + b²)/3 for each part."""
        return sum((w * (a * a + a * b + b * b) / 3 for w, a, b in self.parts), Fraction(0))

    @property
    def signed(self) -> tuple[Part, ...]:
        """The parts divided at 0, those below it with their weight negated: E |x| g(x) is Σ E x g(x) over these.

        >>> [str(part.weight) for part in Magnitude.uniform(-1, 3).signed]
        ['-1/4', '3/4']
        """
        found = []
        for weight, low, high in self.parts:
            if low < 0 < high:
                share = weight / (high - low)
                found += [Part(share * low, low, Fraction(0)), Part(share * high, Fraction(0), high)]
            else:
                found.append(Part(-weight if low < 0 else weight, low, high))
        return tuple(found)

    @property
    def corners(self) -> tuple[Fraction, ...]:
        """The ends of the intervals and the single values, 0 left out, in increasing order."""
        return tuple(sorted({end for part in self.parts for end in (part.low, part.high)} - {Fraction(0)}))


def magnitude_or_row(value: Any, name: str = "magnitude") -> Magnitude | tuple[Magnitude, ...]:
    """One Magnitude, or a row of them, one for each feature."""
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Magnitude):
        return entries(value, name, _magnitude)
    return _magnitude(value, name)


def _magnitude(value: object, name: str) -> Magnitude:
    return instance(value, name, Magnitude, "a Magnitude of analytic.law, such as Magnitude.binary()")


def _part(value: Any, name: str) -> Part:
    weight, low, high = entries(value, name, rational, 3)
    if weight <= 0 or low > high:
        raise ValueError(f"{name} must be weights > 0 with low <= high, got {weight}, {low}, {high}")
    return Part(weight, low, high)


def _said(part: Part) -> str:
    if part.low == part.high:
        return f"binary('{part.low}')"
    return f"uniform('{part.low}', '{part.high}')"


UNIT = Magnitude.uniform()
