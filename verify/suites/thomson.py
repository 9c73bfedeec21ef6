"""The suite of shapes: least energies of points on a sphere against exact ones, published ones, and the forces there."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from analytic.thomson import thomson
from numeric.running.progress import Progress
from numeric.thomson import GRADIENT_TOLERANCE, ROUNDING, SphereMinimum, best_known, solve

from ..check import Claim, Outcome, Worst

TITLE = "Charges on a sphere"
ABOUT = "In Thomson's problem the least energies that a search finds are held to exact and published ones."

EXACT = (2, 3, 4, 5, 6, 7, 12)
"""Numbers of points with an energy in closed form; proved to be the least for all but 7."""
_MOST = 64
"""The most points that `--full` searches for: the table goes to 100, which would take hours."""
_SOME = (*range(2, 13), 14, 16, 22, 32, 46)
_EPS = float(np.finfo(np.float64).eps)


def claims(*, full: bool = False) -> tuple[Claim, ...]:
    """The checks of the suite."""
    sizes = tuple(n for n in best_known() if n <= _MOST) if full else _SOME
    table: tuple[tuple[str, str, Callable[[Progress], Outcome]], ...] = (
        (
            "thomson_exact",
            "The least Coulomb energies that a search finds for 2 to 7 and 12 points are the exact ones.",
            exact_energies,
        ),
        (
            "thomson_published",
            "The exact energies round to the published ones.",
            published_energies,
        ),
        (
            "thomson_best_known",
            f"The search reaches the best known energy for {len(sizes)} numbers of points up to {max(sizes)}, none lower.",
            lambda progress: best_known_energies(sizes, progress),
        ),
        (
            "thomson_forces",
            "At every configuration that it finds the forces balance along the sphere.",
            lambda progress: forces(sizes, progress),
        ),
        (
            "thomson_groups",
            "Their point groups are the published ones.",
            lambda progress: point_groups(sizes, progress),
        ),
    )
    return tuple(Claim(*row) for row in table)


@lru_cache(maxsize=64)
def least(n: int) -> SphereMinimum:
    """The lowest minimum that the default search finds."""
    return solve(n).minima[0]


def exact_energies(progress: Progress) -> Outcome:
    """Relative difference from the closed form; first-order in the points' errors nothing, since they are at a minimum."""
    worst = Worst()
    for index, n in enumerate(EXACT):
        solution = thomson(n)
        exact, found = float(solution.energy), least(n).value
        worst.see(abs(found - exact) / exact, exact, found, f"{n} points, {solution.status}")
        progress((index + 1) / len(EXACT))
    return worst.outcome(
        16 * _EPS,
        "relative: unit coordinates carry 2 eps, a squared distance of at least 1 so 16 eps, its root half of that",
    )


def published_energies(progress: Progress) -> Outcome:
    worst = Worst()
    for index, n in enumerate(EXACT):
        exact, published = float(thomson(n).energy), best_known()[n].energy
        worst.see(abs(exact - published), exact, published, f"{n} points")
        progress((index + 1) / len(EXACT))
    return worst.outcome(ROUNDING * (1 + 1e-6), "half a unit of the last of nine decimals, and what floats add")


def best_known_energies(sizes: tuple[int, ...], progress: Progress) -> Outcome:
    """Absolute difference, either way: an energy lower than the best known would be an error or a discovery."""
    worst = Worst()
    for index, n in enumerate(sizes):
        published, found = best_known()[n].energy, least(n).value
        worst.see(abs(found - published), published, found, f"{n} points")
        progress((index + 1) / len(sizes))
    return worst.outcome(
        1e-9, "absolute; half of it is what rounding to nine decimals may change", {"sizes": len(sizes)}
    )


def forces(sizes: tuple[int, ...], progress: Progress) -> Outcome:
    """Σ_j (r_i − r_j)/|r_i − r_j|³ less its part along r_i, from differences of coordinates: none of the solver's gradient."""
    worst = Worst()
    for index, n in enumerate(sizes):
        points = least(n).points
        apart = points[:, None] - points[None]
        cubes = ((apart**2).sum(axis=2) + np.eye(n)) ** 1.5
        pushes = (apart / cubes[:, :, None]).sum(axis=1)
        along = pushes - (pushes * points).sum(axis=1, keepdims=True) * points
        size = float(np.linalg.norm(along, axis=1).max())
        worst.see(size, 0.0, size, f"{n} points")
        progress((index + 1) / len(sizes))
    return worst.outcome(GRADIENT_TOLERANCE, "the gradient at which a minimum counts as reached", {"sizes": len(sizes)})


def point_groups(sizes: tuple[int, ...], progress: Progress) -> Outcome:
    """How many of the groups that the table names differ."""
    differing, names = [], []
    for index, n in enumerate(sizes):
        published, found = best_known()[n].point_group, least(n).point_group.name
        if published is not None:
            names.append(found)
            if published != found:
                differing.append(f"{n} points: {published}, found {found}")
        progress((index + 1) / len(sizes))
    return Outcome(
        f"{len(names)} groups named",
        "; ".join(differing) or f"the same: {', '.join(dict.fromkeys(names))}",
        float(len(differing)) if names else float("nan"),
        0.0,
        "names agree or they do not; symmetries hold to 1e-6",
    )
