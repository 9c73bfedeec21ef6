"""Every way that torch has of asking for derivatives, on every route inside: right, or an error, never wrong without a word."""

from collections.abc import Iterable
from functools import cache

import numpy as np
import pytest
import torch
from hostile import NIGHTLY
from routes import FEW, ROUTES, exact_gradient, exact_hessian
from torch import Tensor
from torch.autograd import functional, gradcheck, gradgradcheck
from ways import BEYOND, FIRST, SECOND, direction, gradient, stack

from numeric.population import expected_loss

pytestmark = [
    pytest.mark.hypothesis,  # all cases of it are for `make fuzz`
    # Torch's own, on the first use of forward mode.
    pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning"),
]

# Few features: rounding. Many: 1e-8 (K + Σ I E x²) an entry is promised of the gradient, 1e-5 of its largest of the Hessian.
FEW_TOLERANCE, GRADIENT, HESSIAN = 1e-12, 1e-8, 1e-5


@cache
def truth(name: str) -> tuple[Tensor, Tensor]:
    """Gradient and Hessian by differences: in rationals, or of the loss and then of that gradient.

    Many features: h = 1e-3 in the loss with the five-point rule and h = 1e-4 in the gradient err by h⁴ and h² times
    higher derivatives, and by 1e-12/h and 1e-11/h of rounding.
    """
    it = ROUTES[name]
    if name in FEW:
        return torch.from_numpy(exact_gradient(it)), torch.from_numpy(exact_hessian(it))
    one = torch.eye(it.P, dtype=torch.float64)
    near, far = (torch.stack([it.loss(it.at + h * e) - it.loss(it.at - h * e) for e in one]) / h for h in (1e-3, 2e-3))
    h = 1e-4
    rows = [(gradient(it.loss, it.at + h * e) - gradient(it.loss, it.at - h * e)) / (2 * h) for e in one]
    return (8 * near - 2 * far) / 12, torch.stack(rows)


def cases(ways: Iterable[str], alike: set[str]) -> list[tuple[str, str]]:
    """Ways and routes. Other laws of many features take those ways alone that differ from one another, but for `make fuzz`."""
    all_ways = {"many, dense", "many, sparse", *FEW}
    return [(way, name) for way in ways for name in ROUTES if NIGHTLY or name in all_ways or way in alike]


@pytest.mark.parametrize(("way", "name"), cases(FIRST, {"autograd.grad", "func.jvp", "vmap of grad"}))
@pytest.mark.slow
def test_gradient(way: str, name: str) -> None:
    it, expected = ROUTES[name], truth(name)[0]
    found = FIRST[way](it.loss, it.at)
    tolerance = FEW_TOLERANCE if name in FEW else GRADIENT
    if found.shape == ():
        found, expected = found[None], expected @ direction(it.at)[:, None]
        tolerance *= direction(it.at).abs().sum().item()
    size = it.loss(it.at).item() + it.n / 3
    assert (found - expected).abs().max() <= tolerance * size


@pytest.mark.parametrize(("way", "name"), cases(SECOND, {"is_grads_batched", "functional.hvp", "func.hessian"}))
@pytest.mark.slow
def test_hessian(way: str, name: str) -> None:
    it, expected = ROUTES[name], truth(name)[1]
    found = SECOND[way](it.loss, it.at)
    tolerance = (FEW_TOLERANCE if name in FEW else HESSIAN) * expected.abs().max().item()
    if found.shape == (it.P,):
        expected = expected @ direction(it.at)
        tolerance *= direction(it.at).abs().sum().item()
    assert (found - expected).abs().max() <= tolerance


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("in_dims", [0, 1])
def test_vmap_of_the_loss(name: str, in_dims: int) -> None:
    it = ROUTES[name]
    X = stack(it.at)
    found = torch.func.vmap(it.loss, in_dims=in_dims)(X if in_dims == 0 else X.T.contiguous())
    assert torch.allclose(found, torch.stack([it.loss(x) for x in X]), rtol=1e-13, atol=0)


@pytest.mark.parametrize("name", ["few", "many, sparse"])
@pytest.mark.slow
def test_gradcheck(name: str) -> None:
    """Torch's own differences, along random directions, batched and forward too."""
    it = ROUTES[name]
    x = it.at.requires_grad_()
    assert gradcheck(
        it.loss, (x,), fast_mode=True, check_forward_ad=True, check_batched_grad=True, check_batched_forward_grad=True
    )
    # Step 1e-6 in a gradient of many features good to some 1e-11.
    assert gradgradcheck(
        it.loss,
        (x,),
        atol=1e-5 if name in FEW else 1e-3,
        fast_mode=True,
        check_batched_grad=True,
        check_fwd_over_rev=True,
        check_rev_over_rev=True,
    )


@pytest.mark.parametrize("name", ["few", "many, sparse"])
@pytest.mark.parametrize("wanted", ["W", "b"])
@pytest.mark.slow
def test_one_argument_alone(name: str, wanted: str) -> None:
    """Derivatives by W with b a constant, and by b with W a constant, of a stack of models."""
    it = ROUTES[name]
    W, b = it.split(stack(it.at))
    H = torch.stack([torch.func.hessian(it.loss)(x) for x in stack(it.at)])
    mn = it.m * it.n
    t = direction(it.at)[: mn if wanted == "W" else it.n]

    def f(y: Tensor) -> Tensor:
        return expected_loss(*((y, b) if wanted == "W" else (W, y)), it.sparsity, law=it.law).sum()

    y = W if wanted == "W" else b
    found = functional.hvp(f, y.contiguous(), t.reshape(y.shape[1:]).expand_as(y).contiguous())[1]
    part = slice(mn) if wanted == "W" else slice(mn, None)
    expected = H[:, part, part] @ t
    assert torch.allclose(found.reshape(3, -1), expected, rtol=0, atol=1e-10 * H.abs().max().item())


def test_the_product_that_was_wrong_without_a_word() -> None:
    """H v in rationals; `functional.hvp` used to give (0.0584, 0.4817, -0.0208, -0.0250, 0, 0)."""
    x = torch.tensor([1, 0.2, 0.3, -0.7, -0.1, 0.05], dtype=torch.float64)
    v = torch.tensor([1, -2, 0.5, 0, 1, 3], dtype=torch.float64)
    found = functional.hvp(lambda x: expected_loss(x[:4].reshape(2, 2), x[4:], 0.5), x, v)[1]
    exact = [
        2.2140021842974895,
        1.7430470300600733,
        -0.03953909896207371,
        -1.1127519439236495,
        1.5041895619068504,
        4.525,
    ]
    assert np.abs(found.numpy() - exact).max() < 1e-13


@pytest.mark.parametrize("name", ["few", "few, correlated", "many, dense", *(["many, sparse"] if NIGHTLY else [])])
@pytest.mark.parametrize("way", BEYOND)
@pytest.mark.slow
def test_what_is_not_there_raises(way: str, name: str) -> None:
    it = ROUTES[name]
    with pytest.raises(RuntimeError):
        BEYOND[way](it.loss, it.at)
