import math
from typing import Any

import numpy as np
import pytest
import torch

from numeric.model import ABSOLUTE, HIDDEN_RELU, Family, ToyModel, UntiedModel, initial_weights


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


def test_relatives_forward() -> None:
    """The hidden-ReLU model and the absolute-value circuit, one sample at a time."""
    x = torch.randn(2, 5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    hidden = ToyModel(4, 3, seeds=(0, 1), hidden="relu", dtype=torch.float64)
    circuit = UntiedModel(4, 6, seeds=(0, 1), dtype=torch.float64)
    assert hidden.family == HIDDEN_RELU
    assert circuit.family == ABSOLUTE
    for k in range(2):
        for row in range(5):
            W = hidden.W[k]
            torch.testing.assert_close(
                hidden(x)[k, row], torch.relu(W.T @ torch.relu(W @ x[k, row])), rtol=0, atol=1e-14
            )
            inner = torch.relu(circuit.W[k] @ x[k, row])
            torch.testing.assert_close(circuit(x)[k, row], torch.relu(circuit.V[k] @ inner), rtol=0, atol=1e-14)


def test_the_exact_absolute_value_circuit() -> None:
    """|x| = ReLU(x) + ReLU(-x): two units a feature."""
    W = torch.tensor([[[1.0, 0], [-1, 0], [0, 1], [0, -1]]])
    model = UntiedModel.from_weights(W, W.abs().mT, torch.zeros(1, 2))
    x = torch.tensor([[[0.5, -0.25], [-1.0, 0.0]]])
    assert torch.equal(model(x), x.abs())
    assert torch.equal(ABSOLUTE.wanted(x), x.abs())


def test_split_views_and_initial_parameters() -> None:
    family = Family(tied=False)
    flat = family.initial(3, 2, (4, 9), True)
    W, V, b = family.split(flat, 2, 3, 2)
    assert V is not None
    assert b is not None
    assert (W.shape, V.shape, b.shape) == ((2, 2, 3), (2, 3, 2), (2, 3))
    assert len(flat) == 2 * family.size(3, 2, True)
    assert torch.equal(W, initial_weights(3, 2, (4, 9)))
    assert not torch.equal(W.mT, V)
    assert (b == 0).all()
    alone = family.split(family.initial(3, 2, (9,), True), 1, 3, 2)
    assert torch.equal(alone.W[0], W[1])
    assert alone.V is not None
    assert torch.equal(alone.V[0], V[1])
    flat.zero_()
    assert (W == 0).all()
    assert family.split(family.initial(3, 2, (4,), False), 1, 3, 2).b is None
    assert Family().split(Family().initial(3, 2, (4,), True), 1, 3, 2).V is None


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
        ((0, 1, (1,)), "n_features must be a whole number of at least 1, got 0"),
        ((2, 0, (1,)), "n_hidden must be a whole number of at least 1, got 0"),
        ((2, 1, ()), r"seeds must name at least one model, got \(\)"),
        ((2, 1, (-1,)), r"seeds must be a whole number in \[0, 2\^63\), got -1"),
    ],
)
def test_bad_sizes(arguments: tuple[int, int, tuple[int, ...]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ToyModel(*arguments)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Family(output="tanh"), "output must be one of linear, relu, gelu, solu, solu_norm, got 'tanh'"),
        (lambda: Family(hidden=""), "hidden must be one of linear, relu, gelu, solu, solu_norm, got ''"),
        (lambda: Family(target="x"), "target must be one of identity, absolute, got 'x'"),
        (lambda: ToyModel(3, 2, (1,), output="sin"), "output must be one of .*, got 'sin'"),
        (lambda: UntiedModel(3, 2, (1,), family=HIDDEN_RELU), "family must be untied, got"),
        (
            lambda: UntiedModel.from_weights(torch.ones(1, 2, 3), torch.ones(1, 2, 3), None),
            r"V must have shape \(1, 3, 2\) to match W, got \(1, 2, 3\)",
        ),
        (
            lambda: UntiedModel.from_weights(torch.ones(1, 2, 3), torch.ones(1, 3, 2), torch.ones(1, 2)),
            r"b must have shape \(1, 3\) to match W, got \(1, 2\)",
        ),
    ],
)
def test_bad_families(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("W", "b", "message"),
    [
        (torch.ones(2), None, r"W must have shape \(\.\.\., m, n\) with m, n ≥ 1, got \(2,\)"),
        (torch.ones(1, 2), torch.ones(3), r"b must have shape \(2,\) to match W, got \(3,\)"),
        (torch.ones(4, 1, 2), torch.ones(2), r"b must have shape \(4, 2\) to match W, got \(2,\)"),
        (torch.ones(1, 1, 1, 2), None, r"W must have shape \(models, m, n\) or \(m, n\), got \(1, 1, 1, 2\)"),
        (torch.tensor([[1.0, torch.nan]]), None, "W must be finite, got nan among its entries"),
        (torch.ones(1, 2), torch.tensor([0.0, torch.inf]), "b must be finite, got inf among its entries"),
    ],
)
def test_bad_weights(W: torch.Tensor, b: torch.Tensor | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ToyModel.from_weights(W, b)


def test_weights_of_every_kind_make_the_same_model() -> None:
    W, b = [[1.0, -0.5]], [0.0, 0.25]
    x = torch.rand(1, 3, 2, dtype=torch.float64)
    expected = ToyModel.from_weights(torch.tensor(W, dtype=torch.float64), torch.tensor(b, dtype=torch.float64))(x)
    for kind in (
        np.array,
        lambda values: values,
        lambda values: torch.nn.Parameter(torch.tensor(values, dtype=torch.float64)),
    ):
        assert torch.equal(ToyModel.from_weights(kind(W), kind(b))(x), expected)
    assert ToyModel.from_weights(np.array([[1, 0]])).W.dtype == torch.float64
    assert ToyModel.from_weights(torch.tensor(W, dtype=torch.float16)).W.dtype == torch.float16
