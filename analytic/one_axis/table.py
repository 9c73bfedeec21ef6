"""The certified least losses of three features on one axis, carried as data, and where the number of features used changes.

`python -m verify.suites.axis_points` makes the table again, and `python -m verify.certificate` checks each of its files.
"""

from __future__ import annotations

import json
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
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


class Change(NamedTuple):
    """Certified at `low` and at `high`: the number of features used before and after. That it changes in between is proved, that
    it does so only once is not."""

    low: Fraction
    high: Fraction
    before: int
    after: int


@lru_cache(maxsize=1)
def changes() -> tuple[Change, ...]:
    """Neighbouring points with different numbers of features used.

    >>> changes()[-1]
    Change(low=Fraction(879, 1000), high=Fraction(22, 25), before=2, after=3)
    """
    known = [point for point in known_axis() if point.used]
    return tuple(
        Change(one.sparsity, two.sparsity, one.used or 0, two.used or 0)
        for one, two in pairwise(known)
        if one.used != two.used
    )
