"""The certified least losses of three features on one axis, carried as data.

`python -m verify.suites.axis_points` makes the table again, and `python -m verify.certificate` checks each of its files.
"""

from __future__ import annotations

import json
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

FOLDER = files("analytic") / "certificates"


class KnownAxis(NamedTuple):
    """lower ≤ Q_{3,1}(sparsity) ≤ upper; `ratios`, `used` and `dropped` as in `AxisCertified`; `name` of its file."""

    name: str
    sparsity: Fraction
    lower: Fraction
    upper: Fraction
    ratios: tuple[tuple[Fraction, Fraction], ...]
    used: int | None
    dropped: Fraction


@lru_cache(maxsize=1)
def known_axis() -> tuple[KnownAxis, ...]:
    """The points, in order of sparsity.

    >>> [point.used for point in known_axis() if point.sparsity in (Fraction(1, 2), Fraction(9, 10))]
    [2, 3]
    """
    content = json.loads((FOLDER / "axis.json").read_text(encoding="utf-8"))
    found = [
        KnownAxis(
            name,
            Fraction(row["sparsity"]),
            Fraction(row["lower"]),
            Fraction(row["upper"]),
            tuple((Fraction(low), Fraction(high)) for low, high in row["ratios"]),
            row["used"],
            Fraction(row["dropped"]),
        )
        for name, row in content.items()
        if "lower" in row
    ]
    return tuple(sorted(found, key=lambda point: point.sparsity))
