"""The part of the suite of finite data where data are many."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from analytic.infinite_data import best_polygon
from numeric.memorise import Memorisation, MemoriseConfig, SampleLoss, train_on_samples
from numeric.running.progress import Progress

from ..check import Outcome

_INFINITE_BOUND = 0.05


@lru_cache(maxsize=2)
def _many(full: bool) -> Memorisation:
    return train_on_samples(
        MemoriseConfig(
            points=(20_000 if full else 4000, None),
            seeds=(0, 1),
            n_features=100,
            sparsity=0.9,
            steps=2000 if full else 1000,
            warm_up=50,
            learning_rate=0.02,
            test_samples=20_000,
        )
    )


def many_samples(full: bool, progress: Progress) -> Outcome:
    """Test losses of the best model on T samples, ŵ, and of the best on fresh ones, w.

    The bound must not grow with ŵ's own gap between test and training loss: one that stores its samples would pass.
    """
    runs = _many(full)
    few, fresh = runs.best()
    T = runs.config.points[0]
    loss = SampleLoss(runs.config.samples(T).X, np.ones(runs.config.n_features), torch.float64, torch.device("cpu"))
    there = np.concatenate([runs.W[fresh], runs.b[fresh][None]])
    on_samples = float(loss.each(torch.from_numpy(there)[None]).mean())
    gaps = abs(runs.test_loss[few] - runs.training_loss[few]) + abs(runs.test_loss[fresh] - on_samples)
    progress(1.0)
    return Outcome(
        exact=f"{runs.test_loss[fresh]:.5f}",
        independent=f"{runs.test_loss[few]:.5f}",
        deviation=abs(float(runs.test_loss[few] - runs.test_loss[fresh])),
        tolerance=_INFINITE_BOUND * float(1 - runs.test_loss[fresh]),
        reason="stated: a twentieth of what the model of fresh samples gains over weights of 0, whose loss is 1; the T samples, "
        "the test samples and the end of training keep the difference from 0",
        data={"T": T, "training": float(runs.training_loss[few]), "gaps": float(gaps), "regime": runs.regimes[few]},
    )


def pentagon(full: bool, progress: Progress) -> Outcome:
    """Columns of at least half the greatest length."""
    runs = _many(full)
    fresh = runs.best()[-1]
    norms = np.linalg.norm(runs.W[fresh], axis=0)
    found, exact = int((norms >= norms.max() / 2).sum()), best_polygon(12, "zero_bias").corners
    progress(1.0)
    return Outcome(
        exact=str(exact),
        independent=str(found),
        deviation=float(abs(found - exact)),
        tolerance=0.0,
        reason="numbers of features are equal or not",
        data={"norms": np.sort(norms)[:-9:-1].tolist(), "regime": runs.regimes[fresh]},
    )
