"""What the loss without sampling costs, and how right it is: `make bench`. CPU time of value and gradient on one thread.

Targets. n = 400, m = 30, density .9 / .1 / .02 / .01 / 1e-3 / 1e-4: .5 / .5 / 1.2 / 1.5 / 1.3 / 1.2 s; plain torch 8 s.
n = 10 / 20 / 50 / 100 at .1 and .02: .003 / .008 / .04 / .15 s. n = 1,000, m = 50: 10 s. 64 models (5, 2), (8, 3): .6, 12 ms.
A tree of 15 features: .5 s. Second derivatives
of the rows of n = 14: .1 s, of a model n = 14, m = 3: .5 s. Two threads: 1.7 times faster at n = 400. The error is that of one
row's loss, in units of what is promised, 1e-10 (K_i + E x_i²), against the series of the tests' `reference`.
"""

import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest
import reference
import torch

from numeric.law import Tree
from numeric.population import expected_loss, hessian, line_rows, models, value_and_gradient
from numeric.population.factors import Form
from numeric.train import TrainConfig, train

torch.set_num_threads(1)
Array = np.ndarray


def model(n: int, m: int, *batch: int) -> tuple[Array, Array]:
    random = np.random.default_rng(n)
    return random.normal(size=(*batch, m, n)) / m**0.5, np.full((*batch, n), -0.1)


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The least of some runs."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def error(W: Array, b: Array, density: float) -> str:
    n = len(b)
    G = W.astype(reference.Real).T @ W.astype(reference.Real)
    law = reference.independent(1 - density, n)
    only = np.eye(n)[0]
    ours = expected_loss(W, b, 1 - density, only)
    try:
        row = reference.row(G[0], b[0], 0, law, tolerance=1e-12 * density / 3)
    except ArithmeticError:
        return "no reference"
    return f"error {abs(ours - density / 3 - float(row.value)) / (1e-10 * (ours + density / 3)):.0e} of the promise"


CASES = [(400, 30, p) for p in (0.9, 0.1, 0.02, 0.01, 1e-3, 1e-4)]
CASES += [(n, m, p) for n, m in ((10, 3), (20, 5), (50, 10), (100, 15)) for p in (0.1, 0.02)] + [
    (1000, 50, 0.9),
    (1000, 50, 0.01),
]


@pytest.mark.parametrize(("n", "m", "density"), CASES)
def test_one_model(n: int, m: int, density: float) -> None:
    W, b = model(n, m)
    took = seconds(lambda: value_and_gradient(W, b, 1 - density), 1 if n > 400 else 3)
    print(f"\nn = {n}, m = {m}, density {density}: {took:.4f} CPU s, {error(W, b, density)}")


@pytest.mark.parametrize("density", [0.1, 0.01, 1e-3])
def test_plain_torch(density: float, monkeypatch: pytest.MonkeyPatch) -> None:
    W, b = model(400, 30)
    compiled = value_and_gradient(W, b, 1 - density)
    monkeypatch.setattr(line_rows, "AVAILABLE", False)
    start = time.process_time()
    plain = value_and_gradient(W, b, 1 - density)
    took = time.process_time() - start
    apart = max(abs(plain.value / compiled.value - 1), np.abs(plain.W - compiled.W).max() / np.abs(compiled.W).max())
    print(
        f"\nn = 400, m = 30, density {density}, nodes in plain torch: {took:.2f} CPU s, {apart:.0e} from the compiled loops"
    )


@pytest.mark.parametrize(("n", "m", "models_"), [(5, 2, 64), (8, 3, 64), (5, 2, 1000)])
def test_small_models(n: int, m: int, models_: int) -> None:
    W, b = model(n, m, models_)
    print(f"\n{models_} models ({n}, {m}): {1e3 * seconds(lambda: value_and_gradient(W, b, 0.9), 20):.2f} CPU ms")


@pytest.mark.parametrize("m", [2, 5, 8])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.9])
def test_a_tree(m: int, share: float) -> None:
    """Two children each, present with `share` where their parent is; dense weights, and seven in ten of them 0."""
    law = Tree([((k - 1) // 2, k) for k in range(1, 15)], [0.6 * share ** int(np.log2(k + 1)) for k in range(15)])
    W, b = model(15, m)
    few = np.where(np.random.default_rng(m).random(W.shape) < 0.3, W, 0.0)
    took = [seconds(lambda some=some: value_and_gradient(some, b, None, law=law)) for some in (W, few)]  # type: ignore[misc]
    print(f"\na tree of 15 features, m = {m}, share {share}: {took[0]:.3f} and {took[1]:.3f} CPU s")


def test_trained_models() -> None:
    """n = 400, m = 30, 300 steps at rate .01: target 2 s."""
    for density in (0.1, 0.01):
        config = TrainConfig(
            n_features=400, n_hidden=30, seeds=(0,), sparsity=(1 - density,), steps=300, batch_size=256
        )
        trained = train(config)
        W, b = trained.W[0].double().numpy(), trained.b[0].double().numpy()  # type: ignore[index]
        start = time.process_time()
        value_and_gradient(W, b, 1 - density)
        took = time.process_time() - start
        print(f"\ntrained, n = 400, density {density}: {took:.2f} CPU s, {error(W, b, density)}")


def test_second_derivatives() -> None:
    W, b = model(14, 3)
    p = np.full((1, 14), 0.1)
    stack = models.Models(Form(np.arange(15), True), p, 1 - p, np.ones_like(p))
    rows = seconds(lambda: list(models.curvature(stack, (W.T @ W)[None], b[None])))
    whole = seconds(lambda: hessian(W, b, 0.9))
    print(f"\nn = 14, m = 3, second derivatives of all rows: {rows:.3f} CPU s, of the model: {whole:.3f}")


def test_two_threads() -> None:
    """Wall time, on two idle cores; the same bits."""
    W, b = model(400, 30)

    def wall() -> tuple[float, object]:
        start = time.perf_counter()
        found = value_and_gradient(W, b, 0.99)
        return time.perf_counter() - start, found.W.tobytes()

    alone = wall()
    torch.set_num_threads(2)
    try:
        shared = wall()
    finally:
        torch.set_num_threads(1)
    print(f"\nn = 400 on two threads: {alone[0] / shared[0]:.2f} times faster, same bits: {alone[1] == shared[1]}")


@pytest.mark.parametrize(("n", "m", "batch", "density"), [(8, 3, 2000, 0.1), (400, 30, 1, 0.02)])
def test_memory(n: int, m: int, batch: int, density: float) -> None:
    """Peak memory above what it was before, in a process of its own; target: 400 MB at n = 400."""
    code = (
        "import numpy; from pathlib import Path; from numeric.population import value_and_gradient\n"
        "def peak():\n"
        "    line = next(l for l in Path('/proc/self/status').read_text().splitlines() if l.startswith('VmHWM'))\n"
        "    return int(line.split()[1]) / 2**10\n"
        f"W = numpy.random.default_rng(0).normal(size=({batch}, {m}, {n})) / {m}**0.5\n"
        "before = peak()\n"
        f"value_and_gradient(W, None, 1 - {density})\n"
        "print(peak() - before)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    print(f"\nn = {n}, m = {m}, {batch} models: {float(found):.0f} MB")
