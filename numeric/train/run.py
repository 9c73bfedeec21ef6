"""A run: blocks of models trained one after the other, with what was recorded and where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..model import Parameters
from .block import Block, split
from .checkpoint import Checkpoint, Found, load, save
from .config import TrainConfig
from .exact_gradient import check
from .recording import Recording, Snapshot

_NOTHING: dict[str, Any] = {"f": np.nan, "U": ""}


class Run:
    """`parameters`, (models, ...) of float64, and `diverged_at` of all models; `records` by name, (steps, models, ...).

    Goes on from `checkpoint` where that is a file. `exact`, and ValueError, as for `train`.
    """

    def __init__(
        self, config: TrainConfig, record: Recording | None, checkpoint: Path | None, *, exact: bool = False
    ) -> None:
        if exact:
            check(config)
        if record is not None and record.at[-1] > config.steps:
            raise ValueError(f"record.at must end at config.steps = {config.steps} at the latest, got {record.at[-1]}")
        self.config, self._record, self._path, self._exact = config, record, checkpoint, exact
        models, n, m = len(config.seeds), config.n_features, config.n_hidden
        flat = torch.zeros(models * config.family.size(n, m, config.bias), dtype=torch.float64)
        self.parameters = config.family.split(flat, models, n, m)
        self.diverged_at = np.full(models, -1)
        self.records: dict[str, NDArray[Any]] = {}
        self._blocks = list(split(config, exact))
        self._finished = 0
        found = None if checkpoint is None else load(checkpoint, self._settings)
        if found is not None:
            self._take(found)
        self._block = None if self.done else self._start(found)
        self.save()

    @property
    def done(self) -> bool:
        return self._finished == len(self._blocks)

    @property
    def progress(self) -> float:
        """The share that is done of the steps of single models."""
        finished = sum(len(places) for places, _ in self._blocks[: self._finished]) * self.config.steps
        running = 0 if self._block is None else self._block.step * len(self._blocks[self._finished][0])
        return (finished + running) / (len(self.config.seeds) * self.config.steps)

    def advance(self) -> None:
        """Some steps of the running block: at most to the next one that is recorded."""
        block = self._block
        assert block is not None
        at = () if self._record is None else self._record.at
        if block.step == 0 and 0 in at:
            self._take_down()
        block.advance(min([step for step in at if step > block.step] + [self.config.steps]))
        if block.step in at:
            self._take_down()
        if block.step == self.config.steps:
            self._collect()
            self._finished += 1
            self._block = None if self.done else self._start(None)

    def save(self) -> None:
        """Write the checkpoint, where there is to be one."""
        if self._path is None:
            return
        arrays: dict[str, NDArray[Any]] = {f"record {name}": values for name, values in self.records.items()}
        if self._block is not None:
            self._collect()
            moments = self._block.optimiser.tensors
            arrays |= {f"moment {k}": moment.cpu().numpy() for k, moment in enumerate(moments)}
        for name, part in zip(Parameters._fields, self.parameters, strict=True):
            if part is not None:
                arrays[name] = part.numpy()
        arrays["diverged_at"] = self.diverged_at
        step = 0 if self._block is None else self._block.step
        save(self._path, Checkpoint(self._settings, self._finished, step, arrays))

    @property
    def _settings(self) -> str:
        recording = "" if self._record is None else f"{self._record.at} {sorted(self._record.take)}"
        return f"{self.config.fingerprint()} {recording}{' exact' if self._exact else ''}"

    def _start(self, found: Found | None) -> Block:
        """The first block that is not finished, as it was where it is `found` in a checkpoint."""
        places, plan = self._blocks[self._finished]
        block = Block(self.config.of(places), plan)
        if found is not None:
            parts = Parameters(*(None if part is None else part[places] for part in self.parameters))  # type: ignore[arg-type]
            shapes = [tuple(moment.shape) for moment in block.optimiser.tensors]
            moments = [found.array(f"moment {k}", shape, self.config.dtype) for k, shape in enumerate(shapes)]
            block.restore(found.step, parts, moments)
            block.diverged_at[:] = self.diverged_at[places]
        return block

    def _take(self, found: Found) -> None:
        """What a checkpoint holds of all models. Its settings are those of this run; ValueError unless the rest can be, too."""
        models, steps, at = len(self.config.seeds), self.config.steps, () if self._record is None else self._record.at
        found.require(found.finished <= len(self._blocks), f"finished must be at most {len(self._blocks)}")
        found.require(found.step <= steps, f"step must be at most {steps}, got {found.step}")
        self._finished = found.finished
        self.diverged_at = found.array("diverged_at", (models,), np.int64)
        inside = (self.diverged_at >= -1) & (self.diverged_at <= steps)
        found.require(bool(inside.all()), f"diverged_at must lie in [-1, {steps}]")
        names = ["diverged_at"]
        for name, part in zip(Parameters._fields, self.parameters, strict=True):
            if part is not None:
                part.copy_(torch.from_numpy(found.array(name, tuple(part.shape), np.float64)))
                whole = part[torch.from_numpy(self.diverged_at < 0)].isfinite().all()
                found.require(bool(whole), f"{name} must be finite for models that did not diverge")
                names.append(name)
        for name in () if self._record is None else self._record.take:
            values = found.arrays.get(f"record {name}")
            if values is not None:
                right = values.shape[:2] == (len(at), models) and values.dtype.kind in "biufU"
                found.require(right, f"record {name!r} must have a row for each of {len(at)} steps and {models} models")
                self.records[name] = values
                names.append(f"record {name}")
        moments = 0 if self.done else len(self.config.optimiser.start(torch.empty(0)).tensors)
        found.only([*names, *(f"moment {k}" for k in range(moments))])

    def _collect(self) -> None:
        """Copy the running block's models to their places among all."""
        assert self._block is not None
        places = self._blocks[self._finished][0]
        for whole, part in zip(self.parameters, self._block.parameters, strict=True):
            if whole is not None and part is not None:
                whole[places] = part.double().cpu()
        self.diverged_at[places] = self._block.diverged_at

    def _take_down(self) -> None:
        """Record the running block's models, those that are finite."""
        block = self._block
        assert block is not None
        assert self._record is not None
        finite = np.flatnonzero(block.diverged_at < 0).tolist()
        if not finite:
            return
        W, V, b = (None if part is None else part[finite].double().cpu() for part in block.parameters)
        assert W is not None
        b = W.new_zeros(W.shape[::2]) if b is None else b
        places = self._blocks[self._finished][0]
        snapshot = Snapshot(
            step=block.step, models=tuple(places[k] for k in finite), config=block.config.of(finite), W=W, V=V, b=b
        )
        for name, recorder in self._record.take.items():
            value = np.asarray(recorder(snapshot))
            if value.shape[:1] != (len(finite),):
                raise ValueError(f"recorder {name!r} must give one row per model, {len(finite)}, got {value.shape}")
            if value.dtype.kind not in "biufU":
                raise ValueError(f"recorder {name!r} must give numbers or strings, got {value.dtype}")
            if name not in self.records:
                shape = (len(self._record.at), len(self.config.seeds), *value.shape[1:])
                self.records[name] = np.full(shape, _NOTHING.get(value.dtype.kind, 0), dtype=value.dtype)
            if value.dtype.kind == "U":  # as long as the longest string
                wider = np.promote_types(value.dtype, self.records[name].dtype)
                self.records[name] = self.records[name].astype(wider)
            before = self.records[name]
            if value.shape[1:] != before.shape[2:] or not np.can_cast(value.dtype, before.dtype):
                raise ValueError(
                    f"recorder {name!r} must give one kind and shape of rows, {before.dtype} {before.shape[2:]}, got "
                    f"{value.dtype} {value.shape[1:]}"
                )
            self.records[name][self._record.at.index(block.step), snapshot.models] = value
