"""The hand-written gradient, dense and sparse, held to finite differences, to autograd and to each other."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from numeric.model import ABSOLUTE, ACTIVATIONS, HIDDEN_RELU, LINEAR, RELU_OUTPUT, Family, Parameters, forward
from numeric.sample.active_entries import ActiveEntries
from numeric.train.gradient import FUSED, Gradient
from numeric.train.sparse_gradient import SparseGradient

EPS = torch.finfo(torch.float64).eps
FAMILIES = [
    RELU_OUTPUT,
    LINEAR,
    HIDDEN_RELU,
    ABSOLUTE,
    Family(output="gelu"),
    Family(output="solu"),
    Family(output="solu_norm"),
    Family(hidden="gelu", output="linear"),
    Family(hidden="solu"),
    Family(hidden="solu_norm", tied=False),
]


def loss(family: Family, at: Parameters, importance: Tensor, x: Tensor, wanted: Tensor, penalty: float) -> Tensor:
    """The definition: Σ over models of the batch mean of Σ_i I_i (y_i - f_i)², and the penalty. x: (models, n, batch)."""
    squares = (wanted.mT - forward(family, at, x.mT)) ** 2
    G = at.W.mT @ at.W
    off_diagonal = G * (1 - torch.eye(G.shape[1], dtype=torch.float64))
    return (squares * importance[:, None, :]).sum() / x.shape[2] + penalty * (off_diagonal**2).sum()


def drawn(family: Family, models: int, n: int, m: int, bias: bool, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Flat parameters, importance and a batch of 9, half of whose entries, and its last sample, are zero."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, dtype=torch.float64, generator=generator)

    x = draw(models, n, 9) * (draw(models, n, 9) > 0)
    x[:, :, -1] = 0
    x = x if family.target == "absolute" else x.abs()
    return draw(models * family.size(n, m, bias)), draw(models, n).abs(), x


def present(parts: Parameters) -> list[Tensor]:
    return [part for part in parts if part is not None]


@pytest.mark.parametrize("family", FAMILIES, ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_gradcheck(family: Family, bias: bool) -> None:
    """torch's gradcheck: our backward against finite differences of the definition."""
    flat, importance, x = drawn(family, 2, 4, 3, bias, seed=3)
    gradient = Gradient(family, importance, 9, penalty=0.3)

    class Loss(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, flat: Tensor) -> Tensor:
            ctx.save_for_backward(flat)
            return loss(family, family.split(flat, 2, 4, 3), importance, x, family.wanted(x), 0.3)

        @staticmethod
        def backward(ctx: Any, *outer: Tensor) -> Tensor:
            (flat,) = ctx.saved_tensors
            slope = torch.empty_like(flat)
            gradient(family.split(flat, 2, 4, 3), family.split(slope, 2, 4, 3), x)
            return outer[0] * slope

    assert torch.autograd.gradcheck(Loss.apply, (flat.requires_grad_(True),))


@given(
    family=st.sampled_from(FAMILIES),
    models=st.integers(1, 3),
    n=st.integers(1, 6),
    m=st.integers(1, 4),
    bias=st.booleans(),
    penalty=st.sampled_from([0.0, 0.7]),
    adversary=st.sampled_from([0.0, 0.2]),
    absent=st.integers(0, 5),
    seed=st.integers(0, 2**20),
)
def test_equals_autograd(
    family: Family, models: int, n: int, m: int, bias: bool, penalty: float, adversary: float, absent: int, seed: int
) -> None:
    """Zero samples may be left out and counted as absent; under attack they are none."""
    absent = 0 if adversary else absent
    flat, importance, x = drawn(family, models, n, m, bias, seed)
    gradient = Gradient(family, importance, 9 + absent, penalty, adversary)
    slope = torch.full_like(flat, torch.nan)
    at, into = (family.split(part, models, n, m) for part in (flat, slope))
    gradient(at, into, x.clone(), absent)

    everything = torch.cat([x, x.new_zeros(models, n, absent)], dim=2)
    wanted = family.wanted(everything)
    if adversary:
        everything = attacked(family, at, importance, everything, adversary)
    flat.requires_grad_(True)
    loss(family, family.split(flat, models, n, m), importance, everything, wanted, penalty).backward()
    assert flat.grad is not None
    # Entries of order 10, products of about 100 terms in another order; a normalisation divides by as little as 10⁻⁵/²;
    # a direction of attack by the norm of a gradient.
    amplified = 1e6 if adversary else 1e3 if "norm" in family.hidden + family.output else 1.0
    size = 1 + flat.grad.abs().max().item()
    torch.testing.assert_close(slope, flat.grad, rtol=0, atol=1000 * EPS * size * amplified)


def attacked(family: Family, at: Parameters, importance: Tensor, x: Tensor, length: float) -> Tensor:
    """x + ε ∇/‖∇‖ by autograd."""
    moving = x.clone().requires_grad_(True)
    loss(family, at, importance, moving, family.wanted(x), 0.0).backward()
    assert moving.grad is not None
    norm = moving.grad.norm(dim=1, keepdim=True)
    return x + length * torch.where(norm > 0, moving.grad / norm, 0.0)


