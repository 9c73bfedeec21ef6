"""The smallest model: two features, one dimension.

derivation        the loss without bias, derived in its three chambers; chamber_edges: how they meet
critical_points   `SmallestModel`: every critical point, every minimum; points: what one is; ray: the loss along a ray
boundary          where one phase gives way to another; curve: of these places; elimination: how both are found
diagram           the phase diagram on a grid, in floats
basins            without bias: where gradient flow ends; bias: with bias, the global minimum certified
"""

from .basins import BasinProbabilities, attraction_threshold, basin_probabilities, small_scale_exponent
from .bias import Certified, NotCertified, certify
from .boundary import Interval, PhaseTransition, phase_boundary, phase_transitions
from .chamber_edges import edges
from .critical_points import Importance, SmallestModel
from .curve import phase_curve
from .derivation import CHAMBERS, OPPOSITE_FIRST, OPPOSITE_SECOND, PARAMETERS, SAME_SIGN, WEIGHTS, Chamber
from .diagram import Diagram, compiled_loss, phase_diagram
from .points import CriticalPoint

__all__ = [
    "CHAMBERS", "OPPOSITE_FIRST", "OPPOSITE_SECOND", "PARAMETERS", "SAME_SIGN", "WEIGHTS", "BasinProbabilities", "Certified",
    "Chamber", "CriticalPoint", "Diagram", "Importance", "Interval", "NotCertified", "PhaseTransition", "SmallestModel",
    "attraction_threshold", "basin_probabilities", "certify", "compiled_loss", "edges", "phase_boundary", "phase_curve",
    "phase_diagram", "phase_transitions", "small_scale_exponent",
]  # fmt: skip
