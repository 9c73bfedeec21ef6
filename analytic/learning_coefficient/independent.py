r"""K for independent features of one sparsity s, with gradient and Hessian, in rationals or balls.

With z = b + g·x for one output i, and :math:`\mu_q(\alpha) = E\, x^\alpha z_+^q/q!` (q = 0: z > 0; −1: density of z at 0),

.. math:: \partial_b K_i = 2\mu_1 - 2\mu_0(e_i), \quad \partial_{g_j} K_i = 2\mu_1(e_j) - 2\mu_0(e_i + e_j), \quad
          \partial_{g_j} \partial_{g_k} K_i = 2\mu_0(e_j + e_k) - 2\mu_{-1}(e_i + e_j + e_k),

and so for b, with nothing in place of e_k. Each is a sum over the vertices of the cube (`analytic.loss.cube`): the transform of
:math:`x^\alpha` is a product over features of :math:`s\,[\alpha_j = 0] + p \varphi^{(\alpha_j)}`, with
:math:`\varphi^{(a)} = (e^{\zeta g} - a \varphi^{(a-1)})/\zeta g`, 1/(a + 1) for g = 0, and
:math:`c\,\zeta^{-k} e^{\zeta v}` stands for :math:`c\, v_+^{k+q}/(k+q)!`.

A vertex value that is exactly 0 counts as not positive. Where z vanishes on a support (b_i = 0), K is not twice
differentiable, and what is left out, a part of E z₊², is not negative: the Hessian is then a lower bound on the one-sided
form, sharp enough where it is positive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import combinations_with_replacement
from math import factorial
from typing import Any

from flint import arb, fmpq

from ..one_sparse.pair import Kink, sign, vanishes
from ..one_sparse.potential import Derivatives, slope

Terms = dict[int, dict[int, Any]]
"""Vertex (a bit mask of features) → power k of 1/ζ → coefficient."""


def derivatives(W: Sequence[Sequence[Any]], b: Sequence[Any], importance: Sequence[fmpq], s: fmpq) -> Derivatives:
    """K and its derivatives in W (m, n) row by row, then b (n,). Cost n³ 2ⁿ. `Kink` where an own term is not differentiable."""
    m, n = len(W), len(b)
    size = (m + 1) * n
    gradient: list[Any] = [fmpq(0)] * size
    hessian: list[list[Any]] = [[fmpq(0)] * size for _ in range(size)]
    value: Any = fmpq(0)
    for i in range(n):
        row = Row([sum((line[i] * line[j] for line in W[1:]), W[0][i] * W[0][j]) for j in range(n)], b[i], i, s)
        weight = importance[i]
        value += weight * ((1 - s) / 3 - 2 * row.mean(1, (i,)) + 2 * row.mean(2, ()))
        along: list[dict[int, Any]] = [slope(W, i, j) for j in range(n)]
        along.append({m * n + i: fmpq(1)})
        first = [row.first(j) for j in range(n + 1)]
        for j in range(n + 1):
            for p, x in along[j].items():
                gradient[p] += weight * first[j] * x
        for j in range(n):
            for a in range(m):
                hessian[a * n + i][a * n + j] += weight * first[j]
                hessian[a * n + j][a * n + i] += weight * first[j]
        for j, k in combinations_with_replacement(range(n + 1), 2):
            second = weight * row.second(j, k)
            for p, x in along[j].items():
                for q, y in along[k].items():
                    hessian[p][q] += second * x * y
                    if j != k:
                        hessian[q][p] += second * x * y
    return Derivatives(W, b, value, gradient, hessian)


def penalised(found: Derivatives, strength: fmpq) -> Derivatives:
    """With 2λw₁²w₂² added, W (1, 2)."""
    ((x, y),) = found.W
    gradient, hessian = list(found.gradient), [list(row) for row in found.hessian]
    gradient[0] += 4 * strength * x * y * y
    gradient[1] += 4 * strength * x * x * y
    for i, j, second in ((0, 0, y * y), (0, 1, 2 * x * y), (1, 0, 2 * x * y), (1, 1, x * x)):
        hessian[i][j] += 4 * strength * second
    return Derivatives(found.W, found.b, found.value + 2 * strength * x * x * y * y, gradient, hessian)


class Row:
    """The moments of z for one output; index n stands for the bias."""

    def __init__(self, g: Sequence[Any], b: Any, own: int, s: fmpq) -> None:
        self.g, self.b, self.own, self.s = g, b, own, s
        self.terms = cache(self._terms)
        self.vertex = cache(self._vertex)

    def first(self, j: int) -> Any:
        factor = self._factor(j)
        return 2 * self.mean(1, factor) - 2 * self.mean(0, (self.own, *factor))

    def second(self, j: int, k: int) -> Any:
        factor = (*self._factor(j), *self._factor(k))
        return 2 * self.mean(0, factor) - 2 * self.mean(-1, (self.own, *factor))

    def mean(self, q: int, factors: tuple[int, ...]) -> Any:
        """μ_q of the product of x_j over `factors`."""
        total: Any = fmpq(0)
        for mask, row in self.terms(tuple(sorted(factors))).items():
            place = self.vertex(mask)
            for k, coefficient in row.items():
                if not vanishes(coefficient):
                    total = total + coefficient * _power(place, k + q, q)
        return total

    def _factor(self, j: int) -> tuple[int, ...]:
        return () if j == len(self.g) else (j,)

    def _vertex(self, mask: int) -> Any:
        return sum((g for j, g in enumerate(self.g) if mask >> j & 1), self.b)

    def _terms(self, factors: tuple[int, ...]) -> Terms:
        exponents, terms = Counter(factors), {0: {0: fmpq(1)}}
        for j, g in enumerate(self.g):
            terms = _times(terms, self._feature(j, g, exponents[j]))
        return terms

    def _feature(self, j: int, g: Any, exponent: int) -> Terms:
        p, off = 1 - self.s, self.s if exponent == 0 else fmpq(0)
        if g == 0:
            return {0: {0: off + p / (exponent + 1)}}
        on: dict[int, Any] = {1: 1 / g}
        low: dict[int, Any] = {1: -1 / g}
        for a in range(1, exponent + 1):
            on = {1: 1 / g, **{k + 1: -a * c / g for k, c in on.items()}}
            low = {k + 1: -a * c / g for k, c in low.items()}
        found: Terms = {0: {k: p * c for k, c in low.items()}, 1 << j: {k: p * c for k, c in on.items()}}
        if exponent == 0:
            found[0][0] = off
        return found


def _times(terms: Terms, factor: Terms) -> Terms:
    product: Terms = {}
    for mask, row in terms.items():
        for other, line in factor.items():
            into = product.setdefault(mask | other, {})
            for k, c in row.items():
                for e, d in line.items():
                    into[k + e] = into.get(k + e, fmpq(0)) + c * d
    return product


def _power(place: Any, order: int, q: int) -> Any:
    """v₊^order/order!; a step for 0, nothing for −1 off the origin. `Kink` where a density (q = −1) jumps."""
    if order > 0:
        positive = place if place > 0 else fmpq(0) if place <= 0 else arb(0).union(place.upper())
        power = positive
        for _ in range(order - 1):
            power = power * positive
        return power / factorial(order)
    side = sign(place)
    if q < 0 and side == 0:
        raise Kink("an own threshold lies at the end of an edge")
    return fmpq(int(order == 0 and side > 0))
