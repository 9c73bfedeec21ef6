r"""The quadratic task, literally: E(f − y)² as a finite sum over every input of a law with few atoms, and its minimum.

Target :math:`y = \sum_i v_i x_i^2`, model :math:`f = \|Wx\|^2 + c` with the best c, features independent and equally
distributed. A quadratic form sees no more of a law than four moments, so laws are replaced by atoms that have the
same ones. No formula for the loss enters here: f − y is evaluated at all kⁿ inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, NamedTuple, TypeVar, cast

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..arguments import Floats, array, choice, flag, instance, number, shown, sizes_known, tensors, whole
from ..metrics import capacity
from ..minimise import bfgs, by_autograd, minimise
from ..solution import Minimum, Solution, merged

Weights = TypeVar("Weights", NDArray[Any], Tensor)

_MOST_INPUTS = 1 << 17
_DISTINCT = 1e-6
_NOISE = 32 * 2.0**-52  # of a loss, relative: its errors are differences of squares some ten times their size
_LARGEST = 1e50  # value, whose fourth power and a little more must be a float


class Atoms(NamedTuple):
    """The law of one feature: it takes the value points[k] with probability weights[k]; both (k,)."""

    points: Floats
    weights: Floats

    @property
    def kurtosis(self) -> float:
        """E (x − E x)⁴ / (Var x)²."""
        centred = self.points - self.weights @ self.points
        return float(self.weights @ centred**4 / (self.weights @ centred**2) ** 2)


@dataclass(frozen=True, repr=False)
class QuadraticMinimum(Minimum):
    """One distinct minimum: W (m, n) and its capacities (n,)."""

    W: Floats
    capacities: Floats


@dataclass(frozen=True, repr=False)
class QuadraticSolution(Solution):
    """A `Solution` whose minima are models; `W` and `capacities` are those of the lowest."""

    minima: tuple[QuadraticMinimum, ...]

    @property
    def W(self) -> Floats:
        return self.minima[0].W

    @property
    def capacities(self) -> Floats:
        return self.minima[0].capacities


def three_values(kurtosis: float) -> Atoms:
    """0 and ±√β: mean 0, variance 1, fourth moment β ≥ 1 (at β = 1 the atom at 0 is empty). ValueError otherwise."""
    kurtosis = number("kurtosis", kurtosis, "[1, inf)")
    beside = 0.5 / kurtosis
    return Atoms(np.array([-1.0, 0.0, 1.0]) * np.sqrt(kurtosis), np.array([beside, 1 - 2 * beside, beside]))


def sparse_uniform(density: float, low: float = -1.0, *, standardised: bool = True) -> Atoms:
    """0 with probability 1 − density, otherwise U[low, 1], by three Gauss nodes (exact up to the fifth moment).

    `standardised`: shifted to mean 0 and scaled to variance 1. ValueError unless 0 < density ≤ 1 and low < 1.
    """
    density, low = number("density", density, "(0, 1]"), number("low", low, "(-inf, 1)")
    flag("standardised", standardised)
    nodes, weights = np.polynomial.legendre.leggauss(3)
    points = np.append(0.0, (low + 1) / 2 + (1 - low) / 2 * nodes)
    weights = np.append(1 - density, density / 2 * weights)
    if standardised:
        points = points - weights @ points
        points = points / np.sqrt(weights @ points**2)
    return Atoms(points, weights)


def error_variance(W: Weights, values: ArrayLike, law: Atoms) -> Weights:
    """E(f − y)² with the best c, float64, of the batch shape; for a tensor a tensor, differentiable. W: (..., m, n), values:
    (n,). ValueError for shapes that do not match and for more than 2¹⁷ inputs.
    """
    v, read = _values(values), tensors.weights(W)
    if read.W.shape[-1] != len(v):
        raise ValueError(
            f"W must have shape (..., m, {len(v)}), a column for each of the values, got {tuple(read.W.shape)}"
        )
    variance = _variance(read.W, v, law)
    if not torch.isfinite(variance).all():
        raise ValueError(f"W and values must leave the error a float, got {shown(W)} and {shown(values)}")
    return cast(Weights, read.in_kind(variance))


def _variance(W: Tensor, v: Floats, law: Atoms) -> Tensor:
    x, probability = (part.to(W.device) for part in _inputs(law, len(v)))
    hidden = W @ x.T  # (..., m, inputs)
    error = (hidden**2).sum(-2) - (x**2) @ torch.from_numpy(v).to(W.device)
    return probability @ ((error - (error @ probability)[..., None]) ** 2).movedim(-1, 0)


@sizes_known()
def minimise_quadratic(
    values: ArrayLike,
    m: int,
    law: Atoms,
    *,
    starts: int = 32,
    seed: int = 0,
    method: Literal["scipy", "torch"] = "scipy",
) -> QuadraticSolution:
    """Minimise `error_variance` over W (m, n) from random starts.

    "scipy": L-BFGS-B and Newton steps with a gradient written out; "torch": BFGS on the stack of starts with autograd.
    Minima are distinct when their values or their sorted capacities differ by more than 1e-6. ValueError on bad input.
    """
    v = _values(values)
    m, starts, seed = whole("m", m, 1), whole("starts", starts, 1), whole("seed", seed)
    choice("method", method, ("scipy", "torch"))
    size = max(1.0, float(v.max()))
    if size > _LARGEST:
        raise ValueError(f"values must be at most {_LARGEST:g}, got {size:g}")
    first = np.random.default_rng(seed).normal(scale=np.sqrt(size / m), size=(starts, m * len(v)))
    tolerance = 1e-9 * size**1.5
    ends = (_by_scipy if method == "scipy" else _by_torch)(v, m, law, first, tolerance)
    return _solution(ends, m, len(v))


def _by_scipy(v: Floats, m: int, law: Atoms, starts: Floats, tolerance: float) -> list[Minimum]:
    points, weights = (part.numpy() for part in _inputs(law, len(v)))
    target = points**2 @ v

    def objective(flat: Floats) -> tuple[float, Floats]:
        hidden = points @ flat.reshape(m, len(v)).T  # (inputs, m)
        error = (hidden**2).sum(axis=1) - target
        error -= weights @ error
        weighted = weights * error
        # The mean of the centred error is 0, so the slope of the mean drops out.
        return float(weighted @ error), (4 * (weighted[:, None] * hidden).T @ points).ravel()

    return list(minimise(objective, starts, gradient_tolerance=tolerance).minima)


def _by_torch(v: Floats, m: int, law: Atoms, starts: Floats, tolerance: float) -> list[Minimum]:
    loss = by_autograd(lambda x: _variance(x.reshape(-1, m, len(v)), v, law))
    found = bfgs(loss, torch.from_numpy(starts), gradient_tolerance=tolerance, noise=_NOISE)
    norms = found.gradients.abs().amax(dim=1)
    rows = zip(found.values.tolist(), found.points.numpy(), norms.tolist(), strict=True)
    return [Minimum(value, point, norm, 1, norm <= tolerance) for value, point, norm in rows]


def _solution(ends: Sequence[Minimum], m: int, n: int) -> QuadraticSolution:
    models = [(end, end.point.reshape(m, n)) for end in ends]
    minima = [QuadraticMinimum(**vars(end), W=W, capacities=capacity(W)) for end, W in models]
    return QuadraticSolution(merged(minima, _same), sum(end.count for end in ends if not end.converged))


def _same(first: QuadraticMinimum, other: QuadraticMinimum) -> bool:
    """One value and one list of capacities."""
    near = abs(other.value - first.value) <= _DISTINCT * (1 + abs(first.value))
    return near and bool(np.abs(np.sort(other.capacities) - np.sort(first.capacities)).max() <= _DISTINCT)


def _inputs(law: Atoms, n: int) -> tuple[Tensor, Tensor]:
    """Every input (kⁿ, n) and its probability (kⁿ,)."""
    instance("law", law, Atoms, "Atoms, such as three_values(6) gives")
    if len(law.points) ** n > _MOST_INPUTS:
        raise ValueError(
            f"values must be few enough for {_MOST_INPUTS} inputs, got {n} features of {len(law.points)} atoms"
        )
    points, weights = (np.array(list(product(part.tolist(), repeat=n))) for part in law)
    return torch.from_numpy(points), torch.from_numpy(weights.prod(axis=1))


def _values(values: ArrayLike) -> Floats:
    v = array("values", values)
    if v.ndim != 1 or not len(v) or not (v >= 0).all():
        raise ValueError(f"values must be a row of finite numbers of at least 0, got {v.tolist()}")
    return v
