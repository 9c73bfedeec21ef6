"""The minimisers of the smallest model with bias: enclosures of their weights and biases, and their phase."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import isqrt
from typing import Literal, NamedTuple

import flint
from flint import arb

from ...exact import to_flint
from ...exact.enclosures import ball_ends
from ...printed import enclosed
from .angle import ONE, Angle
from .linear import Piece, polynomials, wedge_box, wedges, x, y
from .point import PRECISION, Box, Candidate, pinned, reduced
from .search import Cover, Target

Phase = Literal["drop", "partial antipodal", "strong antipodal", "undecided"]
Interval = tuple[Fraction, Fraction]
_ZERO = (Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Minimiser:
    """Intervals that hold (w₁, w₂) and (b₁, b₂) of a global minimiser, with one of the weights positive.

    `unique`: there is just one in them. `symmetric`: w₂ = −w₁ and b₁ = b₂ exactly, proved. `kept`: the features stored.
    """

    weights: tuple[Interval, Interval]
    biases: tuple[Interval, Interval]
    unique: bool
    symmetric: bool
    phase: Phase
    kept: tuple[int, ...]

    def __repr__(self) -> str:
        w, b = (", ".join(enclosed(*ends) for ends in pair) for pair in (self.weights, self.biases))
        return f"Minimiser({self.phase}): W = ({w}), b = ({b}){', unique there' if self.unique else ''}"

    def swapped(self) -> Minimiser:
        """The same with the features exchanged, for equal importances; the stronger weight stays positive."""
        return replace(
            self,
            weights=(self.weights[1], self.weights[0]),
            biases=(self.biases[1], self.biases[0]),
            kept=tuple(sorted(3 - feature for feature in self.kept)),
        )


class Located(NamedTuple):
    """What is known of the minimisers in one place, and where one is proved unique there, bounds on its loss."""

    minimiser: Minimiser
    loss: Interval | None


def dropping(model: Angle, chart: int, alike: bool) -> list[Minimiser]:
    """w = 1 and b = 0 for one feature, w = 0 and b = p/2, the mean, for the other."""
    one, mean = (Fraction(1), Fraction(1)), (model.density / 2, model.density / 2)
    kept = Minimiser((one, _ZERO), (_ZERO, mean), True, False, "drop", (1,))
    return [kept, kept.swapped()] if alike else [kept.swapped() if chart else kept]


def clusters(model: Angle, covered: Cover, alike: bool) -> list[Box]:
    """Boxes of (e, β₁, β₂) that hold every minimiser of a chart but that which drops a feature: what is not proved to lie above
    the minimum, put together where it touches. With features alike, a box that meets e = 1 holds its mirror image."""
    boxes = [_cell_box(cell) for cell in covered.near] + [_piece_box(model, piece) for piece in covered.pieces]
    if alike:
        boxes = [_with_mirror(box) if box[0][1] == 1 else box for box in boxes]
    found: list[Box] = []
    for box in boxes:
        while joined := [other for other in found if _touch(box, other)]:
            for other in joined:
                found.remove(other)
                box = _hull(box, other)
        found.append(box)
    return found


def located(model: Angle, box: Box, point: Candidate | None, target: Target, chart: int) -> Located:
    """The minimisers in a box of (e, β₁, β₂): one, where the loss is strictly convex there, and then its loss."""
    single = pinned(model, box, point) if point is not None and _near(box, point) else None
    at, scale = (single.at, single.scale) if single else (box, _scale(model, box, target))
    symmetric = single is not None and model.first == model.second and box[0][0] < 1 < box[0][1]
    weights = _square_root(scale), _negative(_product(at[0], _square_root(scale)))
    biases = _product(scale, at[1]), _product(scale, at[2])
    found = Minimiser(weights, biases, single is not None, symmetric, _phase(at), (1, 2))
    return Located(found.swapped() if chart else found, (single.lower, single.upper) if single else None)


def _phase(at: Box) -> Phase:
    """Whether both outputs are clipped, β₁, β₂ < e, or that of the weaker feature never is, β₂ > e."""
    e, first, second = at
    if first[1] < e[0] and second[1] < e[0]:
        return "strong antipodal"
    return "partial antipodal" if second[0] > e[1] else "undecided"


def _scale(model: Angle, box: Box, target: Target) -> Interval:
    r"""Bounds on t: as in the closed form where it holds, else from K ≥ I₁ (p/3) ((t − 1)/(t + 1))², t ≥ 1.

    That is the best any bias can do for feature 1 given x₂: with its kink at x₁ = 1 − l the loss is (1 − 3tl² + t(1 + t)l³)/3,
    least at l = 2/(1 + t).
    """
    with flint.ctx.workprec(PRECISION):
        try:
            balls = [arb(to_flint(low)).union(arb(to_flint(high))) for low, high in box]
            return ball_ends(reduced(model, balls)[1].value)
        except ValueError:
            high = Fraction(1)
            while 3 * target.upper >= model.first * model.density * ((high - 1) / (high + 1)) ** 2:
                high *= Fraction(5, 4)
            return Fraction(0), high


def _cell_box(cell: tuple[int | None, ...]) -> Box:
    ends = [None if end is None else Fraction(end, ONE) for end in cell]
    low, high, l1, u1, l2, u2 = ends
    if low is None or high is None or l1 is None or u1 is None or l2 is None or u2 is None:
        raise ArithmeticError("an unbounded cell is not above the minimum")
    return (-high, -low), (l1, u1), (l2, u2)


def _piece_box(model: Angle, piece: Piece) -> Box:
    """The piece as (e, β₁, β₂), β₂ = p(1/t − e² + e)/2 being the best for the best t."""
    q, first = wedge_box(piece)
    e = -q[1], -q[0]
    with flint.ctx.workprec(PRECISION):
        at = {x: _ball(piece.x), y: _ball(piece.y)}
        square, cross = (_value(poly, at) for poly in polynomials(model, wedges()[piece.wedge]))
        ball, p = _ball(e), arb(to_flint(model.density))
        second = p / 2 * (square / cross + ball - ball * ball)
        return e, first, ball_ends(second)


def _value(poly: object, at: dict[object, arb]) -> arb:
    total = arb(0)
    for (i, j), c in poly.terms():  # type: ignore[attr-defined]
        term = arb(flint.fmpq(int(c.p), int(c.q)))
        for variable, power in ((x, i), (y, j)):
            for _ in range(power):
                term = term * at[variable]
        total = total + term
    return total


def _ball(interval: Interval) -> arb:
    return arb(to_flint(interval[0])).union(arb(to_flint(interval[1])))


def _touch(one: Box, other: Box) -> bool:
    """Whether two boxes are no farther apart than they are long."""
    return all(max(a[0], b[0]) - min(a[1], b[1]) <= a[1] - a[0] + b[1] - b[0] for a, b in zip(one, other, strict=True))


def _hull(one: Box, other: Box) -> Box:
    first, second, third = ((min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(one, other, strict=True))
    return first, second, third


def _with_mirror(box: Box) -> Box:
    """The hull of a box and of its image under w₁ ↔ w₂: (e, β₁, β₂) → (1/e, β₂/e², β₁/e²)."""
    (low, high), first, second = box
    factor = (1 / high**2, 1 / low**2)
    return _hull(box, ((1 / high, 1 / low), _product(second, factor), _product(first, factor)))


def _near(box: Box, point: Candidate) -> bool:
    """Whether the point lies in the box, or no farther than its size from it."""
    return all(low - (high - low) <= c <= high + (high - low) for (low, high), c in zip(box, point.at, strict=True))


def _product(one: Interval, other: Interval) -> Interval:
    ends = [a * b for a in one for b in other]
    return min(ends), max(ends)


def _negative(interval: Interval) -> Interval:
    return -interval[1], -interval[0]


def _square_root(interval: Interval) -> Interval:
    """Of an interval of numbers ≥ 0, outwards to 2⁻¹⁶⁰."""
    unit = 1 << 160
    low, high = max(interval[0], Fraction(0)), interval[1]
    return (
        Fraction(isqrt(low.numerator * unit * unit // low.denominator), unit),
        Fraction(isqrt(high.numerator * unit * unit // high.denominator) + 1, unit),
    )
