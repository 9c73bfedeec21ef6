"""Five features in two dimensions as sparsity grows: trained models, and beside them the minima without noise."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib import pyplot

from analytic.law import Independent
from analytic.loss import loss_of_floats
from numeric.geometry import describe
from numeric.minimise import Rest, descend, minimise_loss
from numeric.population import expected_loss as population_loss
from numeric.running.progress import Progress, within
from numeric.train import Constant, TrainConfig, train

from ..motifs.arrows import draw as draw_columns
from ..motifs.arrows import turned
from ..motifs.caption import Caption
from ..motifs.colour_scale import legend

TITLE = "Five features in two dimensions as sparsity grows"
SEED = 0
SECONDS = (19, 230)
SPARSITIES = (Fraction(0), Fraction(4, 5), Fraction(9, 10))
IMPORTANCE = tuple(Fraction(9, 10) ** i for i in range(5))
PUBLISHED = ("two alone, three unlearned", "two antipodal pairs, one unlearned", "a pentagon")
TOLERANCE = 0.1
"""Of the cosines by which a geometry is named: the noise of a constant learning rate leaves some hundredths in them."""
ORDERS = 16
"""How many of the 120 orders of the columns are descended from, those of least loss as they are."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Model:
    """W (2, 5) turned as `figures.motifs.arrows.turned` does, b (5,), its name and its exact expected loss, rounded once.

    `count` of `tried` runs or starts came to a geometry of this name.
    """

    W: Floats
    b: Floats
    geometry: str
    loss: float
    count: int
    tried: int


@dataclass(frozen=True)
class Case:
    """At one sparsity: the best of the trained models, the least of the minima without noise."""

    sparsity: float
    trained: Model
    noise_free: Model


@dataclass(frozen=True)
class FiveFeatures:
    cases: tuple[Case, ...]
    steps: int


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> FiveFeatures:
    """The published trainer (batch 1,024, rate 1e-3, 10,000 steps) without weight decay, which would move the minimum."""
    if full:
        return compute(seeds=64, starts=256, steps=10_000, device=device, progress=progress)
    return compute(seeds=4, starts=16, steps=10_000, device=device, progress=progress)


def compute(*, seeds: int, starts: int, steps: int, device: str, progress: Progress) -> FiveFeatures:
    importance = tuple(float(value) for value in IMPORTANCE)
    axes = {"sparsity": [float(s) for s in SPARSITIES]}
    config = TrainConfig.product(
        axes,
        range(SEED, SEED + seeds),
        n_features=5,
        n_hidden=2,
        importance=importance,
        schedule=Constant(),
        learning_rate=1e-3,
        steps=steps,
        device=device,
    )
    training = train(config, progress=within(progress, 0, 0.7))
    W, b, best = training.W.numpy(), training.b.numpy(), training.best()
    cases = []
    for place, s in enumerate(SPARSITIES):
        found = [str(describe(end, tolerance=TOLERANCE)) for end in training.along(axes).W[place].numpy()]
        trained = _model(W[best[place]], b[best[place]], s, found)
        solution = minimise_loss(5, 2, float(s), importance=importance, starts=starts, seed=SEED)
        found = [str(describe(end.W, tolerance=TOLERANCE)) for end in solution.minima for _ in range(end.count)]
        rest = _reordered(solution.W, solution.b, float(s), importance)
        cases.append(Case(float(s), trained, _model(rest.W[rest.best], rest.b[rest.best], s, found)))
        progress(0.7 + 0.1 * (place + 1))
    return FiveFeatures(tuple(cases), steps)


def _reordered(W: Floats, b: Floats, s: float, importance: tuple[float, ...]) -> Rest:
    """Descents from the best orders of the columns: random starts meet only some, and which feature has which neighbours
    matters little but does.
    """
    orders = [list(order) for order in permutations(range(5))]
    stacks = np.stack([W[:, order] for order in orders]), np.stack([b[order] for order in orders])
    losses = population_loss(torch.from_numpy(stacks[0]), torch.from_numpy(stacks[1]), s, importance).numpy()
    chosen = losses.argsort(kind="stable")[:ORDERS]
    return descend(stacks[0][chosen], stacks[1][chosen], s, importance)


def _model(W: Floats, b: Floats, s: Fraction, found: list[str]) -> Model:
    loss = loss_of_floats(W, b, Independent(s), IMPORTANCE)
    name = str(describe(W, tolerance=TOLERANCE))
    return Model(W=turned(W), b=b, geometry=name, loss=float(loss), count=found.count(name), tried=len(found))


def caption(shown: FiveFeatures) -> Caption:
    first, same = shown.cases[0], sum(case.trained.geometry == case.noise_free.geometry for case in shown.cases)
    return Caption(
        "Columns of W as features grow sparser: above the best trained model, below the least that descent without noise finds, "
        "and under each how many of the runs came to a geometry of that name.",
        "All losses are exact values at these weights, summed over features.",
        f"Training and descent without noise end in the same geometry at {same} of {len(shown.cases)} sparsities; rotating or "
        "reflecting W changes nothing, and each is turned so that its first long column points up.",
        (
            ("importance of feature i", "0.9^(i−1)"),
            (
                "trained",
                f"the best of {first.trained.tried} models, {shown.steps:,} steps with the published settings, without weight "
                "decay",
            ),
            (
                "without noise",
                f"the least of {first.noise_free.tried} descents on the expected loss itself and of {ORDERS} more from the best "
                "orders of its columns",
            ),
            *(
                (
                    f"s = {case.sparsity:g}",
                    f"published {claim}; trained {case.trained.geometry}, K = {case.trained.loss:.6f}; without noise "
                    f"{case.noise_free.geometry}, K = {case.noise_free.loss:.6f}; difference "
                    f"{case.trained.loss - case.noise_free.loss:.1e}",
                )
                for case, claim in zip(shown.cases, PUBLISHED, strict=True)
            ),
            ("geometries", f"named where cosines agree to {TOLERANCE}"),
        ),
    )


def draw(shown: FiveFeatures) -> Any:
    figure, panels = pyplot.subplots(2, 4, figsize=(10.4, 6.6), width_ratios=(1, 1, 1, 0.62))
    for column, case in enumerate(shown.cases):
        for row, (model, kind) in enumerate(((case.trained, "trained"), (case.noise_free, "without noise"))):
            panel = panels[row, column]
            draw_columns(panel, model.W, "12345")
            panel.set_xlabel(f"{model.geometry}\nK = {model.loss:.6f}   ({model.count} of {model.tried})")
            if column == 0:
                panel.set_ylabel(kind, fontsize=12)
        panels[0, column].set_title(f"sparsity {case.sparsity:g}", loc="center")
        gap = case.trained.loss - case.noise_free.loss
        panels[1, column].text(
            0.5,
            1.02,
            f"difference {gap:.1e}",
            transform=panels[1, column].transAxes,
            ha="center",
            color="0.35",
            fontsize=9,
        )
    legend(panels[0, 3], "Feature", r"norm $\Vert W_i\Vert$", "superposition")
    panels[1, 3].set_axis_off()
    panels[1, 3].text(
        0, 0.95, "1 most important,\n5 least (0.656);\ncircle: norm 1;\ndot: not stored", va="top", fontsize=9.5
    )
    return figure
