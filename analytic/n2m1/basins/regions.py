"""Basins beside the half-axes: their boundaries in floats, and fences that flow is proved to cross to one side only.

Each boundary has a fence above it, which flow crosses to larger angles, and one below. Why that encloses the basins:

* The region above the upper fences of the aligned boundary, on both half-axes of a quadrant, is never left. K falls there, and is
  unbounded at infinity; so flow ends at critical points, all of which are known, and those in the region are aligned.
* Likewise for the region below the lower fences of the antipodal boundary, and for the one between both boundaries, which
  ends at (1, 0) where that attracts. Where there is no antipodal minimum the last two are one; an antipodal saddle in it, if
  hyperbolic, takes nothing but a curve.
* Between 1 and √(1 + I) the axis itself is a fence, as the signs of ∂K/∂|w₂| on both of its sides say. A boundary that comes to
  the axis there goes on with it, and farther out with the orbit that touches it.
* Where (1, 0) does not attract, only its stable curve ends there. That comes from the fast direction, so between the two
  fences, both of which end at (1, 0).
* Flow runs outwards at the inner circle and inwards at the outer one. Where two fences have crossed, the region between them is
  empty, and is counted as less than nothing: a bound all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

import flint
import numpy as np
import numpy.typing as npt
from flint import arb, arb_poly, fmpq_poly

from ...exact.rationals import to_flint
from ..critical_points import SmallestModel
from ..points import CriticalPoint
from .fences import Piece, pieces, positive
from .flow import HalfAxis
from .mass import below
from .orbits import INNER, OUTER, Stretch, inner, outer, through

Floats = npt.NDArray[np.float64]
_TURNS = (1e-7, 1e-6)
_UNTURNED = 1e-11
"""Of curves in floats: none at all would let rounding push a curve over the diagonal that it approaches."""
_BITS = 128


@dataclass(frozen=True)
class Curve:
    """A boundary between basins: θ from its own half-axis towards the aligned quadrant, as a function of R, in pieces."""

    pieces: tuple[Piece, ...]

    @cached_property
    def _points(self) -> Floats:
        tau = np.linspace(-1, 1, 9)[:-1]
        rows = []
        for piece in self.pieces:
            u = np.polyval([float(c.p) / float(c.q) for c in reversed(piece.curve.coeffs())], tau)
            square = float(piece.middle.p) / float(piece.middle.q) + float(piece.half.p) / float(piece.half.q) * tau
            arc = np.arctan(u) if piece.flow.sense > 0 else -np.pi / 2 - np.arctan(u)
            rows.append(np.stack([np.sqrt(square), arc]))
        return np.concatenate(rows, axis=1)

    @property
    def radius(self) -> Floats:
        """(k,), increasing."""
        return np.asarray(self._points[0])

    @property
    def angle(self) -> Floats:
        """(k,)."""
        return np.asarray(self._points[1])

    def weight(self, scale: float) -> arb:
        """∫ θ dF along it."""
        return below(self.pieces, scale)

    def angles(self, square: arb) -> list[arb]:
        """θ at R, of every piece that R may lie on; 0 on the axis."""
        found = []
        for piece in self.pieces:
            tau = (square - piece.middle) / piece.half
            if not abs(tau) > 1:
                found.append(piece.angle(tau))
        return found or [arb(0)]


@dataclass(frozen=True)
class Boundaries:
    """Of one half-axis: `aligned` ends the basin of the aligned minimum, `antipodal` that of the antipodal one; between them
    flow ends single. One curve twice where nothing lies between. `attracts`: whether the single model does."""

    aligned: Curve
    antipodal: Curve
    attracts: bool


@dataclass(frozen=True)
class Setting:
    """s and the importances, I₁ and I₂ > 0, the larger one 1."""

    sparsity: Fraction
    importance: tuple[Fraction, Fraction]

    @cached_property
    def points(self) -> tuple[CriticalPoint, ...]:
        return tuple(SmallestModel(self.sparsity, self.importance).critical_points())

    @property
    def antipodal(self) -> bool:
        """Whether there is an antipodal minimum."""
        return any(point.phase == "antipodal" and point.kind == "minimum" for point in self.points)

    @cached_property
    def halves(self) -> tuple[HalfAxis, HalfAxis]:
        (first, second), density = self.importance, 1 - self.sparsity
        return HalfAxis(density, first, second), HalfAxis(density, second, first)

    def saddle(self, flipped: bool) -> CriticalPoint | None:
        """The antipodal saddle between the half-axis and the diagonal."""
        near = [
            point
            for point in self.points
            if (point.phase, point.kind) == ("antipodal", "saddle")
            and (point.squares[0] < point.squares[1] if flipped else point.squares[1] < point.squares[0])
        ]
        attracts = self.halves[flipped].attraction > 0
        if attracts != bool(near) or len(near) > 1:
            raise ArithmeticError("the critical points beside an axis are of another kind")
        return near[0] if near else None


@lru_cache(maxsize=16)
def boundaries(setting: Setting) -> tuple[Boundaries, Boundaries]:
    """Beside both half-axes, in floats."""
    return _both(setting, 0, _UNTURNED)


@lru_cache(maxsize=16)
def fences(setting: Setting) -> tuple[tuple[Boundaries, Boundaries], tuple[Boundaries, Boundaries]]:
    """Above the boundaries and below them: proved. ArithmeticError where a proof does not close."""
    if any(half.attraction == 0 for half in setting.halves):
        raise ArithmeticError("the single model is at the threshold of attraction")
    if not all(_radial(half) for half in setting.halves):
        raise ArithmeticError("flow may leave the ring")
    for turn in _TURNS:
        try:
            above, beneath = _both(setting, 1, turn), _both(setting, -1, turn)
            break
        except ArithmeticError:
            if turn == _TURNS[-1]:
                raise
    for point in setting.points:
        if point.phase in ("aligned", "antipodal"):
            _placed(setting, point, above, beneath)
    return above, beneath


def _both(setting: Setting, sign: int, turn: float) -> tuple[Boundaries, Boundaries]:
    one = _beside(setting, False, sign, turn)
    return one, one if setting.importance[0] == setting.importance[1] else _beside(setting, True, sign, turn)


def _beside(setting: Setting, flipped: bool, sign: int, size: float) -> Boundaries:
    half = setting.halves[flipped]
    turn = (size if sign < 0 else -size) * float(half.density)
    beyond = outer(half, turn)
    aligned = _curve([*inner(half, turn), *beyond], sign)
    attracts = half.attraction > 0
    saddle = setting.saddle(flipped) if setting.antipodal else None
    if saddle is None:
        return Boundaries(aligned, aligned, attracts)
    square, theta = _seen(saddle, flipped)
    stretches = through(half, float(square), float(theta.tan()), turn)
    if stretches[-1].flow is half.opposite and stretches[-1].ends[1] == 0:
        stretches += (
            beyond  # it begins on the axis: farther out the axis and the orbit that touches it are the boundary
        )
    return Boundaries(aligned, _curve(stretches, sign), attracts)


def _curve(stretches: list[Stretch], sign: int) -> Curve:
    found = [piece for stretch in stretches for piece in pieces(stretch, sign)]
    return Curve(tuple(sorted(found, key=lambda piece: piece.middle)))


def _radial(half: HalfAxis) -> bool:
    """Whether R grows for R ≤ 2·INNER and falls for R ≥ OUTER/2, in all directions beside the half-axis."""
    found = []
    for flow, side in ((half.same, 1), (half.opposite, -1)):
        to_tau = fmpq_poly([side, 1]) / 2  # u from 0 to ±1 as τ from −1 to 1
        low, high = (flow.E - to_flint(square) * flow.G for square in (2 * INNER, OUTER / 2))
        found += [positive(low(to_tau), 6), positive(-high(to_tau), 6)]
    return all(found)


def _seen(point: CriticalPoint, flipped: bool) -> tuple[arb, arb]:
    """R and θ, from the half-axis of the first feature, or of the second."""
    with flint.ctx.workprec(_BITS):
        first, second = (square.ball(_BITS) for square in point.squares)
        kept, other = (second, first) if flipped else (first, second)
        theta = arb.atan2(other.sqrt(), kept.sqrt())
        return first + second, -theta if point.phase == "antipodal" else theta


def _placed(
    setting: Setting, point: CriticalPoint, above: tuple[Boundaries, ...], beneath: tuple[Boundaries, ...]
) -> None:
    """ArithmeticError unless a critical point is on its side of the fences."""
    for flipped in (False, True):
        square, theta = _seen(point, flipped)
        over, under = above[flipped], beneath[flipped]
        if point.phase == "aligned":
            fits = all(theta > angle for angle in over.aligned.angles(square))
        elif not setting.antipodal:  # between two single models that attract: of no weight, if hyperbolic
            fits = all(theta < angle for angle in under.aligned.angles(square)) and _hyperbolic(setting, point)
        elif under.attracts and point == setting.saddle(flipped):
            fits = all(theta < angle for angle in over.antipodal.angles(square))
            fits = fits and all(theta > angle for angle in under.antipodal.angles(square))
        else:
            fits = all(theta < angle for angle in under.antipodal.angles(square))
        if not fits:
            raise ArithmeticError(f"a critical point is not on its side of the fences: {point!r}")


def _hyperbolic(setting: Setting, point: CriticalPoint) -> bool:
    """Whether the linear flow at an antipodal point is proved to have eigenvalues of both signs."""
    flipped = point.squares[0] < point.squares[1]
    square, theta = _seen(point, flipped)
    flow = setting.halves[flipped].opposite
    with flint.ctx.workprec(_BITS):
        u = theta.tan()
        _, b, e, g = (arb_poly(f)(u) for f in flow.polynomials)
        da, db, de, dg = (arb_poly(f.derivative())(u) for f in flow.polynomials)
        determinant = (e - 2 * square * g) * (da - square * db) + square * (de - square * dg) * b
        return bool(determinant < 0)
