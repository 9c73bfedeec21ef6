"""A block of chains, stepped together by MALA or SGLD, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arguments import Floats
from ..train.checkpoint import Found
from .resumed import restore, state_of
from .target import Target, Unreliable

BURN = 0.3
"""Share of the steps that is left out."""
WANTED = 0.7
"""Share accepted to which the step of MALA is tuned during burn-in."""


@dataclass(frozen=True)
class Walk:
    """What a chain does: exp(−τK − ½γ|w − w*|²) by steps ε; `adjusted`: MALA; `tuned`: ε in burn-in."""

    target: Target
    tau: float
    gamma: float
    epsilon: float
    length: int
    adjusted: bool
    tuned: bool

    @property
    def burn(self) -> int:
        return int(BURN * self.length)

    @property
    def half(self) -> int:
        return self.burn + (self.length - self.burn) // 2


@dataclass(frozen=True)
class Sums:
    """Of a block: mean loss of each chain over kept steps, its halves (2, chains), mean loss of all by step, and `rates`: share
    below the level, share accepted, the last ε."""

    means: Floats
    halves: Floats
    trace: Floats
    rates: Floats


class Block:
    """`size` chains after `step` steps."""

    def __init__(self, walk: Walk, size: int, bits: Any) -> None:
        self.walk, self.generator = walk, np.random.Generator(bits)
        self.w = np.repeat(walk.target.minimum[None], size, 0)
        self.value, self.gradient = walk.target.value_and_gradient(self.w)
        self.total, self.first, self.trace = np.zeros(size), np.zeros(size), np.zeros(walk.length)
        self.epsilon, self.accepted, self.below, self.step = walk.epsilon, 0, 0, 0

    @property
    def done(self) -> bool:
        return self.step == self.walk.length

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """All that is needed to go on."""
        return {
            "w": self.w, "value": self.value, "gradient": self.gradient, "total": self.total, "first": self.first,
            "trace": self.trace, "epsilon": np.array(self.epsilon), "counts": np.array([self.accepted, self.below]),
            "generator": state_of(self.generator),
        }  # fmt: skip

    def resume(self, found: Found) -> None:
        found.require(found.step <= self.walk.length, f"step must be at most {self.walk.length}, got {found.step}")
        for name in ("w", "value", "gradient", "total", "first", "trace"):
            setattr(self, name, found.array(name, getattr(self, name).shape, np.float64).copy())
        self.epsilon = float(found.array("epsilon", (), np.float64))
        self.accepted, self.below = map(int, found.array("counts", (2,), np.int64))
        restore(self.generator, found)
        self.step = found.step

    def advance(self) -> None:
        """One step, looked at."""
        walk, k = self.walk, self.step
        with np.errstate(over="ignore", invalid="ignore"):
            share = self._move()
        if walk.tuned and k < walk.burn:
            self.epsilon *= float(np.exp(0.1 * (share - WANTED)))
        self.trace[k] = self.value.mean()
        if k >= walk.burn:
            self.total += self.value
            self.below += int((self.value < walk.target.lowest).sum())
            if k < walk.half:
                self.first += self.value
        self.step += 1

    def sums(self) -> Sums:
        walk, size = self.walk, len(self.value)
        if not np.isfinite(self.value).all():
            raise Unreliable(f"the chains of {walk.target.name} diverge: make the step smaller")
        kept = walk.length - walk.burn
        halves = np.stack([self.first / (walk.half - walk.burn), (self.total - self.first) / (walk.length - walk.half)])
        rates = np.array([self.below / kept / size, self.accepted / walk.length / size, self.epsilon])
        return Sums(self.total / kept, halves, self.trace, rates)

    def _move(self) -> float:
        """All chains one step on; the share that moved."""
        walk, centre, epsilon = self.walk, self.walk.target.minimum, self.epsilon
        noise = self.generator.standard_normal(self.w.shape)
        drift = self.gradient * walk.tau
        if walk.gamma:
            drift += walk.gamma * (self.w - centre)
        noise *= np.sqrt(epsilon)
        place = self.w - epsilon / 2 * drift
        place += noise
        value, gradient = walk.target.value_and_gradient(place)
        if not walk.adjusted:
            self.w, self.value, self.gradient = place, value, gradient
            self.accepted += len(value)
            return 1.0
        back = gradient * walk.tau
        if walk.gamma:
            back += walk.gamma * (place - centre)
        back *= epsilon / 2
        back -= place
        back += self.w
        change = -walk.tau * (value - self.value)
        change += (np.einsum("ij,ij->i", noise, noise) - np.einsum("ij,ij->i", back, back)) / (2 * epsilon)
        if walk.gamma:
            moved, stayed = place - centre, self.w - centre
            change -= walk.gamma / 2 * (np.einsum("ij,ij->i", moved, moved) - np.einsum("ij,ij->i", stayed, stayed))
        kept = np.log(self.generator.random(len(value))) < np.nan_to_num(change, nan=-np.inf)
        self.w[kept], self.gradient[kept] = place[kept], gradient[kept]
        self.value = np.where(kept, value, self.value)
        moved_now = int(kept.sum())
        self.accepted += moved_now
        return moved_now / len(value)
