"""Where models come to rest on the expected loss: descent without sampling from given weights, under any law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy.typing as npt
import torch

from ..arguments import Floats
from ..law import Law
from ..population import expected_loss
from .packing import Packing
from .quasi_newton import bfgs, by_autograd


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
    packing = Packing(*W.shape[1:])
    loss = by_autograd(lambda x: expected_loss(*packing.split(x), sparsity, importance, law=law))
    starts = packing.join(torch.from_numpy(W), torch.from_numpy(b))
    end = bfgs(loss, starts, gradient_tolerance=gradient_tolerance, iterations=iterations)
    ended = *packing.split(end.points), end.values, end.gradients.abs().amax(1)
    return Rest(*(part.numpy() for part in ended))
