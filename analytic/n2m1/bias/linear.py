r"""Lower bounds on the loss of the smallest model with bias where the weaker feature's output is never clipped.

In the letters of `analytic.n2m1.bias.angle`: where β₂ ≥ |q|, f₂ is linear, and with the best b₂ the loss of feature 2 is
v[(1 − t q²)² + t²q²], v = p/3 − p²/4 = Var x. So K ≥ κ for every t and b₂ exactly when

.. math:: N = (I_1 p/3 + I_2 v - \kappa)\,[I_1 A + I_2 v (q^2 + q^4) + 2\lambda q^2] - [I_1 B + I_2 v q^2]^2 \ge 0,

A = E(z₁⁺)² and B = E x₁z₁⁺ at t = 1. With z = z⁺ − z⁻, where |q| + |β₁| ≤ 1 the part of z⁻ is a polynomial on each of
four wedges, 0 ≤ x ≤ ½, 0 ≤ y ≤ 1: (q, β₁) = (−x, xy), (−xy, x), (−x, −xy), (−xy, −x). There N ≥ 0 is proved by exact
Bernstein coefficients. Near q = β₁ = 0 the loss is flat when one feature is dropped: at κ = I₂v, the loss of dropping
feature 2, N is divisible by x², and N/x² > 0 proves K > κ everywhere else. Storing it in part ("partial antipodal") has its
minimum on the first wedge.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import comb, lcm
from typing import NamedTuple, TypeAlias

import sympy
from sympy import Expr, Poly, symbols

from ...exact import to_sympy
from ...law import variance
from .angle import Angle

REACH = Fraction(1, 2)
"""The region is |q|, |β₁| ≤ ½."""
MOST_PIECES = 20_000

x, y = symbols("x y", nonnegative=True)
density = symbols("p", positive=True)
_u = symbols("u")

Table: TypeAlias = list[list[int]]
"""Bernstein coefficients in (x, y), times a common positive factor."""


class Wedge(NamedTuple):
    """q and β in (x, y), A and B as polynomials in (x, y, p)."""

    q: Expr
    beta: Expr
    square: Expr
    cross: Expr


class Piece(NamedTuple):
    """A rectangle [x₀, x₁] × [y₀, y₁] of a wedge (0, …, 3)."""

    wedge: int
    x: tuple[Fraction, Fraction]
    y: tuple[Fraction, Fraction]


@lru_cache(maxsize=1)
def wedges() -> tuple[Wedge, ...]:
    r"""A and B on the four wedges, derived: with D_k the mean of ((β + q x₂)⁻)ᵏ over active x₂,

    .. math:: A = E z^2 - s^2 (\beta^-)^2 - \tfrac{sp}3 (\beta^-)^3 - sp D_2 - \tfrac{p^2}3 D_3, \qquad
              B = E x_1 z + \tfrac{sp}6 (\beta^-)^3 + \tfrac{p^2}6 D_3,

    since :math:`\int_0^1 ((x + g)^-)^2 dx = |g|^3/3` and :math:`\int_0^1 x (x + g)^- dx = |g|^3/6` for −1 ≤ g ≤ 0.
    The mean is taken from where β + q u turns negative: u = y, never, 0, 0.
    """
    p, s = density, 1 - density
    found = []
    for q, beta, start in ((-x, x * y, y), (-x * y, x, 1), (-x, -x * y, 0), (-x * y, -x, 0)):
        below = -beta if start == 0 else sympy.Integer(0)
        mean2, mean3 = (sympy.integrate(sympy.expand((-beta - q * _u) ** k), (_u, start, 1)) for k in (2, 3))
        square = p * (1 + q**2) / 3 + beta**2 + p**2 * q / 2 + p * beta * (1 + q)
        square -= s**2 * below**2 + s * p * below**3 / 3 + s * p * mean2 + p**2 * mean3 / 3
        cross = p / 3 + p**2 * q / 4 + p * beta / 2 + s * p * below**3 / 6 + p**2 * mean3 / 6
        found.append(Wedge(q, beta, sympy.expand(square), sympy.expand(cross)))
    return tuple(found)


def polynomials(model: Angle, wedge: Wedge) -> tuple[Poly, Poly]:
    """I₁A + I₂v(q² + q⁴) + 2λq² and I₁B + I₂vq² in (x, y): K = I₁p/3 + I₂v − 2t·second + t²·first."""
    p = to_sympy(model.density)
    kept = model.second * variance(p)
    q2 = wedge.q**2
    square = model.first * wedge.square.subs(density, p) + kept * (q2 + q2**2) + 2 * model.penalty * q2
    cross = model.first * wedge.cross.subs(density, p) + kept * q2
    return Poly(square, x, y), Poly(cross, x, y)


def pieces(model: Angle, upper: Fraction, lower: Fraction) -> list[Piece] | None:
    """Pieces that hold every point of the region where K ≤ upper; on them K ≥ lower. None where bisection does not prove it.

    With upper = lower = I₂v, the loss of dropping the weaker feature, an empty list says that K > upper except there.
    """
    p = model.density
    dropped = model.second * variance(p)
    found: list[Piece] = []
    for number, wedge in enumerate(wedges()):
        square, cross = polynomials(model, wedge)
        above = to_sympy(model.first * p / 3 + dropped - upper) * square - cross**2
        if upper == dropped:
            above = sympy.div(above, Poly(x**2, x, y))[0]
        near = _bisected(above, to_sympy(upper - lower) * square, number)
        if near is None:
            return None
        found += near
    return found


def proved_positive(poly: Poly) -> bool:
    """Whether bisection proves a polynomial > 0 on 0 ≤ x ≤ ½, 0 ≤ y ≤ 1."""
    return _bisected(poly, Poly(0, x, y), 0) == []


def _bisected(above: Poly, slack: Poly, wedge: int) -> list[Piece] | None:
    """Pieces on which `above` > 0 was not proved but `above` + `slack` > 0 was; None where neither can be."""
    tables = _bernstein(above, slack)
    if tables is None:
        return None
    unit = Fraction(1)
    todo = [(*tables, (Fraction(0), unit), (Fraction(0), unit))]
    near: list[Piece] = []
    for _ in range(MOST_PIECES):
        if not todo:
            return near
        table, more, across, along = todo.pop()
        if min(map(min, table)) > 0:
            continue
        if min(a + b for r, t in zip(table, more, strict=True) for a, b in zip(r, t, strict=True)) > 0:
            near.append(Piece(wedge, (across[0] * REACH, across[1] * REACH), along))
            continue
        if any(table[i][j] + more[i][j] <= 0 for i in (0, -1) for j in (0, -1)):
            return None
        vertical = _variation(table) > _variation(_transposed(table))
        for side, half, other in zip((0, 1), _halved(table, vertical), _halved(more, vertical), strict=True):
            cut = across if vertical else along
            centre = (cut[0] + cut[1]) / 2
            part = (centre, cut[1]) if side else (cut[0], centre)
            todo.append((half, other, part if vertical else across, along if vertical else part))
    return None


def _bernstein(*given: Poly) -> tuple[Table, Table] | None:
    """The coefficients of two polynomials on 0 ≤ x ≤ ½, 0 ≤ y ≤ 1 in one degree and with one factor."""
    width, height = (max(poly.degree(v) for poly in given if not poly.is_zero) for v in (x, y))
    terms = [{m: Fraction(int(c.p), int(c.q)) * REACH ** m[0] for m, c in poly.terms()} for poly in given]
    rows = [
        [
            [
                sum(
                    (
                        c * Fraction(comb(i, k) * comb(j, m), comb(width, k) * comb(height, m))
                        for (k, m), c in row.items()
                        if k <= i and m <= j
                    ),
                    Fraction(0),
                )
                for j in range(height + 1)
            ]
            for i in range(width + 1)
        ]
        for row in terms
    ]
    factor = lcm(*(c.denominator for table in rows for row in table for c in row))
    first, second = ([[int(c * factor) for c in row] for row in table] for table in rows)
    return first, second


def _halved(table: Table, vertical: bool) -> tuple[Table, Table]:
    """The coefficients on both halves, times 2^degree of the variable divided (de Casteljau without fractions)."""
    rows = _transposed(table) if vertical else table
    left, right = zip(*(_halves(row) for row in rows), strict=True)
    return (_transposed(left), _transposed(right)) if vertical else ([*left], [*right])


def _halves(row: list[int]) -> tuple[list[int], list[int]]:
    degree, left, right = len(row) - 1, [], []
    for k in range(degree + 1):
        left.append(row[0] << degree - k)
        right.append(row[-1] << degree - k)
        row = [a + b for a, b in pairwise(row)]
    return left, right[::-1]


def _transposed(table: Iterator[list[int]] | Table | tuple[list[int], ...]) -> Table:
    return [list(column) for column in zip(*table, strict=True)]


def _variation(table: Table) -> int:
    """The largest step along the first index."""
    return max((abs(a - b) for r, t in pairwise(table) for a, b in zip(r, t, strict=True)), default=0)


def wedge_box(piece: Piece) -> tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]:
    """Intervals of q and β₁ on a piece: both are monomials in x and y, up to sign."""
    found = []
    for expression in wedges()[piece.wedge][:2]:
        ends = [expression.subs({x: to_sympy(a), y: to_sympy(b)}) for a in piece.x for b in piece.y]
        values = [Fraction(int(end.p), int(end.q)) for end in ends]
        found.append((min(values), max(values)))
    return found[0], found[1]
