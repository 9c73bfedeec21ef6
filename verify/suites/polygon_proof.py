"""The suite of the regular pentagon and hexagon: certificates replayed, searches and training above them, the link's bound."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from importlib.resources import files

import numpy as np

from analytic.exact.enclosures import ball_ends
from analytic.law import Independent, OneHot
from analytic.loss import loss_of_floats
from analytic.polygon_proof import pentagon_density
from analytic.polygon_proof.contact import contact
from analytic.polygon_proof.link import MARGIN, Floats, Link, best_bias, energy, link, parts
from numeric import law
from numeric.minimise import minimise_loss
from numeric.running.progress import Progress, each
from numeric.train import TrainConfig, train

from ..certificate import read, verify
from ..check import Claim, Outcome, Rows, Worst, ready

NAMES = {5: "pentagon", 6: "hexagon"}
DENSITY = "pentagon-density"
FOLDER = files("analytic") / "certificates"
_STARTS, _TRAINED = 200, 100
"""Of each number of features."""
_WIDTHS = (0.003, 0.5)


TITLE = "The pentagon and the hexagon"
ABOUT = "With one feature active among five or six, the regular polygon is certified to be the least of all models."

CLAIMS: Rows[bool] = (
    (
        "polygon_certificates",
        "With one active feature among five or six, or five of small density, regular polygons are the only global minima, by "
        "integers alone.",
        lambda full, progress: certificates(full, progress),
    ),
    (
        "polygon_nothing_below",
        "No search and no trained model gets below the pentagon and the hexagon.",
        lambda full, progress: nothing_below(2000 if full else 400, progress),
    ),
    (
        "polygon_reached",
        "A search without noise reaches the pentagon and the hexagon.",
        lambda full, progress: reached(progress),
    ),
    (
        "link_bound",
        "At 100,000 random points the bound of a cell is below what the link costs there.",
        lambda full, progress: link_bound(1000, 100),
    ),
    (
        "link_line",
        "At 100,000 random points a link costs more than the level or than its line.",
        lambda full, progress: link_line(50_000),
    ),
    (
        "pentagon_density",
        "With five independent features regular pentagons are optimal up to a density of one in a million, proved anew; crooked "
        "ones cost more.",
        lambda full, progress: crooked(400 if full else 40, progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready(CLAIMS, full)


def certificates(full: bool, progress: Progress) -> Outcome:
    """How many certificates are rejected, or are for another number of features or density."""
    start = "For one active feature among {} in two dimensions the least loss"
    expected = {name: start.format(features) for features, name in NAMES.items() if full or features == 5}
    expected[DENSITY] = "For five independent features in two dimensions, each active with probability p <= 1/1000000,"
    wrong = []
    for name in each([*expected], progress):
        try:
            theorem = verify(read((FOLDER / f"{name}.json.gz").read_bytes()))
        except ValueError as error:
            theorem = str(error)
        if not theorem.startswith(expected[name]):
            wrong.append(f"{name}: {theorem}")
    return Outcome(
        exact=f"{len(expected)} certificates",
        independent=f"{len(expected) - len(wrong)} hold",
        deviation=float(len(wrong)),
        tolerance=0.0,
        reason="a count; each certificate is a proof",
        data={"wrong": wrong},
    )


def least(features: int) -> tuple[Fraction, Fraction]:
    """h/(3c), enclosed."""
    low, high = ball_ends(contact(features).potential)
    return low / (3 * features), high / (3 * features)


def ends(features: int, steps: int) -> Iterator[tuple[str, Floats, Floats]]:
    """Where searches and training end, a name with each: the distinct minima of the starts, and every trained model."""
    for minimum in minimise_loss(features, 2, law=law.OneHot(), starts=_STARTS).minima:
        yield "search", minimum.W, minimum.b
    config = TrainConfig(
        n_features=features, n_hidden=2, seeds=tuple(range(_TRAINED)), law=law.OneHot(), steps=steps, batch_size=256
    )
    run = train(config)
    assert run.b is not None
    for W, b in zip(run.W.double().numpy(), run.b.double().numpy(), strict=True):
        yield "training", W, b


def nothing_below(steps: int, progress: Progress) -> Outcome:
    """How far the exact loss of a search's end or of a trained model lies below the certified minimum."""
    worst, counts = Worst(), {"search": 0, "training": 0}
    for index, features in enumerate(NAMES):
        bound = least(features)[0]
        for name, W, b in ends(features, steps):
            loss = loss_of_floats(W, b, OneHot())
            lost = Fraction(int(loss.p), int(loss.q))
            worst.see(bound - lost, float(bound), float(lost), f"{features} features, {name}")
            counts[name] += 1
        progress((index + 1) / len(NAMES))
    counts["starts"] = len(NAMES) * _STARTS
    return worst.outcome(0.0, "none: the losses are exact; negative: all of them lie above", counts)


def reached(progress: Progress) -> Outcome:
    """How far the exact loss of the best end of a search lies above the certified minimum."""
    worst = Worst()
    for index, features in enumerate(NAMES):
        found = minimise_loss(features, 2, law=law.OneHot(), starts=_STARTS)
        loss, bound = loss_of_floats(found.W, found.b, OneHot()), least(features)[1]
        lost = Fraction(int(loss.p), int(loss.q))
        worst.see(lost - bound, float(bound), float(lost), f"{features} features")
        progress((index + 1) / len(NAMES))
    return worst.outcome(1e-13, "a gradient of 1e-10 leaves far less")


