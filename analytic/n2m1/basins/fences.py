r"""Piecewise polynomials u = U(R) along a boundary, and the exact proof that flow crosses them to one side.

On a piece R = m + hτ, |τ| ≤ 1, with rational m, h > 0 and U of rational coefficients, flow crosses to larger angles where

.. math:: h\,(A(U) - R\,B(U)) - U'(\tau)\,R\,(E(U) - R\,G(U)) > 0

(times the sense of the chart): a polynomial in τ with rational coefficients, positive where its constant term exceeds the sizes
of all others together. At an anchor on the axis it is zero, and U(τ) = (R − R*)^k V(τ); there a factor 1 ± τ is taken out.
Pieces that fail are halved. Neighbours meet exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise

import flint
import numpy as np
from flint import arb, arb_poly, arb_series, fmpq, fmpq_poly

from ...exact.rationals import from_flint, to_flint
from .flow import Flow
from .orbits import Floats, Stretch

_DEGREE, _BITS, _TERMS = 8, 60, 16
_STEP, _HALVINGS, _LEFT = 0.4, 9, 1e-9
NODES = [Fraction(round(-math.cos(math.pi * k / _DEGREE) * 2**20), 2**20) for k in range(_DEGREE + 1)]


@dataclass(frozen=True, eq=False)
class Piece:
    """u = `curve`(τ) at R = `middle` + `half`·τ."""

    flow: Flow
    middle: fmpq
    half: fmpq
    curve: fmpq_poly

    def inside(self) -> bool:
        """Whether it lies in the chamber of its flow."""
        low, high = self.flow.edges
        return positive(self.curve - low) and (high is None or positive(high - self.curve))

    def crossed(self, sign: int) -> bool:
        """Whether flow crosses it to larger (1), smaller (−1) angles, except for its ends."""
        flow, square = self.flow, fmpq_poly([self.middle, self.half])
        turning = self.half * (flow.A(self.curve) - square * flow.B(self.curve))
        moving = self.curve.derivative() * square * (flow.E(self.curve) - square * flow.G(self.curve))
        return positive(sign * flow.sense * (turning - moving))

    def angle(self, tau: arb) -> arb:
        """θ for τ in a ball."""
        return self._turned(arb_poly(self.curve)(tau).atan())

    @cached_property
    def arc(self) -> tuple[arb, ...]:
        """θ by its coefficients in τ; the last one is a ball that holds what is left."""
        curve, size = arb_poly(self.curve), flint.ctx.cap
        flint.ctx.cap = _TERMS
        try:
            with flint.ctx.workprec(128):
                around = [curve(arb_poly([at, 1])).coeffs() for at in (arb(0), arb(0, 1))]
                centre, whole = (arb_series(coefficients).atan() for coefficients in around)
                found = [centre[k] for k in range(_TERMS - 1)] + [whole[_TERMS - 1]]
                return (self._turned(found[0]), *(self.flow.sense * c for c in found[1:]))
        finally:
            flint.ctx.cap = size

    def _turned(self, arc: arb) -> arb:
        return arc if self.flow.sense > 0 else -arb.pi() / 2 - arc


def positive(f: fmpq_poly, halvings: int = 1) -> bool:
    """Whether a polynomial is proved positive on (−1, 1)."""
    for end in (-1, 1):
        while f.degree() > 0 and f(end) == 0:
            f = f / fmpq_poly([1, -end])
    todo = [(f, halvings)]
    while todo:
        f, left = todo.pop()
        first, *others = [int(c) for c in f.numer().coeffs()] or [0]
        if first > sum(map(abs, others)):
            continue
        if first <= 0 or left == 0:
            return False
        todo += [(f(fmpq_poly([fmpq(side, 2), fmpq(1, 2)])), left - 1) for side in (-1, 1)]
    return True


def pieces(stretch: Stretch, sign: int) -> list[Piece]:
    """The stretch in pieces: sign 1 or −1 each proved to be crossed that way, 0 as they are. ArithmeticError if not proved."""
    found: list[Piece] = []
    count = max(1, math.ceil((stretch.high - stretch.low) / _STEP))
    cuts = [float(x) for x in np.linspace(stretch.low, stretch.high, count + 1)]
    todo = [(low, high, 0) for low, high in pairwise(cuts)][::-1]
    while todo:
        low, high, depth = todo.pop()
        piece = _piece(stretch, low, high)
        if abs(piece.arc[-1]) < _LEFT and (sign == 0 or (piece.inside() and piece.crossed(sign))):
            found.append(piece)
        elif depth == _HALVINGS:
            raise ArithmeticError(f"a fence does not close at radius {math.exp(low / 2):.6g}")
        else:
            middle = (low + high) / 2
            todo += [(middle, high, depth + 1), (low, middle, depth + 1)]
    return found


def _square(stretch: Stretch, x: float) -> Fraction:
    anchor = stretch.anchor
    return anchor.square if anchor is not None and x == math.log(anchor.square) else Fraction(math.exp(x))


def _piece(stretch: Stretch, low: float, high: float) -> Piece:
    """Interpolated at Chebyshev's points; what it is at its ends depends on these alone."""
    anchor, ends = stretch.anchor, (_square(stretch, low), _square(stretch, high))
    middle, half = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
    inner = [math.log(middle + half * node) for node in NODES[1:-1]]
    values = stretch.values(np.array([low, *inner, high]))
    curve = fmpq_poly([_rounded(c) for c in _interpolation() @ values])
    wanted = [_rounded(float(values[k])) for k in (0, -1)]
    for k, (x, end) in enumerate(zip((stretch.low, stretch.high), stretch.ends, strict=True)):
        if end is not None and (low, high)[k] == x:
            wanted[k] = fmpq(end) if anchor is None else to_flint(end / (ends[k] - anchor.square) ** anchor.order)
    below, above = (want - curve(at) for want, at in zip(wanted, (-1, 1), strict=True))
    curve += fmpq_poly([(below + above) / 2, (above - below) / 2])
    if anchor is not None:
        curve *= fmpq_poly([to_flint(middle - anchor.square), to_flint(half)]) ** anchor.order
    return Piece(stretch.flow, to_flint(middle), to_flint(half), curve)


def _rounded(value: float) -> fmpq:
    return fmpq(round(Fraction(value) * 2**_BITS), 2**_BITS)


@lru_cache(maxsize=1)
def _interpolation() -> Floats:
    """Coefficients of a polynomial of τ from its values at the nodes."""
    rows = []
    for k, node in enumerate(NODES):
        others = [to_flint(other) for other in NODES[:k] + NODES[k + 1 :]]
        basis = fmpq_poly([1])
        for other in others:
            basis *= fmpq_poly([-other, 1]) / (to_flint(node) - other)
        rows.append([float(from_flint(c)) for c in basis.coeffs()])
    return np.array(rows).T
