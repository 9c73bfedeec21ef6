"""What a CUDA device brings: `make gpu`. The tests marked `gpu`, then the trainer and the loss without sampling beside one
CPU thread, in one table, in under four minutes; without a device, one sentence.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from rich.console import Console
from rich.table import Table

from numeric.population import expected_loss
from numeric.train import TrainConfig, train

sys.path.insert(0, str(Path(__file__).parent))
from bench_train import BATCH, Case, gradient_error

TESTS, ALL = 90.0, 220.0  # seconds by the clock for the tests, and after which no further row is begun


class Row(NamedTuple):
    work: str
    device: float
    """seconds by the clock"""
    cpu: float
    error: float
    """against the CPU in float64"""


class Training(NamedTuple):
    case: Case
    """its steps are the device's, its other steps the CPU's"""
    models_on_cpu: int


TRAININGS = (
    Training(Case(2, 1, 8192, 400, 50), 256),
    Training(Case(5, 2, 4096, 400, 100), 64),
    Training(Case(400, 30, 64, 200, 5), 4),
)
LOSSES = ((5, 2, 1000, 0.05), (100, 15, 1, 0.1), (400, 30, 1, 0.1), (400, 30, 1, 0.02))


def seconds(case: Case, density: float, device: str, models: int, steps: int) -> float:
    """Of a model-step."""
    config = TrainConfig(
        n_features=case.n,
        n_hidden=case.m,
        seeds=tuple(range(models)),
        sparsity=(1 - density,) * models,
        steps=steps,
        batch_size=BATCH,
        device=device,
    )
    start = time.perf_counter()
    train(config)  # its weights come back to the CPU, which waits for all of it
    return (time.perf_counter() - start) / (models * steps)


def trained(job: Training, density: float, device: str) -> Row:
    case, k = job
    seconds(case, density, device, case.models, 10)  # libraries, captured graphs
    work = f"train n = {case.n}, m = {case.m}, density {density}: {case.models} models, a model-step"
    return Row(
        work,
        seconds(case, density, device, case.models, case.steps),
        seconds(case, density, "cpu", k, case.their_steps),
        gradient_error(case, density, device),
    )


def judged(n: int, m: int, models: int, density: float, device: str) -> Row:
    """Value and gradient; the value's largest relative difference."""
    generator = torch.Generator().manual_seed(1)
    W = torch.randn(models, m, n, dtype=torch.float64, generator=generator) / m**0.5
    b = torch.full((models, n), -0.1, dtype=torch.float64)

    def once(place: str) -> tuple[float, torch.Tensor]:
        at = W.to(place).requires_grad_(), b.to(place).requires_grad_()
        start = time.perf_counter()
        K = expected_loss(*at, 1 - density)
        slope = torch.autograd.grad(K.sum(), at)
        slope[0].cpu()
        return time.perf_counter() - start, K.detach().cpu()

    once(device)
    (here, K), (there, wanted) = once(device), once("cpu")
    work = f"loss and gradient n = {n}, m = {m}, density {density}: {models} model(s)"
    return Row(work, here, there, float(((K - wanted) / wanted).abs().max()))


def rows(device: str, deadline: float) -> Iterator[Row]:
    for job in TRAININGS:
        for density in (1.0, 0.05):
            if time.monotonic() < deadline:
                yield trained(job, density, device)
    for loss in LOSSES:
        if time.monotonic() < deadline:
            yield judged(*loss, device)


def table(found: list[Row], title: str) -> Table:
    shown = Table("work", "device", "one CPU thread", "times", "off by", title=title)
    for row in found:
        shown.add_row(
            row.work, *(_time(t) for t in (row.device, row.cpu)), f"{row.cpu / row.device:.3g}", f"{row.error:.0e}"
        )
    return shown


def _time(seconds: float) -> str:
    unit, name = next(
        (unit, name) for unit, name in ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (0, "ns")) if seconds >= unit
    )
    return f"{seconds / (unit or 1e-9):.3g} {name}"


def main() -> int:
    if not torch.cuda.is_available():
        print("torch sees no CUDA device here: there is nothing to measure.")
        return 0
    torch.set_num_threads(1)
    start = time.monotonic()
    tests = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "tests/numeric"]
    try:
        failed = subprocess.run(tests, timeout=TESTS).returncode
    except subprocess.TimeoutExpired:
        print(f"the tests marked gpu took more than {TESTS:.0f} s")
        failed = 1
    found = list(rows("cuda", start + ALL))
    Console(width=140).print(table(found, torch.cuda.get_device_name()))
    if len(found) < 2 * len(TRAININGS) + len(LOSSES):
        print(f"rows that would have begun after {ALL:.0f} s were left out")
    return int(failed != 0)


if __name__ == "__main__":
    sys.exit(main())
