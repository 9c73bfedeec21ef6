"""What a public function is given, read in one place: exact numbers, whole numbers, rows of them, objects, words.

Exact numbers are rational, and a float is refused. A string is a number of one grammar and never reaches a parser of
expressions. Every error is a ValueError that names the argument and the value.
"""

from __future__ import annotations

import math
import numbers
import re
import reprlib
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar

import flint
import sympy

Exact: TypeAlias = int | Fraction | sympy.Rational | str
T = TypeVar("T")

MOST_EXPONENT = 4000
"""Of ten, in a string."""
_MOST_BITS = 14_000
"""Of a numerator or denominator: whole numbers of more than 4300 digits Python does not print, errors among others."""
MOST_DIGITS = 10_000
"""That a certified result may be asked for."""
_NUMBER = re.compile(r"[+-]?([0-9]+/[0-9]+|([0-9]+\.?[0-9]*|\.[0-9]+)(e([+-]?[0-9]{1,9}))?)", re.IGNORECASE)

_short = reprlib.Repr()
_short.maxlong = _short.maxstring = _short.maxother = 80


def rational(value: Exact, name: str) -> Fraction:
    """`value` as a Fraction.

    Accepts int, Fraction, SymPy Rational, or a string such as "3/10" or "0.3" (read as a decimal, so exactly 3/10): a
    sign, digits with a slash or a point, an exponent of size `MOST_EXPONENT` at most.
    Raises ValueError for anything else, a float above all: 0.3 is not 3/10, and exact results would inherit the error.
    """
    if isinstance(value, str):
        return _of_text(value, name)
    if isinstance(value, sympy.Rational):
        if not value.is_finite:
            raise ValueError(f"{name} must be a finite rational number, got {value}")
        return _short_enough(Fraction(int(value.p), int(value.q)), name)
    if isinstance(value, numbers.Rational) and not isinstance(value, bool):
        return _short_enough(Fraction(int(value.numerator), int(value.denominator)), name)
    raise ValueError(
        f"{name} must be exact (an int, a Fraction, a SymPy Rational or a string such as '3/10'), "
        f"got the {type(value).__name__} {shown(value)}"
    )


def sparsity_between(value: Exact) -> Fraction:
    """A sparsity in (0, 1), both ends left out."""
    s = rational(value, "sparsity")
    if not 0 < s < 1:
        raise ValueError(f"sparsity must lie in (0, 1), got {s}")
    return s


def _short_enough(value: Fraction, name: str) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
        raise ValueError(f"{name} must be a number of at most {_MOST_BITS} bits, got a longer one")
    return value


def _of_text(text: str, name: str) -> Fraction:
    found = _NUMBER.fullmatch(text.strip())
    if found is not None and abs(int(found[4] or 0)) > MOST_EXPONENT:
        raise ValueError(f"{name} must be a number with an exponent of size {MOST_EXPONENT} at most, got {shown(text)}")
    try:
        return Fraction(found[0] if found else "")
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{name} must be a rational number such as '3/10', got {shown(text)}") from None


def whole(value: object, name: str, least: int = 0, most: int | None = None) -> int:
    """A whole number of at least `least` and, unless that is None, at most `most`, as an int."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        number = int(value)
        if least <= number and (most is None or number <= most):
            return number
    wanted = f"of at least {least}" if most is None else f"in [{least}, {most}]"
    raise ValueError(f"{name} must be a whole number {wanted}, got {shown(value)}")


def digits_of(value: object) -> int:
    """The argument `digits` of what is certified to so many of them."""
    return whole(value, "digits", 0, MOST_DIGITS)


def entries(values: Any, name: str, read: Callable[[Any, str], T], count: int | None = None) -> tuple[T, ...]:
    """`values`, a sequence, each read by `read(value, name)`; of this `count` unless that is None."""
    if isinstance(values, str | bytes | Mapping | Set) or not isinstance(values, Iterable):
        raise ValueError(f"{name} must be a sequence, got {shown(values)}")
    found = tuple(read(value, name) for value in values)
    if count is not None and len(found) != count:
        raise ValueError(f"{name} must have {count} entries, got {len(found)}: {shown(values)}")
    return found


def matrix(W: Any, name: str, read: Callable[[Any, str], T]) -> tuple[tuple[T, ...], ...]:
    """The rows of a matrix (m, n), m, n ≥ 1, given as nested sequences or a SymPy matrix, each entry read by `read`."""
    given = W.tolist() if isinstance(W, sympy.MatrixBase) else W
    rows = entries(given, name, lambda line, _: entries(line, name, read))
    if not rows or not rows[0] or any(len(line) != len(rows[0]) for line in rows):
        raise ValueError(
            f"{name} must be a matrix of m rows of n entries, m, n >= 1, got rows of lengths {[*map(len, rows)]}"
        )
    return rows


def instance(value: object, name: str, kind: type[T], wanted: str) -> T:
    """An instance of `kind`; `wanted` says what to pass."""
    if not isinstance(value, kind):
        raise ValueError(f"{name} must be {wanted}, got {shown(value)}")
    return value


def choice(value: object, name: str, options: Collection[str]) -> str:
    """One of these words."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}, got {shown(value)}")
    return value


def shown(value: object) -> str:
    """`value` in a sentence: short, on one line, a class and an object of another package by their full names."""
    if isinstance(value, type):
        return f"the class {value.__module__}.{value.__qualname__}"
    try:
        text = " ".join(_short.repr(value).split())
    except ValueError:  # an int of more than 4300 digits
        return f"a value of {type(value).__name__} too long to print"
    module = type(value).__module__
    return f"{text} of {module}" if module.split(".")[0] == "numeric" else text


def to_sympy(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)


def to_flint(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)


def from_flint(value: flint.fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def seconds_of(budget: float) -> float:
    """A budget of time. ValueError where it is not positive or not finite."""
    if isinstance(budget, bool) or not isinstance(budget, numbers.Real) or not 0 < budget < math.inf:
        raise ValueError(f"budget must be a positive, finite number of seconds, got {shown(budget)}")
    return float(budget)
