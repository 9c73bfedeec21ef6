r"""The posterior exp(−nK) N(0, I) with exactly one active feature, m = 2: log Z(n) and phases by sequential Monte Carlo in n.

Particles start from N(0, I) and follow n upwards (moves and weights of `cloud`, moves alike in all directions, since by
symmetry all columns have one covariance), in independent runs. A particle belongs
to the phase whose minimum it falls to without noise: k corners beside u features dropped with b < 0 ("−") and v with b = 1/2c
("+"), told by the loss there.

With a likelihood exp(−½Σ|x − f|²) of n samples the same posterior is that of n/2 here: K is not halved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import logsumexp

from ...arguments import MOST_SEED, Floats, entries, function, whole
from ..cloud import Cloud, Progress
from ..models import one_hot_loss
from ..standard import polygon_target
from ..target import Target

NUMBERS = (50, 100, 200, 250, 300, 400, 600, 1000, 2000)
"""Numbers n at which the posterior is looked at."""
_RATIO, _FIRST = 1.25, 2.0
_STEPS, _RATE, _MOMENTUM, _STILL = 1000, 0.12, 0.9, 5e-5
_NEAR = 3e-4
"""How near to the loss of a phase: a tenth of the least distance between two."""


@dataclass(frozen=True)
class Posterior:
    """At each of `n`: log Z and n(E K) with standard errors over runs; `shares` (phases + 1, n) and their errors, those of
    particles of no listed phase last; `phases` name the rows."""

    c: int
    n: tuple[int, ...]
    log_z: Floats
    log_z_error: Floats
    energy: Floats
    energy_error: Floats
    phases: tuple[str, ...]
    shares: Floats
    shares_error: Floats
    evaluations: int

    def share(self, phase: str) -> Floats:
        """Of a phase by its name, at each n. ValueError for a name that is not there."""
        if phase not in self.phases:
            raise ValueError(f"phase must be one of {', '.join(self.phases)}, got {phase!r}")
        return np.asarray(self.shares[self.phases.index(phase)], dtype=np.float64)

    def __repr__(self) -> str:
        last = f"log Z = {self.log_z[-1]:.2f} ± {self.log_z_error[-1]:.2f}"
        return f"Posterior(c = {self.c}, n = {self.n[0]} to {self.n[-1]}, {last})"


def posterior(
    c: int, n: Any = NUMBERS, *, particles: int = 500, runs: int = 4, moves: int = 8, seed: int = 0,
    progress: Progress | None = None,
) -> Posterior:  # fmt: skip
    """Of `c` features, 4 ≤ c ≤ 7, at numbers `n` of at least 20, increasing: `runs` independent clouds of `particles`.

    Errors are those of the mean over runs, log Z that of the mean of Z, whose expectation is exact for any number of particles.
    """
    count = whole("c", c, 4, 7)
    numbers = entries("n", n, 20, 10**6)
    if not numbers or any(later <= earlier for earlier, later in pairwise(numbers)):
        raise ValueError(f"n must increase, got {n!r}")
    size, repeats = whole("particles", particles, 20, 10**6), whole("runs", runs, 2, 1000)
    moves, first = whole("moves", moves, 1, 10**4), whole("seed", seed, 0, MOST_SEED)
    function("progress", progress)
    levels = phase_levels(count)
    target = Target(f"one-hot ({count}, 2)", np.zeros(3 * count), 0.0, one_hot_loss(2, count), boundless=True)
    found = []
    for run in range(repeats):
        cloud = Cloud(target, size, np.random.default_rng((first, run)), 1.0, shaped=False)
        found.append(_follow(cloud, numbers, moves, np.array([*levels.values()])))
        if progress is not None:
            progress((run + 1) / repeats)
    log_z, energy, shares = (np.stack(part) for part in zip(*(each[:3] for each in found), strict=True))
    return Posterior(
        count, tuple(numbers), logsumexp(log_z, axis=0) - np.log(repeats), _error(log_z), energy.mean(0), _error(energy),
        (*levels, "other"), shares.mean(0).T, _error(shares).T, sum(each[3] for each in found),
    )  # fmt: skip


def phase_levels(c: int) -> dict[str, float]:
    """K of every k-gon of c features, 2 ≤ k ≤ c ≤ 7, beside dropped ones, by name: "5−" and so on; k = 2 is a pair of opposite
    columns. (For k = 4 and 2 with nothing dropped, and so 2 of k = 4 twice, K = 0.)"""
    found = {}
    for k in range(whole("c", c, 2, 7), 1, -1):
        bare = 3 * k * polygon_target(k).level if k > 3 else 0.0
        for plus in range(c - k + 1):
            minus = c - k - plus
            found[f"{k}{'−' * minus}{'+' * plus}"] = (bare + minus + plus * (1 - 0.75 / c)) / (3 * c)
    return found


def fall(target: Target, w: Floats) -> Floats:
    """Where places w (chains, d) come to without noise: gradient descent with momentum, steps no longer than its rate, until
    the gradient is below 5e-5, where the loss is within 1e-6 of its minimum's."""
    place = w.copy()
    moving, velocity = np.arange(len(w)), np.zeros_like(w)
    for step in range(_STEPS):
        gradient = target.value_and_gradient(w)[1]
        size = np.linalg.norm(gradient, axis=1)
        velocity = _MOMENTUM * velocity - (_RATE / np.maximum(size, 1))[:, None] * gradient
        w = w + velocity
        if step % 25 == 24:
            place[moving] = w
            on = size > _STILL
            moving, w, velocity = moving[on], w[on], velocity[on]
            if not len(moving):
                break
    return place


def label(values: Floats, levels: Floats) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The place of the level that each loss is near to, the number of levels where it is near to none."""
    distance = np.abs(values[:, None] - levels)
    return np.where(distance.min(1) < _NEAR, distance.argmin(1), len(levels))


def _follow(cloud: Cloud, numbers: Sequence[int], moves: int, levels: Floats) -> tuple[Floats, Floats, Floats, int]:
    """log Z, n E K and shares at each number, and evaluations."""
    ladder = np.geomspace(_FIRST, numbers[-1], int(np.ceil(np.log(numbers[-1] / _FIRST) / np.log(_RATIO))) + 1)
    log_z, rows = 0.0, []
    for n in sorted({*ladder[:-1], *map(float, numbers)}):
        log_z += cloud.reweight(n)
        for _ in range(moves):
            cloud.move()
        if n in numbers:
            where = label(cloud.target.value_and_gradient(fall(cloud.target, cloud.y))[0], levels)
            shares = np.bincount(where, minlength=len(levels) + 1) / len(where)
            rows.append((log_z, n * float(cloud.excess.mean()), shares))
    return *(np.array(column) for column in zip(*rows, strict=True)), cloud.evaluations  # type: ignore[return-value]


def _error(values: Floats) -> Floats:
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)), dtype=np.float64)
