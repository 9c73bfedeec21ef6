"""Points on a sphere that repel each other. Without torch.

search          `solve`: least energies from many starts; descent: one of them
pair_energy     what two points cost; sphere_energy: all of them, with gradient and Hessian
symmetry        orders and Schoenflies names of point groups
published       the best energies known
"""

from .pair_energy import Energy, EnergyLike, Interference, Logarithmic, Riesz
from .published import ROUNDING, BestKnown, best_known
from .search import GRADIENT_TOLERANCE, STARTS, SphereMinimum, SphereSolution, solve
from .sphere_energy import energy, tangent_bases, unit_points
from .symmetry import PointGroup, point_group, symmetry_order

__all__ = [
    "GRADIENT_TOLERANCE", "ROUNDING", "STARTS", "BestKnown", "Energy", "EnergyLike", "Interference", "Logarithmic",
    "PointGroup", "Riesz", "SphereMinimum", "SphereSolution", "best_known", "energy", "point_group", "solve",
    "symmetry_order", "tangent_bases", "unit_points",
]  # fmt: skip
