r"""λ(τ) = E τ(K − K*) under exp(−τK − ½γ|w − w*|²): what a sampler at n samples, τ = n/log n, must find.

It is not λ: at n = 5,000 a hexagon of six features has 9.68 where λ = 8.5. By importance sampling from the Hessian where
that is effective, directions in which K is constant left out but for the measure on the turns of W (`Target`); for
losses that are nowhere lower by a ladder that starts from the localisation; otherwise by MALA on the exact loss, whose
law no step biases.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arguments import instance, number, whole
from .chains import mala
from .importance import laplace
from .target import Estimate, Target, Unreliable, temperature
from .tempering import climb


def finite_temperature(
    target: Target, n: Any, *, gamma: float = 0.1, samples: int = 100_000, seed: int = 0
) -> Estimate:
    """λ(τ) at τ = n/log n with localisation γ. `samples`: draws from the Hessian, or, if too few of them are effective,
    300 chains of a fifth as many steps, so 20 times as many evaluations as there are draws. Errors as `laplace` and
    `mala`: above all, `Unreliable` where chains leave the basin, for then this minimum has no λ(τ) at this n.
    """
    target, tau = instance("target", target, Target, "a Target"), temperature(n)
    gamma, count = number("gamma", gamma, "[0, inf)"), whole("samples", samples, 1000, 10**8)
    if not target.kinked:
        try:
            return laplace(target, tau, samples=count, seed=seed, gamma=gamma)
        except Unreliable:
            pass
    if target.boundless:
        rungs = climb(target, (min(1.0, tau / 10), tau), particles=max(count // 10, 100), seed=seed, gamma=gamma or 0.1)
        spread = 2 * float(np.sqrt(rungs.variance[-1] / rungs.particles))
        return Estimate(float(rungs.energy[-1]), spread, tau, float(rungs.particles), evaluations=rungs.evaluations)
    return mala(target, n, gamma=gamma, chains=300, steps=count // 5, seed=seed)
