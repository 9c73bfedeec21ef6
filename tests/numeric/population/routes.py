"""Small models for each way that the loss is computed inside, at points away from kinks, as functions of one flat vector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from hostile import Floats, Model, fraction, rational
from torch import Tensor

from analytic.loss import expected_loss as exact_loss
from numeric.law import Anticorrelated, Correlated, Law, OneHot
from numeric.population import expected_loss


@dataclass(frozen=True)
class Route:
    """The loss of an (m, n) model as a function of x = (W row by row, b)."""

    m: int
    n: int
    x: Floats
    sparsity: float | None
    law: Law | None = None

    @property
    def P(self) -> int:
        return len(self.x)

    def split(self, x: Any) -> tuple[Any, Any]:
        """W and b of a vector, or of a stack of them (..., P)."""
        mn = self.m * self.n
        return x[..., :mn].reshape(*x.shape[:-1], self.m, self.n), x[..., mn:]

    def loss(self, x: Tensor) -> Tensor:
        W, b = self.split(x)
        return expected_loss(W, b, self.sparsity, law=self.law)

    @property
    def at(self) -> Tensor:
        return torch.tensor(self.x, dtype=torch.float64)


def route(m: int, n: int, seed: int, sparsity: float | None, law: Law | None = None) -> Route:
    random = np.random.default_rng(seed)
    W = random.normal(size=m * n) * 0.7
    b = random.uniform(0.03, 0.3, size=n) * random.choice([-1, 1], size=n)
    return Route(m, n, np.concatenate([W, b]), sparsity, law)


PAIRS = [[0, 2], [1, 3]]
MANY = [[2 * k, 2 * k + 1] for k in range(6)] + [[12]]

FEW = {
    "few": route(2, 3, 0, 0.1),
    "few, sparse": route(2, 3, 1, 0.9),
    "few, one-hot": route(2, 4, 2, None, OneHot()),
    "few, correlated": route(2, 4, 3, None, Correlated(PAIRS, 0.6)),
    "few, anticorrelated": route(2, 4, 4, None, Anticorrelated(PAIRS, 0.6)),
}
MANY_FEATURES = {
    "many, dense": route(2, 13, 5, 0.1),
    "many, sparse": route(2, 13, 6, 0.9),
    "many, very sparse": route(2, 13, 7, 0.999),
    "many, one-hot": route(2, 13, 8, None, OneHot()),
    "many, correlated": route(2, 13, 9, None, Correlated(MANY, 0.7)),
    "many, anticorrelated": route(2, 13, 10, None, Anticorrelated(MANY, 0.7)),
}
ROUTES = FEW | MANY_FEATURES


def exactly(it: Route) -> Callable[[list[Fraction]], Fraction]:
    """K of a rational x, exactly."""
    law = Model([], [0.0] * it.n, [], None if it.sparsity is None else [it.sparsity] * it.n, it.law).exact_law

    def K(x: list[Fraction]) -> Fraction:
        rows = [x[k * it.n : (k + 1) * it.n] for k in range(it.m)]
        return fraction(exact_loss(rows, x[it.m * it.n :], law))

    return K


def exact_gradient(it: Route) -> Floats:
    """Central differences in rationals: with h = 1e-25 they are the gradient to every digit."""
    K, x, h = exactly(it), rational(it.x.tolist()), Fraction(1, 10**25)
    steps = (moved(x, k, h) for k in range(it.P))
    return np.array([float((K(up) - K(down)) / (2 * h)) for up, down in steps])


def exact_hessian(it: Route) -> Floats:
    """Mixed central differences in rationals, h = 1e-25."""
    K, x, h = exactly(it), rational(it.x.tolist()), Fraction(1, 10**25)
    H = np.empty((it.P, it.P))
    for k in range(it.P):
        up, down = moved(x, k, h)
        for j in range(k + 1):
            (pp, pm), (mp, mm) = moved(up, j, h), moved(down, j, h)
            H[k, j] = H[j, k] = float((K(pp) - K(pm) - K(mp) + K(mm)) / (4 * h * h))
    return H


def moved(x: list[Fraction], k: int, h: Fraction) -> tuple[list[Fraction], list[Fraction]]:
    """x with its entry k one step up, and one down."""
    return [*x[:k], x[k] + h, *x[k + 1 :]], [*x[:k], x[k] - h, *x[k + 1 :]]
