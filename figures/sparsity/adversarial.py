"""How much a small worst-case change of the input costs, beside the number of features that share a dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib import pyplot

from numeric.metrics import dimensions_per_feature
from numeric.model import RELU_OUTPUT, Parameters, forward
from numeric.running.progress import Progress, within
from numeric.train import TrainConfig, train
from numeric.train.gradient import Gradient

from ..motifs.caption import Caption

TITLE = "Adversarial vulnerability against features per dimension"
SEED = 0
SECONDS = (33, 600)
LENGTH = 0.1
"""Length of the perturbation, in mean input norms."""
_STEPS = (2, 2, 2, 2, 2, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 16)  # in units of the length
_RANDOM = 4
_SAMPLES = 1 << 11
Floats = npt.NDArray[np.float64]
Tensor = torch.Tensor


@dataclass(frozen=True, kw_only=True)
class Vulnerability:
    """`inverse_density` and `per_dimension` (1/D*), (models,), and three ways to measure vulnerability, (models,) each, with
    ‖δ‖ ≤ ε, L the squared error against the unmoved x, and expectations over x:

    `rise`: (E max L(x + δ) − E L(x))/ε², and `step` the same after one gradient step; `shift`: E max ‖f(x + δ) − f(x)‖²/ε².
    `ratio`: E max L(x + δ)/E L(x).

    Without superposition rise and shift are 1, exactly: m features stored whole answer x_i + δ_i, the others do not depend on the
    input, so the worst δ of length ε adds ε² to the error of every x.
    """

    n: int
    m: int
    inverse_density: Floats
    per_dimension: Floats
    step: Floats
    rise: Floats
    shift: Floats
    ratio: Floats

    def follows(self, measure: Floats) -> float:
        """Its correlation with 1/D*."""
        return float(np.corrcoef(measure, self.per_dimension)[0, 1])


@dataclass(frozen=True)
class Attacked:
    """Of each sample: the loss unmoved, after one gradient step, and the worst that ascent finds; the largest squared change of
    the output that it finds. All (samples,).
    """

    clean: Tensor
    step: Tensor
    worst: Tensor
    shift: Tensor


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Vulnerability:
    if full:
        return vulnerability(100, 10, 24, 10_000, 1024, device, progress)
    return vulnerability(50, 10, 11, 2000, 256, device, progress)


def vulnerability(n: int, m: int, count: int, steps: int, batch: int, device: str, progress: Progress) -> Vulnerability:
    """Equal importances; 1/(1 − s) from 1 to 100. The published sizes are not given."""
    inverse_density = np.geomspace(1, 100, count)
    config = TrainConfig.product(
        {"sparsity": (1 - 1 / inverse_density).tolist()},
        (SEED,),
        n_features=n,
        n_hidden=m,
        learning_rate=0.01,
        steps=steps,
        batch_size=batch,
        device=device,
    )
    trained = train(config, progress=within(progress, 0, 0.8))
    generator = torch.Generator().manual_seed(SEED)
    found = []
    for k, x in enumerate(inverse_density):
        inputs = draws(n, 1 / float(x), _SAMPLES, generator)
        length = LENGTH * float(inputs.norm(dim=0).mean())
        losses = attacked(trained.W[k], trained.b[k], inputs, length, generator)
        clean, step, worst, shift = (
            float(part.mean()) for part in (losses.clean, losses.step, losses.worst, losses.shift)
        )
        found.append(((step - clean) / length**2, (worst - clean) / length**2, shift / length**2, worst / clean))
        progress(0.8 + 0.2 * (k + 1) / count)
    per_dimension = 1 / dimensions_per_feature(trained.W.numpy())
    measures = dict(zip(("step", "rise", "shift", "ratio"), np.array(found).T, strict=True))
    return Vulnerability(n=n, m=m, inverse_density=inverse_density, per_dimension=per_dimension, **measures)


def draws(n: int, density: float, samples: int, generator: torch.Generator) -> Tensor:
    """(n, samples)"""
    value, chance = torch.rand(2, n, samples, generator=generator, dtype=torch.float64)
    return torch.where(chance < density, value, 0.0)


def attacked(W: Tensor, b: Tensor, x: Tensor, length: float, generator: torch.Generator) -> Attacked:
    """One model, W (m, n), b (n,), at inputs x (n, samples), moved by δ of at most `length`, each for itself.

    The step is along the gradient of the loss at x. Ascent takes steps of less and less length along the gradient at x + δ and
    then goes back into the ball: from that step, from both directions of W's largest singular value (the only ones that matter
    for m = 1) and from random ones; the best that it passes counts.
    """
    at = Parameters(W[None].double(), None, b[None].double())
    gradient = Gradient(RELU_OUTPUT, torch.ones_like(at.W[:, 0]), x.shape[1], adversary=length)

    def error(delta: Tensor, wanted: Tensor) -> Tensor:
        return (forward(RELU_OUTPUT, at, (x + delta).mT).mT - wanted).square().sum(dim=1)[0]

    def uphill(delta: Tensor, wanted: Tensor) -> Tensor:
        """The δ of full length along the gradient at x + δ; 0 where there is none."""
        return gradient.attack(at, x + delta, wanted) - (x + delta)

    def ascent(starts: list[Tensor], wanted: Tensor) -> Tensor:
        worst = error(torch.zeros_like(starts[0]), wanted)
        for delta in starts:
            for size in _STEPS:
                worst = torch.maximum(worst, error(delta, wanted))
                delta = delta + size * uphill(delta, wanted)
                delta = delta * (length / delta.norm(dim=1, keepdim=True).clamp_min(length))
            worst = torch.maximum(worst, error(delta, wanted))
        return worst

    still = torch.zeros_like(x)[None]
    most = torch.linalg.svd(at.W[0]).Vh[0][None, :, None].expand_as(still)
    starts = [uphill(still, x[None]), length * most, -length * most]
    for _ in range(_RANDOM):
        delta = torch.randn(still.shape, generator=generator, dtype=still.dtype)
        starts.append(delta * (length / delta.norm(dim=1, keepdim=True)))
    answer = forward(RELU_OUTPUT, at, x.mT[None]).mT
    return Attacked(error(still, x[None]), error(starts[0], x[None]), ascent(starts, x[None]), ascent(starts, answer))


def caption(shown: Vulnerability) -> Caption:
    def told(measure: Floats) -> str:
        return (
            f"from {measure[0]:.2f} (dense) to at most {measure.max():.2f}, a factor {measure.max() / measure[0]:.1f}, "
            f"correlation with 1/D* {shown.follows(measure):.3f}"
        )

    return Caption(
        "Two measures of how vulnerable trained models are to moved inputs, and features per dimension 1/D*, against sparsity; "
        "right, the measures against 1/D*.",
        "Both are exactly 1 without superposition; what gradient ascent finds is a lower bound.",
        f"The squared change of the output rises by a factor {shown.shift.max() / shown.shift[0]:.1f} as superposition forms and "
        f"the rise of the error by {shown.rise.max() / shown.rise[0]:.1f}, where more than threefold is published.",
        (
            ("model", f"n = {shown.n}, m = {shown.m}, equal importances"),
            (
                "attack",
                f"every input is moved by at most {LENGTH} mean input norms, the worst way that gradient ascent finds",
            ),
            ("published", "vulnerability follows 1/D*; how it was measured is not given, so here are two measures"),
            ("largest squared change of the output over ε²", told(shown.shift)),
            (
                "largest rise of the squared error over ε²",
                f"{told(shown.rise)}; it has a part linear in ε, as the output is already off where features interfere (one "
                f"gradient step finds at least {100 * float((shown.step / shown.rise).min()):.0f} % of it)",
            ),
            ("1/D*", f"from {shown.per_dimension[0]:.2f} to {shown.per_dimension.max():.2f}"),
            ("the loss", f"is multiplied by {shown.ratio.min():.2f} to {shown.ratio.max():.2f}"),
        ),
    )


def draw(shown: Vulnerability) -> Any:
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11.4, 4.6), width_ratios=(1.25, 1))
    x = shown.inverse_density
    left.plot(x, shown.rise, "o-", label="rise of the error / ε²")
    left.plot(x, shown.shift, "s-.", label="change of the output / ε²")
    left.plot(x, shown.per_dimension, "^--", label="features per dimension, 1/D*")
    left.axhline(1, color="0.35", linewidth=1, linestyle=":", label="no superposition, exact")
    right.plot(shown.per_dimension, shown.rise, "o", label="rise of the error / ε²")
    right.plot(shown.per_dimension, shown.shift, "s", label="change of the output / ε²")
    most = 1.3 * float(max(shown.per_dimension.max(), shown.rise.max(), shown.shift.max()))
    right.plot([0.8, most], [0.8, most], color="0.5", linewidth=1, linestyle="--", label="equal to 1/D*")
    for axes, ends in ((left, (0.8, 120)), (right, (0.8, 1.3 * float(shown.per_dimension.max())))):
        axes.set_xscale("log")
        axes.set_yscale("log")
        ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100) if tick < ends[1]]
        axes.set_xticks(ticks, map(str, ticks))
        ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100) if tick < most]
        axes.set_yticks(ticks, map(str, ticks))
        axes.minorticks_off()
        axes.set_xlim(ends)
        axes.set_ylim(0.8, most)
        axes.legend(loc="upper left")
    left.set_xlabel("1/(1 − s)   (sparser to the right)")
    left.set_ylabel("relative to no superposition")
    left.set_title(f"n = {shown.n}, m = {shown.m}: against sparsity")
    right.set_xlabel("features per dimension, $1/D^*$")
    right.set_ylabel("vulnerability")
    right.set_title("Against features per dimension")
    return figure
