"""The trainer's compiled loops held to NumPy's generator, to the array code beside them, and to float64."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from numeric.model import ABSOLUTE, HIDDEN_RELU, LINEAR, RELU_OUTPUT, Family, Parameters
from numeric.running import compiled
from numeric.sample.active_entries import ActiveEntries
from numeric.sample.dense import Independent
from numeric.sample.nonempty import Nonempty
from numeric.sample.stream import Streams
from numeric.train import Adam, AdamW, TrainConfig, train
from numeric.train.gradient import FUSED, Gradient
from numeric.train.sparse_gradient import SparseGradient

CPU = torch.device("cpu")
EPS = torch.finfo(torch.float32).eps
KEYS = (0, 1, 2**64, 2**127 + 3, 2**128 - 1)
FAMILIES = [
    RELU_OUTPUT,
    LINEAR,
    HIDDEN_RELU,
    ABSOLUTE,
    Family(hidden="gelu", output="linear", target="absolute"),
]


@pytest.fixture(params=[pytest.param(True, marks=pytest.mark.skipif(not compiled.AVAILABLE, reason="no numba")), False])
def kernels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the compiled loops run, or the array code beside them."""
    monkeypatch.setattr(compiled, "AVAILABLE", request.param)
    return bool(request.param)


@pytest.mark.parametrize("entries", [1, 7, 128, 130, 1361, 4096])
def test_streams_are_numpys(kernels: bool, entries: int) -> None:
    """To the bit, at any place, whatever was drawn before; 64 lanes of two numbers a word, and what is left over."""
    words = -(-entries // 2)
    streams = Streams(KEYS, entries, torch.float32, CPU)
    for step, steps in ((0, 3), (3, 1), (2**40, 2), (1, 2)):
        found = streams.draw(step, steps)
        for key, rows in zip(KEYS, found, strict=True):
            bits = np.random.PCG64DXSM(key)
            bits.advance(step * words)
            raw = bits.random_raw(steps * words).view(np.int32).astype(np.float32).reshape(steps, -1)
            assert np.array_equal(rows.numpy(), raw[:, :entries] * np.float32(2.0**-31))


def draws(n: int, batch: int, signed: bool) -> list[Tensor]:
    """Every sampler that has a compiled loop; some densities are 0, some 1, some differ."""
    random = np.random.default_rng(n)
    density = torch.from_numpy(random.uniform(0, 1, (3, n)))
    density[0, 0], density[1] = 0, 1
    few = torch.from_numpy(random.uniform(0, 0.05, (3, n)))
    few[0, 0] = 0
    found = []
    for source in (
        Independent(KEYS[:3], density, batch, signed, torch.float32, CPU),
        Nonempty(KEYS[:3], few, batch, max(1, batch // 2), signed, torch.float32, CPU),
    ):
        found += [source.draw(step, steps).clone() for step, steps in ((0, 3), (3, 1), (10, 2), (2, 4))]
    for row in (np.full(n, 0.04), np.linspace(0.03, 0.06, n)):
        entries = ActiveEntries(KEYS[4], row, batch, signed, torch.float32)
        found += [part.clone() for step in entries.draw(5, 4) for part in step]
    return found


@pytest.mark.skipif(not compiled.AVAILABLE, reason="no numba")
@pytest.mark.parametrize(("n", "batch"), [(1, 1), (3, 16), (5, 1024), (2, 7), (60, 64), (400, 32)])
@pytest.mark.parametrize("signed", [False, True])
def test_compiled_draws_are_those_of_the_array_code(
    n: int, batch: int, signed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled_draws = draws(n, batch, signed)
    monkeypatch.setattr(compiled, "AVAILABLE", False)
    plain = draws(n, batch, signed)
    assert len(compiled_draws) == len(plain)
    assert all(torch.equal(found, wanted) for found, wanted in zip(compiled_draws, plain, strict=True))


def slopes(family: Family, bias: bool, dtype: torch.dtype, sparse: bool, absent: int) -> tuple[Tensor, float]:
    """A gradient of two models, and the size of its terms: sums over a batch of 64 of products of sizes."""
    n, m, batch, models = 60, 7, 64, 2
    generator = torch.Generator().manual_seed(1)
    flat = torch.randn(models * family.size(n, m, bias), dtype=torch.float64, generator=generator)
    importance = torch.rand(models, n, dtype=torch.float64, generator=generator) + 0.1
    importance[1, 3] = 0
    slope = torch.full_like(flat, torch.nan).to(dtype)
    at, into = (family.split(part, models, n, m) for part in (flat.to(dtype), slope))
    sources = [ActiveEntries(k, np.full(n, 0.04), batch, family is ABSOLUTE, torch.float32) for k in (1, 2)]
    batches = [source.draw(0, 1)[0] for source in sources]
    if sparse:
        given = [active._replace(value=active.value.to(dtype)) for active in batches]
        SparseGradient(family, importance.to(dtype), m, batch, 0.3)(at, into, given)
    else:
        x = torch.zeros(models, n, batch - absent, dtype=dtype)
        for k, active in enumerate(batches):
            samples = torch.arange(active.samples).repeat_interleave(active.start.diff())
            x[k, active.feature.long(), samples] = active.value.to(dtype)
        assert (x[:, :, -1] == 0).all()
        Gradient(family, importance.to(dtype), batch, 0.3)(at, into, x, absent)
    return slope.double(), float(slope.abs().max())


@pytest.mark.parametrize("family", FAMILIES, ids=str)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("sparse", "absent"), [(True, 0), (False, 0), (False, 1)])
def test_gradients(kernels: bool, family: Family, bias: bool, sparse: bool, absent: int) -> None:
    """In float32, with and without compiled loops, against float64 of another route; a penalty, an importance of 0, samples
    without active features. At random weights no z of this seed lies within rounding of ReLU's kink.
    """
    assert family.output in FUSED
    found, _ = slopes(family, bias, torch.float32, sparse, absent)
    wanted, size = slopes(family, bias, torch.float64, not sparse, 0)
    # Chains of three products of at most 64 terms, each term no larger than the largest entries' product: 10·√64·3 roundings.
    assert (found - wanted).abs().max() < 240 * EPS * size


@pytest.mark.parametrize("optimiser", [Adam(), Adam(0.5, 0.9, 1e-3), AdamW(decay=0.3)])
@pytest.mark.parametrize("each", [True, False])
def test_adam(kernels: bool, optimiser: Adam, each: bool) -> None:
    """100 steps in float32 against float64; one rate for all or one each. Gradients are of one size, so that every step is
    of the rate's: a rounding of it, and of θ, per step.
    """
    generator = torch.Generator().manual_seed(0)
    rates = torch.rand(37, dtype=torch.float64, generator=generator) if each else torch.tensor(0.3).double()
    start = torch.randn(37, dtype=torch.float64, generator=generator)
    ends = []
    for dtype in (torch.float32, torch.float64):
        at = start.to(dtype, copy=True)
        state = optimiser.start(at)
        generator.manual_seed(1)
        for step in range(100):
            gradient = torch.randn(37, dtype=torch.float64, generator=generator)
            state.step(gradient.to(dtype), rates.to(dtype), 0.1 * 0.97**step)
        ends.append(at.double())
    assert (ends[0] - ends[1]).abs().max() < 100 * EPS * 4
    assert (ends[1] - start).abs().max() > 0.1


def test_a_number_that_is_lost_stays_lost(kernels: bool) -> None:
    """NaN in one model's weights is NaN in its gradient, where ReLU's kink must not make it 0; its neighbours do not see it."""
    family, n, m = RELU_OUTPUT, 4, 2
    flat = family.initial(n, m, (1, 2), True).float()
    x = torch.rand(2, n, 16, generator=torch.Generator().manual_seed(0))
    slope = torch.empty_like(flat)
    at, into = family.split(flat, 2, n, m), family.split(slope, 2, n, m)
    gradient = Gradient(family, torch.ones(2, n), 16)
    gradient(at, into, x)
    before = [part[0].clone() for part in present(into)]
    at.W[1, 0, 0] = torch.nan
    gradient(at, into, x)
    assert all(torch.equal(part[0], was) for part, was in zip(present(into), before, strict=True))
    assert all(part[1].isnan().any() for part in present(into))


def present(parts: Parameters) -> list[Tensor]:
    return [part for part in parts if part is not None]


@pytest.mark.parametrize(
    "settings", [{"n_features": 5, "sparsity": (0.9, 0.0)}, {"n_features": 50, "sparsity": (0.9,) * 2}]
)
def test_training_is_the_same_without_compiled_loops(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Same draws, same formulas: after ten steps of Adam the weights differ by roundings, of which its division makes more
    where a gradient is small.
    """
    config = TrainConfig(n_hidden=2, seeds=(1, 2), batch_size=64, steps=10, learning_rate=0.01, **settings)
    first = train(config)
    monkeypatch.setattr(compiled, "AVAILABLE", False)
    second = train(config)
    assert (first.W - second.W).abs().max() < 1e-4
    assert (first.W - second.W).abs().median() < 10 * EPS
