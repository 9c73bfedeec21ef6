r"""The common norm and bias of a regular k-gon: every stationary point, in every chamber, for either sign of the bias.

Columns l v_i at equal angles, bias b = −θ l². With z = x − θ for the feature itself and z = cx − θ for one at cosine c,

.. math:: \frac{H}{3k} = \tfrac13 - 2 l^2 B + l^4 Q, \qquad B = \int x z_+, \qquad Q = \sum_c \int z_+^2,

least over l at l² = B/Q, with value 1/3 − B²/Q. At θ ≥ 1 nothing is active; below, B and Q are polynomials between
the breakpoints 0 and cos(2πj/k), and stationary is F = 2B′Q − BQ′ = 0. (Here Q sums over c with multiplicity.)

* θ < min c: everything is active, Σc = −1 and Σc² = k/2 − 1 over the others, so F = −(k/6)(1 + 4θ): zero at θ = −1/4 only, which
  is not below min c ≤ −1/2. No root.
* θ > 0 above all cosines: F = −θ(1 − θ)⁴/6. No root.
* θ = 0: F = (1/3) Σ_{0<c<1} c(1 − c), which is 0 for k = 3, 4 alone. There B = Q = 1/3, so l = 1, b = 0, H = 0.
* every other chamber: the Bernstein coefficients of F (`analytic.exact.bernstein`) change sign as often as is said below;
  none means no root, one means one root. Chambers are cut in two until one of these holds.

F at a breakpoint other than 0 is a ball that excludes 0. So `isolated` is complete, and `polygons` says whether there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import flint
from flint import arb, arb_poly, fmpq

from ..exact.bernstein import bernstein

BITS = 192
_DEEPEST = 60
_THETA = arb_poly([0, 1])


@dataclass(frozen=True)
class Isolated:
    """One root θ of F for k corners: alone in [lower, upper] (exact rationals) of the chamber whose cosines above θ > 0, or below
    θ < 0, are the first `active` of the levels; F has `sign` at `lower`. `wall`: θ = 0 for k = 3, 4.
    """

    k: int
    chamber: int
    lower: fmpq
    upper: fmpq
    sign: int
    wall: bool = False

    def theta(self, bits: int) -> arb:
        """By bisection to the accuracy of floats, Newton's method from there, and signs on both sides of the result."""
        if self.wall:
            return arb(0)
        with flint.ctx.workprec(bits):
            F = _pieces(self.k, self.chamber)[2]
            slope, low, high = F.derivative(), arb(self.lower), arb(self.upper)
            for _ in range(60):
                middle = ((low + high) / 2).mid()
                low, high = (middle, high) if F(middle) * self.sign > 0 else (low, middle)
            point = ((low + high) / 2).mid()
            for _ in range(bits.bit_length()):
                point = (point - F(point) / slope(point)).mid()
            return self._around(F, point, bits)

    def _around(self, F: arb_poly, point: arb, bits: int) -> arb:
        radius = arb(2) ** (24 - bits)
        while not (F(point - radius) * self.sign > 0 and F(point + radius) * self.sign < 0):
            radius = radius * 16
            if radius > 1:
                raise ArithmeticError(f"{bits} bits do not tell the threshold of the {self.k}-gon")
        if not (point - radius > arb(self.lower) and point + radius < arb(self.upper)):
            raise ArithmeticError(f"{bits} bits do not keep the threshold of the {self.k}-gon in its chamber")
        return arb(point, radius)

    def moments(self, bits: int) -> tuple[arb, arb, arb]:
        """θ, B and Q."""
        theta = self.theta(bits)
        with flint.ctx.workprec(bits):
            if self.wall:
                return theta, arb(1) / 3, arb(1) / 3
            B, Q, _ = _pieces(self.k, self.chamber)
            return theta, B(theta), Q(theta)


