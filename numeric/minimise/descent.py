"""Where models come to rest on the expected loss: descent without sampling from given weights, under any law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from ..law import Law
from ..population import expected_loss
from .quasi_newton import bfgs

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rest:
    """W (k, m, n), b (k, n), loss (k,), and the largest entry of each one's gradient, `slope` (k,)."""

    W: Floats
    b: Floats
    loss: Floats
    slope: Floats

    @property
    def best(self) -> int:
        return int(self.loss.argmin())


def descend(
    W: Floats,
    b: Floats,
    sparsity: npt.ArrayLike | None,
    importance: npt.ArrayLike | None = None,
    *,
    law: Law | None = None,
    gradient_tolerance: float = 1e-10,
    iterations: int = 2000,
) -> Rest:
    """BFGS on the expected loss from each of W (k, m, n), b (k, n); settings as of `numeric.population.expected_loss`."""
    k, m, n = W.shape

    def objective(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = x.detach().requires_grad_(True)
        value = expected_loss(x[:, : m * n].reshape(-1, m, n), x[:, m * n :], sparsity, importance, law=law)
        (gradient,) = torch.autograd.grad(value.sum(), x)
        return value.detach(), gradient

    starts = torch.from_numpy(np.concatenate([W.reshape(k, m * n), b], axis=1))
    end = bfgs(objective, starts, gradient_tolerance=gradient_tolerance, iterations=iterations)
    points = end.points.numpy()
    return Rest(
        points[:, : m * n].reshape(k, m, n), points[:, m * n :], end.values.numpy(), end.gradients.abs().amax(1).numpy()
    )
