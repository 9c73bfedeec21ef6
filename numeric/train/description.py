"""Settings as what JSON can hold, which is what compares them, hashes them and names their files."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from numbers import Integral, Real
from typing import Any

from ..sample import Points


def describe(value: Any) -> Any:
    """Settings as what JSON can hold: dataclasses by name and fields, numbers exactly."""
    if isinstance(value, Points):
        return {"Points": value.fingerprint}
    if is_dataclass(value) and not isinstance(value, type):
        return {type(value).__name__: {part.name: describe(getattr(value, part.name)) for part in fields(value)}}
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return [describe(entry) for entry in value]
