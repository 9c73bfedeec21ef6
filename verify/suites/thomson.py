"""The suite of shapes: least energies of points on a sphere against exact ones, published ones, and the forces there."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from analytic.thomson import thomson
from numeric.running.progress import Progress, each
from numeric.thomson import GRADIENT_TOLERANCE, ROUNDING, SphereMinimum, best_known, solve

from ..check import Claim, Outcome, Rows, Worst, ready

TITLE = "Charges on a sphere"
ABOUT = "In Thomson's problem the least energies that a search finds are held to exact and published ones."

EXACT = (2, 3, 4, 5, 6, 7, 12)
"""Numbers of points with an energy in closed form; proved to be the least for all but 7."""
_MOST = 64
"""The most points that `--full` searches for: the table goes to 100, which would take hours."""
_SOME = (*range(2, 13), 14, 16, 22, 32, 46)
_EPS = float(np.finfo(np.float64).eps)


CLAIMS: Rows[tuple[int, ...]] = (
    (
        "thomson_exact",
        "The least Coulomb energies that a search finds for 2 to 7 and 12 points are the exact ones.",
        lambda sizes, progress: exact_energies(progress),
    ),
    (
        "thomson_published",
        "The exact energies round to the published ones.",
        lambda sizes, progress: published_energies(progress),
    ),
    (
        "thomson_best_known",
        "The search reaches the best known energy for every number of points that it is tried on, none lower.",
        lambda sizes, progress: best_known_energies(sizes, progress),
    ),
    (
        "thomson_forces",
        "At every configuration that it finds the forces balance along the sphere.",
        lambda sizes, progress: forces(sizes, progress),
    ),
    (
        "thomson_groups",
        "Their point groups are the published ones.",
        lambda sizes, progress: point_groups(sizes, progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready(CLAIMS, tuple(n for n in best_known() if n <= _MOST) if full else _SOME)


@lru_cache(maxsize=64)
def least(n: int) -> SphereMinimum:
    """The lowest minimum that the default search finds."""
    return solve(n).minima[0]


def exact_energies(progress: Progress) -> Outcome:
    """Relative difference from the closed form; first-order in the points' errors nothing, since they are at a minimum."""
    worst = Worst()
    for n in each(EXACT, progress):
        solution = thomson(n)
        exact, found = float(solution.energy), least(n).value
        worst.see(abs(found - exact) / exact, exact, found, f"{n} points, {solution.status}")
    return worst.outcome(
        16 * _EPS,
        "relative: unit coordinates carry 2 eps, a squared distance of at least 1 so 16 eps, its root half of that",
    )


def published_energies(progress: Progress) -> Outcome:
    worst = Worst()
    for n in each(EXACT, progress):
        exact, published = float(thomson(n).energy), best_known()[n].energy
        worst.see(abs(exact - published), exact, published, f"{n} points")
    return worst.outcome(ROUNDING * (1 + 1e-6), "half a unit of the last of nine decimals, and what floats add")


def best_known_energies(sizes: tuple[int, ...], progress: Progress) -> Outcome:
    """Absolute difference, either way: an energy lower than the best known would be an error or a discovery."""
    worst = Worst()
    for n in each(sizes, progress):
        published, found = best_known()[n].energy, least(n).value
        worst.see(abs(found - published), published, found, f"{n} points")
    return worst.outcome(
        1e-9, "absolute; half of it is what rounding to nine decimals may change", {"sizes": len(sizes)}
    )


def forces(sizes: tuple[int, ...], progress: Progress) -> Outcome:
    """Σ_j (r_i − r_j)/|r_i − r_j|³ less its part along r_i, from differences of coordinates: none of the solver's gradient."""
    worst = Worst()
    for n in each(sizes, progress):
        points = least(n).points
        apart = points[:, None] - points[None]
        cubes = ((apart**2).sum(axis=2) + np.eye(n)) ** 1.5
        pushes = (apart / cubes[:, :, None]).sum(axis=1)
        along = pushes - (pushes * points).sum(axis=1, keepdims=True) * points
        size = float(np.linalg.norm(along, axis=1).max())
        worst.see(size, 0.0, size, f"{n} points")
    return worst.outcome(GRADIENT_TOLERANCE, "the gradient at which a minimum counts as reached", {"sizes": len(sizes)})


def point_groups(sizes: tuple[int, ...], progress: Progress) -> Outcome:
    """How many of the groups that the table names differ."""
    differing, names = [], []
    for n in each(sizes, progress):
        published, found = best_known()[n].point_group, least(n).point_group.name
        if published is not None:
            names.append(found)
            if published != found:
                differing.append(f"{n} points: {published}, found {found}")
    return Outcome(
        exact=f"{len(names)} groups named",
        independent="; ".join(differing) or f"the same: {', '.join(dict.fromkeys(names))}",
        deviation=float(len(differing)) if names else float("nan"),
        tolerance=0.0,
        reason="names agree or they do not; symmetries hold to 1e-6",
    )
