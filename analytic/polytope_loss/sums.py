r"""The two moments that make the loss of a polytope's vertex, as sums over the vertices of cubes, in balls.

For a vertex with cosines c_j to the others (c = 1 to itself) and independent features of one density,

.. math:: L(\beta) = E[x_1 (\beta + c \cdot x)_+] = \sum_d s^{n-d} p^d L_d(\beta), \qquad
          Q(\beta) = E(\beta + c \cdot x)_+^2 = \sum_d s^{n-d} p^d Q_d(\beta),

where d counts the active features among the n that are not at a right angle to the vertex. The transform of z = β + c·x
(`analytic.loss.cube`) is a product over the features, with u = 1/ζ and a factor :math:`1 + p u (e^{\zeta c} - 1)/c` each (s
beside the 1). Features at the same cosine are alike, so vertices that reach equally many of each are one term: place a_v
and a polynomial in u, whose power d belongs to d active features. :math:`u^k e^{\zeta z}` stands for
:math:`q!\, z_+^{k+q}/(k+q)!` where :math:`z_+^q` is meant, so L and Q are piecewise polynomials in β with knots at −a_v.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import factorial

import flint
import sympy
from flint import arb, arb_poly

from ..exact import ball, is_zero
from ..polytopes import Polytope


@dataclass(frozen=True)
class Term:
    """The cube vertices at one place, where z = β + `place`: L_d takes (c, c′) z₊^{d+1} (1, z₊), and Q_d takes c z₊^{d+2}."""

    place: arb
    cross: tuple[tuple[arb, arb], ...]
    square: tuple[arb, ...]


@dataclass(frozen=True)
class VertexSums:
    """L_d and Q_d of a vertex, d = 0, …, n, with n the features that are not at a right angle to it, itself included."""

    n: int
    terms: tuple[Term, ...]

    def moments(self, beta: arb) -> tuple[list[arb], list[arb]]:
        """L_d(β) and Q_d(β) for each d."""
        cross, square = [arb(0)] * (self.n + 1), [arb(0)] * (self.n + 1)
        for term in self.terms:
            z = beta + term.place
            if z <= 0:
                continue
            power = positive = z if z > 0 else arb(0).union(z.upper())
            for d in range(self.n + 1):
                cross[d] += (term.cross[d][0] + term.cross[d][1] * positive) * power
                power = power * positive
                square[d] += term.square[d] * power
        return cross, square


@dataclass(frozen=True)
class Knot:
    """L and Q from the interval [lower, upper] of places that no ball can tell apart, up to the next knot."""

    lower: arb
    upper: arb
    cross: arb_poly
    square: arb_poly


def knots(sums: VertexSums, weights: Sequence[arb]) -> list[Knot]:
    """L = Σ_d w_d L_d and Q = Σ_d w_d Q_d as polynomials in β between knots, increasing; both are 0 before the first."""
    pieces = []
    for term in sums.terms:
        first = [w * c for w, (c, _) in zip(weights, term.cross, strict=True)]
        second = [w * c for w, (_, c) in zip(weights, term.cross, strict=True)]
        product = arb_poly([0, *first]) + arb_poly([0, 0, *second])
        power = arb_poly([0, 0, *(w * c for w, c in zip(weights, term.square, strict=True))])
        if product.coeffs() or power.coeffs():
            shift = arb_poly([term.place, 1])
            pieces.append((-term.place, product(shift), power(shift)))
    pieces.sort(key=lambda piece: float(piece[0].mid()))
    found: list[Knot] = []
    cross, square = arb_poly([]), arb_poly([])
    for place, product, power in pieces:
        cross, square = cross + product, square + power
        lower = upper = place
        while found and not found[-1].upper < lower.lower():
            last = found.pop()
            lower, upper = lower.union(last.lower), upper.union(last.upper)
        found.append(Knot(lower.lower(), upper.upper(), cross, square))
    return found


@lru_cache(maxsize=256)
def vertex_sums(polytope: Polytope, bits: int) -> VertexSums:
    """The terms of a vertex in balls of `bits` bits. ValueError unless the vertices are of norm 1, all alike, and
    centred at the origin."""
    if not is_zero(polytope.gram[0, 0] - 1):
        raise ValueError(f"vertices must have norm 1, got {polytope.name}")
    if not polytope.is_vertex_transitive:
        raise ValueError(
            f"all vertices must be alike, so that one norm and one bias are best for all, got {polytope.name}: "
            "the loss of a tegum product is the sum of those of its factors"
        )
    row, levels = polytope.gram.row(0), polytope.levels[0]
    if not is_zero(sympy.Add(*row)):
        raise ValueError(f"vertices must add up to 0, got {polytope.name}")
    counts = Counter(levels[1:])
    n = 1 + sum(count for level, count in counts.items() if not is_zero(row[levels.index(level)]))
    with flint.ctx.workprec(bits):
        groups = [(arb(0), arb_poly([1]))]
        for level, count in counts.items():
            if not is_zero(row[levels.index(level)]):
                cosine = ball(row[levels.index(level)], bits)
                groups = [
                    (place + k * cosine, known * factor)
                    for place, known in groups
                    for k, factor in enumerate(_alike(cosine, count))
                ]
        terms = tuple(_term(place + on, known, on, n) for place, known in groups for on in (0, 1))
    return VertexSums(n, terms)


def _alike(cosine: arb, count: int) -> list[arb_poly]:
    """The factor of `count` features at one cosine, of which k are at the far end, k = 0, …, count."""
    on, off = arb_poly([0, 1 / cosine]), arb_poly([1, -1 / cosine])
    factors = [arb_poly([1])]
    for _ in range(count):
        factors = [
            (factors[k] * off if k < len(factors) else arb_poly([])) + (factors[k - 1] * on if k else arb_poly([]))
            for k in range(len(factors) + 1)
        ]
    return factors


def _term(place: arb, others: arb_poly, on: int, n: int) -> Term:
    r"""The vertex's own feature added: factor :math:`1 + u (e^\zeta - 1)`, or :math:`u e^\zeta - u^2 (e^\zeta - 1)` for
    :math:`E\, x_1 e^{\zeta x_1}`, which only an active feature has; then u^k stands for q! z^{k+q}/(k+q)!."""
    none = arb(0)
    square = _padded((others * arb_poly([0, 1] if on else [1, -1])).coeffs(), n + 1)
    cross = [none, *_padded(others.coeffs(), n)]
    return Term(
        place,
        tuple(
            (c / factorial(d + 1) if on else none, (-c if on else c) / factorial(d + 2)) for d, c in enumerate(cross)
        ),
        tuple(2 * c / factorial(d + 2) for d, c in enumerate(square)),
    )


def _padded(coefficients: list[arb], length: int) -> list[arb]:
    return coefficients + [arb(0)] * (length - len(coefficients))
