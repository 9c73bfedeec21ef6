"""Neuron capacity, exactly.

quadratic_model   the quadratic task: its loss in capacities, and the best allocation
quadratic_task    where that loss comes from, derived; its symbols have common names: import them from there
tight_frames      weights that realise an allocation
benefit_curve     any curves of marginal benefit; water_filling, upper_envelope: allocated among them
held_capacity     the toy model with a feature held at a capacity
"""

from .benefit_curve import PANELS, Curve
from .held_capacity import PHASES, HeldCapacity, Phase
from .quadratic_model import QuadraticModel
from .quadratic_task import derivation, kurtosis_of_density, sharing, sparse_kurtosis, turning_density
from .tight_frames import realise, tight_frame, weights_loss
from .water_filling import Allocation, allocate

__all__ = [
    "PANELS", "PHASES", "Allocation", "Curve", "HeldCapacity", "Phase", "QuadraticModel", "allocate", "derivation",
    "kurtosis_of_density", "realise", "sharing", "sparse_kurtosis", "tight_frame", "turning_density",
    "weights_loss",
]  # fmt: skip
