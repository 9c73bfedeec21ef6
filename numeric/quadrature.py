r"""The expected loss by adaptive quadrature, straight from its definition.

.. math:: K = \sum_T P(T) \int_{[0,1]^T} \sum_i I_i \bigl(x_i - (z_i)_+\bigr)^2 dx, \qquad z = WᵀWx + b

One nested integral for each support T and feature i, so that each integrand has the single kink z_i = 0.
Integrated over the later variables it is smooth in x_k except where z_i = 0 meets a corner of their cube;
those points are given to QUADPACK, which then sees one polynomial per piece and settles at rounding error.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import quad

from .arguments import Setting, setting, shown

_RELATIVE = 1e-13
_ABSOLUTE = 1e-18  # below the rounding of (x - f)² for x, f of order 1: a zero integral ends at once
_LARGEST = 3  # nested adaptive integrals grow as 40^n


class Quadrature(NamedTuple):
    value: float
    error: float


def expected_loss_quadrature(
    W: ArrayLike, b: ArrayLike | None, sparsity: ArrayLike, importance: ArrayLike | None = None
) -> Quadrature:
    """K and QUADPACK's estimate of its error: near 1e-13 relative for weights of order 1.

    W: (m, n) with n ≤ 3; b: (n,) or None; sparsity, importance: number or (n,). About 3 ms at n = 2 and 0.3 s
    at n = 3. ValueError on bad input and for n > 3.

    >>> round(expected_loss_quadrature([[1.0, -1.0]], None, 0.5).value, 12)
    0.083333333333
    """
    model = setting(W, b, sparsity, importance)
    n = model.W.shape[1]
    if n > _LARGEST:
        raise ValueError(f"quadrature is for at most {_LARGEST} features, got {n}: use expected_loss_monte_carlo")
    try:
        found = _loss(model)
    except OverflowError:
        found = Quadrature(np.inf, np.inf)
    if not np.isfinite(found.value):
        raise ValueError(
            f"W, b and importance must leave the loss a float, got {shown(W)}, {shown(b)} and {shown(importance)}"
        )
    return found


def _loss(model: Setting) -> Quadrature:
    n = model.W.shape[1]
    with np.errstate(over="ignore", invalid="ignore"):
        G = model.W.T @ model.W
    if not np.isfinite(G).all():
        return Quadrature(np.inf, np.inf)
    value = error = 0.0
    for size in range(n + 1):
        for support in combinations(range(n), size):
            active = np.isin(np.arange(n), support)
            probability = float(np.prod(np.where(active, 1 - model.sparsity, model.sparsity)))
            for i in range(n):
                weight = probability * float(model.importance[i])
                if weight:
                    # x_i outermost, where it is a constant of the inner integrals.
                    order = [j for j in support if j == i] + [j for j in support if j != i]
                    part = _integral(float(model.b[i]), [float(G[i, j]) for j in order], i in support, None)
                    value += weight * part.value
                    error += weight * part.error
    return Quadrature(value, error)


def _integral(constant: float, slopes: list[float], own: bool, target: float | None) -> Quadrature:
    """∫ (t - ReLU(constant + slopes·x))² over x in the unit cube, t = `target`, or where that is None: x_0 if
    `own`, else 0.
    """
    if not slopes:
        return Quadrature(((target or 0.0) - max(0.0, constant)) ** 2, 0.0)
    slope, later = slopes[0], slopes[1:]
    inner_error = 0.0

    def inner(x: float) -> float:
        nonlocal inner_error
        part = _integral(constant + slope * x, later, own, (x if own else 0.0) if target is None else target)
        inner_error = max(inner_error, part.error)
        return part.value

    kinks = _kinks(constant, slope, later)
    # full_output turns QUADPACK's warnings into its (always returned) error estimate.
    found = quad(inner, 0, 1, points=kinks or None, epsabs=_ABSOLUTE, epsrel=_RELATIVE, limit=200, full_output=1)
    return Quadrature(found[0], found[1] + inner_error)


def _kinks(constant: float, slope: float, later: list[float]) -> list[float]:
    """The x in (0, 1) where constant + slope·x + Σ_{j∈A} later_j = 0 for some set A of later variables."""
    if not slope:
        return []
    corners = [0.0]
    for other in later:
        corners += [corner + other for corner in corners]
    crossings = {-(constant + corner) / slope for corner in corners}
    return sorted(x for x in crossings if 0 < x < 1)
