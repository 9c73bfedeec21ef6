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
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..arguments import (
    MOST_SEED,
    Floats,
    array,
    flag,
    function,
    importance_row,
    number,
    shown,
    sizes_known,
    sparsity_row,
    whole,
)
from ..arguments.tensors import torch_device
from ..law import Law, given_law, partition
from ..model import initial_weights
from ..population import hessian, value_and_gradient
from ..solution import Minimum, Solution
from .quasi_newton import ROUNDING, bfgs

_NEWTON_STEPS = 12
_LARGEST_NEWTON = 600
"""Parameters up to which the Hessian is formed."""
_ROUNDED = 9  # features up to which the loss has rounding errors alone
_SINGULAR = 1e-7
_VANISHING = 1e-9
_STARTING_BIAS = 0.1


@dataclass(frozen=True, repr=False)
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


@dataclass(frozen=True, repr=False)
class LossSolution(Solution):
    """A `Solution` whose minima are models; `W` and `b` are those of the lowest."""

    minima: tuple[LossMinimum, ...]

    @property
    def W(self) -> Floats:
        return self.minima[0].W

    @property
    def b(self) -> Floats:
        return self.minima[0].b


@dataclass(frozen=True, eq=False)
class _Problem:
    """`kinds`: (n,) a number for each feature, the same for features that may change places; `free`: (size,), which
    parameters move, the others are `held` at their values.
    """

    n: int
    m: int
    sparsity: Floats | None
    law: Law | None
    importance: Floats
    bias: bool
    penalty: float
    kinds: NDArray[np.int64]
    free: Tensor
    held: Tensor

    @property
    def size(self) -> int:
        return self.m * self.n + (self.n if self.bias else 0)

    @property
    def noise(self) -> float:
        """What values are off by, one against the other, in units of 1 + |K|."""
        return ROUNDING if self.n <= _ROUNDED else 1e-13

    def split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(..., size) to W (..., m, n) and b (..., n)."""
        W = x[..., : self.m * self.n].reshape(*x.shape[:-1], self.m, self.n)
        return W, x[..., self.m * self.n :] if self.bias else x.new_zeros(*x.shape[:-1], self.n)

    def placed(self, x: Tensor) -> Tensor:
        """With the held parameters at their values."""
        return torch.where(self.free.to(x.device), x, self.held.to(x.device))

    def roughly(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """As `self(x)`, where gradients without a bound of their errors, some 1e-9, take less."""
        return self(x, bound_gradient=False)

    def __call__(self, x: Tensor, *, bound_gradient: bool = True) -> tuple[Tensor, Tensor]:
        """Values (k,), and gradients (k, size), 0 where a parameter is held."""
        W, b = self.split(x)
        value, along_W, along_b = value_and_gradient(
            W, b, self.sparsity, self.importance, law=self.law, bound_gradient=bound_gradient
        )
        if self.penalty:
            gram = W.mT @ W
            gram.diagonal(dim1=-2, dim2=-1).zero_()
            value = value + self.penalty * (gram**2).sum((-2, -1))
            along_W = along_W + 4 * self.penalty * (W @ gram)
        parts = (along_W.flatten(1), along_b) if self.bias else (along_W.flatten(1),)
        return value, torch.cat(parts, dim=1) * self.free.to(x.device)

    def hessian(self, x: Tensor) -> Tensor:
        """∂²K at one point, (size, size), rows and columns of held parameters 0."""
        W, b = self.split(x)
        H: Tensor = hessian(W, b if self.bias else None, self.sparsity, self.importance, law=self.law)
        if self.penalty:
            m, n = W.shape
            G, eye = W.mT @ W, torch.eye(n, dtype=W.dtype)
            G.diagonal().zero_()
            first = torch.einsum("kl,ai,ci->akcl", eye, W, W) - torch.einsum("kl,ak,ck->akcl", eye, W, W)
            second = torch.einsum("al,ck->akcl", W, W) * (1 - eye)[None, :, None]
            third = torch.einsum("ac,kl->akcl", torch.eye(m, dtype=W.dtype), G)
            H[: m * n, : m * n] += 4 * self.penalty * (first + second + third).reshape(m * n, m * n)
        return H * self.free[:, None] * self.free


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
    gradient_tolerance: float = 1e-10,
    device: str = "cpu",
    progress: Callable[[float], None] | None = None,
) -> LossSolution:
    """Minimise K(W, b) + λ Σ_{i≠j} (W_i·W_j)² from `starts` random models.

    `sparsity`: a number or n numbers, None beside a `law`; `importance`: None for 1, a number or n numbers; `penalty` λ ≥ 0.
    `fixed`: a pair of arrays, for W (m, n) and b (n,), that hold numbers where an entry stays at this value and NaN where it is
    free; None for all free. Start k depends on `seed` + k alone. A minimum has converged when no entry of its gradient by
    the free parameters exceeds `gradient_tolerance`; `unconverged` counts the starts that did not come so far. `device`:
    where the starts descend. ValueError on bad input.

    >>> round(minimise_loss(2, 1, 0.5, starts=4, bias=False).value, 12)  # 13/160
    0.08125
    """
    for name, value in (("n", n), ("m", m), ("starts", starts)):
        whole(name, value, 1)
    whole("seed", seed, 0, MOST_SEED)
    flag("bias", bias)
    function("progress", progress)
    penalty, gradient_tolerance = (
        number("penalty", penalty, "[0, inf)"),
        number("gradient_tolerance", gradient_tolerance, "(0, inf)"),
    )
    problem = _problem(n, m, sparsity, law, importance, bias, penalty, fixed)
    first = problem.placed(_starts(problem, starts, seed)).to(torch_device(device))
    ends = bfgs(problem.roughly, first, gradient_tolerance=gradient_tolerance, noise=problem.noise, progress=progress)
    points, values = ends.points.cpu(), ends.values.cpu()
    groups: list[tuple[Tensor, Tensor, int]] = []
    for row in values.argsort().tolist():
        x = points[row]
        signature = _signature(problem, x, values[row])
        for k, (known, best, count) in enumerate(groups):
            if torch.allclose(signature, known, rtol=1e-5, atol=1e-6):
                groups[k] = (known, best, count + 1)
                break
        else:
            groups.append((signature, x, 1))
    minima = [_polished(problem, x, count, gradient_tolerance) for _, x, count in groups]
    converged = sum(minimum.count for minimum in minima if minimum.converged)
    return LossSolution(tuple(sorted(minima, key=lambda minimum: minimum.value)), starts - converged)


def _problem(
    n: int,
    m: int,
    sparsity: ArrayLike | None,
    law: Law | None,
    importance: ArrayLike | None,
    bias: bool,
    penalty: float,
    fixed: tuple[ArrayLike | None, ArrayLike | None] | None,
) -> _Problem:
    weight = importance_row(importance, n)
    if law is None:
        if sparsity is None:
            raise ValueError("sparsity must be given where law is None, got None")
        row = sparsity_row(sparsity, n)
        features = np.stack([row, np.ones(n), weight])
    else:
        given_law(law)
        if sparsity is not None:
            raise ValueError(f"sparsity must be None beside {type(law).__name__}, got {shown(sparsity)}")
        row, (group, off, _) = None, partition(law, n)
        features = np.stack([off[group], np.bincount(group, minlength=len(off))[group], weight])
    free, held = _held(n, m, bias, fixed)
    where = np.isnan(held[: m * n].reshape(m, n)).astype(float)
    if not free.all():  # only features of which the same is held may change places
        features = np.concatenate([features, where, np.nan_to_num(held[: m * n].reshape(m, n))])
    kinds = np.unique(features, axis=1, return_inverse=True)[1].ravel()
    return _Problem(
        n, m, row, law, weight, bias, penalty, kinds, torch.from_numpy(free), torch.from_numpy(np.nan_to_num(held))
    )


def _held(
    n: int, m: int, bias: bool, fixed: tuple[ArrayLike | None, ArrayLike | None] | None
) -> tuple[NDArray[np.bool_], Floats]:
    """Which of the parameters are free, and the values of the others, NaN for those, (size,)."""
    parts = [np.full((m, n), np.nan), np.full(n, np.nan)]
    if fixed is not None and (not isinstance(fixed, tuple | list) or len(fixed) != 2):
        raise ValueError(f"fixed must be a pair of arrays, for W and for b, got {fixed!r}")
    for k, (given, name) in enumerate(zip(fixed or (None, None), ("fixed W", "fixed b"), strict=True)):
        if given is None:
            continue
        read = array(name, given, finite=False)
        if read.shape != parts[k].shape or np.isinf(read).any():
            raise ValueError(f"{name} must be numbers or NaN of shape {parts[k].shape}, got {shown(given)}")
        parts[k] = read
    if not bias and fixed is not None and fixed[1] is not None:
        raise ValueError("fixed b must be None where bias is False, since b is 0")
    held = np.concatenate([parts[0].ravel(), parts[1] if bias else np.zeros(0)])
    return np.isnan(held), held


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
    parts = [value[None], torch.linalg.eigvalsh(W @ W.T)]
    for kind in range(int(problem.kinds.max()) + 1):
        rows = torch.as_tensor(problem.kinds == kind)
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
        trial = x - problem.free * (basis @ ((basis.T @ gradient) / spectrum[curved].abs()))
        trial_value, trial_gradient = (part[0] for part in problem(trial[None]))
        if trial_gradient.abs().max() >= gradient.abs().max() or trial_value > value + (1e-14 + problem.noise) * (
            1 + value.abs()
        ):
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
