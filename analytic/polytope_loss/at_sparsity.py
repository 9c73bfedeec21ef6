r"""The best common norm and bias of a polytope at a sparsity, and its loss there, certified.

Columns √t v_i with unit v_i, all alike, bias b = tβ for each, independent features of density p. With L and Q of
`analytic.polytope_loss.sums` the loss of one vertex is

.. math:: K_1(t, \beta) = \tfrac p3 - 2t L(\beta) + t^2 Q(\beta), \qquad
          \min_t K_1 = \tfrac p3 - \frac{L^2}{Q} \text{ at } t = \frac LQ, \qquad
          \frac{d}{d\beta} \frac{L^2}{Q} = \frac{L\,(2L'Q - LQ')}{Q^2},

so one variable is left. Between knots 2L′Q − LQ′ is a polynomial, whose zeros are enclosed (`analytic.exact.bernstein`). Beyond
the last knot, at β = Σ c₊, ReLU never acts; as Σ c = 0 there, 2L′Q − LQ′ is linear, falls, and is 0 at β = (p/2) Σ c². That
is no later, because :math:`\Sigma c^2 \le \Sigma |c| = 2 \Sigma c_+`: L²/Q falls from the last knot on to its limit p²/4,
the dropped feature. So it is greatest at a zero or at a knot. An interval [u, v] where no zero can win is passed over:

.. math:: \frac{L^2}{Q} \le \frac{L(v)^2}{Q(u)}, \qquad
          \frac{L^2}{Q} \le E[x_1^2;\, z > 0] \le E[x_1;\, z > 0] = L'(\beta) \le L'(v),

since L, Q and L′ do not fall with β; the second is Cauchy–Schwarz.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import flint
import sympy
from flint import arb

from ..exact import Enclosure, Exact, enclosure, rational, to_flint, to_sympy
from ..exact.bernstein import zeros
from ..exact.enclosures import bits_for, refined
from ..exact.rationals import digits_of
from ..polytopes import Polytope, given_polytope
from .sums import Knot, knots, vertex_sums

MOST_BITS = 1 << 13


@dataclass(frozen=True)
class BestAtom:
    """The least loss of a polytope at a sparsity with a common norm and bias, and every norm and bias that attain it.

    `norm` is that of a column, √t; `loss` that of all its vertices together.
    """

    polytope: Polytope
    sparsity: sympy.Rational
    norm: Enclosure
    bias: Enclosure
    loss: Enclosure

    def __float__(self) -> float:
        """The loss."""
        return float(self.loss)

    def __repr__(self) -> str:
        at = f"norm {self.norm}, bias {self.bias}"
        return f"BestAtom({self.polytope.name} at s = {self.sparsity}): K = {self.loss}, {at}"


class Peak(NamedTuple):
    """The greatest L²/Q, and t and β = b/t there, as balls (β and t of all places that may attain it)."""

    gain: arb
    square_norm: arb
    beta: arb


def best_loss(polytope: Polytope, sparsity: Exact, digits: int = 30) -> BestAtom:
    """The best norm and bias, and the loss, each to a radius of 10^−digits or less, by balls of doubling precision.

    `polytope`: unit vertices that a symmetry takes to each other; 0 ≤ sparsity < 1. ValueError otherwise, and for an
    inexact sparsity. ArithmeticError where two places tie to `MOST_BITS` bits, so that norm and bias are not unique.

    >>> from analytic.polytopes import polytope
    >>> round(float(best_loss(polytope("pentagon"), "9/10").loss), 12)
    0.026305131124
    """
    s, n, digits = rational(sparsity, "sparsity"), given_polytope(polytope).gram.rows, digits_of(digits)
    if not 0 <= s < 1:
        raise ValueError(f"sparsity must lie in [0, 1), got {s}")
    target = sympy.Rational(1, 10**digits)

    def narrow(bits: int) -> BestAtom | None:
        weights = independent(vertex_sums(polytope, bits).n, to_flint(s), bits)
        peak = best_gain(polytope, weights, digits + 3, bits)
        with flint.ctx.workprec(bits):
            loss = n * (arb(to_flint(1 - s)) / 3 - peak.gain)
            values = (peak.square_norm.sqrt(), peak.square_norm * peak.beta, loss)
        if not all(value.is_finite() for value in values):
            return None
        enclosed = [*map(enclosure, values)]
        close = all(one.radius <= target for one in enclosed)
        return BestAtom(polytope, to_sympy(s), *enclosed) if close else None

    return refined(
        narrow, bits_for(digits), MOST_BITS, f"two norms and biases of the {polytope.name} tie at sparsity {s}"
    )


def independent(n: int, s: flint.fmpq, bits: int) -> list[arb]:
    """s^{n−d} p^d for d = 0, …, n: the probability that d given features are active and the n − d others are not."""
    with flint.ctx.workprec(bits):
        return [arb(s ** (n - d) * (1 - s) ** d) for d in range(n + 1)]


def best_gain(polytope: Polytope, weights: Sequence[arb], digits: int, bits: int) -> Peak:
    """The greatest L²/Q for weights of the numbers of active features: of a law, or of a part of one (E x_1 is at most
    half of its mass, which is what the argument above needs). Places to a width of 10^−digits where `bits` allow; not
    finite where they do not suffice.
    """
    with flint.ctx.workprec(bits):
        pieces = knots(vertex_sums(polytope, bits), weights)
        width = arb(10) ** -digits
        candidates = [_at_knot(left, right) for left, right in pairwise(pieces)]
        lowest = _best([gain for gain, _, _ in candidates])[0]
        for left, right in pairwise(pieces):
            candidates += _between(left, right, width, lowest)
        enough = pieces[0].cross.derivative()(pieces[0].upper) < lowest  # nothing to win up to the first knot
        if not enough or not all(gain.is_finite() for gain, _, _ in candidates):
            return Peak(*[arb("nan")] * 3)
        lower, upper = _best([gain for gain, _, _ in candidates])
        winning = [candidate for candidate in candidates if not candidate.gain < lower]
        t, beta = winning[0].square_norm, winning[0].beta
        for candidate in winning[1:]:
            t, beta = t.union(candidate.square_norm), beta.union(candidate.beta)
        return Peak(lower.union(upper), t, beta)


def _best(gains: Sequence[arb]) -> tuple[arb, arb]:
    """Both ends of the greatest of numbers in balls."""
    lower, upper = gains[0].lower(), gains[0].upper()
    for gain in gains[1:]:
        lower = gain.lower() if gain.lower() > lower else lower
        upper = gain.upper() if gain.upper() > upper else upper
    return lower, upper


def _at_knot(left: Knot, right: Knot) -> Peak:
    """L and Q do not fall, so between the ends of a knot they lie between their values there."""
    u, v = right.lower, right.upper
    cross = left.cross(u).union(right.cross(v))
    square = left.square(u).union(right.square(v))
    return Peak(cross**2 / square, cross / square, u.union(v))


def _between(left: Knot, right: Knot, width: arb, lowest: arb) -> list[Peak]:
    """Where L²/Q may be stationary between two knots and no less than `lowest`."""
    cross, square = left.cross, left.square
    slope = cross.derivative()
    rise = 2 * slope * square - cross * square.derivative()

    def beaten(u: arb, v: arb) -> bool:
        return bool(slope(v) < lowest or cross(v) ** 2 < lowest * square(u))

    found = []
    for u, v in zeros(rise, left.upper, right.lower, width, beaten):
        place = u.union(v)
        most, least = cross(place), square(place)
        found.append(Peak(most**2 / least, most / least, place))
    return found
