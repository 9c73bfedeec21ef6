r"""BFGS for a stack of starts that advance together: one call of the objective serves them all.

Every start keeps its own dense inverse Hessian, :math:`H \leftarrow (1 - \rho s y^T) H (1 - \rho y s^T) + \rho s s^T` with
ρ = 1/yᵀs, and its own step, halved until the loss falls enough (Armijo) and then taken; a step without positive curvature
leaves H as it is. A start whose line search fails restarts once from steepest descent, and is then left where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

Objective = Callable[[Tensor], tuple[Tensor, Tensor]]
"""(k, d) points to (k,) values and (k, d) gradients."""

_ARMIJO = 1e-4
_HALVINGS = 30
_PATIENCE = 20
"""Iterations in a row without a visible fall, after which a start is left: it slides into a kink, or is at the bottom."""


class Descent(NamedTuple):
    """Where each start ended: `points` (k, d), `values` (k,), `gradients` (k, d), and the iterations made in all."""

    points: Tensor
    values: Tensor
    gradients: Tensor
    iterations: int


def bfgs(
    objective: Objective,
    starts: Tensor,
    *,
    gradient_tolerance: float = 1e-9,
    iterations: int = 2000,
    progress: Callable[[float], None] | None = None,
) -> Descent:
    """Descend from each row of `starts` (k, d), float64, until the largest gradient entry is at most the tolerance."""
    x = starts.clone()
    value, gradient = objective(x)
    k, d = x.shape
    identity = torch.eye(d, dtype=x.dtype, device=x.device)
    inverse = identity.repeat(k, 1, 1)
    fresh = torch.ones(k, dtype=torch.bool, device=x.device)
    active = gradient.abs().amax(dim=1) > gradient_tolerance
    idle = torch.zeros(k, dtype=torch.int64, device=x.device)
    done = 0
    while bool(active.any()) and done < iterations:
        done += 1
        rows = active.nonzero()[:, 0]
        here, slope = x[rows], gradient[rows]
        direction = -torch.einsum("kij,kj->ki", inverse[rows], slope)
        fall = (direction * slope).sum(dim=1)
        uphill = fall >= 0
        direction[uphill], fall[uphill] = -slope[uphill], -(slope[uphill] ** 2).sum(dim=1)
        length = torch.where(fresh[rows], (0.1 / direction.norm(dim=1)).clamp(max=1.0), 1.0)
        there, there_value, there_slope, moved = _search(objective, here, value[rows], direction, fall, length)
        step, change = there - here, there_slope - slope
        curvature = (step * change).sum(dim=1)
        bends = moved & (curvature > 1e-12 * step.norm(dim=1) * change.norm(dim=1))
        inverse[rows[bends]] = _updated(
            inverse[rows[bends]], step[bends], change[bends], curvature[bends], fresh[rows[bends]], identity
        )
        stuck = rows[~moved]
        # A failed search from a fresh start will fail again: that start is done.
        active[stuck[fresh[stuck]]] = False
        inverse[stuck] = identity
        fresh[rows[bends]] = False
        fresh[stuck] = True
        level = value[rows] - there_value <= 1e-15 * (1 + value[rows].abs())
        idle[rows] = torch.where(level, idle[rows] + 1, 0)
        active &= idle < _PATIENCE
        x[rows], value[rows], gradient[rows] = there, there_value, there_slope
        active[rows] &= there_slope.abs().amax(dim=1) > gradient_tolerance
        if progress is not None:
            progress(1 - float(active.sum()) / k)
    return Descent(x, value, gradient, done)


def _search(
    objective: Objective, x: Tensor, value: Tensor, direction: Tensor, fall: Tensor, length: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Halve each step until the loss falls by a share of the linear prediction; rows that never do stay put."""
    best, best_value, best_slope = x.clone(), value.clone(), torch.zeros_like(x)
    waiting = torch.arange(len(x), device=x.device)
    moved = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    for _ in range(_HALVINGS):
        trial = x[waiting] + length[waiting, None] * direction[waiting]
        trial_value, trial_slope = objective(trial)
        enough = trial_value <= value[waiting] + _ARMIJO * length[waiting] * fall[waiting]
        # At the bottom the fall is below rounding: a gradient that shrinks is progress too.
        level = (trial_value - value[waiting]).abs() <= 4e-16 * (1 + value[waiting].abs())
        enough |= level & (trial_slope.norm(dim=1) < -fall[waiting] / direction[waiting].norm(dim=1))
        taken = waiting[enough]
        best[taken], best_value[taken], best_slope[taken] = trial[enough], trial_value[enough], trial_slope[enough]
        moved[taken] = True
        waiting = waiting[~enough]
        if not len(waiting):
            break
        length[waiting] *= 0.5
    if len(waiting):
        best_slope[waiting] = objective(x[waiting])[1]
    return best, best_value, best_slope, moved


def _updated(
    inverse: Tensor, step: Tensor, change: Tensor, curvature: Tensor, fresh: Tensor, identity: Tensor
) -> Tensor:
    """The BFGS update; a fresh inverse is scaled to the curvature first."""
    scale = curvature / (change**2).sum(dim=1)
    inverse = torch.where(fresh[:, None, None], scale[:, None, None] * identity, inverse)
    rho = 1 / curvature
    left = identity - rho[:, None, None] * step[:, :, None] * change[:, None, :]
    return left @ inverse @ left.mT + rho[:, None, None] * step[:, :, None] * step[:, None, :]
