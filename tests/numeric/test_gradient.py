import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from numeric.gradient import TiedGradient
from numeric.model import ToyModel

EPS = torch.finfo(torch.float64).eps


@given(
    models=st.integers(1, 3),
    n=st.integers(1, 6),
    m=st.integers(1, 4),
    batch=st.integers(1, 9),
    bias=st.booleans(),
    penalty=st.sampled_from([0.0, 0.7]),
    seed=st.integers(0, 2**20),
)
def test_equals_autograd(models: int, n: int, m: int, batch: int, bias: bool, penalty: float, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(shape, dtype=torch.float64, generator=generator)

    model = ToyModel.from_weights(draw(models, m, n), draw(models, n) if bias else None)
    importance = draw(models, n).abs()
    x = draw(models, n, batch).clamp_min(0)  # half of the entries, and now and then all of a sample, are 0

    squares = (x.mT - model(x.mT)) ** 2
    G = model.W.mT @ model.W
    off_diagonal = G * (1 - torch.eye(n, dtype=torch.float64))
    loss = (squares * importance[:, None, :]).sum() / batch + penalty * (off_diagonal**2).sum()
    loss.backward()

    b = None if model.b is None else model.b.detach()
    found = TiedGradient(importance, m, batch, penalty)(model.W.detach(), b, x)
    assert len(found) == 1 + bias
    for ours, parameter in zip(found, model.parameters(), strict=True):
        assert parameter.grad is not None
        # Entries of order 10 at most, each below 100 products, rounded in another order: 1000·eps·(1 + size).
        size = 1 + parameter.grad.abs().max().item()
        torch.testing.assert_close(ours, parameter.grad, rtol=0, atol=1000 * EPS * size)


def test_penalty_of_the_smallest_model() -> None:
    """λ·2w₁²w₂² alone, at x = 0: gradient 4λ(w₁w₂², w₁²w₂)."""
    w1, w2, strength = 0.5, -2.0, 3.0
    gradient = TiedGradient(torch.ones(1, 2, dtype=torch.float64), 1, 1, strength)
    (found,) = gradient(torch.tensor([[[w1, w2]]], dtype=torch.float64), None, torch.zeros(1, 2, 1).double())
    assert found.flatten().tolist() == [4 * strength * w1 * w2**2, 4 * strength * w1**2 * w2]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_models_do_not_interact(bad: float) -> None:
    """One model that is not finite leaves its neighbours' gradients as they were."""
    generator = torch.Generator().manual_seed(0)
    W = torch.randn(3, 1, 2, generator=generator)
    x = torch.rand(3, 2, 8, generator=generator)
    gradient = TiedGradient(torch.ones(3, 2), 1, 8)
    (before,) = gradient(W, None, x)
    W[1, 0, 0] = bad
    (after,) = gradient(W, None, x)
    assert torch.equal(before[[0, 2]], after[[0, 2]])
    assert not after[1].isfinite().all()
