r"""The smallest model solved: two features in one dimension, f(x) = ReLU(WᵀWx), every critical point, exactly.

How the search works. Write W = (w₁, u w₁) or (u w₂, w₂) (the two *charts*) and ρ for the square of the weight kept.
In each chamber K = C − ρL(u) + ρ²Q(u) with L, Q > 0 (positive density and importances), so for a fixed direction the
loss has one positive critical scale ρ = L/2Q, a strict minimum along the ray, and

.. math:: K(\rho, u) = \varphi(u) + Q(u)\,(\rho - \rho^*(u))^2, \qquad \varphi = C - L^2/4Q, \qquad
          \operatorname{sign} \varphi' = -\operatorname{sign} P, \qquad P = 2L'Q - LQ'.

So W ≠ 0 is critical exactly when φ is at its direction, and a local minimum of K exactly when φ has one there; no W ≠
0 is a maximum. Directions form a circle: three open arcs (the chambers) where critical directions are the roots of P,
and three edges between them. Across |w₁| = |w₂| the loss is continuously differentiable, so the edge is critical when
P vanishes there. The axes are kinks: critical means that 0 lies between the one-sided derivatives (Clarke). Whether φ
falls or rises on either side of a point follows from the signs of P, so every kind is decided by exact arithmetic.

With a bias the global minimum is found and proved by `certify` (`analytic.n2m1.bias`).

W and −W are one model (a rotation of the hidden line): each pair is listed once, with w₁ > 0, or w₁ = 0 and w₂ > 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

import sympy
from flint import fmpq, fmpq_poly
from sympy import Expr

from ..exact import Exact, RealAlgebraic, rational, real_roots, to_sympy
from ..exact.closed_forms import exact_number
from ..exact.printed import MOST_TABLE
from ..exact.rationals import entries, from_flint, instance
from ..exact.roots import rational_number, sign_beside
from .derivation import CHAMBERS, OPPOSITE_FIRST, OPPOSITE_SECOND, PARAMETERS, SAME_SIGN, WEIGHTS, Chamber
from .points import CriticalPoint, CriticalPoints, Kind, Phase, Place
from .ray import Parameters, Ray, ray

Importance = tuple[Exact, Exact]

_ZERO = rational_number(0)


@dataclass(frozen=True)
class SmallestModel:
    r"""n = 2, m = 1, no bias.

    .. math:: K = \sum_i I_i E(x_i - \mathrm{ReLU}(w_i (w_1 x_1 + w_2 x_2)))^2 + 2\lambda w_1^2 w_2^2

    `sparsity` s in [0, 1], `importance` (I₁, I₂) ≥ 0, `penalty` λ ≥ 0, all exact (int, Fraction, SymPy Rational,
    string); ValueError otherwise. s = 1 means no data: E is over x = 0 alone, K is the penalty term and every W
    without one is a global minimum with loss 0.

    >>> best, = SmallestModel("1/2").global_minima()
    >>> best.loss, best.phase
    (13/160, 'antipodal')
    """

    sparsity: Exact = field(compare=False)
    importance: Importance = field(default=(1, 1), compare=False)
    penalty: Exact = field(default=0, compare=False)
    parameters: Parameters = field(init=False, repr=False)

    def __post_init__(self) -> None:
        s = rational(self.sparsity, "sparsity")
        if not 0 <= s <= 1:
            raise ValueError(f"sparsity must lie in [0, 1], got {s}")
        importance = entries(self.importance, "importance", rational, 2)
        strength = rational(self.penalty, "penalty")
        for name, value in (*(("importance", value) for value in importance), ("penalty", strength)):
            if value < 0:
                raise ValueError(f"{name} must not be negative, got {value}")
        object.__setattr__(self, "parameters", (s, *importance, strength))

    def loss(self, w1: Exact | Expr, w2: Exact | Expr) -> Expr:
        """K(w₁, w₂), exactly. Weights are exact rationals or real SymPy numbers such as sqrt(2)/2."""
        first, second = exact_number(w1, "w1"), exact_number(w2, "w2")
        values = dict(zip(PARAMETERS, map(to_sympy, self.parameters), strict=True))
        at_point = {WEIGHTS[0]: first, WEIGHTS[1]: second}
        chamber = next(c for c in CHAMBERS if c.condition.subs(at_point))
        return sympy.expand(chamber.loss.subs(values).subs(at_point))

    def chamber_loss(self, chamber: Chamber) -> Expr:
        """K as an expression in w₁, w₂ in a chamber of `analytic.n2m1.CHAMBERS`, at this model's parameters."""
        instance(chamber, "chamber", Chamber, "one of analytic.n2m1.CHAMBERS")
        return sympy.expand(chamber.loss.subs(dict(zip(PARAMETERS, map(to_sympy, self.parameters), strict=True))))

    def symbolic_loss(self) -> sympy.Piecewise:
        """K as one expression in the symbols w_1 and w_2 (`analytic.n2m1.WEIGHTS`, real), at this model's parameters: a
        rational function in each of the three chambers.

        >>> w1, w2 = WEIGHTS
        >>> SmallestModel("1/2").symbolic_loss().subs({w1: 1, w2: -1})
        1/12
        """
        return sympy.Piecewise(*((self.chamber_loss(chamber), chamber.condition) for chamber in CHAMBERS))

    def critical_points(self) -> CriticalPoints:
        """All critical points, by increasing loss, ±W listed once (see the module for how none is lost)."""
        return CriticalPoints(_critical_points(*self.parameters))

    def global_minima(self) -> CriticalPoints:
        """All global minima, ±W listed once: losses are compared as algebraic numbers, so ties are ties."""
        points = self.critical_points()
        return CriticalPoints(point for point in points if point.value == points[0].value)

    def _repr_latex_(self) -> str:
        lines = [f"K &= {sympy.latex(self.chamber_loss(c))} && {sympy.latex(c.condition)}" for c in CHAMBERS]
        text = "$\\begin{aligned}" + r" \\ ".join(lines) + "\\end{aligned}$"
        return text if len(text) <= MOST_TABLE else f"$K(w_1, w_2)\\text{{ of {self!r}}}$"


