"""The search: models descend at several settings of one shape in one stack, distinct ends are polished and put into one form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..minimise import LossMinimum, Packing, Problem, bfgs, distinct, polished
from ..population import value_and_gradient
from .entry import AtlasMinimum, Inertia
from .form import in_form
from .merging import merged
from .setting import Setting

_ROUGH, _FINE = 1e-7, 1e-11
"""Largest entry of the gradient where a descent ends, and where the best is polished to, losses in units of Σ I_i E x_i²."""
_SHORT, _ITERATIONS, _PATIENT = 40, 250, 600
"""Tries after which, of many candidates, only the lowest go on; and of a descent."""
_LARGE = 7
"""n from which a Newton step takes a fifth of a second, so that fewer ends are polished."""
_CANDIDATES, _KEPT = (6, 3), (16, 6)
"""The lowest ends of candidates that go on, and of all that are polished, below that n and from there."""
_FLAT = 1e-7
"""Of curvatures, beside the largest: those of rounding."""
_SMALL, _LEVEL = (1e-6, 1e-4, 1e-2), 1e-14
"""Biases that are tried at 0, and by how much a loss may then be higher, in the unit of losses: rounding."""
_NUDGE = 1e-3
"""A candidate may rest on a saddle, where its symmetry holds it; so it begins beside it."""


@dataclass(frozen=True, eq=False)
class Starts:
    """Rows (W, b), (k, size), and at which of the settings each descends, (k,)."""

    rows: Tensor
    places: Tensor

    @classmethod
    def everywhere(cls, rows: Tensor, settings: int) -> Starts:
        """Each row at each setting."""
        return cls(rows.repeat(settings, 1), torch.arange(settings).repeat_interleave(len(rows)))

    @classmethod
    def of(cls, each: Sequence[Tensor]) -> Starts:
        """A stack for each setting."""
        counts = torch.tensor([len(rows) for rows in each])
        return cls(torch.cat(list(each)), torch.arange(len(each)).repeat_interleave(counts))


Found = list[list[AtlasMinimum]]
"""Distinct minima by setting, lowest first."""


def random_minima(settings: Sequence[Setting], seeds: Sequence[int]) -> Found:
    """The ends of a random model for each seed."""
    starts = Packing(settings[0].m, settings[0].n).starts(seeds)
    return _ends(settings, Starts.everywhere(starts, len(settings)), 1)


def minima_from(settings: Sequence[Setting], starts: Starts, *, seed: int = 0) -> Found:
    """The ends of candidates, of which those that are lowest after a few steps go on."""
    if not len(starts.rows):
        return [[] for _ in settings]
    generator = torch.Generator().manual_seed(seed)
    nudge = torch.randn(starts.rows.shape, dtype=torch.float64, generator=generator)
    rows = starts.rows + _NUDGE * nudge
    begun = bfgs(_Losses(settings), rows, gradient_tolerance=_ROUGH, iterations=_SHORT, places=starts.places)
    lowest = []
    for place, setting in enumerate(settings):
        here = torch.nonzero(starts.places == place).ravel()
        groups = distinct(setting.problem(setting.unit), begun.points[here], begun.values[here])
        lowest.append(begun.points[here[[group[0] for group in groups[: _CANDIDATES[setting.n >= _LARGE]]]]])
    return _ends(settings, Starts.of(lowest), 0)


class _Losses:
    """K in the unit of each setting, of a stack of rows."""

    def __init__(self, settings: Sequence[Setting], *, bound_gradient: bool = False) -> None:
        first = settings[0]
        self._packing, self._law, self._bound = Packing(first.m, first.n), first.law, bound_gradient
        self._sparsity = torch.tensor([[one.sparsity or 0.0] for one in settings], dtype=torch.float64)
        self._weight = torch.from_numpy(np.stack([one.importance / one.unit for one in settings]))

    def __call__(self, x: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        W, b = self._packing.split(x)
        found = value_and_gradient(
            W,
            b,
            None if self._law else self._sparsity[places],
            self._weight[places],
            law=self._law,
            bound_gradient=self._bound,
        )
        return found.value, self._packing.join(found.W, found.b)


def _ends(settings: Sequence[Setting], starts: Starts, hits: int) -> Found:
    noise = settings[0].problem().noise
    ends = bfgs(
        _Losses(settings),
        starts.rows,
        gradient_tolerance=_ROUGH,
        iterations=_ITERATIONS,
        noise=noise,
        places=starts.places,
    )
    groups: list[list[list[int]]] = []
    for place, setting in enumerate(settings):
        here = torch.nonzero(starts.places == place).ravel()
        found = distinct(setting.problem(setting.unit), ends.points[here], ends.values[here])
        groups.append([here[group].tolist() for group in found[: _KEPT[setting.n >= _LARGE]]])
    best = [group[0][0] for group in groups]
    fine = _Losses(settings, bound_gradient=True)
    places = torch.arange(len(settings))
    rested = bfgs(fine, ends.points[best], gradient_tolerance=_FINE, iterations=_PATIENT, noise=noise, places=places)
    ends.points[best] = rested.points
    return [_minima(setting, ends.points, each, hits) for setting, each in zip(settings, groups, strict=True)]


def _minima(setting: Setting, points: Tensor, groups: Sequence[Sequence[int]], hits: int) -> list[AtlasMinimum]:
    problem = setting.problem(setting.unit)
    found = [
        _at_rest(setting, problem, polished(problem, points[group[0]], hits * len(group), _FINE)) for group in groups
    ]
    return merged(setting, [_in_form(setting, one) for one in found])


def _at_rest(setting: Setting, problem: Problem, found: LossMinimum) -> LossMinimum:
    """The Hessian jumps where a bias vanishes, up to a factor of 1/(1 − s), and neither BFGS nor Newton's iteration come to
    rest at such a place: there they do with small biases held at 0, which is kept where the whole gradient is smaller.
    """
    for small in _SMALL:
        if found.gradient_norm <= _ROUGH:
            return found
        held = np.where(np.abs(found.b) <= small, 0.0, np.nan)
        some = setting.problem(setting.unit, held)
        begun = some.placed(torch.from_numpy(found.point))
        end = bfgs(some, begun[None], gradient_tolerance=_FINE, iterations=_ITERATIONS, noise=some.noise).points[0]
        tried = polished(problem, torch.from_numpy(polished(some, end, 1, _FINE).point), found.count, _FINE)
        if tried.gradient_norm < found.gradient_norm and tried.value <= found.value + _LEVEL:
            found = tried
    return found


def _negative(found: LossMinimum) -> int:
    return int((found.spectrum < -_FLAT * np.abs(found.spectrum).max()).sum())


def _in_form(setting: Setting, found: LossMinimum) -> AtlasMinimum:
    form = in_form(setting, found.W, found.b)
    value, along_W, along_b = value_and_gradient(form.W, form.b, setting.sparsity, setting.importance, law=setting.law)
    negative, flat = _negative(found), max(0, found.zero_modes - found.rotations)
    positive = len(found.spectrum) - negative - flat - found.rotations
    return AtlasMinimum(
        loss=float(value),
        W=form.W,
        b=form.b,
        hits=found.count,
        gradient=float(max(np.abs(along_W).max(), np.abs(along_b).max())),
        inertia=Inertia(positive, flat, negative),
        geometry=form.geometry,
    )
