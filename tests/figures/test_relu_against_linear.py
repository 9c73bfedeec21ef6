"""The ReLU and the linear model: the linear one against its exact optimum, both against counting by hand."""

import numpy as np
import pytest
from captions import checked
from matplotlib import pyplot

from figures.sparsity import relu_against_linear as figure
from numeric.metrics import feature_norms


def silent(share: float) -> None:
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def shown() -> figure.Comparison:
    return figure.Comparison(
        figure.models(8, 2, 0.7, 1500, 2, 256, "cpu", silent), figure.models(10, 3, 0.7, 1500, 1, 256, "cpu", silent)
    )


def test_the_linear_loss_is_that_of_its_definition() -> None:
    """Against a sample: the standard error of its mean, times 5, fails once in 1.7 million."""
    rng = np.random.default_rng(1)
    W, b, importance = rng.normal(size=(2, 5)) / 2, rng.normal(size=5) / 10, 0.8 ** np.arange(5)
    x = rng.uniform(size=(200_000, 5)) * (rng.uniform(size=(200_000, 5)) < 0.3)
    losses = (x - x @ W.T @ W - b) ** 2 @ importance
    error = losses.std() / np.sqrt(len(losses))
    assert abs(figure.linear_loss(W, b, 0.3, importance) - losses.mean()) < 5 * error


def test_no_linear_weights_fall_below_the_least_linear_loss_and_the_projection_attains_it() -> None:
    rng = np.random.default_rng(2)
    importance, mean = 0.7 ** np.arange(6), 0.15
    least = figure.linear_least(2, 0.3, importance)
    W = np.eye(6)[:2]
    b = np.where(np.arange(6) < 2, 0.0, mean)
    assert figure.linear_loss(W, b, 0.3, importance) == pytest.approx(least, rel=1e-14)
    for size in (1e-3, 0.1, 1.0):
        for _ in range(50):
            other, bias = W + size * rng.normal(size=(2, 6)), b + size * rng.normal(size=6)
            assert figure.linear_loss(other, bias, 0.3, importance) > least


@pytest.mark.slow
def test_the_linear_model_learns_the_most_important_features_at_every_density(shown: figure.Comparison) -> None:
    """Nearer to the exact optimum than the second best choice of m features is: that one loses I_{m−1} and gains I_m."""
    for group in (shown.small, shown.large):
        assert all(group.top)
        excess = group.linear_loss / group.linear_least - 1
        assert (excess > -1e-12).all()  # rounding of K
        importance = 0.7 ** np.arange(group.n)
        assert excess.max() < (importance[group.m - 1] - importance[group.m]) / importance[group.m :].sum()


@pytest.mark.slow
def test_sparser_features_are_packed_closer(shown: figure.Comparison) -> None:
    """Dense features leave the top m (nothing else pays at p = 1 with importances this far apart); rare ones do not."""
    for group in (shown.small, shown.large):
        counts = (feature_norms(group.W) ** 2 >= 0.5).sum(axis=1)
        assert tuple(counts) == group.represented
        assert group.represented[-1] > group.represented[0]
        assert group.represented[0] <= group.m + 1


@pytest.mark.slow
def test_it_is_drawn_with_the_published_counts(shown: figure.Comparison) -> None:
    text = checked(figure.caption(shown))
    assert "5, 7, 9, 10, 11, 12, 12" in text
    pyplot.close(figure.draw(shown))
