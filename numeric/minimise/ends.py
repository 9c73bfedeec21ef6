"""Where descents of the loss end: which ends are one model, and what the Hessian says of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..arguments import Floats
from ..solution import Minimum, grouped, rotations
from .problem import Problem

_NEWTON_STEPS = 12
_LARGEST_NEWTON = 600
"""Parameters up to which the Hessian is formed."""
_SINGULAR = 1e-7
_VANISHING = 1e-9


@dataclass(frozen=True, repr=False, kw_only=True)
class LossMinimum(Minimum):
    """One distinct minimum of the loss: W (m, n), b (n,) and what its Hessian says.

    `spectrum`: eigenvalues of the Hessian, increasing (empty where it was not formed). `zero_modes`: how many of them
    vanish, of which `rotations` belong to rotations of the hidden space. `kinks`: features whose column and bias both
    vanish (one-sided derivatives); `jumps`: features whose bias vanishes beside a column that does not.
    """

    W: Floats
    b: Floats
    spectrum: Floats
    zero_modes: int
    rotations: int
    kinks: tuple[int, ...]
    jumps: tuple[int, ...]


def distinct(problem: Problem, points: Tensor, values: Tensor) -> list[list[int]]:
    """The rows of `points` (k, size) of each distinct model, lowest first: equal up to a rotation of the hidden space and
    permutations of equal features."""
    signed = [(signature(problem, points[row], values[row]), row) for row in values.argsort().tolist()]
    groups = grouped(signed, lambda first, end: torch.allclose(end[0], first[0], rtol=1e-5, atol=1e-6))
    return [[row for _, row in group] for group in groups]


def signature(problem: Problem, x: Tensor, value: Tensor) -> Tensor:
    """Smooth invariants of a model under rotations and permutations of equal features: loss, power sums, spectrum."""
    W, b = problem.packing.split(x)
    gram = W.T @ W
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
    """Newton on the modes that curve, while the gradient shrinks; then what the Hessian says."""
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
    W, b = (part.numpy() for part in problem.packing.split(x))
    norm = float(gradient.abs().max())
    dead = np.linalg.norm(W, axis=0) <= _VANISHING
    still = (np.abs(b) <= _VANISHING) & problem.packing.bias
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
        rotations=rotations(W, 1e-8),
        kinks=tuple(np.flatnonzero(dead & (still | (not problem.packing.bias))).tolist()),
        jumps=tuple(np.flatnonzero(still & ~dead).tolist()),
    )
