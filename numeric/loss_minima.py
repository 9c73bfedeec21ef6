r"""Minima of the population loss: all starts advance together, without sampling and so without noise.

BFGS on the whole stack takes every start to a minimum, ends that are one model up to a rotation of the hidden space and a
permutation of equal features are counted together, and each distinct one is polished by Newton's iteration on the exact
gradient of the population loss. The Hessian has a zero mode for each rotation, :math:`\delta W = A W` with A
antisymmetric; those are left out of the step. Where a column and its bias both vanish the loss has a kink, and where a
bias vanishes its second derivative jumps: such ends are said, not hidden.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from .arguments import Floats, importance_row, sparsity_row
from .model import initial_weights
from .population import expected_loss
from .quasi_newton import bfgs
from .solution import Minimum, Solution

_NEWTON_STEPS = 12
_LARGEST_NEWTON = 300
"""Parameters up to which the Hessian is formed."""
_SINGULAR = 1e-7
_VANISHING = 1e-9
_STARTING_BIAS = 0.1


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class LossSolution(Solution):
    """A `Solution` whose minima are models; `W` and `b` are those of the lowest."""

    minima: tuple[LossMinimum, ...]

    @property
    def W(self) -> Floats:
        return self.minima[0].W

    @property
    def b(self) -> Floats:
        return self.minima[0].b


@dataclass(frozen=True)
class _Problem:
    n: int
    m: int
    sparsity: Floats
    importance: Floats
    bias: bool
    penalty: float

    @property
    def size(self) -> int:
        return self.m * self.n + (self.n if self.bias else 0)

    def split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(..., size) to W (..., m, n) and b (..., n)."""
        W = x[..., : self.m * self.n].reshape(*x.shape[:-1], self.m, self.n)
        return W, x[..., self.m * self.n :] if self.bias else x.new_zeros(*x.shape[:-1], self.n)

    def loss(self, x: Tensor) -> Tensor:
        W, b = self.split(x)
        value: Tensor = expected_loss(W, b, self.sparsity, self.importance)
        if self.penalty:
            gram = W.mT @ W
            value = value + self.penalty * ((gram**2).sum((-2, -1)) - (gram.diagonal(dim1=-2, dim2=-1) ** 2).sum(-1))
        return value

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = x.detach().requires_grad_(True)
        value = self.loss(x)
        (gradient,) = torch.autograd.grad(value.sum(), x)
        return value.detach(), gradient

    def hessian(self, x: Tensor) -> Tensor:
        """∂²K at one point: the i-th of d copies of the point gives row i, so that one backward pass gives them all."""
        copies = x.detach().repeat(len(x), 1).requires_grad_(True)
        (gradients,) = torch.autograd.grad(self.loss(copies).sum(), copies, create_graph=True)
        (rows,) = torch.autograd.grad(gradients.diagonal().sum(), copies)
        return (rows + rows.mT) / 2


