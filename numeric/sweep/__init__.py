"""Sweeps: grids of models trained shard by shard, on worker processes or a Dask cluster, to be interrupted at any moment.

`python -m numeric.sweep --out DIR` runs an example; in Python

    sweep = Sweep(settings={"n_features": 5, "n_hidden": 2}, axes={"sparsity": (0.0, 0.9)}, seeds=range(100))
    run_sweep(sweep, folder)
    dataset = collect(sweep, folder)      # an xarray.Dataset

Every shard is one file, named by a hash of its settings: run again, a sweep (the same, or one with which it shares shards)
computes the shards whose file is not there. A file that is damaged is reported before any training and left alone; it is
computed again when asked for with `recompute_damaged`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["Shard", "Shards", "Sweep", "collect", "run_sweep", "save"]

if TYPE_CHECKING:
    from .grid import Shard, Sweep
    from .labelled import collect, save
    from .sweeping import Shards, run_sweep
else:

    def __getattr__(name: str) -> object:
        """Loaded when first asked for: the command parses its arguments without torch."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import grid, labelled, sweeping

        homes = {"collect": labelled, "save": labelled, "Shard": grid, "Sweep": grid}
        return getattr(homes.get(name, sweeping), name)
