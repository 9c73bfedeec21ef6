r"""Staircases: chains that leave the 4-gon and come down phase by phase, with exactly one active feature and m = 2.

A step is w ← w − η(∇L + w/n) + √(2η/n) ξ, whose law tends to the posterior exp(−nK) N(0, I) as η → 0. L is K, or the mean over a
batch of samples. For n = None there is neither prior nor ξ: gradient descent, stochastic with a batch.

Without ξ no chain comes down from a 4-gon beside "−" features: there every sample has the gradient 0, that of a live feature
since it is represented exactly, that of a dropped one since nothing acts on it. So the noise of the batches vanishes too:
stochastic gradient descent that comes there stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...arguments import MOST_SEED, Floats, function, number, whole
from ..cloud import Progress
from ..models import one_hot_loss
from ..one_hot_kernel import batch_gradient
from ..standard import polygon_target
from ..target import Target, Unreliable
from .particles import fall, label, phase_levels


@dataclass(frozen=True)
class Staircase:
    """`steps` (looks,); `loss` K and `phase` (looks, chains), a place in `phases`, whose last is "other"."""

    c: int
    n: int | None
    steps: NDArray[np.int64]
    loss: Floats
    phases: tuple[str, ...]
    phase: NDArray[np.int64]

    def share(self, phase: str) -> Floats:
        """Of the chains in a phase, at each look. ValueError for a name that is not there."""
        if phase not in self.phases:
            raise ValueError(f"phase must be one of {', '.join(self.phases)}, got {phase!r}")
        return np.asarray((self.phase == self.phases.index(phase)).mean(1))

    def __repr__(self) -> str:
        steps, chains = self.loss.shape
        return f"Staircase(c = {self.c}, n = {self.n}: {chains} chains, {steps} looks to step {self.steps[-1]})"


def staircase(
    c: int, n: int | None, *, plus: int = 0, chains: int = 40, steps: int = 20_000, looks: int = 40, rate: float = 0.1,
    batch: int | None = None, start: float = 0.0, seed: int = 0, progress: Progress | None = None,
) -> Staircase:  # fmt: skip
    """From the 4-gon of `c` features, 4 ≤ c ≤ 7, `plus` of the others dropped with b = 1/2c and the rest with b = −0.3, each
    coordinate moved by N(0, `start`²).

    Chains are looked at `looks` times: K, and the phase that each falls to without noise (`particles`). `rate` η ≤ 1 is
    stable near all minima (largest curvatures are 2). `Unreliable` where chains diverge.
    """
    count, extra = whole("c", c, 4, 7), whole("plus", plus, 0, c - 4)
    samples = None if n is None else whole("n", n, 3, 10**12)
    size, length, times = (
        whole("chains", chains, 1, 10**6),
        whole("steps", steps, 1, 10**9),
        whole("looks", looks, 1, 10**5),
    )
    eta, spread = number("rate", rate, "(0, 1]"), number("start", start, "[0, inf)")
    rows = None if batch is None else whole("batch", batch, 1, 10**6)
    function("progress", progress)
    generator = np.random.Generator(np.random.SFC64(whole("seed", seed, 0, MOST_SEED)))
    first = polygon_target(4, count - 4 - extra, extra).minimum
    w = np.ascontiguousarray(first + spread * generator.standard_normal((size, 3 * count)))
    walk = _Walk(count, samples, eta, rows, generator)
    levels = phase_levels(count)
    target = Target("one-hot", np.zeros(3 * count), 0.0, walk.loss, boundless=True)
    at = np.unique(np.linspace(0, length, times + 1).round().astype(np.int64))
    loss, phase = np.empty((len(at), size)), np.empty((len(at), size), dtype=np.int64)
    done = 0
    for k, upto in enumerate(at):
        w = walk.go(w, int(upto) - done)
        done = int(upto)
        loss[k] = walk.loss(w)[0]
        if not np.isfinite(loss[k]).all():
            raise Unreliable("the chains diverge: make the rate smaller")
        phase[k] = label(walk.loss(fall(target, w))[0], np.array([*levels.values()]))
        if progress is not None:
            progress((k + 1) / len(at))
    return Staircase(count, samples, at, loss, (*levels, "other"), phase)


class _Walk:
    def __init__(self, c: int, n: int | None, rate: float, batch: int | None, generator: np.random.Generator) -> None:
        self.c, self.n, self.rate, self.batch, self.generator = c, n, rate, batch, generator
        self.loss = one_hot_loss(2, c)

    def gradient(self, w: Floats) -> Floats:
        if self.batch is None:
            return self.loss(w)[1]
        which = self.generator.integers(self.c, size=(len(w), self.batch))
        found = np.empty_like(w)
        batch_gradient(w, 2, self.c, which, self.generator.random(which.shape), found)
        return found

    def go(self, w: Floats, steps: int) -> Floats:
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(steps):
                drift = self.gradient(w)
                if self.n is None:
                    w = w - self.rate * drift
                else:
                    noise = self.generator.standard_normal(w.shape)
                    w = w - self.rate * (drift + w / self.n) + np.sqrt(2 * self.rate / self.n) * noise
        return w
