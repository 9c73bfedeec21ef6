r"""Where gradient flow of the smallest model WITHOUT bias ends from W ~ N(0, σ²): antipodal, aligned or single.

With a bias the flow is four-dimensional and the answer is another one; nothing here is about it. λ = 0 throughout.

Beside the axis w₂ = 0, w₁ > 0 (the other axis by exchange; importances (1, I) after division), with p = 1 − s,

.. math:: \partial K/\partial |w_2| \to p^2 w_1 (1 - w_1^2)/2 \text{ (antipodal side)},\quad
          p^2 w_1 (w_1^2 - 1 - I)/2 \text{ (aligned side)}.

So the flow crosses the axis to the aligned side for w₁ < 1, leaves it on both sides for 1 < w₁ < √(1+I), and crosses it to the
antipodal side beyond. At (1, 0) the Hessian from the antipodal side is ((8p/3, p²), (p², 2p(p − 2Is)/3)) in (w₁, w₂).

* Its determinant is negative (9s² + (32I − 2)s > 7): a saddle of the one-sided flow; its stable curve parts antipodal from
  aligned.
* It is positive: (1, 0) **attracts** from the antipodal side, so that a set of positive probability ends with one feature
  alone, although (1, 0) is a saddle of K. The fast curve into (1, 0) parts it from aligned, the stable curve of a smooth
  antipodal saddle from antipodal. At I = 1 this is so for s < (4√2 − 5)/3 = 0.2189…. Where there is no antipodal minimum, all
  that does not end aligned ends single.

On the aligned side the orbit that touches the axis at √(1+I) goes on as the boundary. Each curve is followed back in time, where
its neighbours converge to it; along a curve the probability of an angle is ∫ (θ/2π) d(1 − e^{−r²/2σ²}).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..exact import Exact, rational
from ..exact.printed import html_table
from ..exact.rationals import shown, sparsity_between
from .critical_points import Importance, SmallestModel
from .diagram import compiled_loss
from .points import CriticalPoint

Floats = npt.NDArray[np.float64]
_OFF = 1e-7
_SMALL, _LARGE = 1e-5, 30.0
"""Radii between which a curve is followed; of σ = 1e-2 and 5 what lies outside weighs less than 1e-6."""
_PRECISION = {"rtol": 1e-11, "atol": 1e-14}
_MOST_RATIO, _LEAST_DENSITY = 100, Fraction(1, 10**6)
"""Beyond them the flow is stiff."""
SMALLEST_SCALE, LARGEST_SCALE = 1e-2, 5.0


@dataclass(frozen=True)
class Curve:
    """A boundary between basins as points (r, θ) from the origin outwards, θ from its own half-axis towards the aligned side."""

    radius: Floats
    angle: Floats

    def probability(self, scale: float) -> float:
        """P(angle below the curve) − P(angle below the half-axis), of all 2π: ∫ θ/2π dF, F = 1 − e^(−r²/2σ²)."""
        weight = -np.exp(-((self.radius / scale) ** 2) / 2)
        weight = np.concatenate([[-1.0], weight, [0.0]])
        theta = np.concatenate([self.angle[:1], self.angle, self.angle[-1:]])
        return float(np.sum((theta[1:] + theta[:-1]) / 2 * np.diff(weight)) / (2 * np.pi))


@dataclass(frozen=True)
class Boundaries:
    """Of one half-axis: `aligned` ends the basin of the aligned minimum, `antipodal` that of the antipodal one; between them
    flow ends single. One curve twice where nothing lies between. `attracts`: whether the single model does."""

    aligned: Curve
    antipodal: Curve
    attracts: bool


@dataclass(frozen=True)
class BasinProbabilities:
    """Of the smallest model without bias: probabilities (floats) that flow from W ~ N(0, σ²) ends antipodal, aligned or single.

    `error`: what the curves' ends and steps may contribute, an estimate and no enclosure. `boundaries`: of both half-axes.
    """

    antipodal: float
    aligned: float
    single: float
    error: float
    boundaries: tuple[Boundaries, Boundaries]

    def __repr__(self) -> str:
        return (
            f"BasinProbabilities (no bias): antipodal {self.antipodal:.6f}, aligned {self.aligned:.6f}, "
            f"single {self.single:.6f}, each ± {self.error:.0e} (estimated)"
        )

    def _repr_html_(self) -> str:
        rows = [[name, f"{getattr(self, name):.6f}"] for name in ("antipodal", "aligned", "single")]
        return html_table(("flow without bias ends", "probability"), rows)


def basin_probabilities(sparsity: Exact, importance: Importance, scale: float) -> BasinProbabilities:
    """Where gradient flow of the exact K WITHOUT bias ends from W ~ N(0, σ²).

    `sparsity` s in (0, 1), 1e-6 from its ends, and `importance` (I₁, I₂) > 0 of a ratio of at most 100, both exact; `scale` σ in
    [0.01, 5]; ValueError otherwise. ArithmeticError where the critical points are not those that the module describes.

    >>> basin_probabilities("1/2", (1, 1), 0.1)
    BasinProbabilities (no bias): antipodal 0.151377, aligned 0.848623, single 0.000000, each ± 1e-06 (estimated)
    """
    s, pair = _checked(sparsity, importance)
    sigma = _scale(scale)
    found = boundaries(s, pair)
    below = [sum(getattr(half, name).probability(sigma) for half in found) for name in ("antipodal", "aligned")]
    # ±W: two of each half-axis; the antipodal quadrants have 1/2.
    antipodal, others = 0.5 + 2 * below[0], 0.5 + 2 * below[1]
    if not _has_antipodal(_model(s, pair)):
        antipodal = 0.0
    return BasinProbabilities(antipodal, 1 - others, max(others - antipodal, 0.0), 1e-6, found)


def small_scale_exponent(sparsity: Exact) -> Fraction:
    r"""α = 18p/(8 − 5p): P(antipodal) ~ C σ^α as σ → 0 without bias, for equal importances.

    Near 0, K = p(1 + 1)/3 + r²ψ(θ) + O(r⁴), and at w₂ = −w₁ ψ = −p(8 − 5p)/12, ψ″ = −3p². So r′ = −2ψr and
    (θ − θ₀)′ = −ψ″(θ − θ₀): θ − θ₀ ~ r^(ψ″/2ψ) along every curve.
    """
    p = 1 - sparsity_between(sparsity)
    return 18 * p / (8 - 5 * p)


def attraction_threshold(importance: Exact = 1) -> float:
    """The sparsity below which flow without bias may end single on the axis of feature 1, the other having importance I > 0
    relative to it: the root of 9s² + (32I − 2)s = 7 (see the module). At I = 1 (4√2 − 5)/3.

    >>> round(attraction_threshold(), 6)
    0.218951
    """
    i = rational(importance, "importance")
    if i <= 0:
        raise ValueError(f"importance must be positive, got {i}")
    half = 16 * i - 1
    return 7 / (float(half) + math.sqrt(float(half * half + 63)))


@lru_cache(maxsize=16)
def boundaries(sparsity: Fraction, importance: tuple[Fraction, Fraction]) -> tuple[Boundaries, Boundaries]:
    """The curves beside both half-axes."""
    first, second = importance
    model = _model(sparsity, importance)
    one = _half_axis(model, float(sparsity), float(second / first), flipped=False)
    if first == second:
        return one, one
    return one, _half_axis(model, float(sparsity), float(second / first), flipped=True)


def _model(sparsity: Fraction, importance: tuple[Fraction, Fraction]) -> SmallestModel:
    return SmallestModel(sparsity, (1, importance[1] / importance[0]))


def _has_antipodal(model: SmallestModel) -> bool:
    return any(point.phase == "antipodal" and point.kind == "minimum" for point in model.critical_points())


def _checked(sparsity: Exact, importance: Importance) -> tuple[Fraction, tuple[Fraction, Fraction]]:
    s = sparsity_between(sparsity)
    if not isinstance(importance, (tuple, list)) or len(importance) != 2:
        raise ValueError(f"importance must be a pair of numbers, got {shown(importance)}")
    first, second = (rational(value, "importance") for value in importance)
    if min(first, second) <= 0:
        raise ValueError(f"importance must be positive, got {min(first, second)}")
    if not 1 <= _MOST_RATIO * first / second <= _MOST_RATIO**2:
        raise ValueError(f"importance must have a ratio of at most {_MOST_RATIO}, got {shown(importance)}")
    if min(s, 1 - s) < _LEAST_DENSITY:
        raise ValueError(f"sparsity must lie in [1e-6, 1 - 1e-6], got {shown(sparsity)}")
    return s, (first, second)


def _scale(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)):
        raise ValueError(f"scale must be a number, got {shown(value)}")
    if not SMALLEST_SCALE <= value <= LARGEST_SCALE:
        raise ValueError(f"scale must lie in [{SMALLEST_SCALE}, {LARGEST_SCALE}], got {shown(value)}")
    return float(value)


def _half_axis(model: SmallestModel, s: float, ratio: float, *, flipped: bool) -> Boundaries:
    """The curves beside w₁ > 0, or beside w₂ > 0 where `flipped`, in the coordinates (kept, other weight)."""
    kept, other = (ratio, 1.0) if flipped else (1.0, ratio)
    p = 1 - s
    flow = _Flow(s, kept, other)
    hessian = np.array([[8 * p / 3 * kept, p * p * kept], [p * p * kept, 2 * p * (kept * p - 2 * other * s) / 3]])
    # In (kept weight, other weight) of the antipodal side the other weight is negative.
    rates, directions = np.linalg.eigh(hessian)
    fast = directions[:, 1] * -np.sign(directions[1, 1])
    inner = flow.back(np.array([1.0, 0.0]) + _OFF * fast)
    tangent = math.sqrt(1 + other / kept)
    outer = flow.back(np.array([tangent, 0.0]), aligned=True)
    aligned = _joined(inner[::-1], outer)
    if not _has_antipodal(model):
        return Boundaries(aligned, aligned, attracts=bool(rates[0] > 0))
    saddles = [point for point in model.critical_points() if point.phase == "antipodal" and point.kind == "saddle"]
    mine = [w for w in (_seen(point, flipped) for point in saddles) if abs(w[1]) < abs(w[0])]
    if (rates[0] > 0) != bool(mine) or len(mine) > 1:
        raise ArithmeticError(f"the critical points at sparsity {s} and importances (1, {ratio}) are of another kind")
    if not mine:
        return Boundaries(aligned, aligned, attracts=False)
    stable = np.linalg.eigh(flow.hessian(mine[0]))[1][:, 1]
    stable *= np.sign(stable[0])
    antipodal = _joined(flow.back(mine[0] - _OFF * stable)[::-1], flow.back(mine[0] + _OFF * stable))
    return Boundaries(aligned, antipodal, attracts=True)


def _seen(point: CriticalPoint, flipped: bool) -> Floats:
    first, second = (abs(w) for w in point.floats)
    return np.array([second, -first] if flipped else [first, -second])


def _joined(inner: Floats, outer: Floats) -> Curve:
    points = np.concatenate([inner, outer])
    return Curve(np.hypot(*points.T), np.arctan2(points[:, 1], points[:, 0]))


@dataclass(frozen=True)
class _Flow:
    """−∇K in (kept, other) weights, with importances in this order."""

    sparsity: float
    kept: float
    other: float

    def gradient(self, w: Floats) -> Floats:
        """K of (w₁, w₂) is that of (w₂, w₁) with importances exchanged."""
        _, a, b = compiled_loss()(w[0], w[1], self.sparsity, self.kept, self.other, 0.0)
        return np.array([float(a), float(b)])

    def hessian(self, w: Floats, step: float = 1e-6) -> Floats:
        rows = [(self.gradient(w + step * e) - self.gradient(w - step * e)) / (2 * step) for e in np.eye(2)]
        return np.array(rows)

    def back(self, start: Floats, *, aligned: bool = False) -> Floats:
        """The orbit that leads to `start`, (k, 2), from there back to `_SMALL` or `_LARGE` in radius, by its length in log r."""
        from scipy.integrate import solve_ivp  # an orbit in floats: nothing else here needs it, or loads it

        def upwards(_: float, w: Floats) -> Floats:
            gradient = self.gradient(np.array([w[0], max(w[1], 0.0)]) if aligned else w)
            return np.asarray(gradient * np.hypot(*w) / np.hypot(*gradient))

        def left(_: float, w: Floats) -> float:
            radius = float(np.hypot(*w))
            return min(radius / _SMALL - 1, 1 - radius / _LARGE)

        left.terminal = True  # type: ignore[attr-defined]
        found = solve_ivp(upwards, (0, 60), start, method="DOP853", events=left, max_step=0.005, **_PRECISION)
        return np.asarray(found.y.T)
