r"""The expected loss as an expression: one rational function of W, b, s and I in each chamber.

For feature i, z_i = b_i + Σ_j G_ij x_j takes the values v_i(S) = b_i + Σ_{j∈S} G_ij at the vertices of the cube. Which of
them are positive fixes a *chamber*, and there the vertex sums of `analytic.loss.cube` are rational functions. (An entry of
G = WᵀW that is zero only makes vertices coincide: the expression stays true as a limit.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import sympy
from sympy import Expr, Rational

from ..exact import Exact, rational, to_sympy
from ..exact.rationals import entries, instance, whole
from ..exact.weights import weights
from ..law import Alternatives
from .cube import expectation, transform, vertices

Mask = int
"""A set of features as a bit mask."""


@dataclass(frozen=True)
class Symbols:
    """The letters of the expressions: W (m × n), b (n), I (n), and one sparsity s."""

    W: sympy.ImmutableMatrix
    b: tuple[sympy.Symbol, ...]
    importance: tuple[sympy.Symbol, ...]
    s: sympy.Symbol

    @property
    def gram(self) -> sympy.ImmutableMatrix:
        return self.W.T * self.W

    def vertex(self, feature: int, mask: Mask) -> Expr:
        """v_i(S) as an expression."""
        n = len(self.b)
        feature, mask = whole(feature, "feature", 0, n - 1), whole(mask, "mask", 0, (1 << n) - 1)
        return self.b[feature] + sum(self.gram[feature, j] for j in range(n) if mask >> j & 1)


@dataclass(frozen=True)
class LossChamber:
    """`positive[i]` are the masks of the vertices at which z_i > 0."""

    positive: tuple[frozenset[Mask], ...]

    @property
    def n(self) -> int:
        return len(self.positive)

    def conditions(self, symbols: Symbols) -> tuple[sympy.Basic, ...]:
        """The sign of every vertex value, as relations: their conjunction is the chamber with its walls at 0 taken below."""
        _letters(symbols)
        return tuple(
            value > 0 if mask in self.positive[i] else sympy.Le(value, 0)
            for i in range(self.n)
            for mask in range(1 << self.n)
            for value in [symbols.vertex(i, mask)]
        )

    def loss(self, symbols: Symbols) -> Expr:
        """K in this chamber for independent features, not simplified (`sympy.cancel` brings it to one fraction)."""
        p = 1 - _letters(symbols).s
        blocks = [Alternatives(((symbols.s, ()), (p, (i,)))) for i in range(self.n)]
        total: Expr = Rational(0)
        for i in range(self.n):
            row = [symbols.gram[i, j] for j in range(self.n)]
            value = vertices(row, symbols.b[i])
            square, cross = (
                _signed(transform(row, blocks, sympy.sympify, weighted), value, power, self.positive[i])
                for weighted, power in ((None, 2), (i, 1))
            )
            total += symbols.importance[i] * (p / 3 - 2 * cross + square)
        return total


def symbols_for(n: int, m: int) -> Symbols:
    """Letters for n features in m dimensions; w_1, …, w_n for the only row where m = 1."""
    n, m = whole(n, "n", 1), whole(m, "m", 1)
    names = [[f"w_{j + 1}" if m == 1 else f"W_{a + 1}{j + 1}" for j in range(n)] for a in range(m)]
    W = sympy.ImmutableMatrix([[sympy.Symbol(name, real=True) for name in row] for row in names])
    b = tuple(sympy.Symbol(f"b_{j + 1}", real=True) for j in range(n))
    importance = tuple(sympy.Symbol(f"I_{j + 1}", nonnegative=True) for j in range(n))
    return Symbols(W, b, importance, sympy.Symbol("s", nonnegative=True))


def chamber_at(W: Sequence[Sequence[Exact]], b: Sequence[Exact]) -> LossChamber:
    """The chamber that contains a point, exact rationals W (m, n) and b (n,). A vertex value of 0 counts as not positive."""
    rows = weights(W, rational)
    n = len(rows[0])
    bias = entries(b, "b", rational, n)
    gram = [[sum((line[i] * line[j] for line in rows), Fraction(0)) for j in range(n)] for i in range(n)]
    positive = []
    for i in range(n):
        value = vertices(gram[i], bias[i])
        positive.append(frozenset(mask for mask in range(1 << n) if value(mask) > 0))
    return LossChamber(tuple(positive))


def n2m1_chambers() -> tuple[tuple[LossChamber, sympy.ImmutableMatrix], ...]:
    """All chambers of n = 2, m = 1 with bias, each with a point (w₁, w₂, b₁, b₂) inside it.

    Complete: the order of the four vertex values of feature i, less b_i, depends only on the sign of w₁w₂ and on which of
    |w₁|, |w₂| is larger (four cases), and then which are positive depends only on where −b_i lies among them (five places).
    """
    found: dict[LossChamber, sympy.ImmutableMatrix] = {}
    for w in ((2, 1), (1, 2), (2, -1), (1, -2)):
        places = []
        for i in (0, 1):
            sums = sorted(w[i] * (w[0] * a + w[1] * c) for a, c in product((0, 1), repeat=2))
            middles = [Fraction(low + high, 2) for low, high in pairwise(sums)]
            places.append([Fraction(sums[0] - 1), *middles, Fraction(sums[-1] + 1)])
        for first, second in product(*places):
            b = (-first, -second)
            found.setdefault(chamber_at([w], b), sympy.ImmutableMatrix([*w, *map(to_sympy, b)]))
    return tuple(found.items())


def _letters(symbols: Symbols) -> Symbols:
    return instance(symbols, "symbols", Symbols, "the Symbols that symbols_for(n, m) gives")


def _signed(terms: dict[int, list[Any]], value: Any, power: int, positive: frozenset[Mask]) -> Expr:
    """E ReLU(z)^power with the positive vertices given."""
    chosen = {mask: row for mask, row in terms.items() if mask in positive}
    result: Expr = sympy.sympify(expectation(chosen, value, power, lambda v: v))
    return result
