"""The boundaries of the phase diagram with bias: which are asked for, how each is solved, and what is kept of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from analytic.n2m1.bias import (
    Certified,
    DropRange,
    certify,
    certify_drop,
    drop_boundary,
    jump_boundary,
    penalty_boundary,
)
from analytic.n2m1.bias.boundary import Boundary
from analytic.n2m1.bias.triple import TriplePoint, mirror_point, triple_point
from numeric.running.files import write_whole

_NEAR = Fraction(1, 10**6)
_RANGE_SECONDS = 300
PENALTIES = {
    Fraction(0): range(5, 100, 5),
    Fraction(3, 1000): (20, 40, 60, 80),
    Fraction(1, 100): (40, 60, 80, 90),
    Fraction(1, 50): (60, 70, 80, 90),
}
"""λ → the sparsities, in hundredths, at which dropping is bounded in the importance. Below them it is best up to r = 1."""
RANGES: tuple[tuple[int | Fraction, ...], ...] = (
    *zip(
        (1, *range(5, 80, 5)),
        range(5, 85, 5),
        (96, 94, 90, 86, 82, 77, 72, 66, 60, 53, 42, 33, 26, 20, 15, 11),
        strict=True,
    ),
    (80, 85, Fraction(78, 10)),
    (85, 90, Fraction(48, 10)),
    (90, 92, Fraction(37, 10)),
    (92, 94, Fraction(27, 10)),
    (94, 95, Fraction(222, 100)),
)
"""Sparsities from, to, and the importance up to which dropping is proved best on the way, in hundredths: just below the boundary
at the end."""


class Row(NamedTuple):
    """What is to be found: a name for its files, its kind, what is held fixed, and the call that encloses it."""

    name: str
    kind: str
    fixed: Mapping[str, str]
    solve: Callable[[], Boundary | Meeting | DropRange | None]


class Meeting(NamedTuple):
    """A triple point, with certified minima beside it."""

    point: TriplePoint
    beside: Mapping[str, Certified]


def rows() -> Iterator[Row]:
    """Drop against the rest in the importance, the jump between two antipodal pairs, λ_c at ten importances and ten
    sparsities, ranges of sparsity, and the triple points."""
    for strength, sparsities in PENALTIES.items():
        for k in sparsities:
            yield _drop(Fraction(k, 100), strength)
    for k in range(30, 49):
        s = Fraction(k, 100)
        yield Row(f"jump-s{k}", "jump", {"sparsity": str(s), "penalty": "0"}, partial(jump_boundary, s))
    for i in range(1, 11):
        for k in range(5, 100, 10):
            s, r = Fraction(k, 100), Fraction(i, 10)
            fixed = {"sparsity": str(s), "importance": str(r)}
            yield Row(f"penalty-i{10 * i:03}-s{k:02}", "penalty", fixed, partial(penalty_boundary, s, r))
    for start, stop, importance in RANGES:
        low, high, most = (Fraction(value) / 100 for value in (start, stop, importance))
        fixed = {"importance": str(most), "penalty": "0"}
        yield Row(
            f"range-s{int(start):02}-s{int(stop):02}",
            "range",
            fixed,
            partial(certify_drop, (low, high), most, budget=_RANGE_SECONDS),
        )
    yield Row("triple", "triple", {"penalty": "0"}, drop_strong_partial)
    yield Row("mirror", "mirror", {"penalty": "0", "importance": "1"}, equal_importances)


def _drop(s: Fraction, strength: Fraction) -> Row:
    name = f"drop-s{int(100 * s):02}-penalty{int(1000 * strength):03}"
    return Row(name, "drop", {"sparsity": str(s), "penalty": str(strength)}, partial(drop_boundary, s, strength))


def drop_strong_partial() -> Meeting:
    """Each of the three phases within 2e-6 of the triple point."""
    point = triple_point()
    s, r = (_rounded(end) for end in (point.sparsity[0], point.importance[0]))
    places = {"drop": (s, r - _NEAR), "strong": (s + _NEAR, r), "partial": (s - _NEAR, r + 2 * _NEAR)}
    return Meeting(point, {name: _certified(s, r) for name, (s, r) in places.items()})


def equal_importances() -> Meeting:
    """The symmetric pair and the other one within 1e-6 of where they tie at equal importances."""
    point = mirror_point()
    s = _rounded(point.sparsity[0])
    places = {"other": s - _NEAR, "symmetric": s + _NEAR}
    return Meeting(point, {name: _certified(s, Fraction(1)) for name, s in places.items()})


def _rounded(value: Fraction) -> Fraction:
    return Fraction(round(value * 10**9), 10**9)


def _certified(s: Fraction, r: Fraction) -> Certified:
    found = certify(s, (1, r))
    if not isinstance(found, Certified):
        raise ArithmeticError(f"not certified at s = {s}, I = (1, {r})")
    return found


def solved(row: Row, folder: Path) -> dict[str, Any]:
    """What is known of a boundary, ready for JSON; certificates of both ends go into the folder."""
    entry: dict[str, Any] = {"kind": row.kind, **row.fixed}
    try:
        found = row.solve()
    except ArithmeticError as error:
        return {**entry, "not certified": str(error)}
    if found is None:
        return {**entry, "none": True}
    if isinstance(found, DropRange):
        write_whole(folder / f"{row.name}-all.json.gz", compressed(found))
        return {**entry, "sparsity": [*map(str, found.sparsity)], "phases": {"all": "drop"}}
    ends = found.beside if isinstance(found, Meeting) else {"below": found.below, "above": found.above}
    for side, end in ends.items():
        write_whole(folder / f"{row.name}-{side}.json.gz", compressed(end))
    return {**entry, **(_met(found) if isinstance(found, Meeting) else _enclosed(found))}


def _met(found: Meeting) -> dict[str, Any]:
    point = found.point
    return {
        **{name: [*map(str, outwards(getattr(point, name)))] for name in ("sparsity", "importance")},
        **{name: [[*map(str, outwards(side))] for side in getattr(point, name)] for name in ("strong", "other")},
        "phases": {name: end.phase for name, end in found.beside.items()},
    }


def _enclosed(found: Boundary) -> dict[str, Any]:
    return {
        "parameter": found.parameter,
        "lower": str(found.lower),
        "upper": str(found.upper),
        "phases": {"below": found.below.phase, "above": found.above.phase},
        "order": found.order,
        "jump": round(found.jump, 6),
        "only": found.only,
    }


def outwards(interval: tuple[Fraction, Fraction], unit: int = 10**40) -> tuple[Fraction, Fraction]:
    """The interval with ends rounded outwards to multiples of 1/unit."""
    low, high = interval
    return Fraction(low * unit // 1, unit), Fraction(-(-high * unit // 1), unit)


def compressed(found: Certified | DropRange) -> bytes:
    """A certificate as a gzipped file, the same bytes every time."""
    return gzip.compress(json.dumps(found.certificate).encode(), 9, mtime=0)
