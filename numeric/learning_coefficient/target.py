r"""What is sampled: a loss near a minimum, with its gradient for many chains at once.

A posterior at inverse temperature τ = nβ with localisation γ is exp(−τK − ½γ|w − w*|²). Where the loss of an m = 2 model
is invariant under rotations W ↦ RW, every point is a turn of one on the slice ⟂ to the orbit at w*, on which the
posterior has the density, with ρ = ⟨W, W*⟩ and I₀ from the integral over the angle,

.. math:: \exp(-\tau K - \tfrac\gamma2 (|W|^2 + |W^*|^2 + |b - b^*|^2))\; \rho\, I_0(\gamma \rho).

The references work on slices: the same learning coefficient (codimension is what counts), and the same E K at any τ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import i0e

from ..arguments import Floats, number, whole

ValueAndGradient = Callable[[Floats], tuple[Floats, Floats]]
ROUNDING = 1e-12
"""A loss may lie this far below the level by rounding, relative to the larger of the level and 1e-3."""


class Unreliable(ArithmeticError):
    """An estimate that would not be one: what was seen, and what to change."""


@dataclass(frozen=True)
class Target:
    """A loss near `minimum` (d,), where it is `level`. `value_and_gradient`: (chains, d) → (chains,), (chains, d).

    `flat` (f, d): tangents, linearly independent, of the set where the loss is `level`, left out by the references.
    `window`: the radius on the slice within which no lower basin lies. `columns`: n of W (2, n) for a model that may be
    turned, else 0. `kinked`: no Hessian
    describes the minimum. `boundless`: nowhere is the loss lower, and from a localisation
    on particles come to the minimum.
    """

    name: str
    minimum: Floats
    level: float
    value_and_gradient: ValueAndGradient
    flat: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    window: float = 0.3
    columns: int = 0
    kinked: bool = False
    boundless: bool = False

    @property
    def dimension(self) -> int:
        return len(self.minimum)

    @cached_property
    def across(self) -> Floats:
        """An orthonormal basis (r, d) of the slice."""
        flat = self.flat.reshape(-1, self.dimension)
        return np.linalg.svd(flat, full_matrices=True)[2][len(flat) :] if len(flat) else np.eye(self.dimension)

    @property
    def codimension(self) -> int:
        return len(self.across)

    def at(self, y: Floats) -> tuple[Floats, Floats]:
        """K − `level` and its gradient at places y (…, r) on the slice."""
        value, gradient = self.value_and_gradient(self.minimum + y @ self.across)
        return value - self.level, gradient @ self.across.T

    @cached_property
    def hessian(self) -> Floats:
        """(r, r) on the slice, by central differences of the gradient, 1e-5 apart: to about 1e-9, at a kink a mean of
        chambers."""
        step = 1e-5 * np.eye(self.codimension)
        found = (self.at(step)[1] - self.at(-step)[1]) / 2e-5
        return np.asarray((found + found.T) / 2, dtype=np.float64)

    @cached_property
    def spectrum(self) -> Floats:
        """Eigenvalues on the slice, increasing."""
        return np.asarray(np.linalg.eigvalsh(self.hessian), dtype=np.float64)

    def log_measure(self, y: Floats, gamma: float) -> Floats:
        """The logarithm of the measure on the slice beside exp(−τK), up to a constant: see above."""
        w = self.minimum + y @ self.across
        edge = 2 * self.columns
        if not edge:
            return np.asarray(-gamma / 2 * (y**2).sum(-1), dtype=np.float64)
        W, start = w[..., :edge], self.minimum[:edge]
        rho = np.abs(W @ start)
        near = (W**2).sum(-1) + start @ start + ((w[..., edge:] - self.minimum[edge:]) ** 2).sum(-1)
        return np.asarray(np.log(rho * i0e(gamma * rho)) + gamma * rho - gamma / 2 * near)

    @property
    def lowest(self) -> float:
        """Below it a loss is certainly below the level."""
        return self.level - ROUNDING * max(abs(self.level), 1e-3)


@dataclass(frozen=True)
class Estimate:
    """An estimate λ̂ = `value` with its standard error from independent particles or chains, at inverse temperature `tau`.

    `effective_samples` of the draws that it is a mean of; `below_level`: their share below the level (0 unless samples
    of data have moved the minimum); `acceptance`; `relaxation`: ε (τ h_min + γ) × steps, of which it takes several to
    forget the start; `warnings`: sentences; `trace`: means along the way, (steps, 2) of place and value; `evaluations`
    of the gradient.
    """

    value: float
    error: float
    tau: float
    effective_samples: float
    below_level: float = 0.0
    acceptance: float = 1.0
    relaxation: float = float("inf")
    warnings: tuple[str, ...] = ()
    trace: Floats = field(default_factory=lambda: np.zeros((0, 2)), repr=False)
    evaluations: int = 0


def temperature(n: Any) -> float:
    """τ = n/log n, of `n` samples, n ≥ 3."""
    count = whole("n", n, 3)
    return float(count / np.log(count))


def check_tau(tau: Any) -> float:
    """τ in (0, 1e12]: beyond, K − K* is rounding."""
    return number("tau", tau, "(0, 1e12]")


def rotation(minimum: Sequence[float], columns: int) -> Floats:
    """The tangent (1, d) of turning W (2, columns)."""
    found = np.zeros((1, len(minimum)))
    found[0, :columns] = -np.asarray(minimum[columns : 2 * columns])
    found[0, columns : 2 * columns] = np.asarray(minimum[:columns])
    return found
