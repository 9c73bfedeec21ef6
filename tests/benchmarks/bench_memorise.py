"""Training on finite samples against the loop people use: one T at a time, dense samples, autograd, AdamW.

Both do the same steps of the same models (n = 1,000, s = 0.99, float32), for each T and for several together; CPU time on one
thread, interleaved. Expected of ours: at least ten times the steps in all, and at the published n = 10,000 memory far below
the 4·n·T bytes of dense samples.
"""

import subprocess
import sys
import time

import torch

from numeric.memorise import MemoriseConfig
from numeric.memorise.training import _Training

torch.set_num_threads(1)
SEEDS, N = 4, 1000


def loop(config: MemoriseConfig, T: int, steps: int) -> float:
    """CPU seconds a step of the plain loop, with `SEEDS` models in one tensor."""
    X = torch.from_numpy(config.samples(T).X.toarray()).float()
    W = torch.nn.Parameter(0.045 * torch.randn(SEEDS, 2, N))
    b = torch.nn.Parameter(torch.zeros(SEEDS, N))
    optimiser = torch.optim.AdamW([W, b], lr=1e-3, weight_decay=1e-2)
    start = 0.0
    for step in range(steps + 2):
        if step == 2:
            start = time.process_time()
        hidden = torch.einsum("tn,kmn->ktm", X, W)
        f = torch.relu(torch.einsum("ktm,kmn->ktn", hidden, W) + b[:, None])
        loss = ((X - f) ** 2).sum(dim=2).mean(dim=1).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return (time.process_time() - start) / steps


def ours(config: MemoriseConfig, steps: int) -> float:
    training = _Training(config, None)
    for _ in range(2):
        training.advance()
    start = time.process_time()
    for _ in range(steps):
        training.advance()
    return (time.process_time() - start) / steps


def config(points: tuple[int, ...]) -> MemoriseConfig:
    return MemoriseConfig(points=points, seeds=tuple(range(SEEDS)), n_features=N, sparsity=0.99, steps=10_000)


def test_against_the_plain_loop() -> None:
    sizes = (3, 50, 1000, 5000)
    all_loop = 0.0
    print()
    for T in sizes:
        steps = 5 if T > 500 else 100
        plain, here = loop(config((T,)), T, steps), ours(config((T,)), steps)
        all_loop += plain
        print(
            f"T = {T:5}: {1e3 * plain:8.2f} ms a step of {SEEDS} models in a plain loop, ours {1e3 * here:7.2f}: "
            f"{plain / here:4.1f} times"
        )
    together = ours(config(sizes), 5)
    print(
        f"all four T: {1e3 * all_loop:.1f} ms in plain loops, ours in one tensor {1e3 * together:.1f}: "
        f"{all_loop / together:.1f} times"
    )


def test_memory_at_the_published_size() -> None:
    """A process of its own: 50,000 samples of 10,000 features, two steps and what is reported. Dense samples alone would take
    1.9 GiB.
    """
    script = (
        "import re, torch; torch.set_num_threads(1)\n"
        "from numeric.memorise.training import MemoriseConfig, train_on_samples\n"
        "peak = lambda: re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]\n"
        "before = peak()\n"
        "train_on_samples(MemoriseConfig(points=(50_000,), steps=2))\n"
        "print(before, peak())"
    )
    before, peak = map(
        int, subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout.split()
    )
    print(
        f"\n50,000 samples of 10,000 features: {(peak - before) / 2**20:.2f} GiB beyond the imports (dense samples 1.9)"
    )
