"""The suite of the loss without sampling: the numeric route against the exact one, and what is minimised with it."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import torch

from analytic import law as exact_law
from analytic.loss import enclose_loss, loss_of_floats
from analytic.loss import expected_loss as exact_loss
from numeric import law as numeric_law
from numeric.minimise import minimise_loss
from numeric.population import expected_loss
from numeric.running.progress import Progress, each

from ..check import Claim, Outcome, Rows, Worst, ready
from .any_network import Network, networks

TITLE = "The loss without sampling"
ABOUT = "The loss computed in floats without samples is held to the exact one, and so is what descent on it finds."

_LAWS = ("independent", "one-hot", "correlated", "anticorrelated")


CLAIMS: Rows[bool] = (
    (
        "population",
        "The loss without sampling equals the exact rational one, under every law.",
        lambda full, progress: population(480 if full else 48, progress),
    ),
    (
        "population_many",
        "Beyond ten features, from the characteristic function, it equals rigorous enclosures.",
        lambda full, progress: many(12 if full else 3, progress),
    ),
    (
        "population_gradient",
        "Its gradient equals differences of exact losses.",
        lambda full, progress: gradient(160 if full else 16, progress),
    ),
    (
        "noise_free_seeds",
        "Noise-free minimisation of n = 5, m = 2 finds the same best loss from three seeds.",
        lambda full, progress: seeds(64 if full else 16, progress),
    ),
    (
        "noise_free_exact",
        "The exact loss of the weights it finds is the value it reports.",
        lambda full, progress: found_loss(64 if full else 16, progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready(CLAIMS, full)


def _both_laws(kind: str, network: Network) -> tuple[exact_law.Law, numeric_law.Law | None, list[float]]:
    """The same law for the exact route, for the numeric one, and the sparsities where features are independent."""
    n, s = len(network.b), network.sparsity[0]
    groups = [list(range(n))[: n // 2 + 1], list(range(n))[n // 2 + 1 :]]
    groups = [group for group in groups if group]
    if kind == "one-hot":
        return exact_law.OneHot(), numeric_law.OneHot(), []
    if kind == "correlated":
        return exact_law.Correlated(groups, s), numeric_law.Correlated(groups, float(s)), []
    if kind == "anticorrelated":
        return exact_law.Anticorrelated(groups, s), numeric_law.Anticorrelated(groups, float(s)), []
    return exact_law.Independent(network.sparsity), None, [float(entry) for entry in network.sparsity]


def _numeric_loss(network: Network, law: numeric_law.Law | None, sparsity: list[float]) -> float:
    W, b, _, importance = network.floats
    weights, bias = (torch.tensor(entry, dtype=torch.float64) for entry in (W, b))
    return float(expected_loss(weights, bias, sparsity or None, importance, law=law))


def population(count: int, progress: Progress) -> Outcome:
    """Difference over K + Σ I_i E x_i²; sparsities are tenths, rounded to floats on the numeric side."""
    worst = Worst()
    for index, network in enumerate(networks(count, ((2, 1), (3, 2), (5, 2), (6, 3)), "population")):
        kind = _LAWS[index // 4 % 4]
        law, other, sparsity = _both_laws(kind, network)
        exact = float(exact_loss(network.W, network.b, law, network.importance))
        squares = law.moments(len(network.b)).square
        scale = exact + float(sum((i * e for i, e in zip(network.importance, squares, strict=True)), Fraction(0)))
        found = _numeric_loss(network, other, sparsity)
        worst.see(abs(exact - found) / (scale or 1.0), exact, found, f"{kind}, {network.label}")
        progress((index + 1) / count)
    return worst.outcome(
        1e-10, "relative to K + Σ I_i E x_i², the accuracy that the route promises", {"networks": count}
    )


def many(count: int, progress: Progress) -> Outcome:
    """Eleven features in three dimensions at densities 1/2, 1/20, 1/1000: more than the numeric route enumerates."""
    worst, random = Worst(), Random("many")
    for index in each(range(count), progress):
        W = [[Fraction(random.randint(-48, 48), 64) for _ in range(11)] for _ in range(3)]
        b = [Fraction(random.randint(-32, 16), 64) for _ in range(11)]
        density = (Fraction(1, 2), Fraction(1, 20), Fraction(1, 1000))[index % 3]
        ball = enclose_loss(W, b, exact_law.Independent(1 - density), digits=16)
        weights, bias = (
            torch.tensor([[float(e) for e in row] for row in rows], dtype=torch.float64) for rows in (W, [b])
        )
        found = float(expected_loss(weights, bias[0], float(1 - density)))
        scale = float(ball.midpoint) + 11 * float(density) / 3
        worst.see(abs(float(ball.midpoint) - found) / scale, float(ball.midpoint), found, f"density {density}")
    return worst.outcome(1e-10, "relative to K + Σ I_i E x_i²; the ball's radius is 1e-16 of it", {"networks": count})


def gradient(count: int, progress: Progress) -> Outcome:
    """Slope along a random direction: autograd against a symmetric difference of exact losses with h = 1e-12."""
    step, random, worst = Fraction(1, 10**12), Random("directions"), Worst()
    for network in each(networks(count, ((2, 1), (3, 2), (5, 2)), "gradient"), progress):
        # Off the walls of the chambers, where the second derivative jumps, and off the kinks, where the slope does.
        shift = Fraction(1, 97)
        W = [[entry + shift * (1 + j) / (1 + a) for j, entry in enumerate(row)] for a, row in enumerate(network.W)]
        b = [entry + shift / (2 + j) for j, entry in enumerate(network.b)]
        dW = [[Fraction(random.randint(-4, 4), 4) for _ in row] for row in W]
        db = [Fraction(random.randint(-4, 4), 4) for _ in b]
        law = exact_law.Independent(network.sparsity)
        ahead, behind = (
            exact_loss(
                [[w + sign * step * d for w, d in zip(*rows, strict=True)] for rows in zip(W, dW, strict=True)],
                [w + sign * step * d for w, d in zip(b, db, strict=True)],
                law,
                network.importance,
            )
            for sign in (1, -1)
        )
        exact = float((ahead - behind) / (2 * step))
        _, _, sparsity, importance = network.floats
        weights, bias, along, across = (
            torch.tensor([[float(e) for e in row] for row in rows], dtype=torch.float64) for rows in (W, [b], dW, [db])
        )
        weights.requires_grad_(True)
        bias.requires_grad_(True)
        slopes = torch.autograd.grad(expected_loss(weights, bias[0], sparsity, importance), (weights, bias))
        found = float((slopes[0] * along).sum() + (slopes[1] * across).sum())
        worst.see(abs(exact - found) / (1 + abs(exact)), exact, found, network.label)
    return worst.outcome(1e-9, "relative; ten times the accuracy promised for the loss", {"networks": count})


def seeds(starts: int, progress: Progress) -> Outcome:
    """Spread of the best value over three seeds, at two densities."""
    worst = Worst()
    for density in each((0.05, 0.1), progress):
        values = [minimise_loss(5, 2, 1 - density, starts=starts, seed=seed).value for seed in (0, 1000, 2000)]
        worst.see(max(values) - min(values), min(values), max(values), f"density {density}")
    return worst.outcome(1e-9, "what three runs must agree to; a gradient of 1e-10 leaves far less", {"starts": starts})


def found_loss(starts: int, progress: Progress) -> Outcome:
    """The weights are floats, and so rationals: their exact loss, against the value of the minimiser, at all minima."""
    worst = Worst()
    for density in each((Fraction(1, 20), Fraction(1, 10)), progress):
        for minimum in minimise_loss(5, 2, float(1 - density), starts=starts).minima:
            law = exact_law.Independent(Fraction(float(1 - density)))
            exact = float(loss_of_floats(minimum.W, minimum.b, law))
            worst.see(abs(exact - minimum.value) / exact, exact, minimum.value, f"density {density}")
    return worst.outcome(1e-9, "relative; ten times the accuracy that the route promises", {"starts": starts})
