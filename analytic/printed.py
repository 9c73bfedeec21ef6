"""Exact numbers and results as people read them: short, with decimals beside the exact value; tables for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from html import escape
from typing import Any, ClassVar, TypeVar

import sympy

T = TypeVar("T")

MOST_LINE, MOST_TABLE = 400, 2000
"""Characters of a line and of a table."""
LONGEST = 30
"""Characters of an exact number that is shown as it is."""


def decimals(number: Any, digits: int = 12) -> str:
    """An exact number to so many significant digits, with "…" where it goes on.

    >>> decimals(Fraction(1, 3))
    '0.333333333333…'
    """
    value = _fraction(number, digits)
    if not value and isinstance(number, sympy.Expr) and not number.is_Rational:
        return str(number)
    text = f"{_decimal(value, digits):.{digits}g}"
    exact = not isinstance(number, sympy.Expr) or number.is_Rational
    return text if exact and Fraction(text) == value else f"{text}…"


def short(number: Any) -> str:
    """The number and its decimals, those alone where it is long, it alone where it is a whole number."""
    text = str(number)
    if len(text) > LONGEST or "CRootOf" in text:
        return decimals(number)
    return text if text.lstrip("-").isdigit() else f"{text} = {decimals(number)}"


def enclosed(lower: Any, upper: Any) -> str:
    """An interval as its middle and radius, such as 0.0931197974098839 ± 4e-38."""
    low, high = (_fraction(end, 40) for end in (lower, upper))
    middle, radius = (low + high) / 2, (high - low) / 2
    text = f"{_decimal(middle, 16):.15g}"
    return text if not radius else f"{text} ± {_decimal(radius, 3):.0e}"


def html_table(head: Sequence[str], rows: Sequence[Sequence[object]], most: int = MOST_TABLE) -> str:
    """A table of at most so many characters: what rows do not fit are counted in its last line."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = ["<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows]
    room, kept = most - len(top) - 100, 0
    while kept < len(lines) and len(lines[kept]) <= room:
        room -= len(lines[kept])
        kept += 1
    rest = "" if kept == len(lines) else f"<tr><td>… {len(lines)} rows in all</td></tr>"
    return f"<table><tr>{top}</tr>{''.join(lines[:kept])}{rest}</table>"


class Listed(tuple[T, ...]):
    """A tuple of results that prints as its length and its first entries, and in notebooks as a table."""

    __slots__ = ()
    HEAD: ClassVar[tuple[str, ...]] = ()

    def cells(self, entry: T) -> tuple[str, ...]:
        """The row of an entry under `HEAD`."""
        raise NotImplementedError

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ({len(self)}): {'; '.join(map(repr, self))}"
        return text if len(text) <= MOST_LINE else f"{text[: MOST_LINE - 1]}…"

    def _repr_html_(self) -> str:
        return html_table(self.HEAD, [self.cells(entry) for entry in self])


def _fraction(number: Any, digits: int) -> Fraction:
    """The number, or one that agrees with it to more than so many digits."""
    if isinstance(number, sympy.Expr) and not number.is_Rational:
        number = sympy.Rational(sympy.N(number, digits + 6))
    return Fraction(int(number.p), int(number.q)) if isinstance(number, sympy.Expr) else Fraction(number)


def _decimal(value: Fraction, digits: int) -> Decimal:
    return Context(prec=digits + 4).divide(Decimal(value.numerator), Decimal(value.denominator))
