"""Minimising without sampling beside sampled training: loss above the best known against time, judged exactly."""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib import pyplot

from analytic.law import Independent
from numeric.minimise import minimise_loss
from numeric.model import initial_weights
from numeric.population import expected_loss
from numeric.quasi_newton import bfgs
from numeric.train import TrainConfig, train
from verify.float_weights import loss_of_floats

from . import Progress

TITLE = "Minimising without noise"
SEED = 0
SECONDS = (11, 21)
FEATURES, HIDDEN, DENSITY = 5, 2, Fraction(1, 20)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Race:
    """CPU seconds and exact loss above the best known: `sampled` has a row (seconds, gap) for each length of training,
    `noise_free` one for each time that the best of the stack fell; `starts` models each."""

    best: float
    starts: int
    sampled: Floats
    noise_free: Floats


def _exact(W: Floats, b: Floats) -> float:
    return float(loss_of_floats(W, b, Independent(1 - DENSITY)))


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Race:
    """n = 5, m = 2, density 1/20, equal importances; ten starts each, the best of them by exact loss."""
    starts = 10
    solution = minimise_loss(FEATURES, HIDDEN, float(1 - DENSITY), starts=64, seed=1000)
    best = _exact(solution.W, solution.b)
    progress(0.3)
    lengths = (100, 300, 1000, 3000, 10_000) if full else (100, 300, 1000, 3000)
    sampled = []
    for index, steps in enumerate(lengths):
        config = TrainConfig(
            n_features=FEATURES,
            n_hidden=HIDDEN,
            seeds=tuple(range(starts)),
            sparsity=(float(1 - DENSITY),) * starts,
            steps=steps,
            device=device,
        )
        start = time.process_time()
        trained = train(config)
        seconds = time.process_time() - start
        assert trained.b is not None
        gap = min(_exact(W, b) for W, b in zip(trained.W.numpy(), trained.b.numpy(), strict=True)) - best
        sampled.append((seconds, gap))
        progress(0.3 + 0.5 * (index + 1) / len(lengths))
    return Race(best, starts, np.array(sampled), _descent(starts, best))


def _descent(starts: int, best: float) -> Floats:
    """The best point of the stack after each evaluation that improved it, and when."""
    W = initial_weights(FEATURES, HIDDEN, range(starts)).flatten(1)
    x = torch.cat([W, torch.zeros(starts, FEATURES, dtype=W.dtype)], dim=1)
    points: list[tuple[float, torch.Tensor]] = []
    lowest = np.inf

    def objective(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        nonlocal lowest
        x = x.detach().requires_grad_(True)
        split = HIDDEN * FEATURES
        value = expected_loss(x[:, :split].reshape(-1, HIDDEN, FEATURES), x[:, split:], float(1 - DENSITY))
        (gradient,) = torch.autograd.grad(value.sum(), x)
        value = value.detach()
        if float(value.min()) < lowest:
            lowest = float(value.min())
            points.append((time.process_time(), x[int(value.argmin())].detach().clone()))
        return value, gradient

    start = time.process_time()
    bfgs(objective, x, gradient_tolerance=1e-10)
    split = HIDDEN * FEATURES
    return np.array(
        [
            (stamp - start, _exact(point[:split].reshape(HIDDEN, FEATURES).numpy(), point[split:].numpy()) - best)
            for stamp, point in points
        ]
    )


def caption(race: Race) -> str:
    last = race.noise_free[-1]
    trained = race.sampled[-1]
    return (
        f"Five features in two dimensions, density 1/20, {race.starts} models each; all losses are exact, above the best known "
        f"K = {race.best:.12f}. Sampled training (batch 1,024, falling rate) ends {trained[1]:.1e} above it after "
        f"{trained[0]:.1f} CPU s; descent on the population loss ends {last[1]:.0e} above it after {last[0]:.2f} CPU s. Gaps "
        "below 1e-17 are drawn there: they are rounding."
    )


def draw(race: Race) -> Any:
    figure, panel = pyplot.subplots(figsize=(7.6, 4.4))
    seconds, gaps = race.noise_free.T
    panel.step(seconds, np.maximum(gaps, 1e-17), where="post", label="without sampling (best of the stack)")
    panel.plot(*race.sampled.T, "o-", label="sampled training, each dot one run")
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel("CPU seconds on one thread")
    panel.set_ylabel("exact loss above the best known")
    panel.set_title("Descent without noise does not stop at a noise floor")
    panel.legend(loc="lower left")
    return figure