@lru_cache(maxsize=1024)
def _critical_points(s: Fraction, i1: Fraction, i2: Fraction, strength: Fraction) -> tuple[CriticalPoint, ...]:
    if s == 1 or i1 == i2 == 0:
        return _penalty_alone(strength)
    parameters = (s, i1, i2, strength)
    rays = {chamber: ray(chamber, chamber.larger, parameters) for chamber in CHAMBERS}
    points = [*_on_arcs(rays), *_on_diagonal(rays), *_on_axes(rays, parameters)]
    return tuple(sorted(points, key=lambda point: point.value))


def _penalty_alone(strength: Fraction) -> tuple[CriticalPoint, ...]:
    """No data, or nothing of importance: K = 2λw₁²w₂², zero on the plane (λ = 0) or on both axes."""
    families = [(True, True)] if strength == 0 else [(True, False), (False, True)]
    return tuple(CriticalPoint((_ZERO, _ZERO), _ZERO, "minimum", "none", "origin", free) for free in families)


def _kind(rises: tuple[int, int]) -> Kind:
    """Kind of a direction from the signs of the change of φ on leaving it to either side."""
    return "minimum" if min(rises) > 0 else "saddle"


def _point(ray: Ray, chart: int, direction: RealAlgebraic, kind: Kind, place: Place) -> CriticalPoint:
    kept = ray.scale(direction)
    other = direction.image(fmpq_poly([0, 0, 1]) * ray.linear, 2 * ray.quartic)
    phase: Phase = "single" if direction.sign == 0 else "aligned" if direction.sign > 0 else "antipodal"
    squares = (kept, other) if chart == 0 else (other, kept)
    return CriticalPoint(squares, ray.loss(direction), kind, phase, place)


def _on_arcs(rays: dict[Chamber, Ray]) -> list[CriticalPoint]:
    """Roots of P strictly inside each chamber; the sign of P is followed from root to root."""
    points = []
    for chamber, own in rays.items():
        start, stop = (Fraction(0), None) if chamber is SAME_SIGN else (Fraction(-1), Fraction(0))
        sign = sign_beside(own.stationarity, start, 1)
        for root, multiplicity in real_roots(own.stationarity):
            if not rational_number(start) < root or (stop is not None and not root < rational_number(stop)):
                continue
            next_sign = -sign if multiplicity % 2 else sign
            points.append(_point(own, chamber.larger, root, _kind((sign, -next_sign)), "chamber"))
            sign = next_sign
    return points


def _on_diagonal(rays: dict[Chamber, Ray]) -> list[CriticalPoint]:
    """w₂ = −w₁: both chambers of opposite signs begin there, at ratio −1 of their own chart, and K is C¹ across."""
    stationarity = rays[OPPOSITE_FIRST].stationarity
    if stationarity(fmpq(-1)) != 0:
        return []
    other = rays[OPPOSITE_SECOND].stationarity
    rises = (-sign_beside(other, Fraction(-1), 1), -sign_beside(stationarity, Fraction(-1), 1))
    return [_point(rays[OPPOSITE_FIRST], 0, rational_number(-1), _kind(rises), "diagonal")]


def _on_axes(rays: dict[Chamber, Ray], parameters: Parameters) -> list[CriticalPoint]:
    """w₂ = 0 and w₁ = 0: kinks, or a line of critical points where the feature kept has no importance; the origin."""
    points = []
    for chamber in (OPPOSITE_FIRST, OPPOSITE_SECOND):
        own, chart = rays[chamber], chamber.larger
        beside = ray(SAME_SIGN, chart, parameters)
        if own.linear[0] == 0:
            # On this axis K = C. On one side it falls; on the other −ρL + ρ²Q, with L > 0, falls unless λ makes it
            # rise.
            free = (True, False) if chart == 0 else (False, True)
            value = rational_number(from_flint(own.constant))
            kind: Kind = "maximum" if parameters[3] == 0 else "saddle"
            points.append(CriticalPoint((_ZERO, _ZERO), value, kind, "single", "axis", free))
        elif own.stationarity(fmpq(0)) * beside.stationarity(fmpq(0)) <= 0:
            rises = (sign_beside(own.stationarity, Fraction(0), -1), -sign_beside(beside.stationarity, Fraction(0), 1))
            points.append(_point(own, chart, _ZERO, _kind(rises), "axis"))
    if all(point.isolated for point in points):
        value = rational_number(from_flint(rays[SAME_SIGN].constant))
        points.append(CriticalPoint((_ZERO, _ZERO), value, "maximum", "none", "origin"))
    return points
