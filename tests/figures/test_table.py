"""The table of a figure's numbers reads back as what went in, every entry of it."""

import csv
import io
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.io import netcdf_file

from figures.gallery import table
from figures.gallery.table import HEADER, as_table


class Pair(NamedTuple):
    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Inner:
    values: Any
    name: str = "a name, with a comma"


@dataclass(frozen=True)
class Outer:
    parts: tuple[Inner, ...]
    keyed: dict[Any, Any] = field(default_factory=dict)


def rows(content: bytes) -> dict[tuple[str, tuple[int, ...]], str]:
    """Values by quantity and index; each pair stands once."""
    first, *rest = csv.reader(io.StringIO(content.decode(), newline=""))
    assert tuple(first) == HEADER
    found = {(quantity, tuple(map(int, index.split()))): value for quantity, index, value in rest}
    assert len(found) == len(rest)
    return found


def read(numbers: Any) -> dict[tuple[str, tuple[int, ...]], str]:
    kind, content = as_table(numbers)
    assert kind == "csv"
    return rows(content)


@given(arrays.arrays(np.float64, arrays.array_shapes(min_dims=0, max_dims=3, max_side=4)))
def test_floats_read_back_to_the_last_bit(values: np.ndarray[Any, Any]) -> None:
    found = read(Inner(values))
    for place in np.ndindex(values.shape):
        np.testing.assert_equal(float(found["values", place]), float(values[place]))


@given(arrays.arrays(np.float32, 3))
def test_single_precision_reads_back_to_the_last_bit(values: np.ndarray[Any, Any]) -> None:
    found = read(Inner(torch.from_numpy(values)))
    back = np.array([float(found["values", (k,)]) for k in range(3)], dtype=np.float32)
    np.testing.assert_equal(back, values)


@given(st.fractions(), st.integers())
def test_exact_numbers_read_back_exactly(value: Fraction, whole: int) -> None:
    root = sympy.sqrt(sympy.Rational(value.numerator, value.denominator))
    found = read((value, whole, root))
    assert Fraction(found["value", (0,)]) == value
    assert int(found["value", (1,)]) == whole
    assert sympy.sympify(found["value", (2,)]) == root


def test_a_long_sympy_float_keeps_its_bits() -> None:
    for value in (sympy.Float(0.1), sympy.Rational(1, 3).evalf(50)):
        assert sympy.Float(read((value,))["value", (0,)], precision=value._prec) == value


def test_every_kind_of_value_has_its_rows() -> None:
    matrix = sympy.Matrix([[1, sympy.sqrt(2)]])
    numbers = Outer(
        (Inner((1, None)), Inner(matrix, 'two\nlines "quoted"'), Inner(np.zeros((2, 0)))),
        {
            (5, 2): Pair(Fraction(1, 3), Fraction(2)),
            "range": range(2),
            "yes": np.bool_(True),
            "nested": np.array([Fraction(1, 7), None], dtype=object),
            "ragged": ((1,), (2, 3), ()),
            "empty": (),
            "nothing": {},
            "words": np.array(["x", "y z"]),
        },
    )
    assert read(numbers) == {
        ("parts.values", (0, 0)): "1",
        ("parts.values", (0, 1)): "",
        ("parts.name", (0,)): "a name, with a comma",
        ("parts.values", (1, 0, 0)): "1",
        ("parts.values", (1, 0, 1)): "sqrt(2)",
        ("parts.name", (1,)): 'two\nlines "quoted"',
        ("parts.values", (2,)): "",
        ("parts.name", (2,)): "a name, with a comma",
        ("keyed.(5, 2).low", ()): "1/3",
        ("keyed.(5, 2).high", ()): "2",
        ("keyed.range", (0,)): "0",
        ("keyed.range", (1,)): "1",
        ("keyed.yes", ()): "True",
        ("keyed.nested", (0,)): "1/7",
        ("keyed.nested", (1,)): "",
        ("keyed.ragged", (0, 0)): "1",
        ("keyed.ragged", (1, 0)): "2",
        ("keyed.ragged", (1, 1)): "3",
        ("keyed.ragged", (2,)): "",
        ("keyed.empty", ()): "",
        ("keyed.nothing", ()): "",
        ("keyed.words", (0,)): "x",
        ("keyed.words", (1,)): "y z",
    }


def test_large_numbers_go_to_netcdf_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_CSV", 1000)
    random = np.random.default_rng(0)
    large = {
        "float": random.normal(size=(20, 20)),
        "single": random.normal(size=300).astype(np.float32),
        "int": random.integers(-5, 5, size=(2, 200)),
        "bool": random.normal(size=300) > 0,
    }
    numbers = Outer((Inner(large["float"]), Inner(large["single"])), {"a/b": large["int"], "a b": large["bool"]})
    beyond = Outer((Inner(np.full(300, 2**40)),), {"exact": Fraction(1, 3), "π": "ü"})
    kind, content = as_table((numbers, beyond))
    assert kind == "nc"
    with netcdf_file(io.BytesIO(content), mmap=False) as file:
        stored = {
            (variable.quantity.decode(), tuple(map(int, variable.index.split()))): variable[:].copy()
            for name, variable in file.variables.items()
            if name != "table"
        }
        rest = rows(file.variables["table"][:].tobytes())
    expected = {
        ("parts.values", (0, 0)): large["float"],
        ("parts.values", (0, 1)): large["single"],
        ("keyed.a/b", (0,)): large["int"],
        ("keyed.a b", (0,)): large["bool"],
    }
    assert stored.keys() == expected.keys()
    for key, values in expected.items():
        np.testing.assert_array_equal(stored[key], values)
    # What no type of the format holds exactly stays in the table.
    assert [rest["parts.values", (1, 0, k)] for k in range(300)] == [str(2**40)] * 300
    assert rest["keyed.exact", (1,)] == "1/3"
    assert rest["keyed.π", (1,)] == "ü"


def test_names_of_variables_do_not_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_CSV", 0)
    kind, content = as_table({"a/b": np.zeros(256), "a:b": np.ones(256), "table": np.full(256, 2.0)})
    assert kind == "nc"
    with netcdf_file(io.BytesIO(content), mmap=False) as file:
        found = {variable.quantity: variable[0] for name, variable in file.variables.items() if name != "table"}
    assert found == {b"a/b": 0.0, b"a:b": 1.0, b"table": 2.0}
