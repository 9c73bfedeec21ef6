r"""The exact phase diagram of the smallest model on whole arrays of settings, in float64.

The expressions are those of `analytic.n2m1.derivation`, compiled; the only approximation is float rounding. For each
setting the gain L²/4Q is maximised over the directions of four arcs with |u| ≤ 1 (the aligned chamber in both charts,
the two antipodal ones): a scan brackets the best direction of the arc, and Newton's iteration on P = 2L′Q − LQ′, kept
inside the bracket, finishes. A test and the main job hold it to the certified solver (`analytic.n2m1`) at random
settings.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.polynomial.polynomial import polyval
from sympy import Expr, Poly

from ..emit import Arithmetic, compile_arithmetic, compile_chambers
from ..exact.rationals import shown
from .derivation import (
    CHAMBERS,
    OPPOSITE_FIRST,
    OPPOSITE_SECOND,
    PARAMETERS,
    SAME_SIGN,
    WEIGHTS,
    Chamber,
    in_density,
    p,
    u,
    w1,
    w2,
)

Array = npt.NDArray[np.float64]

ARCS: tuple[tuple[Chamber, int, float], ...] = (
    (SAME_SIGN, 0, 1.0),
    (SAME_SIGN, 1, 1.0),
    (OPPOSITE_FIRST, 0, -1.0),
    (OPPOSITE_SECOND, 1, -1.0),
)
"""The arcs of directions: chamber, chart, and the end of the arc that starts at u = 0."""

# Sixteen cells: the gain has at most one interior maximum on an arc, so this only has to tell it from the ends.
_SCAN = np.linspace(0.0, 1.0, 17)
_BLOCK = 4096
# In the density, not in s: as s → 1 the terms in s would cancel.
_SETTINGS = (p, *PARAMETERS[1:])
_NEWTON_STEPS = 60


@lru_cache(maxsize=1)
def compiled_loss() -> Callable[..., list[Any]]:
    """K, ∂K/∂w₁ and ∂K/∂w₂ as one function of (w₁, w₂, s, I₁, I₂, λ), on floats, arrays or tensors.

    See `analytic.emit.compile_chambers`. On an axis the derivatives are those from the side of `same_sign`. Compiled in
    the density p = 1 − s: in s the terms would cancel as s → 1, where K is of order p.
    """
    pieces = [(c.condition, [in_density(e) for e in (c.loss, c.loss.diff(w1), c.loss.diff(w2))]) for c in CHAMBERS]
    evaluate = compile_chambers((*WEIGHTS, p, *PARAMETERS[1:]), pieces)

    def loss(w1: Any, w2: Any, s: Any, i1: Any, i2: Any, strength: Any, *, namespace: ModuleType = np) -> list[Any]:
        return evaluate(w1, w2, 1 - s, i1, i2, strength, namespace=namespace)

    return loss


@dataclass(frozen=True)
class Diagram:
    """Exact minima on an array of settings: the least loss, where it is (w₁ ≥ 0), and the phase.

    `antipodal` is True where w₁w₂ < 0 at the minimum; `gap` is the least antipodal loss minus the least aligned loss,
    so its sign is the phase (beyond rounding, a few ulp of I₁ + I₂) and its zero set the boundary. All arrays have
    the broadcast shape of the settings.
    """

    sparsity: Array
    importance: Array
    loss: Array
    w1: Array
    w2: Array
    gap: Array

    def __repr__(self) -> str:
        return f"Diagram{self.loss.shape}: {self.antipodal.mean():.1%} antipodal, the rest aligned"

    @property
    def antipodal(self) -> npt.NDArray[np.bool_]:
        return self.gap < 0


def phase_diagram(sparsity: npt.ArrayLike, importance: npt.ArrayLike) -> Diagram:
    """The global minimum for I₁ = 1, I₂ = importance and s = sparsity, broadcast together; no penalty.

    The one place of `analytic` where settings are floats: whole arrays, for pictures. 0 ≤ s < 1 and 1e-100 ≤ I₂ ≤
    1e100; ValueError otherwise. Losses are good to a few ulp of I₁ + I₂, weights to about the root of that where the
    minimum is flat.

    >>> phase_diagram([[0.3], [0.6]], [1, 0.25]).antipodal
    array([[False, False],
           [ True,  True]])
    """
    given = _reals(sparsity, "sparsity"), _reals(importance, "importance")
    try:
        s, extra = np.broadcast_arrays(*given)
    except ValueError:
        shapes = " and ".join(str(array.shape) for array in given)
        raise ValueError(f"sparsity and importance must broadcast together, got shapes {shapes}") from None
    for name, values, valid, wanted in (
        ("sparsity", s, (s >= 0) & (s < 1), "lie in [0, 1)"),
        ("importance", extra, (extra >= 1e-100) & (extra <= 1e100), "lie in [1e-100, 1e100]"),
    ):
        if not valid.all():
            raise ValueError(f"{name} must {wanted}, got {values[~valid].flat[0]}")
    flat = [np.empty(s.size) for _ in range(4)]
    for start in range(0, s.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        for whole, part in zip(flat, _minima(s.ravel()[block], extra.ravel()[block]), strict=True):
            whole[block] = part
    return Diagram(s, extra, *(values.reshape(s.shape) for values in flat))


def _reals(values: npt.ArrayLike, name: str) -> Array:
    try:
        if isinstance(values, numbers.Real | Sequence) and not isinstance(values, str | bytes):
            given = np.array(values, dtype=object)
            if all(isinstance(entry, numbers.Real) and not isinstance(entry, bool) for entry in given.flat):
                return given.astype(np.float64)
        elif (
            isinstance(values, np.ndarray) and values.dtype.kind in "iuf" and not isinstance(values, np.ma.MaskedArray)
        ):
            return values.astype(np.float64)
    except (OverflowError, ValueError):
        pass
    raise ValueError(f"{name} must be an array or nested lists of real numbers, got {shown(values)}")


def _minima(s: Array, extra: Array) -> tuple[Array, Array, Array, Array]:
    gains, firsts, seconds = [], [], []
    for arc in range(len(ARCS)):
        gain, kept, other = _best_on_arc(arc, s, extra)
        _, chart, end = ARCS[arc]
        first, second = (kept, other) if chart == 0 else (np.abs(other), end * kept)
        gains.append(gain)
        firsts.append(first)
        seconds.append(second)
    gain = np.array(gains)
    best = gain.argmax(axis=0)[None]
    constant = _constant()(1 - s, 1.0, extra, 0.0)[0]
    w1, w2 = (np.take_along_axis(np.array(w), best, axis=0)[0] for w in (firsts, seconds))
    return constant - gain.max(axis=0), w1, w2, gain[:2].max(axis=0) - gain[2:].max(axis=0)


def _best_on_arc(arc: int, s: Array, extra: Array) -> tuple[Array, Array, Array]:
    """The largest gain L²/4Q on an arc, the kept weight √(L/2Q) > 0 there, and the other weight u√(L/2Q)."""
    end = ARCS[arc][2]
    linear, quartic, stationarity, curvature = (
        np.array([np.broadcast_to(c, s.shape) for c in coefficients(1 - s, np.ones_like(s), extra, np.zeros_like(s))])
        for coefficients in _coefficients(arc)
    )
    scan = np.array([polyval(t * end, linear) ** 2 / polyval(t * end, quartic) for t in _SCAN])
    best = scan.argmax(axis=0)
    inner, outer = end * _SCAN[np.maximum(best - 1, 0)], end * _SCAN[np.minimum(best + 1, len(_SCAN) - 1)]
    direction = end * _SCAN[best]
    for _ in range(_NEWTON_STEPS):
        slope = polyval(direction, stationarity, tensor=False) * end
        inner, outer = np.where(slope > 0, direction, inner), np.where(slope > 0, outer, direction)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = direction - slope * end / polyval(direction, curvature, tensor=False)
        inside = (np.minimum(inner, outer) <= step) & (step <= np.maximum(inner, outer))
        step = np.where(inside, step, (inner + outer) / 2)
        moved = np.abs(step - direction).max(initial=0.0)
        direction = step
        if moved < 1e-15:
            break
    length, cost = (polyval(direction, part, tensor=False) for part in (linear, quartic))
    kept = np.sqrt(length / (2 * cost))
    return length**2 / (4 * cost), kept, direction * kept


@lru_cache(maxsize=len(ARCS))
def _coefficients(arc: int) -> tuple[Arithmetic, ...]:
    """L, Q, P and P′ of an arc as functions of (p, I₁, I₂, λ): their coefficients in u, constant term first."""
    chamber, chart, _ = ARCS[arc]
    radial = chamber.radial_in(chart)
    polynomials = (radial.linear, radial.quartic, radial.stationarity, radial.stationarity.diff(u))
    return tuple(compile_arithmetic(_SETTINGS, _by_power(in_density(polynomial))) for polynomial in polynomials)


@lru_cache(maxsize=1)
def _constant() -> Arithmetic:
    """C, the loss of W = 0, as a function of (p, I₁, I₂, λ): the same in every chamber."""
    return compile_arithmetic(_SETTINGS, [in_density(SAME_SIGN.radial.constant)])


def _by_power(polynomial: Expr) -> list[Expr]:
    return list(reversed(Poly(polynomial, u).all_coeffs()))
