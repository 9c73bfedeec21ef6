"""Which minima of a setting are one, and what a new search changes in what is known: it lowers, or adds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import torch

from ..minimise import distinct
from .entry import GRADIENT, SAME, AtlasEntry, AtlasMinimum
from .setting import Setting

_KEPT = 16


def merged(setting: Setting, minima: Iterable[AtlasMinimum]) -> list[AtlasMinimum]:
    """Those of one model, or of one loss where models form a continuum, as one; lowest first, the first given of equals. Ends
    that are not at rest are left out, unless there are no others.
    """
    ends = list(minima)
    given = [one for one in ends if _at_rest(one, setting.unit)] or ends
    if not given:
        return []
    problem, unit = setting.problem(setting.unit), setting.unit
    W, b = (torch.from_numpy(np.stack(parts)) for parts in zip(*((one.W, one.b) for one in given), strict=True))
    values = torch.tensor([one.loss / unit for one in given], dtype=torch.float64)
    found: list[tuple[int, AtlasMinimum]] = []
    for group in distinct(problem, problem.packing.join(W, b), values):
        row, hits = min(group), sum(given[row].hits for row in group)
        like = next((k for k, (_, other) in enumerate(found) if _one_continuum(other, given[row], unit)), len(found))
        if like < len(found):  # one place of a continuum
            row, hits = min(row, found[like][0]), hits + found[like][1].hits
        found[like : like + 1] = [(row, replace(given[row], hits=hits))]
    return [one for _, one in found[:_KEPT]]


def joined(known: AtlasEntry | None, found: Iterable[AtlasMinimum], setting: Setting, starts: int) -> AtlasEntry:
    """What is known, and what `starts` more random models and other descents have found."""
    if known is None:
        return AtlasEntry(setting=setting, minima=tuple(merged(setting, found)), starts=starts)
    minima = tuple(merged(setting, [*known.minima, *found]))
    lower = minima[0].loss < known.loss - SAME * setting.unit
    if not lower:  # what is said of the lowest is said of those very weights
        minima = tuple(sorted(minima, key=lambda one: one.W is not known.W))
    kept = known if minima[0].W is known.W else replace(known, enclosure=None, proof=None, certificate=None)
    return replace(kept, minima=minima, starts=known.starts + starts)


def _at_rest(one: AtlasMinimum, unit: float) -> bool:
    return one.gradient <= GRADIENT * unit and not one.inertia.negative


def _one_continuum(first: AtlasMinimum, other: AtlasMinimum, unit: float) -> bool:
    return bool(first.inertia.zero and other.inertia.zero) and abs(other.loss - first.loss) <= SAME * unit
