"""Particles at one temperature, moved by Hamiltonian dynamics: what ladders and posteriors are climbed with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arguments import Floats
from ..train.checkpoint import Found
from .resumed import restore, state_of
from .target import Target, Unreliable

Progress = Callable[[float], None]
_LEAPS = 5
_ENOUGH = 8
"""Particles for each dimension from which on there are two covariances."""


class Cloud:
    """Particles on the slice at one τ, their excess loss and its gradient.

    `shaped`: moves have the particles' covariance, each half that of the other, since a move shaped by the particle that it
    moves would not leave the law as it is: with 300 particles in 18 dimensions log Z would be .3 too large. (Too few
    particles for two halves share one.) Without, moves are alike in all directions.
    """

    def __init__(
        self, target: Target, count: int, generator: np.random.Generator, gamma: float, shaped: bool = True
    ) -> None:
        self.target, self.generator, self.gamma, self.tau, self.step = target, generator, gamma, 0.0, 0.5
        self.shaped = shaped
        direction = generator.standard_normal((count, target.codimension))
        radius = target.window * generator.random((count, 1)) ** (1 / target.codimension)
        within = radius * direction / np.linalg.norm(direction, axis=1, keepdims=True)
        self.y = direction / np.sqrt(gamma) if gamma else within
        self.evaluations = self.accepted = self.proposed = 0
        self.excess, self.gradient = self.look(self.y)

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """All that is needed to go on."""
        counts = np.array([self.evaluations, self.accepted, self.proposed])
        places = {"y": self.y, "excess": self.excess, "gradient": self.gradient}
        return places | {
            "tau": np.array(self.tau), "step": np.array(self.step), "counts": counts, "generator": state_of(self.generator),
        }  # fmt: skip

    def resume(self, found: Found) -> None:
        for name in ("y", "excess", "gradient"):
            setattr(self, name, found.array(name, getattr(self, name).shape, np.float64))
        self.tau, self.step = (float(found.array(name, (), np.float64)) for name in ("tau", "step"))
        self.evaluations, self.accepted, self.proposed = map(int, found.array("counts", (3,), np.int64))
        restore(self.generator, found)

    def look(self, y: Floats) -> tuple[Floats, Floats]:
        self.evaluations += len(y)
        return self.target.at(y)

    def reweight(self, tau: float) -> float:
        log_weight = -(tau - self.tau) * self.excess
        top = log_weight.max()
        weight = np.exp(log_weight - top)
        places = (self.generator.random() + np.arange(len(weight))) / len(weight)
        chosen = np.searchsorted(np.cumsum(weight) / weight.sum(), places).clip(0, len(weight) - 1)
        self.y, self.excess, self.gradient = self.y[chosen], self.excess[chosen], self.gradient[chosen]
        self.tau = tau
        return float(top + np.log(weight.mean()))

    def energy(self, y: Floats, excess: Floats) -> Floats:
        return np.asarray(self.tau * excess + self.gamma / 2 * (y**2).sum(1))

    def spread(self) -> Floats:
        return _covariance(self.y)

    def roots(self) -> tuple[Floats, int]:
        """Of covariances, for the particles before a place and those from it on."""
        count, d = self.y.shape
        if not self.shaped:
            return np.eye(d)[None], count
        if count < _ENOUGH * d:
            return np.asarray(np.linalg.cholesky(self.spread())[None]), count
        half = count // 2
        order = self.generator.permutation(count)
        self.y, self.gradient, self.excess = self.y[order], self.gradient[order], self.excess[order]
        parts = self.y[half:], self.y[:half]
        roots: Floats = np.stack([np.linalg.cholesky(_covariance(part)) for part in parts])
        return roots, half

    def move(self) -> None:
        """A few leaps of Hamiltonian dynamics, their step drifting to three accepted in four."""
        target, count = self.target, len(self.y)
        roots, part = self.roots()
        momentum = self.generator.standard_normal(self.y.shape)
        start = self.energy(self.y, self.excess) + (momentum**2).sum(1) / 2
        epsilon = self.step * np.exp(0.2 * self.generator.standard_normal((count, 1)))
        y, excess, gradient = self.y, self.excess, self.gradient
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(int(self.generator.integers(1, _LEAPS + 1))):
                momentum = momentum - epsilon / 2 * _times(self.tau * gradient + self.gamma * y, roots, part)
                y = y + epsilon * _times(momentum, roots.transpose(0, 2, 1), part)
                excess, gradient = self.look(y)
                momentum = momentum - epsilon / 2 * _times(self.tau * gradient + self.gamma * y, roots, part)
            change = start - self.energy(y, excess) - (momentum**2).sum(1) / 2
        inside = np.isfinite(change) if self.gamma else (y**2).sum(1) < target.window**2
        kept = inside & (np.log(self.generator.random(count)) < np.nan_to_num(change, nan=-np.inf))
        if (excess[kept] < target.lowest - target.level).any():
            raise Unreliable(f"the loss of {target.name} falls below its level within the window: make it smaller")
        self.y = np.where(kept[:, None], y, self.y)
        self.gradient = np.where(kept[:, None], gradient, self.gradient)
        self.excess = np.where(kept, excess, self.excess)
        self.accepted, self.proposed = self.accepted + int(kept.sum()), self.proposed + count
        self.step *= float(np.exp(0.4 * (kept.mean() - 0.75)))


def _covariance(y: Floats) -> Floats:
    found = np.atleast_2d(np.cov(y.T))
    return np.asarray(found + 1e-13 * np.trace(found) / len(found) * np.eye(len(found)))


def _times(rows: Floats, matrices: Floats, part: int) -> Floats:
    """Rows before the place `part` by the first matrix, those from it on by the last."""
    return np.concatenate([rows[:part] @ matrices[0], rows[part:] @ matrices[-1]])
