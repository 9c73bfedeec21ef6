"""The suite of the basins of the smallest model without bias: proved probabilities against noise-free descents."""

from __future__ import annotations

import math
from fractions import Fraction

from analytic.n2m1 import basin_probabilities
from numeric.dynamics import flow_ends
from numeric.running.progress import Progress

from ..check import Claim, Outcome, Worst

SETTINGS = (
    ("1/2", "1", 0.1),
    ("1/2", "1", 1.0),
    ("9/10", "1", 0.3),
    ("1/10", "1", 0.3),
    ("1/10", "1", 1.0),
    ("1/2", "1/2", 1.0),
)
"""s, the importance of feature 2, σ."""


TITLE = "Where gradient flow ends"
ABOUT = (
    "Of the smallest model without bias, how often descents end in each phase is held to probabilities proved to 1e-5."
)
NAMES = ("antipodal", "aligned", "single")


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The check of the suite."""
    settings, models = (SETTINGS, 100_000) if full else (SETTINGS[3:4], 500)
    claim = "Without bias, descents end antipodal, aligned or single as often as is proved, within 1e-5."
    return (Claim("basins", claim, lambda progress: descents(settings, models, progress)),)


def descents(settings: tuple[tuple[str, str, float], ...], models: int, progress: Progress) -> Outcome:
    """How many standard errors the shares of descents lie outside the enclosures, at each setting."""
    worst = Worst()
    for index, (s, other, scale) in enumerate(settings):
        exact = basin_probabilities(s, (1, other), scale)
        found = flow_ends(
            float(Fraction(s)), (1.0, float(Fraction(other))), scale, models=models, seed=20261129 + index
        )
        for name, low, high in zip(NAMES, exact.lower or (0, 0, 0), exact.upper or (1, 1, 1), strict=True):
            two = getattr(found, name)
            one = min(max(two, low), high)
            off = abs(two - one) / found.error(one) if exact.width < 1e-5 else math.inf
            worst.see(off, one, two, f"{name} at s = {s}, I = (1, {other}), σ = {scale}")
        progress((index + 1) / len(settings))
    return worst.outcome(5.0, "standard errors; by chance once in 10^5 runs", {"descents": models})
