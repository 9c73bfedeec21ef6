"""The published table of least known Coulomb energies on the sphere (Thomson's problem), carried in `thomson.csv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple


class BestKnown(NamedTuple):
    """One row: the energy Σ_{i<j} 1/|r_i − r_j|, rounded to nine decimals, and the point group, None where none is given."""

    energy: float
    point_group: str | None


ROUNDING = 5e-10
"""What rounding to nine decimals can have changed of a published energy."""


@lru_cache(maxsize=1)
def best_known() -> Mapping[int, BestKnown]:
    """Rows by the number of points, 2 to 100. Best known, not proved least, except for 2 to 6 and 12 points."""
    text = Path(__file__).with_name("thomson.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType(
        {int(row["n_points"]): BestKnown(float(row["energy"]), row["point_group"] or None) for row in rows}
    )
