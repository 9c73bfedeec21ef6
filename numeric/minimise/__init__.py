"""Distinct minima from many starts.

network        of K, over all W and b; problem: K as a function of a vector; ends: which are one, and polished; kinked: on kinks
network_map    on a map of settings
any_function   of any smooth function with a gradient
quasi_newton   BFGS on a stack of problems; newton: how each ends; descent: from given weights; packing: a model as a row
"""

from ..solution import Minimum, Solution
from .any_function import Objective, minimise
from .descent import Rest, descend
from .ends import LossMinimum, distinct, polished
from .network import LossSolution, minimise_loss
from .network_map import LossMap, minimise_map
from .packing import Packing
from .problem import Problem, given_problem
from .quasi_newton import ROUNDING, Descent, bfgs, by_autograd

__all__ = [
    "ROUNDING", "Descent", "LossMap", "LossMinimum", "LossSolution", "Minimum", "Objective", "Packing", "Problem", "Rest",
    "Solution", "bfgs", "by_autograd", "descend", "distinct", "given_problem", "minimise", "minimise_loss", "minimise_map",
    "polished",
]  # fmt: skip
