r"""Minima on convex kinks, as features with negative single values have them: Newton's iteration along the kinks.

Where z_k vanishes, k = 1, … (`numeric.population.convex_kinks`), K changes by ∇K·d + Σ c_k (−dz_k)₊ along d, ∇K being the
gradient from larger z. Along the kinks, dz = 0, it is smooth; and it is stationary exactly if

.. math:: \nabla K = \sum_k \nu_k \nabla z_k, \qquad 0 \le \nu_k \le c_k .
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import lsq_linear
from torch import Tensor

from ..arguments import Floats
from ..law import is_grouped
from ..population import ConvexKinks, convex_kinks
from .problem import Problem

_NEAR = 1e-6, 1e-4, 1e-3, 1e-2
"""Of |b| + |g|·|x|: how near to 0 an output is taken for one on its kink, the nearest first."""
_SIDE = 1e-12
_STEPS, _ROUNDING = 30, 4e-15


@dataclass(frozen=True)
class OnKinks:
    """A point on kinks, K there, and the largest entry of ∇K − Σν∇z, the least that any ν allow."""

    x: Tensor
    value: float
    slope: float


def on_kinks(problem: Problem, x: Tensor, tolerance: float) -> OnKinks | None:
    """The stationary point on the kinks near x, if Newton's iteration finds one; None where the model has none there. Kinks that
    do not hold it (ν not between 0 and c) are left, the worst first.
    """
    if problem.law is None or is_grouped(problem.law) or not problem.packing.tied or problem.output != "relu":
        return None
    tried = set()
    for near in _NEAR:
        kinks = convex_kinks(*problem.packing.split(x), problem.law, problem.importance, near=near)
        if len(kinks.feature) not in tried and (found := _held(problem, kinks, x, tolerance)):
            return found
        tried.add(len(kinks.feature))
    return None


def _held(problem: Problem, kinks: ConvexKinks, x: Tensor, tolerance: float) -> OnKinks | None:
    """The point on these kinks, or on those of them that hold it."""
    while len(kinks.feature) and (at := _newton(problem, kinks, x, tolerance)) is not None:
        gradient, _, A = _from_above(problem, kinks, at)
        nu = np.linalg.lstsq(A.T, gradient, rcond=None)[0]
        held = lsq_linear(A.T, gradient, (np.zeros(len(nu)), kinks.rise)).x
        slope = float(abs(gradient - A.T @ held).max())
        if slope <= tolerance:
            return OnKinks(at, float(problem(at[None])[0][0]), slope)
        beyond = np.maximum(-nu, nu - kinks.rise)
        kinks = kinks.without(int(beyond.argmax()))
    return None


def _newton(problem: Problem, kinks: ConvexKinks, x: Tensor, tolerance: float) -> Tensor | None:
    """Where z = 0 and ∇K = Σν∇z with any ν, from x."""
    free = np.flatnonzero(problem.free.numpy())
    for _ in range(_STEPS):
        gradient, H, A = _from_above(problem, kinks, x)
        z = _outputs(problem, kinks, x)
        nu = np.linalg.lstsq(A.T, gradient, rcond=None)[0]
        rest = gradient - A.T @ nu
        if abs(z).max() <= _ROUNDING and abs(rest).max() <= tolerance / 10:
            return x
        H -= _curvature(problem, kinks, np.asarray(nu, dtype=np.float64))[np.ix_(free, free)]
        whole = np.block([[H, A.T], [A, np.zeros((len(A), len(A)))]])
        step = np.linalg.lstsq(whole, -np.concatenate([rest, z]), rcond=1e-10)[0][: len(free)]
        if not abs(step).max() < 1:
            return None
        x = x.clone()
        x[free] += torch.from_numpy(step)
    return None


def _outputs(problem: Problem, kinks: ConvexKinks, x: Tensor) -> Floats:
    """z (K,)."""
    W, b = (part.numpy() for part in problem.packing.split(x))
    found: Floats = b[kinks.feature] + ((kinks.x @ W.T) * W.T[kinks.feature]).sum(1)
    return found


def _slopes(problem: Problem, kinks: ConvexKinks, x: Tensor) -> Floats:
    """∇z by the free parameters, (K, free)."""
    W = problem.packing.split(x)[0].numpy()
    ones = np.eye(problem.packing.n)[kinks.feature]
    by_W = np.einsum("km,kn->kmn", kinks.x @ W.T, ones) + np.einsum("km,kn->kmn", W.T[kinks.feature], kinks.x)
    rows = np.concatenate([by_W.reshape(len(ones), -1), *([ones] if problem.packing.bias else [])], axis=1)
    return np.asarray(rows[:, problem.free.numpy()])


def _curvature(problem: Problem, kinks: ConvexKinks, nu: Floats) -> Floats:
    """Σ ν ∂²z, (size, size): z = b_i + W_i·Wx is quadratic in W."""
    m, n = problem.packing.m, problem.packing.n
    pairs = np.einsum("k,ki,kj->ij", nu, np.eye(n)[kinks.feature], kinks.x)
    found = np.zeros((problem.packing.size, problem.packing.size))
    found[: m * n, : m * n] = np.einsum("ac,ij->aicj", np.eye(m), pairs + pairs.T).reshape(m * n, m * n)
    return found


def _from_above(problem: Problem, kinks: ConvexKinks, x: Tensor) -> tuple[Floats, Floats, Floats]:
    """∇K (free,) and ∂²K from larger z, at a place 1e-12 beside x, and ∇z."""
    A, free = _slopes(problem, kinks, x), problem.free.numpy()
    aside = x.clone()
    aside[free] += torch.from_numpy(np.linalg.lstsq(A, _SIDE - _outputs(problem, kinks, x), rcond=None)[0])
    gradient = problem(aside[None])[1][0].numpy()[free]
    return gradient, problem.hessian(aside).numpy()[np.ix_(free, free)], A
