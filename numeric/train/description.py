"""Settings as what JSON can hold, which is what compares them, hashes them and names their files."""

from __future__ import annotations

from dataclasses import Field, fields, is_dataclass
from numbers import Integral, Real
from typing import Any

from ..sample import Points


def describe(value: Any) -> Any:
    """Settings as what JSON can hold: dataclasses by name and fields, numbers exactly."""
    if isinstance(value, Points):
        return {"Points": value.fingerprint}
    if is_dataclass(value) and not isinstance(value, type):
        said = {part.name: describe(getattr(value, part.name)) for part in fields(value) if not _quiet(value, part)}
        return {type(value).__name__: said}
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    return [describe(entry) for entry in value]


def _quiet(value: Any, part: Field[Any]) -> bool:
    """Whether a field that came later has its default: settings from before it keep their descriptions."""
    return bool(part.metadata.get("quiet")) and getattr(value, part.name) == part.default
