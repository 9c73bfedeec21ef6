"""Searches over all weights, against the winners."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import lru_cache

import numpy as np

from analytic.exact import to_sympy
from analytic.law import Independent
from analytic.loss import loss_of_floats
from analytic.polytope_loss import best_loss
from analytic.polytopes import antiprism
from analytic.winners import winner_at
from numeric.geometry import describe
from numeric.minimise import LossSolution, minimise_loss
from numeric.running.progress import Progress, each

from ..check import Outcome, Worst

EIGHT = (8, 3)
_STARTS = {6: 24, 8: 10}
"""More where there are more minima to end in, fewer where each takes seconds."""


def searched(settings: tuple[tuple[int, int, str], ...], progress: Progress) -> Outcome:
    """Relative difference of the losses, infinite where the shapes differ."""
    worst = Worst()
    for n, m, s in each(settings, progress):
        winner = winner_at(n, m, s)
        found = search(n, m, Fraction(s), _STARTS.get(n, 8))
        exact = float(winner.loss.midpoint)
        shapes = Counter(component.name for component in describe(found.W).components)
        expected = Counter({atom.name: count for atom, count in winner.packing.atoms})
        expected["dedicated"] += winner.packing.singles
        same = shapes == +expected
        place = f"n = {n}, m = {m}, s = {s}: {winner.packing.name}"
        worst.see(abs(found.value - exact) / exact if same else np.inf, exact, found.value, place)
    return worst.outcome(
        1e-9,
        "relative; ten times the accuracy that the route promises",
        {"settings": [f"n = {n}, m = {m}, s = {s}" for n, m, s in settings]},
    )


@lru_cache(maxsize=64)
def search(n: int, m: int, s: Fraction, starts: int) -> LossSolution:
    """The least loss over all W and b that is found."""
    return minimise_loss(n, m, float(s), starts=starts)


def beaten(progress: Progress) -> Outcome:
    """The weights found are floats, and so rationals: their exact loss against the lower end of the winner's enclosure."""
    n, m, s = 4, 2, Fraction(1, 20)
    found = search(n, m, s, 4)
    progress(0.9)
    exact = loss_of_floats(found.W, found.b, Independent(s))
    winner = winner_at(n, m, to_sympy(s))
    lower = winner.loss.midpoint - winner.loss.radius
    return Outcome(
        exact=f"{float(lower):.13g}",
        independent=f"{float(exact):.13g}",
        deviation=float(exact / lower - 1),
        tolerance=-1e-5,
        reason="negative: below the winner, which is proved to be best of the packings; by a share that is not rounding",
        data={"winner": winner.packing.name, "norms": np.linalg.norm(found.W, axis=0).tolist()},
    )


def free_height(progress: Progress) -> Outcome:
    """The height that the search finds, made exact: the certified loss there against the search's; and below the winner.

    The loss is stationary in the height, so that what rounding it to a hundredth of a per mille costs is far below 1e-9.
    """
    s = Fraction(4, 5)
    found = search(*EIGHT, s, _STARTS[8])
    progress(0.8)
    (component,) = describe(found.W).components
    height = Fraction(component.height or 0).limit_denominator(10**6)
    exact = best_loss(antiprism(4, to_sympy(height)), s).loss
    winner = winner_at(*EIGHT, to_sympy(s))
    below = float(1 - (exact.midpoint + exact.radius) / (winner.loss.midpoint - winner.loss.radius))
    deviation = abs(found.value - float(exact.midpoint)) / found.value if below > 0 else np.inf
    return Outcome(
        exact=f"{float(exact.midpoint):.13g}",
        independent=f"{found.value:.13g}",
        deviation=deviation,
        tolerance=1e-9,
        reason="relative; ten times the accuracy that the route promises, and infinite unless below the tight frame",
        data={"height": float(height), "below the winner by": below, "shape": component.name},
    )
