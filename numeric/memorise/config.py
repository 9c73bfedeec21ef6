"""Settings of runs on finite samples, checked in full before anything is computed, and the samples they stand for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import product
from typing import NamedTuple

from ..arguments import MOST_SEED, Row, importance_row, number, shown, whole
from ..printed import brief
from ..sample import SampleSet, draw_samples
from ..sample.finite_set import check_size
from ..train import check_device
from ..train.config import DTYPES

_TEST, _FRESH = 1, 2  # streams of samples beside the training sets', which are 0


class Run(NamedTuple):
    """One model: `points` is its T, None where every step brings fresh samples."""

    points: int | None
    weight_decay: float
    seed: int


@dataclass(frozen=True, kw_only=True)
class MemoriseConfig:
    """Settings of runs for every T in `points`, every weight decay and every seed. The defaults are the published setting.

    Runs of one T share their samples, and a larger set begins with a smaller one; a seed sets where training starts.
    ValueError, naming the argument and the value, on anything out of range, and where the samples of all T need more
    memory than `max_memory`: it says how many there may be.
    """

    points: tuple[int | None, ...]
    seeds: tuple[int, ...] = (0,)
    weight_decay: tuple[float, ...] = (1e-2,)
    n_features: int = 10_000
    n_hidden: int = 2
    sparsity: float = 0.999
    importance: Row | None = None
    steps: int = 50_000
    warm_up: int = 2_500
    learning_rate: float = 1e-3
    fresh: int = 1024
    """Samples per step where `points` holds None: infinite data."""
    test_samples: int = 10_000
    data_seed: int = 0
    dtype: str = "float32"
    device: str = "cpu"
    max_memory: int = 4 << 30

    def __repr__(self) -> str:
        return brief(self)

    def __post_init__(self) -> None:
        for name in ("n_features", "n_hidden", "steps", "warm_up", "fresh", "max_memory"):
            self._whole(name, 1)
        self._whole("test_samples", 2)  # one has no standard error
        self._whole("data_seed", 0)
        self._check_rows()
        number("learning_rate", self.learning_rate, "(0, inf)")
        for decay in self.weight_decay:
            if not 0 <= number("weight_decay", decay) * self.learning_rate < 1:
                raise ValueError(f"weight_decay must be at least 0 and below 1/learning_rate, got {decay!r}")
        importance_row(self.importance, self.n_features)
        if not isinstance(self.dtype, str) or self.dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got {self.dtype!r}")
        check_device(self.device)
        # All sets are held at once, beside the test samples.
        held = self.test_samples + sum(self.fresh if T is None else T for T in self.points)
        check_size(held, self.n_features, self.sparsity, self.max_memory)
        # Plain numbers: equal settings then have equal hashes.
        for name in ("learning_rate", "sparsity"):
            object.__setattr__(self, name, float(getattr(self, name)))
        object.__setattr__(self, "weight_decay", tuple(map(float, self.weight_decay)))

    def _check_rows(self) -> None:
        for name in ("points", "seeds", "weight_decay"):
            values = getattr(self, name)
            # Compared one by one: what is no number may have no hash.
            row = list(values) if isinstance(values, Sequence) else []
            if not row or any(value in row[:place] for place, value in enumerate(row)):
                raise ValueError(f"{name} must be a row of one or more distinct entries, got {shown(values)}")
            object.__setattr__(self, name, tuple(row))
        for T in self.points:
            if T is not None:
                whole("points", T, 1, 10**12)
        for seed in self.seeds:
            whole("seeds", seed, 0, MOST_SEED)
        object.__setattr__(self, "points", tuple(None if T is None else int(T) for T in self.points))
        object.__setattr__(self, "seeds", tuple(map(int, self.seeds)))

    def _whole(self, name: str, least: int) -> None:
        """Check a setting and hold it as a plain int."""
        object.__setattr__(self, name, whole(name, getattr(self, name), least))

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """All models: T by T, for each of them decay by decay, for each of these seed by seed."""
        return tuple(Run(*run) for run in product(self.points, self.weight_decay, self.seeds))

    def samples(self, points: int | None) -> SampleSet:
        """The T training samples, or the test samples where `points` is None."""
        if points is None:
            return self._draw(self.test_samples, _TEST)
        return self._draw(whole("points", points, 1), 0)

    def fresh_samples(self, step: int) -> SampleSet:
        """The samples of one step where every step brings others."""
        return self._draw(self.fresh, _FRESH, whole("step", step))

    def _draw(self, count: int, *stream: int) -> SampleSet:
        seed = (self.data_seed, *stream)
        return draw_samples(count, self.n_features, self.sparsity, seed, max_memory=self.max_memory)

    def fingerprint(self) -> str:
        """A hash of all settings that matter for the numbers."""
        settings = {name: value for name, value in asdict(self).items() if name != "max_memory"}
        settings["importance"] = importance_row(self.importance, self.n_features).tolist()
        return hashlib.sha256(json.dumps(["memorise", settings], sort_keys=True).encode()).hexdigest()
