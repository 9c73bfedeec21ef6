r"""One output on one active input x ~ U[0, 1]: the integrals that H is a sum of, with two derivatives.

With z = gx + b and δ = 1 for a feature's own output, 0 for another's,

.. math:: \psi(g, b) = 3\int_0^1 (\delta x - z_+)^2 dx = \delta + 3\,(g^2 P_3 + 2 g b P_2 + b^2 P_1) - 6\delta\,(g P_3 + b P_2),
          \qquad P_k = \int_{z > 0} x^{k-1} dx .

z₊ vanishes where the active part of [0, 1] ends, so the first derivatives see its ends not at all and the second only
through δx: with :math:`\kappa = -b/g` where it is an end, :math:`\partial_g P_k = \kappa^k/|g|` and
:math:`\partial_b P_k = \kappa^{k-1}/|g|`.

ψ is twice continuously differentiable but for g = b = 0, where it is homogeneous of degree 2 (δ = 0) or not differentiable
(δ = 1), and for g + b = 0 with b < 0 and δ = 1, where the second derivatives jump.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Undecided(ArithmeticError):
    """A ball holds 0 without being 0: more bits may tell."""


class Kink(ArithmeticError):
    """The second derivatives do not exist."""


class Jet(NamedTuple):
    """ψ, its first derivatives (g, b) and its second (gg, gb, bb)."""

    value: Any
    first: tuple[Any, Any]
    second: tuple[Any, Any, Any]


def sign(value: Any) -> int:
    """−1, 0 or 1 of a rational or a ball; `Undecided` where the ball does not say."""
    if value > 0:
        return 1
    if value < 0:
        return -1
    if value == 0:
        return 0
    raise Undecided("a ball holds 0")


def vanishes(value: Any) -> bool:
    """Whether it is certainly 0. (`!=` of balls says whether they certainly differ: `x != 0` is no opposite of this.)"""
    return bool(value == 0)


def jet(g: Any, b: Any, own: bool) -> Jet:
    """ψ with δ = `own` at (g, b), rationals or balls. `Kink` where it is not twice differentiable, but for g = b = 0 with
    δ = 0: there all are 0, and the one-sided form is ψ itself.
    """
    start, end = _signs(g, b)
    zero = 0 * b
    if start == 0 == end and own:
        raise Kink("a column and its bias vanish together")
    if own and start < 0 == end:
        raise Kink("an own threshold lies at x = 1")
    if start <= 0 and end <= 0:
        return Jet(zero + 1 if own else zero, (zero, zero), (zero, zero, zero))
    low, high, inner = zero, zero + 1, start * end < 0
    if inner:
        kappa = -b / g
        low, high = (kappa, high) if end > 0 else (low, kappa)
    p1, p2, p3 = high - low, (high * high - low * low) / 2, (high * high * high - low * low * low) / 3
    cross, mean = g * p3 + b * p2, g * p2 + b * p1
    value, first, second = 3 * (g * cross + b * mean), [6 * cross, 6 * mean], [6 * p3, 6 * p2, 6 * p1]
    if own:
        value, first = value + 1 - 6 * cross, [first[0] - 6 * p3, first[1] - 6 * p2]
        if inner:
            size = g if end > 0 else -g
            second = [s - 6 * kappa**power / size for s, power in zip(second, (3, 2, 1), strict=True)]
    return Jet(value, (first[0], first[1]), (second[0], second[1], second[2]))


def _signs(g: Any, b: Any) -> tuple[int, int]:
    """Of z at x = 0 and at x = 1. A ball around 0 for g does not matter where b ≠ 0 decides both."""
    return sign(b), sign(g + b)
