"""Sampled training at the door: the settings of `numeric.train` and `numeric.sweep`, which also take the door's laws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numeric.sweep
import numeric.train
from numeric.arguments import entries
from numeric.model import Family as Family
from numeric.train import train as train

from .laws import Law, float_law, floats, is_sparsity


@dataclass(frozen=True, kw_only=True, repr=False)
class TrainConfig(numeric.train.TrainConfig):
    """The settings of `numeric.train.TrainConfig`; `law` may be a law of the door, or one for each model.

    >>> from antipodal import OneHot, TrainConfig, train
    >>> trained = train(TrainConfig(n_features=3, n_hidden=2, seeds=(0,), law=OneHot(), steps=10))
    >>> tuple(trained.W.shape)
    (1, 2, 3)
    """

    def __post_init__(self) -> None:
        models = len(entries("seeds", self.seeds))
        laws: tuple[Any, ...] = self.law if isinstance(self.law, tuple) else (self.law,) * models
        if laws and all(map(is_sparsity, laws)):
            if self.sparsity is not None:
                raise ValueError(f"sparsity must be None beside a law, got {self.sparsity!r}")
            object.__setattr__(self, "sparsity", tuple(law.sparsity for law in laws))
            object.__setattr__(self, "law", None)
        else:
            built = tuple(map(_built, laws)) if isinstance(self.law, tuple) else _built(self.law)
            object.__setattr__(self, "law", built)
        for name in ("sparsity", "importance"):
            object.__setattr__(self, name, _rows(getattr(self, name), name))
        super().__post_init__()


@dataclass(frozen=True, kw_only=True, repr=False)
class Sweep(numeric.sweep.Sweep):
    """A grid of models, as `numeric.sweep.Sweep`; a law among its settings and axes may be one of the door.

    >>> from antipodal import Independent, Sweep
    >>> laws = (Independent(0.5), Independent("9/10"))
    >>> Sweep(settings={"n_features": 5, "n_hidden": 2}, axes={"law": laws}, seeds=range(8)).models
    16
    """

    def __post_init__(self) -> None:
        for name in ("settings", "axes"):
            if isinstance(given := getattr(self, name), Mapping):
                object.__setattr__(self, name, dict(_built_entry(key, value) for key, value in given.items()))
        super().__post_init__()


def _built_entry(name: str, value: Any) -> tuple[str, Any]:
    """A setting or an axis as `numeric` has it: the law of independent features is a sparsity there."""
    laws = value if isinstance(value, Sequence) else (value,)
    if name == "law" and laws and all(map(is_sparsity, laws)):
        found = _rows(tuple(law.sparsity for law in laws), "sparsity")
        return "sparsity", found if isinstance(value, Sequence) else found[0]
    if name == "law":
        return name, tuple(map(_built, laws)) if isinstance(value, Sequence) else _built(value)
    return name, _rows(value, name) if name in ("sparsity", "importance") else value


def _built(law: Any) -> Any:
    """A law of `numeric`; what is none of the door's goes through."""
    return float_law(law)[1] if isinstance(law, Law) and not is_sparsity(law) else law


def _rows(values: Any, name: str) -> Any:
    """Rows of numbers, as tuples of floats where they held strings."""
    if isinstance(values, list | tuple):
        return tuple(_rows(value, name) for value in values)
    return floats(values, name)
