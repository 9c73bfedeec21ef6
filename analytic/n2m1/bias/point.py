r"""A minimum of the smallest model with bias, pinned down: Newton's method, and strict convexity on a box, in balls.

In the letters of `analytic.n2m1.bias.angle`, with e = −q: the least loss on the ray is φ(e, β₁, β₂) = C − L²/Q. For a
feature with slopes (a, −e) and bias β ≥ 0, what z⁻ takes away is polynomial in d = (e − β)⁺ and h = (e − β − a)⁺:

.. math:: E (z^+)^2 = E z^2 - \frac{sp\,d^3}{3e} - p^2 \frac{d^4 - h^4}{12ae}, \qquad
          E\, x z^+ = E\, x z + p^2\, \frac{d^4 - h^4 - 4ah^3}{24a^2e},

without cancellation (derived in the tests). Where the Hessian of φ exceeds μ on a convex box that holds every minimiser
and a point with gradient of length g, there is one minimiser, within g/μ of the point, and the minimum is φ − g²/2μ or
more there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import flint
from flint import arb, fmpq

from ...exact import to_flint
from ...exact.enclosures import ball_ends
from ...exact.rationals import from_flint
from .angle import ONE, Angle
from .jet import Jet

PRECISION = 256
STEPS, PARTS = 60, 256
CONVEXITY = 2.0**-24
Box = tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction], tuple[Fraction, Fraction]]
"""Intervals of (e, β₁, β₂)."""


def reduced(model: Angle, at: Sequence[arb]) -> tuple[Jet, Jet]:
    """(φ, t) at balls (e, β₁, β₂), t the best scale L/Q. ValueError outside the domain of the closed form."""
    e, first, second = (Jet.variable(value, i) for i, value in enumerate(at))
    if not (at[0] > 0 and at[1] >= 0 and at[2] >= 0):
        raise ValueError("outside the domain of the closed form")
    one = Jet(arb(1), [arb(0)] * 3, [[arb(0)] * 3] * 3)
    square, cross = e * e * (2 * model.penalty), one * 0
    for weight, a, beta in ((model.first, one, first), (model.second, e * e, second)):
        more, less = _feature(arb(to_flint(model.density)), a, e, beta)
        square, cross = square + more * weight, cross + less * weight
    scale = cross * square.inverse()
    return -(scale * cross) + arb(to_flint(model.whole)), scale


def _feature(p: arb, a: Jet, e: Jet, beta: Jet) -> tuple[Jet, Jet]:
    """E (z⁺)² and E x z⁺."""
    s, third = 1 - p, p / 3
    square = (a * a + e * e) * third + beta * beta - a * e * (p * p / 2) + beta * (a - e) * p
    cross = a * third - e * (p * p / 4) + beta * (p / 2)
    d, h = (e - beta).positive(), (e - beta - a).positive()
    if d.value == 0:
        return square, cross
    cube, corner, over, under = d * d * d, h * h * h, e.inverse(), (a * e).inverse()
    fourth = cube * d - corner * h
    more = (fourth - a * corner * 4) * under * a.inverse() * (p * p / 24)
    return square - cube * over * (s * third) - fourth * under * (p * p / 12), cross + more


@dataclass(frozen=True)
class Candidate:
    """A point near a minimum: (e, β₁, β₂), the same as (q, β₁, β₂) in units, and a bound on the loss there from above."""

    at: tuple[Fraction, Fraction, Fraction]
    units: tuple[int, int, int]
    loss: Fraction


def candidate(model: Angle, starts: Iterable[Sequence[float]]) -> Candidate | None:
    """The lowest of the minima that Newton's method finds; None where it finds none with 0 < e ≤ 1."""
    return min(minima(model, starts), key=lambda point: point.loss, default=None)


