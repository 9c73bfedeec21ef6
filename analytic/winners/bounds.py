r"""Proof that one packing has a lower loss than another at every sparsity between two, from values at these two.

For fixed norm and bias θ the loss of an atom of which N features meet at other than right angles is
:math:`K(s, \theta) = \sum_d f_d(s)\, \kappa_d(\theta)` with :math:`f_d = s^{N-d} p^d` and κ_d(θ) ≥ 0, the loss summed over
the choices of d active ones. Let K* be the least loss over θ and s = (1 − λ)a + λb.

*Inside.* A function lies below its chord by at most ½λ(1−λ) times its greatest second derivative in λ. So with
:math:`c_d = \tfrac12 \max f_d'' / \min(f_d(a), f_d(b))`, or 0 where f_d is concave, f_d ≥ (1 − c_d λ(1−λ)) × its chord. Let
c be the greatest c_d, and c′ that for d ≥ N − 1 (near s = 0, where the rest matters little, c′ is far below c), and H the
least value over θ of :math:`\sum_{d \ge N-1} f_d \kappa_d`. The inequalities times κ_d(θ*(s)) ≥ 0, summed, give

.. math:: K^*(s) \ge \left((1-\lambda) K^*(a) + \lambda K^*(b)\right)(1 - c\,\lambda(1-\lambda))
          + (c - c')\,\lambda(1-\lambda) \left((1-\lambda) H(a) + \lambda H(b)\right)

where c ≤ 4, so that no factor is negative: at an end Σ f_d κ_d(θ) is K* or more, and its part d ≥ N − 1 is H or more.

*From s = 0:* K*(s) ≥ f_N(s) K*(0). *Up to s = 1:* for d ≤ k, f_d/pᵏ does not fall as p → 0, so K*/pᵏ is from a on at least
the least value over θ of :math:`\sum_{d \le k} f_d(a) \kappa_d(\theta)/p_a^k`. Least values are found as K* is.
*From above* K* ≤ K(s, θ) for any θ, a polynomial in s. What is left is a polynomial in λ to be positive: Bernstein.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb

import flint
from flint import arb, arb_poly, fmpq

from ..exact import rational, sign, to_flint
from ..exact.bernstein import bernstein, is_positive
from ..exact.enclosures import ball_ends, bits_for
from ..law import variance
from ..polytope_loss import BestAtom, best_gain, best_loss, independent, vertex_sums
from ..polytopes import Polytope
from .packing import Packing

_LAMBDA = arb_poly([0, 1])
_MANY = 1 << 14


@lru_cache(maxsize=_MANY)
def best_atom(atom: Polytope, s: Fraction, digits: int) -> BestAtom:
    """`best_loss`, remembered: atoms are shared by many packings."""
    return best_loss(atom, s, digits)


def atom_loss(atom: Polytope, s: Fraction, digits: int) -> arb:
    """K*(s) of all vertices together."""
    loss = best_atom(atom, s, digits).loss
    middle, radius = (to_flint(rational(part, "loss")) for part in loss)
    with flint.ctx.workprec(bits_for(digits)):
        return arb(middle - radius).union(arb(middle + radius))


def packing_loss(packing: Packing, s: Fraction, digits: int) -> arb:
    """The sum of the parts' least losses."""
    with flint.ctx.workprec(bits_for(digits)):
        total = packing.dropped * arb(to_flint(variance(1 - s)))
        for atom, count in packing.atoms:
            total += count * atom_loss(atom, s, digits)
        return total


def beats(first: Packing, second: Packing, a: Fraction, b: Fraction, digits: int) -> bool:
    """Whether it is proved that `first` has a lower loss than `second` at every s in [a, b], 0 ≤ a < b ≤ 1, and s < 1.

    False proves nothing. Only the parts in which they differ count.
    """
    ours, theirs = first.without(second), second.without(first)
    with flint.ctx.workprec(bits_for(digits)):
        if b == 1:
            return _beats_to_one(ours, theirs, a, digits)
        below = theirs.dropped * _dropped(a, b)
        for atom, count in theirs.atoms:
            below += count * (_from_zero(atom, b, digits) if a == 0 else _inside(atom, a, b, digits))
        for end in (b, a):
            above = ours.dropped * _dropped(a, b)
            for atom, count in ours.atoms:
                above += count * _above(atom, end, a, b, digits)
            if is_positive(below - above, arb(0), arb(1)):
                return True
        return False


def _beats_to_one(ours: Packing, theirs: Packing, a: Fraction, digits: int) -> bool:
    """On [a, 1), for K/pᵏ; k = 2 where `ours` has no loss with one feature active, at norm 1 and bias 0, otherwise 1."""
    order = 2 if not ours.dropped and all(_lossless_alone(atom) for atom, _ in ours.atoms) else 1
    p = to_flint(1 - a)
    below = theirs.dropped * arb(variance(p) / p**order)
    for atom, count in theirs.atoms:
        below += count * _to_one(atom, a, order, digits)
    density = arb_poly([0, p])
    above = ours.dropped * (fmpq(1, 3) - density * fmpq(1, 4))
    for atom, count in ours.atoms:
        alone = _lossless_alone(atom)
        active = _by_active(atom, arb(1), arb(0), digits) if alone else _by_active_at(atom, a, digits)
        if not active[0] <= 0:
            return False
        n = len(active) - 1
        for d in range(order, n + 1):
            above += count * active[d] * _power(1 - density, n - d) * _power(density, d - order)
    return is_positive(below - above, arb(0), arb(1))


