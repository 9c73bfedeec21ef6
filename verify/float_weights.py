"""The exact loss of weights that are floats, as a minimiser or training leaves them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sympy import Rational

from analytic.law import Law
from analytic.loss import expected_loss
from analytic.rational import Exact
from numeric.arguments import Floats


def loss_of_floats(W: Floats, b: Floats, law: Law, importance: Sequence[Exact] | None = None) -> Rational:
    """`analytic.loss.expected_loss` of W (m, n) and b (n,), arrays of floats: each is a rational number, and taken as that."""
    rows = [[Fraction(entry) for entry in row] for row in W.tolist()]
    return expected_loss(rows, [Fraction(entry) for entry in b.tolist()], law, importance)
