r"""Where noise-free descent of the smallest model ends: two features, one dimension, with or without bias.

Heun's steps of length h/(½ + ‖W‖²) along −∇K, the gradient of `numeric.population`: gradient flow on another clock, with stiff
large weights slowed down. An end counts as single where one weight is below 0.05 in size, otherwise as antipodal or aligned by
the sign of w₁w₂.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arguments import MOST_SEED, Floats, flag, importance_row, number, whole
from ..population import value_and_gradient

_STEP, _STEPS, _SINGLE = 0.25, 400, 0.05
_CHUNK = 20_000


@dataclass(frozen=True)
class FlowEnds:
    """Shares of `models` starts that end antipodal, aligned or single, and the standard error of a share."""

    models: int
    antipodal: float
    aligned: float
    single: float

    def error(self, share: float) -> float:
        """√(P(1 − P)/N), at least that of one model."""
        return float(np.sqrt(max(share * (1 - share), 1 / self.models) / self.models))


def flow_ends(
    sparsity: float,
    importance: tuple[float, float] = (1.0, 1.0),
    scale: float = 1.0,
    *,
    bias: bool = False,
    models: int = 1000,
    seed: int = 0,
) -> FlowEnds:
    """Where descent from W ~ N(0, σ²), b = 0 ends, for `models` starts; without bias unless `bias`.

    `sparsity` s in (0, 1), `importance` > 0, `scale` σ in (0, 5]. ValueError otherwise. An estimate.

    >>> flow_ends(0.9, models=50).single
    0.0
    """
    number("sparsity", sparsity, "(0, 1)")
    number("scale", scale, "(0, 5]")
    row = importance_row(importance, 2)
    flag("bias", bias)
    count = whole("models", models, 1)
    rng = np.random.default_rng(whole("seed", seed, 0, MOST_SEED))
    ends = []
    for start in range(0, count, _CHUNK):
        W = rng.normal(0, scale, (min(_CHUNK, count - start), 1, 2))
        ends.append(_descended(W, float(sparsity), row, bias))
    W = np.concatenate(ends)[:, 0]
    single = np.abs(W).min(axis=1) < _SINGLE
    antipodal = ~single & (W.prod(axis=1) < 0)
    return FlowEnds(count, float(antipodal.mean()), float((~single & ~antipodal).mean()), float(single.mean()))


def _descended(W: Floats, sparsity: float, importance: Floats, bias: bool) -> Floats:
    b = np.zeros((len(W), 2))

    def down(W: Floats, b: Floats) -> tuple[Floats, Floats]:
        found = value_and_gradient(W, b if bias else None, sparsity, importance)
        return -np.asarray(found.W), -np.asarray(found.b) * bias

    for _ in range(_STEPS):
        h = _STEP / (0.5 + (W**2).sum(axis=(1, 2)))
        first = down(W, b)
        second = down(W + h[:, None, None] * first[0], b + h[:, None] * first[1])
        W = W + h[:, None, None] / 2 * (first[0] + second[0])
        b = b + h[:, None] / 2 * (first[1] + second[1])
    return W
