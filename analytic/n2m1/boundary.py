r"""The boundary between the aligned and the antipodal phase of the smallest model, by elimination.

Why no transition is lost: for positive importances an axis is never a minimum (on one side K falls with slope −I_j p²
w_i/2), so the global minima are interior to the aligned or to the antipodal directions. The least value over all
directions is continuous in s, and limits of minimisers are minimisers, so where the phase changes both phases are
minimal at once: a root of the resultant R(s) of `analytic.n2m1.elimination`. Between two neighbouring roots of R in
(0, 1) the phase is constant, and one exact solution at a rational in between names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import flint
import sympy
from flint import arb, fmpq, fmpq_mpoly, fmpz
from sympy import Expr

from ..exact import Exact, RealAlgebraic, to_flint
from ..exact.enclosures import ball_ends, bits_for, refined
from ..exact.printed import decimals, enclosed, short
from ..exact.rationals import digits_of
from ..exact.roots import rational_between, rational_number
from .critical_points import Importance, SmallestModel
from .derivation import OPPOSITE_FIRST, OPPOSITE_SECOND, SAME_SIGN, Chamber
from .elimination import RING, check_size, in_ring, in_sparsity, ties
from .points import CriticalPoint, Phase

Interval = tuple[Fraction, Fraction]
_MOST_BITS = 1 << 17
_FINE = Fraction(1, 10**40)


class Branch(NamedTuple):
    """One phase at its transition: enclosures of w₁, w₂ and of ∂K/∂s, the slope of its least loss in s."""

    w1: Interval
    w2: Interval
    slope: Interval

    def __repr__(self) -> str:
        return f"w₁ = {enclosed(*self.w1)}, w₂ = {enclosed(*self.w2)}, ∂K/∂s = {enclosed(*self.slope)}"


@dataclass(frozen=True)
class PhaseTransition:
    """A sparsity at which the global minimum changes phase: `below` for smaller s, `above` for larger.

    `value` is the critical sparsity as a real algebraic number, a root of an explicit polynomial.
    """

    model: SmallestModel
    value: RealAlgebraic
    below: Phase
    above: Phase

    def __float__(self) -> float:
        """The critical sparsity."""
        return float(self.value)

    def __repr__(self) -> str:
        _, first, second, penalty = self.model.parameters
        setting = f"({first}, {second})" + (f", penalty {penalty}" if penalty else "")
        degree = self.value.degree
        known = short(self.critical_sparsity) if degree <= 2 else decimals(self.value.enclosure(_FINE)[0])
        kind = "" if degree <= 2 else f", a root of degree {degree}"
        return f"PhaseTransition({setting}): s* = {known}{kind}, {self.below} below and {self.above} above"

    def _repr_latex_(self) -> str:
        known = (
            sympy.latex(self.critical_sparsity) if self.value.degree <= 2 else decimals(self.value.enclosure(_FINE)[0])
        )
        return f"$s^* = {known}\\;\\text{{: {self.below} below, {self.above} above}}$"

    @property
    def critical_sparsity(self) -> Expr:
        """The critical sparsity in SymPy: closed form up to degree 2, otherwise a `CRootOf`."""
        return self.value.expression

    def enclosure(self, digits: int = 30) -> Interval:
        """Rationals lower ≤ s* ≤ upper, closer than 10^−digits."""
        return self.value.enclosure(Fraction(1, 10 ** (digits_of(digits) + 1)))

    def branches(self, digits: int = 30) -> tuple[Branch, Branch]:
        """The minimum of the phase below and of the phase above, at s*, enclosed to about 10^−digits, rigorously.

        Interval Newton on P(u, s) for all s in an enclosure of s*: a direction that the Newton image of a ball lies
        inside the ball is the only root in it. Both jumps, of w and of ∂K/∂s, follow; the slopes differ, so the
        transition is of first order.
        """
        return _branch(self, self.below, digits_of(digits)), _branch(self, self.above, digits)

    def slope_jump(self, digits: int = 30) -> Interval:
        """∂K/∂s above minus ∂K/∂s below, at s*: an enclosure. The transition is of first order when it excludes 0."""
        below, above = self.branches(digits)
        return above.slope[0] - below.slope[1], above.slope[1] - below.slope[0]

    def exact_branches(self) -> tuple[tuple[Expr, Expr, Expr], tuple[Expr, Expr, Expr]]:
        """(w₁, w₂, ∂K/∂s) on both sides in closed form: for I₁ = I₂, where both directions are ±45°.

        Raises ValueError where the directions themselves depend on s* (use `branches`).
        """
        return _exact_branch(self, self.below), _exact_branch(self, self.above)


def phase_transitions(importance: Importance = (1, 1), penalty: Exact = 0) -> tuple[PhaseTransition, ...]:
    """Every change of phase of the global minimum for s in (0, 1), by increasing s, proved complete.

    `importance` > 0 and `penalty` ≥ 0 exact; ValueError otherwise (with an importance of 0 one weight is stored alone), and for
    importances more than 10¹² apart (10⁵ beside a penalty) or numbers of more than 40 digits, which would take minutes.
    """
    model = SmallestModel(0, importance, penalty)
    _, i1, i2, strength = model.parameters
    if 0 in (i1, i2):
        raise ValueError(f"importance must be positive for a phase transition, got ({i1}, {i2})")
    smaller, larger = sorted((i1, i2))
    return tuple(PhaseTransition(model, *change) for change in _changes(smaller / larger, strength / larger))


@lru_cache(maxsize=64)
def _changes(ratio: Fraction, strength: Fraction) -> tuple[tuple[RealAlgebraic, Phase, Phase], ...]:
    """Critical sparsities and the phases below and above, for importances (ratio, 1), 0 < ratio ≤ 1: K divided by the larger,
    with the features exchanged if need be, is the same model.
    """
    check_size(ratio, strength)
    candidates = ties(ratio, Fraction(1), strength)
    ends = (rational_number(0), *candidates, rational_number(1))
    between = [rational_between(lower, upper) for lower, upper in pairwise(ends)]
    phases = [SmallestModel(s, (ratio, 1), strength).global_minima()[0].phase for s in between]
    return tuple(
        (tie, below, above) for tie, (below, above) in zip(candidates, pairwise(phases), strict=True) if below != above
    )


def phase_boundary(importance: Importance = (1, 1), penalty: Exact = 0) -> PhaseTransition:
    """The one transition from aligned to antipodal. Raises ValueError where there is none, or more than one.

    >>> phase_boundary()
    PhaseTransition((1, 1)): s* = 3/43 + 4*sqrt(14)/43 = 0.417828594119…, aligned below and antipodal above
    """
    transitions = phase_transitions(importance, penalty)
    if len(transitions) != 1:
        raise ValueError(
            f"importance {importance}, penalty {penalty} has {len(transitions)} phase transitions, not one"
        )
    return transitions[0]


def _at_transition(transition: PhaseTransition, phase: Phase, digits: int = 30) -> tuple[Chamber, CriticalPoint]:
    """The chamber and the least critical point of a phase, at a rational sparsity within 10^−digits of s*."""
    _, i1, i2, strength = transition.model.parameters
    nearby = SmallestModel(sum(transition.enclosure(digits)) / 2, (i1, i2), strength)
    point = next(point for point in nearby.critical_points() if point.phase == phase)
    if phase == "aligned":
        return SAME_SIGN, point
    return (OPPOSITE_SECOND if point.squares[0] < point.squares[1] else OPPOSITE_FIRST), point


def _branch(transition: PhaseTransition, phase: Phase, digits: int) -> Branch:
    _, *numbers = transition.model.parameters
    chamber = _at_transition(transition, phase)[0]
    ray = in_ring(chamber, *(RING.constant(to_flint(v)) for v in numbers))

    def narrow(bits: int) -> Branch | None:
        point = _at_transition(transition, phase, bits // 4)[1]
        with flint.ctx.workprec(2 * bits):
            s = transition.value.ball(bits)
            direction = _newton(ray.stationarity, _direction(point, chamber, bits), s)
            if direction is None:
                return None
            square = _value(ray.linear, direction, s) / (2 * _value(ray.quartic, direction, s))
            kept = square.sqrt()
            other = direction * kept
            constant, gain, cost = (_value(polynomial.derivative("s"), direction, s) for polynomial in ray)
            slope = constant - square * gain + square * square * cost
            weights = (kept, other) if chamber.larger == 0 else (-other, -kept)
        ends = [ball_ends(ball) for ball in (*weights, slope)]
        return Branch(*ends) if all(high - low < Fraction(1, 10**digits) for low, high in ends) else None

    failure = f"the {phase} direction at the transition is not an isolated root"
    return refined(narrow, bits_for(digits), _MOST_BITS, failure)


def _direction(point: CriticalPoint, chamber: Chamber, bits: int) -> arb:
    """The direction u of a critical point in the chart of its chamber, in a ball of about bits/4 binary digits."""
    other, kept = (point.squares[i].ball(bits) for i in (1 - chamber.larger, chamber.larger))
    ratio = (other / kept).sqrt()
    return (-ratio if point.phase == "antipodal" else ratio) + arb(0, 1) * arb(fmpq(1, 1 << (bits // 4)))


def _newton(stationarity: fmpq_mpoly, ball: arb, s: arb) -> arb | None:
    """A smaller ball around the one root of P(u, s) in `ball`, for every s in its own; None where that is unproved."""
    derivative = stationarity.derivative("u")
    proved = False
    for _ in range(60):
        middle = arb(ball.mid())
        slope = _value(derivative, ball, s)
        if slope.contains(0):
            return None
        image = middle - _value(stationarity, middle, s) / slope
        if not proved and not ball.contains_interior(image):
            return None
        proved = True
        if image.rad() * 2 > ball.rad():
            return image.intersection(ball)
        ball = image.intersection(ball)
    return ball


def _value(polynomial: fmpq_mpoly, direction: arb, s: arb) -> arb:
    """The polynomial in u and s on balls, by products (a power of a ball around 0 may come back as nan)."""
    degrees = polynomial.degrees()
    u_powers, s_powers = [arb(1)], [arb(1)]
    for powers, base, degree in ((u_powers, direction, degrees[0]), (s_powers, s, degrees[2])):
        for _ in range(degree):
            powers.append(powers[-1] * base)
    return sum((arb(c) * u_powers[m[0]] * s_powers[m[2]] for m, c in polynomial.terms()), arb(0))


def _exact_branch(transition: PhaseTransition, phase: Phase) -> tuple[Expr, Expr, Expr]:
    chamber, point = _at_transition(transition, phase)
    _, i1, i2, strength = transition.model.parameters
    if i1 != i2 or point.squares[0] != point.squares[1]:
        raise ValueError(f"closed forms need weights of equal size, got importance ({i1}, {i2}): use branches(digits)")
    ray = in_ring(chamber, *(RING.constant(to_flint(v)) for v in (i1, i2, strength)))
    diagonal: dict[str | int, int | fmpz | fmpq] = {"u": 1 if phase == "aligned" else -1}
    constant, gain, cost = (in_sparsity(polynomial.subs(diagonal)) for polynomial in ray)
    s = transition.value
    square = s.image(gain, 2 * cost)
    # ∂K/∂s at fixed weights, C′ − ρL′ + ρ²Q′ with ρ = L/2Q, over the common denominator 4Q².
    numerator = 4 * cost * cost * constant.derivative() - 2 * gain * cost * gain.derivative()
    slope = s.image(numerator + gain * gain * cost.derivative(), 4 * cost * cost)
    weight = sympy.sqrt(square.expression)
    return weight, weight if phase == "aligned" else -weight, slope.expression
