r"""The smallest model trained by sampling, judged by the exact loss of its weights.

How close should training come? The weights that minimise the mean loss of N samples have, to first order in 1/N, an
expected excess of :math:`\operatorname{tr}(H^{-1} \Sigma) / 2N`, with H the Hessian of K and Σ the covariance of one
sample's gradient at the minimum. With a geometrically falling rate the weights average the gradients of about one
e-fold of the rate before they freeze: N = batch size × steps / ln(first rate / last rate). The bound is computed for
each setting, from samples that the training does not see.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from analytic.n2m1 import SmallestModel, compiled_loss
from numeric.running.progress import Progress
from numeric.train import TrainConfig, train

from ..check import Outcome

Array = npt.NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)

# 8 densities by 6 importances of the extra feature: the range of the slide's phase diagram.
DENSITIES = tuple(Fraction(k, 100) for k in (1, 3, 10, 25, 45, 65, 85, 99))
EXTRA_IMPORTANCES = tuple(Fraction(k, 10) for k in (1, 3, 7, 10, 30, 100))
MODELS = tuple(SmallestModel(1 - p, (1, extra)) for p in DENSITIES for extra in EXTRA_IMPORTANCES)

_NOISE_SAMPLES = 200_000


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Trained weights at every setting, judged exactly; arrays of shape (settings, seeds) or (settings,)."""

    losses: Array
    antipodal: npt.NDArray[np.bool_]
    exact: Array
    gap: Array
    noise: Array
    diverged: int

    @property
    def best(self) -> npt.NDArray[np.intp]:
        return np.asarray(np.nanargmin(self.losses, axis=1))

    @property
    def excess(self) -> Array:
        """Exact loss of the trained weights above the exact minimum."""
        return self.losses - self.exact[:, None]


@dataclass
class Runs:
    """Training of every setting from `seeds` seeds, done once for all the checks that ask."""

    seeds: int
    steps: int
    batch_size: int
    device: str
    _result: Trained | None = None

    def trained(self, progress: Progress) -> Trained:
        if self._result is None:
            self._result = self._train(progress)
        return self._result

    def _train(self, progress: Progress) -> Trained:
        each = [tuple(map(float, model.parameters)) for model in MODELS for _ in range(self.seeds)]
        config = TrainConfig(
            n_features=2,
            n_hidden=1,
            seeds=tuple(range(self.seeds)) * len(MODELS),
            sparsity=tuple(s for s, *_ in each),
            importance=tuple((i1, i2) for _, i1, i2, _ in each),
            bias=False,
            steps=self.steps,
            batch_size=self.batch_size,
            device=self.device,
        )
        result = train(config, progress=progress)
        w1, w2 = result.W[:, 0].numpy().T
        losses = compiled_loss()(w1, w2, *np.array(each).T)[0]
        minima = [model.global_minima()[0] for model in MODELS]
        window = config.batch_size * config.steps / -math.log(config.schedule(config.steps - 1, config.steps))
        return Trained(
            losses=losses.reshape(-1, self.seeds),
            antipodal=(w1 * w2 < 0).reshape(-1, self.seeds),
            exact=np.array([float(minimum.value) for minimum in minima]),
            gap=np.array([_phase_gap(model) for model in MODELS]),
            noise=np.array([sampling_noise(model, window) for model in MODELS]),
            diverged=len(result.diverged),
        )


def _phase_gap(model: SmallestModel) -> float:
    """Least antipodal critical loss minus least aligned one; infinite where there is no antipodal critical point."""
    least = {
        phase: min((float(p.value) for p in model.critical_points() if p.phase == phase), default=np.inf)
        for phase in ("antipodal", "aligned")
    }
    return least["antipodal"] - least["aligned"]


