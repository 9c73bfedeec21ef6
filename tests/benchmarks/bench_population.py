"""What the loss without sampling costs: `make bench`. CPU time on one thread; targets are in the comments."""

import subprocess
import sys
import time

import pytest
import torch
from torch import Tensor

from numeric.population import expected_loss

torch.set_num_threads(1)


def model(n: int, m: int, *batch: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    W = torch.randn(*batch, m, n, dtype=torch.float64, generator=generator) / m**0.5
    return W.requires_grad_(), torch.full((*batch, n), -0.1, dtype=torch.float64, requires_grad=True)


def loss_and_gradient(n: int, m: int, density: float, *batch: int) -> float:
    """CPU seconds."""
    W, b = model(n, m, *batch)
    start = time.process_time()
    torch.autograd.grad(expected_loss(W, b, 1 - density).sum(), (W, b))
    return time.process_time() - start


@pytest.mark.parametrize("density", [0.9, 0.1, 0.02, 1e-4])
def test_one_large_model(density: float) -> None:
    """n = 400, m = 30, one model, value and gradient; target: under 10 s on two cores."""
    print(f"\nn = 400, m = 30, density {density}: {loss_and_gradient(400, 30, density):.1f} CPU s")


def test_a_thousand_small_models() -> None:
    """n = 5, m = 2, 1,000 models, value and gradient; target: under 1 s on one core."""
    loss_and_gradient(5, 2, 0.05, 10)
    print(f"\nn = 5, m = 2, 1,000 models: {loss_and_gradient(5, 2, 0.05, 1000):.2f} CPU s")


@pytest.mark.parametrize(("n", "m", "batch", "density"), [(8, 3, 2000, 0.1), (400, 30, 1, 0.02)])
def test_memory(n: int, m: int, batch: int, density: float) -> None:
    """Peak memory above what it was before, in a process of its own; target: `max_memory`, 1 GiB by default."""
    code = (
        "import torch; from pathlib import Path; from numeric.population import expected_loss\n"
        "def peak():\n"
        "    line = next(l for l in Path('/proc/self/status').read_text().splitlines() if l.startswith('VmHWM'))\n"
        "    return int(line.split()[1]) / 2**20\n"
        "torch.set_num_threads(1)\n"
        f"W = (torch.randn({batch}, {m}, {n}, dtype=torch.float64) / {m}**0.5).requires_grad_()\n"
        "before = peak()\n"
        f"torch.autograd.grad(expected_loss(W, None, 1 - {density}).sum(), W)\n"
        "print(peak() - before)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    print(f"\nn = {n}, m = {m}, {batch} models: {float(found):.2f} GiB (max_memory 1 GiB)")
