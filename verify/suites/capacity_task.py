"""The quadratic task held to literal expectations and to searches that know nothing of capacity."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Literal

import numpy as np
import sympy
import torch

from analytic.capacity import QuadraticModel, realise, sparse_kurtosis, weights_loss
from analytic.capacity.quadratic_task import Uniform, coefficients, kurtosis, skewness, variance
from numeric.arguments import Floats
from numeric.capacity import Atoms, QuadraticSolution, error_variance, minimise_quadratic, sparse_uniform, three_values
from numeric.metrics import capacity
from numeric.running.progress import Progress, each

from ..check import Outcome, Worst

EPS = float(np.finfo(np.float64).eps)
Method = Literal["scipy", "torch"]
METHODS: tuple[Method, Method] = ("scipy", "torch")
_STARTS = 16


def published(progress: Progress) -> Outcome:
    """Monomials that differ, at n = 5: one feature more than occur together in any term. With skewed features."""
    q = coefficients(5)
    derived = variance(q, (sympy.Integer(0), sympy.Integer(1), skewness, kurtosis))
    form = sum((kurtosis - 1 if i == j else 2) * q[i, j] ** 2 for i in range(5) for j in range(5))
    terms = len(sympy.Add.make_args(derived))
    difference = sympy.expand(derived - form)
    differ = 0 if difference == 0 else len(sympy.Add.make_args(difference))
    return Outcome(
        exact=f"{terms} terms",
        independent=f"{differ} of them differ",
        deviation=float(differ),
        tolerance=0.0,
        reason="an identity of polynomials",
    )


def tasks(count: int) -> list[tuple[QuadraticModel, int]]:
    """Models with their dimensions: increasing, constant and diminishing benefits, equal and distinct values."""
    chosen = [
        (QuadraticModel((3, 2, 1), 2), 1),
        (QuadraticModel((3, 2, 1), 6), 2),
        (QuadraticModel((1, 1, 1, 1), 5), 2),
        (QuadraticModel((2, "3/2", 1, "1/2"), 3), 2),
        (QuadraticModel((5, 4, 3, 1), 12), 2),
        (QuadraticModel((2, "3/2", 1), sparse_kurtosis("1/10")), 1),
    ]
    random = Random("tasks of capacity")
    while len(chosen) < count:
        n = random.randint(2, 4)
        values = [Fraction(k, 4) for k in random.sample(range(1, 21), n)]
        model = QuadraticModel(values, random.choice([Fraction(3, 2), 2, 4, 6, 10]))
        m = random.randint(1, n - 1)
        # At a budget where a feature enters the minimum is flat to fourth order there, and searches crawl.
        if not model.diminishing or m not in [point.total for point in model.breakpoints()]:
            chosen.append((model, m))
    return chosen[:count]


def label(model: QuadraticModel) -> str:
    values, beta = model.parameters
    return f"v = ({', '.join(map(str, values))}), β = {beta}"


def floats(model: QuadraticModel) -> tuple[list[float], Atoms]:
    values, beta = model.parameters
    return [float(v) for v in values], three_values(float(beta))


def loss(count: int, progress: Progress) -> Outcome:
    """At random rational W; both are sums of terms no larger than β (Σ v + ‖W‖²)², to which it is relative."""
    random, worst = Random("weights of capacity"), Worst()
    for _ in each(range(count), progress):
        n = random.randint(1, 5)
        m = random.randint(1, min(n, 3))
        values = [Fraction(random.randint(0, 8), 4) for _ in range(n)]
        model = QuadraticModel(values, Fraction(random.randint(4, 40), 4))
        rows = [[Fraction(random.randint(-8, 8), 8) for _ in range(n)] for _ in range(m)]
        exact = float(weights_loss(model, sympy.Matrix(rows)))
        W = torch.tensor([[float(w) for w in row] for row in rows], dtype=torch.float64)
        found = float(error_variance(W, *floats(model)))
        scale = float(model.parameters[1]) * (float(sum(values)) + float((W**2).sum())) ** 2
        worst.see(abs(exact - found) / (scale or 1.0), exact, found, f"{label(model)}, W = {W.tolist()}")
    return worst.outcome(64 * EPS, "rounding of sums of n m products, relative to β (Σ v + ‖W‖²)²", {"weights": count})


def fourth_moment(count: int, progress: Progress) -> Outcome:
    """Relative, at densities from 1/count to 1."""
    worst = Worst()
    laws: tuple[tuple[Uniform, float], ...] = (("symmetric", -1.0), ("positive", 0.0))
    for index in each(range(count), progress):
        density = Fraction(index + 1, count)
        for law, low in laws:
            exact = float(sparse_kurtosis(density, law))
            found = sparse_uniform(float(density), low).kurtosis
            worst.see(abs(exact - found) / exact, exact, found, f"{law}, density {density}")
    return worst.outcome(64 * EPS, "rounding of two moments of four atoms", {"densities": count})


def bound(count: int, progress: Progress) -> Outcome:
    """How far Σ L(v_i, C_i) exceeds the loss, and Σ C_i the rank, relative: the worse of the two.

    Every other W is the exact best one, nudged by 1e-3, where the bound is nearly reached; the rest are random.
    """
    random, worst = np.random.default_rng(7), Worst()
    for index in each(range(count), progress):
        n = int(random.integers(2, 6))
        m = int(random.integers(1, n + 1))
        values = [Fraction(int(k), 4) for k in random.integers(1, 9, n)]
        model = QuadraticModel(values, Fraction(int(random.integers(5, 40)), 4))
        W = random.normal(size=(m, n))
        if index % 2 == 0:
            W = _array(realise(model, m)) + W / 1000
        shares, rank = capacity(W), float(np.linalg.matrix_rank(W))
        allowed = float(model.loss([Fraction(float(share)) for share in shares]))
        found = float(error_variance(torch.from_numpy(W), *floats(model)))
        nothing = float(model.loss([0] * n))
        worst.see((allowed - found) / nothing, allowed, found, f"loss, number {index}, {label(model)}")
        worst.see((float(shares.sum()) - rank) / rank, rank, float(shares.sum()), f"capacity, number {index}")
    reason = "rounding of capacities, good to 10 n m eps times the ratio of norms, here up to 1e3; negative: it holds"
    return worst.outcome(1e-11, reason, {"weights": count})


@lru_cache(maxsize=256)
def searched(model: QuadraticModel, m: int, method: Method) -> QuadraticSolution:
    values, law = floats(model)
    return minimise_quadratic(values, m, law, starts=_STARTS, method=method)


def minimum(count: int, progress: Progress) -> Outcome:
    """Relative to the loss at W = 0; both signs count."""
    worst = Worst()
    for model, m in each(tasks(count), progress):
        exact = float(model.loss(model.allocate(m)))
        nothing = float(model.loss([0] * model.n))
        for method in METHODS:
            found = searched(model, m, method).value
            worst.see(abs(found - exact) / nothing, exact, found, f"{label(model)}, m = {m}, {method}")
    return worst.outcome(
        1e-12, "rounding; a gradient of 1e-9 leaves 1e-18 of value", {"tasks": count, "starts": _STARTS}
    )


def allocation(count: int, progress: Progress) -> Outcome:
    """Largest difference of a capacity; equal values and those at β ≤ 3 are told apart by sorting."""
    worst = Worst()
    for model, m in each(tasks(count), progress):
        exact = sorted(map(float, model.allocate(m)))
        for method in METHODS:
            found = sorted(searched(model, m, method).capacities.tolist())
            deviation = max(abs(a - b) for a, b in zip(exact, found, strict=True))
            worst.see(deviation, _row(exact), _row(found), f"{label(model)}, m = {m}, {method}")
    reason = "a gradient of 1e-9 over the smallest curvature; an ignored column vanishes as the square of its norm"
    return worst.outcome(1e-6, reason, {"tasks": count})


def realised(count: int, progress: Progress) -> Outcome:
    """Loss relative to that at W = 0, and capacities, of the exact weights rounded to floats."""
    worst = Worst()
    for model, m in each(tasks(count), progress):
        shares = model.allocate(m)
        W = _array(realise(model, m))
        exact, nothing = float(model.loss(shares)), float(model.loss([0] * model.n))
        found = float(error_variance(torch.from_numpy(W), *floats(model)))
        worst.see(abs(found - exact) / nothing, exact, found, f"loss, {label(model)}, m = {m}")
        for share, own in zip(map(float, shares), capacity(W).tolist(), strict=True):
            worst.see(abs(share - own), share, own, f"capacity, {label(model)}, m = {m}")
    return worst.outcome(256 * EPS, "rounding of W, of its Gram matrix and of the sum over inputs", {"tasks": count})


def _row(capacities: list[float]) -> str:
    return ", ".join(f"{c:.7f}" for c in capacities)


def _array(W: sympy.MatrixBase) -> Floats:
    return np.array([[float(entry) for entry in row] for row in W.tolist()])