def test_the_attack_has_its_length_and_goes_uphill() -> None:
    flat, importance, x = drawn(RELU_OUTPUT, 3, 5, 2, True, seed=0)
    at = RELU_OUTPUT.split(flat, 3, 5, 2)
    moved = Gradient(RELU_OUTPUT, importance, 9, adversary=1e-4).attack(at, x, x)
    length = (moved - x).norm(dim=1)
    assert ((length - 1e-4).abs() < 1e-10).logical_or(length == 0).all()
    before, after = (((x - forward(RELU_OUTPUT, at, y.mT).mT) ** 2 * importance[:, :, None]).sum(1) for y in (x, moved))
    assert (after >= before - 1e-12).all()
    assert (after > before + 1e-8).any()


@pytest.mark.parametrize("family", [f for f in FAMILIES if f.output in FUSED], ids=str)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("even", [True, False])
def test_sparse_equals_dense(family: Family, bias: bool, even: bool) -> None:
    """On the batches that it is made for; some of their samples are empty, at uneven densities some heads are dropped."""
    n, m, batch, models = 60, 7, 64, 2
    density = np.full(n, 0.04)
    density[:5] = 0.04 if even else 0.02
    sources = [ActiveEntries(key, density, batch, family is ABSOLUTE, torch.float64) for key in (1, 2)]
    for batches in zip(*(source.draw(3, 2) for source in sources), strict=True):
        x = torch.zeros(models, n, batch, dtype=torch.float64)
        for k, active in enumerate(batches):
            assert active.samples < batch
            x[k, active.feature.long(), torch.arange(active.samples).repeat_interleave(active.start.diff())] = (
                active.value
            )
            assert torch.equal(x[k].T.reshape(-1)[active.place], active.value)
        flat, importance, _ = drawn(family, models, n, m, bias, seed=1)
        slopes = torch.empty_like(flat), torch.empty_like(flat)
        at, sparse, dense = (family.split(part, models, n, m) for part in (flat, *slopes))
        SparseGradient(family, importance, m, batch, 0.3)(at, sparse, batches)
        Gradient(family, importance, batch, 0.3)(at, dense, x)
        # Sums of at most 64 products of entries of order 100.
        size = slopes[1].abs().max().item()
        torch.testing.assert_close(slopes[0], slopes[1], rtol=0, atol=1000 * EPS * size)


def test_penalty_of_the_smallest_model() -> None:
    """λ·2w₁²w₂² alone, at x = 0: gradient 4λ(w₁w₂², w₁²w₂)."""
    w1, w2, strength = 0.5, -2.0, 3.0
    flat, slope = torch.tensor([w1, w2], dtype=torch.float64), torch.empty(2, dtype=torch.float64)
    at, into = (RELU_OUTPUT.split(part, 1, 2, 1) for part in (flat, slope))
    Gradient(RELU_OUTPUT, torch.ones(1, 2).double(), 1, strength)(at, into, torch.zeros(1, 2, 1).double())
    assert slope.tolist() == [4 * strength * w1 * w2**2, 4 * strength * w1**2 * w2]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_models_do_not_interact(bad: float) -> None:
    """One model that is not finite leaves its neighbours' gradients as they were."""
    flat, importance, x = drawn(RELU_OUTPUT, 3, 2, 1, True, seed=0)
    slope = torch.empty_like(flat)
    at, into = (RELU_OUTPUT.split(part, 3, 2, 1) for part in (flat, slope))
    gradient = Gradient(RELU_OUTPUT, importance, 9)
    gradient(at, into, x)
    before = [part.clone() for part in present(into)]
    at.W[1, 0, 0] = bad
    gradient(at, into, x)
    for part, was in zip(present(into), before, strict=True):
        assert torch.equal(part[[0, 2]], was[[0, 2]])
        assert not part[1].isfinite().all()


@pytest.mark.parametrize("name", list(ACTIVATIONS))
@pytest.mark.parametrize("dim", [1, 2])
def test_activations(name: str, dim: int) -> None:
    """Value against its definition in torch, pullback against autograd, and φ(0) = 0."""
    z = torch.randn(2, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    e = torch.randn(2, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    solu = z * torch.softmax(z, dim)
    width = z.shape[dim]
    expected = {
        "linear": z,
        "relu": torch.relu(z),
        "gelu": torch.nn.functional.gelu(z),
        "solu": solu,
        "solu_norm": torch.nn.functional.layer_norm(solu.movedim(dim, -1), (width,)).movedim(-1, dim),
    }[name]
    value, pullback = ACTIVATIONS[name]
    f = value(z.clone(), dim)
    torch.testing.assert_close(f, expected, rtol=0, atol=1e-13)
    leaf = z.clone().requires_grad_(True)
    value(leaf * 1, dim).backward(e)
    assert leaf.grad is not None
    torch.testing.assert_close(pullback(z.clone(), f, e.clone(), dim), leaf.grad, rtol=0, atol=1e-12)
    assert (value(torch.zeros(2, 4, 5), dim) == 0).all()
