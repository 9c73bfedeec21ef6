"""The sweep over densities, held to exact levels, to the population loss and to what no trained model can pass."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from captions import checked
from matplotlib import pyplot

from analytic.polytope_loss import best_loss
from analytic.polytopes import polytope
from figures.sparsity import dimensionality_sweep as figure
from numeric.population import expected_loss


def silent(share: float) -> None:
    assert 0 <= share <= 1


def test_levels_are_the_exact_ones_and_count_what_lies_within_reach() -> None:
    D = np.array([[1.0, 0.75, 2 / 3 + 0.0199, 0.5, 0.5 - 0.021], [0.4, 0.376, 0.0, 0.0, 0.2]])
    found = {level.name: level for level in figure.levels(D)}
    assert [level.written for level in found.values()] == ["1", "3/4", "2/3", "1/2", "2/5", "3/8", "0"]
    assert [round(10 * level.share) for level in found.values()] == [1, 1, 1, 1, 1, 1, 2]


@pytest.mark.parametrize("x", [Fraction(2), Fraction(9), Fraction(60)])
def test_the_best_use_of_a_dimension_has_the_loss_that_the_numeric_route_gives(x: Fraction) -> None:
    best = figure.packed([x])
    shape = polytope(best.winner[0])
    atom = best_loss(shape, 1 - 1 / x, 12)
    W = float(atom.norm.midpoint) * torch.tensor(np.array(shape.vertices.evalf(20), dtype=float))
    m, n = W.shape
    loss = float(expected_loss(W, torch.full((n,), float(atom.bias.midpoint), dtype=torch.float64), float(1 - 1 / x)))
    variance = float(1 / (3 * x) - 1 / (4 * x * x))
    # The numeric route is good to 1e-10 of loss and of Σ E x²/3 = O(n variance).
    assert best.gain[0] == pytest.approx((n - loss / variance) / m, abs=1e-8)
    assert best.per_feature[0] == pytest.approx(m / float((W**2).sum()), rel=1e-9)
    assert best.gain[0] >= 1  # single features save one variance per dimension


@pytest.mark.slow
def test_twice_as_many_features_as_dimensions_end_near_exact_digons() -> None:
    """With n = 2m sparse features digons fill the space: most D_i at ½, D* that of the exact pair and never far below, and
    nothing saved beyond it but what the sample's noise makes of it.
    """
    x = Fraction(4)
    shown = figure.sweep(24, 12, [x, x + 1], 2000, 256, "cpu", silent)
    pair = best_loss(polytope("digon"), 1 - 1 / x, 12)
    assert np.median(np.abs(shown.D[0] - 0.5)) < figure.NEAR
    assert shown.per_feature[0] == pytest.approx(1 / (2 * float(pair.norm.midpoint) ** 2), rel=0.1)
    # ΣD_i ≤ rank, whatever was learned.
    assert (shown.D.sum(axis=1) <= 12 * (1 + 1e-9)).all()
    assert 0.8 < shown.gain[0] / (2 - float(pair.loss.midpoint) / (1 / 12 - 1 / 64)) < 1.03
    text = checked(figure.caption(shown))
    assert "1/2 digon" in text
    pyplot.close(figure.draw(shown))


def test_the_published_axis() -> None:
    axis = figure.spread(5)
    assert (axis[0], axis[2], axis[-1]) == (1, 10, 100)
