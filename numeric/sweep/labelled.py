"""A finished sweep as one labelled array for each quantity, with units and settings: what a notebook opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..arguments import instance, sizes_known
from ..arguments import path as read_path
from ..metrics import feature_dimensionality
from ..running.files import write_whole
from ..train import TrainConfig
from ..train.description import describe
from .grid import Sweep
from .shard import load

if TYPE_CHECKING:
    from xarray import Dataset

_QUANTITIES = {
    "W": (("hidden", "feature"), "1", "weights, column i is where feature i is stored"),
    "V": (("feature", "hidden"), "1", "weights of the way back, where they are not those of W"),
    "b": (("feature",), "1", "bias"),
    "D": (("feature",), "1", "dimensionality of a feature, |W_i|^2 / sum_j (W_i/|W_i| . W_j)^2"),
    "loss": ((), "1", "expected loss, summed over features, without penalty"),
    "diverged_at": ((), "step", "step at which a model was seen to be NaN or infinite, -1 for the others"),
}
_UNITS = {"steps": "step", "batch_size": "sample", "learning_rate": "1/step"}


def collect(sweep: Sweep, folder: Path | str) -> Dataset:
    """W, V, b, D, loss and diverged_at with the sweep's axes and `seed` before their own; nan where there is no entry (another
    n or m, no bias, diverged). Each has `units`; the settings are JSON in the attribute `settings`, with their defaults.

    ValueError where shards are missing or damaged, and without the extra `scale`.
    """
    require_scale()
    from xarray import Dataset

    instance("sweep", sweep, Sweep, "a Sweep")
    folder = read_path("folder", folder)
    found = [(shard, load(shard, folder)) for shard in sweep.shards]
    if missing := sum(result is None for _, result in found):
        raise ValueError(
            f"folder must hold all shards of the sweep, but {missing} of {len(found)} are missing, got {str(folder)!r}; run "
            "the sweep to compute them"
        )
    sizes = {"hidden": 0, "feature": 0}
    for shard, _ in found:
        sizes["hidden"] = max(sizes["hidden"], shard.config.n_hidden)
        sizes["feature"] = max(sizes["feature"], shard.config.n_features)
    values: dict[str, NDArray[Any]] = {}
    for shard, result in found:
        assert result is not None
        parts = {**result.arrays, "D": _dimensionality(result.arrays["W"])}
        for name, part in parts.items():
            if name not in values:
                shape = (sweep.models, *(sizes[axis] for axis in _QUANTITIES[name][0]))
                values[name] = np.full(shape, -1 if name == "diverged_at" else np.nan, dtype=part.dtype)
            inside: tuple[Any, ...] = tuple(slice(length) for length in part.shape[1:])
            values[name][(list(shard.places), *inside)] = part
    axes = (*sweep.axes, "seed")
    variables = {
        name: ((*axes, *own), values[name].reshape(*sweep.shape, *values[name].shape[1:]), _about(units, text))
        for name, (own, units, text) in _QUANTITIES.items()
        if name in values
    }
    exact = {result.exact for _, result in found if result is not None}
    variables["loss"][2]["judged"] = " or ".join(
        "without sampling" if kind else "by one fixed large sample" for kind in sorted(exact, reverse=True)
    )
    coordinates = {name: ((name,), sweep.labels(name), _about(_UNITS.get(name, "1"), name)) for name in sweep.axes}
    coordinates["seed"] = (("seed",), sweep.labels("seeds"), _about("1", "seed"))
    attributes = {
        "title": "sweep of toy models of superposition",
        "settings": json.dumps(_common(sweep, found[0][0].config)),
        "torch": str(torch.__version__),
    }
    return Dataset(variables, coordinates, attributes)


def save(dataset: Dataset, path: Path | str) -> None:
    """Write netCDF, whole or not at all. ValueError when that is impossible or the extra `scale` is missing."""
    require_scale()
    from xarray import Dataset

    instance("dataset", dataset, Dataset, "an xarray.Dataset, such as `collect` gives")
    file = read_path("path", path)
    try:
        write_whole(file, dataset.to_netcdf(engine="h5netcdf"))
    except OSError as error:
        raise ValueError(f"results {str(file)!r} cannot be written ({error.strerror or error})") from None


def require_scale() -> None:
    """ValueError, in one sentence, unless xarray, h5netcdf and h5py are there."""
    try:
        import h5netcdf  # type: ignore[import-untyped]  # noqa: F401
        import h5py  # type: ignore[import-untyped]  # noqa: F401
        import xarray  # noqa: F401
    except ImportError as error:
        raise ValueError(f"labelled results need the extra 'scale' (pip install 'antipodal[scale]'): {error}") from None


def _dimensionality(W: NDArray[np.float64]) -> NDArray[np.float64]:
    """D_i of a stack, (models, n); nan for models that diverged."""
    D = np.full(W.shape[::2], np.nan)
    finite = np.isfinite(W).all(axis=(1, 2))
    if finite.any():
        with sizes_known():
            D[finite] = feature_dimensionality(W[finite])
    return D


def _about(units: str, text: str) -> dict[str, str]:
    return {"units": units, "long_name": text}


def _common(sweep: Sweep, config: TrainConfig) -> dict[str, Any]:
    """What all models have in common, with the defaults."""
    common = {}
    for name in config.__dataclass_fields__:
        if name != "seeds" and name not in sweep.axes:
            value = getattr(config, name)
            common[name] = describe(value[0] if isinstance(value, tuple) else value)
    return common
