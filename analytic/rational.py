"""Exact numbers at the public edge: what comes in is rational, and a float is refused."""

from __future__ import annotations

import numbers
from fractions import Fraction
from typing import TypeAlias

import flint
import sympy

Exact: TypeAlias = int | Fraction | sympy.Rational | str


def rational(value: Exact, name: str) -> Fraction:
    """`value` as a Fraction.

    Accepts int, Fraction, SymPy Rational, or a string such as "3/10" or "0.3" (read as a decimal, so exactly 3/10).
    Raises ValueError for anything else, a float above all: 0.3 is not 3/10, and exact results would inherit the error.
    """
    if isinstance(value, str):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            raise ValueError(f"{name} must be a rational number such as '3/10', got {value!r}") from None
    if isinstance(value, sympy.Rational):
        if not value.is_finite:
            raise ValueError(f"{name} must be a finite rational number, got {value}")
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, numbers.Rational) and not isinstance(value, bool):
        return Fraction(int(value.numerator), int(value.denominator))
    raise ValueError(
        f"{name} must be exact (an int, a Fraction, a SymPy Rational or a string such as '3/10'), "
        f"got the {type(value).__name__} {value!r}"
    )


def to_sympy(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


def to_flint(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)


def from_flint(value: flint.fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))
