r"""The Gaussian weight beside a curve, in balls: ∫ θ dF along it, F(R) = 1 − e^{−R/2σ²}. Over 2π: a probability.

On a piece θ is a Taylor polynomial in τ with a ball for what is left, and with k = h/2σ²

.. math:: \int \theta\, dF = k\, e^{-m/2\sigma^2} \sum_n c_n M_n, \qquad
          M_n = \int_{-1}^1 \tau^n e^{-k\tau} d\tau, \quad n M_{n-1} = e^{-k} - (-1)^n e^k + k M_n.

Downwards the recursion divides an error by n/k at each step.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import flint
from flint import arb

from ...exact.rationals import to_flint
from .fences import Piece

_BITS = 128
_MOMENTS = 72
_MOST = 12
"""Of k: pieces beyond have R/2σ² > 60 or so, and no weight."""


def total(scale: float | Fraction, low: Fraction, high: Fraction) -> arb:
    """F(high) − F(low)."""
    with flint.ctx.workprec(_BITS):
        twice = 2 * arb(to_flint(Fraction(scale))) ** 2
        return (-arb(to_flint(low)) / twice).exp() - (-arb(to_flint(high)) / twice).exp()


@lru_cache(maxsize=64)
def below(curve: tuple[Piece, ...], scale: float | Fraction) -> arb:
    """∫ θ dF along the pieces; what lies on the axis counts nothing."""
    with flint.ctx.workprec(_BITS):
        twice = 2 * arb(to_flint(Fraction(scale))) ** 2
        whole = arb(0)
        for piece in curve:
            k = arb(piece.half) / twice
            if not k < _MOST:
                whole += arb(0, arb.pi() * (-arb(piece.middle - piece.half) / twice).exp())
                continue
            parts = zip(piece.arc, _moments(k, len(piece.arc)), strict=True)
            whole += k * (-arb(piece.middle) / twice).exp() * sum((c * m for c, m in parts), arb(0))
        return whole


def _moments(k: arb, count: int) -> list[arb]:
    up, down = (-k).exp(), k.exp()
    found = [arb(0, 2 * down / (_MOMENTS + 1))]
    for n in range(_MOMENTS, 0, -1):
        found.append((up - (-1) ** n * down + k * found[-1]) / n)
    return found[: -count - 1 : -1]
