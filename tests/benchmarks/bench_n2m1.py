"""What the smallest model costs: `make bench`. Times are CPU time on one thread; targets are in the comments."""

import resource
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

from analytic.n2m1 import (
    SmallestModel,
    boundary,
    critical_points,
    elimination,
    phase_boundary,
    phase_curve,
    phase_diagram,
)
from numeric.train import TrainConfig, train

torch.set_num_threads(1)


def settings(count: int) -> list[SmallestModel]:
    random = Random("benchmark")
    return [
        SmallestModel(
            Fraction(random.randint(0, 999), 1000), (1, Fraction(random.randint(1, 999), random.randint(1, 999)))
        )
        for _ in range(count)
    ]


def forget() -> None:
    """Caches would turn the second round into a look-up."""
    critical_points._critical_points.cache_clear()
    elimination.ties.cache_clear()
    boundary.phase_curve.cache_clear()


def test_critical_points(benchmark: Any) -> None:
    """One call, with weights and losses as SymPy numbers; target: under 100 ms."""
    models = iter(settings(1000) * 5)
    SmallestModel("1/2").critical_points()

    def solve(model: SmallestModel) -> None:
        for point in model.critical_points():
            assert len(point.weights) == 2
            assert point.loss is not None

    def setup() -> tuple[tuple[SmallestModel], dict[str, object]]:
        forget()
        return (next(models),), {}

    benchmark.pedantic(solve, setup=setup, rounds=200)


def test_phase_diagram_256(benchmark: Any) -> None:
    """The exact diagram at 256 × 256 settings; target: under 2 s."""
    importance, density = np.logspace(-1, 1, 256), np.logspace(-2, 0, 256)
    phase_diagram(0.5, 1.0)
    diagram = benchmark(phase_diagram, 1 - density[:, None], importance[None])
    assert diagram.loss.shape == (256, 256)


@pytest.mark.parametrize("importance", ["1", "1/2", "1/1000"])
def test_phase_boundary(benchmark: Any, importance: str) -> None:
    """Elimination, isolation and the proof that there is one transition, with an enclosure of 10⁻³⁰."""
    benchmark.pedantic(
        lambda: phase_boundary((1, importance)).enclosure(),
        setup=lambda: forget() or ((), {}),
        rounds=3,
        warmup_rounds=1,
    )


def test_phase_curve(benchmark: Any) -> None:
    """The algebraic curve of the boundary, in two variables."""
    curve = benchmark.pedantic(phase_curve, setup=lambda: forget() or ((), {}), rounds=3)
    assert curve.degree_list() == (78, 74)


def test_training_768_models(benchmark: Any) -> None:
    """The main job's training, a tenth of its steps: 768 models of n = 2, m = 1, batch 1,024."""
    config = TrainConfig(
        n_features=2, n_hidden=1, seeds=tuple(range(768)), sparsity=(0.9,) * 768, bias=False, steps=200
    )
    benchmark.pedantic(train, args=(config,), rounds=3, warmup_rounds=1)
    benchmark.extra_info["model-steps per CPU second"] = 768 * 200 / benchmark.stats.stats.min


def test_import_analytic() -> None:
    """`import analytic` in a fresh interpreter, CPU time inside it; target: under 0.6 s."""
    code = "import time; start = time.process_time(); import analytic; print(time.process_time() - start)"
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(5)
    ]
    print(f"\nimport analytic: {sorted(times)[2]:.2f} CPU s (median of 5)")


def test_main_job(tmp_path: Path) -> None:
    """The quick main job in a process of its own; targets: under 240 s and 3 GiB."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "verify", "--out", str(tmp_path)], check=True, capture_output=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"\nmain job, quick: {wall:.0f} s, {seconds:.0f} CPU s, peak memory {after.ru_maxrss / 2**20:.2f} GiB")
