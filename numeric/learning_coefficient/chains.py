r"""Samplers of exp(−τK − ½γ|w − w*|²), many chains at once: what the references judge.

MALA proposes w − ½ε(τ∇K + γ(w − w*)) + √ε ξ and accepts or not, so that its law is exact for every step ε; SGLD takes
each proposal, which for a quadratic minimum is exact only up to

.. math:: \hat\lambda = \frac12 \sum_i \frac{\tau h_i}{(\tau h_i + \gamma)\,(1 - \varepsilon(\tau h_i + \gamma)/4)},

a stable step being ε < 4/(τ h_max + γ). Chains run in blocks of `BLOCK`, each with a stream of its own: a chain is the
same in whatever number of blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import MOST_SEED, array, function, instance, number, shown, whole
from ..running.progress import carry_out
from ..train.checkpoint import Found
from .resumed import Kept, seconds_between
from .target import Estimate, Target, Unreliable, check_tau, temperature
from .walk import BURN, Block, Sums, Walk

BLOCK = 1000
"""Chains that fit the cache together."""
_FEWEST = 20
_AT_ONCE = 50
"""Steps between two looks at the clock."""
Progress = Callable[[float], None]


def sgld_step_bias(spectrum: ArrayLike, tau: Any, gamma: Any, step: Any) -> float:
    """λ̂ of SGLD on a quadratic minimum with these eigenvalues h ≥ 0 of K, in closed form.

    ValueError for ε ≥ 4/(τ h_max + γ), where SGLD diverges; `step` 0 leaves the bias of γ alone.

    >>> sgld_step_bias([1.0, 1.0], tau=100, gamma=0, step=0)
    1.0
    """
    h, tau = array("spectrum", spectrum).ravel(), check_tau(tau)
    if not len(h) or not 0 <= h.min() <= h.max() <= 1e12:
        raise ValueError(f"spectrum must hold eigenvalues in [0, 1e12], got {shown(spectrum)}")
    gamma, epsilon = number("gamma", gamma, "[0, inf)"), number("step", step, "[0, inf)")
    _check_step(epsilon, float(tau * h.max() + gamma))
    stiff = tau * h[h > 0]
    return float((stiff / ((stiff + gamma) * (1 - epsilon * (stiff + gamma) / 4))).sum() / 2)


def mala(
    target: Target, n: Any, *, gamma: float = 0.1, step: float | None = None, chains: int = 300, steps: int = 4000,
    seed: int = 0, progress: Progress | None = None, checkpoint: Path | str | None = None, save_seconds: float = 30.0,
) -> Estimate:  # fmt: skip
    """λ̂ = τ(mean K − K*), τ = n/log n, over `chains` × `steps` less a burn-in of 30 %; `step` ε, by default tuned
    during burn-in to 70 % acceptance. `checkpoint`: a file that is written at the start, at most every `save_seconds` and at the
    end; where it is there already, the chains go on from it, to the same numbers.

    `Unreliable` where draws lie below the level (the chains have left the basin: no λ(τ) of this minimum is seen), where
    the chains are worth fewer than 20 draws, or diverge. ValueError for a step beyond stability, and for a checkpoint of other
    chains or a damaged one.
    """
    walk = _walk(target, n, gamma, step, steps, adjusted=True)
    return _run(_Chains(walk, chains, seed, checkpoint), save_seconds, progress)


def sgld(
    target: Target, n: Any, *, gamma: float = 0.1, step: float | None = None, chains: int = 300, steps: int = 4000,
    seed: int = 0, progress: Progress | None = None, checkpoint: Path | str | None = None, save_seconds: float = 30.0,
) -> Estimate:  # fmt: skip
    """The same without the adjustment: biased by the step (`sgld_step_bias`), by default 0.6/(τ h_max + γ + 1)."""
    walk = _walk(target, n, gamma, step, steps, adjusted=False)
    return _run(_Chains(walk, chains, seed, checkpoint), save_seconds, progress)


def _walk(target: Target, n: Any, gamma: float, step: float | None, steps: int, adjusted: bool) -> Walk:
    target, tau = instance("target", target, Target, "a Target"), temperature(n)
    gamma, stiffest = number("gamma", gamma, "[0, inf)"), float(tau * target.spectrum[-1])
    epsilon = number("step", 0.6 / (max(stiffest, 0.0) + gamma + 1) if step is None else step, "(0, inf)")
    if not target.kinked:
        _check_step(epsilon, stiffest + gamma)
    return Walk(target, tau, gamma, epsilon, whole("steps", steps, 10, 10**9), adjusted, adjusted and step is None)


def _run(chains: _Chains, save_seconds: Any, progress: Progress | None) -> Estimate:
    function("progress", progress)
    carry_out(chains, seconds_between(save_seconds), progress)
    return _estimate(chains.walk, chains.found)


class _Chains:
    """All blocks, one after another: `found` of those that are done, and the one at work."""

    def __init__(self, walk: Walk, chains: Any, seed: Any, checkpoint: Path | str | None) -> None:
        self.walk, count = walk, whole("chains", chains, 2, 10**7)
        self.seed = whole("seed", seed, 0, MOST_SEED)
        self.sizes = [min(BLOCK, count - first) for first in range(0, count, BLOCK)]
        self.found: list[Sums] = []
        arguments = {field.name: getattr(walk, field.name) for field in fields(walk) if field.name != "target"}
        self.kept = Kept(checkpoint, "chains", walk.target, {**arguments, "chains": count, "seed": self.seed})
        self.block = self._next()
        if (before := self.kept.found) is not None:
            self._resume(before)
        self.save()

    @property
    def done(self) -> bool:
        return len(self.found) == len(self.sizes)

    @property
    def progress(self) -> float:
        return (len(self.found) + (0 if self.done else self.block.step / self.walk.length)) / len(self.sizes)

    def advance(self) -> None:
        for _ in range(min(_AT_ONCE, self.walk.length - self.block.step)):
            self.block.advance()
        if self.block.done:
            self.found.append(self.block.sums())
            if not self.done:
                self.block = self._next()

    def save(self) -> None:
        done = {
            "means": np.concatenate([np.zeros(0), *(sums.means for sums in self.found)]),
            "halves": np.concatenate([np.zeros((2, 0)), *(sums.halves for sums in self.found)], axis=1),
            "traces": np.array([sums.trace for sums in self.found]).reshape(-1, self.walk.length),
            "rates": np.array([sums.rates for sums in self.found]).reshape(-1, 3),
        }
        self.kept.save(len(self.found), self.block.step, done | self.block.arrays())

    def _next(self) -> Block:
        place = len(self.found)
        return Block(self.walk, self.sizes[place], np.random.SFC64((self.seed, place)))

    def _resume(self, before: Found) -> None:
        count = before.finished
        before.require(count <= len(self.sizes), f"finished must be at most {len(self.sizes)}, got {count}")
        ends = [0, *accumulate(self.sizes[:count])]
        means, halves = (
            before.array("means", (ends[-1],), np.float64),
            before.array("halves", (2, ends[-1]), np.float64),
        )
        traces = before.array("traces", (count, self.walk.length), np.float64)
        rates = before.array("rates", (count, 3), np.float64)
        for k, (low, high) in enumerate(pairwise(ends)):
            self.found.append(Sums(means[low:high], halves[:, low:high], traces[k], rates[k]))
        if not self.done:
            self.block = self._next()
            self.block.resume(before)


def _estimate(walk: Walk, found: list[Sums]) -> Estimate:
    target, tau, gamma, length = walk.target, walk.tau, walk.gamma, walk.length
    each = tau * (np.concatenate([sums.means for sums in found]) - target.level)
    halves = tau * (np.concatenate([sums.halves for sums in found], axis=1) - target.level)
    sizes = np.array([len(sums.means) for sums in found])
    below, accepted, _ = map(float, np.average([sums.rates for sums in found], axis=0, weights=sizes))
    trace = np.average([sums.trace for sums in found], axis=0, weights=sizes)
    value, spread = float(each.mean()), float(each.std(ddof=1))
    if below:
        raise Unreliable(
            f"{below:.2%} of the draws lie below the level of {target.name}: the chains have left its basin; raise gamma or n"
        )
    effective = len(each) * min(float(max(abs(value), 1e-9) / max(spread**2, 1e-18)), (1 - BURN) * length)
    if effective < _FEWEST:
        raise Unreliable(f"the chains on {target.name} are worth {effective:.1f} draws: more chains or steps")
    softest = float(target.spectrum[0])
    epsilon = min(float(sums.rates[2]) for sums in found)
    relaxation = epsilon * (tau * max(softest, 0.0) + gamma) * length
    drift = float(halves[1].mean() - halves[0].mean())
    error = spread / np.sqrt(len(each))
    warnings = []
    if relaxation < 10:
        warnings.append(f"the softest direction has relaxed {relaxation:.1f} times: more steps")
    if abs(drift) > 5 * error:
        warnings.append(f"the second half lies {drift:+.2f} from the first: not in equilibrium")
    stride = max(1, length // 1000)
    along = np.stack([np.arange(length), tau * (trace - target.level)], axis=1)[::stride]
    return Estimate(
        value,
        float(error),
        tau,
        effective,
        below,
        accepted if walk.adjusted else 1.0,
        relaxation,
        tuple(warnings),
        along,
        length * len(each),
    )


def _check_step(epsilon: float, stiffest: float) -> None:
    if epsilon * stiffest >= 4:
        raise ValueError(f"step must be below 4/(tau h_max + gamma) = {4 / stiffest:.3g} to be stable, got {epsilon}")
