"""Where descents of the loss end: which ends are one model, and what the Hessian says of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..arguments import Floats
from ..law import is_grouped
from ..population import kinks
from ..solution import Minimum, changes_of_basis, grouped, rotations
from .kinked import on_kinks
from .newton import Iterate, newton
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


class _Newton:
    """Steps on the modes that curve; downhill along those that curve downward."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.affordable = problem.packing.size <= _LARGEST_NEWTON
        self.modes = lru_cache(maxsize=1)(self._modes)

    def at(self, x: Tensor) -> Iterate[Tensor]:
        value, gradient = (part[0] for part in self._problem(x[None]))
        return Iterate(x, float(value), gradient)

    def _modes(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Eigenvalues of the Hessian, increasing, and its modes as columns; none of them where it is too large."""
        if self.affordable:
            spectrum, modes = torch.linalg.eigh(self._problem.hessian(x))
            return spectrum, modes
        return torch.zeros(0, dtype=x.dtype), torch.zeros(len(x), 0, dtype=x.dtype)

    def __call__(self, here: Iterate[Tensor]) -> Iterate[Tensor]:
        spectrum, modes = self.modes(here.point)
        curved = spectrum.abs() > _SINGULAR * spectrum.abs().max()
        basis = modes[:, curved]
        step = basis @ ((basis.T @ here.gradient) / spectrum[curved].abs())
        return self.at(here.point - self._problem.free * step)


def polished(problem: Problem, x: Tensor, count: int, tolerance: float) -> LossMinimum:
    """Newton on the modes that curve, while the gradient shrinks, or along kinks; then what the Hessian says, if there is one."""
    newton_steps = _Newton(problem)
    end = newton(
        newton_steps.at(x),
        newton_steps,
        lambda here: float(here.gradient.abs().max()),
        slack=1e-14 + problem.noise,
        steps=_NEWTON_STEPS if newton_steps.affordable else 0,
        enough=tolerance / 100,
    )
    x, value, norm = end.point, end.value, float(end.gradient.abs().max())
    spectrum = newton_steps.modes(x)[0]
    highest = value + (1e-14 + problem.noise) * (1 + abs(value))
    if norm > tolerance and (found := on_kinks(problem, x, tolerance)) and found.value <= highest:
        x, value, norm, spectrum = found.x, found.value, found.slope, spectrum[:0]
    W, b = (part.numpy() for part in problem.packing.split(x))
    out = None if (given := problem.packing.out(x)) is None else given.numpy()
    dead = np.linalg.norm(W if out is None else (out @ W).T, axis=0) <= _VANISHING
    still = (np.abs(b) <= _VANISHING) & problem.packing.bias
    kinked = dead & (still | (not problem.packing.bias))
    smooth = problem.output == "linear"
    zero = int((spectrum.abs() <= _SINGULAR * spectrum.abs().max()).sum()) if len(spectrum) else 0
    return LossMinimum(
        value=value,
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
