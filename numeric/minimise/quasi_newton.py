r"""BFGS for a stack of starts that advance together: one call of the objective serves them all.

Every start keeps its own dense inverse Hessian, :math:`H \leftarrow (1 - \rho s y^T) H (1 - \rho y s^T) + \rho s s^T` with
ρ = 1/yᵀs, its own direction and its own step, and each call tries one step of each. Where the value falls enough (Armijo) it
is taken, and the start goes on; where not it is halved for the next call, so that no start waits for another. Where the
fall is below the noise of the values the slope decides (approximate Wolfe conditions: Hager and Zhang, SIAM J. Optim. 16,
2005), and a step whose predicted fall is, has one try. A step without positive curvature leaves H as it is. A start whose
search fails restarts once from steepest descent, and is then left where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ..arguments import function, number, shown, whole
from ..arguments.tensors import tensor
from ..running.progress import Progress

Objective = Callable[..., tuple[Tensor, Tensor]]
"""(k, d) points, and where there are `places` those of the points, (k,), to (k,) values and (k, d) gradients."""

ROUNDING = 4e-16
_ARMIJO = 1e-4
_OVERSHOT = 0.8
"""Share of the slope at the start that the slope at the end may have, the other way, where slopes decide."""
_PATIENCE = 20
"""Steps in a row without a visible fall or a smaller gradient, after which a start is left: it slides into a kink, or is at
the bottom."""


class Descent(NamedTuple):
    """Where each start ended: `points` (k, d), `values` (k,), `gradients` (k, d); and how often the stack was evaluated
    after the starts."""

    points: Tensor
    values: Tensor
    gradients: Tensor
    iterations: int


@dataclass
class _State:
    """The starts under way: which they are, where they stand, and what they try next."""

    row: Tensor
    x: Tensor
    value: Tensor
    gradient: Tensor
    inverse: Tensor
    length: Tensor
    fresh: Tensor
    idle: Tensor
    least: Tensor

    def keep(self, some: Tensor) -> None:
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name)[some])


def bfgs(
    objective: Objective,
    starts: Tensor,
    *,
    gradient_tolerance: float = 1e-9,
    iterations: int = 2000,
    noise: float = ROUNDING,
    places: Tensor | None = None,
    progress: Progress | None = None,
) -> Descent:
    """Descend from each row of `starts` (k, d), float64, until the largest gradient entry is at most the tolerance.

    `noise`: what values may be off by, in units of 1 + |value|. `places`: (k,), handed to the objective beside the points,
    as what it needs to know of a start. A value or gradient that is not finite is a step too far; a start with one stays.
    ValueError on what is not of this kind.
    """
    starts = _checked(objective, starts, gradient_tolerance, iterations, noise, places, progress)
    extra = (lambda rows: ()) if places is None else (lambda rows: (places[rows],))
    row = torch.arange(len(starts), device=starts.device)
    value, gradient = objective(starts, *extra(row))
    found = Descent(starts.clone(), value.clone(), gradient.clone(), 0)
    at = _begun(row, starts, value, gradient)
    at.keep(at.least > gradient_tolerance)
    done = 0
    while len(at.row) and done < iterations:
        done += 1
        finished, stuck = _advance(objective, extra(at.row), at, gradient_tolerance, noise)
        any_finished, any_stuck = torch.stack([finished.any(), stuck.any()]).tolist()  # the one wait for the device
        if any_stuck:
            at.inverse[stuck] = torch.eye(starts.shape[1], dtype=starts.dtype, device=starts.device)
        if any_finished:
            _record(found, at, finished)
            at.keep(~finished)
        if progress is not None:
            progress(1 - len(at.row) / len(starts))
    _record(found, at, torch.ones_like(at.fresh))
    return found._replace(iterations=done)


def by_autograd(loss: Callable[..., Tensor]) -> Objective:
    """The objective of a loss (k, d) to (k,) that torch can differentiate and whose rows do not touch each other."""

    def objective(x: Tensor, *places: Tensor) -> tuple[Tensor, Tensor]:
        x = x.detach().requires_grad_(True)
        value = loss(x, *places)
        (gradient,) = torch.autograd.grad(value.sum(), x)
        return value.detach(), gradient

    return objective


def _checked(
    objective: Objective,
    starts: Tensor,
    gradient_tolerance: float,
    iterations: int,
    noise: float,
    places: Tensor | None,
    progress: Progress | None,
) -> Tensor:
    """The starts as float64, without a graph; ValueError where an argument is not what `bfgs` takes."""
    function("objective", objective, optional=False)
    function("progress", progress)
    number("gradient_tolerance", gradient_tolerance, "[0, inf)")
    whole("iterations", iterations)
    number("noise", noise, "[0, inf)")
    read = tensor("starts", starts).detach()
    if read.ndim != 2 or 0 in read.shape:
        raise ValueError(f"starts must have shape (k, d) with k, d ≥ 1, got {tuple(read.shape)}")
    if places is not None and not (isinstance(places, Tensor) and places.shape == read.shape[:1]):
        raise ValueError(f"places must be a tensor of shape ({len(read)},), got {shown(places)}")
    return read


def _begun(row: Tensor, x: Tensor, value: Tensor, gradient: Tensor) -> _State:
    k, d = x.shape
    inverse = torch.eye(d, dtype=x.dtype, device=x.device).repeat(k, 1, 1)
    length = _first_length(gradient)
    idle, fresh = torch.zeros_like(row), torch.ones_like(row, dtype=torch.bool)
    return _State(row, x.clone(), value, gradient, inverse, length, fresh, idle, gradient.abs().amax(dim=1))


def _first_length(gradient: Tensor) -> Tensor:
    length: Tensor = (0.1 / torch.linalg.vector_norm(gradient, dim=1)).clamp(max=1.0)
    return length


def _record(found: Descent, at: _State, some: Tensor) -> None:
    row = at.row[some]
    found.points[row], found.values[row], found.gradients[row] = at.x[some], at.value[some], at.gradient[some]


def _advance(
    objective: Objective, extra: tuple[Any, ...], at: _State, tolerance: float, noise: float
) -> tuple[Tensor, Tensor]:
    """One try of each start. Which of them are at their end, and which begin anew from steepest descent."""
    direction = -(at.inverse @ at.gradient[:, :, None])[:, :, 0]
    fall = (direction * at.gradient).sum(dim=1)
    uphill = ~(fall < 0)
    direction = torch.where(uphill[:, None], -at.gradient, direction)
    fall = torch.where(uphill, -(at.gradient**2).sum(dim=1), fall)
    step = at.length[:, None] * direction
    value, gradient = objective(at.x + step, *extra)
    sound = value.isfinite() & gradient.isfinite().all(dim=1)
    floor = noise * (1 + at.value.abs())
    slope = (gradient * direction).sum(dim=1)
    enough = value <= at.value + _ARMIJO * at.length * fall
    level = (value - at.value).abs() <= floor
    enough = sound & (enough | level & (slope > fall) & (slope <= -_OVERSHOT * fall))
    failed = ~enough & (-at.length * fall <= floor) | ~sound & (at.length < ROUNDING)
    _update_inverse(at, step, gradient - at.gradient, enough)
    largest = gradient.abs().amax(dim=1)
    still = (at.value - value <= ROUNDING * (1 + at.value.abs())) & (largest > 0.9 * at.least)
    at.idle = torch.where(enough, torch.where(still, at.idle + 1, 0), at.idle)
    at.least = torch.where(enough, torch.minimum(at.least, largest), at.least)
    at.x = torch.where(enough[:, None], at.x + step, at.x)
    at.value = torch.where(enough, value, at.value)
    at.gradient = torch.where(enough[:, None], gradient, at.gradient)
    finished = enough & (largest <= tolerance) | failed & at.fresh | (at.idle >= _PATIENCE)
    stuck = failed & ~finished
    at.fresh = at.fresh | stuck
    begins = at.fresh & (stuck | enough)
    at.length = torch.where(begins, _first_length(at.gradient), torch.where(enough, 1.0, at.length / 2))
    return finished, stuck


def _update_inverse(at: _State, step: Tensor, change: Tensor, moved: Tensor) -> None:
    """H ← H - ρ (s yᵀH + H y sᵀ) + ρ (1 + ρ yᵀH y) s sᵀ where a step was taken and bends; a fresh H is scaled to the
    curvature first."""
    curvature, size = (step * change).sum(dim=1), (change**2).sum(dim=1)
    bends = moved & (curvature > 1e-12 * torch.linalg.vector_norm(step, dim=1) * size.sqrt())
    rho = torch.where(bends, 1 / curvature, 0.0)
    change = torch.where(bends[:, None], change, 0.0)
    at.inverse *= torch.where(bends & at.fresh, curvature / size, 1.0)[:, None, None]
    Hy = (at.inverse @ change[:, :, None])[:, :, 0]
    along = rho * (1 + rho * (change * Hy).sum(dim=1)) / 2
    right = along[:, None] * step - rho[:, None] * Hy
    product = step[:, :, None] * right[:, None, :]
    at.inverse += product + product.mT
    at.fresh = at.fresh & ~bends
