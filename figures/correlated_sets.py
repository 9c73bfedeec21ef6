"""Correlated and anticorrelated sets of features, and the collapse of a correlated set to its principal component."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from analytic import law as exact_law
from analytic.loss import expected_loss
from numeric.geometry import describe
from numeric.judge import sampled_loss
from numeric.law import Anticorrelated, Correlated, Law
from numeric.model import initial_weights
from numeric.train import TrainConfig, train

from . import Progress
from .arrows import draw as draw_columns
from .arrows import turned
from .descent import descend
from .norm_superposition import legend

TITLE = "Correlated and anticorrelated sets of features"
SEED = 0
SECONDS = (42, 400)
TWO = ((0, 1), (2, 3))
THREE = ((0, 1), (2, 3), (4, 5))
TENS = (tuple(range(10)), tuple(range(10, 20)))
SPARSE, DENSE = Fraction(1, 20), Fraction(1, 2)
CASES = (
    ("correlated", TWO, SPARSE),
    ("anticorrelated", TWO, SPARSE),
    ("correlated", THREE, SPARSE),
    ("anticorrelated", THREE, SPARSE),
    ("correlated", TWO, DENSE),
)
KINDS = ("correlated", "anticorrelated")
TOLERANCE = 0.1
WIDTH = Fraction(1, 10**8)
Floats = npt.NDArray[np.float64]
Sets = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Model:
    """W (2, n) turned, b (n,), the name of its geometry, its exact expected loss, rounded once."""

    W: Floats
    b: Floats
    geometry: str
    loss: float


@dataclass(frozen=True)
class Case:
    """`kind` of sets, `sets` of two features each, `density` of a set; the least of the trained models and without noise."""

    kind: str
    sets: int
    density: float
    trained: Model
    noise_free: Model


@dataclass(frozen=True)
class Collapse:
    """Two correlated sets of two in the plane: over the `density` (k,) of a set the loss of the branch that stores each feature,
    `stored`, and of the principal components, p/6, `principal`. They cross between `lower` and `upper`, exact fractions as
    strings; `gap_lower` < 0 < `gap_upper`: stored less principal at each, from exact losses.
    """

    density: Floats
    stored: Floats
    principal: Floats
    lower: str
    upper: str
    gap_lower: float
    gap_upper: float

    @property
    def crossing(self) -> float:
        return float((Fraction(self.lower) + Fraction(self.upper)) / 2)


@dataclass(frozen=True)
class Tens:
    """Two sets of ten in ten dimensions, trained: WᵀW (20, 20), the mean over features of Σ (Ŵ_i·W_j)² over the other features
    of its own set, `within`, and over those of the other set, `across`; `loss` on one fixed sample.
    """

    kind: str
    gram: Floats
    within: float
    across: float
    loss: float


@dataclass(frozen=True)
class Correlation:
    cases: tuple[Case, ...]
    collapse: Collapse
    tens: tuple[Tens, ...]
    seeds: int
    starts: int


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Correlation:
    """Trained at a rate that falls from 0.1 (`TrainConfig`'s default): the published settings are not given."""
    if full:
        return compute(seeds=16, starts=48, points=60, steps=5000, tens=4000, device=device, progress=progress)
    return compute(seeds=4, starts=12, points=16, steps=1500, tens=600, device=device, progress=progress)


def compute(
    *, seeds: int, starts: int, points: int, steps: int, tens: int, device: str, progress: Progress
) -> Correlation:
    cases = []
    for kind, sets, density in CASES:
        cases.append(_case(kind, sets, density, seeds, starts, steps, device))
        progress(0.6 * len(cases) / len(CASES))
    collapse = _collapse(points, starts)
    progress(0.75)
    large = tuple(_tens(kind, seeds, tens, device) for kind in KINDS)
    return Correlation(tuple(cases), collapse, large, seeds, starts)


def exact_loss(W: Floats, b: Floats, law: exact_law.Law) -> Fraction:
    """Weights are floats, and so rationals."""
    rows = [[Fraction(entry) for entry in row] for row in W.tolist()]
    loss = expected_loss(rows, [Fraction(entry) for entry in b.tolist()], law)
    return Fraction(int(loss.p), int(loss.q))


def laws(kind: str, sets: Sets, density: Fraction) -> tuple[Law, exact_law.Law]:
    """The law of the numeric route and that of the exact one."""
    if kind == "correlated":
        return Correlated(sets, float(1 - density)), exact_law.Correlated(sets, 1 - density)
    return Anticorrelated(sets, float(1 - density)), exact_law.Anticorrelated(sets, 1 - density)


def _least(kind: str, sets: Sets, density: Fraction, starts: int) -> tuple[Floats, Floats]:
    """W and b of the least of random starts, and of that one with two features swapped: the shape is easily found, which
    feature lies where less so.
    """
    n = sum(map(len, sets))
    law, _ = laws(kind, sets, density)
    W = initial_weights(n, 2, range(SEED, SEED + starts)).numpy()
    rest = descend(W, np.zeros((starts, n)), None, law=law, iterations=400, gradient_tolerance=1e-9)
    W, b = rest.W[rest.best], rest.b[rest.best]
    orders = [_swapped(n, i, j) for i in range(n) for j in range(i + 1)]
    W, b = np.stack([W[:, order] for order in orders]), np.stack([b[order] for order in orders])
    rest = descend(W, b, None, law=law, iterations=200)
    return rest.W[rest.best], rest.b[rest.best]


def _swapped(n: int, i: int, j: int) -> list[int]:
    order = list(range(n))
    order[i], order[j] = j, i
    return order


def _case(kind: str, sets: Sets, density: Fraction, seeds: int, starts: int, steps: int, device: str) -> Case:
    law, exact = laws(kind, sets, density)
    n = sum(map(len, sets))
    config = TrainConfig(
        n_features=n,
        n_hidden=2,
        seeds=tuple(range(SEED, SEED + seeds)),
        law=law,
        steps=steps,
        device=device,
    )
    training = train(config)
    assert training.b is not None
    (best,) = training.best()
    pairs = (training.W[best].numpy(), training.b[best].numpy()), _least(kind, sets, density, starts)
    trained, free = (
        Model(turned(W), b, str(describe(W, tolerance=TOLERANCE)), float(exact_loss(W, b, exact))) for W, b in pairs
    )
    return Case(kind, len(sets), float(density), trained, free)


def _collapse(points: int, starts: int) -> Collapse:
    """The stored branch followed from low density up, and bisection for where its exact loss passes p/6."""
    W, b = _least("correlated", TWO, SPARSE, starts)
    grid = [Fraction(round(p * 1000), 1000) for p in np.linspace(float(SPARSE), 0.4, points)]
    path = []
    for p in grid:
        W, b, loss = _rest(p, W, b)
        path.append((p, W, b, loss))
    stored = np.array([float(loss) for *_, loss in path])
    k = next(k for k, (p, *_, loss) in enumerate(path) if loss > p / 6)
    (low, _, _, below), (high, W, b, above) = path[k - 1], path[k]
    start = path[k - 1][1:3]
    gaps = [below - low / 6, above - high / 6]
    while high - low > WIDTH:
        middle = (low + high) / 2
        *there, loss = _rest(middle, *start)
        if loss < middle / 6:
            low, start, gaps[0] = middle, (there[0], there[1]), loss - middle / 6
        else:
            high, gaps[1] = middle, loss - middle / 6
    density = np.array([float(p) for p in grid])
    return Collapse(density, stored, density / 6, str(low), str(high), *map(float, gaps))


def _rest(p: Fraction, W: Floats, b: Floats) -> tuple[Floats, Floats, Fraction]:
    end = descend(W[None], b[None], None, law=Correlated(TWO, float(1 - p)), iterations=400, gradient_tolerance=1e-10)
    return end.W[0], end.b[0], exact_loss(end.W[0], end.b[0], exact_law.Correlated(TWO, 1 - p))


def _tens(kind: str, seeds: int, steps: int, device: str) -> Tens:
    config = TrainConfig(
        n_features=20,
        n_hidden=10,
        seeds=tuple(range(SEED, SEED + seeds)),
        law=laws(kind, TENS, SPARSE)[0],
        learning_rate=0.02,
        steps=steps,
        device=device,
    )
    training = train(config)
    losses = sampled_loss(config, training.W, None, training.b).numpy()
    W = training.W[int(losses.argmin())].numpy()
    return Tens(kind, W.T @ W, *shares(W, TENS), float(losses.min()))


def shares(W: Floats, sets: Sets) -> tuple[float, float]:
    """Means over features of Σ_j (Ŵ_i·W_j)² over the j ≠ i of i's own set, and over the j of the others."""
    units = W / np.maximum(np.linalg.norm(W, axis=0), 1e-300)
    squares = (units.T @ W) ** 2
    label = np.empty(W.shape[1], dtype=int)
    for place, members in enumerate(sets):
        label[list(members)] = place
    own = (label[:, None] == label) & ~np.eye(len(label), dtype=bool)
    other = label[:, None] != label
    return float((squares * own).sum(axis=1).mean()), float((squares * other).sum(axis=1).mean())


def caption(shown: Correlation) -> str:
    parts = "; ".join(
        f"{case.sets} {case.kind} sets of two, set density {case.density:g}: trained {case.trained.geometry}, "
        f"K = {case.trained.loss:.6f}, without noise {case.noise_free.geometry}, K = {case.noise_free.loss:.6f}"
        for case in shown.cases
    )
    collapse = shown.collapse
    tens = "; ".join(
        f"{one.kind}: interference {one.within:.2f} within a set, {one.across:.2f} across" for one in shown.tens
    )
    return (
        "Correlated sets are on or off together, anticorrelated ones have exactly one feature on if any; features of one set "
        f"have one letter. {parts} (exact losses at these weights; best of {shown.seeds} trained models, least of {shown.starts} "
        "descents and of more with two features swapped). Published: correlated features are stored orthogonally, "
        "anticorrelated ones as antipodal pairs, which cost nothing as they are never on together; and dense correlated sets "
        "collapse to their principal component. Two correlated "
        "sets of two then lose exactly p/6 (1/12 for each set that is on): less than the branch that stores each feature from a "
        f"set density of p = {collapse.crossing:.7f} on (± {float(WIDTH):.0e}, signs of exact losses at both ends). Right: WᵀW "
        f"of two sets of ten in ten dimensions, trained, at density {float(SPARSE):g}; {tens}."
    )


def draw(shown: Correlation) -> Any:
    figure = pyplot.figure(figsize=(12.0, 9.4))
    grid = figure.add_gridspec(3, 1, height_ratios=(1, 1, 1.25))
    top, middle, bottom = (
        grid[0].subgridspec(1, 5),
        grid[1].subgridspec(1, 5),
        grid[2].subgridspec(1, 4, width_ratios=(1.2, 1, 1, 0.5)),
    )
    for column, case in enumerate(shown.cases):
        labels = [f"{letter}{k}" for letter in "abc"[: case.sets] for k in (1, 2)]
        for row, model in ((top, case.trained), (middle, case.noise_free)):
            axes = figure.add_subplot(row[0, column])
            draw_columns(axes, model.W, labels, reach=1.75, size=8.5)
            name = model.geometry if len(model.geometry) < 24 else model.geometry.replace(" + ", " +\n")
            axes.set_xlabel(f"{name}\nK = {model.loss:.6f}", fontsize=9)
            if column == 0:
                axes.set_ylabel("trained" if row is top else "without noise", fontsize=11)
            if row is top:
                axes.set_title(f"{case.sets} {case.kind}, p = {case.density:g}", loc="center", fontsize=9.5)
    collapse = shown.collapse
    panel = figure.add_subplot(bottom[0])
    panel.plot(collapse.density, collapse.stored / collapse.density, "-", label="each feature stored")
    panel.plot(collapse.density, collapse.principal / collapse.density, "--", label="principal components, 1/6")
    panel.axvline(collapse.crossing, color="0.35", linewidth=0.9)
    panel.annotate(
        f"{collapse.crossing:.4f}", (collapse.crossing, 0.02), xytext=(4, 0), textcoords="offset points", fontsize=9
    )
    panel.set_ylim(0, None)
    panel.set_xlabel("density p of a set")
    panel.set_ylabel("loss K / p")
    panel.set_title("2 correlated sets: the collapse")
    panel.legend(loc="lower right", bbox_to_anchor=(1.0, 0.12), fontsize=8.5)
    maps = [figure.add_subplot(bottom[1 + place]) for place in range(len(shown.tens))]
    for axes, one in zip(maps, shown.tens, strict=True):
        image = axes.imshow(one.gram, cmap="PuOr_r", vmin=-1.2, vmax=1.2)
        axes.axhline(9.5, color="black", linewidth=0.8)
        axes.axvline(9.5, color="black", linewidth=0.8)
        axes.set_xticks([4.5, 14.5], ["set a", "set b"])
        axes.set_yticks([4.5, 14.5], ["a", "b"])
        axes.set_title(f"$W^T W$, {one.kind} tens")
        axes.set_xlabel(f"interference: within {one.within:.2f}, across {one.across:.2f}", fontsize=9)
    figure.colorbar(image, ax=maps, shrink=0.6)
    legend(figure.add_subplot(bottom[3]), "Arrows", r"norm $\Vert W_i\Vert$", "superposition")
    return figure