def minima(model: Angle, starts: Iterable[Sequence[float]]) -> list[Candidate]:
    """The minima with 0 < e ≤ 1 that Newton's method finds, each once."""
    found: list[Candidate] = []
    with flint.ctx.workprec(PRECISION):
        for start in starts:
            at = _polished(model, [arb(value) for value in start])
            if at is not None and at[0] > 1 and model.first == model.second:
                at = [c.mid() for c in (1 / at[0], at[2] / at[0] ** 2, at[1] / at[0] ** 2)]
            if at is None or at[0] > 1 + 2.0**-40:
                continue
            units = [int(from_flint((c.mid() * ONE).mid().fmpq()) // 1) for c in at]
            units[0] = min(units[0], ONE)
            known = any(
                max(abs(a - b) for a, b in zip(units, (-k.units[0], *k.units[1:]), strict=True)) < 9 for k in found
            )
            if units[0] > 0 and not known:
                loss = reduced(model, [arb(fmpq(n, ONE)) for n in units])[0].value
                exact = [from_flint(c.mid().fmpq()) for c in at]
                place = (exact[0], exact[1], exact[2])
                found.append(Candidate(place, (-units[0], units[1], units[2]), ball_ends(loss)[1]))
    return found


def _polished(model: Angle, at: list[arb]) -> list[arb] | None:
    """Newton's method, damped so that the loss falls; None where it leaves the domain or does not end."""
    damping, scale = arb(0), arb(model.first + model.second)
    try:
        here = reduced(model, at)[0]
        for _ in range(STEPS):
            step = _solved(here, damping, scale)
            moved = [(a - d).mid() for a, d in zip(at, step, strict=True)]
            size = max(abs(float(d.mid())) for d in step)
            there = _or_none(model, moved)
            if there is not None and (there.value <= here.value or size < 1e-20):
                at, here, damping = moved, there, damping / 10 if damping > 1e-6 else arb(0)
                if size < 1e-45:
                    return at
            else:
                damping = damping * 10 if damping > 0 else arb(1e-3)
    except (ValueError, ZeroDivisionError):
        return None
    return None


def _or_none(model: Angle, at: Sequence[arb]) -> Jet | None:
    try:
        return reduced(model, at)[0]
    except ValueError:
        return None


def _solved(jet: Jet, damping: arb, scale: arb) -> list[arb]:
    """(|H| + damping · scale)⁻¹ ∇, with H made positive by more damping where it is not."""
    while damping < 1e6:
        shift = damping * scale
        rows = [[h + (shift if i == j else 0) for j, h in enumerate(row)] for i, row in enumerate(jet.hessian)]
        if _pivots_positive(rows):
            solution = flint.arb_mat(3, 3, [h for row in rows for h in row]).solve(flint.arb_mat(3, 1, jet.gradient))
            return [solution[i, 0] for i in range(3)]
        damping = damping * 10 if damping > 0 else arb(1e-4)
    raise ValueError("the Hessian cannot be made positive")


def _pivots_positive(rows: list[list[arb]]) -> bool:
    """Whether elimination proves a symmetric matrix positive definite."""
    rows = [[*row] for row in rows]
    for k in range(3):
        if not rows[k][k] > 0:
            return False
        for i in range(k + 1, 3):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return True


@dataclass(frozen=True)
class Pinned:
    """The one minimiser in a box: enclosures of the minimum, of (e, β₁, β₂) and of the scale t."""

    lower: Fraction
    upper: Fraction
    at: Box
    scale: tuple[Fraction, Fraction]


def pinned(model: Angle, box: Box, point: Candidate) -> Pinned | None:
    """The proof of strict convexity on the box, grown to hold the point; None where it does not close."""
    with flint.ctx.workprec(PRECISION):
        grown = [(min(low, c), max(high, c)) for (low, high), c in zip(box, point.at, strict=True)]
        centre = [arb(to_flint(c)) for c in point.at]
        if not _convex(model, (grown[0], grown[1], grown[2])):
            return None
        mu = arb(CONVEXITY)
        here = reduced(model, centre)[0]
        squared = sum((g * g for g in here.gradient), arb(0)).upper()
        near = [c + arb(0, (squared.sqrt() / mu).upper()) for c in centre]
        first, second, third = (ball_ends(c) for c in near)
        try:
            scale = ball_ends(reduced(model, near)[1].value)
        except ValueError:
            return None
        return Pinned(
            ball_ends(here.value - squared / (2 * mu))[0], ball_ends(here.value)[1], (first, second, third), scale
        )


def _convex(model: Angle, box: Box) -> bool:
    """Whether the Hessian of φ exceeds `CONVEXITY` on the box, proved by parts."""
    mu, todo = arb(CONVEXITY), [box]
    for _ in range(PARTS):
        if not todo:
            return True
        part = todo.pop()
        try:
            hessian = reduced(model, [arb(to_flint(low)).union(arb(to_flint(high))) for low, high in part])[0].hessian
        except ValueError:
            return False
        if not _pivots_positive([[h - (mu if i == j else 0) for j, h in enumerate(r)] for i, r in enumerate(hessian)]):
            todo += _divided(part)
    return False


def _divided(box: Box) -> tuple[Box, Box]:
    """Both halves across the longest edge."""
    axis = max(range(3), key=lambda i: box[i][1] - box[i][0])
    low, high = box[axis]
    parts = []
    for half in ((low, (low + high) / 2), ((low + high) / 2, high)):
        first, second, third = (half if i == axis else side for i, side in enumerate(box))
        parts.append((first, second, third))
    return parts[0], parts[1]
