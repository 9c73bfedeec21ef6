"""The numbers of a figure as a table that other programs read: long CSV, or classic netCDF where that would be large.

A row is `quantity,index,value`: the names of fields and keys on the way to a value, joined by dots; its positions in tuples
and arrays on the same way, separated by spaces; and the value. Floats are written as the shortest decimals that read back
as the same float, exact numbers as SymPy or `Fraction` print them. Nothing is rounded, thinned or left out; None and an
empty collection have an empty value.
"""

from __future__ import annotations

import csv
import io
import math
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np
import sympy

from .making import Table

MOST_CSV = 2_000_000
"""Bytes of CSV beyond which large arrays go into a netCDF file."""
_LARGE_ARRAY = 256
HEADER = ("quantity", "index", "value")


class Entry(NamedTuple):
    """A value, or a whole array, and where it stands."""

    quantity: str
    place: tuple[int, ...]
    value: Any


def as_table(numbers: Any) -> Table:
    """The table of a figure's numbers: dataclasses, tuples, mappings, arrays, tensors, numbers and text, nested at will.

    netCDF (version 3, 64-bit offsets) has a variable for each array of at least 256 numbers, whose attributes `quantity` and
    `index` say where it stands, and the character variable `table` with the rest as CSV.
    """
    entries = list(_entries(numbers, "", ()))
    content = _as_csv(entries)
    return Table("csv", content) if len(content) <= MOST_CSV else Table("nc", _as_netcdf(entries))


def _entries(value: Any, quantity: str, index: tuple[int, ...]) -> Iterator[Entry]:
    torch = sys.modules.get("torch")  # there are no tensors where it is not loaded
    if torch is not None and isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    named = _named(value)
    if named is not None:
        for name, part in named:
            yield from _entries(part, f"{quantity}.{name}" if quantity else name, index)
        if not named:
            yield Entry(quantity or "value", index, None)
        return
    if isinstance(value, sympy.MatrixBase):
        value = np.array(value.tolist(), dtype=object).reshape(value.shape)
    if isinstance(value, np.ndarray) and value.dtype == object:
        parts = [(place, value[place]) for place in np.ndindex(value.shape)]
    elif isinstance(value, list | tuple | range):
        parts = [((position,), part) for position, part in enumerate(value)]
    else:
        yield Entry(quantity or "value", index, value)
        return
    for place, part in parts:
        yield from _entries(part, quantity, index + place)
    if not parts:
        yield Entry(quantity or "value", index, None)


def _named(value: Any) -> list[tuple[str, Any]] | None:
    """The parts of a value that have names, or None if it has no such parts."""
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return list(zip(value._fields, value, strict=True))
    if isinstance(value, Mapping):
        return [(_text(key), part) for key, part in value.items()]
    return None


def _as_csv(entries: list[Entry]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADER)
    for quantity, index, value in entries:
        if isinstance(value, np.ndarray):
            prefix = "".join(f"{place} " for place in index)
            for places, item in zip(np.ndindex(value.shape), value.ravel().tolist(), strict=True):
                writer.writerow((quantity, prefix + " ".join(map(str, places)), _text(item)))
            if not value.size:
                writer.writerow((quantity, prefix.strip(), ""))
        else:
            writer.writerow((quantity, " ".join(map(str, index)), _text(value)))
    return file.getvalue().encode()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, sympy.Float):  # its own text is rounded; these are enough digits for its bits
        return str(value.evalf(math.ceil(value._prec * math.log10(2)) + 2))
    return repr(value) if isinstance(value, float | complex) else str(value)


def _as_netcdf(entries: list[Entry]) -> bytes:
    from scipy.io import netcdf_file

    buffer = io.BytesIO()
    file = netcdf_file(buffer, "w", version=2)
    rest = []
    for entry in entries:
        array = _storable(entry.value)
        if array is None:
            rest.append(entry)
            continue
        name = _free_name(entry, file.variables)
        dimensions = [f"{name}_{axis}" for axis in range(array.ndim)]
        for dimension, length in zip(dimensions, array.shape, strict=True):
            file.createDimension(dimension, length)
        variable = file.createVariable(name, array.dtype, dimensions)
        variable[:] = array
        variable.quantity = entry.quantity.encode()
        variable.index = " ".join(map(str, entry.place)).encode()
    table = np.frombuffer(_as_csv(rest), dtype="S1")
    file.createDimension("table_bytes", len(table))
    file.createVariable("table", "S1", ("table_bytes",))[:] = table
    file.flush()
    return buffer.getvalue()


def _storable(value: Any) -> np.ndarray[Any, Any] | None:
    """A large array in a type of classic netCDF that holds every entry, else None."""
    if not isinstance(value, np.ndarray) or value.size < _LARGE_ARRAY:
        return None
    if value.dtype in (np.float64, np.float32):
        return value
    if value.dtype == bool:
        return value.astype(np.int8)
    if np.issubdtype(value.dtype, np.integer) and np.array_equal(value, value.astype(np.int32)):
        return value.astype(np.int32)
    return None


def _free_name(entry: Entry, taken: Mapping[str, Any]) -> str:
    name = re.sub(r"[^A-Za-z0-9_.]", "_", "_".join((entry.quantity, *map(str, entry.place))))
    return name if name not in taken and name != "table" else _free_name(entry._replace(quantity=name + "_"), taken)
