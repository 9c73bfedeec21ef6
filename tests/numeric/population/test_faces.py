"""Cube integrals of a row over all supports, held to exact vertex sums in rationals."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import torch
from hypothesis import example, given, settings, target
from hypothesis import strategies as st
from torch import Tensor

from numeric.population.faces import Moments, expectation, supports

Rationals = Sequence[Fraction]
Probabilities = dict[tuple[int, ...], Fraction]

ROUNDING = 1e-14  # of K + Σ I E x²: some 30 eps, for sums of a few thousand terms none of which cancel


def tensor(values: object) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def cube_integral(b: Fraction, g: Rationals, power: int) -> Fraction:
    """∫ ReLU(b + g·x)^k over the cube: k!/((k + t)! Π g_j) Σ_v (-1)^{t - |v|} ReLU(b + g·v)^{k + t} over nonzero g_j."""
    g = [entry for entry in g if entry]
    total = Fraction(0)
    for v in product((0, 1), repeat=len(g)):
        z = b + sum(entry for entry, at_one in zip(g, v, strict=True) if at_one)
        if z > 0:
            total += (-1) ** (len(g) - sum(v)) * z ** (power + len(g))
    return total * math.factorial(power) / (math.factorial(power + len(g)) * math.prod(g, start=Fraction(1)))


def own_integral(b: Fraction, g: Rationals, own: int) -> Fraction:
    """∫ x_i ReLU(b + g·x) by parts: (∫ ReLU² at x_i = 1 - ∫ ReLU²)/2g_i."""
    others = [entry for j, entry in enumerate(g) if j != own]
    if not g[own]:
        return cube_integral(b, others, 1) / 2
    return (cube_integral(b + g[own], others, 2) - cube_integral(b, g, 2)) / (2 * g[own])


def row_value(b: Fraction, g: Rationals, own: int | None, law: Probabilities) -> Fraction:
    """E[ReLU(z)² - 2 x_i ReLU(z)]"""
    total = Fraction(0)
    for T, P in law.items():
        active = [g[j] for j in T]
        total += P * cube_integral(b, active, 2)
        if own in T:
            total -= 2 * P * own_integral(b, active, T.index(own))
    return total


def independent(sparsity: Rationals) -> Probabilities:
    n = len(sparsity)
    return {
        T: P
        for size in range(n + 1)
        for T in combinations(range(n), size)
        if (P := math.prod((1 - s if j in T else s for j, s in enumerate(sparsity)), start=Fraction(1)))
    }


def deviation(found: float, reference: Fraction, size: Fraction) -> float:
    return float(abs(Fraction(found) - reference) / size)


def rational(values: Sequence[float]) -> list[Fraction]:
    return [Fraction(value) for value in values]


slopes = st.just(0.0) | st.tuples(st.floats(-3, 0.5), st.sampled_from([-1, 1])).map(lambda e: e[1] * 10 ** e[0])
tiny = st.tuples(st.floats(-9, -3), st.sampled_from([-1, 1])).map(lambda e: e[1] * 10 ** e[0])


@settings(max_examples=settings().max_examples // 2)
@given(
    st.integers(1, 6).flatmap(lambda n: st.lists(slopes | tiny, min_size=n, max_size=n)),
    st.floats(-2, 2) | st.just(0.0) | tiny,
    st.floats(-4, 0),
    st.booleans(),
)
@example([1.0, -1.0, 1e-9], -1e-9, 0.0, True)
def test_a_row_of_any_coefficients(g: list[float], b: float, log_density: float, extended: bool) -> None:
    """Rows that no W of few digits has: entries 0, ±[1e-3, 3] and ±[1e-9, 1e-3], the row's own one ≥ 0."""
    g = [abs(g[0]), *g[1:]]
    n, p = len(g), Fraction(10**log_density)
    law = independent([1 - p] * n)
    reference = row_value(Fraction(b), rational(g), 0, law)
    U = supports(n, torch.device("cpu"))
    P = tensor([float(law.get(tuple(np.flatnonzero(row)), 0)) for row in U.numpy()])
    none = torch.zeros(1, 2**n, dtype=torch.float64)
    own = torch.eye(n, dtype=torch.float64)[:1]
    found = expectation(tensor([g]), tensor([b]), own, P, Moments(none, none) if extended else None).item()
    error = deviation(found, reference, reference + 2 * p / 3)
    target(error, label="error")
    assert error <= ROUNDING


def test_square_and_product_from_one_function() -> None:
    """E[z_+² - 2x_i z_+] = A - ∂A/∂g_i with A = E z_+² (design, point 2)."""
    g = tensor([[0.7, -0.4, 0.9], [1.2, 0.3, 1e-7]]).requires_grad_()
    b, P = tensor([-0.2, 0.1]), torch.full((8,), 1 / 8, dtype=torch.float64)
    square = expectation(g, b, torch.zeros_like(g), P)
    (slope,) = torch.autograd.grad(square.sum(), g)
    own = torch.zeros_like(g)
    own[:, 0] = 1
    assert torch.allclose(expectation(g, b, own, P), square - slope[:, 0], rtol=0, atol=1e-15)
