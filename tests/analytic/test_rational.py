from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from analytic.rational import from_flint, rational, to_flint, to_sympy

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
