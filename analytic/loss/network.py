r"""The exact expected loss of any toy model f(x) = ReLU(WᵀWx + b) under any law of the features.

.. math:: K = \sum_i I_i \left(E x_i^2 - 2 E[x_i \mathrm{ReLU}(z_i)] + E\, \mathrm{ReLU}(z_i)^2\right), \qquad
          z = W^T W x + b,

each expectation a sum over vertices (`analytic.loss.cube`): rational for rational input, a rigorous ball for any exact real
input. Cost n² 2ⁿ for independent features, so n up to 12; beyond that `numeric.population` has K without sampling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from typing import Any

import flint
import sympy
from flint import arb, fmpq
from sympy import Expr

from ..exact import Enclosure, Exact, ball, enclosure, is_zero, rational, to_flint, to_sympy
from ..exact.closed_forms import exact_number
from ..exact.enclosures import bits_for, refined
from ..exact.rationals import digits_of, entries, from_flint, instance
from ..exact.weights import Weights, weights
from ..law import Alternatives, Block, Law, Magnitude, Support
from .corners import UNIT_CUBE, Corners
from .cube import expectation, positive_part, transform, vertices

MOST_VERTICES = 1 << 12


@dataclass(frozen=True)
class _Model:
    """A checked model: exact Gram matrix, bias and importances, as SymPy numbers, and the blocks of the law."""

    gram: tuple[tuple[Expr, ...], ...]
    bias: tuple[Expr, ...]
    importance: tuple[Fraction, ...]
    blocks: tuple[Block, ...]
    magnitudes: tuple[Magnitude, ...]
    squares: tuple[Fraction, ...]

    @property
    def corners(self) -> Corners:
        return UNIT_CUBE if set(self.magnitudes) == {Magnitude.uniform()} else Corners(self.magnitudes)


def expected_loss(
    W: Weights, b: Sequence[Exact], law: Law, importance: Sequence[Exact] | None = None
) -> sympy.Rational:
    """K, an exact rational. W: (m, n), b: (n,), importance: (n,) or None for 1, all exact rationals.

    Raises ValueError for floats, shapes that do not match, a negative importance, a law that does not fit, irrational
    entries (use `enclose_loss`), and for more vertices than `MOST_VERTICES` (n > 12 independent features: use
    `numeric.population.expected_loss`).
    """
    return _rational_loss(_model(W, b, law, importance))


def loss_by_active(
    W: Weights, b: Sequence[Exact], law: Law, importance: Sequence[Exact] | None = None
) -> tuple[sympy.Rational, ...]:
    r"""The expansion :math:`K = \sum_k K_k` in the number of active features: :math:`K_k = \sum_{|T|=k} P(T) K_T`.

    (K_0, …, K_n), exact. Same arguments and errors as `expected_loss`; costs a sum over supports more.
    """
    model = _model(W, b, law, importance)
    n = len(model.bias)
    parts = [sympy.Integer(0)] * (n + 1)
    for support, probability in law.supports(n):
        parts[len(support)] += to_sympy(probability) * _rational_loss(_given(model, support))
    return tuple(parts)


def sparse_limit(
    W: Weights, b: Sequence[Exact], importance: Sequence[Exact] | None = None
) -> tuple[int, sympy.Rational]:
    r"""The leading term of K for independent features of one density p → 0: (k, c) with K = c pᵏ + O(pᵏ⁺¹).

    k = 0 and :math:`c = \sum_i I_i \mathrm{ReLU}(b_i)^2` where a bias is positive; otherwise k = 1 and c is the sum over
    features j of the loss given that j alone is active. With unit columns and b = 0 that is the generalised Thomson
    energy :math:`\tfrac13 \sum_{i \ne j} I_i \mathrm{ReLU}(W_i \cdot W_j)^2`.
    """
    model = _model(W, b, _Certain(()), importance)
    nothing = _rational_loss(model)
    if nothing:
        return 0, nothing
    return 1, sum((_rational_loss(_given(model, (j,))) for j in range(len(model.bias))), sympy.Integer(0))


def enclose_loss(
    W: Weights,
    b: Sequence[Exact | Expr],
    law: Law,
    importance: Sequence[Exact] | None = None,
    digits: int = 30,
) -> Enclosure:
    """A rigorous ball around K: radius ≤ 10^−digits · Σ I_i E x_i², by ball arithmetic of doubling precision.

    W and b may also hold exact real SymPy numbers (roots, cosines of rational angles, `CRootOf`). Same errors as
    `expected_loss`; ArithmeticError where a vanishing entry of WᵀW cannot be told from a tiny one.
    """
    model, digits = _model(W, b, law, importance), digits_of(digits)
    scale = sum((i * e for i, e in zip(model.importance, model.squares, strict=True)), Fraction(0))
    target = to_sympy((scale or Fraction(1)) / 10**digits)

    def narrow(bits: int) -> Enclosure | None:
        with flint.ctx.workprec(bits):
            gram = [[_ball_or_zero(entry, bits) for entry in row] for row in model.gram]
            bias = [_ball_or_zero(entry, bits) for entry in model.bias]
            value = _loss(model, gram, bias, lambda p: arb(to_flint(p)), _positive_ball)
        return found if value.is_finite() and (found := enclosure(value)).radius <= target else None

    return refined(narrow, bits_for(digits), 1 << 17, "an entry of WᵀW or b is zero or too small to tell from zero")


def vertex_count(law: Law, n: int) -> int:
    """Of the vertex sums of a law of n features: 2ⁿ for independent ones that are 0, uniform on [0, 1] or of one value; 3ⁿ where
    they are uniform on [a, b], a ≠ 0.
    """
    each = [len(magnitude.corners) for magnitude in law.magnitudes(n)]
    return prod(block.corners(each.__getitem__) for block in law.blocks(n))


@dataclass(frozen=True)
class _Certain(Law):
    """Exactly the features of `support` are active."""

    support: Support

    def blocks(self, n: int) -> tuple[Block, ...]:
        return (Alternatives(((Fraction(1), self.support),)),)


def _given(model: _Model, support: Support) -> _Model:
    """The model under the condition that exactly `support` is active."""
    n = len(model.bias)
    squares = tuple(one.square if i in support else Fraction(0) for i, one in enumerate(model.magnitudes))
    return replace(model, blocks=_Certain(support).blocks(n), squares=squares)


def _rational_loss(model: _Model) -> sympy.Rational:
    for row in (*model.gram, model.bias):
        for entry in row:
            if not entry.is_Rational:
                raise ValueError(f"WᵀW and b must be rational for an exact loss, got {entry}: use enclose_loss")
    gram = [[_to_flint(entry) for entry in row] for row in model.gram]
    bias = [_to_flint(entry) for entry in model.bias]
    return to_sympy(from_flint(fmpq(_loss(model, gram, bias, to_flint, positive_part))))


def _loss(
    model: _Model,
    gram: Sequence[Sequence[Any]],
    bias: Sequence[Any],
    number: Callable[[Fraction], Any],
    positive: Callable[[Any], Any],
) -> Any:
    total, corners = number(Fraction(0)), model.corners
    for i, (row, importance) in enumerate(zip(gram, model.importance, strict=True)):
        if importance:
            vertex = vertices(row, bias[i], number, corners)
            square = expectation(transform(row, model.blocks, number, corners=corners), vertex, 2, positive)
            cross: Any = 0
            if model.squares[i]:
                mine = transform(row, model.blocks, number, weighted=i, corners=corners)
                cross = expectation(mine, vertex, 1, positive)
            total = total + number(importance) * (number(model.squares[i]) - 2 * cross + square)
    return total


def _model(W: Weights, b: Sequence[Exact | Expr], law: Law, importance: Sequence[Exact] | None) -> _Model:
    columns = sympy.Matrix(weights(W, exact_number))
    n = columns.cols
    bias = entries(b, "b", exact_number, n)
    instance(law, "law", Law, "a law of analytic.law, such as Independent('9/10')")
    values = entries([1] * n if importance is None else importance, "importance", rational, n)
    if negative := [value for value in values if value < 0]:
        raise ValueError(f"importance must not be negative, got {negative[0]}")
    if (count := vertex_count(law, n)) > MOST_VERTICES:
        raise ValueError(
            f"n = {n} features under this law have {count} vertices, too many for the exact route (at most "
            f"{MOST_VERTICES}): use numeric.population.expected_loss"
        )
    gram = (columns.T * columns).applyfunc(_simplified)
    return _Model(
        tuple(tuple(gram[i, j] for j in range(n)) for i in range(n)),
        bias,
        values,
        law.blocks(n),
        law.magnitudes(n),
        law.squares(n),
    )


def _simplified(entry: Expr) -> Expr:
    """An entry of the Gram matrix, 0 where it is proved to be."""
    return sympy.Integer(0) if is_zero(entry) else entry


def _to_flint(entry: Expr) -> fmpq:
    return fmpq(int(entry.p), int(entry.q))


def _positive_ball(value: Any) -> Any:
    """A ball around the positive part of every number in the ball. (python-flint's `arb.max` has been seen to crash.)"""
    if value >= 0:
        return value
    return fmpq(0) if value <= 0 else arb(0).union(value.upper())


def _ball_or_zero(entry: Expr, bits: int) -> Any:
    return fmpq(0) if entry == 0 else ball(entry, bits)
