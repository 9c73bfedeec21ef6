r"""Gradient flow of the smallest model WITHOUT bias, chamber by chamber: exact polynomials, and the same in floats.

In the chart u = (other weight)/(kept weight), K = C − ρL(u) + ρ²Q(u) with ρ the square of the weight kept. In u and R = w₁² + w₂²
flow of −K/p is, its time multiplied by D² > 0,

.. math:: u' = A(u) - R\,B(u), \quad R' = R\,(E(u) - R\,G(u)), \qquad D = 1 + u^2, \\
          A = D^2 (D L' - 2uL), \quad B = D (D Q' - 4uQ), \quad E = 4DL, \quad G = 8Q.

Beside the half-axis w₂ = 0, w₁ > 0 (the others by exchange and sign) a direction has the angle θ, from the half-axis towards the
aligned quadrant: u = tan θ for |θ| ≤ π/4 and in the aligned quadrant, and u = cot θ for θ < −π/4.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import fmpq_poly

from ...exact.rationals import from_flint, to_flint
from ..derivation import OPPOSITE_FIRST, OPPOSITE_SECOND, SAME_SIGN, Chamber
from ..ray import ray

_D = fmpq_poly([1, 0, 1])
_U = fmpq_poly([0, 1])


@dataclass(frozen=True, eq=False)
class Flow:
    """Of one chamber: A, B, E, G; `edges` are the ends of u in it (None: without end), `sense` is the sign of dθ/du."""

    A: fmpq_poly
    B: fmpq_poly
    E: fmpq_poly
    G: fmpq_poly
    edges: tuple[int, int | None]
    sense: int

    @property
    def polynomials(self) -> tuple[fmpq_poly, ...]:
        return self.A, self.B, self.E, self.G

    @cached_property
    def floats(self) -> tuple[tuple[float, ...], ...]:
        """Coefficients from the highest power down."""
        return tuple(tuple(float(from_flint(c)) for c in reversed(f.coeffs())) for f in self.polynomials)

    def velocity(self, square: float, u: float) -> tuple[float, float]:
        """(u′, R′)."""
        a, b, e, g = (_horner(f, u) for f in self.floats)
        return a - square * b, square * (e - square * g)

    def jacobian(self, square: float, u: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Rows R′, u′; columns ∂R, ∂u."""
        b, e, g = (_horner(f, u) for f in self.floats[1:])
        da, db, de, dg = (_horner(_slope(f), u) for f in self.floats)
        return (e - 2 * square * g, square * (de - square * dg)), (-b, da - square * db)


@dataclass(frozen=True)
class HalfAxis:
    """The flows beside a half-axis: `same` in the aligned quadrant, `opposite` next to it in the antipodal one, `far` beyond the
    diagonal. `kept`, `other`: importances of the axis' own feature and of the other one; `density` p."""

    density: Fraction
    kept: Fraction
    other: Fraction

    @cached_property
    def same(self) -> Flow:
        return self._flow(SAME_SIGN, 0, (0, None))

    @cached_property
    def opposite(self) -> Flow:
        return self._flow(OPPOSITE_FIRST, 0, (-1, 0))

    @cached_property
    def far(self) -> Flow:
        return self._flow(OPPOSITE_SECOND, 1, (-1, 0))

    @property
    def tangency(self) -> Fraction:
        """R = 1 + I_other/I_kept, where the aligned flow touches the axis."""
        return 1 + self.other / self.kept

    @property
    def attraction(self) -> Fraction:
        """The determinant of the antipodal Hessian at (1, 0), over a positive factor: where it is positive (1, 0) attracts."""
        s = 1 - self.density
        return 7 - 9 * s * s - (32 * self.other / self.kept - 2) * s

    def beyond(self, flow: Flow, edge: int) -> Flow:
        """The chamber on the other side of an edge. ArithmeticError where a boundary is not known to go there."""
        if flow is self.opposite:
            return self.same if edge == 0 else self.far
        raise ArithmeticError("a boundary leaves the quadrants that it is known to lie in")

    def _flow(self, chamber: Chamber, chart: int, edges: tuple[int, int | None]) -> Flow:
        """K of (w₁, w₂) is that of (w₂, w₁) with importances exchanged, so the kept weight is the first."""
        at = ray(chamber, chart, (1 - self.density, self.kept, self.other, Fraction(0)))
        gain, cost = (f / to_flint(self.density) for f in (at.linear, at.quartic))
        return Flow(
            _D * _D * (_D * gain.derivative() - 2 * _U * gain),
            _D * (_D * cost.derivative() - 4 * _U * cost),
            4 * _D * gain,
            8 * cost,
            edges,
            -1 if chart else 1,
        )


def _horner(coefficients: tuple[float, ...], u: float) -> float:
    value = 0.0
    for c in coefficients:
        value = value * u + c
    return value


def _slope(coefficients: tuple[float, ...]) -> tuple[float, ...]:
    degree = len(coefficients) - 1
    return tuple(c * (degree - k) for k, c in enumerate(coefficients[:-1]))
