r"""A ladder of temperatures: particles that follow exp(−τK) from the uniform law in the window to large τ, on any minimum.

At each rung, τ ← 1.6 τ: weights exp(−ΔτK), systematic resampling, Hamiltonian moves preconditioned by the particles'
covariance. The mean weights give the free energy −log Z(τ), and λ(τ) = E τ(K − K*) = −d log Z/d log τ. In the limit τ(K
− K*) is Gamma(λ), so that one rung has the relative error 1/√(λN). With multiplicity m,

.. math:: \log Z = -\lambda \log \tau + (m - 1) \log(\log\tau + a) + \dots, \qquad \lambda(\tau) = \lambda - \frac{m -
1}{\log \tau + a} .
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from ..arguments import MOST_SEED, Floats, function, instance, number, shown, whole
from ..running.progress import carry_out
from .cloud import Cloud, Progress
from .resumed import Kept, seconds_between
from .target import Estimate, Target, check_tau

RATIO = 1.6


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
    checkpoint: Path | str | None = None,
    save_seconds: float = 30.0,
) -> Estimate:
    """λ from the rungs in the last two decades up to τ = `tau[1]`, τ K and the slope of log Z taken together.

    `checkpoint`: a file that is written at the start, at most every `save_seconds` and at the end; where it is there already, the
    particles go on from it, to the same numbers.

    `multiplicity` m > 1 fits λ(τ) = λ − (m − 1)/(log τ + a) over all rungs from τ = 100 on. A warning where mean
    energies and the slope of log Z disagree by four errors: the particles lag, use more moves. `Unreliable` where the
    loss falls below its level.
    """
    m = whole("multiplicity", multiplicity, 1, 100)
    rungs = climb(
        target, tau, particles=particles, moves=moves, seed=seed, progress=progress, checkpoint=checkpoint,
        save_seconds=save_seconds,
    )  # fmt: skip
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
    checkpoint: Path | str | None = None,
    save_seconds: float = 30.0,
) -> Rungs:
    """All rungs from τ = `tau[0]` to `tau[1]`, each at most `ratio` times the last: τ, energies, log Z. Arguments and errors
    as `ladder`; with `gamma` > 0 the start is N(w*, 1/γ) on the slice in place of the window, so that what is sampled is
    exp(−τK − ½γ|w − w*|²), all basins included.
    """
    target, pair = instance("target", target, Target, "a Target"), _ends(tau)
    growth = np.log(number("ratio", ratio, "[1.001, 10]"))
    steps = max(1, int(np.ceil(np.log(pair[1] / pair[0]) / growth)))
    count, moves = whole("particles", particles, 20, 10**7), whole("moves", moves, 1, 10**4)
    climbing = _Climb(
        target, np.geomspace(pair[0], pair[1], steps + 1), count, moves, whole("seed", seed, 0, MOST_SEED),
        number("gamma", gamma, "[0, inf)"), checkpoint,
    )  # fmt: skip
    function("progress", progress)
    carry_out(climbing, seconds_between(save_seconds), progress)
    return climbing.rungs()


class _Climb:
    """Particles on their way up: `rows` (τ, mean and variance of τ(K − K*), log Z) of the rungs that are done."""

    def __init__(
        self,
        target: Target,
        taus: Floats,
        count: int,
        moves: int,
        seed: int,
        gamma: float,
        checkpoint: Path | str | None,
    ) -> None:
        self.taus, self.moves, self.rows = taus, moves, np.zeros((0, 4))
        self.cloud = Cloud(target, count, np.random.default_rng(seed), gamma)
        arguments = {"tau": list(map(float, taus)), "particles": count, "moves": moves, "seed": seed, "gamma": gamma}
        self.kept = Kept(checkpoint, "ladder", target, arguments)
        if (found := self.kept.found) is not None:
            found.require(found.step <= len(taus), f"step must be at most {len(taus)}, got {found.step}")
            self.rows = found.array("rows", (found.step, 4), np.float64)
            self.cloud.resume(found)
        self.save()

    @property
    def done(self) -> bool:
        return len(self.rows) == len(self.taus)

    @property
    def progress(self) -> float:
        return len(self.rows) / len(self.taus)

    def advance(self) -> None:
        """One rung."""
        cloud, tau = self.cloud, float(self.taus[len(self.rows)])
        before = self.rows[-1, 3] if len(self.rows) else 0.0
        log_z = before + cloud.reweight(tau)
        for _ in range(self.moves):
            cloud.move()
        energy = tau * cloud.excess
        self.rows = np.vstack([self.rows, [tau, energy.mean(), energy.var(ddof=1), log_z]])

    def save(self) -> None:
        self.kept.save(0, len(self.rows), {"rows": self.rows, **self.cloud.arrays()})

    def rungs(self) -> Rungs:
        cloud, accepted = self.cloud, self.cloud.accepted / max(self.cloud.proposed, 1)
        tau, energy, variance, log_z = self.rows.T
        return Rungs(tau, energy, variance, log_z, accepted, cloud.evaluations, len(cloud.y), cloud.spread())


def _ends(tau: Any) -> tuple[float, float]:
    if not isinstance(tau, tuple | list) or len(tau) != 2:
        raise ValueError(f"tau must be the two ends of the ladder, got {shown(tau)}")
    low, high = number("tau", tau[0], "[1e-6, 1e12]"), check_tau(tau[1])
    if not low < high:
        raise ValueError(f"tau must increase, got {tau!r}")
    return low, high
