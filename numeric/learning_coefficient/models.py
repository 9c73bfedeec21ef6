"""Targets of toy models: exactly one active feature, its empirical loss on samples, independent features."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import minimize

from ..arguments import MOST_SEED, Floats, bias, entries, flag, instance, matrix, number, whole
from ..population import value_and_gradient
from .one_hot_kernel import empirical, one_hot
from .target import Target, Unreliable, ValueAndGradient, rotation

_CRITICAL = 1e-6
MOST_SAMPLES = 10**7


def one_hot_target(W: Any, b: Any, *, flat: Any = (), window: float = 0.3, kinked: bool = False) -> Target:
    """The loss K with exactly one active feature near a minimum W (m, c), b (c,), by a compiled gradient.

    `flat`: coordinates of (W row by row, b) on which K does not depend near it, as of a dropped feature with b < 0; the
    turn of W is known for m = 2. ValueError unless the gradient there vanishes to 1e-6.
    """
    weights, biases = _read(W, b)
    m, c = weights.shape
    return _target(
        f"one-hot ({c}, {m})", weights, biases, one_hot_loss(m, c), flat, number("window", window, "(0, inf)"),
        flag("kinked", kinked),
    )  # fmt: skip


def one_hot_loss(m: int, c: int) -> ValueAndGradient:
    """K of c features in m dimensions and its gradient, at places (chains, mc + c) of W row by row and b."""

    def loss(z: Floats) -> tuple[Floats, Floats]:
        places = np.ascontiguousarray(z, dtype=float)
        value, gradient = np.empty(len(places)), np.empty_like(places)
        one_hot(places, m, c, value, gradient)
        return value, gradient

    return loss


def population_target(W: Any, b: Any, sparsity: float, *, window: float = 0.3) -> Target:
    """The loss K of independent features of one sparsity, near a minimum; as `one_hot_target`. It is nan beyond its range."""
    weights, biases = _read(W, b)
    m, n = weights.shape
    s = number("sparsity", sparsity, "[0, 1)")

    def loss(z: Floats) -> tuple[Floats, Floats]:
        rows = z[:, : m * n].reshape(-1, m, n)
        found = value_and_gradient(rows, z[:, m * n :], s, on_error="nan")
        gradient = np.concatenate([found.W.reshape(len(z), -1), found.b], axis=1)
        return np.asarray(found.value, dtype=float), gradient

    return _target(f"independent ({n}, {m})", weights, biases, loss, (), number("window", window, "(0, inf)"), False)


def penalised_target(W: Any, sparsity: Any, penalty: Any, *, window: float = 0.3) -> Target:
    """K + 2λw₁²w₂², λ = `penalty` ≥ 0, of two independent features in one dimension without bias, near a critical W (1, 2).
    ValueError for anything else.
    """
    weights, strength = matrix(W), number("penalty", penalty, "[0, inf)")
    if weights.shape != (1, 2):
        raise ValueError(f"W must have shape (1, 2), got {weights.shape}")
    s = number("sparsity", sparsity, "[0, 1)")

    def loss(z: Floats) -> tuple[Floats, Floats]:
        found = value_and_gradient(z[:, None], np.zeros_like(z), s, on_error="nan")
        with np.errstate(over="ignore", invalid="ignore"):
            squares = z**2
            value = found.value + 2 * strength * squares.prod(1)
            return value, found.W[:, 0] + 4 * strength * z * squares[:, ::-1]

    name = f"n = 2, m = 1, penalty {strength:.3g}"
    what = "W, at this sparsity and penalty,"
    return _target(name, weights, np.zeros(0), loss, (), number("window", window, "(0, inf)"), False, what)


def empirical_target(target: Target, features: int, n: int, seed: int) -> Target:
    """The mean loss over `n` samples with exactly one active of so many `features`, drawn by `seed`, for the model of a
    `one_hot_target`: exact, by sorted samples and running sums, c² log n a chain. Its minimum is searched from that of
    `target`.
    """
    target, c = instance("target", target, Target, "a Target"), whole("features", features, 1)
    count, generator = whole("n", n, 1, MOST_SAMPLES), np.random.default_rng(whole("seed", seed, 0, MOST_SEED))
    m, rest = divmod(target.dimension - c, c)
    if rest or m < 1:
        raise ValueError(f"features must fit a target of dimension mc + c = {target.dimension}, got {c}")
    which, samples = generator.integers(c, size=count), generator.random(count)
    samples = samples[np.lexsort((samples, which))]
    start = np.concatenate([[0], np.cumsum(np.bincount(which, minlength=c))]).astype(np.int64)
    powers = np.stack([np.ones(count), samples, samples**2], axis=1)
    sums = np.concatenate([np.zeros((1, 3)), np.cumsum(powers, axis=0)])

    def loss(z: Floats) -> tuple[Floats, Floats]:
        places = np.ascontiguousarray(z, dtype=float)
        value, gradient = np.empty(len(places)), np.empty_like(places)
        empirical(places, m, c, samples, start, sums, count, value, gradient)
        return value, gradient

    def single(z: Floats) -> tuple[float, Floats]:
        value, gradient = loss(z[None])
        return float(value[0]), gradient[0]

    found = minimize(single, target.minimum, jac=True, method="L-BFGS-B", options={"ftol": 0, "gtol": 1e-12})
    if np.linalg.norm(found.x - target.minimum) > 1:
        raise Unreliable(f"the samples have no minimum near that of {target.name}: take more than {count}")
    place = np.asarray(found.x)
    flat = np.concatenate([rotation(list(place), c), target.flat[1:]]) if target.columns else target.flat
    return Target(
        f"{target.name}, {count} samples", place, float(found.fun), loss, flat, target.window, target.columns, True
    )


def _read(W: Any, b: Any) -> tuple[Floats, Floats]:
    weights = matrix(W)
    biases = bias(b, weights.shape)
    if biases is None:
        raise ValueError("b must be a row of numbers, got None")
    return weights, biases


def _target(
    name: str,
    W: Floats,
    b: Floats,
    loss: ValueAndGradient,
    flat: Any,
    window: float,
    kinked: bool,
    what: str = "W and b",
) -> Target:
    m, n = W.shape
    place = np.concatenate([W.ravel(), b])
    value, gradient = loss(place[None])
    if not (size := float(np.abs(gradient).max())) <= _CRITICAL:
        raise ValueError(f"{what} must be a critical point, got a gradient of size {size:.3g}")
    tangents = [rotation(list(place), n)] if m == 2 else []
    tangents += [np.eye(len(place))[[i]] for i in entries("flat", flat, 0, len(place) - 1)]
    directions = np.concatenate(tangents) if tangents else np.zeros((0, len(place)))
    return Target(name, place, float(value[0]), loss, directions, window, n if m == 2 else 0, kinked)
