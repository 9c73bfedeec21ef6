"""Correlated and anticorrelated sets of features: what training and descent without noise store, and when a pair collapses."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from analytic import law as exact_law
from analytic.exact import rational
from analytic.loss import loss_of_floats
from numeric.geometry import describe
from numeric.law import Anticorrelated, Correlated, Law
from numeric.minimise import descend
from numeric.model import initial_weights
from numeric.running.progress import Progress
from numeric.train import TrainConfig, sampled_loss, train

from ..motifs.arrows import turned

SEED = 0
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


@dataclass(frozen=True, kw_only=True)
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
    """K of weights that are floats."""
    return rational(loss_of_floats(W, b, law), "loss")


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
    return Collapse(
        density=density,
        stored=stored,
        principal=density / 6,
        lower=str(low),
        upper=str(high),
        gap_lower=float(gaps[0]),
        gap_upper=float(gaps[1]),
    )


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
