"""What an entry says of itself, computed anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..geometry import describe
from ..population import ACCURACY, hessian, value_and_gradient
from .entry import GRADIENT, SAME, AtlasEntry, AtlasMinimum
from .setting import Setting

_CURVED = 1e-6
"""Of curvatures, beside the largest: what is lower than minus this is no rounding, and the point a saddle."""


class Fault(NamedTuple):
    """What is wrong with the entry of a setting, in words."""

    setting: Setting
    what: str

    def __str__(self) -> str:
        return f"{self.setting.name}: {self.what}"


def check_entry(entry: AtlasEntry) -> tuple[Fault, ...]:
    """The losses to the accuracy of `numeric.population`, gradients, curvatures and geometries of all its minima, their order,
    and how many starts are counted; () where all is as it says.
    """
    return tuple(Fault(entry.setting, what) for what in _faults(entry))


def _faults(entry: AtlasEntry) -> Iterator[str]:
    setting = entry.setting
    for k, one in enumerate(entry.minima):
        yield from (f"minimum {k}: {what}" for what in _wrong(one, setting))
        if one.loss < entry.loss - SAME * setting.unit:
            yield f"minimum {k} is lower than the first, {one.loss!r} and {entry.loss!r}"
    counted = sum(one.hits for one in entry.minima)
    if not 0 <= counted <= entry.starts:
        yield f"{counted} of {entry.starts} starts are counted"


def _wrong(one: AtlasMinimum, setting: Setting) -> Iterator[str]:
    s, weight, law = setting.sparsity, setting.importance, setting.law
    value, along_W, along_b = value_and_gradient(one.W, one.b, s, weight, law=law)
    if not abs(value - one.loss) <= ACCURACY * (one.loss + setting.unit):
        yield f"its loss is {one.loss!r}, computed {float(value)!r}"
    gradient = max(np.abs(along_W).max(), np.abs(along_b).max())
    if not gradient <= GRADIENT * setting.unit:
        yield f"its gradient has an entry of {gradient:.2g}, not at most {GRADIENT * setting.unit:.2g}"
    curvature = np.linalg.eigvalsh(hessian(one.W, one.b, s, weight, law=law))
    if curvature[0] < -_CURVED * curvature[-1]:
        yield f"it is a saddle, of curvature {curvature[0]:.2g}"
    if (geometry := str(describe(one.W, one.b))) != one.geometry:
        yield f"its geometry is called {one.geometry}, but is {geometry}"
