"""Lines and points as far apart as possible.

lines            the least coherence of n lines, bounds on it, the published values
codes            the same of points on a sphere
largest_cosine   the descent that both share
"""

from .codes import SphericalCode, least_cosine
from .lines import KnownCoherence, LinePacking, chance_of_cosine_above, known_coherences, least_coherence, lower_bound

from .lines import random_directions, welch_bound  # isort: skip

__all__ = [
    "KnownCoherence", "LinePacking", "SphericalCode", "chance_of_cosine_above", "known_coherences", "least_coherence",
    "least_cosine", "lower_bound", "random_directions", "welch_bound",
]  # fmt: skip
