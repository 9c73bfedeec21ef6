"""The suite of the exact loss of any network: quadrature, sampling, identities, invariances, published values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random

import sympy

from analytic.exact import to_flint
from analytic.law import Anticorrelated, Correlated, Independent, Law, OneHot
from analytic.loss import enclose_loss, expected_loss
from analytic.loss.cube import expectation, positive_part, transform, vertices
from numeric.law import variance as float_variance
from numeric.monte_carlo import expected_loss_monte_carlo
from numeric.quadrature import expected_loss_quadrature
from numeric.running.progress import Progress, each

from ..check import Claim, Outcome, Rows, Worst, ready

TITLE = "Any network"
ABOUT = (
    "The exact loss of a network of any shape is held to quadrature, sampling and published values; the smallest "
    "model is a special case."
)

Matrix = list[list[Fraction]]


@dataclass(frozen=True)
class Network:
    """An exact model with a sparsity for each feature."""

    W: Matrix
    b: list[Fraction]
    sparsity: tuple[Fraction, ...]
    importance: list[Fraction]

    @property
    def exact(self) -> sympy.Rational:
        return expected_loss(self.W, self.b, Independent(self.sparsity), self.importance)

    @property
    def floats(self) -> tuple[list[list[float]], list[float], list[float], list[float]]:
        W = [[float(entry) for entry in row] for row in self.W]
        b, sparsity, importance = ([float(entry) for entry in v] for v in (self.b, self.sparsity, self.importance))
        return W, b, sparsity, importance

    @property
    def label(self) -> str:
        rows = "; ".join(", ".join(map(str, row)) for row in self.W)
        return f"W = ({rows}), b = ({', '.join(map(str, self.b))}), s = ({', '.join(map(str, self.sparsity))})"


def networks(count: int, sizes: tuple[tuple[int, int], ...], name: str) -> list[Network]:
    """Random rational models of (n, m) in `sizes`, in turn; every fourth has a zero column, a repeated one or no bias."""
    random = Random(name)

    def number(low: int, high: int, per: int) -> Fraction:
        return Fraction(random.randint(low, high), per)

    found = []
    for index in range(count):
        n, m = sizes[index % len(sizes)]
        W = [[number(-12, 12, 8) for _ in range(n)] for _ in range(m)]
        b = [number(-8, 8, 8) for _ in range(n)]
        special = index % 16
        for row in W:
            row[0] = Fraction(0) if special == 3 else row[n - 1] if special == 7 else row[0]
        if special == 11:
            b = [Fraction(0)] * n
        found.append(Network(W, b, tuple(number(0, 9, 10) for _ in range(n)), [number(0, 8, 4) for _ in range(n)]))
    return found


CLAIMS: Rows[int] = (
    (
        "network_quadrature",
        "The exact loss of networks with n = 2 and 3, with bias, equals nested quadrature.",
        lambda more, progress: quadrature(16 * more, progress),
    ),
    (
        "network_monte_carlo",
        "The exact loss of networks with n = 5, m = 2 equals the sample mean of the squared error.",
        lambda more, progress: monte_carlo(4 * more, 1_000_000 * more, progress),
    ),
    (
        "network_products",
        "E[x_j ReLU(z_i)] is half the slope of E ReLU(z_i)² in G_ij.",
        lambda more, progress: products(12 * more, progress),
    ),
    (
        "network_invariance",
        "Turning the hidden space or renaming equal features leaves the exact loss the same.",
        lambda more, progress: invariance(8 * more, progress),
    ),
    (
        "network_variance",
        "Without weights, and with biases E x, the loss is Σ I_i Var x_i, under every law.",
        lambda more, progress: variance(progress),
    ),
    (
        "network_enclosure",
        "The ball route holds the rational value, at 15, 30 and 60 digits.",
        lambda more, progress: enclosure(8 * more, progress),
    ),
    (
        "one_hot",
        "With one active feature, c = 6, the 4-gon with 0, 1, 2 rising dead features has the published loss.",
        lambda more, progress: one_hot(progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready(CLAIMS, 10 if full else 1)


def quadrature(count: int, progress: Progress) -> Outcome:
    worst = Worst()
    for network in each(networks(count, ((2, 1), (2, 2), (3, 1), (3, 2)), "quadrature"), progress):
        exact, integral = float(network.exact), expected_loss_quadrature(*network.floats).value
        worst.see(abs(exact - integral) / (exact or 1.0), exact, integral, network.label)
    reason = "relative; the quadrature asks for 1e-13 and loses digits to cancellation where K is small"
    return worst.outcome(1e-9, reason, {"networks": count})


def monte_carlo(count: int, samples: int, progress: Progress) -> Outcome:
    worst = Worst()
    for index, network in enumerate(networks(count, ((5, 2),), "monte carlo")):
        exact = float(network.exact)
        mean, error = expected_loss_monte_carlo(*network.floats, samples=samples, seed=index)
        worst.see(abs(exact - mean) / error, exact, mean, network.label)
        progress((index + 1) / count)
    reason = f"standard errors of {samples:,} samples; false alarm in one of {count} networks: {count * 5.7e-7:.0e}"
    return worst.outcome(5.0, reason, {"networks": count})


def products(count: int, progress: Progress) -> Outcome:
    """Both sides by the exact route, the slope as a symmetric difference of rationals with h = 1e-12."""
    step, random = Fraction(1, 10**12), Random("products")
    worst = Worst()
    for index in each(range(count), progress):
        n = 2 + index % 4
        g = [Fraction(random.randint(-8, 8), 5) for _ in range(n)]
        b, j = Fraction(random.randint(-6, 6), 7), random.randrange(n)
        law = (Independent("2/5"), Correlated([range(n)], "1/3"), Anticorrelated([range(n)], "1/3"), OneHot())[
            index % 4
        ]

        def mean(g: list[Fraction], power: int, weighted: int | None, law: Law = law, b: Fraction = b) -> Fraction:
            row = [to_flint(entry) for entry in g]
            terms = transform(row, law.blocks(len(g)), to_flint, weighted)
            return Fraction(str(expectation(terms, vertices(row, to_flint(b)), power, positive_part)))

        ahead, behind = ([*g[:j], g[j] + sign * step, *g[j + 1 :]] for sign in (1, -1))
        slope = (mean(ahead, 2, None) - mean(behind, 2, None)) / (4 * step)
        product = mean(g, 1, j)
        worst.see(abs(slope - product), float(product), float(slope), f"{law}, g = {[*map(str, g)]}")
    reason = "rational differences with h = 1e-12: h times a second derivative that may jump, below 10"
    return worst.outcome(1e-11, reason, {"networks": count})


def invariance(count: int, progress: Progress) -> Outcome:
    """The rotation by (3/5, 4/5) and the reversal of features that share one sparsity, all in rationals."""
    worst = Worst()
    cosine, sine = Fraction(3, 5), Fraction(4, 5)
    for network in each(networks(count, ((3, 2), (5, 2)), "invariance"), progress):
        law = Independent(network.sparsity[0])
        first, second = network.W
        turned = [
            [cosine * x - sine * y for x, y in zip(first, second, strict=True)],
            [sine * x + cosine * y for x, y in zip(first, second, strict=True)],
        ]
        renamed = [row[::-1] for row in turned]
        exact = expected_loss(network.W, network.b, law, network.importance)
        moved = expected_loss(renamed, network.b[::-1], law, network.importance[::-1])
        before, after = Fraction(str(exact)), Fraction(str(moved))
        worst.see(abs(before - after), before, after, network.label)
    return worst.outcome(0.0, "both exact", {"networks": count})


def variance(progress: Progress) -> Outcome:
    laws: tuple[Law, ...] = (
        Independent("1/3"),
        Independent((0, "1/2", "9/10", 1)),
        OneHot(),
        Correlated([[0, 2], [1, 3]], "1/4"),
        Anticorrelated([[0, 1, 2], [3]], "1/4"),
    )
    importance = [Fraction(1), Fraction(2), Fraction(1, 3), Fraction(3, 4)]
    worst = Worst()
    for law in laws:
        # The moments of an indicator times a uniform, from the supports themselves.
        active = [sum((p for support, p in law.supports(4) if i in support), Fraction(0)) for i in range(4)]
        spread = sum((w * float_variance(p) for w, p in zip(importance, active, strict=True)), Fraction(0))
        exact = Fraction(str(expected_loss([[0] * 4], [p / 2 for p in active], law, importance)))
        worst.see(abs(exact - spread), exact, spread, str(law))
    return worst.outcome(0.0, "both exact", {"laws": len(laws)})


def enclosure(count: int, progress: Progress) -> Outcome:
    """How far, in radii, the rational value lies from the middle of its ball."""
    worst = Worst()
    for network in each(networks(count, ((3, 2), (5, 2), (6, 3)), "enclosure"), progress):
        exact = network.exact
        for digits in (15, 30, 60):
            middle, radius = enclose_loss(
                network.W, network.b, Independent(network.sparsity), network.importance, digits
            )
            share = float(abs(middle - exact) / radius) if radius else float(middle != exact) * 2
            worst.see(share, float(exact), float(middle), network.label)
    reason = "radii of the ball: the value lies inside"
    return worst.outcome(1.0, reason, {"networks": count})


def one_hot(progress: Progress) -> Outcome:
    """K = H/3c with H of Chen et al. 2023: a dead feature adds 1, a rising one (b = 1/2c) 1 − 3/4c."""
    published = (0.11111, 0.10417, 0.09722)
    W = [[1, 0, -1, 0, 0, 0], [0, 1, 0, -1, 0, 0]]
    worst = Worst()
    for rising, value in enumerate(published):
        tail = [Fraction(1, 12)] * rising + [Fraction(-1)] * (2 - rising)
        exact = expected_loss(W, [0, 0, 0, 0, *tail], OneHot())
        worst.see(abs(float(exact) - value), str(exact), str(value), f"{rising} rising features")
    return worst.outcome(5e-6, "the published values have five decimals")
