"""Learning coefficients by sampling: references with errors, samplers, and how far a sampler is off.

target             `Target`, `Estimate`; models: of toy models (compiled one_hot_kernel), singular: known from algebra
laplace, rays      references for regular minima, and for those that grow quadratically
ladder             the reference for any minimum
chains             MALA and SGLD, and the bias of SGLD's step
finite_temperature what a sampler must find at n samples
"""

from .chains import mala, sgld, sgld_step_bias
from .finite_temperature import finite_temperature
from .ladder import ladder
from .laplace import laplace
from .models import empirical_target, one_hot_target, population_target
from .rays import rays
from .singular import monomials, one_factor, reduced_rank, reduced_rank_coefficient
from .target import Estimate, Target, Unreliable, temperature

__all__ = [
    "Estimate", "Target", "Unreliable", "empirical_target", "finite_temperature", "ladder", "laplace", "mala",
    "monomials", "one_factor", "one_hot_target", "population_target", "rays", "reduced_rank",
    "reduced_rank_coefficient", "sgld", "sgld_step_bias", "temperature",
]  # fmt: skip
