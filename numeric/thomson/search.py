r"""Points on a sphere that repel each other: least energies by descent from many starts, for any pair energy and dimension.

Three quarters of the descents start from uniform random points; the rest are hops from the lowest end so far, with a few
points moved to where the others leave room. Measured, a hop is worth less here than a random start: from a wrong minimum of 37
to 78 charges it leads to the best known energy a quarter as often, at two thirds of the cost, and for 200 charges random starts
went as low or lower. Hence the smaller share.

Ends of one energy and Gram matrix are counted together, and each distinct one is polished by Newton's iteration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arguments import Floats, function, whole
from ..solution import Minimum, Solution, grouped, merged, rotations
from . import sphere_energy
from .descent import End, Problem
from .pair_energy import Energy, EnergyLike, energy_of
from .symmetry import PointGroup, point_group, symmetry_order

STARTS = 128
"""Measured for Coulomb energies of N = 2 to 100: hardest is N = 78, whose best known energy 2 to 5 % of random starts reach, then
69 and 46 with a tenth; most are reached by more than half. 96 random starts then miss with a chance of a few per cent at most.
"""
GRADIENT_TOLERANCE = 1e-11
_ROUGH, _FINE = 1e-3, 1e-6
"""How far cosines of one minimum may differ: after L-BFGS, and after Newton's iteration."""
_SAME_VALUE = 1e-10
_SPANNED = 1e-6


@dataclass(frozen=True, repr=False, kw_only=True)
class SphereMinimum(Minimum):
    """One distinct minimum of `shape` = (n, dim) points; `gradient_norm` is the largest coordinate in the tangent spaces.

    `flat`: in how many directions, rotations apart, the Hessian vanishes. Where there are any, `points` is as a rule one of a
    continuum of minima, and its symmetry says nothing of the others'.
    """

    shape: tuple[int, int]
    flat: int

    @property
    def points(self) -> Floats:
        """(n, dim), each of length 1."""
        return self.point.reshape(self.shape)

    @property
    def symmetry_order(self) -> int:
        """How many permutations of the points an orthogonal map carries out, to 1e-6."""
        return symmetry_order(self.points)

    @property
    def point_group(self) -> PointGroup:
        """Schoenflies name and order for dim = 3, to 1e-6; ValueError for another."""
        return point_group(self.points)


@dataclass(frozen=True, repr=False)
class SphereSolution(Solution):
    """A `Solution` whose minima are configurations; `points` are those of the lowest."""

    minima: tuple[SphereMinimum, ...]

    @property
    def points(self) -> Floats:
        return self.minima[0].points


def solve(
    n_points: int,
    *,
    dim: int = 3,
    energy: EnergyLike = "coulomb",
    starts: int = STARTS,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> SphereSolution:
    """Least energy of `n_points` ≥ 1 points on the unit sphere of R^dim, dim ≥ 1, and the other minima met.

    `energy`: "coulomb" Σ_{i<j} 1/|r_i − r_j|, "log" −Σ_{i<j} log |r_i − r_j|, ("riesz", s) Σ_{i<j} |r_i − r_j|^(−s) with
    0 < s ≤ 30, "interference" Σ_{i≠j} ReLU(r_i·r_j)², or an `Energy`. `starts` descents in all; the k-th depends on `seed`
    and k, and, when it is a hop, on those before.

    A minimum has converged when no coordinate of its gradient exceeds 1e-11, or the rounding of its forces, 64 eps of the
    largest Σ_j |φ′|, if that is more. No search proves that a lower minimum does not exist, and how often one was hit says
    nothing of it: for 116 charges 11 of 64 starts end in one minimum, 2e-3 above a lower one. `numeric.thomson.published` has the
    published energies up to 100 charges. Interference vanishes for a continuum of configurations when n_points < 2·dim, and
    for the cross-polytope when they are equal; such minima have `flat` > 0 and are counted as one.

    ValueError for bad input, and for dim = 1, the two points ±1, when the energy of all placements is infinite.

    >>> round(solve(4, starts=2).value, 12)  # a tetrahedron: 6/√(8/3)
    3.674234614175
    """
    n_points, dim = whole("n_points", n_points, 1), whole("dim", dim, 1)
    starts, seed = whole("starts", starts, 1), whole("seed", seed)
    function("progress", progress)
    pair = energy_of(energy, "energy")
    if dim == 1:
        return SphereSolution((_on_two_points(n_points, pair, starts),), 0)
    problem = Problem(n_points, dim, pair)
    ends: list[End] = []
    for k in range(starts):
        random = np.random.default_rng([seed, k])
        hops = k >= starts - starts // 4
        start = problem.hop(min(ends, key=lambda end: end.value).units, random) if hops else problem.start(random)
        ends.append(problem.descend(start))
        if progress is not None:
            progress((k + 1) / starts)
    groups = grouped(sorted(ends, key=lambda end: end.value), _surely_same)
    minima = merged([_polished(problem, group[0], len(group), pair) for group in groups], _same)
    return SphereSolution(minima, starts - sum(minimum.count for minimum in minima if minimum.converged))


def _polished(problem: Problem, end: End, count: int, pair: Energy) -> SphereMinimum:
    polished = problem.polish(end.units)
    tolerance = max(GRADIENT_TOLERANCE, problem.attainable(polished.units))
    return SphereMinimum(
        value=sphere_energy.energy(polished.units, pair),
        point=polished.units.ravel(),
        gradient_norm=polished.norm,
        count=count,
        converged=polished.norm <= tolerance,
        shape=problem.shape,
        flat=int(polished.zero.sum()) - rotations(polished.units.T, _SPANNED),
    )


def _surely_same(first: End, other: End) -> bool:
    """One minimum, before either is polished."""
    return _close(first.value, other.value) and _apart(first.units, other.units) <= _ROUGH


def _same(first: SphereMinimum, other: SphereMinimum) -> bool:
    alike = (first.flat and other.flat) or _apart(first.points, other.points) <= _FINE
    return bool(alike) and _close(first.value, other.value)


def _close(first: float, second: float) -> bool:
    return abs(first - second) <= _SAME_VALUE * (1 + abs(second))


def _apart(first: Floats, other: Floats) -> float:
    """The largest difference of their cosines, in order: 0 for what differs by a rotation, a reflection, a renumbering."""
    ordered = (np.sort((units @ units.T)[np.triu_indices(len(units), 1)]) for units in (first, other))
    return float(np.abs(np.subtract(*ordered)).max(initial=0.0))


def _on_two_points(n: int, pair: Energy, starts: int) -> SphereMinimum:
    """dim = 1: k points at −1 and n − k at +1, all k tried. Nothing moves, so there is no gradient."""
    low = np.arange(n // 2 + 1)
    high = n - low
    with np.errstate(divide="ignore"):
        together, apart = pair.between(np.array([0.0, 4.0]))
    touching = low * (low - 1) / 2 + high * (high - 1) / 2
    values = low * high * apart + np.where(touching > 0, touching, 1) * np.where(touching > 0, together, 0)
    best = int(values.argmin())
    if not np.isfinite(values[best]):
        raise ValueError(
            f"n_points must be at most 2 when dim is 1, or two coincide and the energy is infinite, got {n}"
        )
    point = np.where(np.arange(n) < best, -1.0, 1.0)
    return SphereMinimum(
        value=float(values[best]),
        point=point,
        gradient_norm=0.0,
        count=starts,
        converged=True,
        shape=(n, 1),
        flat=0,
    )
