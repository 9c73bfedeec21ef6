"""The smallest model: two features, one dimension.

derivation        the loss without bias, derived in its three chambers
critical_points   `SmallestModel`: every critical point, every minimum; ray: the loss along a ray
boundary          where one phase gives way to another; elimination: the curve of these places
diagram           the phase diagram on a grid, in floats
basins            without bias: where gradient flow ends
bias              with bias: the global minimum certified
"""

from .basins import BasinProbabilities, attraction_threshold, basin_probabilities, small_scale_exponent
from .bias import Certified, NotCertified, certify
from .boundary import Interval, PhaseTransition, phase_boundary, phase_curve, phase_transitions
from .critical_points import CriticalPoint, Importance, SmallestModel
from .derivation import CHAMBERS, OPPOSITE_FIRST, OPPOSITE_SECOND, PARAMETERS, SAME_SIGN, WEIGHTS

from .derivation import Chamber, compiled_loss, edges  # isort: skip
from .diagram import Diagram, phase_diagram

__all__ = [
    "CHAMBERS", "OPPOSITE_FIRST", "OPPOSITE_SECOND", "PARAMETERS", "SAME_SIGN", "WEIGHTS", "BasinProbabilities", "Certified",
    "Chamber", "CriticalPoint", "Diagram", "Importance", "Interval", "NotCertified", "PhaseTransition", "SmallestModel",
    "attraction_threshold", "basin_probabilities", "certify", "compiled_loss", "edges", "phase_boundary", "phase_curve",
    "phase_diagram", "phase_transitions", "small_scale_exponent",
]  # fmt: skip
