import math

import pytest
import torch

from numeric.model import ToyModel, initial_weights


def test_forward_is_the_formula() -> None:
    model = ToyModel(4, 2, seeds=(0, 1, 2), dtype=torch.float64)
    assert model.b is not None
    with torch.no_grad():
        model.b.copy_(torch.linspace(-1, 1, 12, dtype=torch.float64).view(3, 4))
    x = torch.rand(3, 5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    f = model(x)
    for k in range(3):
        for row in range(5):
            W = model.W[k]
            expected = torch.relu(W.T @ (W @ x[k, row]) + model.b[k])
            # Sums of at most 4 products of order 1, in two orders.
            torch.testing.assert_close(f[k, row], expected, rtol=0, atol=1e-14)


def test_weights_are_one_parameter() -> None:
    assert [tuple(p.shape) for p in ToyModel(5, 2, seeds=(1, 2), bias=False).parameters()] == [(2, 2, 5)]
    assert [tuple(p.shape) for p in ToyModel(5, 2, seeds=(1, 2)).parameters()] == [(2, 2, 5), (2, 5)]


def test_initial_weights_know_nothing_of_the_stack() -> None:
    alone = initial_weights(6, 3, (11,))[0]
    stack = initial_weights(6, 3, (5, 11, 11, 7))
    assert torch.equal(stack[1], alone)
    assert torch.equal(stack[2], alone)
    assert not torch.equal(stack[0], alone)
    assert torch.equal(ToyModel(6, 3, (5, 11), dtype=torch.float64).W[1], alone)


@pytest.mark.parametrize(("n", "m"), [(2, 1), (7, 3)])
def test_initial_scale_is_one_models(n: int, m: int) -> None:
    """Variance 2/(m + n). The variance of N normal draws is off by 5.5·√(2/N) with probability 4e-8."""
    W = initial_weights(n, m, range(3000))
    ratio = (W**2).mean().item() * (m + n) / 2
    assert abs(ratio - 1) < 5.5 * math.sqrt(2 / W.numel())


def test_from_weights() -> None:
    W = torch.tensor([[1.0, -1.0]], dtype=torch.float64)
    model = ToyModel.from_weights(W, torch.tensor([0.0, 0.25]))
    x = torch.tensor([[[0.5, 0.25]]], dtype=torch.float64)
    assert torch.equal(model(x), torch.tensor([[[0.25, 0.0]]], dtype=torch.float64))
    W.zero_()
    assert model.W.abs().sum() == 2
    assert ToyModel.from_weights(W).b is None
    stack = ToyModel.from_weights(torch.ones(3, 1, 2), torch.zeros(3, 2))
    assert stack(torch.ones(3, 7, 2)).shape == (3, 7, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 1, (1,)), "n_features must be at least 1, got 0"),
        ((2, 0, (1,)), "n_hidden must be at least 1, got 0"),
        ((2, 1, ()), "the number of seeds must be at least 1, got 0"),
        ((2, 1, (-1,)), r"seeds must lie in \[0, 2\^63\), got -1"),
    ],
)
def test_bad_sizes(arguments: tuple[int, int, tuple[int, ...]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ToyModel(*arguments)


@pytest.mark.parametrize(
    ("W", "b", "message"),
    [
        (torch.ones(2), None, r"W must have shape \(models, m, n\) or \(m, n\), got \(2,\)"),
        (torch.ones(1, 2), torch.ones(3), r"b must have shape \(2,\) to match W, got \(3,\)"),
        (torch.ones(4, 1, 2), torch.ones(2), r"b must have shape \(4, 2\) to match W, got \(2,\)"),
        (torch.ones(1, 2, dtype=torch.int64), None, "W must be of a floating dtype, got torch.int64"),
    ],
)
def test_bad_weights(W: torch.Tensor, b: torch.Tensor | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ToyModel.from_weights(W, b)
