"""The functions of `numeric.population` beside one another: the same numbers, of the kind that was put in."""

from typing import Any

import numpy as np
import pytest
import torch
from routes import ROUTES, Route

from numeric.population import expected_loss, feature_losses, hessian, hessian_vector_product, value_and_gradient

IMPORTANCE = [None, "decaying"]


def settings_of(it: Route, importance: str | None) -> dict[str, Any]:
    weight = None if importance is None else 0.9 ** np.arange(it.n)
    return {"sparsity": it.sparsity, "law": it.law, "importance": weight}


@pytest.mark.parametrize("importance", IMPORTANCE)
@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.slow
def test_they_agree(name: str, importance: str | None) -> None:
    """With one another to rounding, and the derivatives with torch's own way through the loss."""
    it = ROUTES[name]
    given = settings_of(it, importance)
    x = it.at.requires_grad_()
    W, b = it.split(x)
    loss = expected_loss(W, b, **given)
    (gradient,) = torch.autograd.grad(loss, x, create_graph=True)
    t = torch.randn(it.P, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    (product,) = torch.autograd.grad((gradient * t).sum(), x)
    size = loss.item() + it.n / 3

    W, b = (part.detach() for part in it.split(x))
    features = feature_losses(W, b, it.sparsity, law=it.law)
    weight = torch.ones(it.n, dtype=torch.float64) if importance is None else torch.from_numpy(given["importance"])
    assert features.shape == (it.n,)
    assert (features @ weight).item() == pytest.approx(loss.item(), rel=1e-10)

    K, dW, db = value_and_gradient(W, b, **given)
    assert K.item() == pytest.approx(loss.item(), rel=1e-13)
    assert dW.shape == W.shape
    assert torch.allclose(torch.cat([dW.reshape(-1), db]), gradient.detach(), rtol=0, atol=1e-10 * size)

    H = hessian(W, b, **given)
    scale = H.abs().max().item() * t.abs().sum().item()
    assert H.shape == (it.P, it.P)
    assert (H - H.T).abs().max() <= 1e-13 * H.abs().max()
    assert torch.allclose(H @ t, product, rtol=0, atol=1e-9 * scale)
    hW, hb = hessian_vector_product(W, b, *it.split(t), **given)
    assert torch.allclose(torch.cat([hW.reshape(-1), hb]), product, rtol=0, atol=1e-9 * scale)


@pytest.mark.parametrize("name", ["few", "many, dense", "many, sparse"])
@pytest.mark.slow
def test_a_stack_is_each_model_alone(name: str) -> None:
    """Shape (2, 2): value, gradient, Hessian, product and terms, to rounding and the plan of the nodes."""
    it = ROUTES[name]
    x = np.stack([it.x, it.x + 0.02, 30 * it.x, 1e-3 * it.x]).reshape(2, 2, it.P)
    W, b = it.split(x)
    t = it.split(np.random.default_rng(3).normal(size=x.shape))
    together = [
        expected_loss(W, b, it.sparsity),
        *value_and_gradient(W, b, it.sparsity),
        hessian(W, b, it.sparsity),
        *hessian_vector_product(W, b, *t, it.sparsity),
        feature_losses(W, b, it.sparsity),
    ]
    shapes = [(), (), (it.m, it.n), (it.n,), (it.P, it.P), (it.m, it.n), (it.n,), (it.n,)]
    assert [array.shape for array in together] == [(2, 2, *shape) for shape in shapes]
    for k in np.ndindex(2, 2):
        alone = [
            expected_loss(W[k], b[k], it.sparsity),
            *value_and_gradient(W[k], b[k], it.sparsity),
            hessian(W[k], b[k], it.sparsity),
            *hessian_vector_product(W[k], b[k], t[0][k], t[1][k], it.sparsity),
            feature_losses(W[k], b[k], it.sparsity),
        ]
        for one, other in zip(together, alone, strict=True):
            assert np.abs(one[k] - other).max() <= 1e-9 * np.abs(other).max()


def results(W: Any, b: Any) -> list[Any]:
    return [
        expected_loss(W, b, 0.5),
        *value_and_gradient(W, b, 0.5),
        hessian(W, b, 0.5),
        *hessian_vector_product(W, b, W, b, 0.5),
        feature_losses(W, b, 0.5),
    ]


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_numpy_gives_numpy(kind: Any) -> None:
    W, b = np.array([[1, -0.5], [0.25, 0.75]], dtype=kind), np.array([0.125, -0.25], dtype=kind)
    for array in results(W, b):
        assert isinstance(array, np.ndarray | np.float64)
        assert array.dtype == np.float64


@pytest.mark.parametrize("kind", [torch.float64, torch.float32])
def test_torch_gives_torch(kind: torch.dtype) -> None:
    W, b = torch.tensor([[1, -0.5], [0.25, 0.75]], dtype=kind), torch.tensor([0.125, -0.25], dtype=kind)
    found = results(W, b)
    assert all(isinstance(array, torch.Tensor) for array in found)
    assert all(array.dtype == torch.float64 for array in found)
    for array, other in zip(found, results(W.numpy(), b.numpy()), strict=True):
        assert np.array_equal(array.numpy(), other)


def test_lists_are_numbers_too() -> None:
    assert float(expected_loss([[1.0, -0.5]], [0.0, 0.25], 0.5)) == expected_loss(
        torch.tensor([[1.0, -0.5]]), torch.tensor([0.0, 0.25]), 0.5
    )


def test_float32_weights_get_float32_gradients() -> None:
    W = torch.tensor([[1, -0.5], [0.25, 0.75]], requires_grad=True)
    loss = expected_loss(W, None, 0.5)
    loss.backward()
    assert loss.dtype == torch.float64
    assert W.grad is not None
    assert W.grad.dtype == torch.float32


def test_arguments_are_not_touched() -> None:
    it = ROUTES["many, sparse"]
    W, b = it.split(it.x.copy())
    before = W.copy(), b.copy()
    results(W, b)
    assert np.array_equal(W, before[0])
    assert np.array_equal(b, before[1])


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", ["few", "many, sparse"])
def test_cuda(name: str) -> None:
    it = ROUTES[name]
    losses, gradients = [], []
    for device in ("cpu", "cuda"):
        x = it.at.to(device).requires_grad_()
        loss = it.loss(x)
        losses.append(loss.item())
        gradients.append(torch.autograd.grad(loss, x)[0].cpu())
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)
    assert torch.allclose(*gradients, rtol=0, atol=1e-11)
