"""The loss of n = 2, m = 1 without bias when feature 2 is held at a capacity: quadrature, and a search for the scale."""

from __future__ import annotations

import math
from typing import NamedTuple

from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar

from ..arguments import number, whole
from ..quadrature import expected_loss_quadrature

_LARGEST_SQUARE = 4.0
"""‖W‖² up to which the search looks: beyond |w_i| = 3/2 the loss grows, for importances within a factor ten."""


class Held(NamedTuple):
    """The least loss and the weights (w₁, w₂) that have it."""

    value: float
    weights: tuple[float, float]


def held_loss(capacity: float, sign: int, sparsity: ArrayLike, importance: ArrayLike | None = None) -> Held:
    """Least K over W = r (√(1 − C), ± √C), r² in [0, 4], C = `capacity` of feature 2 and ± the `sign` of w₁w₂.

    K from its definition by quadrature, its minimum by Brent's method. ValueError unless 0 ≤ C ≤ 1 and sign = ±1.
    """
    capacity = number("capacity", capacity, "[0, 1]")
    if whole("sign", sign, -1, 1) == 0:
        raise ValueError("sign must be 1 or -1, got 0")
    direction = (math.sqrt(1 - capacity), sign * math.sqrt(capacity))

    def weights(square: float) -> tuple[float, float]:
        return math.sqrt(square) * direction[0], math.sqrt(square) * direction[1]

    found = minimize_scalar(
        lambda square: expected_loss_quadrature([weights(square)], None, sparsity, importance).value,
        bounds=(0.0, _LARGEST_SQUARE),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return Held(float(found.fun), weights(float(found.x)))
