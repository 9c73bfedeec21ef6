"""A model of the exact route, read and checked: exact weights, and the law in its blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

import sympy
from sympy import Expr

from ..exact import Exact, is_zero, rational
from ..exact.closed_forms import exact_number
from ..exact.rationals import choice, entries, instance
from ..exact.weights import Weights, sizes_known, weights
from ..law import Alternatives, Block, Law, Magnitude, Moments, Support
from .corners import UNIT_CUBE, Corners
from .linear import Aim, absolute_aim

OUTPUTS = ("relu", "linear")
TARGETS = ("identity", "absolute")
MOST_VERTICES = 1 << 12


@dataclass(frozen=True)
class Model:
    """A checked model: the rows of A, bias and importances, as SymPy numbers, and the blocks of the law; `moments` of the law
    and `aim` of the targets where the output is linear; `absolute`: targets |x|, not x.
    """

    rows: tuple[tuple[Expr, ...], ...]
    bias: tuple[Expr, ...]
    importance: tuple[Fraction, ...]
    blocks: tuple[Block, ...]
    magnitudes: tuple[Magnitude, ...]
    squares: tuple[Fraction, ...]
    moments: Moments | None = None
    aim: Aim | None = None
    absolute: bool = False

    @property
    def corners(self) -> Corners:
        return (
            UNIT_CUBE
            if set(self.magnitudes) == {Magnitude.uniform()}
            else Corners(self.magnitudes, absolute=self.absolute)
        )


def read_model(
    W: Weights,
    b: Sequence[Exact | Expr],
    law: Law,
    importance: Sequence[Exact] | None,
    W_out: Weights | None = None,
    output: str = "relu",
    target: str = "identity",
) -> Model:
    product = _product(W, W_out)
    n = product.cols
    bias = entries(b, "b", exact_number, n)
    instance(law, "law", Law, "a law of analytic.law, such as Independent('9/10')")
    values = entries([1] * n if importance is None else importance, "importance", rational, n)
    if negative := [value for value in values if value < 0]:
        raise ValueError(f"importance must not be negative, got {negative[0]}")
    linear = choice(output, "output", OUTPUTS) == "linear"
    absolute = choice(target, "target", TARGETS) == "absolute"
    if not linear and (count := vertex_count(law, n)) > MOST_VERTICES:
        raise ValueError(
            f"n = {n} features under this law have {count} vertices, too many for the exact route (at most "
            f"{MOST_VERTICES}): use numeric.population.expected_loss"
        )
    moments = law.moments(n) if linear else None
    return Model(
        tuple(tuple(_simplified(product[i, j]) for j in range(n)) for i in range(n)),
        bias,
        values,
        law.blocks(n),
        law.magnitudes(n),
        law.squares(n),
        moments,
        _aim(law, n, moments, absolute),
        absolute,
    )


def _aim(law: Law, n: int, moments: Moments | None, absolute: bool) -> Aim | None:
    if moments is None:
        return None
    return absolute_aim(law, n) if absolute else Aim(moments.mean, moments.product)


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


def vertex_count(law: Law, n: int) -> int:
    """Of the vertex sums of a law of n features: 2ⁿ for independent ones that are uniform on [0, 1] or of one value; 3ⁿ where
    they are uniform on [a, b], a ≠ 0.
    """
    each = [len(magnitude.corners) for magnitude in law.magnitudes(n)]
    return prod(block.corners(each.__getitem__) for block in law.blocks(n))


@dataclass(frozen=True)
class Certain(Law):
    """Exactly the features of `support` are active."""

    support: Support

    def blocks(self, n: int) -> tuple[Block, ...]:
        return (Alternatives(((Fraction(1), self.support),)),)


def given_support(model: Model, support: Support) -> Model:
    """The model under the condition that exactly `support` is active."""
    n = len(model.bias)
    squares = tuple(one.square if i in support else Fraction(0) for i, one in enumerate(model.magnitudes))
    return replace(model, blocks=Certain(support).blocks(n), squares=squares)
