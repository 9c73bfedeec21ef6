"""The gradient of the loss without sampling, for training without noise."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from .. import population
from ..law import Law
from ..model import Parameters
from ..sample import Points
from .config import TrainConfig
from .gradient import add_penalty
from .judgement import has_population_loss


class _Alike(NamedTuple):
    """Models under one law."""

    places: list[int]
    law: Law | None
    sparsity: Tensor | None
    importance: Tensor


class ExactGradient:
    """∂K/∂W, ∂K/∂b and, of untied models, ∂K/∂V of the expected loss K, plus the penalty's, for a stack of models."""

    def __init__(self, config: TrainConfig) -> None:
        self._penalty, self._family = config.penalty, config.family
        laws: dict[int, tuple[Law | None, list[int]]] = {}  # by identity: a law of lists has no hash
        for k, law in enumerate(config.laws):
            assert not isinstance(law, Points)
            laws.setdefault(id(law), (law, []))[1].append(k)
        importance = torch.from_numpy(config.importances)
        sparsity = None if config.sparsity is None else torch.from_numpy(config.sparsities)
        self._groups = [
            _Alike(some, law, None if sparsity is None else sparsity[some], importance[some])
            for law, some in laws.values()
        ]

    def __call__(self, at: Parameters, into: Parameters, batch: None = None) -> None:
        """Write the gradient at `at` into `into`; nan for models that are not finite."""
        for some in self._groups:
            W, V, b = (None if part is None else part[some.places].double() for part in at)
            kind: dict[str, Any] = {"output": self._family.output, "target": self._family.target, "on_error": "nan"}
            found = population.value_and_gradient(W, b, some.sparsity, some.importance, law=some.law, W_out=V, **kind)
            into.W[some.places] = found.W.to(into.W)
            if into.V is not None and isinstance(found, population.UntiedGradient):
                into.V[some.places] = found.W_out.to(into.V)
            if into.b is not None:
                into.b[some.places] = found.b.to(into.b)
        if self._penalty:
            add_penalty(self._penalty, at.W, into.W)


def check(config: TrainConfig) -> None:
    """ValueError unless `config` can be trained without sampling."""
    if not has_population_loss(config) or config.adversary:
        raise ValueError(
            "exact=True trains on the loss of ReLU(WᵀWx + b), tied or not, or of a linear output, not signed (for which "
            "law=Independent(s, magnitude=Magnitude.uniform(-1, 1)) serves), under a law that is not a set of points, without "
            f"adversary; got {config.family}, signed={config.signed}, "
            f"law={config.laws[0]}, adversary={config.adversary}"
        )
