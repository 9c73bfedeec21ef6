"""Settings of a stack of models that are trained together, checked in full before anything is computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any, Self

import numpy as np
import torch

from ..arguments import (
    MOST_SEED,
    Floats,
    Row,
    choice,
    entries,
    flag,
    importance_row,
    number,
    shown,
    sparsity_row,
    whole,
)
from ..arguments.device import check_device
from ..law import Law
from ..model import RELU_OUTPUT, Family
from ..printed import brief
from ..sample import Points
from .description import describe
from .optimiser import Adam, Optimiser
from .rows import alike, check_law, checked_axes, like_a_row, unmistakable
from .schedule import Geometric, Schedule

DTYPES = {"float32": torch.float32, "float64": torch.float64}
AnyLaw = Law | Points


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Settings of a stack of models; model k has `seeds[k]`, `sparsity[k]` or `law[k]`, `importance[k]`, `learning_rate[k]`.

    `sparsity`: for independent features, one entry per model, a number or a row of n_features numbers; None beside a
    `law`, which is one for all models or one per model (then of one kind, with the same groups). `importance`: as
    sparsity; None is 1; n different numbers for n models are refused, since they look like one row. ValueError, naming
    the argument and the value, on anything out of range.
    """

    n_features: int
    n_hidden: int
    seeds: tuple[int, ...]
    sparsity: tuple[Row, ...] | None = None
    law: AnyLaw | tuple[AnyLaw, ...] | None = None
    signed: bool = False
    """Active features are uniform on [-1, 1] instead of [0, 1], as for the absolute-value circuit."""
    importance: tuple[Row, ...] | None = None
    family: Family = RELU_OUTPUT
    bias: bool = True
    penalty: float = 0.0
    """λ of the interference penalty λ Σ_{i≠j} (W_i·W_j)², which is λ·2w₁²w₂² for n = 2, m = 1."""
    adversary: float = 0.0
    """ε: every sample is moved by this length in the direction in which its own loss rises fastest; 0 for none."""
    optimiser: Optimiser = field(default_factory=Adam)
    schedule: Schedule = field(default_factory=Geometric)
    learning_rate: float | tuple[float, ...] = 0.1
    """One for all models, or one per model; the schedule multiplies it."""
    steps: int = 2000
    batch_size: int = 1024
    dtype: str = "float32"
    """Rounding (6e-8) stays far below gradient noise; float64 costs twice the time."""
    device: str = "cpu"
    data_seed: int = 0

    @classmethod
    def product(cls, axes: Mapping[str, Sequence[Any]], seeds: Sequence[int], **settings: Any) -> Self:
        """A model for each combination of values along the `axes`, in their order, and each of the seeds, which run fastest.

        `axes`: by names in `PER_MODEL`, the values that models have there; `settings`: the rest, with what all models have in
        common, one number, row or law. `Training.along` gives the trained weights with these axes. ValueError as above.

        >>> TrainConfig.product({"sparsity": (0.5, 0.9)}, (1, 2), n_features=5, n_hidden=2).sparsity
        (0.5, 0.5, 0.9, 0.9)
        """
        seeds = entries("seeds", seeds, 0, MOST_SEED)
        cells = [*product(*checked_axes(axes).values())]
        if twice := axes.keys() & settings.keys():
            raise ValueError(f"axes and settings must not overlap, got {', '.join(sorted(twice))} in both")
        rows: dict[str, Any] = {name: tuple(cell[k] for cell in cells for _ in seeds) for k, name in enumerate(axes)}
        for name in {"sparsity", "importance"} & settings.keys():
            if settings[name] is not None:
                rows[name] = (settings[name],) * (len(cells) * len(seeds))
        rows["importance"] = unmistakable(rows.get("importance"), settings.get("n_features", 0))
        return cls(**{**settings, **rows}, seeds=tuple(seeds) * len(cells))

    def __repr__(self) -> str:
        return brief(self)

    def __post_init__(self) -> None:
        for name in ("n_features", "n_hidden", "steps", "batch_size"):
            whole(name, getattr(self, name), 1)
        if not entries("seeds", self.seeds, 0, MOST_SEED):
            raise ValueError("seeds must name at least one model, got ()")
        whole("data_seed", self.data_seed, 0, MOST_SEED)
        for name in ("signed", "bias"):
            flag(name, getattr(self, name))
        for name, kind in (("family", Family), ("optimiser", Optimiser), ("schedule", Schedule)):
            if not isinstance(getattr(self, name), kind):
                raise ValueError(
                    f"{name} must be an instance of numeric's {kind.__name__}, got {shown(getattr(self, name))}"
                )
        self._check_rows()
        self._check_laws()
        for rate in self.learning_rates:
            number("learning_rate", rate, "(0, inf)")
        for name in ("penalty", "adversary"):
            number(name, getattr(self, name), "[0, inf)")
        choice("dtype", self.dtype, DTYPES)
        check_device(self.device)

    def _check_rows(self) -> None:
        """One entry per model, in plain numbers: equal settings then have equal hashes."""
        object.__setattr__(self, "seeds", tuple(int(seed) for seed in self.seeds))
        for name, check in (("sparsity", sparsity_row), ("importance", importance_row)):
            rows = getattr(self, name)
            if rows is None:
                continue
            if isinstance(rows, str) or not isinstance(rows, Sequence) or len(rows) != len(self.seeds):
                got = len(rows) if isinstance(rows, tuple | list) else shown(rows)
                raise ValueError(f"{name} must have one entry for each of the seeds, {len(self.seeds)}, got {got}")
            if any(row is None for row in rows):
                raise ValueError(f"{name} must have a number or a row of them for each model, got None")
            for row in {id(row): row for row in rows}.values():
                check(row, self.n_features)
            object.__setattr__(self, name, tuple(float(row) if np.ndim(row) == 0 else tuple(row) for row in rows))
        if self.importance is not None and like_a_row(self.importance, self.n_features):
            raise ValueError(
                f"importance must have a row for each model where models are as many as features, {self.n_features}: a "
                f"number for each model or one row for all? Write ((1.0, 0.5, ...),) * {self.n_features} for the row, "
                f"((1.0,) * {self.n_features}, (0.5,) * {self.n_features}, ...) for the numbers; got {self.importance}"
            )
        if isinstance(self.learning_rate, Sequence):
            object.__setattr__(self, "learning_rate", tuple(self.learning_rate))
        if len(self.learning_rates) != len(self.seeds):
            raise ValueError(
                f"learning_rate must have one entry for each of the seeds, {len(self.seeds)}, got {len(self.learning_rates)}"
            )

    def _check_laws(self) -> None:
        if (self.sparsity is None) == (self.law is None):
            raise ValueError(f"give either sparsity or law, got sparsity {self.sparsity!r} and law {self.law!r}")
        if len(self.laws) != len(self.seeds):
            raise ValueError(f"law must have one entry for each of the seeds, {len(self.seeds)}, got {len(self.laws)}")
        first, distinct = self.laws[0], {id(law): law for law in self.laws if self.sparsity is None}
        for law in distinct.values():
            if isinstance(law, Points):
                law.check(self.n_features, self.batch_size)
            elif not isinstance(law, Law):
                raise ValueError(f"law must be a law of numeric.law or Points(…), got {shown(law)}")
            else:
                check_law(law, self.n_features, self.signed)
            if not alike(first, law, self.n_features):
                raise ValueError(f"laws of one stack must be of one kind with the same groups, got {first} and {law}")
        if isinstance(first, Points) and self.signed:
            raise ValueError("signed must be False beside Points, which are what they are, got True")
        if isinstance(first, Points) and len(distinct) > 1:
            raise ValueError(f"Points must be one set for the whole stack, got {len(distinct)}")

    @property
    def importance_rows(self) -> tuple[Row, ...]:
        return (1.0,) * len(self.seeds) if self.importance is None else self.importance

    @property
    def learning_rates(self) -> tuple[float, ...]:
        rates = self.learning_rate
        return rates if isinstance(rates, tuple) else (rates,) * len(self.seeds)

    @property
    def laws(self) -> tuple[AnyLaw | None, ...]:
        """Each model's law, None for independent features."""
        return self.law if isinstance(self.law, tuple) else (self.law,) * len(self.seeds)

    @cached_property
    def sparsities(self) -> Floats:
        """(models, n) for independent features"""
        rows = self.sparsity or ()
        table = {row: sparsity_row(row, self.n_features) for row in set(rows)}
        return np.stack([table[row] for row in rows])

    @cached_property
    def importances(self) -> Floats:
        """(models, n)"""
        table = {row: importance_row(row, self.n_features) for row in set(self.importance_rows)}
        return np.stack([table[row] for row in self.importance_rows])

    @cached_property
    def settings(self) -> tuple[str, ...]:
        """What sets each model apart but for its seed, in a form that compares and hashes."""
        table: dict[object, str] = {}
        names = []
        for k in range(len(self.seeds)):
            sparsity = None if self.sparsity is None else self.sparsity[k]
            law, importance, rate = self.laws[k], self.importance_rows[k], self.learning_rates[k]
            key = (sparsity, id(law), importance, rate)
            if key not in table:
                row = None if sparsity is None else self.sparsities[k].tolist()
                table[key] = json.dumps([row, describe(law), self.importances[k].tolist(), float(rate)])
            names.append(table[key])
        return tuple(names)

    def of(self, models: Sequence[int]) -> TrainConfig:
        """The same settings for some of the models only: their numbers stay what they are."""

        models = entries("models", models, 0, len(self.seeds) - 1)
        if not models:
            raise ValueError(f"models must name at least one, got {models}")

        def chosen(rows: Any) -> Any:
            return tuple(rows[k] for k in models) if isinstance(rows, tuple) else rows

        names = ("seeds", "sparsity", "law", "learning_rate")
        importance = unmistakable(chosen(self.importance), self.n_features)
        return replace(self, importance=importance, **{name: chosen(getattr(self, name)) for name in names})

    def fingerprint(self) -> str:
        """A hash of all settings: equal settings train to equal numbers on the same machine."""
        return hashlib.sha256(json.dumps(describe(self), sort_keys=True).encode()).hexdigest()