def sampling_noise(model: SmallestModel, samples: float) -> float:
    """tr(H⁻¹Σ)/2N at the global minimum: the expected excess loss of the best fit to N samples."""
    point, step = np.array(model.global_minima()[0].floats), 1e-5
    s, i1, i2, strength = map(float, model.parameters)
    random = np.random.default_rng(0)
    x = random.random((_NOISE_SAMPLES, 2)) * (random.random((_NOISE_SAMPLES, 2)) >= s)

    def sample_losses(w: Array) -> Array:
        f = np.maximum((x @ w)[:, None] * w, 0)
        return np.asarray((x - f) ** 2 @ np.array([i1, i2]))

    shifts = step * np.eye(2)
    gradients = np.array([(sample_losses(point + h) - sample_losses(point - h)) / (2 * step) for h in shifts])
    slopes = [
        np.array([compiled_loss()(*map(float, point + sign * h), s, i1, i2, strength)[1:] for h in shifts])
        for sign in (1, -1)
    ]
    hessian = (slopes[0] - slopes[1]) / (2 * step)
    hessian = (hessian + hessian.T) / 2
    return float(np.trace(np.linalg.solve(hessian, np.cov(gradients)))) / (2 * samples)


def above(result: Trained) -> Outcome:
    """How far any trained model gets below the exact minimum, relative to I₁ + I₂."""
    importance = np.array([float(sum(model.parameters[1:3])) for model in MODELS])
    below = -result.excess / importance[:, None]
    row, seed = np.unravel_index(np.nanargmax(below), below.shape)
    return Outcome(
        exact=f"{result.exact[row]:.12g}",
        independent=f"{result.losses[row, seed]:.12g}",
        deviation=float(below[row, seed]) if not result.diverged else float("nan"),
        tolerance=64 * EPS,
        reason="rounding of the compiled K, relative to I₁ + I₂; negative: all of them lie above",
        data={**_counts(result), "worst": _label(int(row))},
    )


def close(result: Trained) -> Outcome:
    """Excess of the best seed over the exact minimum, in units of the sampling noise of the last e-fold."""
    best = result.excess[np.arange(len(MODELS)), result.best]
    row = int(np.argmax(best / result.noise))
    return Outcome(
        exact=f"{result.exact[row]:.10g}",
        independent=f"{result.exact[row] + best[row]:.10g}",
        deviation=float(best[row] / result.noise[row]),
        tolerance=1.0,
        reason="the expected excess tr(H⁻¹Σ)/2N of a fit to the N samples of one e-fold of the falling rate",
        data={
            **_counts(result),
            "worst": _label(row),
            "noise": float(result.noise[row]),
            "median excess over noise": float(np.median(best / result.noise)),
            "largest relative excess": float((best / result.exact).max()),
        },
    )


def phases(result: Trained) -> Outcome:
    """Settings where the best seed has the wrong phase though the phases differ by more than the sampling noise."""
    right = result.antipodal[np.arange(len(MODELS)), result.best] == (result.gap < 0)
    away = np.abs(result.gap) > result.noise
    share = (result.antipodal == (result.gap < 0)[:, None]).mean(axis=1)
    return Outcome(
        exact=f"{int(away.sum())} settings away from the boundary",
        independent=f"{int((right & away).sum())} agree",
        deviation=float((away & ~right).sum()),
        tolerance=0.0,
        reason="a count; away from the boundary means that the phases' losses differ by more than the sampling noise",
        data={
            **_counts(result),
            "share of seeds in the basin of the global minimum": float(share.mean()),
            "basins": [
                {
                    "setting": _label(row),
                    "phase": "antipodal" if result.gap[row] < 0 else "aligned",
                    "share antipodal": float(result.antipodal[row].mean()),
                    "share in the global basin": float(share[row]),
                }
                for row in range(len(MODELS))
            ],
        },
    )


def _label(row: int) -> str:
    s, i1, i2, _ = MODELS[row].parameters
    return f"s = {s}, I = ({i1}, {i2})"


def _counts(result: Trained) -> dict[str, int]:
    settings, seeds = result.losses.shape
    return {"settings": settings, "seeds": seeds, "models": settings * seeds}