@lru_cache(maxsize=64)
def _lossless_alone(atom: Polytope) -> bool:
    """Whether one active feature does not reach the others at norm 1 and bias 0: no two vertices within a right angle."""
    row = atom.gram.row(0)
    return all(sign(cosine) <= 0 for cosine in row[1:])


def _along(a: Fraction, b: Fraction) -> arb_poly:
    """s as a polynomial in λ."""
    return arb_poly([to_flint(a), to_flint(b - a)])


def _dropped(a: Fraction, b: Fraction) -> arb_poly:
    p = 1 - _along(a, b)
    return p * fmpq(1, 3) - p * p * fmpq(1, 4)


@lru_cache(maxsize=_MANY)
def _inside(atom: Polytope, a: Fraction, b: Fraction, digits: int) -> arb_poly:
    n = vertex_sums(atom, bits_for(digits)).n
    least = [atom_loss(atom, end, digits) for end in (a, b)]
    top = [_least(atom, end, range(n - 1, n + 1), digits) if n * a < 1 else arb(0) for end in (a, b)]
    return between(n, a, b, least, top)


def between(n: int, a: Fraction, b: Fraction, least: Sequence[arb], top: Sequence[arb]) -> arb_poly:
    """The bound inside [a, b], 0 < a < b < 1, from K* and H (or less than H) at the ends; 0 where c > 4."""
    bends = [_bend(n, d, a, b) for d in range(n + 1)]
    c, c_top = (max(part, key=ball_ends) for part in (bends, bends[n - 1 :]))
    if not c <= 4:
        return arb_poly([])
    bulge = _LAMBDA * (1 - _LAMBDA)
    return _chord(*least) * (1 - c * bulge) + (c - c_top) * bulge * _chord(*top)


@lru_cache(maxsize=_MANY)
def _bend(n: int, d: int, a: Fraction, b: Fraction) -> arb:
    """c_d for f_d on [a, b], 0 < a < b < 1, rounded up: ½ max f_d″ in λ, over the smaller end."""
    f = _power(_along(a, b), n - d) * _power(1 - _along(a, b), d)
    bends = [c.upper() for c in bernstein(f.derivative().derivative(), arb(0), arb(1))]
    least = min(end ** (n - d) * (1 - end) ** d for end in (a, b))
    return (max([arb(0), *bends], key=ball_ends) / to_flint(2 * least)).upper()


def _chord(first: arb, last: arb) -> arb_poly:
    return arb_poly([first, last - first])


def _from_zero(atom: Polytope, b: Fraction, digits: int) -> arb_poly:
    n = vertex_sums(atom, bits_for(digits)).n
    return atom_loss(atom, Fraction(0), digits) * _power(1 - _along(Fraction(0), b), n)


def _to_one(atom: Polytope, a: Fraction, order: int, digits: int) -> arb:
    """Not more than K*/p^order at any s in [a, 1)."""
    return _least(atom, a, range(order + 1), digits) / to_flint((1 - a) ** order)


@lru_cache(maxsize=_MANY)
def _least(atom: Polytope, s: Fraction, counts: range, digits: int) -> arb:
    """The least value over θ of Σ f_d(s) κ_d(θ) for d in `counts`."""
    n = vertex_sums(atom, bits_for(digits)).n
    weights = [w if d in counts else arb(0) for d, w in enumerate(independent(n, to_flint(s), bits_for(digits)))]
    squares = sum((comb(n - 1, d - 1) * weights[d] for d in range(1, n + 1)), arb(0)) / 3
    loss: arb = atom.gram.rows * (squares - best_gain(atom, weights, digits, bits_for(digits)).gain)
    return loss


@lru_cache(maxsize=_MANY)
def _above(atom: Polytope, end: Fraction, a: Fraction, b: Fraction, digits: int) -> arb_poly:
    """K(s, θ) for the best θ at s = end, rounded to its middle."""
    s, active = _along(a, b), _by_active_at(atom, end, digits)
    n = len(active) - 1
    return sum((active[d] * _power(s, n - d) * _power(1 - s, d) for d in range(n + 1)), arb_poly([]))


@lru_cache(maxsize=_MANY)
def _by_active_at(atom: Polytope, s: Fraction, digits: int) -> tuple[arb, ...]:
    best = best_atom(atom, s, digits)
    norm, bias = (arb(to_flint(rational(e.midpoint, "middle"))) for e in (best.norm, best.bias))
    return _by_active(atom, norm**2, bias, digits)


def _by_active(atom: Polytope, t: arb, b: arb, digits: int) -> tuple[arb, ...]:
    """κ_d(θ), d = 0, …, N, of all vertices together."""
    sums = vertex_sums(atom, bits_for(digits))
    cross, square = sums.moments(b / t)
    squares = [fmpq(comb(sums.n - 1, d - 1), 3) if d else fmpq(0) for d in range(sums.n + 1)]
    return tuple(
        atom.gram.rows * (e - 2 * t * first + t * t * second)
        for e, first, second in zip(squares, cross, square, strict=True)
    )


def _power(base: arb_poly, exponent: int) -> arb_poly:
    product = arb_poly([1])
    for _ in range(exponent):
        product = product * base
    return product
