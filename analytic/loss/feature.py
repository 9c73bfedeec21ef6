r"""The loss of one of two features in one dimension, with bias, chamber by chamber and without cancellation.

With z = a x₁ + c x₂ + b (a ≥ 0 the feature's own slope, c the other's, of either sign) the loss of importance 1 is

.. math:: h(a, c, b) = E(x_1 - z^+)^2 = \tfrac p3 - 2 E\,x_1 z^+ + E (z^+)^2,

and K of the smallest model is I₁ h(w₁², w₁w₂, b₁) + I₂ h(w₂², w₁w₂, b₂) + 2λ w₁² w₂². Which of the vertex values b, b + a,
b + c, b + a + c are positive fixes a chamber; there are nine. In each, h is a Laurent polynomial in a, c and d, the
vertex value that is `nearest` to the line z = 0 on a side that it has for itself. Nothing is larger in it than the loss: where
a or c is divided by, |d| is smaller than it. So floats keep their digits, which they lose in the vertex sum as a or c → 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy
from sympy import Expr, Rational

from ..law import Alternatives
from .cube import expectation, transform, vertices

a, c, b, d, p = sympy.symbols("a c b d p", real=True)
VARIABLES = (d, a, c, p)

_NEAREST = {0: 3, 2: 1, 3: 0, 8: 3, 10: 1, 11: 2, 12: 2, 14: 0, 15: 0}
"""Positive vertices → the vertex whose value is d. A vertex is a bit mask of active features, a chamber one of vertices."""


@dataclass(frozen=True)
class FeatureChamber:
    """`positive`: bit k is set where the vertex value of mask k is positive: b, b + a, b + c, b + a + c for k = 0, …, 3.

    `nearest` is the k of d.
    """

    positive: int
    nearest: int

    @property
    def loss(self) -> Expr:
        """h in d, a, c and the density p."""
        return _loss(self.positive, self.nearest)

    def derivative(self, expression: Expr, by: sympy.Symbol) -> Expr:
        """Of an expression in (d, a, c) by a, c or b, the others of these three held."""
        moves = by == b or (by == a and self.nearest & 1) or (by == c and self.nearest & 2)
        along: Expr = expression.diff(d) if moves else Rational(0)
        return along if by == b else along + expression.diff(by)

    @property
    def jet(self) -> tuple[Expr, ...]:
        """h, then its derivatives by a, c, b, and by aa, ac, ab, cc, cb, bb."""
        first = [self.derivative(self.loss, by) for by in (a, c, b)]
        second = [self.derivative(first[i], by) for i in range(3) for by in (a, c, b)[i:]]
        return (self.loss, *first, *second)


@lru_cache(maxsize=16)
def _loss(positive: int, nearest: int) -> Expr:
    value = vertices([a, c], b)
    blocks = [Alternatives(((1 - p, ()), (p, (j,)))) for j in (0, 1)]
    square, cross = (
        expectation(
            {
                mask: row
                for mask, row in transform([a, c], blocks, sympy.sympify, weighted).items()
                if positive >> mask & 1
            },
            value,
            power,
            lambda v: v,
        )
        for weighted, power in ((None, 2), (0, 1))
    )
    whole = p / 3 - 2 * sympy.sympify(cross) + sympy.sympify(square)
    return sympy.expand(whole.subs(b, d - (nearest & 1) * a - (nearest >> 1) * c))


FEATURE_CHAMBERS = tuple(FeatureChamber(positive, nearest) for positive, nearest in _NEAREST.items())
"""All that are not empty for a ≥ 0: with c ≥ 0 the values rise from b to b + a + c, with c ≤ 0 from b + c to b + a."""


def feature_chamber(slope: Rational, other: Rational, bias: Rational) -> FeatureChamber:
    """The chamber of (a, c, b), a ≥ 0; a vertex value of 0 counts as not positive."""
    values = (bias, bias + slope, bias + other, bias + slope + other)
    positive = sum((value > 0) << k for k, value in enumerate(values))
    return next(chamber for chamber in FEATURE_CHAMBERS if chamber.positive == positive)
