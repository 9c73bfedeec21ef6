"""Two ways to store five features of which one has another density: their losses, where they cross, where training ends."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from analytic.exact import rational
from analytic.law import Independent
from analytic.law import variance as exact_variance
from analytic.loss import loss_of_floats
from analytic.polytope_loss import best_loss
from analytic.polytopes import polytope
from numeric.law import variance
from numeric.minimise import descend, minimise_loss
from numeric.running.progress import Progress, within
from numeric.train import Constant, TrainConfig, train

from ..motifs.arrows import turned

SEED = 0
DENSITY = Fraction(1, 20)
PUBLISHED = 2.5
"""How many times sparser than the others the feature is at the published transition, about."""
LEAST, MOST = 0.1, 3.0
STORED = 0.3
"""A norm that tells the branches apart: a stored feature has more than 1, a dropped one less than 0.1."""
WIDTH = Fraction(1, 10**11)
"""Of the crossing's enclosure: the gap's slope there is about 0.01, so that at its ends it is far above float rounding, 1e-17."""
_TIGHT = 1e-12
"""Largest gradient entry: with curvatures above 1e-3 the least value is then within 1e-12²·15/(2·1e-3) < 1e-20 below."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Branch:
    """A minimum followed over `ratio` (k,), the density of the first feature over that of the others: `loss` (k,), W (k, 2, 5),
    b (k, 5).
    """

    ratio: Floats
    loss: Floats
    W: Floats
    b: Floats

    def at(self, ratio: float) -> Floats:
        """W at the nearest ratio, the first feature pointing up."""
        return turned(self.W[int(np.abs(self.ratio - ratio).argmin())], first=0)


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """The branches cross between ratios `lower` and `upper`, exact fractions as strings.

    `gap_lower` > 0 > `gap_upper`: exact loss of the pentagon branch less that of the digons at each, rounded once; `W`, `b`
    of the pentagon branch at `upper`, where its loss is an upper bound of the least.
    """

    lower: str
    upper: str
    gap_lower: float
    gap_upper: float
    W: Floats
    b: Floats

    @property
    def ratio(self) -> float:
        return float((Fraction(self.lower) + Fraction(self.upper)) / 2)

    @property
    def radius(self) -> float:
        return float((Fraction(self.upper) - Fraction(self.lower)) / 2)


@dataclass(frozen=True)
class Trained:
    """Trained models (k,): density ratio, loss, and whether the first feature is stored; `others`: how many of the other four."""

    ratio: Floats
    loss: Floats
    stored: npt.NDArray[np.bool_]
    others: npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Uneven:
    """`pentagon` ends at its lowest ratio, below which descent from it falls to the digons; `searched` (2, k): ratio and the
    least loss that descents from random starts find; `digon_W` (2, 5).
    """

    pentagon: Branch
    digons: Branch
    crossing: Crossing
    trained: Trained
    searched: Floats
    digon_W: Floats


def sparsities(ratio: float) -> list[float]:
    return [1 - float(DENSITY) * ratio, *[1 - float(DENSITY)] * 4]


