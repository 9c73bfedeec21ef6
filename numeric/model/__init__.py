"""Toy models: families of networks, their parameters and their forward pass.

networks     ReLU(WᵀWx + b) and its relatives, tied or not, as parameters and as modules
activation   what may stand in place of ReLU
"""

from .activation import ACTIVATIONS
from .networks import ABSOLUTE, HIDDEN_RELU, LINEAR, RELU_OUTPUT

from .networks import Family, Parameters, ToyModel, UntiedModel, forward, initial_weights  # isort: skip

__all__ = [
    "ABSOLUTE", "ACTIVATIONS", "HIDDEN_RELU", "LINEAR", "RELU_OUTPUT", "Family", "Parameters", "ToyModel", "UntiedModel",
    "forward", "initial_weights",
]  # fmt: skip
