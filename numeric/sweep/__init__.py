"""Sweeps: grids of models trained shard by shard, to be interrupted at any moment; `python -m numeric.sweep` runs an example.

grid, shard        what is asked for, cut into shards, and what becomes of one of them; store: the folder of them
sweeping           `run_sweep`, on worker processes or a Dask cluster; command: the same as a command
labelled           what is computed, as an xarray.Dataset
"""

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

        return next(getattr(module, name) for module in (grid, labelled, sweeping) if hasattr(module, name))
