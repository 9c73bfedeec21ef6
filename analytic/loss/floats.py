"""The exact loss of weights that are floats, as a minimiser or training leaves them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

from sympy import Rational

from ..exact import Exact, rational
from ..exact.rationals import entries, shown
from ..law import Law
from .network import expected_loss


def loss_of_floats(
    W: Any,
    b: Any,
    law: Law,
    importance: Sequence[Exact] | None = None,
    *,
    W_out: Any = None,
    output: str = "relu",
    target: str = "identity",
) -> Rational:
    """`analytic.loss.expected_loss` of W (m, n), b (n,) and W_out (n, m), arrays or sequences of floats: each is a rational
    number, and taken as that. `law` and `importance` are exact. ValueError for what is not finite, and as `expected_loss`.

    >>> from analytic.law import OneHot
    >>> loss_of_floats([[0.5, -0.5]], [0.0, 0.25], OneHot())
    13/96
    """
    out = None if W_out is None else _rows(W_out, "W_out")
    kind: dict[str, Any] = {"W_out": out, "output": output, "target": target}
    return expected_loss(_rows(W, "W"), entries(_listed(b), "b", _taken), law, importance, **kind)


def _rows(values: Any, name: str) -> list[tuple[Fraction, ...]]:
    return [entries(row, name, _taken) for row in entries(_listed(values), name, lambda row, name: row)]


def _listed(values: Any) -> Any:
    return values.tolist() if hasattr(values, "tolist") else values


def _taken(value: Any, name: str) -> Fraction:
    if isinstance(value, float) and isfinite(value):
        return Fraction(value)
    if isinstance(value, float):
        raise ValueError(f"{name} must hold finite numbers, got {shown(value)}")
    return rational(value, name)
