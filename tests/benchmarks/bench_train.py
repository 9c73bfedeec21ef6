"""Training against the loop people use: model-steps per CPU second on one thread, in interleaved rounds.

The baseline is the published loop, written plainly: two uniform draws per entry, einsum forward, autograd, AdamW. Targets,
times its speed: 3.2, 4, 5.5 and 6 at densities 1, .1, .05 and .01 for (c), 6 to 29 for (a) and (b). Ours includes all that
`train` does: checks of the settings, initial weights, the streams of every model. Beside each, how far a step's gradient is
from the same in float64.
"""

import resource
import subprocess
import sys
import time
from dataclasses import replace
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from numeric.train import AdamW, TrainConfig, train
from numeric.train.block import Block, plan
from numeric.train.gradient import Gradient

torch.set_num_threads(1)
BATCH, ROUNDS = 1024, 5


class Case(NamedTuple):
    n: int
    m: int
    models: int
    steps: int
    """of ours in a round"""
    their_steps: int


CASES = {"a": Case(5, 2, 10, 1000, 150), "b": Case(2, 1, 1000, 200, 10), "c": Case(400, 30, 8, 30, 10)}


def published_loop(case: Case, density: float) -> float:
    """CPU seconds of a model-step."""
    torch.manual_seed(0)
    n, m, models = case.n, case.m, case.models
    W = torch.nn.Parameter(torch.randn(models, m, n) * (2 / (m + n)) ** 0.5)
    b = torch.nn.Parameter(torch.zeros(models, n))
    importance = torch.ones(n)
    optimiser = torch.optim.AdamW([W, b], lr=1e-3)
    start = time.process_time()
    for _ in range(case.their_steps):
        value = torch.rand(BATCH, models, n)
        x = torch.where(torch.rand(BATCH, models, n) <= density, value, torch.zeros(()))
        hidden = torch.einsum("bkn,kmn->bkm", x, W)
        f = torch.relu(torch.einsum("bkm,kmn->bkn", hidden, W) + b)
        loss = (importance * (x.abs() - f) ** 2).mean(dim=(0, 2)).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return (time.process_time() - start) / (case.their_steps * models)


def ours(case: Case, density: float) -> float:
    """CPU seconds of a model-step."""
    config = TrainConfig(
        n_features=case.n,
        n_hidden=case.m,
        seeds=tuple(range(case.models)),
        sparsity=(1 - density,) * case.models,
        steps=case.steps,
        batch_size=BATCH,
        optimiser=AdamW(decay=0.01),
        learning_rate=1e-3,
    )
    start = time.process_time()
    train(config)
    return (time.process_time() - start) / (case.steps * case.models)


def gradient_error(case: Case, density: float, device: str = "cpu") -> float:
    """Of the first step's gradient, against the same samples and weights in float64, in its largest entry."""
    config = TrainConfig(
        n_features=case.n, n_hidden=case.m, seeds=(0,), sparsity=(1 - density,), batch_size=BATCH, device=device
    )
    ours = Block(config, plan(config, 0))
    batch = ours._engine.draw(0, 1)[0]
    ours._engine.gradient(ours.parameters, ours._into, batch)
    finer = replace(config, dtype="float64", device="cpu")
    reference = Block(finer, plan(finer, 0))
    for at, given in zip(reference.parameters, ours.parameters, strict=True):
        if at is not None and given is not None:
            at.copy_(given)
    if isinstance(batch, Tensor):
        absent = BATCH - batch.shape[2]
        wanted = Gradient(config.family, torch.ones(1, case.n).double(), BATCH)
        wanted(reference.parameters, reference._into, batch.double().cpu(), absent)
    else:
        reference._engine.gradient(
            reference.parameters, reference._into, [one._replace(value=one.value.double()) for one in batch]
        )
    exact = reference._slope
    return float((ours._slope.double().cpu() - exact).abs().max() / exact.abs().max())


@pytest.mark.parametrize("density", [1.0, 0.1, 0.05, 0.01])
@pytest.mark.parametrize("name", list(CASES))
def test_against_the_published_loop(name: str, density: float) -> None:
    case = CASES[name]
    rounds = [(published_loop(case, density), ours(case, density)) for _ in range(ROUNDS)]
    ratios = sorted(theirs / mine for theirs, mine in rounds)
    theirs, mine = (min(times) for times in zip(*rounds, strict=True))
    print(
        f"\n({name}) n = {case.n}, m = {case.m}, {case.models} models, density {density}: model-steps per CPU second "
        f"{1 / mine:.3g} against {1 / theirs:.3g}; {ratios[ROUNDS // 2]:.1f} times (median of {ROUNDS} rounds, "
        f"{ratios[0]:.1f} to {ratios[-1]:.1f}); gradient off by {gradient_error(case, density):.0e} of its largest entry"
    )


def test_memory() -> None:
    """10,000 models of n = 2, m = 1 in a process of its own; target: under 4 GiB at the peak."""
    code = (
        "import torch; torch.set_num_threads(1)\n"
        "from numeric.train.training import TrainConfig, train\n"
        "train(TrainConfig(n_features=2, n_hidden=1, seeds=tuple(range(10_000)), sparsity=(0.0,) * 10_000, steps=5))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"\n10,000 models of n = 2, m = 1, density 1: peak memory {peak:.2f} GiB")
