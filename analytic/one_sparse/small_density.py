r"""From exactly one active feature to independent ones of density p: how far K/p lies from H/3.

Split K by the number of active features. None: Σ I b₊², with probability sⁿ. One: together p s^{n−1} H/3. Two or more: with
probability at most C(n, 2) p², and then, as 0 ≤ x ≤ 1 and 0 ≤ f_i ≤ R_i = b_i⁺ + Σ_j G_ij⁺, at most
M = Σ I_i max(1, R_i²). As 1 − s^{n−1} ≤ (n − 1) p,

.. math:: \Bigl|\frac{K - s^n \sum_i I_i (b_i^+)^2}{p} - \frac H3\Bigr| \le C p, \qquad C = \frac{n-1}{3} H + \binom n2 M .

For b ≤ 0 this is |K/p − H/3| ≤ C p. A positive bias costs Σ I b₊² with nothing active, so that K/p → ∞ as p → 0 and no
minimum of K at small p has one larger than about √p: the "+" features of H, b = 1/2c, are minima at exactly one active
feature only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

import sympy
from sympy import Rational

from ..exact import Exact, rational
from ..exact.rationals import entries
from ..exact.weights import weights
from ..law import OneHot
from ..loss import expected_loss


@dataclass(frozen=True)
class Bridge:
    """|(K − sⁿ `nothing`)/p − H/3| ≤ `constant` · p for every density p; all exact. `nothing` = Σ I b₊² is 0 for b ≤ 0."""

    potential: Rational
    constant: Rational
    nothing: Rational


def bridge(W: Sequence[Sequence[Exact]], b: Sequence[Exact], importance: Sequence[Exact] | None = None) -> Bridge:
    """H, C and Σ I b₊² of rational W (m, n), b (n,), importance (n,). ValueError for anything else.

    >>> bridge([[1, -1]], [0, 0])
    Bridge(potential=0, constant=2, nothing=0)
    """
    rows = weights(W, rational)
    n = len(rows[0])
    bias = entries(b, "b", rational, n)
    values = entries([1] * n if importance is None else importance, "importance", rational, n)
    potential = 3 * n * expected_loss(rows, bias, OneHot(), values)
    most = Fraction(0)
    for i in range(n):
        products = [sum((row[i] * row[j] for row in rows), Fraction(0)) for j in range(n)]
        reach = max(bias[i], Fraction(0)) + sum((max(g, Fraction(0)) for g in products), Fraction(0))
        most += values[i] * max(Fraction(1), reach**2)
    nothing = sum((i * max(bound, Fraction(0)) ** 2 for i, bound in zip(values, bias, strict=True)), Fraction(0))
    constant = Rational(n - 1, 3) * potential + comb(n, 2) * sympy.Rational(most)
    return Bridge(potential, constant, sympy.Rational(nothing))
