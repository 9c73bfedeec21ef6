import re
import time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from analytic.exact import rational, to_flint, to_sympy
from analytic.exact.rationals import choice, digits_of, entries, from_flint, instance, matrix, whole

THREE_TENTHS = Fraction(3, 10)


@pytest.mark.parametrize("value", [THREE_TENTHS, sympy.Rational(3, 10), "3/10", "0.3", " 3/10 ", "3e-1"])
def test_exact_kinds_are_read_exactly(value: object) -> None:
    assert rational(value, "sparsity") == THREE_TENTHS


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3), sympy.Integer(3), Fraction(3), "3"])
def test_whole_numbers_are_read_exactly(value: object) -> None:
    read = rational(value, "sparsity")
    assert read == 3
    assert type(read) is Fraction
    assert type(read.numerator) is int


@pytest.mark.parametrize(
    "value",
    [
        0.3,
        np.float64(0.3),
        np.float32(0.25),
        sympy.Float("0.3"),
        float("nan"),
        True,
        np.bool_(True),
        None,
        "abc",
        "",
        "1/0",
        "nan",
        "inf",
        1j,
        [1],
        np.array(3),
        Decimal("0.3"),
        sympy.oo,
        sympy.zoo,
        sympy.nan,
        sympy.sqrt(2),
        sympy.Symbol("x"),
    ],
    ids=repr,
)
def test_the_rest_is_refused_by_name_and_value(value: object) -> None:
    with pytest.raises(ValueError, match=r"^sparsity must be ") as refused:
        rational(value, "sparsity")
    assert repr(value) in str(refused.value)


@given(st.fractions())
def test_nothing_is_lost_on_the_way_through_flint_sympy_and_text(value: Fraction) -> None:
    assert from_flint(to_flint(value)) == value
    assert rational(to_sympy(value), "x") == value
    assert rational(str(value), "x") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+3", 3),
        ("-.5", Fraction(-1, 2)),
        ("3.", 3),
        ("1e3", 1000),
        ("-2.5E-1", Fraction(-1, 4)),
        ("-6/4", Fraction(-3, 2)),
    ],
)
def test_the_grammar_of_strings(text: str, value: Fraction) -> None:
    assert rational(text, "x") == value


@pytest.mark.parametrize(
    "text",
    [
        "1_000",
        "٣",
        "1/2/3",
        "1/0",
        "1/2.5",
        "1.5/2",
        "0x10",
        "1e",
        "e5",
        "--1",
        "1 2",
        "1;2",
        "2**3",
        "sqrt(2)",
        "pi",
        "∞",
        "NaN",
    ],
)
def test_other_strings_are_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match=f"^x must be a rational number .*, got {re.escape(repr(text))}"):
        rational(text, "x")


@pytest.mark.parametrize(
    "text", ["1e-99999999", "1e99999999", "-1e4001", "1e" + "9" * 5000, "9" * 5000, "1/" + "9" * 5000]
)
def test_strings_of_endless_numbers_are_refused_at_once(text: str) -> None:
    start = time.process_time()
    with pytest.raises(ValueError, match=r"^x must be a .*number .*, got '"):
        rational(text, "x")
    assert time.process_time() - start < 0.1  # 1e-99999999 took more than 100 s
    assert rational("1e-4000", "x") == Fraction(1, 10**4000)


def test_numbers_too_long_to_print_are_refused() -> None:
    for value in (10**5000, Fraction(1, 10**5000), sympy.Integer(10) ** 5000):
        with pytest.raises(ValueError, match="x must be a number of at most 14000 bits, got a longer one"):
            rational(value, "x")


def test_whole_numbers_rows_and_matrices_are_read_in_one_way() -> None:
    assert whole(sympy.Integer(3), "n", 1, 3) == 3
    assert entries([1, "1/2"], "b", rational, 2) == (1, Fraction(1, 2))
    assert matrix(sympy.Matrix([[1, 2]]), "W", rational) == ((1, 2),)
    for read, message in (
        (lambda: whole(True, "n"), "n must be a whole number of at least 0, got True"),
        (lambda: whole(4, "n", 1, 3), r"n must be a whole number in \[1, 3\], got 4"),
        (lambda: digits_of(10**9), r"digits must be a whole number in \[0, 10000\], got 1000000000"),
        (lambda: entries("12", "importance", rational), "importance must be a sequence, got '12'"),
        (lambda: entries({1, 2}, "importance", rational), r"importance must be a sequence, got \{1, 2\}"),
        (lambda: entries([1], "b", rational, 2), r"b must have 2 entries, got 1: \[1\]"),
        (lambda: matrix([1, 2], "W", rational), "W must be a sequence, got 1"),
        (lambda: matrix([[1], [1, 2]], "W", rational), r"W must be a matrix .* rows of lengths \[1, 2\]"),
        (lambda: instance(Fraction, "law", int, "an int"), r"law must be an int, got the class fractions\.Fraction"),
        (lambda: choice([], "rule", ("a", "b")), r"rule must be one of a, b, got \[\]"),
    ):
        with pytest.raises(ValueError, match=message):
            read()
