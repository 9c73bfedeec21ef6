r"""The published theory of the phase diagrams: losses of fixed weights, none of them a minimum, derived.

n features in m = n − 1 dimensions, n = 2 or 3; the last feature is the extra one, of importance r, the others have 1. Each of
Elhage et al.'s settings stores features alone or as one antipodal pair, with unit columns, and drops what is left: bias E x =
p/2 for a dropped feature, 0 for the others. The published formulas are those for n = 2; for n = 3 these are the settings of
the same kind. Every feature's loss is a polynomial in p of degree at most n + 2 (probabilities of supports times a square in
the bias), so that the exact loss at n + 3 densities gives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import sympy
from sympy import Expr, Rational

from .exact.rationals import whole
from .law import Independent
from .loss import expected_loss

density = sympy.Symbol("p", positive=True)
extra = sympy.Symbol("r", positive=True)

Phase = Literal["dropped", "alone", "antipodal"]
_COLUMNS: dict[int, dict[str, tuple[Phase, tuple[tuple[int, ...], ...]]]] = {
    2: {
        "extra dropped": ("dropped", ((1,), (0,))),
        "first dropped": ("alone", ((0,), (1,))),
        "antipodal pair": ("antipodal", ((1,), (-1,))),
    },
    3: {
        "extra dropped": ("dropped", ((1, 0), (0, 1), (0, 0))),
        "first dropped": ("alone", ((0, 0), (0, 1), (1, 0))),
        "extra in an antipodal pair": ("antipodal", ((1, 0), (0, 1), (0, -1))),
        "others an antipodal pair": ("alone", ((0, 1), (0, -1), (1, 0))),
    },
}


class MeetingPoint(NamedTuple):
    """Where all the losses are equal."""

    extra: Expr
    density: Expr
    loss: Expr


@dataclass(frozen=True)
class FixedWeights:
    """`phase`: what becomes of the extra feature; `W`: (n − 1, n); `b`: n expressions in p; `loss` in p and r, exact."""

    name: str
    phase: Phase
    W: sympy.ImmutableMatrix
    b: tuple[Expr, ...]
    loss: Expr


def fixed_weights(n: int) -> tuple[FixedWeights, ...]:
    """The settings for n features in n − 1 dimensions. ValueError unless n is 2 or 3.

    >>> [(setting.phase, setting.loss) for setting in fixed_weights(2)]
    [('dropped', -p*r*(3*p - 4)/12), ('alone', -p*(3*p - 4)/12), ('antipodal', p**2*(r + 1)/6)]
    """
    return _fixed_weights(whole(n, "n", 2, 3))


@lru_cache(maxsize=2)
def _fixed_weights(n: int) -> tuple[FixedWeights, ...]:
    found = []
    for name, (phase, columns) in _COLUMNS[n].items():
        W = sympy.ImmutableMatrix(columns).T
        b = tuple(sympy.Integer(0) if any(column) else density / 2 for column in columns)
        each = [_loss_of(i, W, b) for i in range(n)]
        found.append(FixedWeights(name, phase, W, b, sympy.factor(sum(each[:-1], extra * each[-1]))))
    return tuple(found)


def meeting_point(n: int) -> MeetingPoint:
    """The importance, the density below 1 and the loss at which the losses of `fixed_weights(n)` all are equal."""
    return _meeting_point(whole(n, "n", 2, 3))


@lru_cache(maxsize=2)
def _meeting_point(n: int) -> MeetingPoint:
    first, *others = (setting.loss for setting in _fixed_weights(n))
    ((r, p),) = sympy.solve([first - other for other in others], [extra, density])
    return MeetingPoint(r, p, first.subs({extra: r, density: p}))


def _loss_of(i: int, W: sympy.ImmutableMatrix, b: tuple[Expr, ...]) -> Expr:
    """Feature i's loss as a polynomial in p: the one of degree at most n + 2 with its exact values at n + 3 densities."""
    n = len(b)
    importance = [int(i == j) for j in range(n)]
    places = [Rational(k + 1, n + 3) for k in range(n + 3)]
    values = [expected_loss(W, [entry.subs(density, p) for entry in b], Independent(1 - p), importance) for p in places]
    return sympy.expand(sympy.interpolate(list(zip(places, values, strict=True)), density))