def cosine(j: int, k: int) -> arb:
    """cos 2πj/k, exact where it is 0 or ±1."""
    return arb.cos_pi_fmpq(fmpq(2 * j, k))


def sine(j: int, k: int) -> arb:
    """sin 2πj/k, exact where it is 0 or ±1."""
    return arb.sin_pi_fmpq(fmpq(2 * j, k))


@lru_cache(maxsize=512)
def isolated(k: int) -> tuple[Isolated, ...]:
    """Every stationary threshold of the k-gon, each alone in its interval."""
    found = [Isolated(k, 0, fmpq(0), fmpq(0), 0, wall=True)] if k <= 4 else []
    with flint.ctx.workprec(BITS):
        ends = _breakpoints(k)
        for chamber, (low, high) in enumerate(pairwise(ends)):
            F = _pieces(k, chamber)[2]
            if k <= 4 and high == 0:
                F = arb_poly(F.coeffs()[1:])  # F(0) = 0: its constant coefficient is 0 exactly, and F/θ is left
            found += [Isolated(k, chamber, *root) for root in _roots(F, low, high)]
    return tuple(found)


def _levels(k: int) -> list[tuple[arb, int, int]]:
    """(cos 2πj/k, how often among the others, sign) for j = 1, …, k/2: decreasing."""
    found = []
    for j in range(1, k // 2 + 1):
        side = (4 * j < k) - (4 * j > k)
        found.append((cosine(j, k), 1 if 2 * j == k else 2, side))
    return found


def _breakpoints(k: int) -> list[arb]:
    """min c < … < 0 < … < max c: the chambers between neighbours are those that may hold a root."""
    values = [level for level, _, side in _levels(k) if side]
    return [*(v for v in reversed(values) if v < 0), arb(0), *(v for v in reversed(values) if v > 0)]


def _pieces(k: int, chamber: int) -> tuple[arb_poly, arb_poly, arb_poly]:
    """B, Q and F, for θ > 0 divided by 1 − θ > 0, between two breakpoints, at the precision of the moment."""
    ends = _breakpoints(k)
    upper = ends[chamber + 1]
    if upper > 0:
        B = arb_poly([fmpq(1, 3), fmpq(-1, 2), 0, fmpq(1, 6)])
        Q = (1 - _THETA) ** 3 * fmpq(1, 3)
        for level, count, side in _levels(k):
            if side > 0 and not level < upper:
                Q += (level - _THETA) ** 3 * (count / (3 * level))
        return B, Q, -(1 + _THETA) * Q - arb_poly([fmpq(1, 3), fmpq(-1, 6), fmpq(-1, 6)]) * Q.derivative()
    B, Q = arb_poly([fmpq(1, 3), fmpq(-1, 2)]), arb_poly([fmpq(1, 3), -1, 1])
    for level, count, side in _levels(k):
        if side >= 0 or not level < upper:
            Q += arb_poly([level * level / 3, -level, 1]) * count
        else:
            Q += _THETA**3 * (count / (3 * level))
    return B, Q, 2 * B.derivative() * Q - B * Q.derivative()


def _roots(F: arb_poly, low: arb, high: arb, depth: int = 0) -> list[tuple[fmpq, fmpq, int]]:
    """(lower, upper, sign at lower) of every root in (low, high), by sign changes of the Bernstein coefficients (Descartes)."""
    signs = [(b > 0) - (b < 0) for b in bernstein(F, low, high)]
    if 0 not in signs:
        changes = sum(a != b for a, b in pairwise(signs))
        if changes == 0:
            return []
        if changes == 1:
            return [(low.upper().mid().fmpq(), high.lower().mid().fmpq(), signs[0])]
    middle = ((low + high) / 2).mid()
    if depth == _DEEPEST or F(middle).contains(0):
        raise ArithmeticError("a threshold cannot be told from a breakpoint")
    return [*_roots(F, low, middle, depth + 1), *_roots(F, middle, high, depth + 1)]
