"""How the loss of the smallest model meets across the edges of its chambers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy
from sympy import Expr, Rational

from .derivation import OPPOSITE_FIRST, OPPOSITE_SECOND, SAME_SIGN, WEIGHTS, Chamber, w1, w2


@dataclass(frozen=True)
class Edge:
    """How K meets across a chamber edge: jumps (right minus left) of value, gradient and Hessian, at a point of it.

    The edge is `where` with the other weight free, `between` two chambers. A zero jump is an identity in all symbols.
    """

    between: tuple[str, str]
    where: tuple[sympy.Symbol, Expr]
    value_jump: Expr
    gradient_jump: tuple[Expr, Expr]
    hessian_jump: tuple[Expr, Expr, Expr]


@lru_cache(maxsize=1)
def edges() -> tuple[Edge, ...]:
    """The three edges: the diagonal |w₁| = |w₂| (w₂ = −w₁), and the axes w₂ = 0 and w₁ = 0."""
    return (
        _edge(OPPOSITE_SECOND, OPPOSITE_FIRST, w2, -w1),
        _edge(OPPOSITE_FIRST, SAME_SIGN, w2, Rational(0)),
        _edge(OPPOSITE_SECOND, SAME_SIGN, w1, Rational(0)),
    )


def _edge(left: Chamber, right: Chamber, symbol: sympy.Symbol, value: Expr) -> Edge:
    difference = right.loss - left.loss

    def at_edge(expression: Expr) -> Expr:
        return sympy.factor(sympy.cancel(expression).subs(symbol, value))

    first = [difference.diff(w) for w in WEIGHTS]
    return Edge(
        (left.name, right.name),
        (symbol, value),
        at_edge(difference),
        (at_edge(first[0]), at_edge(first[1])),
        (at_edge(first[0].diff(w1)), at_edge(first[0].diff(w2)), at_edge(first[1].diff(w2))),
    )
