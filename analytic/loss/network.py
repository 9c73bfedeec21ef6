r"""The exact expected loss of any toy model f(x) = ReLU(Ax + b) under any law of the features, A = WᵀW, or W_out W if untied.

.. math:: K = \sum_i I_i \left(E x_i^2 - 2 E[x_i \mathrm{ReLU}(z_i)] + E\, \mathrm{ReLU}(z_i)^2\right), \qquad
          z = A x + b,

with E |x_i| ReLU(z_i) in the middle where the targets are |x_i|; each expectation a sum over vertices (`analytic.loss.cube`):
rational for rational input, a rigorous ball for any exact real input. Cost n² 2ⁿ for independent features, so n up to 12; beyond
that `numeric.population` has K without sampling. With a linear output z is the output itself, K a polynomial
(`analytic.loss.linear`), and any n will do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import flint
import sympy
from flint import arb, fmpq
from sympy import Expr

from ..exact import Enclosure, Exact, ball, enclosure, to_flint, to_sympy
from ..exact.enclosures import bits_for, refined
from ..exact.rationals import digits_of, from_flint
from ..exact.weights import Weights
from ..law import Law
from .cube import expectation, positive_part, transform, vertices
from .linear import linear_row
from .model import Certain, Model, given_support, read_model


def expected_loss(
    W: Weights,
    b: Sequence[Exact],
    law: Law,
    importance: Sequence[Exact] | None = None,
    *,
    W_out: Weights | None = None,
    output: str = "relu",
    target: str = "identity",
) -> sympy.Rational:
    """K, an exact rational. W: (m, n), b: (n,), importance: (n,) or None for 1, all exact rationals. `W_out`: (n, m) of an untied
    model, whose W_in is W; None for Wᵀ. `output`: "relu", or "linear" for Ax + b itself. `target`: "identity" for E (x_i − f_i)²,
    "absolute" for E (|x_i| − f_i)².

    Raises ValueError for floats, shapes that do not match, a negative importance, a law that does not fit, irrational
    entries (use `enclose_loss`), and for more vertices than `MOST_VERTICES` (n > 12 independent features: use
    `numeric.population.expected_loss`).
    """
    return _rational_loss(read_model(W, b, law, importance, W_out, output, target))


def loss_by_active(
    W: Weights,
    b: Sequence[Exact],
    law: Law,
    importance: Sequence[Exact] | None = None,
    *,
    W_out: Weights | None = None,
) -> tuple[sympy.Rational, ...]:
    r"""The expansion :math:`K = \sum_k K_k` in the number of active features: :math:`K_k = \sum_{|T|=k} P(T) K_T`.

    (K_0, …, K_n), exact. Same arguments and errors as `expected_loss`; costs a sum over supports more.
    """
    model = read_model(W, b, law, importance, W_out)
    n = len(model.bias)
    parts = [sympy.Integer(0)] * (n + 1)
    for support, probability in law.supports(n):
        parts[len(support)] += to_sympy(probability) * _rational_loss(given_support(model, support))
    return tuple(parts)


def sparse_limit(
    W: Weights, b: Sequence[Exact], importance: Sequence[Exact] | None = None, *, W_out: Weights | None = None
) -> tuple[int, sympy.Rational]:
    r"""The leading term of K for independent features of one density p → 0: (k, c) with K = c pᵏ + O(pᵏ⁺¹).

    k = 0 and :math:`c = \sum_i I_i \mathrm{ReLU}(b_i)^2` where a bias is positive; otherwise k = 1 and c is the sum over
    features j of the loss given that j alone is active. With unit columns and b = 0 that is the generalised Thomson
    energy :math:`\tfrac13 \sum_{i \ne j} I_i \mathrm{ReLU}(W_i \cdot W_j)^2`.
    """
    model = read_model(W, b, Certain(()), importance, W_out)
    nothing = _rational_loss(model)
    if nothing:
        return 0, nothing
    return 1, sum((_rational_loss(given_support(model, (j,))) for j in range(len(model.bias))), sympy.Integer(0))


def enclose_loss(
    W: Weights,
    b: Sequence[Exact | Expr],
    law: Law,
    importance: Sequence[Exact] | None = None,
    digits: int = 30,
    *,
    W_out: Weights | None = None,
    output: str = "relu",
    target: str = "identity",
) -> Enclosure:
    """A rigorous ball around K: radius ≤ 10^−digits · Σ I_i E x_i², by ball arithmetic of doubling precision.

    W, W_out and b may also hold exact real SymPy numbers (roots, cosines of rational angles, `CRootOf`). Same errors as
    `expected_loss`; ArithmeticError where a vanishing entry of A cannot be told from a tiny one.
    """
    model, digits = read_model(W, b, law, importance, W_out, output, target), digits_of(digits)
    scale = sum((i * e for i, e in zip(model.importance, model.squares, strict=True)), Fraction(0))
    most = to_sympy((scale or Fraction(1)) / 10**digits)

    def narrow(bits: int) -> Enclosure | None:
        with flint.ctx.workprec(bits):
            rows = [[_ball_or_zero(entry, bits) for entry in row] for row in model.rows]
            bias = [_ball_or_zero(entry, bits) for entry in model.bias]
            value = _loss(model, rows, bias, lambda p: arb(to_flint(p)), _positive_ball)
        return found if value.is_finite() and (found := enclosure(value)).radius <= most else None

    return refined(narrow, bits_for(digits), 1 << 17, "an entry of WᵀW or b is zero or too small to tell from zero")


def _rational_loss(model: Model) -> sympy.Rational:
    for row in (*model.rows, model.bias):
        for entry in row:
            if not entry.is_Rational:
                raise ValueError(
                    f"WᵀW, or W_out W, and b must be rational for an exact loss, got {entry}: use enclose_loss"
                )
    rows = [[_to_flint(entry) for entry in row] for row in model.rows]
    bias = [_to_flint(entry) for entry in model.bias]
    return to_sympy(from_flint(fmpq(_loss(model, rows, bias, to_flint, positive_part))))


def _loss(
    model: Model,
    rows: Sequence[Sequence[Any]],
    bias: Sequence[Any],
    number: Callable[[Fraction], Any],
    positive: Callable[[Any], Any],
) -> Any:
    total, corners = number(Fraction(0)), model.corners
    for i, (row, importance) in enumerate(zip(rows, model.importance, strict=True)):
        if importance and model.moments is not None and model.aim is not None:
            total = total + number(importance) * linear_row(row, bias[i], i, model.moments, model.aim, number)
        elif importance:
            vertex = vertices(row, bias[i], number, corners)
            square = expectation(transform(row, model.blocks, number, corners=corners), vertex, 2, positive)
            cross: Any = 0
            if model.squares[i]:
                mine = transform(row, model.blocks, number, weighted=i, corners=corners)
                cross = expectation(mine, vertex, 1, positive)
            total = total + number(importance) * (number(model.squares[i]) - 2 * cross + square)
    return total


def _to_flint(entry: Expr) -> fmpq:
    return fmpq(int(entry.p), int(entry.q))


def _positive_ball(value: Any) -> Any:
    """A ball around the positive part of every number in the ball. (python-flint's `arb.max` has been seen to crash.)"""
    if value >= 0:
        return value
    return fmpq(0) if value <= 0 else arb(0).union(value.upper())


def _ball_or_zero(entry: Expr, bits: int) -> Any:
    return fmpq(0) if entry == 0 else ball(entry, bits)
