"""The faces' recursion, compiled, held to exact rationals, to its twin in torch, and under laws with groups."""

import numpy as np
import pytest
import torch
from exact_rows import CASES, Given, Row, arrays, hostile
from hypothesis import given, settings
from numpy.typing import NDArray

from numeric.population import face_kernel
from numeric.population.faces import expectation
from numeric.population.small import support_table

ROUNDING = 1e-14  # some 45 ε: a dozen sums of up to n positive terms, one in the other


def allowed(case: Given) -> tuple[float, float]:
    """Of value and gradient: what rounding of all the numbers brings, where no number is smaller for cancelling.

    z is off by ε (|b| + Σ|g_j|), and the gradient moves by at most 2 + 2 p_i/|g_i| of that.
    """
    g, b, own, p = case
    scale = abs(b) + sum(map(abs, g))
    return ROUNDING * scale * (1 + scale), ROUNDING * (1 + scale + (scale * p[own] / abs(g[own]) if g[own] else 0))


def check(case: Given) -> None:
    g, b, own, p, law = arrays([case])
    value, dg, db = face_kernel.rows(g, b, own, support_table(p), law)
    exact = Row.of(*case)
    within, slopes_within = allowed(case)
    assert abs(value[0] - float(exact.value)) <= within
    assert np.abs(np.append(dg[0], db[0]) - exact.gradient()).max() <= slopes_within


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_value_and_gradient(case: Given) -> None:
    check(case)


@given(hostile())
@settings(max_examples=settings().max_examples // 2)
def test_hostile_rows(case: Given) -> None:
    check(case)


def correlated(n: int, seed: int) -> tuple[NDArray[np.float64], ...]:
    """Rows under laws of any supports: 20 rows, 3 laws, entries of all sizes."""
    generator = np.random.default_rng(seed)
    g = generator.normal(size=(20, n)) * 10 ** generator.uniform(-9, 0, (20, n))
    g[generator.random((20, n)) < 0.2] = 0
    own = generator.integers(0, n, 20)
    g[np.arange(20), own] = np.abs(g[np.arange(20), own])  # as the twin wants it
    P = generator.dirichlet(np.full(2**n, 0.3), 3)
    return g, generator.normal(size=20) / 2, own, P, generator.integers(0, 3, 20)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7])
def test_the_twin(n: int) -> None:
    """The same recursion, and torch's derivative of it."""
    g, b, own, P, law = correlated(n, seed=n)
    value, dg, db = face_kernel.rows(g, b, own, P, law)
    slopes, bias = torch.from_numpy(g).requires_grad_(), torch.from_numpy(b).requires_grad_()
    twin = expectation(
        slopes, bias, torch.nn.functional.one_hot(torch.from_numpy(own), n).double(), torch.from_numpy(P[law])
    )
    twin_dg, twin_db = torch.autograd.grad(twin.sum(), (slopes, bias))
    scale = 1 + np.abs(b) + np.abs(g).sum(1)
    assert (np.abs(value - twin.detach().numpy()) <= ROUNDING * scale**2).all()
    # At equal digits in both no kink comes between them.
    np.testing.assert_allclose(dg, twin_dg.numpy(), rtol=0, atol=ROUNDING * scale.max())
    np.testing.assert_allclose(db, twin_db.numpy(), rtol=0, atol=ROUNDING * scale.max())


def test_rows_do_not_touch_each_other() -> None:
    g, b, own, P, law = correlated(4, seed=0)
    together = face_kernel.rows(g, b, own, P, law)
    for row in range(len(b)):
        alone = face_kernel.rows(*(array[row : row + 1] for array in (g, b, own)), P, law[row : row + 1])
        for found, single in zip(together, alone, strict=True):
            np.testing.assert_array_equal(found[row], single[0])


def test_the_side_of_a_jump() -> None:
    """An unlearned row at b = 0: derivatives from larger b, E x_i² and E x_i."""
    g, b, own, p, law = arrays([([0.0, 0.0], 0.0, 0, [0.6, 0.5])])
    value, dg, db = face_kernel.rows(g, b, own, support_table(p), law)
    assert value[0] == 0
    np.testing.assert_allclose([*dg[0], db[0]], [-0.4, -0.15, -0.6], rtol=4e-16)
