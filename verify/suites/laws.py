"""The suite of the laws that people use: each route against the other, and what follows in small models."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import sqrt
from random import Random
from typing import Any

import torch

from analytic import law as exact_law
from analytic.exact import rational
from analytic.loss import expected_loss as exact_loss
from analytic.loss import loss_of_floats
from numeric import law as numeric_law
from numeric.minimise import minimise_loss
from numeric.population import expected_loss, one_sided_slope
from numeric.running.progress import Progress, each
from numeric.sample.structured import Structured

from ..check import Claim, Outcome, Rows, Worst, ready

TITLE = "The laws that people use"
ABOUT = (
    "Magnitudes, switches of their own, exactly k active features and trees are held to exact losses in floats and in samples, "
    "and the smallest models under them are solved."
)
SAMPLES = 1 << 15
CROSSING = (Fraction(3660, 10000), Fraction(3661, 10000))
CLAIMS: Rows[bool] = (
    (
        "law_losses",
        "The loss without sampling equals the exact one under every law of supports and magnitudes.",
        lambda full, progress: losses(12 if full else 2, progress),
    ),
    (
        "law_samples",
        "The mean loss of samples of these laws is the exact loss.",
        lambda full, progress: samples(8 if full else 1, progress),
    ),
    (
        "signed_features",
        "For features symmetric about 0 and no biases K is half that of the linear model plus half Σ I E x².",
        lambda full, progress: signed(40 if full else 8, progress),
    ),
    (
        "binary_digon",
        "A digon of binary features is a concave kink, with one-sided slopes −2p².",
        lambda full, progress: digon(progress),
    ),
    (
        "binary_axis",
        "No binary feature is dropped: without biases K falls from the axis with slope −2p²I, whatever the importance.",
        lambda full, progress: axis(progress),
    ),
    (
        "binary_crossing",
        "From p = 0.3660 to 0.3661 on two binary features share one direction, K = p(1 − p), below it they are a partial digon.",
        lambda full, progress: crossing(progress),
    ),
    (
        "law_minima",
        "The exact loss of the weights found under these laws is the value that the search reports.",
        lambda full, progress: minima(24 if full else 2, full, progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready(CLAIMS, full)


def both_laws() -> Iterator[tuple[str, exact_law.Law, numeric_law.Law]]:
    """Laws of four features, for each side by its own constructor."""
    E, F = exact_law, numeric_law
    edges, groups = ((0, 1), (0, 2), (2, 3)), ((0, 2), (1, 3))
    yield "two of four", E.ExactlyActive(2), F.ExactlyActive(2)
    yield (
        "a tree",
        E.Tree(edges, ("1/2", "1/4", "3/8", "1/8")),
        F.Tree(edges, (0.5, 0.25, 0.375, 0.125)),
    )
    yield (
        "own switches",
        E.Correlated(groups, "1/4", own="1/8", magnitude=E.Magnitude.uniform("-1/2", 1)),
        F.Correlated(groups, 0.25, own=0.125, magnitude=F.Magnitude.uniform(-0.5, 1.0)),
    )
    yield (
        "signed",
        E.Independent("1/2", magnitude=E.Magnitude.uniform(-1, 1)),
        F.Independent(0.5, magnitude=F.Magnitude.uniform(-1.0, 1.0)),
    )
    yield (
        "binary",
        E.Independent("3/4", magnitude=E.Magnitude.binary()),
        F.Independent(0.75, magnitude=F.Magnitude.binary()),
    )
    yield (
        "a mixture",
        E.OneHot(magnitude=E.Magnitude.mixture(("1/2", E.Magnitude.binary(-1)), ("1/2", E.Magnitude.uniform()))),
        F.OneHot(magnitude=F.Magnitude.mixture((0.5, F.Magnitude.binary(-1.0)), (0.5, F.Magnitude.uniform()))),
    )
    yield (
        "a product",
        E.Product(groups, (E.ExactlyActive(1), E.Tree(((0, 1),), ("1/2", "1/4")))),
        F.Product(groups, (F.ExactlyActive(1), F.Tree(((0, 1),), (0.5, 0.25)))),
    )


def _network(random: Random, n: int = 4, m: int = 2) -> tuple[list[list[Fraction]], list[Fraction]]:
    W = [[Fraction(random.randint(-48, 48), 32) for _ in range(n)] for _ in range(m)]
    return W, [Fraction(random.randint(-24, 24), 64) for _ in range(n)]


def _floats(W: list[list[Fraction]], b: list[Fraction]) -> tuple[list[list[float]], list[float]]:
    return [[float(entry) for entry in row] for row in W], [float(entry) for entry in b]


def losses(count: int, progress: Progress) -> Outcome:
    """Difference over K + Σ E x_i²."""
    worst, random, cases = Worst(), Random("laws"), list(both_laws())
    for name, law, other in each(cases, progress):
        squares = float(sum(law.squares(4), Fraction(0)))
        for _ in range(count):
            W, b = _network(random)
            exact, found = float(exact_loss(W, b, law)), float(expected_loss(*_floats(W, b), None, law=other))
            worst.see(abs(exact - found) / (exact + squares), exact, found, name)
    reason = "relative to K + Σ E x_i², the accuracy that the route promises"
    return worst.outcome(1e-10, reason, {"networks": count * len(cases)})


def samples(count: int, progress: Progress) -> Outcome:
    """Deviation of the mean of N squared errors in units of their standard deviation over √N."""
    worst, random = Worst(), Random("samples of laws")
    cases = list(both_laws())
    for name, law, other in each(cases, progress):
        source = Structured([7], [other], 4, SAMPLES, False, torch.float64, torch.device("cpu"))
        for step in range(count):
            W, b = _network(random)
            x = source.draw(step, 1)[0, 0]
            weights, bias = (torch.tensor(part, dtype=torch.float64) for part in _floats(W, b))
            f = (weights.T @ (weights @ x) + bias[:, None]).clamp_min(0)
            squared = (x - f).square().sum(0)
            exact = float(exact_loss(W, b, law))
            off = abs(float(squared.mean()) - exact) / (float(squared.std()) / sqrt(SAMPLES))
            worst.see(off, exact, float(squared.mean()), name)
    reason = f"standard deviations; {count * len(cases)} normal means pass 6.5 with probability below {count * len(cases)}·1e-10"
    return worst.outcome(6.5, reason, {"samples": SAMPLES})


def signed(count: int, progress: Progress) -> Outcome:
    """The formula from the law's moments, against the loss in floats: z and x both change sign with x, so E x_i ReLU(z_i) is half
    of E x_i z_i, and E ReLU(z_i)² half of E z_i²."""
    worst, random = Worst(), Random("signed")
    one, other = exact_law.Magnitude.uniform(-1, 1), numeric_law.Magnitude.uniform(-1.0, 1.0)
    pairs: tuple[tuple[exact_law.Law, numeric_law.Law], ...] = (
        (exact_law.Independent("1/3", magnitude=one), numeric_law.Independent(1 / 3, magnitude=other)),
        (exact_law.ExactlyActive(2, magnitude=one), numeric_law.ExactlyActive(2, magnitude=other)),
    )
    for index in each(range(count), progress):
        law, floats = pairs[index % 2]
        W, _ = _network(random)
        products = law.moments(4).product
        exact = Fraction(0)
        for i in range(4):
            row = [sum((line[i] * line[j] for line in W), Fraction(0)) for j in range(4)]
            xz = sum((row[j] * products[i][j] for j in range(4)), Fraction(0))
            zz = sum((row[j] * row[k] * products[j][k] for j in range(4) for k in range(4)), Fraction(0))
            exact += (products[i][i] + products[i][i] - 2 * xz + zz) / 2
        found = float(expected_loss(_floats(W, [])[0], None, None, law=floats))
        worst.see(abs(float(exact) - found) / float(exact), exact, found, f"network {index}")
    return worst.outcome(1e-10, "relative, the accuracy that the loss in floats promises", {"networks": count})


def digon(progress: Progress) -> Outcome:
    """Along (0, ±1) from W = (1, −1): exact differences of step 1e-15, whose next term is below 1e-14, against
    `one_sided_slope`."""
    worst, h = Worst(), Fraction(1, 10**15)
    for p in each([Fraction(k, 10) for k in (1, 3, 5, 9)], progress):
        law = exact_law.Independent(1 - p, magnitude=exact_law.Magnitude.binary())
        other = numeric_law.Independent(float(1 - p), magnitude=numeric_law.Magnitude.binary())
        here = exact_loss([[1, -1]], [0, 0], law)
        for sign in (1, -1):
            exact = float((exact_loss([[1, -1 + sign * h]], [0, 0], law) - here) / h)
            found = one_sided_slope([[1.0, -1.0]], None, [[0.0, float(sign)]], None, None, law=other)
            worst.see(max(abs(exact - found), abs(found + 2 * float(p) ** 2)), exact, found, f"p = {p}, side {sign}")
    return worst.outcome(1e-13, "the next term of the exact difference, and rounding", {"densities": 4})


def axis(progress: Progress) -> Outcome:
    """From W = (1, 0) towards a column of the same sign: x₂ is then told from x₁ where both are on, which is worth 2p²I of slope;
    towards the other sign none. Exact differences of step 1e-15 against `one_sided_slope`."""
    worst, h = Worst(), Fraction(1, 10**15)
    for p, importance in each([(Fraction(k, 10), Fraction(1, j)) for k in (1, 5, 9) for j in (1, 20)], progress):
        law = exact_law.Independent(1 - p, magnitude=exact_law.Magnitude.binary())
        other = numeric_law.Independent(float(1 - p), magnitude=numeric_law.Magnitude.binary())
        weight = [Fraction(1), importance]
        here = exact_loss([[1, 0]], [0, 0], law, weight)
        for sign in (1, -1):
            exact = float((exact_loss([[1, sign * h]], [0, 0], law, weight) - here) / h)
            found = one_sided_slope(
                [[1.0, 0.0]], None, [[0.0, float(sign)]], None, None, [float(one) for one in weight], law=other
            )
            wanted = -2 * float(p * p * importance) if sign > 0 else 0.0
            worst.see(max(abs(exact - found), abs(found - wanted)), exact, found, f"p = {p}, I = {importance}")
    return worst.outcome(1e-13, "the next term of the exact difference, and rounding", {"settings": 6})


def crossing(progress: Progress) -> Outcome:
    """How far the exact loss of the best antipodal weights found is on the wrong side of p(1 − p), which is exactly that of
    W = (1, 1)/√2, at two densities."""
    worst = Worst()
    for p in each(CROSSING, progress):
        law = exact_law.Independent(1 - p, magnitude=exact_law.Magnitude.binary())
        half = Fraction(1, 2)
        together = rational(exact_loss([[half, half], [half, half]], [0, 0], law), "loss")
        other = numeric_law.Independent(float(1 - p), magnitude=numeric_law.Magnitude.binary())
        found = minimise_loss(2, 1, law=other, bias=False, starts=12)
        pairs = [one.W for one in found.minima if one.W[0, 0] * one.W[0, 1] < 0]
        apart = min(rational(loss_of_floats(W, [0.0, 0.0], law), "loss") for W in pairs)
        off = apart - together if p == CROSSING[0] else together - apart
        worst.see(max(float(off), abs(float(together - p * (1 - p)))), together, apart, f"p = {p}")
    return worst.outcome(
        0.0, "signs of exact differences; p(1 − p) is exact", {"densities": [str(p) for p in CROSSING]}
    )


def minima(starts: int, every: bool, progress: Progress) -> Outcome:
    """Relative difference of the reported and the exact loss of the same floats, n = 4, m = 2."""
    worst = Worst()
    cases = [case for case in both_laws() if every or case[0] in ("two of four", "a tree", "binary")]
    for name, law, other in each(cases, progress):
        found: Any = minimise_loss(4, 2, law=other, starts=starts)
        exact = float(rational(loss_of_floats(found.W, found.b, law), "loss"))
        scale = exact + float(sum(law.squares(4), Fraction(0)))
        worst.see(abs(exact - found.value) / scale, exact, found.value, name)
    return worst.outcome(1e-10, "relative to K + Σ E x_i², the accuracy that the route promises", {"starts": starts})
