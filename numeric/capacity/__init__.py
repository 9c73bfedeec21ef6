"""Capacity by search.

quadratic_task    the quadratic task, minimised over W
grid_allocation   any gains, allocated on a grid
held_capacity     the toy model with a feature held at a capacity
"""

from .grid_allocation import GridAllocation, best_on_grid, bit_by_bit
from .held_capacity import held_loss
from .quadratic_task import Atoms, QuadraticSolution, error_variance, minimise_quadratic, sparse_uniform, three_values

__all__ = [
    "Atoms", "GridAllocation", "QuadraticSolution", "best_on_grid", "bit_by_bit", "error_variance", "held_loss",
    "minimise_quadratic", "sparse_uniform", "three_values",
]  # fmt: skip