def spent(one: Link, norms: Floats, biases: Floats, cosine: Floats) -> Floats:
    """E, infinite where a feature costs more than `most`."""
    costs = energy(norms, biases, cosine)
    if one.most is None:
        return costs
    dear = np.add(*parts(norms, biases, cosine)).max(axis=0) > one.most
    return np.asarray(np.where(dear, np.inf, costs))


def link_bound(cells: int, points: int) -> Outcome:
    """How far the bound of a random cell lies above E, and above E − line, at random points in it: l₁, l₂, C and both biases."""
    rng, worst = np.random.default_rng(20261129), Worst()
    for features in NAMES:
        one = link(features)
        low = rng.uniform([0.1, 0.1, float(one.at.zero.cos())], [2.9, 2.9, 0.99], (cells // 2, 3))
        width = np.exp(rng.uniform(np.log(_WIDTHS[0]), np.log(_WIDTHS[1]), (cells // 2, 3)))
        high = np.minimum(low + width, [2.95, 2.95, 1.0])
        bound = one.bound(np.stack([low, high], axis=2).reshape(-1, 6))
        at = rng.uniform(low, high, (points, *low.shape))
        norms = np.moveaxis(at[..., :2], 2, 0)
        biases = rng.uniform(-(norms**2), np.maximum(0.6 - norms / 2, 0))
        biases[:, ::2] = _best(low, high).T[:, None] + 0.03 * rng.normal(size=biases[:, ::2].shape)
        biases = np.maximum(biases, -(norms**2))  # below, own alone is 1
        costs, line = spent(one, norms, biases, at[..., 2]), one.line(at[..., 2])
        for name, bounds, extra in (("E", bound.link, 0.0), ("E − line", bound.above_line, line)):
            over = np.where(np.isfinite(costs), bounds, -np.inf) + extra - np.where(np.isfinite(costs), costs, 0)
            place = np.unravel_index(np.argmax(over), over.shape)
            worst.see(float(over[place]), float(costs[place]), float(costs[place] + over[place]), f"{features}: {name}")
    return worst.outcome(MARGIN, "what the bound keeps in hand for rounding; negative: below everywhere")


def _best(low: Floats, high: Floats) -> Floats:
    """About the best biases (k, 2) at the centres of cells: there the bound is put to the test."""
    norms, g = (low + high)[:, :2] / 2, ((low + high) / 2).prod(axis=1)[:, None]
    return np.concatenate([best_bias(low[:, [k]], high[:, [k]], norms[:, [k]] ** 2, g) for k in (0, 1)], axis=1)


def link_line(points: int) -> Outcome:
    """How far E lies below min(level, line) at random points, half of them near the contact."""
    rng, worst = np.random.default_rng(20261130), Worst()
    for features in NAMES:
        one = link(features)
        at = one.at
        centre = np.array([float(at.squared_norm) ** 0.5] * 2 + [float(at.bias)] * 2 + [float(at.cosine)])
        far = rng.uniform([0, 0, -3, -3, float(at.zero.cos())], [2.95, 2.95, 0.6, 0.6, 1], (points // 2, 5))
        rows = np.concatenate([far, centre + 0.05 * rng.normal(size=(points // 2, 5))])
        norms, biases, cosine = rows[:, :2].T, rows[:, 2:4].T, rows[:, 4]
        costs, aim = spent(one, norms, biases, cosine), np.minimum(one.level, one.line(cosine))
        place = int(np.argmax(aim - costs))
        worst.see(float(aim[place] - costs[place]), float(aim[place]), float(costs[place]), f"{features} features")
    return worst.outcome(1e-14, "rounding of a few terms of size 1 at the contact; negative: above everywhere")


def crooked(points: int, progress: Progress) -> Outcome:
    """How far the exact loss of a pentagon lies below that of the regular one with its mean norm and bias, at densities up to the
    one that is proved: the proof says that a mean over turns and reflections costs less, and this is its value."""
    proved, at, rng, worst = pentagon_density(), contact(5), np.random.default_rng(20261201), Worst()
    for index in range(points):
        density = Fraction(int(proved.density.p), int(proved.density.q)) / 10 ** (index % 3)
        size = 10 ** rng.uniform(-4, -2.5)
        norms = float(at.squared_norm) ** 0.5 + size * rng.uniform(-1, 1, 5)
        biases = float(at.bias) + size * rng.uniform(-1, 1, 5)
        turns = 2 * np.pi * np.arange(5) / 5
        costs = [
            _independent(np.asarray(n), turns + turned, np.asarray(b), density)
            for n, b, turned in (
                (norms, biases, size * rng.uniform(-0.5, 0.5, 5)),
                (np.full(5, norms.mean()), np.full(5, biases.mean()), np.zeros(5)),
            )
        ]
        share = (costs[1] - costs[0]) / density
        worst.see(share, float(costs[1]), float(costs[0]), f"p = {density}, off by {size:.1g}")
        progress((index + 1) / points)
    return worst.outcome(
        0.0,
        "none: the losses are exact; negative: all of them lie above",
        {"density": str(proved.density), "leaves": proved.leaves, "pieces": proved.pieces, "points": points},
    )


def _independent(norms: Floats, angles: Floats, biases: Floats, density: Fraction) -> Fraction:
    W = norms * np.stack([np.cos(angles), np.sin(angles)])
    loss = loss_of_floats(W, biases, Independent(1 - density))
    return Fraction(int(loss.p), int(loss.q))
