r"""Phase boundaries of the smallest model with bias, enclosed by certified points on both sides.

Importances (1, r), r ≤ 1; for r > 1 exchange the features: K(1, r, λ) = r K(1, 1/r, λ/r). For fixed s the least loss
K*(r, λ) is the infimum of functions affine in (r, λ), so it is concave, and K* ≤ rv, the loss of dropping feature 2. So
{K* = rv} is convex: for fixed λ dropping is best up to one r and never after, and for fixed r from one λ on. Where the jump
between two other phases lies nothing of the kind is known: there *a* transition lies in the enclosure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import sympy

from ...exact import Exact, rational, to_sympy
from ...exact.rationals import sparsity_between
from ...law import variance
from ...printed import enclosed
from .angle import Angle
from .certification import Certified, certify
from .forms import unstable_importance
from .point import Candidate, minima
from .search import starts

Parameter = Literal["importance", "penalty"]
Order = Literal["first", "second"]
_UNIT = Fraction(1, 10**9)
_CLOSE = Fraction(1, 10**7)


@dataclass(frozen=True)
class Boundary:
    """A transition at `parameter` in [lower, upper], with the certified minima at both ends.

    `only`: no other value of the parameter separates these phases (drop against the rest). `order`: "second" where the
    instability of dropping, an exact value, lies in the enclosure, with the minimiser closer to it than 1e-3; "first" where the
    weights at both ends lie farther apart than that.
    """

    parameter: Parameter
    lower: sympy.Rational
    upper: sympy.Rational
    below: Certified
    above: Certified
    order: Order
    only: bool

    def __repr__(self) -> str:
        phases = f"{self.below.phase} below, {self.above.phase} above"
        return f"Boundary: {self.parameter} {enclosed(self.lower, self.upper)}, of {self.order} order, {phases}"

    @property
    def jump(self) -> float:
        """How far the weight of the weaker feature moves across the enclosure."""
        ends = [min(abs(float(w[0])) for w in end.minimisers[0].weights) for end in (self.below, self.above)]
        return abs(ends[1] - ends[0])


def drop_boundary(sparsity: Exact, penalty: Exact = 0) -> Boundary | None:
    """The importance r_c ≤ 1 up to which dropping feature 2 is best, to 1e-8; None where that is so up to r = 1.

    `sparsity` in (0, 1), `penalty` ≥ 0. ArithmeticError where the points beside the value found are not certified.
    """
    s, strength = sparsity_between(sparsity), rational(penalty, "penalty")
    if strength < 0:
        raise ValueError(f"penalty must not be negative, got {strength}")
    v, local = variance(1 - s), _unstable(1 - s) + 2 * strength / variance(1 - s)
    start = min(local - _CLOSE, Fraction(1))
    lowest = _lowest(_model(1 - s, start, strength))
    if lowest is not None and lowest.loss < _scaled(start * v, start, strength):
        guess = _tie(lambda r: _model(1 - s, r, strength), lambda r: r * v, start, -_CLOSE, lowest)
    elif local >= 1:
        return None
    else:
        guess = local
    return _enclosed("importance", guess, lambda r: certify(s, (1, r), strength), lambda end: end.phase == "drop")


def penalty_boundary(sparsity: Exact, importance: Exact = 1) -> Boundary | None:
    """λ_c, the penalty from which on dropping the feature of importance r ≤ 1 is best, to 1e-8; None where that is so at 0.

    `sparsity` in (0, 1), `importance` r in (0, 1]. For r > 1: λ_c(r) = r λ_c(1/r). Errors as in `drop_boundary`.
    """
    s, r = sparsity_between(sparsity), rational(importance, "importance")
    if not 0 < r <= 1:
        raise ValueError(f"importance must lie in (0, 1], got {r}")
    v = variance(1 - s)
    local = (r - _unstable(1 - s)) * v / 2
    start = max(local + _CLOSE, Fraction(0))
    lowest = _lowest(_model(1 - s, r, start))
    if lowest is not None and lowest.loss < _scaled(r * v, r, start):
        guess = _tie(lambda strength: _model(1 - s, r, strength), lambda _: r * v, start, _CLOSE, lowest)
    elif local <= 0:
        return None
    else:
        guess = local
    return _enclosed("penalty", guess, lambda strength: certify(s, (1, r), strength), lambda end: end.phase != "drop")


def jump_boundary(sparsity: Exact) -> Boundary | None:
    """An importance r ≤ 1 at which the minimum jumps from a small weight of feature 2 to a large one, to 1e-8 (λ = 0).

    None where no two minima below the loss of dropping change places. Dense enough, this is strong | partial antipodal.
    """
    s = sparsity_between(sparsity)
    grid = [Fraction(k, 64) for k in range(1, 65)]
    previous: tuple[Fraction, Candidate] | None = None
    for r in grid:
        found = _lowest(_model(1 - s, r, Fraction(0)))
        if found is None or found.loss >= _scaled(r * variance(1 - s), r, Fraction(0)):
            continue
        if previous is not None and found.at[0] - previous[1].at[0] > Fraction(1, 5):
            return _jump(s, previous, (r, found))
        previous = r, found
    return None


def _jump(s: Fraction, before: tuple[Fraction, Candidate], after: tuple[Fraction, Candidate]) -> Boundary:
    """Follow both minima to where their losses are equal."""
    low, high, small, large = before[0], after[0], before[1], after[1]
    while high - low > _UNIT / 16:
        middle = ((low + high) / 2).limit_denominator(10**11)
        model = _model(1 - s, middle, Fraction(0))
        one, other = _followed(model, small), _followed(model, large)
        if one is None or other is None:
            raise ArithmeticError(f"the two minima at sparsity {s} do not both reach importance {float(middle)}")
        if abs(one.at[0] - other.at[0]) < Fraction(1, 1000):
            # One of the two has ended: what is left is the other.
            first = abs(one.at[0] - small.at[0]) < abs(one.at[0] - large.at[0])
            low, high, small, large = (middle, high, one, large) if first else (low, middle, small, one)
        elif one.loss < other.loss:
            low, small, large = middle, one, other
        else:
            high, small, large = middle, one, other
    middle = (small.at[0] + large.at[0]) / 2

    def is_small(end: Certified) -> bool:
        return all(abs(one.weights[1][0]) < middle * one.weights[0][0] for one in end.minimisers)

    return _enclosed("importance", high, lambda r: certify(s, (1, r)), is_small, only=False)


def _enclosed(
    parameter: Parameter,
    guess: Fraction,
    solve: Callable[[Fraction], object],
    is_below: Callable[[Certified], bool],
    only: bool = True,
) -> Boundary:
    lower = (guess / _UNIT // 1 - 4) * _UNIT
    upper = lower + 9 * _UNIT
    if lower < 0 or (parameter == "importance" and lower == 0):
        raise ArithmeticError(f"the {parameter} at which phases meet, {float(guess)}, is too near 0 to be enclosed")
    if parameter == "importance":
        upper = min(upper, Fraction(1)) if lower < 1 else upper
    ends = solve(lower), solve(upper)
    below, above = ends
    if not (isinstance(below, Certified) and isinstance(above, Certified)):
        raise ArithmeticError(f"not certified beside the {parameter} {float(guess)}")
    if not is_below(below) or is_below(above):
        raise ArithmeticError(
            f"no transition is certified at the {parameter} {float(guess)}: {below.phase}, {above.phase}"
        )
    found = Boundary(parameter, to_sympy(lower), to_sympy(upper), below, above, "first", only)
    return found if found.jump > 1e-3 else Boundary(parameter, found.lower, found.upper, below, above, "second", only)


def _tie(
    model: Callable[[Fraction], Angle],
    dropped: Callable[[Fraction], Fraction],
    start: Fraction,
    step: Fraction,
    lowest: Candidate,
) -> Fraction:
    """Where a minimum followed from `start` in growing steps no longer lies below dropping, by bisection."""

    def better(value: Fraction) -> Candidate | None:
        there = model(value)
        found = _followed(there, lowest)
        return found if found is not None and found.loss < dropped(value) * there.first else None

    good, bad = start, start + step
    while (found := better(bad)) is not None:
        good, lowest, step = bad, found, 2 * step
        bad = good + step if good + step > 0 else good / 2
    while abs(bad - good) > _UNIT / 1000:
        middle = ((good + bad) / 2).limit_denominator(10**14)
        found = better(middle)
        good, bad, lowest = (middle, bad, found) if found is not None else (good, middle, lowest)
    return (good + bad) / 2


def _model(p: Fraction, r: Fraction, strength: Fraction) -> Angle:
    scale = r.denominator * strength.denominator
    return Angle(p, scale, int(scale * r), int(scale * strength))


def _scaled(loss: Fraction, r: Fraction, strength: Fraction) -> Fraction:
    return loss * r.denominator * strength.denominator


def _unstable(p: Fraction) -> Fraction:
    return unstable_importance(1 - p)[0].limit_denominator(10**20)


def _lowest(model: Angle) -> Candidate | None:
    return _best(minima(model, starts(model)))


def _followed(model: Angle, point: Candidate) -> Candidate | None:
    return _best(minima(model, [[float(c) for c in point.at]]))


def _best(found: Iterable[Candidate]) -> Candidate | None:
    return min((c for c in found if c.at[0] > Fraction(1, 10**6)), key=lambda c: c.loss, default=None)
