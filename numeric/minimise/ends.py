"""Where descents of the loss end: which ends are one model, and what the Hessian says of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..arguments import Floats
from ..law import is_grouped
from ..population import kinks
from ..solution import Minimum, changes_of_basis, grouped, rotations
from .kinked import on_kinks
from .problem import Problem

_NEWTON_STEPS = 12
_LARGEST_NEWTON = 600
"""Parameters up to which the Hessian is formed."""
_SINGULAR = 1e-7
_VANISHING = 1e-9


@dataclass(frozen=True, repr=False, kw_only=True)
class LossMinimum(Minimum):
    """One distinct minimum of the loss: W (m, n), b (n,), W_out (n, m) unless it is Wᵀ, and what its Hessian says.

    `spectrum`: eigenvalues of the Hessian, increasing (empty where it was not formed). `zero_modes`: how many of them
    vanish, of which `rotations` belong to rotations of the hidden space, of untied models to all changes of its basis. `kinks`:
    features whose row of WᵀW, or W_out W, and bias both vanish, or, of tied models, whose output does at a single value of x
    (one-sided derivatives); `jumps`: features whose bias vanishes beside a row that does not; none where the output is linear.
    """

    W: Floats
    b: Floats
    spectrum: Floats
    zero_modes: int
    rotations: int
    kinks: tuple[int, ...]
    jumps: tuple[int, ...]
    W_out: Floats | None = None


def distinct(problem: Problem, points: Tensor, values: Tensor) -> list[list[int]]:
    """The rows of `points` (k, size) of each distinct model, lowest first: equal up to a rotation of the hidden space and
    permutations of equal features.
    """
    signed = [(_signature(problem, points[row], values[row]), row) for row in values.argsort().tolist()]
    groups = grouped(signed, lambda first, end: torch.allclose(end[0], first[0], rtol=1e-5, atol=1e-6))
    return [[row for _, row in group] for group in groups]


def _kinks(problem: Problem, W: Floats, b: Floats, gone: NDArray[np.bool_]) -> tuple[int, ...]:
    found = {*np.flatnonzero(gone).tolist()}
    if problem.law is not None and not is_grouped(problem.law) and problem.packing.tied:
        found |= {*kinks(W, b, problem.law)}
    return tuple(sorted(found))


def _signature(problem: Problem, x: Tensor, value: Tensor) -> Tensor:
    """Smooth invariants of a model under rotations and permutations of equal features: loss, power sums, spectrum."""
    W, b = problem.packing.split(x)
    out = problem.packing.out(x)
    gram = W.T @ W if out is None else out @ W
    size = gram.diagonal()
    parts = [value[None], torch.linalg.eigvalsh(W @ W.T)]
    for kind in range(int(problem.kinds.max()) + 1):
        rows = torch.as_tensor(problem.kinds == kind)
        for power in (1, 2, 3):
            parts.append(
                torch.stack([(size[rows] ** power).sum(), (b[rows] ** power).sum(), (gram[rows] ** power).sum()])
            )
        parts.append((b[rows] * size[rows]).sum()[None])
    return torch.cat(parts)


def polished(problem: Problem, x: Tensor, count: int, tolerance: float) -> LossMinimum:
    """Newton on the modes that curve, while the gradient shrinks, or along kinks; then what the Hessian says, if there is one."""
    value, gradient = (part[0] for part in problem(x[None]))
    small = problem.packing.size <= _LARGEST_NEWTON
    spectrum = torch.zeros(0, dtype=x.dtype)
    for _ in range(_NEWTON_STEPS if small else 0):
        spectrum, modes = torch.linalg.eigh(problem.hessian(x))
        if float(gradient.abs().max()) <= tolerance / 100:
            break
        curved = spectrum.abs() > _SINGULAR * spectrum.abs().max()
        basis = modes[:, curved]
        trial = x - problem.free * (basis @ ((basis.T @ gradient) / spectrum[curved].abs()))
        trial_value, trial_gradient = (part[0] for part in problem(trial[None]))
        if trial_gradient.abs().max() >= gradient.abs().max() or trial_value > value + (1e-14 + problem.noise) * (
            1 + value.abs()
        ):
            break
        x, value, gradient = trial, trial_value, trial_gradient
    norm = float(gradient.abs().max())
    highest = float(value) + (1e-14 + problem.noise) * (1 + abs(float(value)))
    if norm > tolerance and (found := on_kinks(problem, x, tolerance)) and found.value <= highest:
        x, value, norm, spectrum = found.x, torch.tensor(found.value, dtype=x.dtype), found.slope, spectrum[:0]
    W, b = (part.numpy() for part in problem.packing.split(x))
    out = None if (given := problem.packing.out(x)) is None else given.numpy()
    dead = np.linalg.norm(W if out is None else (out @ W).T, axis=0) <= _VANISHING
    still = (np.abs(b) <= _VANISHING) & problem.packing.bias
    kinked = dead & (still | (not problem.packing.bias))
    smooth = problem.output == "linear"
    zero = int((spectrum.abs() <= _SINGULAR * spectrum.abs().max()).sum()) if len(spectrum) else 0
    return LossMinimum(
        value=float(value),
        point=x.numpy(),
        gradient_norm=norm,
        count=count,
        converged=norm <= tolerance,
        W=W,
        b=b,
        spectrum=spectrum.numpy(),
        zero_modes=zero,
        rotations=rotations(W, 1e-8) if out is None else changes_of_basis(W, out, 1e-8),
        kinks=() if smooth else _kinks(problem, W, b, kinked),
        jumps=() if smooth else tuple(np.flatnonzero(still & ~dead).tolist()),
        W_out=out,
    )
