r"""A ladder of temperatures: particles that follow exp(−τK) from the uniform law in the window to large τ, on any minimum.

At each rung, τ ← 1.6 τ: weights exp(−ΔτK), systematic resampling, Hamiltonian moves preconditioned by the particles'
covariance. The mean weights give the free energy −log Z(τ), and λ(τ) = E τ(K − K*) = −d log Z/d log τ. In the limit τ(K
− K*) is Gamma(λ), so that one rung has the relative error 1/√(λN). With multiplicity m,

.. math:: \log Z = -\lambda \log \tau + (m - 1) \log(\log\tau + a) + \dots, \qquad \lambda(\tau) = \lambda - \frac{m -
1}{\log \tau + a} .
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from ..arguments import MOST_SEED, Floats, function, instance, number, shown, whole
from .target import Estimate, Target, Unreliable, check_tau

RATIO = 1.6
_LEAPS = 5
_ENOUGH = 8
"""Particles for each dimension from which on there are two covariances."""
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Rungs:
    """A ladder climbed: at each τ the mean and variance of τ(K − K*) and log Z, with the volume of the window 1.
    `acceptance`: mean; `spread`: covariance of the last particles."""

    tau: Floats
    energy: Floats
    variance: Floats
    log_z: Floats
    acceptance: float
    evaluations: int
    particles: int
    spread: Floats


def ladder(
    target: Target,
    tau: Any = (1.0, 1e6),
    *,
    particles: int = 1000,
    moves: int = 10,
    seed: int = 0,
    multiplicity: int = 1,
    progress: Progress | None = None,
) -> Estimate:
    """λ from the rungs in the last two decades up to τ = `tau[1]`, τ K and the slope of log Z taken together.

    `multiplicity` m > 1 fits λ(τ) = λ − (m − 1)/(log τ + a) over all rungs from τ = 100 on. A warning where mean
    energies and the slope of log Z disagree by four errors: the particles lag, use more moves. `Unreliable` where the
    loss falls below its level.
    """
    m = whole("multiplicity", multiplicity, 1, 100)
    rungs = climb(target, tau, particles=particles, moves=moves, seed=seed, progress=progress)
    trace = np.stack([np.log(rungs.tau), rungs.energy], axis=1)
    chosen = rungs.tau > max(100.0, rungs.tau[0]) if m > 1 else rungs.tau >= rungs.tau[-1] / 100
    logs, energy = np.log(rungs.tau[chosen]), rungs.energy[chosen]
    if len(logs) < 2:
        raise ValueError(f"tau must span some rungs of a factor {RATIO} above 1, got {tau}")
    spread = np.sqrt(rungs.variance[chosen] / rungs.particles)
    value, error = float(energy.mean()), float(spread.mean() / np.sqrt(max(len(logs) / 3, 1)))
    if m > 1:
        found = least_squares(lambda v: (v[0] - (m - 1) / (logs + np.exp(v[1])) - energy) / spread, [value, 1.0])
        covariance = np.linalg.pinv(found.jac.T @ found.jac)
        value, error = float(found.x[0]), float(np.sqrt(3 * covariance[0, 0]))
    slope = -float(np.polyfit(logs, rungs.log_z[chosen], 1)[0])
    warnings = []
    if abs(slope - float(energy.mean())) > 4 * max(error, 0.01 * value):
        warnings.append(f"mean energies {energy.mean():.3f} and the slope of log Z {slope:.3f} disagree: more moves")
    if m == 1 and abs(rungs.variance[chosen].mean() / energy.mean() - 1) > 0.25:
        warnings.append("the variance of τK is not its mean: singular, multiplicity above 1, or lagging")
    return Estimate(
        value, error, float(rungs.tau[-1]), float(rungs.particles), 0.0, rungs.acceptance, float("inf"),
        tuple(warnings), trace, rungs.evaluations,
    )  # fmt: skip


def climb(
    target: Target,
    tau: Any,
    *,
    particles: int = 1000,
    moves: int = 10,
    seed: int = 0,
    gamma: float = 0.0,
    ratio: float = RATIO,
    progress: Progress | None = None,
) -> Rungs:
    """All rungs from τ = `tau[0]` to `tau[1]`, each at most `ratio` times the last: τ, energies, log Z. Arguments and errors
    as `ladder`; with `gamma` > 0 the start is N(w*, 1/γ) on the slice in place of the window, so that what is sampled is
    exp(−τK − ½γ|w − w*|²), all basins included.
    """
    target, pair = instance("target", target, Target, "a Target"), _ends(tau)
    count, moves = whole("particles", particles, 20, 10**7), whole("moves", moves, 1, 10**4)
    function("progress", progress)
    generator = np.random.default_rng(whole("seed", seed, 0, MOST_SEED))
    growth = np.log(number("ratio", ratio, "[1.001, 10]"))
    steps = max(1, int(np.ceil(np.log(pair[1] / pair[0]) / growth)))
    rungs = np.geomspace(pair[0], pair[1], steps + 1)
    cloud = Cloud(target, count, generator, number("gamma", gamma, "[0, inf)"))
    rows: list[tuple[float, float, float, float]] = []
    for k, rung in enumerate(rungs):
        log_ratio = cloud.reweight(rung)
        for _ in range(moves):
            cloud.move()
        energy = rung * cloud.excess
        before = rows[-1][3] if rows else 0.0
        rows.append((rung, energy.mean(), energy.var(ddof=1), before + log_ratio))
        if progress is not None:
            progress((k + 1) / len(rungs))
    columns = np.array(rows).T
    accepted = cloud.accepted / max(cloud.proposed, 1)
    return Rungs(columns[0], columns[1], columns[2], columns[3], accepted, cloud.evaluations, count, cloud.spread())


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


def _ends(tau: Any) -> tuple[float, float]:
    if not isinstance(tau, tuple | list) or len(tau) != 2:
        raise ValueError(f"tau must be the two ends of the ladder, got {shown(tau)}")
    low, high = number("tau", tau[0], "[1e-6, 1e12]"), check_tau(tau[1])
    if not low < high:
        raise ValueError(f"tau must increase, got {tau!r}")
    return low, high
