"""One shard of a sweep: trained, judged, and kept in one file that its settings name, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..running.arrays import checksum, read_arrays, write_arrays
from ..train import TrainConfig, train
from .grid import Shard


@dataclass(frozen=True)
class Result:
    """Of the shard's models, in their order; float64 but for `diverged_at`.

    `arrays`: W (models, m, n), V (models, n, m) for untied families alone, b (models, n) unless without bias, loss (models,),
    diverged_at (models,), -1 for models that did not. `exact`: whether the loss is free of sampling noise.
    """

    arrays: Mapping[str, NDArray[Any]]
    exact: bool


def path_of(shard: Shard, folder: Path) -> Path:
    return folder / "shards" / f"{shard.name}.npz"


def compute(shard: Shard, folder: Path) -> bool:
    """Train the shard and write its file; nothing where the file is there already. Whether it was computed.

    On one thread, as on every other worker: sums over several could be rounded in another order. ValueError where the file
    is damaged (and is left alone) or cannot be written.
    """
    if load(shard, folder) is not None:
        return False
    torch.set_num_threads(1)
    training = train(shard.config)
    judgement = training.judge()
    diverged_at = np.full(len(shard.places), -1)
    diverged_at[list(training.diverged)] = training.diverged_at
    tensors = {"W": training.W, "V": training.V, "b": training.b if shard.config.bias else None, "loss": judgement.loss}
    arrays = {name: tensor.numpy() for name, tensor in tensors.items() if tensor is not None}
    arrays["diverged_at"] = diverged_at
    write_arrays(path_of(shard, folder), "shard", [shard.name, not judgement.sampled, checksum(None, arrays)], arrays)
    return True


def load(shard: Shard, folder: Path) -> Result | None:
    """The shard's result, or None where there is no file. ValueError where it is damaged or not this shard's: each array is
    compared with the settings, and only models that diverged may have weights that are not finite.
    """
    path = path_of(shard, folder)
    contents = read_arrays(path, "shard")
    if contents is None:
        return None
    header, arrays = contents
    fault = ""
    if not isinstance(header, list) or len(header) != 3 or not isinstance(header[1], bool):
        fault = "its header is another"
    elif header[2] != checksum(None, arrays):
        fault = "its checksum is another"
    elif header[0] != shard.name:
        raise ValueError(f"shard {str(path)!r} belongs to other settings, wanted {shard.name}, got {header[0]!r}")
    if fault := fault or _fault(shard.config, arrays):
        raise ValueError(f"shard {str(path)!r} is damaged or no shard ({fault})")
    return Result(arrays, header[1])


def _fault(config: TrainConfig, arrays: Mapping[str, NDArray[Any]]) -> str:
    """In what the arrays differ from those that such models have, or nothing."""
    models, n, m = len(config.seeds), config.n_features, config.n_hidden
    wanted = {"W": (models, m, n), "V": (models, n, m), "b": (models, n), "loss": (models,), "diverged_at": (models,)}
    if config.family.tied:
        del wanted["V"]
    if not config.bias:
        del wanted["b"]
    if arrays.keys() != wanted.keys():
        return f"it holds {', '.join(sorted(arrays))}, wanted {', '.join(sorted(wanted))}"
    for name, shape in wanted.items():
        dtype = np.dtype(np.int64 if name == "diverged_at" else np.float64)
        if (arrays[name].shape, arrays[name].dtype) != (shape, dtype):
            return f"{name} must be {dtype} of shape {shape}, got {arrays[name].dtype} of shape {arrays[name].shape}"
    diverged_at = arrays["diverged_at"]
    if diverged_at.min() < -1 or diverged_at.max() > config.steps:
        return f"diverged_at must lie in [-1, {config.steps}], got {diverged_at.min()} to {diverged_at.max()}"
    for name in wanted.keys() & {"W", "V", "b"}:
        if not np.isfinite(arrays[name][diverged_at < 0]).all():
            return f"{name} is not finite for a model that did not diverge"
    return ""
