"""Minima of laws with negative single values, which lie on kinks of the loss."""

import numpy as np
import pytest
import sympy

from analytic import law as exact_law
from analytic.loss import expected_loss as exact_loss
from numeric.law import Independent, Magnitude
from numeric.minimise import minimise_loss
from numeric.population import convex_kinks, expected_loss

MIXTURES = {
    "even": ("1/2", (1, -1)),
    "mostly positive": ("4/5", (1, -1)),
    "a far one": ("1/2", (1, -2)),
}


def laws(name: str) -> tuple[Independent, exact_law.Independent]:
    share, (first, second) = MIXTURES[name]
    weight = sympy.Rational(share)
    binary, exact = Magnitude.binary, exact_law.Magnitude
    floats = Magnitude.mixture((float(weight), binary(first)), (float(1 - weight), binary(second)))
    rational = exact.mixture((weight, exact.binary(first)), (1 - weight, exact.binary(second)))
    return Independent(0.6, magnitude=floats), exact_law.Independent("3/5", magnitude=rational)


@pytest.mark.parametrize(
    ("name", "n", "m"), [*((name, 2, 1) for name in MIXTURES), ("even", 3, 2), ("mostly positive", 3, 2)]
)
@pytest.mark.slow
def test_a_search_ends_on_the_kink(name: str, n: int, m: int) -> None:
    """It has converged, on a kink: K rises in 300 directions from there (h = 1e-6; curvature takes less than h), and is the exact
    loss of the same numbers to 1e-11 (K + Σ E x²)."""
    law, exact = laws(name)
    found = minimise_loss(n, m, law=law, starts=12, seed=0)
    assert found.converged
    assert found.minima[0].kinks
    near = convex_kinks(found.W, found.b, law)
    assert len(near.feature)
    generator, h = np.random.default_rng(0), 1e-6
    along = [(generator.standard_normal((m, n)), generator.standard_normal(n)) for _ in range(300)]
    W, b = (
        np.stack([at + h * step for step in steps])
        for at, steps in zip((found.W, found.b), zip(*along, strict=True), strict=True)
    )
    assert (np.asarray(expected_loss(W, b, None, law=law)) - found.value > -1e-14).all()
    rows = [[sympy.Rational(*value.as_integer_ratio()) for value in row] for row in found.W]
    bias = [sympy.Rational(*value.as_integer_ratio()) for value in found.b]
    truth = float(exact_loss(rows, bias, exact))
    assert abs(found.value - truth) <= 1e-11 * (truth + 2 * n)


def test_how_much_a_kink_rises() -> None:
    """Of two features that are −1 when they are active, with W = (1, −1): both are, with probability .16, and z = 0 for each.
    By one-sided differences, to O(h)."""
    law, W, h = Independent(0.6, magnitude=Magnitude.binary(-1)), np.array([[1.0, -1.0]]), 1e-7
    found = convex_kinks(W, [0.0, 0.0], law, [1.0, 2.0])
    assert found.feature.tolist() == [0, 1]
    assert found.x.tolist() == [[-1.0, -1.0]] * 2
    assert found.rise == pytest.approx([0.32, 0.64], rel=1e-12)
    for feature, rise in zip(found.feature, found.rise, strict=True):
        up, none, down = (
            float(expected_loss(W, step * h * np.eye(2)[feature], None, [1.0, 2.0], law=law)) for step in (1, 0, -1)
        )
        assert (up - none) / h + (down - none) / h == pytest.approx(rise, abs=1e-6)


def test_positive_values_have_no_convex_kinks() -> None:
    law = Independent(0.6, magnitude=Magnitude.binary(1))
    assert not len(convex_kinks([[1.0, -1.0]], [0.0, 0.0], law).feature)
