"""How large an active feature is, at the door."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .numbers import Number, exactly, floats


@dataclass(frozen=True, repr=False)
class Magnitude:
    """The law of the value of an active feature: for (weight, low, high) in `parts` with this weight uniform on [low, high], or
    `low` where both are one; or exponential of a `rate`. Made by `uniform`, `binary`, `mixture` and `exponential`.

    >>> from antipodal import Independent, Magnitude, exact_loss, loss
    >>> signed = Independent("1/2", magnitude=Magnitude.uniform(-1, 1))
    >>> exact_loss([[1, -1]], [0, 0], signed), round(loss([[1, -1]], [0, 0], signed), 12)
    (1/3, 0.333333333333)
    """

    parts: tuple[tuple[Number, Number, Number], ...]
    rate: Number = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        found = self.floats()
        if not found.rate:
            self.exact(taken=True)

    def __repr__(self) -> str:
        if self._rate():
            return f"Magnitude.exponential({self.rate!r})"
        if len(self.parts) == 1:
            return f"Magnitude.{_said(self.parts[0])}"
        return f"Magnitude.mixture({', '.join(f'({part[0]!r}, Magnitude.{_said(part)})' for part in self.parts)})"

    @staticmethod
    def uniform(low: Number = 0, high: Number = 1) -> Magnitude:
        """Uniform on [low, high]; ValueError unless low < high."""
        from analytic.law import Magnitude as Exactly

        Exactly.uniform(exactly(low, "low"), exactly(high, "high"))
        return Magnitude(((1, low, high),))

    @staticmethod
    def binary(value: Number = 1) -> Magnitude:
        """Always `value`, which is not 0."""
        from analytic.law import Magnitude as Exactly

        Exactly.binary(exactly(value, "value"))
        return Magnitude(((1, value, value),))

    @staticmethod
    def mixture(*parts: tuple[Number, Magnitude]) -> Magnitude:
        """Each of the magnitudes, uniform or of one value, with its weight; weights sum to 1.

        >>> from antipodal import Magnitude
        >>> Magnitude.mixture(("1/2", Magnitude.binary(-1)), ("1/2", Magnitude.uniform()))
        Magnitude.mixture(('1/2', Magnitude.binary(-1)), ('1/2', Magnitude.uniform(0, 1)))
        """
        found = []
        for pair in parts:
            if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], Magnitude)):
                raise ValueError(f"a part of the mixture must be a weight and a Magnitude, got {pair!r}")
            weight, magnitude = pair
            if len(magnitude.parts) != 1:
                raise ValueError(f"a mixture must be of uniform and single values, got {magnitude}")
            found.append((weight, *magnitude.parts[0][1:]))
        return Magnitude(tuple(found))

    @staticmethod
    def exponential(rate: Number = 1) -> Magnitude:
        """Exponential of mean 1/rate, for training: the losses without sampling refuse it."""
        import numeric.law

        numeric.law.Magnitude.exponential(floats(rate, "rate"))
        return Magnitude((), rate=rate)

    def exact(self, *, taken: bool = False) -> Any:
        """As `analytic.law` has it; ValueError for an exponential one."""
        from analytic.law import Magnitude as Exactly

        if self._rate():
            raise ValueError(
                f"magnitude must be uniform, of one value or a mixture for the exact route, got {self}: only training takes it"
            )
        return Exactly(exactly(self.parts, "parts") if taken else self.parts)  # type: ignore[arg-type]

    def floats(self) -> Any:
        """As `numeric.law` has it."""
        import numeric.law

        parts = floats(self.parts, "parts")
        return numeric.law.Magnitude(parts, self._rate())

    def _rate(self) -> float:
        from numeric.arguments import number

        return number("rate", floats(self.rate, "rate"), "[0, inf)")


def _said(part: tuple[Any, ...]) -> str:
    return f"binary({part[1]!r})" if part[1] == part[2] else f"uniform({part[1]!r}, {part[2]!r})"


UNIT = Magnitude.uniform()


def magnitude_or_row(value: Any) -> Magnitude | tuple[Magnitude, ...]:
    """One Magnitude, or a row of them, one for each feature."""
    row = tuple(value) if isinstance(value, list | tuple) else (value,)
    for one in row:
        if not isinstance(one, Magnitude):
            raise ValueError(f"magnitude must be a Magnitude of antipodal, such as Magnitude.binary(), got {one!r}")
    return row if isinstance(value, list | tuple) else row[0]
