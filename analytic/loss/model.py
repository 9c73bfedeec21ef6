"""A model of the exact route, read and checked: exact weights, and the law in its blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

import sympy
from sympy import Expr

from ..exact import Exact, is_zero, rational
from ..exact.closed_forms import exact_number
from ..exact.rationals import choice, entries, instance
from ..exact.weights import Weights, sizes_known, weights
from ..law import Block, Law, Moments, Support

OUTPUTS = ("relu", "linear")
MOST_VERTICES = 1 << 12


@dataclass(frozen=True)
class Model:
    """A checked model: the rows of A, bias and importances, as SymPy numbers, and the blocks of the law; `moments` of the law
    where the output is linear.
    """

    rows: tuple[tuple[Expr, ...], ...]
    bias: tuple[Expr, ...]
    importance: tuple[Fraction, ...]
    blocks: tuple[Block, ...]
    squares: tuple[Fraction, ...]
    moments: Moments | None = None


def read_model(
    W: Weights,
    b: Sequence[Exact | Expr],
    law: Law,
    importance: Sequence[Exact] | None,
    W_out: Weights | None = None,
    output: str = "relu",
) -> Model:
    product = _product(W, W_out)
    n = product.cols
    bias = entries(b, "b", exact_number, n)
    instance(law, "law", Law, "a law of analytic.law, such as Independent('9/10')")
    values = entries([1] * n if importance is None else importance, "importance", rational, n)
    if negative := [value for value in values if value < 0]:
        raise ValueError(f"importance must not be negative, got {negative[0]}")
    blocks, linear = law.blocks(n), choice(output, "output", OUTPUTS) == "linear"
    if not linear and (count := vertex_count(blocks)) > MOST_VERTICES:
        raise ValueError(
            f"n = {n} features under this law have {count} vertices, too many for the exact route (at most "
            f"{MOST_VERTICES}): use numeric.population.expected_loss"
        )
    return Model(
        tuple(tuple(_simplified(product[i, j]) for j in range(n)) for i in range(n)),
        bias,
        values,
        blocks,
        tuple(law.inclusion((i,), n) / 3 for i in range(n)),
        law.moments(n) if linear else None,
    )


def _product(W: Weights, W_out: Weights | None) -> sympy.Matrix:
    """A (n, n), checked."""
    if W_out is None:
        columns = sympy.Matrix(weights(W, exact_number))
        return columns.T * columns
    with sizes_known():
        inwards, out = (
            sympy.Matrix(weights(given, exact_number, name)) for given, name in ((W, "W"), (W_out, "W_out"))
        )
    if out.shape != (inwards.cols, inwards.rows):
        raise ValueError(f"W_out must have shape {(inwards.cols, inwards.rows)} to match W, got {out.shape}")
    return out * inwards


def _simplified(entry: Expr) -> Expr:
    """An entry of A, 0 where it is proved to be."""
    return sympy.Integer(0) if is_zero(entry) else entry


def vertex_count(blocks: Sequence[Block]) -> int:
    """Of the vertex sums of a law's blocks, `law.blocks(n)`: 2ⁿ for independent features."""
    return prod(1 + sum(2 ** len(features) - 1 for _, features in block) for block in blocks)


@dataclass(frozen=True)
class Certain(Law):
    """Exactly the features of `support` are active."""

    support: Support

    def blocks(self, n: int) -> tuple[Block, ...]:
        return (((Fraction(1), self.support),),)


def given_support(model: Model, support: Support) -> Model:
    """The model under the condition that exactly `support` is active."""
    n = len(model.bias)
    squares = tuple(Fraction(1, 3) if i in support else Fraction(0) for i in range(n))
    return Model(model.rows, model.bias, model.importance, Certain(support).blocks(n), squares)
