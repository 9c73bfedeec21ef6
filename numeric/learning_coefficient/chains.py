r"""Samplers of exp(−τK − ½γ|w − w*|²), many chains at once: what the references judge.

MALA proposes w − ½ε(τ∇K + γ(w − w*)) + √ε ξ and accepts or not, so that its law is exact for every step ε; SGLD takes
each proposal, which for a quadratic minimum is exact only up to

.. math:: \hat\lambda = \frac12 \sum_i \frac{\tau h_i}{(\tau h_i + \gamma)\,(1 - \varepsilon(\tau h_i + \gamma)/4)},

a stable step being ε < 4/(τ h_max + γ). Chains run in blocks of `BLOCK`, each with a stream of its own: a chain is the
same in whatever number of blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import MOST_SEED, Floats, array, function, instance, number, shown, whole
from .target import Estimate, Target, Unreliable, check_tau, temperature

BLOCK = 1000
"""Chains that fit the cache together."""
_BURN = 0.3
_FEWEST = 20
_WANTED = 0.7
"""Share accepted to which the step of MALA is tuned during burn-in."""
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
    seed: int = 0, progress: Progress | None = None,
) -> Estimate:  # fmt: skip
    """λ̂ = τ(mean K − K*), τ = n/log n, over `chains` × `steps` less a burn-in of 30 %; `step` ε, by default tuned
    during burn-in to 70 % acceptance.

    `Unreliable` where draws lie below the level (the chains have left the basin: no λ(τ) of this minimum is seen), where
    the chains are worth fewer than 20 draws, or diverge. ValueError for a step beyond stability.
    """
    return _run(target, n, gamma, step, chains, steps, seed, progress, adjusted=True)


def sgld(
    target: Target, n: Any, *, gamma: float = 0.1, step: float | None = None, chains: int = 300, steps: int = 4000,
    seed: int = 0, progress: Progress | None = None,
) -> Estimate:  # fmt: skip
    """The same without the adjustment: biased by the step (`sgld_step_bias`), by default 0.6/(τ h_max + γ + 1)."""
    return _run(target, n, gamma, step, chains, steps, seed, progress, adjusted=False)


def _run(
    target: Target, n: Any, gamma: float, step: float | None, chains: int, steps: int, seed: int,
    progress: Progress | None, adjusted: bool,
) -> Estimate:  # fmt: skip
    target, tau = instance("target", target, Target, "a Target"), temperature(n)
    gamma, stiffest = number("gamma", gamma, "[0, inf)"), float(tau * target.spectrum[-1])
    epsilon = number("step", 0.6 / (max(stiffest, 0.0) + gamma + 1) if step is None else step, "(0, inf)")
    if not target.kinked:
        _check_step(epsilon, stiffest + gamma)
    count, length = whole("chains", chains, 2, 10**7), whole("steps", steps, 10, 10**9)
    function("progress", progress)
    whole("seed", seed, 0, MOST_SEED)
    blocks = [min(BLOCK, count - first) for first in range(0, count, BLOCK)]
    found = []
    for k, size in enumerate(blocks):
        found.append(
            _Block(target, tau, gamma, epsilon, size, np.random.SFC64((seed, k)), adjusted, step is None).run(length)
        )
        if progress is not None:
            progress((k + 1) / len(blocks))
    return _estimate(target, tau, gamma, length, found, adjusted)


@dataclass
class _Sums:
    """Of a block: mean loss of each chain over kept steps, its halves, mean loss of all by step, share below the level,
    accepted."""

    means: Floats
    halves: Floats
    trace: Floats
    below: float
    acceptance: float
    epsilon: float


class _Block:
    def __init__(
        self,
        target: Target,
        tau: float,
        gamma: float,
        epsilon: float,
        size: int,
        bits: Any,
        adjusted: bool,
        tuned: bool,
    ) -> None:
        self.tuned = tuned and adjusted
        self.target, self.tau, self.gamma, self.epsilon, self.adjusted = target, tau, gamma, epsilon, adjusted
        self.generator = np.random.Generator(bits)
        self.w = np.repeat(target.minimum[None], size, 0)
        self.value, self.gradient = target.value_and_gradient(self.w)
        self.accepted = 0

    def run(self, length: int) -> _Sums:
        burn = int(_BURN * length)
        kept, half = length - burn, burn + (length - burn) // 2
        total, first, below, trace = np.zeros(len(self.w)), np.zeros(len(self.w)), 0, np.empty(length)
        lowest = self.target.lowest
        for k in range(length):
            with np.errstate(over="ignore", invalid="ignore"):
                share = self.step()
            if self.tuned and k < burn:
                self.epsilon *= float(np.exp(0.1 * (share - _WANTED)))
            trace[k] = self.value.mean()
            if k >= burn:
                total += self.value
                below += int((self.value < lowest).sum())
                if k < half:
                    first += self.value
        if not np.isfinite(self.value).all():
            raise Unreliable(f"the chains of {self.target.name} diverge: make the step smaller")
        means = total / kept
        halves = np.stack([first / (half - burn), (total - first) / (length - half)])
        return _Sums(means, halves, trace, below / kept / len(means), self.accepted / length / len(means), self.epsilon)

    def step(self) -> float:
        """All chains one step on; the share that moved."""
        noise = self.generator.standard_normal(self.w.shape)
        drift = self.gradient * self.tau
        if self.gamma:
            drift += self.gamma * (self.w - self.target.minimum)
        noise *= np.sqrt(self.epsilon)
        place = self.w - self.epsilon / 2 * drift
        place += noise
        value, gradient = self.target.value_and_gradient(place)
        if not self.adjusted:
            self.w, self.value, self.gradient = place, value, gradient
            self.accepted += len(value)
            return 1.0
        back = gradient * self.tau
        if self.gamma:
            back += self.gamma * (place - self.target.minimum)
        back *= self.epsilon / 2
        back -= place
        back += self.w
        change = -self.tau * (value - self.value)
        change += (np.einsum("ij,ij->i", noise, noise) - np.einsum("ij,ij->i", back, back)) / (2 * self.epsilon)
        if self.gamma:
            moved, stayed = place - self.target.minimum, self.w - self.target.minimum
            change -= self.gamma / 2 * (np.einsum("ij,ij->i", moved, moved) - np.einsum("ij,ij->i", stayed, stayed))
        kept = np.log(self.generator.random(len(value))) < np.nan_to_num(change, nan=-np.inf)
        self.w[kept], self.gradient[kept] = place[kept], gradient[kept]
        self.value = np.where(kept, value, self.value)
        moved_now = int(kept.sum())
        self.accepted += moved_now
        return moved_now / len(value)


def _estimate(target: Target, tau: float, gamma: float, length: int, found: list[_Sums], adjusted: bool) -> Estimate:
    each = tau * (np.concatenate([sums.means for sums in found]) - target.level)
    halves = tau * (np.concatenate([sums.halves for sums in found], axis=1) - target.level)
    sizes = np.array([len(sums.means) for sums in found])
    below = float(np.average([sums.below for sums in found], weights=sizes))
    trace = np.average([sums.trace for sums in found], axis=0, weights=sizes)
    value, spread = float(each.mean()), float(each.std(ddof=1))
    if below:
        raise Unreliable(
            f"{below:.2%} of the draws lie below the level of {target.name}: the chains have left its basin; raise gamma or n"
        )
    effective = len(each) * min(float(max(abs(value), 1e-9) / max(spread**2, 1e-18)), (1 - _BURN) * length)
    if effective < _FEWEST:
        raise Unreliable(f"the chains on {target.name} are worth {effective:.1f} draws: more chains or steps")
    softest = float(target.spectrum[0])
    epsilon = min(sums.epsilon for sums in found)
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
    accepted = float(np.average([sums.acceptance for sums in found], weights=sizes)) if adjusted else 1.0
    return Estimate(
        value, float(error), tau, effective, below, accepted, relaxation, tuple(warnings), along, length * len(each)
    )


def _check_step(epsilon: float, stiffest: float) -> None:
    if epsilon * stiffest >= 4:
        raise ValueError(f"step must be below 4/(tau h_max + gamma) = {4 / stiffest:.3g} to be stable, got {epsilon}")
