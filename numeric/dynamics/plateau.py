r"""Plateaus of a series, and where it changes level; time is the logarithm of the step.

A *plateau* of v(t) is what quiet windows cover together. A window is a stretch from a recorded step t to the first one at or
after `FACTOR`·t, or to t from the last one at or before t/`FACTOR`; it is quiet when v stays within a band of width `band`,
so that its change there is at most band/log(FACTOR) for each unit of log t. A *crossing* leads from a plateau to the next one
if the level differs by more than the band; its step is the first recorded one from which on v stays beyond the midpoint. So
noise of amplitude at most band/2 around a constant gives no crossing, whatever its shape, and a slow drift is one plateau.

The two constants: levels of D that are told apart are 3/4, 2/3, 1/2 and 2/5, of which the nearest differ by 1/12; a band
of 1/20 is below that (2/5 and 3/8 count as one level). `FACTOR` 5/4: what has stood still for a quarter of the time
it had so far is a plateau. On the logarithm of the loss the same band is a change by 5 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import MOST_SEED, Floats, array, entries, number

BAND = 0.05
FACTOR = 1.25


@dataclass(frozen=True)
class Plateau:
    """A stretch of recorded steps, from the first to the last of them, and the median of the values there."""

    first: int
    last: int
    level: float


@dataclass(frozen=True, order=True)
class Crossing:
    """A change of level: `step` of it, the last recorded step of the old plateau and the first of the new one."""

    step: int
    left: int
    reached: int


def plateaus(
    steps: Sequence[int], values: ArrayLike, *, band: float = BAND, factor: float = FACTOR
) -> tuple[Plateau, ...]:
    """The plateaus of a series, in order. `steps`: T increasing whole numbers ≥ 1; `values`: (T,), finite.

    A window at the end that does not reach `factor` times its first step is none. ValueError on other shapes, on
    band ≤ 0 or factor ≤ 1.
    """
    series = _series(steps, values, band, factor)
    return tuple(
        Plateau(steps[first], steps[last], float(np.median(series[first : last + 1])))
        for first, last in _stretches(_quiet(steps, series, band, factor))
    )


def crossings(
    steps: Sequence[int], values: ArrayLike, *, band: float = BAND, factor: float = FACTOR
) -> tuple[Crossing, ...]:
    """The changes of level of a series; arguments and errors as for `plateaus`.

    Levels are those of the nearest window: of the old plateau's last, of the new plateau's first.
    """
    series = _series(steps, values, band, factor)
    windows = _quiet(steps, series, band, factor)
    # Of windows with one end the shortest counts: the last in this order, the first in the other.
    first_level = {start: level for start, _, level in reversed(windows)}
    last_level = {end: level for _, end, level in windows}
    found = []
    for (_, left), (reached, _) in pairwise(_stretches(windows)):
        old, new = last_level[left], first_level[reached]
        if abs(new - old) <= band:
            continue
        # `left` belongs to the old plateau and `reached` to the new one, on whichever side of the midpoint they are.
        between = (series[left + 1 : reached] - (old + new) / 2) * (new - old)
        still_old = np.flatnonzero(between <= 0)
        turned = left + 1 + (int(still_old[-1]) + 1 if len(still_old) else 0)
        found.append(Crossing(steps[turned], steps[left], steps[reached]))
    return tuple(found)


def _quiet(steps: Sequence[int], values: Floats, band: float, factor: float) -> list[tuple[int, int, float]]:
    """Quiet windows: the places of their first and last step, and the median there."""
    times = np.asarray(steps, dtype=np.float64)
    ahead = enumerate(np.searchsorted(times, factor * times).tolist())
    behind = enumerate((np.searchsorted(factor * times, times, side="right") - 1).tolist())
    windows = {(first, last) for first, last in ahead if last < len(times)}
    windows |= {(first, last) for last, first in behind if first >= 0}
    return [
        (first, last, float(np.median(values[first : last + 1])))
        for first, last in sorted(windows)
        if np.ptp(values[first : last + 1]) <= band
    ]


def _stretches(windows: Iterable[tuple[int, int, float]]) -> list[tuple[int, int]]:
    """Windows that share steps, joined."""
    joined: list[tuple[int, int]] = []
    for first, last, _ in windows:
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _series(steps: Sequence[int], values: ArrayLike, band: float, factor: float) -> Floats:
    series, at = array("values", values), entries("steps", steps, 1, MOST_SEED)
    if series.shape != (len(at),):
        raise ValueError(f"values must have shape ({len(at)},) to match steps, got {series.shape}")
    if not at or any(later <= earlier for earlier, later in pairwise(at)):
        raise ValueError(f"steps must increase from at least 1, got {at}")
    number("band", band, "(0, inf)")
    number("factor", factor, "(1, inf)")
    return series
