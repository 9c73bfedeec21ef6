"""Learning coefficients by sampling: references with errors, samplers, and how far a sampler is off.

target             `Target`, `Estimate`; models: of toy models (compiled one_hot_kernel), singular: known from algebra
importance, radii  `laplace`, `rays`: references for regular and for quadratic minima; tempering: `ladder`, for any
chains (walk)      MALA and SGLD, the bias of SGLD's step; at_temperature: what they must find at n samples; resumed, cloud
standard, board    targets with known λ, and any estimator against them; adapters: for devinterp; phases; remake: what is kept
"""

from .at_temperature import finite_temperature
from .board import ESTIMATORS, Row, Table, benchmark, estimators, kept_board
from .chains import mala, sgld, sgld_step_bias
from .importance import laplace, local_free_energy
from .models import empirical_target, one_hot_target, penalised_target, population_target
from .radii import rays
from .singular import monomials, one_factor, reduced_rank, reduced_rank_coefficient
from .standard import GAMMA, SAMPLES, STANDARD, Benchmark, polygon_target
from .target import Estimate, Target, Unreliable, temperature
from .tempering import Rungs, climb, ladder

__all__ = [
    "ESTIMATORS", "GAMMA", "SAMPLES", "STANDARD", "Benchmark", "Estimate", "Row", "Rungs", "Table", "Target", "Unreliable",
    "benchmark", "climb", "empirical_target", "estimators", "finite_temperature", "kept_board", "ladder", "laplace",
    "local_free_energy", "mala", "monomials", "one_factor", "one_hot_target", "penalised_target", "polygon_target",
    "population_target", "rays", "reduced_rank", "reduced_rank_coefficient", "sgld", "sgld_step_bias", "temperature",
]  # fmt: skip
