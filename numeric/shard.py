"""One shard of a sweep: trained, judged, and kept in one file that its settings name, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .checkpoint import write_whole
from .grid import Shard
from .train import train

# What a file of other bytes makes of itself; RuntimeError where it claims to be encrypted or oddly compressed.
_DAMAGE = (ValueError, KeyError, EOFError, AttributeError, TypeError, RuntimeError)


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
    tensors = {"W": training.W, "V": training.V, "b": training.b, "loss": judgement.loss}
    arrays = {name: tensor.numpy() for name, tensor in tensors.items() if tensor is not None}
    arrays["diverged_at"] = diverged_at
    header = np.array(json.dumps([shard.name, judgement.exact, _checksum(arrays)]))
    content = io.BytesIO()
    np.savez(content, header=header, **arrays)  # type: ignore[arg-type]
    path = path_of(shard, folder)
    try:
        write_whole(path, content.getvalue())
    except OSError as error:
        raise ValueError(f"shard {str(path)!r} cannot be written ({error.strerror})") from None
    return True


def load(shard: Shard, folder: Path) -> Result | None:
    """The shard's result, or None where there is no file. ValueError where it is damaged or not this shard's."""
    path = path_of(shard, folder)
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        name, exact, checksum = json.loads(str(arrays.pop("header")))
        if checksum != _checksum(arrays):
            raise ValueError("its checksum is another")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ValueError(f"shard {str(path)!r} cannot be read ({error.strerror or error})") from None
    except (*_DAMAGE, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"shard {str(path)!r} is damaged or no shard ({error})") from None
    if name != shard.name:
        raise ValueError(f"shard {str(path)!r} belongs to other settings, wanted {shard.name}, got {name}")
    return Result(arrays, bool(exact))


def _checksum(arrays: Mapping[str, NDArray[Any]]) -> str:
    """The zip's own sums leave out the names of its members, and whether there are any."""
    whole = hashlib.sha256()
    for name in sorted(arrays):
        whole.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape} ".encode())
        whole.update(np.ascontiguousarray(arrays[name]).data)
    return whole.hexdigest()
