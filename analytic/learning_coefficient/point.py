"""A critical point as it is given, read: its entries, and its derivatives at any precision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flint
import sympy

from ..exact import Exact, rational, to_flint
from ..exact.rationals import entries, matrix, shown
from ..law import Independent, Law, Magnitude, OneHot
from ..n2m1 import SmallestModel
from ..one_sparse import ExactEntry, Potential
from ..one_sparse.entries import at_bits, read_entry
from ..one_sparse.potential import Derivatives
from .independent import derivatives, penalised

MOST_FEATURES = 8
"""For independent features, at a cost of n³ 2ⁿ."""


@dataclass(frozen=True)
class Point:
    """A critical point: W (m, n), b (n,) or None for the model without bias, a law, importances (1 where None).

    Entries are exact numbers or enclosures of those of a critical point. `penalty`: λ of the smallest model (n = 2, m = 1,
    without bias, independent features), where 2λw₁²w₂² is added to K.
    """

    W: Sequence[Sequence[ExactEntry]]
    b: Sequence[ExactEntry] | None
    law: Law
    importance: Sequence[Exact] | None = None
    penalty: Exact = 0


@dataclass(frozen=True)
class Model:
    """A point that has been read, its entries; `balls(bits)` are its derivatives without those in b where there is no bias;
    `smallest`: the model, where it is that of `analytic.n2m1`."""

    W: tuple[tuple[ExactEntry, ...], ...]
    biased: bool
    one_sparse: bool
    balls: Callable[[int], Derivatives]
    unimportant: bool
    smallest: SmallestModel | None = None

    @property
    def m(self) -> int:
        return len(self.W)

    @property
    def n(self) -> int:
        return len(self.W[0])


def read_point(point: Any) -> Model:
    if missing := [name for name in ("W", "b", "law") if not hasattr(point, name)]:
        raise ValueError(f"point must have W, b and law, got {shown(point)} without {', '.join(missing)}")
    W = matrix(point.W, "point.W", read_entry)
    m, n = len(W), len(W[0])
    biased = point.b is not None
    b = entries(point.b, "point.b", read_entry, n) if biased else (sympy.Integer(0),) * n
    given = getattr(point, "importance", None)
    values = entries([1] * n if given is None else given, "point.importance", rational, n)
    if negative := [value for value in values if value < 0]:
        raise ValueError(f"point.importance must not be negative, got {negative[0]}")
    penalty = rational(getattr(point, "penalty", 0), "point.penalty")
    smallest = (m, n) == (1, 2) and not biased and not isinstance(point.law, OneHot)
    if penalty < 0 or (penalty > 0 and not smallest):
        raise ValueError(
            f"point.penalty must be 0, or positive for two independent features in one dimension without bias, got {penalty}"
        )
    if getattr(point.law, "magnitude", Magnitude.uniform()) != Magnitude.uniform():
        raise ValueError(f"point.law must have features that are uniform on [0, 1], got {shown(point.law)}")
    known = None
    if isinstance(point.law, OneHot):
        whole = Potential(W, b, values).balls
    elif isinstance(point.law, Independent) and not isinstance(point.law.sparsity, tuple) and n <= MOST_FEATURES:
        s = to_flint(rational(point.law.sparsity, "sparsity"))
        weights = [to_flint(value) for value in values]
        known = SmallestModel(point.law.sparsity, (values[0], values[1]), penalty) if smallest else None

        def whole(bits: int) -> Derivatives:
            rows = [[at_bits(entry, bits) for entry in row] for row in W]
            found = derivatives(rows, [at_bits(entry, bits) for entry in b], weights, s)
            return penalised(found, to_flint(penalty)) if penalty else found

    else:
        raise ValueError(
            f"point.law must be OneHot() or Independent of one sparsity for at most {MOST_FEATURES} features, "
            f"got {shown(point.law)} for {n}"
        )
    balls = _at_precision(whole, m * n, biased)
    return Model(W, biased, isinstance(point.law, OneHot), balls, 0 in values, known)


def _at_precision(whole: Callable[[int], Derivatives], edge: int, biased: bool) -> Callable[[int], Derivatives]:
    def balls(bits: int) -> Derivatives:
        with flint.ctx.workprec(bits):
            found = whole(bits)
        if biased:
            return found
        kept = [row[:edge] for row in found.hessian[:edge]]
        return Derivatives(found.W, found.b, found.value, found.gradient[:edge], kept)

    return balls
