"""Learning coefficients λ of minima of toy models, proved or not given.

decision      `learning_coefficient`: λ and its multiplicity, or why there is none; point: what it is given
independent   the Hessian of K for independent features, in balls
kink          one-sided forms on cones, where K is not twice differentiable
square        the 4-gon beside features that are dropped with b > 0
splitting     symmetric pairs of the penalised smallest model where they split
laplace       nK + λ log n + C of the phases of a posterior, and where two are equal
"""

from .decision import FlatDirection, LearningCoefficient, learning_coefficient
from .laplace import FreeEnergy, free_energy, phases, switches
from .point import Point
from .splitting import pitchfork

__all__ = [
    "FlatDirection", "FreeEnergy", "LearningCoefficient", "Point", "free_energy", "learning_coefficient", "phases", "pitchfork",
    "switches",
]  # fmt: skip
