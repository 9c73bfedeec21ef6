r"""The marginal benefit of capacity in the ReLU toy model: n = 2, m = 1, no bias, one feature held at capacity C.

Here :math:`C_2 = w_2^2/(w_1^2 + w_2^2)` and C₁ = 1 − C₂ for every W ≠ 0, so holding feature 2 at C fixes |w₂/w₁|. Left
are the sign of w₁w₂, which is the phase, and the scale, whose best value is known in closed form along a ray
(`analytic.n2m1.ray`): K = K₀ − L²/4Q. With t² = C/(1 − C), up to C = ½, and features exchanged beyond, that is rational
in t ∈ (0, 1], and with P = 2L′Q − LQ′ the marginal benefit of the feature with the smaller capacity c = t²/(1 + t²) is

.. math:: -\frac{\partial K}{\partial c} = \frac{(1 + t^2)^2}{8t}\,\frac{L P}{Q^2}.

What feature 2 gains feature 1 loses: this is what is gained net, zero where both benefits are equal. Where it rises with
capacity and where it falls is the sign of a polynomial in t, so the inflection points are certified real roots.

Both phases begin at one loss, that of feature 1 alone (C = 0), and the loss at C is that minus the area under the curve
of the phase. So the phase of the model is the one with the larger area up to a zero of its curve. The first bit decides
nothing: aligned its benefit is infinite, at every sparsity.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import sympy
from flint import fmpq_poly
from sympy import Expr

from ..exact import Exact, RealAlgebraic, rational, real_roots, to_sympy
from ..exact.rationals import from_flint
from ..exact.roots import rational_number, sign_beside
from ..n2m1 import OPPOSITE_FIRST, OPPOSITE_SECOND, SAME_SIGN, Importance, SmallestModel
from ..n2m1.derivation import IMPORTANCES, penalty, s, u
from ..n2m1.ray import Ray, ray

Phase = Literal["aligned", "antipodal"]
PHASES: tuple[Phase, Phase] = ("aligned", "antipodal")
_T = fmpq_poly([0, 1])
_SPREAD = fmpq_poly([1, 0, 1])
_ZERO, _ONE = rational_number(0), rational_number(1)


@dataclass(frozen=True)
class Stretch:
    """Between capacities `start` and `stop` of feature 2 its marginal benefit is `trend`."""

    start: RealAlgebraic
    stop: RealAlgebraic
    trend: Literal["increasing", "diminishing"]

    def __repr__(self) -> str:
        return f"Stretch({self.trend} from {float(self.start):.10g} to {float(self.stop):.10g})"


@dataclass(frozen=True)
class HeldOptimum:
    """A capacity of feature 2 from which, in its phase, no small change helps, and the loss there.

    At capacity 0 or 1 one feature is stored alone, and the phase is only that of the curve.
    """

    phase: Phase
    capacity: RealAlgebraic
    value: RealAlgebraic

    @property
    def loss(self) -> Expr:
        return self.value.expression


@dataclass(frozen=True)
class HeldCapacity:
    """The best bias-free model of n = 2, m = 1 in which feature 2 has capacity C, as a function of C, in each phase.

    `sparsity` s in [0, 1), `importance` (I₁, I₂) > 0, exact; ValueError otherwise.
    """

    sparsity: Exact = field(compare=False)
    importance: Importance = field(default=(1, 1), compare=False)
    parameters: tuple[Fraction, Fraction, Fraction, Fraction] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parameters = SmallestModel(self.sparsity, self.importance).parameters
        if parameters[0] == 1:
            raise ValueError("sparsity must lie in [0, 1) for a benefit of capacity, got 1: there are no data")
        if 0 in parameters[1:3]:
            raise ValueError(f"importance must be positive for a benefit of capacity, got {self.importance}")
        object.__setattr__(self, "parameters", parameters)

    def loss(self, capacity: Exact, phase: Phase) -> Expr:
        """The least K with C₂ = `capacity` in [0, 1] and w₁w₂ > 0 (aligned) or < 0 (antipodal), exact."""
        c = rational(capacity, "capacity")
        if not 0 <= c <= 1:
            raise ValueError(f"capacity must lie in [0, 1], got {c}")
        arc, t = self._place(c, phase)
        return arc.ray.loss(t).expression

    def marginal_benefit(self, capacity: Exact, phase: Phase) -> Expr:
        """−∂K/∂C₂ of that, at a capacity in (0, 1), exact."""
        c = rational(capacity, "capacity")
        if not 0 < c < 1:
            raise ValueError(f"capacity must lie in (0, 1) for a marginal benefit, got {c}")
        arc, t = self._place(c, phase)
        benefit = t.image(arc.benefit, 8 * _T * arc.ray.quartic * arc.ray.quartic).expression
        return benefit if arc.smaller == 1 else -benefit

    def first_benefit(self, phase: Phase) -> Expr:
        """The limit of the marginal benefit of feature 2 as C₂ → 0: infinite aligned, rational antipodal."""
        arc = self._arc(phase, 1)
        if arc.benefit[0] != 0:
            return sympy.oo if arc.benefit[0] > 0 else -sympy.oo
        return to_sympy(from_flint(arc.benefit[1] / (8 * arc.ray.quartic[0] ** 2)))

    def stretches(self, phase: Phase) -> tuple[Stretch, ...]:
        """Where the marginal benefit of feature 2 rises and where it falls, from C₂ = 0 to 1, certified.

        The same holds for feature 1 at C₁ = 1 − C₂. At C₂ = ½ the curve goes from one polynomial to another, without
        a jump.
        """
        found: list[Stretch] = []
        for stretch in (*self._arc(phase, 1).stretches(), *reversed(self._arc(phase, 0).stretches())):
            if found and found[-1].trend == stretch.trend:
                stretch = Stretch(found.pop().start, stretch.stop, stretch.trend)
            found.append(stretch)
        return tuple(found)

    def inflections(self, phase: Phase) -> tuple[RealAlgebraic, ...]:
        """Capacities of feature 2 at which its marginal benefit turns from rising to falling or back."""
        return tuple(stretch.start for stretch in self.stretches(phase)[1:])

    def optima(self, phase: Phase) -> tuple[HeldOptimum, ...]:
        """Capacities where the marginal benefit goes from plus to minus, and the ends that it pushes against."""
        below, above = self._arc(phase, 1), self._arc(phase, 0)
        found = below.optima()
        if all(sign_beside(arc.stationarity, Fraction(1), -1) > 0 for arc in (below, above)):
            found = [*found, _ONE]
        places = [(below, t) for t in found] + [(above, t) for t in reversed(above.optima())]
        return tuple(HeldOptimum(phase, arc.capacity(t), arc.ray.loss(t)) for arc, t in places)

    def best(self) -> tuple[HeldOptimum, ...]:
        """The optima of least loss in both phases: what the curves predict that the model is. Ties are all listed."""
        found = sorted((o for phase in PHASES for o in self.optima(phase)), key=lambda optimum: optimum.value)
        return tuple(optimum for optimum in found if optimum.value == found[0].value)

    def _place(self, capacity: Fraction, phase: Phase) -> tuple[_Arc, RealAlgebraic]:
        """The arc that holds a capacity of feature 2, and t there."""
        smaller = 1 if 2 * capacity <= 1 else 0
        c = capacity if smaller == 1 else 1 - capacity
        return self._arc(phase, smaller), rational_number(c / (1 - c)).square_root()

    def _arc(self, phase: Phase, smaller: int) -> _Arc:
        if phase not in PHASES:
            raise ValueError(f"phase must be 'aligned' or 'antipodal', got {phase!r}")
        chart = 1 - smaller
        chamber = SAME_SIGN if phase == "aligned" else (OPPOSITE_FIRST, OPPOSITE_SECOND)[chart]
        along = ray(chamber, chart, self.parameters)
        direction = _T if phase == "aligned" else -_T
        return _Arc(smaller, Ray(along.constant, along.linear(direction), along.quartic(direction)))


@dataclass(frozen=True)
class _Arc:
    """The directions of a phase in which feature number `smaller` has the smaller capacity c = t²/(1 + t²), 0 < t < 1."""

    smaller: int
    ray: Ray

    @property
    def stationarity(self) -> fmpq_poly:
        """P, of the sign of the marginal benefit of c."""
        return self.ray.stationarity

    @property
    def benefit(self) -> fmpq_poly:
        """(1 + t²)² L P: the marginal benefit of c is this over 8t Q²."""
        return _SPREAD * _SPREAD * self.ray.linear * self.stationarity

    @property
    def bend(self) -> fmpq_poly:
        """A polynomial of the sign of the derivative of that in t, so in c: of (A/tQ²)′ t²Q³, A the benefit."""
        A, Q = self.benefit, self.ray.quartic
        return A.derivative() * _T * Q - A * (Q + 2 * _T * Q.derivative())

    def capacity(self, t: RealAlgebraic) -> RealAlgebraic:
        """The capacity of feature 2."""
        return t.image(_T * _T if self.smaller == 1 else fmpq_poly([1]), _SPREAD)

    def stretches(self) -> list[Stretch]:
        """By increasing t; `start` < `stop` are capacities of feature 2."""
        found, start = [], _ZERO
        sign = sign_beside(self.bend, Fraction(0), 1)
        turns = [t for t, times in real_roots(self.bend) if times % 2 and _ZERO < t < _ONE]
        for stop in (*turns, _ONE):
            low, high = sorted((self.capacity(start), self.capacity(stop)))
            found.append(Stretch(low, high, "increasing" if sign > 0 else "diminishing"))
            start, sign = stop, -sign
        return found

    def optima(self) -> list[RealAlgebraic]:
        """t in [0, 1) where P goes from plus to minus, or where it begins with minus."""
        sign = sign_beside(self.stationarity, Fraction(0), 1)
        found = [_ZERO] if sign < 0 else []
        for t, times in real_roots(self.stationarity):
            if times % 2 and _ZERO < t < _ONE:
                if sign > 0:
                    found.append(t)
                sign = -sign
        return found


@lru_cache(maxsize=1)
def onset_sparsity() -> Expr:
    """Equal importances: the sparsity above which the first bit of antipodal capacity helps, below which it harms.

    There `first_benefit("antipodal")`, with s as a symbol, has its one zero in (0, 1).
    """
    radial = OPPOSITE_FIRST.radial
    equal = dict.fromkeys(IMPORTANCES, sympy.Integer(1)) | {penalty: sympy.Integer(0)}
    first = sympy.factor(radial.stationarity.diff(u).subs(u, 0).subs(equal))
    (root,) = (root for root in sympy.Poly(first, s).real_roots() if 0 < root < 1)
    return root
