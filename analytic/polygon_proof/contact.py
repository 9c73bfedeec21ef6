r"""Where the regular polygon touches the line that bounds a link: norm, bias, potential and multiplier, enclosed.

With one norm √a, one bias −aθ and neighbours at cosine C, the link costs 1 − 2aB + a²Q,

.. math:: B = (1-\theta)^2 (2+\theta)/2, \qquad Q = (1-\theta)^3 + 2 (C-\theta)^3 / C,

least at a = B/Q, and there in θ where 2B′Q = BQ′. For C = cos 2π/c the polygon costs h = c(1 − B²/Q): the features that are not
neighbours do not see each other, as their cosines and the biases are negative. The multiplier is −∂E/∂δ at that place,
2a sin(2π/c) φ_g(aC, −aθ).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import flint
from flint import arb

from ..exact.rationals import from_flint

PRECISION = 256
_STEPS = 200


@dataclass(frozen=True)
class Contact:
    """Balls around the polygon of c features: θ, a = norm², bias, C, link (h/c), h, multiplier, and the gap at which the line
    link − multiplier (δ − 2π/c) is zero."""

    features: int
    theta: arb
    squared_norm: arb
    bias: arb
    cosine: arb
    link: arb
    potential: arb
    multiplier: arb
    zero: arb

    @property
    def gap(self) -> arb:
        """2π/c."""
        with flint.ctx.workprec(PRECISION):
            return 2 * arb.pi() / self.features

    def line(self, cosine: arb) -> arb:
        """The line at the gap arccos `cosine`."""
        with flint.ctx.workprec(PRECISION):
            return self.link - self.multiplier * (cosine.acos() - self.gap)


@lru_cache(maxsize=2)
def contact(features: int) -> Contact:
    """The contact for c = 5 or 6, to some 60 digits.

    >>> round(float(contact(5).potential), 12)
    0.237384406117
    """
    with flint.ctx.workprec(PRECISION):
        cosine = (2 * arb.pi() / features).cos()
        low, high = arb(1) / 10, cosine - arb(1) / 20
        for _ in range(_STEPS):
            middle = ((low + high) / 2).mid()
            low, high = (middle, high) if _slope(middle, cosine) > 0 else (low, middle)
        if not (_slope(low, cosine) > 0 and _slope(high, cosine) < 0):
            raise ArithmeticError(f"no root θ of the stationarity of {features} features is enclosed")
        theta = low.union(high)
        b, q = _forms(theta, cosine)
        a = b / q
        link, own, seen = 1 - b * b / q, cosine - theta, 2 * cosine + theta
        # φ_g = 3(g + b)²/g − (g + b)³/g² at g = aC, b = −aθ
        multiplier = 2 * a * a * (2 * arb.pi() / features).sin() * own**2 * seen / cosine**2
        zero = 2 * arb.pi() / features + link / multiplier
        return Contact(features, theta, a, -a * theta, cosine, link, features * link, multiplier, zero)


def outward(ball: arb, bits: int) -> tuple[int, int]:
    """Whole numbers of 2^−bits below and above a ball."""
    middle, radius = from_flint(ball.mid().fmpq()), from_flint(ball.rad().fmpq())
    scale = 1 << bits
    return int((middle - radius) * scale // 1), -int(-(middle + radius) * scale // 1)


def _forms(theta: arb, cosine: arb) -> tuple[arb, arb]:
    """B and Q."""
    return (1 - theta) ** 2 * (2 + theta) / 2, (1 - theta) ** 3 + 2 * (cosine - theta) ** 3 / cosine


def _slope(theta: arb, cosine: arb) -> arb:
    """2B′Q − BQ′, the slope of B²/Q up to a positive factor."""
    b, q = _forms(theta, cosine)
    b_slope = (3 * theta**2 - 3) / 2
    q_slope = -3 * (1 - theta) ** 2 - 6 * (cosine - theta) ** 2 / cosine
    return 2 * b_slope * q - b * q_slope
