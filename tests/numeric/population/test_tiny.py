"""Rows of WᵀW of any size: finite, equal to exact values, and with a gradient that does not depend on the size."""

import numpy as np
import pytest
import sympy

from analytic import law as exact_law
from analytic.loss import expected_loss as exact_loss
from numeric import law as laws
from numeric.population import few_active, value_and_gradient

_TINY = 2.457e-71


def exactly(value: float) -> sympy.Rational:
    return sympy.Rational(*value.as_integer_ratio())


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    ("W", "b", "groups", "off"),
    [
        ([1, _TINY, -1], [0, 0, 0], [[0, 1], [2]], 0.0),  # once inf: weights of 1e200 over slopes of 1e-71 and 1e-142
        ([1e-150, -0.3, 1e-150], [1e-20, -1e-160, 1e-20], [[0], [1, 2]], 0.0),
        ([1e-160, 1.0, -0.3], [1e-300, -1e-160, 0], [[0, 1], [2]], 1e-30),
        ([-1.0, 0.7, -1e-100], [1e-300, 0, 0], [[0], [1, 2]], 1e-200),
    ],
)
def test_groups_that_are_always_active_beside_tiny_weights(
    W: list[float], b: list[float], groups: list[list[int]], off: float, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the promised 1e-11 (K + Σ E x²), by the kernel and by its twin."""
    monkeypatch.setattr(few_active, "AVAILABLE", compiled)
    found = value_and_gradient([W], b, None, law=laws.Anticorrelated(groups, off))
    truth = exact_loss(
        [[exactly(float(w)) for w in W]],
        [exactly(float(x)) for x in b],
        exact_law.Anticorrelated(groups, exactly(off)),
    )
    assert abs(found.value - float(truth)) <= 1e-11 * (float(truth) + 1)
    assert np.isfinite(found.W).all()
    assert np.isfinite(found.b).all()


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("size", [1e-4, 1e-9, 1e-12, 1e-20, 1e-60, 1e-200])
@pytest.mark.parametrize("bias", [0.0, 0.4])
def test_the_gradient_of_a_tiny_row_among_many_features(size: float, bias: float, listed: bool) -> None:
    """An unlearned feature of thirteen, of which five have no weights: by lines, or by a law's recursion, against eight alone
    by vertex sums; within the promised 1e-8 (K + Σ E x²) ≤ 3e-8. Once it was off by 50 from 1e-9 to 1e-20."""
    generator = np.random.default_rng(1)
    W, out, b = generator.normal(size=(3, 8)), generator.normal(size=(8, 3)), 0.3 * generator.normal(size=8)
    out[4], b[4] = size * out[4], size * bias
    few = value_and_gradient(W, b, 0.7, W_out=out)
    more = np.pad(W, ((0, 0), (0, 5))), np.append(b, np.full(5, -1.0))
    law, sparsity = (None, 0.7) if listed else (laws.Independent(0.7), None)
    many = value_and_gradient(*more, sparsity, law=law, W_out=np.pad(out, ((0, 5), (0, 0))))
    assert abs(few.b[4] - many.b[4]) < 3e-8
    assert abs(few.W_out[4] - many.W_out[4]).max() < 3e-8
    assert abs(few.W - many.W[:, :8]).max() < 3e-8
