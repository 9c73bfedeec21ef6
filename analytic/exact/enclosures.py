"""Between which rationals a number lies: ends of a ball, a polynomial on one, twice the bits until the ends are close."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar

import flint
import sympy
from flint import arb, fmpq

from ..printed import enclosed
from .rationals import from_flint, to_sympy

T = TypeVar("T")


class Enclosure(NamedTuple):
    """A number lies within `radius` of `midpoint`, rigorously; both are exact rationals."""

    midpoint: sympy.Rational
    radius: sympy.Rational

    def __repr__(self) -> str:
        return enclosed(self.midpoint - self.radius, self.midpoint + self.radius)

    def __float__(self) -> float:
        return float(self.midpoint)


def enclosure(ball: arb) -> Enclosure:
    """A finite ball."""
    lower, upper = ball_ends(ball)
    return Enclosure(to_sympy((lower + upper) / 2), to_sympy((upper - lower) / 2))


def ball_ends(ball: arb) -> tuple[Fraction, Fraction]:
    """Both ends of a finite ball, exactly (`arb.lower` would round to the precision of the moment)."""
    middle, radius = from_flint(ball.mid().fmpq()), from_flint(ball.rad().fmpq())
    return middle - radius, middle + radius


def bits_for(digits: int) -> int:
    """With how many bits to begin for a result of so many digits."""
    return 64 + 4 * digits


def refined(attempt: Callable[[int], T | None], bits: int, most: int | None = None, failure: str = "") -> T:
    """What `attempt(bits)` finds: it is asked again with twice the bits while it finds None.

    ArithmeticError, saying `failure`, beyond `most` bits; by default the attempt is known to end.
    """
    while most is None or bits <= most:
        found = attempt(bits)
        if found is not None:
            return found
        bits *= 2
    raise ArithmeticError(failure)


def horner(coefficients: Sequence[arb | fmpq], point: arb, bits: int) -> arb:
    """Σ_k c_k xᵏ for x in a ball: by products only, since a power of a ball around 0 may come back as nan."""
    with flint.ctx.workprec(bits):
        value = arb(0)
        for coefficient in reversed(coefficients):
            value = value * point + coefficient
    return value
