r"""Laplace's approximation made exact by importance sampling: the fastest reference, for minima with a Hessian.

With h the Hessian on the slice and y ~ N(0, (τh)⁻¹), E τ(K − K*) under exp(−τK) is the mean of τ(K − K*) weighted by
exp(−τK + ½τ yᵀhy), y and −y both drawn; ½τ yᵀhy, of known mean under the proposal, is a control variate.

The mean weight is an integral: the free energy of a phase under exp(−nK) N(0, I), `local_free_energy`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..arguments import MOST_SEED, Floats, instance, number, whole
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
    x, y, h, excess = _draws(target, tau, gamma, count, whole("seed", seed, 0, MOST_SEED))
    scale, half = tau * h + gamma, x[:count]
    energy, quadratic = tau * excess, (x**2).sum(1) / 2
    log_weight = target.log_measure(y, gamma) - energy + quadratic
    weight, effective = _weights(target, tau, log_weight)
    value = float(weight @ energy)
    pull = 2 * count * weight * (energy - value)
    pairs, controls = (pull[:count] + pull[count:]) / 2, (half**2) @ (tau * h / scale) / 2
    slope = float(np.cov(pairs, controls)[0, 1] / controls.var(ddof=1))
    value -= slope * float(controls.mean() - (tau * h / scale).sum() / 2)
    error = float((pairs - slope * (controls - controls.mean())).std(ddof=1) / np.sqrt(count))
    return Estimate(value, error, tau, effective, evaluations=2 * count)


class FreeEnergyEstimate(NamedTuple):
    """−log of an integral, its standard error, and how many of the draws are effective."""

    value: float
    error: float
    effective_samples: float


def local_free_energy(target: Target, n: Any, *, samples: int = 2000, seed: int = 0) -> FreeEnergyEstimate:
    r"""−log ∫ exp(−nK) N(w; 0, I) dw around the orbit W ↦ RW of a minimum of an m = 2 model, one of its copies.

    On the slice the turns have the measure 2π⟨W, W*⟩/|W*|. Errors as `laplace`; ValueError for a target that may not be turned
    or has other flat directions, and for a kinked one.
    """
    target, count = instance("target", target, Target, "a Target"), whole("samples", samples, 10, 10**8) // 2
    if not target.columns or len(target.flat) != 1 or target.kinked:
        raise ValueError(f"target must be regular but for its turns, got {target.name}")
    tau = float(whole("n", n, 1, 10**12))
    x, y, h, excess = _draws(target, tau, 1.0, count, whole("seed", seed, 0, MOST_SEED))
    w, edge = target.minimum + y @ target.across, 2 * target.columns
    start = target.minimum[:edge]
    rho = w[:, :edge] @ start
    with np.errstate(divide="ignore"):
        log_weight = np.log(np.maximum(rho, 0)) - tau * excess - (w**2).sum(1) / 2 + (x**2).sum(1) / 2
    weight, effective = _weights(target, tau, log_weight)
    log_mean = float(log_weight.max() + np.log(np.exp(log_weight - log_weight.max()).mean()))
    # the density of the draws is Π √(scale/2π) exp(−x²/2), that of the prior has (2π)^−d/2
    powers = (len(h) - target.dimension) / 2 * np.log(2 * np.pi) - np.log(tau * h + 1).sum() / 2
    log_orbit = np.log(2 * np.pi) - np.log(start @ start) / 2
    pairs = count * (weight[:count] + weight[count:])
    value = tau * target.level - float(log_mean + powers + log_orbit)
    return FreeEnergyEstimate(value, float(pairs.std(ddof=1) / np.sqrt(count)), effective)


def _draws(target: Target, tau: float, gamma: float, count: int, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """2 `count` standard normal x, half of them mirrored, the places y on the slice, the Hessian's eigenvalues, K − K* at y."""
    h, vectors = np.linalg.eigh(target.hessian)
    if h[0] <= _SINGULAR * max(h[-1], 1):
        raise Unreliable(f"the Hessian of {target.name} is singular beyond its symmetry: use the ladder")
    half = np.random.default_rng(seed).standard_normal((count, len(h)))
    x = np.concatenate([half, -half])
    y = (x / np.sqrt(tau * h + gamma)) @ vectors.T
    excess = target.at(y)[0]
    below = float((excess < target.lowest - target.level).mean())
    if below:
        raise Unreliable(f"{below:.1%} of the draws lie below the level of {target.name}: raise tau")
    return x, y, h, excess


def _weights(target: Target, tau: float, log_weight: Floats) -> tuple[Floats, float]:
    """Weights of sum 1, and how many draws they are worth; `Unreliable` for too few."""
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    effective = 1 / float((weight**2).sum())
    if effective < _LEAST * len(weight):
        raise Unreliable(
            f"{effective:.0f} of {len(weight)} draws are effective for {target.name} at tau = {tau:g}: "
            "raise tau, or at a kink use rays"
        )
    return weight, effective
