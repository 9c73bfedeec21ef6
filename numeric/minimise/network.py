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

import torch
from numpy.typing import ArrayLike

from ..arguments import MOST_SEED, Floats, choice, flag, function, number, sizes_known, whole
from ..arguments.tensors import torch_device
from ..law import Law
from ..population import OUTPUTS, TARGETS
from ..running.progress import Progress
from ..solution import Solution
from .ends import LossMinimum, distinct, polished
from .problem import given_problem
from .quasi_newton import bfgs


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
    target: str = "identity",
    gradient_tolerance: float = 1e-10,
    device: str = "cpu",
    progress: Progress | None = None,
) -> LossSolution:
    """Minimise K(W, b) + λ Σ_{i≠j} (W_i·W_j)² from `starts` random models.

    `sparsity`: a number or n numbers, None beside a `law`; `importance`: None for 1, a number or n numbers; `penalty` λ ≥ 0.
    `fixed`: a pair of arrays, for W (m, n) and b (n,), that hold numbers where an entry stays at this value and NaN where it is
    free; None for all free. `tied`: False for ReLU(W_out W x + b), without penalty and all free: its minima come with W Wᵀ =
    W_outᵀW_out on a diagonal, and where the lowest has not converged the least value may not be attained, as weights grow
    without end. `output`: "relu", or "linear" for WᵀWx + b, W_out W x + b. `target`: "identity" for E(x_i − f_i)², "absolute" for
    E(|x_i| − f_i)². Start k depends on `seed` + k alone. A minimum has converged when no entry of its gradient by the free
    parameters exceeds `gradient_tolerance`; `unconverged` counts the starts that did not come so far. `device`: where the starts
    descend. ValueError on bad input.

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
    choice("target", target, TARGETS)
    function("progress", progress)
    penalty, gradient_tolerance = (
        number("penalty", penalty, "[0, inf)"),
        number("gradient_tolerance", gradient_tolerance, "(0, inf)"),
    )
    problem = given_problem(n, m, sparsity, law, importance, bias, penalty, fixed, tied, output, target)
    first = problem.placed(problem.packing.starts(range(seed, seed + starts))).to(torch_device(device))
    ends = bfgs(problem.roughly, first, gradient_tolerance=gradient_tolerance, noise=problem.noise, progress=progress)
    points, values = torch.stack([problem.balanced(x) for x in ends.points.cpu()]), ends.values.cpu()
    groups = distinct(problem, points, values)
    minima = [polished(problem, points[group[0]], len(group), gradient_tolerance) for group in groups]
    converged = sum(minimum.count for minimum in minima if minimum.converged)
    return LossSolution(tuple(sorted(minima, key=lambda minimum: minimum.value)), starts - converged)