def compute(
    *, points: int, ratios: int, seeds: int, steps: int, starts: int, device: str, progress: Progress
) -> Uneven:
    up = np.geomspace(1.0, MOST, points // 2)
    down = np.geomspace(1.0, LEAST, points)
    pentagon = _pentagon(up, down)
    digons = _digons(np.geomspace(LEAST, MOST, points))
    progress(0.1)
    crossing = _crossing(pentagon)
    progress(0.2)
    places = np.geomspace(LEAST, MOST, ratios)
    trained = _train(places, seeds, steps, device, within(progress, 0.2, 0.7))
    searched = []
    for index, ratio in enumerate(places[::2]):
        searched.append((ratio, minimise_loss(5, 2, sparsities(ratio), starts=starts, seed=SEED).value))
        progress(0.7 + 0.6 * index / ratios)
    norm = float(best_loss(polytope("digon"), 1 - DENSITY, 20).norm.midpoint)
    shape = norm * np.array([[0.0, 0, 1, 0, -1], [0, 1, 0, -1, 0]])
    return Uneven(
        pentagon=pentagon,
        digons=digons,
        crossing=crossing,
        trained=trained,
        searched=np.array(searched).T,
        digon_W=shape,
    )


def _pentagon(up: Floats, down: Floats) -> Branch:
    """The minimum of a regular pentagon at ratio 1, followed both ways, downwards as long as it stores the first feature."""
    angles = np.pi / 2 + 2 * np.pi * np.arange(5) / 5
    W, b = 1.1 * np.array([np.cos(angles), np.sin(angles)]), np.full(5, -0.2)
    found = []
    for path in (up, down):
        w, c = W, b
        for ratio in path:
            end = descend(w[None], c[None], sparsities(ratio))
            w, c = end.W[0], end.b[0]
            if np.linalg.norm(w[:, 0]) < STORED:
                break
            found.append((ratio, end.loss[0], w, c))
    order = sorted({row[0]: row for row in found}.values(), key=lambda row: row[0])
    return Branch(*(np.array(part) for part in zip(*order, strict=True)))


def _digons(ratios: Floats) -> Branch:
    """Two orthogonal digons and the first feature dropped: exact, the parts do not meet. Biases: the digon's best, and E x."""
    atom = best_loss(polytope("digon"), 1 - DENSITY, 20)
    norm, bias = float(atom.norm.midpoint), float(atom.bias.midpoint)
    W = norm * np.array([[0.0, 0, 1, 0, -1], [0, 1, 0, -1, 0]])
    p = float(DENSITY) * ratios
    return Branch(
        ratios,
        2 * float(atom.loss.midpoint) + variance(p),
        np.repeat(W[None], len(ratios), axis=0),
        np.column_stack([p / 2, np.full((len(ratios), 4), bias)]),
    )


def _crossing(pentagon: Branch) -> Crossing:
    """Bisection between neighbours of the grid of which the sign differs; the signs at both ends are then those of exact
    losses.
    """
    digon = best_loss(polytope("digon"), 1 - DENSITY, 30).loss.midpoint

    def rest(ratio: Fraction, W: Floats, b: Floats) -> tuple[float, Floats, Floats]:
        end = descend(W[None], b[None], sparsities(float(ratio)), gradient_tolerance=_TIGHT)
        return float(end.loss[0]) - (2 * float(digon) + variance(float(DENSITY * ratio))), end.W[0], end.b[0]

    def gap(ratio: Fraction, W: Floats, b: Floats) -> float:
        p = DENSITY * ratio
        law = Independent((1 - p, *[1 - DENSITY] * 4))
        loss = rational(loss_of_floats(W, b, law), "loss")
        return float(loss - 2 * rational(digon, "loss") - exact_variance(p))

    dropped = variance(float(DENSITY) * pentagon.ratio)
    k = int(np.flatnonzero(pentagon.loss > 2 * float(digon) + dropped)[-1])
    low, high = (Fraction(float(pentagon.ratio[j])).limit_denominator(1000) for j in (k, k + 1))
    _, *lower = rest(low, pentagon.W[k], pentagon.b[k])
    _, *upper = rest(high, *lower)
    while high - low > WIDTH:
        middle = (low + high) / 2
        value, *there = rest(middle, *upper)
        if value > 0:
            low, lower = middle, there
        else:
            high, upper = middle, there
    W, b = upper
    return Crossing(lower=str(low), upper=str(high), gap_lower=gap(low, *lower), gap_upper=gap(high, W, b), W=W, b=b)


def _train(places: Floats, seeds: int, steps: int, device: str, progress: Progress) -> Trained:
    ratio = places.repeat(seeds)
    config = TrainConfig.product(
        {"sparsity": [tuple(sparsities(r)) for r in places.tolist()]},
        range(SEED, SEED + seeds),
        n_features=5,
        n_hidden=2,
        schedule=Constant(),
        learning_rate=1e-3,
        steps=steps,
        device=device,
    )
    training = train(config, progress=progress)
    norms = training.W.norm(dim=1).numpy()
    return Trained(ratio, training.judge().loss.numpy(), norms[:, 0] > STORED, (norms[:, 1:] > STORED).sum(axis=1))
