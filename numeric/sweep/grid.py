"""Grids of settings, laid out in shards: models that are trained together, as one unit of work with one result.

The grid is the product of its axes, in their order, and of the seeds, which run fastest. Models share a shard as far as one
`TrainConfig` can hold them: they may differ in sparsity, importance, learning rate and the sparsity of their law.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import MOST_SEED, choice, entries, instance, shown, whole
from ..law import Law, is_grouped
from ..printed import brief
from ..train import TrainConfig
from ..train.description import describe
from ..train.rows import PER_MODEL, unmistakable

_NAMES = tuple(part.name for part in fields(TrainConfig) if part.name != "seeds")
_FORMAT = "antipodal shard, 1"


@dataclass(frozen=True)
class Shard:
    """Models of a grid that are trained together: `places[k]` is model k's place in the flattened grid."""

    config: TrainConfig
    places: tuple[int, ...]

    @cached_property
    def name(self) -> str:
        """A hash of all settings (and of the form of the result): the name of its file."""
        return hashlib.sha256(f"{_FORMAT} {self.config.fingerprint()}".encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """`settings` common to all models, `axes` (name → values) and `seeds`; the names are those of `TrainConfig`.

    All values are those of one model: sparsity is a number or a row of n numbers, a law is one law. Every setting is
    checked when the sweep is made: ValueError, naming the argument and the value, on an unknown name, one that is given
    twice, an axis that is empty or repeats a value, seeds that repeat, and whatever `TrainConfig` refuses.

    >>> settings = {"n_features": 5, "n_hidden": 2}
    >>> Sweep(settings=settings, axes={"sparsity": (0.5, 0.9)}, seeds=range(8)).models
    16
    """

    settings: Mapping[str, Any]
    axes: Mapping[str, Sequence[Any]]
    seeds: Sequence[int]
    models_per_shard: int = 256
    """Some hundred: little is lost with a worker, and the cost of a task (milliseconds) stays far below that of training."""

    def __repr__(self) -> str:
        return brief(self)

    def __post_init__(self) -> None:
        whole("models_per_shard", self.models_per_shard, 1)
        for name in ("settings", "axes"):
            instance(name, getattr(self, name), Mapping, "a mapping from names of TrainConfig's settings")  # type: ignore[type-abstract]
        if missing := [name for name in ("n_features", "n_hidden") if name not in {*self.settings, *self.axes}]:
            raise ValueError(f"settings or axes must name {' and '.join(missing)}, got {[*self.settings, *self.axes]}")
        entries("seeds", self.seeds, 0, MOST_SEED)
        for name, values in self.axes.items():
            if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray):
                raise ValueError(f"axes must have a sequence of values of {name}, got {shown(values)}")
        for name in (*self.settings, *self.axes):
            if name not in _NAMES:
                raise ValueError(f"settings and axes must be among {', '.join(_NAMES)}, got {name!r}")
        if twice := sorted(set(self.settings) & set(self.axes)):
            raise ValueError(f"settings and axes must not overlap, got {', '.join(twice)} in both")
        for name, values in (*self.axes.items(), ("seeds", self.seeds)):
            labels = self.labels(name).tolist()
            if not labels:
                raise ValueError(f"{name} must have at least one value, got {values!r}")
            if len(set(labels)) < len(labels):
                raise ValueError(f"{name} must not repeat a value, got {values!r}")
        _ = self.shards

    @property
    def shape(self) -> tuple[int, ...]:
        """Values along each axis, then seeds."""
        return (*(len(values) for values in self.axes.values()), len(self.seeds))

    @property
    def models(self) -> int:
        return math.prod(self.shape)

    def labels(self, name: str) -> NDArray[Any]:
        """The values along the axis `name` or "seeds": numbers as they are, anything else as text (JSON)."""
        choice("name", name, (*self.axes, "seeds"))
        values = list(self.seeds if name == "seeds" else self.axes[name])
        plain = [_plain(name, value) for value in values]
        for kinds in (bool, (int, float)):
            if all(isinstance(value, kinds) and (kinds is bool or not isinstance(value, bool)) for value in plain):
                return np.array(plain)
        return np.array([value if isinstance(value, str) else json.dumps(value) for value in plain])

    @cached_property
    def shards(self) -> tuple[Shard, ...]:
        """All shards: the same for equal sweeps, whatever has been computed."""
        stacks: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
        for cell, values in enumerate(itertools.product(*self.axes.values())):
            one = {**self.settings, **dict(zip(self.axes, values, strict=True))}
            stacks.setdefault(_stack(one), []).append((cell, one))
        return tuple(shard for cells in stacks.values() for shard in self._cut(cells))

    def _cut(self, cells: Sequence[tuple[int, Mapping[str, Any]]]) -> list[Shard]:
        """Shards of cells that one TrainConfig can hold."""
        common: dict[str, Any] = {name: value for name, value in cells[0][1].items() if name not in PER_MODEL}
        models = [(cell, k) for cell in range(len(cells)) for k in range(len(self.seeds))]
        shards = []
        for start in range(0, len(models), self.models_per_shard):
            some = models[start : start + self.models_per_shard]
            rows: dict[str, Any] = {
                name: None if cells[0][1][name] is None else tuple(cells[cell][1][name] for cell, _ in some)
                for name in PER_MODEL
                if name in cells[0][1]
            }
            rows["importance"] = unmistakable(rows.get("importance"), common.get("n_features", 0))
            config = TrainConfig(**common, **rows, seeds=tuple(self.seeds[k] for _, k in some))
            shards.append(Shard(config, tuple(cells[cell][0] * len(self.seeds) + k for cell, k in some)))
        return shards


def _stack(one: Mapping[str, Any]) -> str:
    """What models that are trained together must have in common."""
    common = {name: _plain(name, value) for name, value in one.items() if name not in PER_MODEL}
    absent = [name for name in PER_MODEL if one.get(name) is None]
    law = one.get("law")
    groups = getattr(law, "groups", None) if isinstance(law, Law) and is_grouped(law) else None
    kind = _plain("law", law) if groups is None else [type(law).__name__, _plain("law", groups)]
    return json.dumps([common, absent, kind], sort_keys=True)


def _plain(name: str, value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, Real) and not isinstance(value, bool | Integral):
        return float(value)
    try:
        return describe(value)
    except TypeError:
        raise ValueError(f"{name} must have values of the kind that TrainConfig takes, got {value!r}") from None
