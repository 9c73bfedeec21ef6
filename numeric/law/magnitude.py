"""How large an active feature is: uniform on an interval, of one value, a mixture of these, or exponential."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..arguments import instance, number, shown

_SUM = 1e-12
"""What weights may sum to beside 1, by rounding."""


class Part(NamedTuple):
    """With probability `weight` uniform on [low, high], or `low` where both are one."""

    weight: float
    low: float
    high: float


@dataclass(frozen=True, repr=False)
class Magnitude:
    """The law of the value of an active feature: a mixture of `parts`, uniform on intervals or of one value; or, with a `rate`
    above 0 and no parts, exponential.

    >>> Magnitude.uniform(-1, 1).square, Magnitude.exponential(2.0).mean
    (0.3333333333333333, 0.5)
    """

    parts: tuple[Part, ...]
    rate: float = field(default=0.0, metadata={"quiet": True})

    def __post_init__(self) -> None:
        number("rate", self.rate, "[0, inf)")
        parts = tuple(map(_part, sequence("parts", self.parts)))
        if self.rate and parts:
            raise ValueError(f"parts must be () beside a rate above 0, got {shown(self.parts)} and {self.rate}")
        total = sum(part.weight for part in parts)
        if not self.rate and not abs(total - 1) <= _SUM:
            raise ValueError(f"parts must have weights that sum to 1, got {shown(self.parts)}")
        object.__setattr__(self, "parts", parts)

    def __repr__(self) -> str:
        if self.rate:
            return f"Magnitude.exponential({self.rate})"
        if len(self.parts) == 1:
            return f"Magnitude.{_said(self.parts[0])}"
        return f"Magnitude.mixture({', '.join(f'({part.weight}, Magnitude.{_said(part)})' for part in self.parts)})"

    @staticmethod
    def uniform(low: float = 0.0, high: float = 1.0) -> Magnitude:
        """Uniform on [low, high]; ValueError unless low < high."""
        a, b = number("low", low), number("high", high)
        if a >= b:
            raise ValueError(f"low must be below high, got {a} and {b}")
        return Magnitude((Part(1.0, a, b),))

    @staticmethod
    def binary(value: float = 1.0) -> Magnitude:
        """Always `value`, which is not 0."""
        v = number("value", value)
        if v == 0:
            raise ValueError("value must not be 0, for an inactive feature is 0, got 0")
        return Magnitude((Part(1.0, v, v),))

    @staticmethod
    def mixture(*parts: tuple[float, Magnitude]) -> Magnitude:
        """Each of the magnitudes, none of them exponential, with its weight, weights ≥ 0 with sum 1."""
        found = []
        for pair in parts:
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise ValueError(f"a part of the mixture must be a weight and a Magnitude, got {shown(pair)}")
            weight, inner = number("weight", pair[0], "[0, 1]"), a_magnitude(pair[1], "a part of the mixture")
            if inner.rate:
                raise ValueError(f"a mixture must be of uniform and single values, got {inner}")
            found += [Part(weight * part.weight, part.low, part.high) for part in inner.parts if weight]
        return Magnitude(tuple(found))

    @staticmethod
    def exponential(rate: float = 1.0) -> Magnitude:
        """Exponential, of mean 1/rate. Samples have it; the loss without sampling refuses it, for no bound of its error is known
        here."""
        return Magnitude((), number("rate", rate, "(0, inf)"))

    @property
    def signed(self) -> tuple[Part, ...]:
        """The parts up to 0 with their weight negated, then those from 0 on; a part on both sides is two. So E |x| g(x) is
        Σ E x g(x) over these.

        >>> Magnitude.uniform(-1, 3).signed[0]
        Part(weight=-0.25, low=-1.0, high=0.0)
        """
        below = [(min(b, 0.0) - a, -w, a, min(b, 0.0), b - a) for w, a, b in self.parts if a < 0]
        above = [(b - max(a, 0.0), w, max(a, 0.0), b, b - a) for w, a, b in self.parts if b > 0 or a == b == 0]
        return tuple(Part(w * (own / width if width else 1.0), a, b) for own, w, a, b, width in below + above)

    @property
    def mean(self) -> float:
        return 1 / self.rate if self.rate else _mean(self.parts)

    @property
    def square(self) -> float:
        """E x² of an active feature."""
        return 2 / self.rate**2 if self.rate else _square(self.parts)

    @property
    def mean_size(self) -> float:
        """E |x| of an active feature."""
        return 1 / self.rate if self.rate else _mean(self.signed)

    @property
    def signed_square(self) -> float:
        """E |x| x of an active feature."""
        return 2 / self.rate**2 if self.rate else _square(self.signed)

    @property
    def intervals(self) -> bool:
        """Whether no single value has a probability."""
        return not self.rate and all(part.low < part.high for part in self.parts)

    @property
    def size(self) -> float:
        """The largest |x|."""
        return np.inf if self.rate else max(max(abs(part.low), abs(part.high)) for part in self.parts)


def a_magnitude(value: object, name: str = "magnitude") -> Magnitude:
    return instance(name, value, Magnitude, "a Magnitude of numeric.law, such as Magnitude.binary()")


def magnitude_or_row(value: Any) -> Magnitude | tuple[Magnitude, ...]:
    """One Magnitude, or a row of them, one for each feature."""
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return tuple(a_magnitude(each) for each in value)
    return a_magnitude(value)


def sequence(name: str, values: Any) -> Sequence[Any]:
    if isinstance(values, str | bytes) or not (isinstance(values, Sequence) or hasattr(values, "tolist")):
        raise ValueError(f"{name} must be a sequence, got {shown(values)}")
    return values  # type: ignore[no-any-return]


def _part(values: Any) -> Part:
    found = [number("parts", value) for value in sequence("parts", values)]
    if len(found) != 3 or found[0] <= 0 or found[1] > found[2]:
        raise ValueError(f"parts must be weights above 0 with low <= high, got {shown(values)}")
    return Part(*found)


def _mean(parts: Sequence[Part]) -> float:
    return sum(w * (a + b) / 2 for w, a, b in parts)


def _square(parts: Sequence[Part]) -> float:
    return sum(w * (a * a + a * b + b * b) / 3 for w, a, b in parts)


def _said(part: Part) -> str:
    return f"binary({part.low})" if part.low == part.high else f"uniform({part.low}, {part.high})"


UNIT = Magnitude.uniform()
