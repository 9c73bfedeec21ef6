"""Training on batches, training on the loss without sampling, and minimising that: loss above the best known against time,
judged exactly.
"""

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
from analytic.loss import loss_of_floats
from numeric.minimise import Packing, bfgs, minimise_loss
from numeric.model import initial_weights
from numeric.population import value_and_gradient
from numeric.running.progress import Progress
from numeric.train import TrainConfig, train

from ..motifs.caption import Caption

TITLE = "Minimising without noise"
SEED = 0
SECONDS = (18, 28)
FEATURES, HIDDEN, DENSITY = 5, 2, Fraction(1, 20)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Race:
    """CPU seconds and exact loss above the best known: `sampled` and `exact` have a row (seconds, gap) for each length of
    training, on batches and on the loss itself, `noise_free` one for each time that the best of the stack fell; `starts`
    models each."""

    best: float
    starts: int
    sampled: Floats
    exact: Floats
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
    sampled, exact = [], []
    for index, steps in enumerate(lengths):
        sampled.append(_trained(starts, steps, best, device, exact=False))
        if steps <= 1000:  # and is at rounding then
            exact.append(_trained(starts, steps, best, device, exact=True))
        progress(0.3 + 0.6 * (index + 1) / len(lengths))
    return Race(best, starts, np.array(sampled), np.array(exact), _descent(starts, best))


def _trained(starts: int, steps: int, best: float, device: str, *, exact: bool) -> tuple[float, float]:
    """CPU seconds and gap of the best model; in float64 where there is no noise to hide rounding."""
    config = TrainConfig.product(
        {},
        range(starts),
        n_features=FEATURES,
        n_hidden=HIDDEN,
        sparsity=float(1 - DENSITY),
        steps=steps,
        dtype="float64" if exact else "float32",
        device=device,
    )
    start = time.process_time()
    trained = train(config, exact=exact)
    seconds = time.process_time() - start
    return seconds, min(_exact(W, b) for W, b in zip(trained.W.numpy(), trained.b.numpy(), strict=True)) - best


def _descent(starts: int, best: float) -> Floats:
    """The best point of the stack after each evaluation that improved it, and when."""
    packing = Packing(HIDDEN, FEATURES)
    first = packing.join(
        initial_weights(FEATURES, HIDDEN, range(starts)), torch.zeros(starts, FEATURES, dtype=torch.float64)
    )
    points: list[tuple[float, torch.Tensor]] = []
    lowest = np.inf

    def objective(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        nonlocal lowest
        found = value_and_gradient(*packing.split(x), float(1 - DENSITY))
        if float(found.value.min()) < lowest:
            lowest = float(found.value.min())
            points.append((time.process_time(), x[int(found.value.argmin())].clone()))
        return found.value, packing.join(found.W, found.b)

    start = time.process_time()
    bfgs(objective, first, gradient_tolerance=1e-10)
    models = [[part.numpy() for part in packing.split(point)] for _, point in points]
    return np.array([(at - start, _exact(*model) - best) for (at, _), model in zip(points, models, strict=True)])


def caption(race: Race) -> Caption:
    (sampled_seconds, sampled), (exact_seconds, exact), (seconds, gap) = (
        rows[-1] for rows in (race.sampled, race.exact, race.noise_free)
    )
    return Caption(
        "How far above the best known loss training on batches, the same training without sampling, and quasi-Newton descent "
        "without sampling come, against CPU time.",
        "All losses are exact values at the weights found; gaps below 1e-17 are drawn there, since they are rounding.",
        f"Training on batches ends at a floor of noise, {sampled:.1e} here, that descent on the loss itself does not have.",
        (
            ("model", f"five features in two dimensions, density 1/20, {race.starts} models each"),
            ("best known", f"K = {race.best:.12f}"),
            ("batches of 1,024", f"Adam, falling rate: {sampled:.1e} above it after {sampled_seconds:.1f} CPU s"),
            ("the same without sampling", f"{exact:.0e} above it after {exact_seconds:.1f} CPU s"),
            ("quasi-Newton descent", f"{gap:.0e} above it after {seconds:.2f} CPU s"),
        ),
    )


def draw(race: Race) -> Any:
    figure, panel = pyplot.subplots(figsize=(7.6, 4.4))
    seconds, gaps = race.noise_free.T
    panel.step(seconds, np.maximum(gaps, 1e-17), where="post", label="quasi-Newton descent without sampling")
    panel.plot(*race.sampled.T, "o-", label="training on batches, each dot one run")
    seconds, gaps = race.exact.T
    panel.plot(seconds, np.maximum(gaps, 1e-17), "s--", label="training on the loss without sampling")
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel("CPU seconds on one thread")
    panel.set_ylabel("exact loss above the best known")
    panel.set_title("Descent without noise does not stop at a noise floor")
    panel.legend(loc="lower left")
    return figure
