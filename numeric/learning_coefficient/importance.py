r"""Laplace's approximation made exact by importance sampling: the fastest reference, for minima with a Hessian.

With h the Hessian on the slice and y ~ N(0, (τh)⁻¹), E τ(K − K*) under exp(−τK) is the mean of τ(K − K*) weighted by
exp(−τK + ½τ yᵀhy), y and −y both drawn; ½τ yᵀhy, of known mean under the proposal, is a control variate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arguments import MOST_SEED, instance, number, whole
from .target import Estimate, Target, Unreliable, check_tau

_LEAST = 0.05
"""Share of draws that must be effective."""
_SINGULAR = 1e-7
"""Eigenvalue below which differences of gradients do not tell a minimum from a singular one."""


def laplace(target: Target, tau: Any, *, samples: int = 2000, seed: int = 0, gamma: float = 0.0) -> Estimate:
    """λ(τ) = E τ(K − K*), which tends to λ. `samples` draws, half of them mirrored; `gamma`: localisation.

    `Unreliable`, an ArithmeticError, where the Hessian is singular on the slice, fewer than 5 % of the draws are
    effective (a kink, τ too small) or the loss falls below its level. ValueError for τ outside (0, 1e12], where K − K*
    would be rounding.
    """
    target, tau = instance("target", target, Target, "a Target"), check_tau(tau)
    count, gamma = whole("samples", samples, 10, 10**8) // 2, number("gamma", gamma, "[0, inf)")
    generator = np.random.default_rng(whole("seed", seed, 0, MOST_SEED))
    h, vectors = np.linalg.eigh(target.hessian)
    if h[0] <= _SINGULAR * max(h[-1], 1):
        raise Unreliable(f"the Hessian of {target.name} is singular beyond its symmetry: use the ladder")
    scale = tau * h + gamma
    half = generator.standard_normal((count, len(h)))
    x = np.concatenate([half, -half])
    y = (x / np.sqrt(scale)) @ vectors.T
    excess = target.at(y)[0]
    below = float((excess < target.lowest - target.level).mean())
    if below:
        raise Unreliable(f"{below:.1%} of the draws lie below the level of {target.name}: raise tau")
    energy, quadratic = tau * excess, (x**2).sum(1) / 2
    log_weight = target.log_measure(y, gamma) - energy + quadratic
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    effective = 1 / float((weight**2).sum())
    if effective < _LEAST * 2 * count:
        raise Unreliable(
            f"{effective:.0f} of {2 * count} draws are effective for {target.name} at tau = {tau:g}: "
            "raise tau, or at a kink use rays"
        )
    value = float(weight @ energy)
    pull = 2 * count * weight * (energy - value)
    pairs, controls = (pull[:count] + pull[count:]) / 2, (half**2) @ (tau * h / scale) / 2
    slope = float(np.cov(pairs, controls)[0, 1] / controls.var(ddof=1))
    value -= slope * float(controls.mean() - (tau * h / scale).sum() / 2)
    error = float((pairs - slope * (controls - controls.mean())).std(ddof=1) / np.sqrt(count))
    return Estimate(value, error, tau, effective, evaluations=2 * count)
