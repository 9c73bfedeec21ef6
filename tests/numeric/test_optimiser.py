from typing import Any

import pytest
import torch

from numeric.train import SGD, Adam, AdamW
from numeric.train.optimiser import Optimiser


@pytest.mark.parametrize(
    ("ours", "theirs", "settings"),
    [
        (Adam(), torch.optim.Adam, {}),
        (Adam(0.5, 0.9, 1e-3), torch.optim.Adam, {"betas": (0.5, 0.9), "eps": 1e-3}),
        (AdamW(decay=0.3), torch.optim.AdamW, {"weight_decay": 0.3}),
        (AdamW(), torch.optim.AdamW, {"weight_decay": 0.0}),
        (SGD(), torch.optim.SGD, {}),
        (SGD(momentum=0.9), torch.optim.SGD, {"momentum": 0.9}),
        (SGD(momentum=0.5, decay=0.2), torch.optim.SGD, {"momentum": 0.5, "weight_decay": 0.2}),
    ],
)
@pytest.mark.slow
def test_same_numbers_as_torch(ours: Optimiser, theirs: Any, settings: dict[str, Any]) -> None:
    """300 steps with a changing rate, another one for each row, gradients from 1e-10 to 1, some zero."""
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(3, 8, dtype=torch.float64, generator=generator)
    factor = torch.tensor([[1.0], [0.1], [2.0]], dtype=torch.float64)
    rows = [torch.nn.Parameter(row.clone()) for row in start]
    references = [theirs([row], lr=1.0, **settings) for row in rows]
    found = start.clone()
    state = ours.start(found)
    scale = torch.logspace(-10, 0, 24, dtype=torch.float64).view(3, 8)
    for step in range(300):
        gradient = scale * torch.randn(3, 8, dtype=torch.float64, generator=generator)
        gradient[0, 0] = 0
        rate = 0.1 * 0.98**step
        for k, (row, reference) in enumerate(zip(rows, references, strict=True)):
            row.grad = gradient[k].clone()
            reference.param_groups[0]["lr"] = rate * factor[k].item()
            reference.step()
        state.step(gradient, rate * factor)
    # Each step adds a few roundings of numbers of order 1, at most 10 where momentum adds up: 300 steps, 10·10 eps each.
    torch.testing.assert_close(found, torch.stack([row.detach() for row in rows]), rtol=0, atol=300 * 100 * 2.3e-16)
    assert not torch.equal(found, start)
    assert state.taken == 300


def test_a_state_goes_on_from_its_tensors() -> None:
    gradients = torch.randn(6, 5, generator=torch.Generator().manual_seed(0))
    rate = torch.tensor(0.1)
    for optimiser in (Adam(), SGD(momentum=0.9), SGD()):
        whole, parts = torch.ones(5), torch.ones(5)
        state, first = optimiser.start(whole), optimiser.start(parts)
        for gradient in gradients:
            state.step(gradient, rate)
        for gradient in gradients[:3]:
            first.step(gradient, rate)
        second = optimiser.start(parts)
        second.taken = first.taken
        for ours, given in zip(second.tensors, first.tensors, strict=True):
            ours.copy_(given)
        for gradient in gradients[3:]:
            second.step(gradient, rate)
        assert torch.equal(whole, parts)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Adam(beta1=1.0), r"beta1 must lie in \[0, 1\), got 1.0"),
        (lambda: Adam(beta2=-0.1), r"beta2 must lie in \[0, 1\), got -0.1"),
        (lambda: Adam(epsilon=0.0), r"epsilon must be finite and above 0, got 0\.0"),
        (lambda: AdamW(decay=-1.0), "decay must be finite and at least 0, got -1.0"),
        (lambda: AdamW(beta1=2.0), r"beta1 must lie in \[0, 1\), got 2.0"),
        (lambda: SGD(momentum=1.0), r"momentum must lie in \[0, 1\), got 1.0"),
        (lambda: SGD(decay=float("nan")), "decay must be finite and at least 0, got nan"),
    ],
)
def test_bad_input(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
