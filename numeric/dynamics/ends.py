r"""Where noise-free descent of the smallest model ends: two features, one dimension, with or without bias.

Steps of Runge and Kutta, of fourth order and length h/(½ + ‖W‖²), along −∇K, the gradient of `numeric.population`: gradient
flow on another clock, with stiff large weights slowed down. Near W = 0 a step errs by some 1e-4 of itself, and so does what
decides, the growth of one direction against another. An end counts as single where one weight is below 0.05 in size, otherwise as
antipodal or aligned by the sign of w₁w₂.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arguments import MOST_SEED, Floats, array, flag, importance_row, number, whole
from ..population import value_and_gradient

_STEP, _SINGLE = 0.3, 0.05
_REST, _AWAY = 1e-9, 0.1
"""A model rests where no entry of ∇K exceeds this share of the density, which at a saddle about that share of the starts does,
and ‖W‖² exceeds this: near W = 0 a gradient is small, too.
"""
_NEARLY, _CLEAR = 0.02, 0.25
"""And its end is plain where the gradient is near that and each weight is this far from 0: minima have soft directions."""
_BETWEEN, _STEPS = 100, 20_000
"""Steps after which those at rest are taken out, and the most."""
_CHUNK = 20_000


@dataclass(frozen=True)
class FlowEnds:
    """Shares of `models` starts that end antipodal, aligned or single, and the standard error of a share."""

    models: int
    antipodal: float
    aligned: float
    single: float

    def error(self, share: float) -> float:
        """√(P(1 − P)/N), at least that of one model. ValueError for a share outside [0, 1]."""
        number("share", share, "[0, 1]")
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
    row = importance_row(array("importance", importance), 2)
    row = row / row.max()  # the same flow on another clock
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

    def on(W: Floats, b: Floats) -> tuple[Floats, Floats]:
        h = _STEP / (0.5 + (W**2).sum(axis=(1, 2)))
        along_W, along_b = slope = down(W, b)
        for part, weight in ((0.5, 2), (0.5, 2), (1.0, 1)):
            slope = down(W + part * h[:, None, None] * slope[0], b + part * h[:, None] * slope[1])
            along_W, along_b = along_W + weight * slope[0], along_b + weight * slope[1]
        return W + h[:, None, None] / 6 * along_W, b + h[:, None] / 6 * along_b

    moving = np.arange(len(W))
    for _ in range(0, _STEPS, _BETWEEN):
        at = W[moving], b[moving]
        for _ in range(_BETWEEN):
            at = on(*at)
        W[moving], b[moving] = at
        slope = np.maximum(*(np.abs(part).reshape(len(moving), -1).max(axis=1) for part in down(*at))) / (1 - sparsity)
        rests = (slope <= _REST) & ((at[0] ** 2).sum(axis=(1, 2)) > _AWAY)
        moving = moving[~rests & ~((slope <= _NEARLY) & (np.abs(at[0]).min(axis=(1, 2)) > _CLEAR))]
        if not len(moving):
            break
    return W