def minimise_loss(
    n: int,
    m: int,
    sparsity: ArrayLike,
    *,
    importance: ArrayLike | None = None,
    bias: bool = True,
    starts: int = 64,
    seed: int = 0,
    penalty: float = 0.0,
    gradient_tolerance: float = 1e-10,
    progress: Callable[[float], None] | None = None,
) -> LossSolution:
    """Minimise K(W, b) + λ Σ_{i≠j} (W_i·W_j)² for independent features, from `starts` random models.

    `sparsity`, `importance`: a number or n numbers; `penalty` λ ≥ 0. Start k depends on `seed` + k alone. A minimum has
    converged when no gradient entry exceeds `gradient_tolerance`. ValueError on bad input.
    """
    for name, value in (("n", n), ("m", m), ("starts", starts)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    if not 0 <= penalty < np.inf:
        raise ValueError(f"penalty must be finite and at least 0, got {penalty}")
    problem = _Problem(n, m, sparsity_row(sparsity, n), importance_row(importance, n), bias, float(penalty))
    ends = bfgs(problem, _starts(problem, starts, seed), gradient_tolerance=gradient_tolerance, progress=progress)
    order = ends.values.argsort()
    groups: list[tuple[Tensor, Tensor, int]] = []
    for row in order.tolist():
        x = ends.points[row]
        signature = _signature(problem, x, ends.values[row])
        for k, (known, first, count) in enumerate(groups):
            if torch.allclose(signature, known, rtol=1e-5, atol=1e-6):
                groups[k] = (known, first, count + 1)
                break
        else:
            groups.append((signature, x, 1))
    minima = [_polished(problem, x, count, gradient_tolerance) for _, x, count in groups]
    converged = sum(minimum.count for minimum in minima if minimum.converged)
    return LossSolution(tuple(sorted(minima, key=lambda minimum: minimum.value)), starts - converged)


def _starts(problem: _Problem, starts: int, seed: int) -> Tensor:
    seeds = range(seed, seed + starts)
    W = initial_weights(problem.n, problem.m, seeds).flatten(1)
    if not problem.bias:
        return W
    b = [torch.randn(problem.n, dtype=W.dtype, generator=torch.Generator().manual_seed(s + 2**32)) for s in seeds]
    return torch.cat([W, _STARTING_BIAS * torch.stack(b)], dim=1)


def _signature(problem: _Problem, x: Tensor, value: Tensor) -> Tensor:
    """Smooth invariants of a model under rotations and permutations of equal features: loss, power sums, spectrum."""
    W, b = problem.split(x)
    gram = W.T @ W
    size = gram.diagonal()
    kinds = sorted(set(zip(problem.sparsity.tolist(), problem.importance.tolist(), strict=True)))
    parts = [value[None], torch.linalg.eigvalsh(W @ W.T)]
    for s, i in kinds:
        rows = torch.as_tensor((problem.sparsity == s) & (problem.importance == i))
        for power in (1, 2, 3):
            parts.append(
                torch.stack([(size[rows] ** power).sum(), (b[rows] ** power).sum(), (gram[rows] ** power).sum()])
            )
        parts.append((b[rows] * size[rows]).sum()[None])
    return torch.cat(parts)


def _polished(problem: _Problem, x: Tensor, count: int, tolerance: float) -> LossMinimum:
    """Newton on the modes that curve, while the gradient shrinks; then what the Hessian says."""
    value, gradient = (part[0] for part in problem(x[None]))
    small = problem.size <= _LARGEST_NEWTON
    spectrum = torch.zeros(0, dtype=x.dtype)
    for _ in range(_NEWTON_STEPS if small else 0):
        spectrum, modes = torch.linalg.eigh(problem.hessian(x))
        if float(gradient.abs().max()) <= tolerance / 100:
            break
        curved = spectrum.abs() > _SINGULAR * spectrum.abs().max()
        basis = modes[:, curved]
        trial = x - basis @ ((basis.T @ gradient) / spectrum[curved].abs())
        trial_value, trial_gradient = (part[0] for part in problem(trial[None]))
        if trial_gradient.abs().max() >= gradient.abs().max() or trial_value > value + 1e-14 * (1 + value.abs()):
            break
        x, value, gradient = trial, trial_value, trial_gradient
    W, b = (part.numpy() for part in problem.split(x))
    norm = float(gradient.abs().max())
    dead = np.linalg.norm(W, axis=0) <= _VANISHING
    still = (np.abs(b) <= _VANISHING) & problem.bias
    zero = int((spectrum.abs() <= _SINGULAR * spectrum.abs().max()).sum()) if len(spectrum) else 0
    return LossMinimum(
        float(value),
        x.numpy(),
        norm,
        count,
        norm <= tolerance,
        W,
        b,
        spectrum.numpy(),
        zero,
        _rotations(W),
        tuple(np.flatnonzero(dead & (still | (not problem.bias))).tolist()),
        tuple(np.flatnonzero(still & ~dead).tolist()),
    )


def _rotations(W: Floats) -> int:
    """Dimension of the orbit of W under rotations of the hidden space: m(m − 1)/2 when W has full rank."""
    m = len(W)
    turned = []
    for a in range(m):
        for c in range(a):
            generator = np.zeros((m, m))
            generator[a, c], generator[c, a] = 1.0, -1.0
            turned.append((generator @ W).ravel())
    return int(np.linalg.matrix_rank(np.array(turned), tol=1e-8)) if turned else 0
