"""The folder of a sweep: whether it can be written, what is finished in it, and whether the rest has room."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .grid import Shard, Sweep
from .shard import load


def output_folder(path: Path) -> Path:
    """`path`, absolute, made where it is not there. ValueError unless it can be written in."""
    path = path.absolute()
    try:
        (path / "shards").mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path / "shards") as file:
            file.write(bytes(4096))  # an entry of a folder may fit on a disk where nothing else does
    except OSError as error:
        raise ValueError(f"out must be a folder to write in, got {str(path)!r} ({error.strerror})") from None
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


def check_space(missing: Sequence[Shard], folder: Path) -> None:
    """ValueError unless the disk has room for each number twice, in its shard and in the whole, and for the headers."""
    wanted = 0
    for shard in missing:
        n, m = shard.config.n_features, shard.config.n_hidden
        wanted += 4096 + 2 * 8 * len(shard.places) * (shard.config.family.size(n, m, True) + n + 2)
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise ValueError(f"out must have about {wanted / 1e6:.1f} MB free, got {free / 1e6:.1f} MB in {str(folder)!r}")
