"""Multi-start minimisation of any smooth function with a gradient, and its distinct minima."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from ..arguments import Floats, array, number
from ..arguments import function as check_function
from ..solution import Minimum, Solution, merged
from .network import LossSolution as LossSolution
from .newton import Iterate, newton

Objective = Callable[[Floats], tuple[float, ArrayLike]]

_STEP = 1e-5  # differences of gradients: near the cube root of eps, for central differences
_SINGULAR = 1e-8  # curvatures below this share of the largest are noise: no Newton step along them
_SLACK = 1e-10  # relative rise of the value that a Newton step may show: cancellation in the function
_ESCAPES = 5
_NEWTON_STEPS = 8


def minimise(
    function: Objective,
    starts: ArrayLike,
    *,
    bounds: Sequence[tuple[float, float]] | None = None,
    gradient_tolerance: float = 1e-10,
    distinct: float = 1e-6,
    symmetry: Callable[[Floats], Floats] | None = None,
) -> Solution:
    """Minimise `function` (x (d,) to value and gradient (d,)) from each row of `starts` (k, d).

    Each run is L-BFGS-B, then Newton steps with a Hessian from differences of the gradient; a run that rests
    on a saddle or a maximum is pushed off along the most negative curvature. `bounds`: a pair (low, high) per
    coordinate, infinite where there is none. A run has converged when every entry of its (projected) gradient
    is at most `gradient_tolerance`. At a kink no gradient is small: such an end is kept, and marked as not
    converged.

    Two ends are one minimum when their values agree to `distinct`·(1 + |value|) and their points, mapped by
    `symmetry` to a representative (identity by default), to `distinct`·(1 + |point|) in every coordinate. A
    minimum's point is the representative's.

    ValueError when there is no start, a start is not finite or out of bounds, or `function` returns something
    that is not finite or a gradient of another shape.
    """
    check_function("function", function, optional=False)
    check_function("symmetry", symmetry)
    points = array("starts", starts, finite=False)
    if points.ndim != 2 or 0 in points.shape:
        raise ValueError(f"starts must have shape (k, d) with k, d ≥ 1, got {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError(f"starts must be finite, got {points[~np.isfinite(points).all(axis=1)][0].tolist()}")
    gradient_tolerance = number("gradient_tolerance", gradient_tolerance, "(0, inf)")
    distinct = number("distinct", distinct, "(0, inf)")
    low, high = _box(bounds, points)
    problem = _Problem(function, low, high, gradient_tolerance)
    ends = [problem.run(start) for start in points]
    if symmetry is not None:
        ends = [replace(end, point=np.asarray(symmetry(end.point), dtype=np.float64)) for end in ends]
    return Solution(merged(ends, partial(_same, width=distinct)), sum(not end.converged for end in ends))


class _Problem:
    """The objective in its box."""

    def __init__(self, function: Objective, low: Floats, high: Floats, tolerance: float) -> None:
        self._function = function
        self._low, self._high, self._tolerance = low, high, tolerance

    def __call__(self, x: Floats) -> tuple[float, Floats]:
        returned, slopes = self._function(x.copy())
        value, gradient = float(returned), np.asarray(slopes, dtype=np.float64)
        if gradient.shape != x.shape:
            raise ValueError(f"function must return a gradient of shape {x.shape}, got {gradient.shape}")
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            raise ValueError(
                f"function must be finite, got value {value} and gradient {gradient.tolist()} at {x.tolist()}"
            )
        return value, gradient

    def run(self, x: Floats) -> Minimum:
        for _ in range(_ESCAPES):
            x = self._newton(self._descend(x))
            x, escaped = self._escape(x)
            if not escaped:
                break
        end = Iterate(x, *self(x))
        norm = self._norm(end)
        return Minimum(end.value, x, norm, 1, norm <= self._tolerance)

    def _descend(self, x: Floats) -> Floats:
        options = {"maxiter": 10_000, "maxfun": 100_000, "ftol": 0.0, "gtol": self._tolerance, "maxls": 50}
        found = minimize(
            self,
            x,
            jac=True,
            method="L-BFGS-B",
            bounds=list(zip(self._low, self._high, strict=True)),
            options=options,
        )
        return np.asarray(found.x, dtype=np.float64)

    def _newton(self, x: Floats) -> Floats:
        """Newton's iteration on the free coordinates."""
        return newton(Iterate(x, *self(x)), self._step, self._norm, slack=_SLACK, steps=_NEWTON_STEPS).point

    def _step(self, here: Iterate[Floats]) -> Iterate[Floats]:
        free = self._free(here.point, here.gradient)
        step = np.linalg.lstsq(self._hessian(here.point, free), -here.gradient[free], rcond=_SINGULAR)[0]
        trial = here.point.copy()
        trial[free] += step
        trial = np.clip(trial, self._low, self._high)
        return Iterate(trial, *self(trial))

    def _norm(self, here: Iterate[Floats]) -> float:
        return float(np.abs(here.gradient[self._free(here.point, here.gradient)]).max(initial=0.0))

    def _escape(self, x: Floats) -> tuple[Floats, bool]:
        """A lower point along the most negative curvature, where there is one."""
        value, gradient = self(x)
        free = self._free(x, gradient)
        if not free.any():
            return x, False
        curvatures, directions = np.linalg.eigh(self._hessian(x, free))
        if curvatures[0] < -1e-4 * max(1.0, np.abs(curvatures).max()):
            for length in (1e-2, -1e-2, 1e-3, -1e-3):
                trial = x.copy()
                trial[free] += length * directions[:, 0]
                trial = np.clip(trial, self._low, self._high)
                if self(trial)[0] < value:
                    return trial, True
        return x, False

    def _hessian(self, x: Floats, free: NDArray[np.bool_]) -> Floats:
        """Central differences of the gradient in the free coordinates, one-sided next to a bound."""
        rows = []
        for k in np.flatnonzero(free):
            step = _STEP * max(1.0, abs(x[k]))
            ahead, behind = x.copy(), x.copy()
            ahead[k], behind[k] = min(x[k] + step, self._high[k]), max(x[k] - step, self._low[k])
            rows.append((self(ahead)[1] - self(behind)[1])[free] / (ahead[k] - behind[k]))
        hessian = np.array(rows)
        return np.asarray((hessian + hessian.T) / 2)

    def _free(self, x: Floats, gradient: Floats) -> NDArray[np.bool_]:
        """Coordinates that can follow -gradient: not at a bound that it pushes against."""
        held = ((x <= self._low) & (gradient >= 0)) | ((x >= self._high) & (gradient <= 0))
        return np.asarray(~held)


def _box(bounds: Sequence[tuple[float, float]] | None, points: Floats) -> tuple[Floats, Floats]:
    d = points.shape[1]
    box = array("bounds", [(-np.inf, np.inf)] * d if bounds is None else bounds, finite=False)
    if box.shape != (d, 2) or not (box[:, 0] < box[:, 1]).all():
        raise ValueError(f"bounds must be {d} pairs (low, high) with low < high, got {bounds}")
    low, high = box.T
    outside = (points < low) | (points > high)
    if outside.any():
        raise ValueError(f"starts must lie within bounds, got {points[outside.any(axis=1)][0].tolist()}")
    return low, high


def _same(first: Minimum, other: Minimum, width: float) -> bool:
    close = abs(other.value - first.value) <= width * (1 + abs(first.value))
    return close and bool((np.abs(other.point - first.point) <= width * (1 + np.abs(first.point))).all())
