"""The suite of untied networks and linear outputs: both routes, what is derived of them, and their least losses."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import sympy

from analytic.law import Correlated, Independent, OneHot
from analytic.loss import expected_loss, least_linear_loss, loss_of_floats
from numeric import law as float_law
from numeric import population
from numeric.minimise import minimise_loss
from numeric.running.progress import Progress, each

from ..check import Claim, Outcome, Rows, Worst, ready

TITLE = "Untied networks"
ABOUT = (
    "Networks ReLU(W_out W_in x + b) and linear outputs: two routes to their loss, an untied pair that is better than any "
    "antipodal one of its size, any number of features in three dimensions, and least losses beside those of tied networks."
)

CLAIMS: Rows[int] = (
    (
        "untied_routes",
        "The loss in floats of untied networks, with ReLU and with a linear output, equals the exact one.",
        lambda more, progress: routes(6 * more, progress),
    ),
    (
        "untied_pair",
        "ReLU(x - cy), ReLU(y - x/c) loses p²(1/3 - 1/6c)(1 + 1/c²), least at c = 3: 25/81 p²; the antipodal pair loses 1/3 p².",
        lambda more, progress: pair(progress),
    ),
    (
        "untied_moment_curve",
        "Untied, three dimensions hold any number of features without loss if one is active at a time.",
        lambda more, progress: moment_curve((4, 8, 16), progress),
    ),
    (
        "linear_least",
        "The least loss of a linear output is the sum of all but the m largest eigenvalues of covariance times importance.",
        lambda more, progress: linear(2 * more, progress),
    ),
    (
        "untied_least",
        "The least loss found of an untied network is below that of a tied one at (5, 2) and (6, 3), s = 3/5, exactly.",
        lambda more, progress: least(3 * more, progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready(CLAIMS, 8 if full else 1)


def routes(count: int, progress: Progress) -> Outcome:
    """Random rational networks of three to five features."""
    random, worst = Random("untied"), Worst()
    for index in each(list(range(count)), progress):
        n, m = 3 + index % 3, 1 + index % 2
        W, out = (
            [[Fraction(random.randint(-12, 12), 8) for _ in range(b)] for _ in range(a)] for a, b in ((m, n), (n, m))
        )
        b = [Fraction(random.randint(-8, 8), 8) for _ in range(n)]
        output = ("relu", "linear")[index % 4 == 3]
        exact = float(expected_loss(W, b, Independent("3/4"), W_out=out, output=output))
        arrays = (np.array([[float(entry) for entry in row] for row in rows]) for rows in (W, [b], out))
        weights, (bias,), back = arrays
        found = float(population.expected_loss(weights, bias, 0.75, W_out=back, output=output))
        worst.see(abs(found - exact) / (exact + n / 12), exact, found, f"network {index}, {output}")
    return worst.outcome(1e-11, "of K + Σ I E x², promised for few features", {"networks": count})


def pair(progress: Progress) -> Outcome:
    """The integral by SymPy, its stationary points, and the exact loss of such networks."""
    x, y, c = sympy.symbols("x y c", positive=True)
    inner = sympy.integrate(c**2 * y**2, (y, 0, x / c)) + sympy.integrate(x**2, (y, x / c, 1))  # min(x, cy)², c ≥ 1
    cost = sympy.expand(sympy.integrate(inner, (x, 0, 1)) * (1 + 1 / c**2))
    ends = sorted(sympy.solve(sympy.numer(sympy.together(sympy.diff(cost, c))), c))
    worst = Worst()
    for value in (*ends, 2, 7):
        wanted = cost.subs(c, value) / 4
        exact = expected_loss([[1, -value]], [0, 0], Independent("1/2"), W_out=[[1], [-1 / sympy.Integer(value)]])
        worst.see(abs(float(exact - wanted)), str(wanted), str(exact), f"c = {value}")
    progress(1.0)
    best = cost.subs(c, 3)
    right = ends == [1, 3] and (cost.subs(c, 1), best) == (sympy.Rational(1, 3), sympy.Rational(25, 81))
    return worst.outcome(
        0.0 if right else -1.0, "exact", {"stationary": [str(end) for end in ends], "least": str(best)}
    )


def moment_curve(sizes: tuple[int, ...], progress: Progress) -> Outcome:
    """W columns (1, j, j²), read by 1 - (i - j)²: 1 for j = i, at most 0 otherwise. Vertex sums, and in floats."""
    worst = Worst()
    for n in each(list(sizes), progress):
        W = [[1] * n, list(range(n)), [j * j for j in range(n)]]
        out = [[1 - i * i, 2 * i, -1] for i in range(n)]
        exact = expected_loss(W, [0] * n, OneHot(), W_out=out)
        found = population.expected_loss(
            np.array(W, float), None, None, law=float_law.OneHot(), W_out=np.array(out, float)
        )
        worst.see(max(abs(float(exact)), abs(float(found))), str(exact), float(found), f"n = {n}")
    return worst.outcome(
        1e-11, "rounding of K + Σ I E x² = 1/3 or less; the exact value is 0", {"features": list(sizes)}
    )


def linear(starts: int, progress: Progress) -> Outcome:
    """The closed form in exact eigenvalues, by NumPy from moments written out here, and by descents."""
    groups, importance, s = [(0, 1, 2), (3, 4)], ["1", "1/2", "2", "1", "3/4"], 0.25
    weight = np.array([float(Fraction(one)) for one in importance])
    p, together = 1 - s, np.kron(np.eye(2), np.ones((3, 3)))[:5, :5]
    covariance = np.where(together > 0, p / 4, p * p / 4) - p * p / 4 + np.eye(5) * (p / 3 - p / 4)
    root = np.sqrt(weight)
    values = np.linalg.eigvalsh(root[:, None] * covariance * root)
    worst = Worst()
    for m in each([1, 2, 3], progress):
        exact = float(least_linear_loss(5, m, Correlated(groups, "1/4"), importance))
        worst.see(abs(values[: 5 - m].sum() - exact), exact, float(values[: 5 - m].sum()), f"m = {m}, NumPy")
        law = float_law.Correlated(groups, s)
        found = minimise_loss(5, m, law=law, importance=weight, tied=False, output="linear", starts=starts).value
        worst.see(abs(found - exact), exact, found, f"m = {m}, descents")
    return worst.outcome(1e-13, "rounding of losses near 1; descents end with slopes of 1e-10", {"starts": starts})


def least(starts: int, progress: Progress) -> Outcome:
    """How far the untied least is off its exact loss; infinite unless it has converged, below the tied one."""
    worst, ratios = Worst(), {}
    for n, m in each([(5, 2), (6, 3)], progress):
        tied, untied = (minimise_loss(n, m, 0.6, tied=kind, starts=starts) for kind in (True, False))
        exact = float(loss_of_floats(untied.W, untied.b, Independent(Fraction(0.6)), W_out=untied.W_out))
        ratios[f"({n}, {m})"] = untied.value / tied.value
        below = untied.converged and untied.value < tied.value - 1e-3
        worst.see(abs(untied.value - exact) if below else np.inf, exact, untied.value, f"n = {n}, m = {m}")
    return worst.outcome(1e-12, f"rounding; searches of {starts} starts, nothing proved", {"untied/tied": ratios})
