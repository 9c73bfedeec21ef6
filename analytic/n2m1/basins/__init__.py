"""Without bias: where gradient flow of the smallest model ends.

probabilities   `basin_probabilities`, the threshold of attraction, the law of small scales
regions         boundaries between basins, and fences on both sides of each; fences: how these are proved
flow            the flow as polynomials; orbits: boundaries followed back in time; mass: the Gaussian weight beside a curve

>>> basin_probabilities("1/10", (1, 1), 1)
BasinProbabilities (no bias): antipodal 0.340727, aligned 0.556551, single 0.102722, enclosed to 1e-06
"""

from .probabilities import BasinProbabilities, attraction_threshold, basin_probabilities, small_scale_exponent
from .regions import Boundaries, Curve, Setting, boundaries

__all__ = [
    "BasinProbabilities", "Boundaries", "Curve", "Setting", "attraction_threshold", "basin_probabilities", "boundaries",
    "small_scale_exponent",
]  # fmt: skip
