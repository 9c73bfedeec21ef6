"""The suite of three features on one axis: shipped certificates replayed, and searches that end at what they prove."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from analytic.one_axis.table import FOLDER, KnownAxis, changes, known_axis
from numeric.minimise import LossSolution, minimise_loss
from numeric.population import ACCURACY
from numeric.running.progress import Progress, each

from ..certificate import read, verify
from ..check import Claim, Outcome, Rows, ready

TITLE = "Three features on one axis"
ABOUT = "The least loss of three features on one axis is certified, by integers alone, and searches end there."

COARSE = "axis-coarse"
"""A small certificate at s = 7/10, with bounds 1e-2 apart, that is checked each time."""
_USED = 0.01
"""The least size of a weight that is used: those of the minima are 0 or above 0.3."""

CLAIMS: Rows[bool] = (
    (
        "axis_certificates",
        "Certificates of the least loss of three features on one axis hold, by integers alone.",
        lambda full, progress: certificates(full, progress),
    ),
    (
        "axis_reached",
        "A search among three features on one axis ends at the certified least loss.",
        lambda full, progress: reached(64 if full else 16, full, progress),
    ),
    (
        "axis_changes",
        "On both sides of where the number of features used on one axis changes, a search uses the certified number.",
        lambda full, progress: changed(64, progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready(CLAIMS, full)


def certificates(full: bool, progress: Progress) -> Outcome:
    """How many certificates are rejected or prove another sentence than the table has it."""
    start = "At s = {} the least loss of three features on one axis, over all w and b, lies in "
    expected = {COARSE: start.format("7/10")}
    known = {point.name: point for point in known_axis()}
    if full:
        expected |= {name: start.format(point.sparsity) for name, point in known.items()}
    wrong = []
    for name in each([*expected], progress):
        try:
            theorem = verify(read((FOLDER / f"{name}.json.gz").read_bytes()))
        except ValueError as error:
            theorem = str(error)
        if not (theorem.startswith(expected[name]) and _within(theorem, known.get(name))):
            wrong.append(f"{name}: {theorem}")
    return Outcome(
        exact=f"{len(expected)} certificates",
        independent=f"{len(expected) - len(wrong)} hold",
        deviation=float(len(wrong)),
        tolerance=0.0,
        reason="a count; each certificate is a proof",
        data={"wrong": wrong},
    )


def _within(theorem: str, point: KnownAxis | None) -> bool:
    """Whether the table's bounds, which may be narrower, lie in the interval of the theorem."""
    found = re.search(r"\[(\S+), (\S+)\]", theorem)
    if point is None or found is None:
        return found is not None
    low, high = map(Fraction, found.groups())
    return low <= point.lower <= point.upper <= high


@lru_cache(maxsize=64)
def _searched(sparsity: Fraction, starts: int) -> LossSolution:
    return minimise_loss(3, 1, float(sparsity), starts=starts)


def reached(starts: int, full: bool, progress: Progress) -> Outcome:
    """How far the lowest end of a search lies from the certified bounds."""
    points = known_axis() if full else known_axis()[::7]
    worst, told = 0.0, []
    for point in each(points, progress):
        found = _searched(point.sparsity, starts).value
        away = max(found - float(point.upper), float(point.lower) - found, 0.0)
        told.append((str(point.sparsity), float(point.upper), found))
        worst = max(worst, away)
    return Outcome(
        exact=f"{float(points[0].upper):.10g} at s = {points[0].sparsity}, …" if points else "none",
        independent=f"{told[0][2]:.10g}, …" if told else "none",
        deviation=worst if points else float("nan"),
        tolerance=2e-9 + ACCURACY,
        reason="searches end where the slope is small, so that the loss is within 1e-9; and twice that",
        data={"found": told},
    )


def changed(starts: int, progress: Progress) -> Outcome:
    """At how many of the certified ends a search ends with another number of weights."""
    ends = [end for one in changes() for end in ((one.low, one.before), (one.high, one.after))]
    told = []
    for s, used in each(ends, progress):
        weights = abs(_searched(s, starts).W[0])
        told.append((str(s), used, int((weights > _USED).sum())))
    wrong = [one for one in told if one[1] != one[2]]
    return Outcome(
        exact=", ".join(f"{used} at s = {s}" for s, used, _ in told),
        independent=", ".join(str(found) for *_, found in told),
        deviation=float(len(wrong)) if told else float("nan"),
        tolerance=0.0,
        reason="a count; the losses of the two minima are 2e-6 apart, a search ends 1e-9 above one of them",
        data={"wrong": wrong},
    )
