"""Weight stacks held to the exact circuits: one feature a neuron, two neurons for an absolute value."""

import numpy as np
import pytest
import torch
from captions import checked
from matplotlib import pyplot

from figures.sparsity import privileged_basis as figure
from numeric.model import ABSOLUTE, HIDDEN_RELU, Family
from numeric.train import TrainConfig, sampled_loss


@pytest.fixture(scope="module")
def shown() -> figure.Neurons:
    """Fewer and shorter runs than are drawn."""
    alignments = [
        figure.stacked(Family(hidden), 6, 3, 0.75, figure.DENSITIES, 2, 300, "cpu")[1] for hidden in figure.HIDDEN
    ]
    tied, _ = figure.stacked(HIDDEN_RELU, 6, 3, 0.75, figure.DENSITIES, 3, 1000, "cpu")
    small, _ = figure.stacked(ABSOLUTE, 3, 6, 1.0, figure.SMALL_DENSITIES, 8, 1500, "cpu")
    large, _ = figure.stacked(ABSOLUTE, 8, 4, 0.8, figure.LARGE_DENSITIES, 2, 500, "cpu")
    return figure.Neurons(3, tied, small, large, tuple(alignments))


@pytest.mark.parametrize(("family", "n", "m"), [(HIDDEN_RELU, 5, 3), (ABSOLUTE, 5, 6), (ABSOLUTE, 3, 6)])
def test_the_aligned_loss_is_that_of_the_circuit_written_down(family: Family, n: int, m: int) -> None:
    """On a sample of 2^17: five standard errors are 5 · 2/√2^17 < 3 %; one sample's loss has a relative spread below 2."""
    p, importance = 0.5, 0.8 ** np.arange(n)
    stored = m // 2 if family == ABSOLUTE else m
    W, b = torch.zeros(1, m, n), torch.full((1, n), p / 2)
    for i in range(stored):
        b[0, i] = 0
        W[0, i, i] = 1
        if family == ABSOLUTE:
            W[0, stored + i, i] = -1
    config = TrainConfig(
        n_features=n,
        n_hidden=m,
        seeds=(0,),
        sparsity=(1 - p,),
        importance=(tuple(importance),),
        family=family,
        signed=family == ABSOLUTE,
    )
    V = W.abs().mT if family == ABSOLUTE else None
    loss = float(sampled_loss(config, W, V, b)[0])
    assert loss == pytest.approx(figure.aligned_loss(p, importance, m, family == ABSOLUTE), rel=0.03, abs=1e-30)


def test_alignment_counts_living_neurons_with_one_large_weight() -> None:
    W = np.array([[1.0, 0, 0], [3.0, 1.0, 0], [1.0, 1.0, 0], [0.05, 0, 0]])  # shares 1, 0.9, 0.5, dead
    np.testing.assert_allclose(figure.largest_shares(W), [1, 0.9, 0.5], rtol=1e-15)
    np.testing.assert_array_equal(figure.largest_shares(np.zeros((2, 3))), [0])


@pytest.mark.slow
def test_training_beats_dropping_all_and_in_the_sparse_regime_one_feature_a_neuron(shown: figure.Neurons) -> None:
    for stack in shown.tied:
        assert 0 < stack.loss < figure.aligned_loss(stack.density, 0.75 ** np.arange(6), 0, absolute=False)
        assert stack.exact == pytest.approx(figure.aligned_loss(stack.density, 0.75 ** np.arange(6), 3, absolute=False))
    assert shown.tied[-1].loss < shown.tied[-1].exact
    for stack in shown.small:
        assert stack.exact == 0
        assert stack.loss < 0.1 * stack.density  # E Σ x² = p for three features: nine tenths are explained


@pytest.mark.slow
def test_it_is_drawn(shown: figure.Neurons) -> None:
    # The largest of six shares is at least their mean.
    assert all((line.largest >= 1 / 6).all() for line in shown.alignments)
    assert all(0 <= value <= 1 for line in shown.alignments for value in (*line.share, *line.largest))
    checked(figure.caption(shown))
    pyplot.close(figure.draw(shown))
