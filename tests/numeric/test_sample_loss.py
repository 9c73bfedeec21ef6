"""The loss on finite samples and its hand-written gradient, held to the literal definition and autograd."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from torch import Tensor

from analytic.memorised import t_gon
from numeric.memorise import SampleLoss, sample_loss

EPS = np.finfo(np.float64).eps
CPU = torch.device("cpu")


def literal(parameters: Tensor, X: Tensor, importance: Tensor) -> Tensor:
    """Σ_i I_i (ReLU(WᵀWx + b)_i - x_i)² of every sample: (models, T)."""
    W, b = parameters[:, :-1], parameters[:, -1]
    f = torch.relu(X @ (W.mT @ W) + b[:, None])
    return ((f - X) ** 2 * importance).sum(dim=2)


@given(
    models=st.integers(1, 3),
    m=st.integers(1, 3),
    n=st.integers(1, 6),
    samples=st.integers(1, 9),
    # Quarters, with every entry drawn: zeros, kinks (z = 0 exactly) and dead features come up, and sums are exact.
    seed=st.integers(0, 2**32),
    share=st.floats(0, 1),
    block=st.sampled_from([1, 7, 1 << 19]),
)
@example(models=1, m=1, n=1, samples=1, seed=0, share=0.0, block=1)
def test_against_the_definition_and_autograd(
    models: int, m: int, n: int, samples: int, seed: int, share: float, block: int
) -> None:
    random = np.random.default_rng(seed)
    parameters = torch.from_numpy(random.integers(-6, 7, size=(models, m + 1, n)) / 4)
    X = random.integers(0, 5, size=(samples, n)) / 4 * (random.random((samples, n)) < share)
    importance = random.integers(0, 5, size=n) / 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_loss, "_BLOCK", block)
        loss = SampleLoss(csr_array(X), importance, torch.float64, CPU)
        found = loss.each(parameters)
        into = torch.full_like(parameters, torch.nan)
        loss.gradient(parameters, into)
    at = parameters.clone().requires_grad_()
    expected = literal(at, torch.from_numpy(X), torch.from_numpy(importance))
    assert torch.equal(found, expected.detach())
    # Products and sums of quarters are exact, so that only 2/T and the product with it round.
    expected.sum().backward()
    assert at.grad is not None
    assert ((samples * into - at.grad).abs() <= 3 * EPS * at.grad.abs()).all()


@given(st.integers(0, 2**32), st.integers(1, 5), st.integers(2, 4))
def test_duplicated_and_reordered_samples_change_nothing(seed: int, samples: int, times: int) -> None:
    random = np.random.default_rng(seed)
    X = random.integers(0, 5, size=(samples, 4)) / 4
    parameters = torch.from_numpy(random.integers(-6, 7, size=(1, 3, 4)) / 4)

    def both(rows: np.ndarray) -> tuple[Tensor, Tensor]:
        loss = SampleLoss(csr_array(rows), np.ones(4), torch.float64, CPU)
        into = torch.empty_like(parameters)
        loss.gradient(parameters, into)
        return loss.each(parameters).mean(), into

    value, gradient = both(X)
    more, steeper = both(random.permutation(np.tile(X, (times, 1))))
    assert float(more) == pytest.approx(float(value), rel=4 * EPS, abs=0)
    np.testing.assert_allclose(steeper, gradient, rtol=0, atol=4 * EPS * float(gradient.abs().max()))


@given(
    st.integers(1, 9),
    # Norms and biases around those that store without error, and 0.
    st.fractions(0, 10, max_denominator=8),
    st.fractions(-9, 2, max_denominator=8),
    st.integers(0, 2**20),
)
def test_t_gon_weights_have_the_derived_loss(T: int, a: Fraction, b: Fraction, seed: int) -> None:
    """Against the exact formula, for random points of length 1 with three features each, no feature in two of them."""
    values = np.random.default_rng(seed).uniform(0.05, 1, size=(T, 3))
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    X = np.zeros((T, 3 * T))
    X[np.arange(T).repeat(3), np.arange(3 * T)] = values.ravel()
    turns = 2 * np.pi * np.arange(T) / T
    W = float(a) ** 0.5 * np.stack([np.cos(turns), np.sin(turns)]) @ X
    parameters = torch.from_numpy(np.vstack([W, float(b) * X.sum(axis=0)]))
    found = SampleLoss(csr_array(X), np.ones(3 * T), torch.float64, CPU).each(parameters[None]).mean()
    # A dozen roundings on each of T outputs of size up to a + |b| + 1.
    tolerance = 32 * EPS * T * float(a + abs(b) + 1) ** 2
    assert float(found) == pytest.approx(float(t_gon(T, a, b).training_loss), rel=0, abs=tolerance)


def test_one_precision_in_the_same_out() -> None:
    X = csr_array(np.eye(3))
    loss = SampleLoss(X, np.ones(3), torch.float32, CPU)
    parameters = torch.ones(2, 3, 3)
    assert loss.each(parameters).dtype == torch.float32
    assert loss.hidden(parameters[:, :2]).shape == (2, 3, 2)
