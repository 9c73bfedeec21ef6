"""Any result as a picture: the motifs of the figures, one for each kind of result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from analytic import PhaseTransition, SmallestModel, phase_diagram
from analytic.n2m1_diagram import Diagram
from analytic.n2m1_loss import compiled_loss
from analytic.polytope import Polytope
from numeric.arguments import array, shown
from numeric.dynamics import Trajectory
from numeric.minimise import Solution
from numeric.train import Training
