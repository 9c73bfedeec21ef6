"""Learning coefficients λ of minima of toy models, proved or not given.

decision      `learning_coefficient`: λ and its multiplicity, or why there is none; point: what it is given
independent   the Hessian of K for independent features, in balls
kink          one-sided forms on cones, where K is not twice differentiable
"""

from .decision import FlatDirection, LearningCoefficient, learning_coefficient
from .point import Point

__all__ = ["FlatDirection", "LearningCoefficient", "Point", "learning_coefficient"]
