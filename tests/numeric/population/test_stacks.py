"""Stacks of models: each its own sparsity and importance, and what is beyond the range of floats named by its place."""

import math

import numpy as np
import pytest
import torch

from numeric.population import expected_loss, feature_losses, hessian, value_and_gradient

W = np.random.default_rng(0).normal(size=(3, 2, 4))
B = np.random.default_rng(1).normal(size=(3, 4)) / 4
S = np.array([0.1, 0.5, 0.99])
EACH = np.linspace(0, 0.9, 12).reshape(3, 4)
WEIGHTS = np.array([1.0, 0.5, 2.0])


def alone(sparsity: object, importance: object) -> list[float]:
    return [float(expected_loss(W[k], B[k], sparsity[k], importance[k])) for k in range(3)]  # type: ignore[index]


@pytest.mark.parametrize(
    ("sparsity", "importance", "per_model"),
    [
        (S[:, None], None, (S, [None] * 3)),
        (EACH, None, (EACH, [None] * 3)),
        (EACH[0], None, ([EACH[0]] * 3, [None] * 3)),
        (0.5, WEIGHTS[:, None], ([0.5] * 3, WEIGHTS)),
        (0.5, EACH, ([0.5] * 3, EACH)),
        (S[:, None], EACH, (S, EACH)),
        (EACH, WEIGHTS[:, None], (EACH, WEIGHTS)),
    ],
)
def test_mixed(sparsity: object, importance: object, per_model: tuple[object, object]) -> None:
    """(k, 1) is per model, (k, n) per feature of each, (n,) per feature of all."""
    found = expected_loss(W, B, sparsity, importance)
    assert found == pytest.approx(alone(*per_model), rel=1e-13)
    values, dW, _ = value_and_gradient(W, B, sparsity, importance)
    assert values == pytest.approx(found, rel=1e-13)
    one = value_and_gradient(W[2], B[2], per_model[0][2], per_model[1][2])[1]  # type: ignore[index]
    assert np.abs(dW[2] - one).max() <= 1e-12


def test_mixed_stacks_of_many_features() -> None:
    """As dense as it gets beside very sparse: one at a time to rounding."""
    random = np.random.default_rng(2)
    W, b = random.normal(size=(4, 3, 16)) / 2, random.normal(size=(4, 16)) / 10
    s = np.array([0.0, 0.5, 0.95, 0.9999])
    found = expected_loss(W, b, s[:, None])
    for k in range(4):
        assert found[k] == pytest.approx(float(expected_loss(W[k], b[k], s[k])), rel=1e-12)


def test_n_numbers_are_always_per_feature() -> None:
    """As many models as features: a flat list is a row for each of them."""
    square = np.random.default_rng(3).normal(size=(4, 2, 4))
    row = [0.1, 0.5, 0.9, 0.0]
    found = expected_loss(square, None, row)
    assert found == pytest.approx([float(expected_loss(one, None, row)) for one in square], rel=1e-13)


@pytest.mark.parametrize("argument", ["sparsity", "importance"])
@pytest.mark.parametrize("call", [expected_loss, value_and_gradient, hessian])
def test_a_number_for_each_model_is_refused_with_a_hint(argument: str, call: object) -> None:
    given = {"sparsity": 0.5} | {argument: [0.5, 0.25, 0.75]}
    with pytest.raises(ValueError, match=rf"{argument} must be .*\(3, 1\).*\(3, 4\)"):
        call(W, B, **given)  # type: ignore[operator]


def test_shapes_of_no_models_and_many() -> None:
    assert expected_loss(W[:0], B[:0], 0.5).shape == (0,)
    assert expected_loss(np.broadcast_to(W, (2, 3, 2, 4)), np.broadcast_to(B, (2, 3, 4)), 0.5).shape == (2, 3)
    assert feature_losses(W[:0], B[:0], 0.5).shape == (0, 4)


@pytest.mark.parametrize("n", [8, 14])
def test_memory_bounds_the_work_and_not_the_result(n: int) -> None:
    random = np.random.default_rng(6)
    W, b = torch.from_numpy(random.normal(size=(6, 4, n)) / 2).requires_grad_(), torch.full((6, n), -0.1).double()
    losses = [expected_loss(W, b, 0.8, max_memory=memory) for memory in (2**30, 2**27)]
    assert torch.allclose(*losses, rtol=1e-13, atol=0)
    assert torch.allclose(*(torch.autograd.grad(loss.sum(), W)[0] for loss in losses), rtol=0, atol=1e-12)


# --- beyond the range


def stack_with(bad: float, n: int, at: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(4)
    W = torch.randn(5, 2, n, dtype=torch.float64, generator=generator)
    for k in at:
        W[k, 0, 1] = bad
    return W, -0.1 * torch.rand(5, n, dtype=torch.float64, generator=generator)


@pytest.mark.parametrize("n", [4, 14])
@pytest.mark.parametrize("s", [0.0, 0.9])
@pytest.mark.parametrize("bad", [1e80, 1e200, math.nan, math.inf])
def test_models_beyond_the_range_are_named(bad: float, n: int, s: float) -> None:
    W, b = stack_with(bad, n, (1, 3))
    with pytest.raises(ValueError, match=r"\b1\b.*\b3\b"):
        expected_loss(W, b, s)
    found = expected_loss(W, b, s, on_error="nan")
    for k in range(5):
        if k in (1, 3):
            assert math.isnan(found[k])
        else:
            assert found[k].item() == pytest.approx(expected_loss(W[k], b[k], s).item(), rel=1e-13)


@pytest.mark.parametrize("n", [4, 14])
@pytest.mark.parametrize("size", [1e-300, 1e-100, 1e-12, 1e6, 1e20, 1e60, 1e76, 1e78, 1e80, 1e160, 1e300])
def test_a_value_or_an_error(size: float, n: int) -> None:
    """Up to 1e6 a value; beyond it a value or an error, never a silent nan or infinity.

    W = λU with b = 0 has K = C - λ²L + λ⁴Q; C, L and Q from three small λ.
    """
    U = torch.randn(2, n, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    C, at_one, at_two = n * 0.25 / 3, *(expected_loss(scale * U, None, 0.75).item() for scale in (1.0, 2.0))
    Q = (at_two - 4 * at_one + 3 * C) / 12
    L = C + Q - at_one
    try:
        found = expected_loss(size * U, None, 0.75).item()
    except ValueError:
        assert size > 1e6
        return
    assert found == pytest.approx(C - size**2 * L + size**4 * Q, rel=1e-9)


@pytest.mark.parametrize("n", [4, 14])
def test_gradients_flow_past_models_that_are_nan(n: int) -> None:
    W, b = stack_with(1e200, n, (2,))
    W.requires_grad_()
    (gradient,) = torch.autograd.grad(expected_loss(W, b, 0.5, on_error="nan").nansum(), W)
    for k in (0, 1, 3, 4):
        one = W[k].detach().requires_grad_()
        (expected,) = torch.autograd.grad(expected_loss(one, b[k], 0.5), one)
        assert torch.allclose(gradient[k], expected, rtol=0, atol=1e-9 * expected.abs().max().item())
