r"""Least population losses on a map of settings, density × importances: every point and every start in one stack.

The features are independent, and at a map point all have one density. Each start of each point is a row of one stack that
BFGS takes down together. Then every point tries the
minima of its neighbours on the map as starts and keeps what is lower, until none is: a minimum that random starts missed at
one point is brought there by a neighbour that has found it, so that a jump on the map is one of the minimum, not of the
search.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ..arguments import MOST_SEED, Floats, array, function, number, sizes_known, whole
from ..population import value_and_gradient
from ..printed import brief
from ..running.progress import Progress, within
from .packing import Packing
from .quasi_newton import bfgs

MOST_FEATURES = 12
LOWER = 1e-9
"""By how much a neighbour's minimum must be lower, in units of what no weights at all cost, Σ_i I_i p/3."""
_MEMORY = 2**30
_LEAST = 1e-100
"""Of densities and importances: their product is the unit of the losses."""


@dataclass(frozen=True, kw_only=True)
class LossMap:
    """Minima by density (rows) and importances (columns): `values` (R, C), `W` (R, C, m, n), `b` (R, C, n).

    `gradient` (R, C): the largest gradient entry there, in units of Σ_i I_i p/3. `corrected`: how many points a neighbour's
    minimum improved, pass by pass; it ends with 0 unless the passes ran out, and is empty for a map of one point.
    """

    density: Floats
    importance: Floats
    values: Floats
    W: Floats
    b: Floats
    gradient: Floats
    corrected: tuple[int, ...]

    def __repr__(self) -> str:
        return brief(self)


@sizes_known()
def minimise_map(
    m: int,
    density: ArrayLike,
    importance: ArrayLike,
    *,
    starts: int = 8,
    seed: int = 0,
    passes: int = 32,
    gradient_tolerance: float = 1e-8,
    progress: Progress | None = None,
) -> LossMap:
    """The least K over W (m, n) and b (n,) at each of the densities (R,) and each row of the importances (C, n).

    Start k of every point depends on `seed` + k alone. ValueError unless m and starts are at least 1, densities lie in
    [1e-100, 1], importances in [1e-100, 1e100], and n is at most 12.
    """
    for name, value in (("m", m), ("starts", starts)):
        whole(name, value, 1)
    whole("seed", seed, 0, MOST_SEED)
    whole("passes", passes)
    function("progress", progress)
    gradient_tolerance = number("gradient_tolerance", gradient_tolerance, "(0, inf)")
    p, weight = array("density", density), array("importance", importance)
    _check(p, weight)
    shape, n = (len(p), len(weight)), weight.shape[1]
    settings = np.concatenate([p.repeat(len(weight))[:, None], np.tile(weight, (len(p), 1))], axis=1)
    stack = _Stack(Packing(m, n), torch.from_numpy(settings), gradient_tolerance)
    first = stack.packing.starts(range(seed, seed + starts))
    places = torch.arange(len(settings))
    found = stack.lowest(
        places.repeat_interleave(starts),
        first.repeat(len(settings), 1),
        None if progress is None else within(progress, 0, 0.5),
    )
    fresh = torch.ones(len(settings), dtype=torch.bool)
    corrected: list[int] = []
    while len(corrected) < passes:
        takers, givers = _pairs(shape, fresh)
        if not len(takers):
            break
        offered = stack.lowest(takers, found.parameters[givers])
        fresh = offered.values < found.values - LOWER
        found = _Found(
            *(torch.where(fresh[:, None] if a.ndim > 1 else fresh, a, b) for a, b in zip(offered, found, strict=True))
        )
        corrected.append(int(fresh.sum()))
        if progress is not None:
            progress(0.5 + 0.5 * len(corrected) / passes)
    W, b = stack.packing.split(found.parameters)
    return LossMap(
        density=p,
        importance=weight,
        values=(found.values * stack.unit(stack.settings)).reshape(shape).numpy(),
        W=W.reshape(*shape, m, n).numpy(),
        b=b.reshape(*shape, n).numpy(),
        gradient=found.gradient.reshape(shape).numpy(),
        corrected=tuple(corrected),
    )


class _Found(NamedTuple):
    """By point of the map: the least value, infinite where nothing was tried, its largest gradient entry, (W, b)."""

    values: Tensor
    gradient: Tensor
    parameters: Tensor


@dataclass(frozen=True)
class _Stack:
    """Rows (W, b), with losses in units of Σ_i I_i p/3; `settings`: (points, 1 + n), p and I_1 … I_n of each place."""

    packing: Packing
    settings: Tensor
    tolerance: float

    def unit(self, settings: Tensor) -> Tensor:
        return settings[:, 0] / 3 * settings[:, 1:].sum(1)

    def __call__(self, x: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        settings = self.settings[places]
        found = value_and_gradient(*self.packing.split(x), 1 - settings[:, :1], settings[:, 1:])
        unit = self.unit(settings)
        return found.value / unit, self.packing.join(found.W, found.b) / unit[:, None]

    def lowest(self, places: Tensor, starts: Tensor, progress: Progress | None = None) -> _Found:
        """Descends from each start at its place on the map; the lowest end of each place."""
        ends = bfgs(self, starts, gradient_tolerance=self.tolerance, places=places, progress=progress)
        points = len(self.settings)
        order = np.argsort(-ends.values.numpy(), kind="stable")
        lowest = np.full(points, -1)
        lowest[places.numpy()[order]] = order  # of one place's entries NumPy keeps the last, the lowest
        chosen = torch.from_numpy(lowest)
        tried = chosen >= 0
        return _Found(
            torch.where(tried, ends.values[chosen], torch.inf),
            ends.gradients[chosen].abs().amax(dim=1),
            ends.points[chosen],
        )


def _pairs(shape: tuple[int, int], fresh: Tensor) -> tuple[Tensor, Tensor]:
    """(takers, givers): neighbours on the map of which the giver's minimum is new."""
    index = torch.arange(shape[0] * shape[1]).reshape(shape)
    pairs = [
        (index[1:], index[:-1]),
        (index[:-1], index[1:]),
        (index[:, 1:], index[:, :-1]),
        (index[:, :-1], index[:, 1:]),
    ]
    takers, givers = (torch.cat([pair[k].flatten() for pair in pairs]) for k in (0, 1))
    return takers[fresh[givers]], givers[fresh[givers]]


def _check(density: Floats, importance: Floats) -> None:
    if density.ndim != 1 or not len(density) or not ((density >= _LEAST) & (density <= 1)).all():
        raise ValueError(f"density must be a row of numbers in [{_LEAST:g}, 1], got {density.tolist()}")
    if importance.ndim != 2 or 0 in importance.shape or importance.shape[1] > MOST_FEATURES:
        raise ValueError(f"importance must have shape (C, n) with 1 ≤ n ≤ {MOST_FEATURES}, got {importance.shape}")
    if not ((importance >= _LEAST) & (importance <= 1 / _LEAST)).all():
        raise ValueError(
            f"importance must lie in [{_LEAST:g}, {1 / _LEAST:g}], got {importance.min()} to {importance.max()}"
        )
