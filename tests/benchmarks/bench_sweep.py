"""What a shard of a sweep costs: n = 5, m = 2, 256 models, 10,000 steps of 1,024 samples, as in the published experiments.

CPU seconds on one thread of all that a worker does with a shard: training, judging by the loss without sampling, writing
the file. A tenth of the steps is run and taken ten times: at most what the whole costs, since judging is counted ten times.
"""

import time
from pathlib import Path

import pytest

from numeric.sweep import Sweep
from numeric.sweep.shard import compute, path_of

MODELS, STEPS, SHARE, WORKERS = 256, 10_000, 10, 100


@pytest.mark.parametrize("density", [0.05, 1.0])
def test_cost_of_a_shard(density: float, tmp_path: Path) -> None:
    sweep = Sweep(
        settings={"n_features": 5, "n_hidden": 2, "steps": STEPS // SHARE, "batch_size": 1024},
        axes={"sparsity": (1 - density,)},
        seeds=range(MODELS),
        models_per_shard=MODELS,
    )
    (shard,) = sweep.shards
    start = time.process_time()
    assert compute(shard, tmp_path)
    whole = SHARE * (time.process_time() - start)
    hours = whole / MODELS * 1e6 / 3600
    print(
        f"\ndensity {density}: {whole:.0f} CPU s for a shard of {MODELS} models, {STEPS} steps; a file of "
        f"{path_of(shard, tmp_path).stat().st_size / 1000:.0f} kB. 10⁶ models: {1e6 / MODELS:.0f} shards, {hours:.0f} CPU "
        f"hours, {hours / WORKERS:.2f} hours on {WORKERS} such workers"
    )
