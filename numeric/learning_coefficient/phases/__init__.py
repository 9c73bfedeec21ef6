"""The phases of a posterior with exactly one active feature, m = 2: k-gons beside dropped features.

particles   shares of the phases and log Z at n samples, by sequential Monte Carlo
stairs      chains that come down from the 4-gon phase by phase

>>> phase_levels(5)["4+"]
0.056666666666666664
"""

from .particles import NUMBERS, Posterior, phase_levels, posterior
from .stairs import Staircase, staircase

__all__ = ["NUMBERS", "Posterior", "Staircase", "phase_levels", "posterior", "staircase"]
