"""Entries of W and b: exact numbers, enclosures, or numbers known to any precision; as rationals of FLINT or balls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeAlias, runtime_checkable

import flint
import sympy
from flint import arb, fmpq
from sympy import Expr

from ..exact import Exact, RealAlgebraic, ball, rational, to_sympy
from ..exact.closed_forms import exact_number
from ..exact.enclosures import enclosure
from ..exact.rationals import digits_of, from_flint
from ..loss import Enclosure

MOST_BITS = 1 << 12


@runtime_checkable
class Balls(Protocol):
    """What has a ball of any number of bits."""

    def ball(self, bits: int) -> arb: ...


@dataclass(frozen=True, eq=False)
class Number:
    """A real number known to any precision: `ball(bits)`, `enclose(digits)`, float; `exact` where a closed form is proved."""

    name: str
    balls: Callable[[int], arb]
    closed_form: Callable[[], Expr | None]

    def ball(self, bits: int) -> arb:
        """A ball around it, computed with `bits` bits."""
        return self.balls(bits)

    @cached_property
    def exact(self) -> Expr | None:
        """The number in radicals, where it has a short form; otherwise None."""
        return self.closed_form()

    def enclose(self, digits: int = 30) -> Enclosure:
        """Of radius ≤ 10^−digits."""
        target, bits = sympy.Rational(1, 10 ** digits_of(digits)), 64 + 4 * digits
        while (found := enclosure(self.ball(bits))).radius > target:
            bits *= 2
        return found

    def __float__(self) -> float:
        return float(self.enclose(20))

    def __repr__(self) -> str:
        return f"{self.name} {self.enclose(20)}"


ExactEntry: TypeAlias = Exact | Expr | Enclosure | RealAlgebraic | Number


def at_bits(entry: ExactEntry, bits: int) -> Any:
    """A rational of FLINT where the entry is one, otherwise a ball."""
    if isinstance(entry, Expr):
        return fmpq(int(entry.p), int(entry.q)) if entry.is_Rational else ball(entry, bits)
    if isinstance(entry, Enclosure):
        with flint.ctx.workprec(bits):
            return arb(at_bits(entry.midpoint, bits), at_bits(entry.radius, bits))
    return entry.ball(bits)  # type: ignore[union-attr]


def read_entry(value: Any, name: str) -> ExactEntry:
    """What `at_bits` takes: enclosures and numbers as they are, everything else read exactly, rational numbers as Rational."""
    if isinstance(value, Enclosure) or (isinstance(value, Balls) and not isinstance(value, type)):
        return value
    if isinstance(value, Expr):
        return exact_number(value, name)
    return to_sympy(rational(value, name))


def number(value: Any) -> sympy.Rational | Enclosure:
    """A rational as it is, a ball as an enclosure."""
    return to_sympy(from_flint(value)) if isinstance(value, fmpq) else enclosure(value)
