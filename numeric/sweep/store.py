"""The folder of a sweep: whether it can be written, what is finished in it, and whether the rest has room."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..running.files import output_folder
from .grid import Shard, Sweep
from .shard import load


class Cost(NamedTuple):
    """Of shards: CPU `seconds` of training them, `memory` in bytes that one of them takes at most, and `disk` in bytes."""

    seconds: float
    memory: int
    disk: int


def shard_folder(path: Path) -> Path:
    """`path`, absolute, with its `shards`, made where they are not there. ValueError unless both can be written in."""
    path = output_folder(path.absolute())
    output_folder(path / "shards")
    return path


def unfinished(sweep: Sweep, folder: Path, recompute_damaged: bool) -> tuple[list[Shard], list[Shard]]:
    """Shards to compute, and those among them whose file cannot be used; ValueError about these unless `recompute_damaged`."""
    missing, damaged, errors = [], [], []
    for shard in sweep.shards:
        try:
            if load(shard, folder) is None:
                missing.append(shard)
        except ValueError as error:
            missing.append(shard)
            damaged.append(shard)
            errors.append(str(error))
    if damaged and not recompute_damaged:
        raise ValueError(
            f"{errors[0]}; {len(damaged)} of {len(sweep.shards)} shards cannot be used: remove the files or ask for "
            "recompute_damaged (--recompute-damaged)"
        )
    return missing, damaged


def cost(shards: Sequence[Shard]) -> Cost:
    """About what it takes to compute the shards, to a factor of some three: dense samples at n (4 + m/12) ns each, as measured
    for n = 2, 5 and 400; weights in float64 as trained, as judged and as written; some five arrays of a batch's size.
    """
    seconds, memory, disk = 0.0, 0, 0
    for shard in shards:
        config, models = shard.config, len(shard.places)
        n, m = config.n_features, config.n_hidden
        numbers = models * (config.family.size(n, m, True) + n + 2)
        seconds += 1e-9 * n * (4 + m / 12) * config.steps * config.batch_size * models
        memory = max(memory, 3 * 8 * numbers + 5 * 4 * n * config.batch_size)
        disk += 4096 + 2 * 8 * numbers  # in its shard and in the whole, and the headers
    return Cost(seconds, memory, disk)


def check_room(missing: Sequence[Shard], folder: Path) -> None:
    """ValueError unless the disk has room for each number twice, in its shard and in the whole."""
    wanted, free = cost(missing).disk, shutil.disk_usage(folder).free
    if wanted > free:
        raise ValueError(f"out must have about {wanted / 1e6:.1f} MB free, got {free / 1e6:.1f} MB in {str(folder)!r}")
