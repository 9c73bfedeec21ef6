r"""Volumes by rays: exact in the limit for minima that grow quadratically on every ray, kinks included.

In directions u on the slice, whitened by the Hessian or by a ladder's particles, r(ε) is where K − K* first reaches ε.
Then vol{K < K* + ε} = ∫ r(ε)^d du/d, and along the same directions

.. math:: \lambda = \log_2 \frac{\sum_u r_u(\varepsilon)^d}{\sum_u r_u(\varepsilon/2)^d},

without variance as ε → 0. At a singular minimum the integral over u diverges and a few rays decide: seen by
(Σ r^d)²/Σ r^{2d} and refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arguments import MOST_SEED, Floats, instance, number, whole
from .target import Estimate, Target, Unreliable
from .tempering import climb

_LEAST, _LEAST_QUADRATIC = 0.1, 0.01
"""Share of directions that must be effective; the second where K grows quadratically on 99 % of the rays."""
_QUADRATIC = 0.01


def rays(target: Target, epsilon: Any = 1e-6, *, directions: int = 2000, seed: int = 0) -> Estimate:
    """λ from volumes at ε and ε/2; the error is that of the draws, beside a bias of order √ε at kinks. ValueError for ε
    below 1e-13, where K − K* is rounding; `Unreliable` where fewer than 10 % of the directions, 1 % where all rays are
    quadratic, are effective (a singular minimum: use the ladder) or rays leave the window before they reach ε.
    """
    target, level = instance("target", target, Target, "a Target"), number("epsilon", epsilon, "[1e-13, inf)")
    count = whole("directions", directions, 10, 10**8)
    generator = np.random.default_rng(whole("seed", seed, 0, MOST_SEED))
    rays_ = _directions(_whitening(target, level, seed), count, generator)
    last = np.log(target.window / np.linalg.norm(rays_, axis=1))
    outer, inner = (_reach(target, rays_, last, epsilon_) for epsilon_ in (level, level / 2))
    if (left := float((last - outer < 1e-9).mean())) > 0.5:
        raise Unreliable(f"{left:.0%} of the rays leave the window of {target.name} below {level:g}: lower epsilon")
    d = target.codimension
    top = float(d * outer.max())
    volumes, halves = np.exp(d * outer - top), np.exp(d * inner - top)
    effective = float(volumes.sum() ** 2 / (volumes**2).sum())
    quadratic = float((np.abs(outer - inner - np.log(2) / 2) < _QUADRATIC).mean())
    if effective < (_LEAST if quadratic < 0.99 else _LEAST_QUADRATIC) * count:
        raise Unreliable(
            f"{effective:.0f} of {count} directions are effective for {target.name}, {quadratic:.0%} of them quadratic: "
            "its minimum is singular, use the ladder"
        )
    value = float(np.log2(volumes.mean() / halves.mean()))
    influence = volumes / volumes.mean() - halves / halves.mean()
    error = float(influence.std(ddof=1) / np.sqrt(count) / np.log(2))
    warnings = (f"{left:.1%} of the rays leave the window",) if left else ()
    return Estimate(value, error, 1 / level, effective, warnings=warnings, evaluations=90 * count)


def _directions(root: Floats, count: int, generator: np.random.Generator) -> Floats:
    u = generator.standard_normal((count, len(root)))
    return np.asarray(u / np.linalg.norm(u, axis=1, keepdims=True) @ root.T)


def _whitening(target: Target, level: float, seed: int) -> Floats:
    """A root of the covariance of {K < K* + level}: from the Hessian, or at a kink, where none fits, from the particles
    of a ladder."""
    if target.kinked:
        spread = climb(target, (min(1.0, 0.1 / level), 1 / level), particles=500, moves=5, seed=seed).spread
        return np.asarray(np.linalg.cholesky(spread), dtype=np.float64)
    h, vectors = np.linalg.eigh(target.hessian)
    return np.asarray(vectors / np.sqrt(np.maximum(h, level / target.window**2)))


def _reach(target: Target, directions: Floats, last: Floats, level: float) -> Floats:
    """log r at which each ray reaches the level, or that at which it leaves the window, by bisection."""
    low, high = np.minimum(last, np.log(level) / 2) - 12, last.copy()
    for _ in range(45):
        middle = (low + high) / 2
        excess = target.at(np.exp(middle)[:, None] * directions)[0]
        if (excess < target.lowest - target.level).any():
            raise Unreliable(f"the loss of {target.name} falls below its level within the window: make it smaller")
        below = excess < level
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2, dtype=np.float64)
