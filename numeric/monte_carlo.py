"""The expected loss by plain sampling, in NumPy alone and with two draws per entry."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .arguments import setting, shown, whole

_CHUNK = 1 << 20  # entries drawn at a time: some 50 MB in all, however many samples


class MonteCarlo(NamedTuple):
    mean: float
    standard_error: float


def expected_loss_monte_carlo(
    W: ArrayLike,
    b: ArrayLike | None,
    sparsity: ArrayLike,
    importance: ArrayLike | None = None,
    *,
    samples: int = 1_000_000,
    seed: int = 0,
) -> MonteCarlo:
    """Mean and standard error of Σ_i I_i (x_i - ReLU(WᵀWx + b)_i)² over independent samples x.

    W: (m, n); b: (n,) or None; sparsity, importance: number or (n,). ValueError on bad input or fewer than 2
    samples.

    >>> found = expected_loss_monte_carlo([[1.0, -1.0]], None, 0.5, samples=10_000)
    >>> abs(found.mean - 1 / 12) < 5 * found.standard_error
    True
    """
    model = setting(W, b, sparsity, importance)
    samples = whole("samples", samples, 2)
    random = np.random.default_rng(whole("seed", seed))
    n = model.W.shape[1]
    mean, squares, done = 0.0, 0.0, 0
    while done < samples:
        size = min(max(1, _CHUNK // n), samples - done)
        x = random.random((size, n)) * (random.random((size, n)) >= model.sparsity)
        with np.errstate(over="ignore", invalid="ignore"):
            f = np.maximum(x @ model.W.T @ model.W + model.b, 0)
            losses = (x - f) ** 2 @ model.importance
            spread = float(np.square(losses).sum())
        if not spread < np.inf:
            raise ValueError(
                f"W, b and importance must leave the loss a float, got {shown(W)}, {shown(b)} and {shown(importance)}"
            )
        # Merge the chunk's mean and sum of squared deviations into the running ones (Chan, Golub, LeVeque
        # 1979).
        shift = losses.mean() - mean
        squares += ((losses - losses.mean()) ** 2).sum() + shift**2 * done * size / (done + size)
        mean += shift * size / (done + size)
        done += size
    return MonteCarlo(float(mean), float(np.sqrt(squares / (samples - 1) / samples)))
