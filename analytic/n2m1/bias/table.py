"""What is known of the phase diagram of the smallest model with bias: certified boundaries, carried as data.

`python -m verify.suites.phases` makes the table again, and `python -m verify.certificate` checks each of its files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from ...exact.rationals import choice

FOLDER = files("analytic") / "certificates"


@dataclass(frozen=True)
class Known:
    """A boundary between `lower` and `upper` in the importance or the penalty; the other parameters are held.

    `kind`: "drop" (against the rest), "jump" (between antipodal pairs) or "penalty" (λ_c). `phases`: below and above.
    `order`, `jump`: as in `analytic.n2m1.bias.boundary.Boundary`.
    """

    name: str
    kind: str
    held: Mapping[str, Fraction]
    parameter: str
    lower: Fraction
    upper: Fraction
    phases: tuple[str, str]
    order: str
    jump: float


@lru_cache(maxsize=1)
def entries() -> Mapping[str, Any]:
    """phases.json, by name."""
    content: dict[str, Any] = json.loads((FOLDER / "phases.json").read_text(encoding="utf-8"))
    return content


def known(kind: str) -> tuple[Known, ...]:
    """The enclosed boundaries of a kind ("drop", "jump" or "penalty"), in order.

    >>> [boundary.order for boundary in known("drop")[:4]]
    ['first', 'first', 'first', 'second']
    """
    wanted = choice(kind, "kind", ("drop", "jump", "penalty"))
    return tuple(
        _known(name, entry) for name, entry in entries().items() if entry["kind"] == wanted and "lower" in entry
    )


class KnownRange(NamedTuple):
    """Up to `importance` dropping is best at every sparsity from `low` to `high`."""

    name: str
    low: Fraction
    high: Fraction
    importance: Fraction


def known_ranges() -> tuple[KnownRange, ...]:
    """The ranges of sparsity with a proved importance, in order.

    >>> known_ranges()[6].importance
    Fraction(18, 25)
    """
    rows = ((name, entry) for name, entry in entries().items() if entry["kind"] == "range" and "phases" in entry)
    return tuple(KnownRange(name, *map(Fraction, (*row["sparsity"], row["importance"]))) for name, row in rows)


def _known(name: str, entry: Mapping[str, Any]) -> Known:
    held = {key: Fraction(entry[key]) for key in ("sparsity", "importance", "penalty") if key in entry}
    return Known(
        name,
        entry["kind"],
        held,
        entry["parameter"],
        Fraction(entry["lower"]),
        Fraction(entry["upper"]),
        (entry["phases"]["below"], entry["phases"]["above"]),
        entry["order"],
        entry["jump"],
    )
