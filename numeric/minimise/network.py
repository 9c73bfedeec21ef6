r"""Minima of the population loss: all starts advance together, without sampling and so without noise.

BFGS on the whole stack takes every start to a minimum, ends that are one model up to a rotation of the hidden space and a
permutation of equal features are counted together, and each distinct one is polished by Newton's iteration on the exact
gradient of the population loss. The Hessian has a zero mode for each rotation, :math:`\delta W = A W` with A
antisymmetric; those are left out of the step. An untied model is the same in every basis of the hidden space, and its zero
modes are :math:`\delta W = E W, \delta W_{out} = -W_{out} E` with any E. Where a column and its bias both vanish the loss has a
kink, and where a bias vanishes its second derivative jumps: such ends are said, not hidden.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..arguments import MOST_SEED, Floats, choice, flag, function, number, sizes_known, whole
from ..arguments.tensors import torch_device
from ..law import Law, is_grouped
from ..population import OUTPUTS, kinks
from ..running.progress import Progress
from ..solution import Minimum, Solution, changes_of_basis, grouped, rotations
from .problem import Problem, given_problem
from .quasi_newton import bfgs

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


@dataclass(frozen=True, repr=False)
class LossSolution(Solution):
    """A `Solution` whose minima are models; `W`, `b` and `W_out`, None where it is Wᵀ, are those of the lowest."""

    minima: tuple[LossMinimum, ...]

    @property
    def W(self) -> Floats:
        return self.minima[0].W

    @property
    def b(self) -> Floats:
        return self.minima[0].b

    @property
    def W_out(self) -> Floats | None:
        return self.minima[0].W_out


@sizes_known()
def minimise_loss(
    n: int,
    m: int,
    sparsity: ArrayLike | None = None,
    *,
    law: Law | None = None,
    importance: ArrayLike | None = None,
    bias: bool = True,
    starts: int = 64,
    seed: int = 0,
    penalty: float = 0.0,
    fixed: tuple[ArrayLike | None, ArrayLike | None] | None = None,
    tied: bool = True,
    output: str = "relu",
    gradient_tolerance: float = 1e-10,
    device: str = "cpu",
    progress: Progress | None = None,
) -> LossSolution:
    """Minimise K(W, b) + λ Σ_{i≠j} (W_i·W_j)² from `starts` random models.

    `sparsity`: a number or n numbers, None beside a `law`; `importance`: None for 1, a number or n numbers; `penalty` λ ≥ 0.
    `fixed`: a pair of arrays, for W (m, n) and b (n,), that hold numbers where an entry stays at this value and NaN where it is
    free; None for all free. `tied`: False for ReLU(W_out W x + b), without penalty and all free: its minima come with W Wᵀ =
    W_outᵀW_out on a diagonal, and where the lowest has not converged the least value may not be attained, as weights grow
    without end. `output`: "relu", or "linear" for WᵀWx + b, W_out W x + b. Start k depends on `seed` + k alone. A minimum has
    converged when no entry of its gradient by the free parameters exceeds `gradient_tolerance`; `unconverged` counts the starts
    that did not come so far. `device`: where the starts descend. ValueError on bad input.

    >>> round(minimise_loss(2, 1, 0.5, starts=4, bias=False).value, 12)  # 13/160
    0.08125
    >>> round(minimise_loss(2, 1, 0.5, starts=8, bias=False, tied=False).value, 9)  # a pair of unequal sizes
    0.075685852
    """
    for name, value in (("n", n), ("m", m), ("starts", starts)):
        whole(name, value, 1)
    whole("seed", seed, 0, MOST_SEED)
    flag("bias", bias)
    flag("tied", tied)
    choice("output", output, OUTPUTS)
    function("progress", progress)
    penalty, gradient_tolerance = (
        number("penalty", penalty, "[0, inf)"),
        number("gradient_tolerance", gradient_tolerance, "(0, inf)"),
    )
    problem = given_problem(n, m, sparsity, law, importance, bias, penalty, fixed, tied, output)
    first = problem.placed(problem.packing.starts(range(seed, seed + starts))).to(torch_device(device))
    ends = bfgs(problem.roughly, first, gradient_tolerance=gradient_tolerance, noise=problem.noise, progress=progress)
    points, values = torch.stack([problem.balanced(x) for x in ends.points.cpu()]), ends.values.cpu()
    signed = [(_signature(problem, points[row], values[row]), points[row]) for row in values.argsort().tolist()]
    groups = grouped(signed, lambda first, end: torch.allclose(end[0], first[0], rtol=1e-5, atol=1e-6))
    minima = [_polished(problem, group[0][1], len(group), gradient_tolerance) for group in groups]
    converged = sum(minimum.count for minimum in minima if minimum.converged)
    return LossSolution(tuple(sorted(minima, key=lambda minimum: minimum.value)), starts - converged)


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


def _polished(problem: Problem, x: Tensor, count: int, tolerance: float) -> LossMinimum:
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
    out = None if (given := problem.packing.out(x)) is None else given.numpy()
    norm = float(gradient.abs().max())
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
