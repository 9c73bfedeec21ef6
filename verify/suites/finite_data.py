"""The suite of finite data: the memorised T-gon and the features that infinite data pick, against training on samples."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
import torch
from scipy.optimize import minimize
from scipy.sparse import csr_array

from analytic.memorised import memorised, t_gon, training_loss
from numeric.arguments import Floats
from numeric.memorise import Memorisation, MemoriseConfig, SampleLoss, train_on_samples
from numeric.running.progress import Progress

from ..check import Claim, Outcome, Rows, Worst, ready
from .infinite_data import many_samples, pentagon

TITLE = "Few data, many data"
ABOUT = "What few data and many data leave in the weights is derived, and held to training on samples."

EPS = float(np.finfo(np.float64).eps)
_NORMS = tuple(Fraction(k, 4) for k in (0, 1, 3, 4, 6, 9))
_BIASES = tuple(Fraction(k, 4) for k in (-6, -3, -1, 0, 1, 2))
_LOSS_BOUND, _SHAPE_BOUND = 1e-3, 0.1


def _largest(full: bool) -> int:
    return 12 if full else 7


def _sizes(full: bool) -> tuple[int, ...]:
    return (5, 6, 7, 8) if full else (5, 8)


CLAIMS: Rows[bool] = (
    (
        "memorised_loss",
        "The derived loss of T orthonormal points stored as a T-gon, at any norm and bias, is that of its weights in floats.",
        lambda full, progress: formula(_largest(full), progress),
    ),
    (
        "memorised_exactly",
        "The derived weights reproduce points with disjoint supports without any error, by the definition, in exact numbers.",
        lambda full, progress: exactly(_largest(full), progress),
    ),
    (
        "memorised_smallest",
        "A search for the least ‖W‖² that stores T orthonormal points without error ends at the T-gon's T/(1 − cos 2π/T).",
        lambda full, progress: smallest(_largest(full), progress),
    ),
    (
        "memorised_trained",
        "Trained on T samples, the best seed stores them as the T-gon: loss within the stated bound of the exact 0.",
        lambda full, progress: trained_loss(_sizes(full), progress),
    ),
    (
        "memorised_dimensionality",
        "Of the seeds that store their samples, the one of least ‖W‖ is the T-gon (proved to have the least): D_X = m/T.",
        lambda full, progress: trained_shape(_sizes(full), progress),
    ),
    (
        "infinite_data",
        "Trained on very many samples a model does as well on new ones as one that sees fresh samples in every step. "
        "(Samples of length 1 have dependent features: the population loss of independent features is not their law.)",
        lambda full, progress: many_samples(full, progress),
    ),
    (
        "infinite_pentagon",
        "The features that fresh samples store are as many as the polygon has corners that saves most, exactly, at bias 0.",
        lambda full, progress: pentagon(full, progress),
    ),
)


def claims(*, full: bool = False, device: str = "cpu") -> tuple[Claim, ...]:
    """The checks of the suite."""
    return ready(CLAIMS, full)


def formula(largest: int, progress: Progress) -> Outcome:
    """At every norm and bias of a table; the points share each unit of length among three features."""
    worst = Worst()
    random = np.random.default_rng(0)
    for T in range(1, largest + 1):
        X = _disjoint(random, T)
        loss = SampleLoss(csr_array(X), np.ones(X.shape[1]), torch.float64, torch.device("cpu"))
        turns = 2 * np.pi * np.arange(T) / T
        waves = np.stack([np.cos(turns), np.sin(turns)]) @ X
        for a in _NORMS:
            for b in _BIASES:
                exact = float(t_gon(T, a, b).training_loss)
                parameters = np.vstack([float(a) ** 0.5 * waves, float(b) * X.sum(axis=0)])
                found = float(loss.each(torch.from_numpy(parameters)[None]).mean())
                # Each of T outputs is a difference of numbers of size up to a + |b| + 1.
                scale = T * float(a + abs(b) + 1) ** 2
                worst.see(abs(found - exact) / scale, exact, found, f"T = {T}, a = {a}, b = {b}")
        progress(T / largest)
    return worst.outcome(32 * EPS, "rounding of a dozen operations on each output, relative to T (a + |b| + 1)²")


def _disjoint(random: np.random.Generator, T: int) -> Floats:
    """T points of length 1, three positive entries each, no feature in two."""
    values = random.uniform(0.2, 1, size=(T, 3))
    X = np.zeros((T, 3 * T))
    for t, row in enumerate(values / np.linalg.norm(values, axis=1, keepdims=True)):
        X[t, 3 * t : 3 * t + 3] = row
    return X


def exactly(largest: int, progress: Progress) -> Outcome:
    """Points (3/5, 4/5), (5/13, 12/13), … on features of their own; how many of the losses are not the number 0."""
    triples = ((3, 4, 5), (5, 12, 13), (8, 15, 17))
    wrong = 0
    for T in range(1, largest + 1):
        points = [[Fraction(0)] * (2 * T) for _ in range(T)]
        for t, row in enumerate(points):
            one, two, three = triples[t % 3]
            row[2 * t : 2 * t + 2] = Fraction(one, three), Fraction(two, three)
        W, b = memorised(T).network(points)
        wrong += training_loss(W, b, points) != 0 or memorised(T).training_loss != 0
        progress(T / largest)
    return Outcome(
        exact="0",
        independent=f"{wrong} of {largest} not 0",
        deviation=float(wrong),
        tolerance=0.0,
        reason="exact numbers are equal or not",
        data={"T": largest},
    )


def smallest(largest: int, progress: Progress) -> Outcome:
    """SLSQP over h_t and β_t = b·x_t from several starts, constrained to outputs that are right."""
    worst = Worst()
    random = np.random.default_rng(1)
    for T in range(3, largest + 1):
        exact = float(memorised(T).weight_norm) ** 2
        found = min(_least_norm(T, random) for _ in range(12))
        worst.see(abs(found - exact) / exact, exact, found, f"T = {T}")
        progress((T - 2) / (largest - 2))
    return worst.outcome(
        1e-6, "relative; the search stops when its value changes by 1e-12 and constraints hold to 1e-9"
    )


def _least_norm(T: int, random: np.random.Generator) -> float:
    """One search; infinity where it does not end at a point that keeps the constraints."""
    other = ~np.eye(T, dtype=bool)

    def outputs(x: Floats) -> Floats:
        h, bias = x[: 2 * T].reshape(2, T), x[2 * T :]
        z = h.T @ h + bias[:, None]
        return np.concatenate([np.diag(z), z[other]])

    angles = np.sort(random.uniform(0, 2 * np.pi, T))
    start = np.concatenate([2 * np.cos(angles), 2 * np.sin(angles), np.full(T, -3.0)])
    ended = minimize(
        lambda x: float(x[: 2 * T] @ x[: 2 * T]),
        start,
        method="SLSQP",
        constraints=[
            {"type": "eq", "fun": lambda x: outputs(x)[:T] - 1},
            {"type": "ineq", "fun": lambda x: -outputs(x)[T:]},
        ],
        options={"maxiter": 500, "ftol": 1e-12},
    )
    z = outputs(ended.x)
    kept = np.abs(z[:T] - 1).max() < 1e-9 and z[T:].max(initial=0.0) < 1e-9
    return float(ended.fun) if kept else np.inf


@lru_cache(maxsize=2)
def _memorised(sizes: tuple[int, ...]) -> Memorisation:
    """A tenth of the published steps at ten times their rate; 1,000 features, about ten of them active in a sample."""
    return train_on_samples(
        MemoriseConfig(
            points=sizes,
            seeds=tuple(range(6)),
            n_features=1000,
            sparsity=0.99,
            steps=5000,
            warm_up=250,
            learning_rate=1e-2,
            test_samples=100,
        )
    )


def trained_loss(sizes: tuple[int, ...], progress: Progress) -> Outcome:
    worst = Worst()
    runs = _memorised(sizes)
    for k in runs.best():
        found = float(runs.training_loss[k])
        exact = float(memorised(int(runs.config.runs[k].points or 0)).training_loss)
        worst.see(abs(found - exact), exact, found, f"T = {runs.config.runs[k].points}")
    progress(1.0)
    reason = "stated: a thousandth of the loss 1 of weights of 0; decay, shared features and the end of training keep it from 0"
    return worst.outcome(_LOSS_BOUND, reason, {"seeds": len(runs.config.seeds)})


def trained_shape(sizes: tuple[int, ...], progress: Progress) -> Outcome:
    """The T-gon is not the only network without error, but the smallest: other runs store their samples with more weight."""
    worst = Worst()
    runs = _memorised(sizes)
    norms = np.linalg.norm(runs.W, axis=(1, 2))
    for T in sizes:
        exact = float(memorised(T).example_dimensionality)
        storing = [
            k for k, run in enumerate(runs.config.runs) if run.points == T and runs.training_loss[k] <= _LOSS_BOUND
        ]
        if not storing:
            worst.see(float("nan"), exact, float("nan"), f"T = {T}, no seed stores its samples")
            continue
        k = min(storing, key=lambda k: norms[k])
        D = runs.example_dimensionality[k]
        farthest = float(D[np.abs(D - exact).argmax()])
        place = f"T = {T}, {runs.regimes[k]}, ‖W‖ = {norms[k]:.3f}, exact {float(memorised(T).weight_norm):.3f}"
        worst.see(abs(farthest / exact - 1), exact, farthest, place)
    progress(1.0)
    reason = "stated: relative, a tenth; two real samples share a feature now and then, which the T-gon's points do not"
    return worst.outcome(_SHAPE_BOUND, reason)
