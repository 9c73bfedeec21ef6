"""What models store that are trained on T samples each: the best of the seeds for every T, losses and norms of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analytic.infinite_data import best_polygon
from analytic.memorised import memorised
from numeric.memorise import Memorisation, MemoriseConfig, train_on_samples
from numeric.running.progress import Progress, within

QUICK = MemoriseConfig(
    points=(3, 5, 8, 15, 50, 200, 1000, 5000, None),
    seeds=(0, 1, 2, 3),
    n_features=1000,
    sparsity=0.99,
    # A tenth of the published steps at ten times their rate: the same length of way, and of decay.
    steps=5000,
    warm_up=250,
    learning_rate=1e-2,
)
FULL = MemoriseConfig(
    points=(3, 5, 8, 15, 30, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, None), seeds=(0, 1, 2, 3)
)
# Fresh samples at the full rate push most biases below 0 for good: a step is larger than the bias E x_i that they head for.
_FRESH_RATE = 0.2
_EXACT = (3, 4, 5, 6, 8, 10, 12, 15, 20, 30)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Stored:
    """The best of the seeds for one T (None: fresh samples): columns of W (m, n), hidden vectors h = WX (m, T), D of both."""

    points: int | None
    W: Floats
    hidden: Floats
    features: Floats
    examples: Floats
    regime: str


@dataclass(frozen=True, kw_only=True)
class Finite:
    """One model for each T, and of all seeds the losses and norms, (T, seeds).

    `memorised_to`, `generalised_from`: the largest T whose best model memorises, the least whose best model generalises (0 where
    none does). `t_gon`: T, exact ‖W‖_F and ‖b‖ of the memorised T-gon in rows (loss 0), for T ≥ 3.
    """

    n_features: int
    sparsity: float
    steps: int
    stored: tuple[Stored, ...]
    training_loss: Floats
    test_loss: Floats
    test_error: Floats
    weight_norm: Floats
    bias_norm: Floats
    regimes: tuple[str, ...]
    resampled: dict[int, int]
    t_gon: Floats
    corners: int
    memorised_to: int
    generalised_from: int


def finite(config: MemoriseConfig, device: str, progress: Progress, folder: Path | None = None) -> Finite:
    """The numbers of the figure for any setting; runs go on from checkpoints in `folder`."""
    parts = [replace(config, device=device, points=tuple(T for T in config.points if T is not None))]
    if None in config.points:
        slower = config.learning_rate * _FRESH_RATE
        parts.append(replace(config, device=device, points=(None,), learning_rate=slower))
    runs = [
        train_on_samples(
            part,
            checkpoint=None if folder is None else folder / f"memorisation_{place}.npz",
            progress=within(progress, 0.99 * place / len(parts), 0.99 * (place + 1) / len(parts)),
        )
        for place, part in enumerate(parts)
    ]
    stored = tuple(_stored(run, k) for run in runs for k in run.best())
    known = [kept for kept in stored if kept.points is not None]

    def table(rows: Callable[[Memorisation], Floats]) -> Floats:
        return np.concatenate([rows(run).reshape(-1, len(config.seeds)) for run in runs])

    return Finite(
        n_features=config.n_features,
        sparsity=config.sparsity,
        steps=config.steps,
        stored=stored,
        training_loss=table(lambda run: run.training_loss),
        test_loss=table(lambda run: run.test_loss),
        test_error=table(lambda run: run.test_error),
        weight_norm=table(lambda run: np.linalg.norm(run.W, axis=(1, 2))),
        bias_norm=table(lambda run: np.linalg.norm(run.b, axis=1)),
        regimes=tuple(regime for run in runs for regime in run.regimes),
        resampled=runs[0].resampled,
        t_gon=np.array([[T, *_exact_norms(T)] for T in _EXACT if known[-1].points >= T]).reshape(-1, 3).T,  # type: ignore[operator]
        corners=best_polygon(12, "zero_bias").corners,
        memorised_to=max((kept.points or 0 for kept in known if kept.regime == "memorising"), default=0),
        generalised_from=min((kept.points or 0 for kept in known if kept.regime == "generalising"), default=0),
    )


def _stored(trained: Memorisation, k: int) -> Stored:
    return Stored(
        points=trained.config.runs[k].points,
        W=trained.W[k],
        hidden=trained.hidden(k),
        features=trained.feature_dimensionality[k],
        examples=trained.example_dimensionality[k],
        regime=trained.regimes[k],
    )


def _exact_norms(T: int) -> tuple[float, float]:
    t_gon = memorised(T)
    return float(t_gon.weight_norm), float(t_gon.bias_norm)
