r"""Polynomials with ball coefficients on an interval: where one has no zero, and short intervals that hold its zeros.

With x = (t − u)/(v − u), a polynomial of degree n that is Σ a_j xʲ on [u, v] has the Bernstein coefficients

.. math:: b_i = \sum_{j \le i} \binom ij \Big/ \binom nj\; a_j, \qquad p = \sum_i b_i \binom ni x^i (1 - x)^{n-i},

so that on [u, v] it is a mean of its b_i: all of one sign, no zero. Nothing is asked of the leading coefficient, which
may be a ball around zero; root finders ask that it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from math import comb

from flint import arb, arb_poly

Interval = tuple[arb, arb]
"""Two exact balls (radius 0), the lower one first."""


def bernstein(polynomial: arb_poly, lower: arb, upper: arb) -> list[arb]:
    """The Bernstein coefficients b_0, …, b_n on [lower, upper]; the first and the last are the values at the ends.

    Σ b_i C(n, i) xⁱ is (1 + x)ⁿ p(x/(1 + x)), which is p with its coefficients reversed, shifted by 1, and reversed.
    """
    powers = polynomial(arb_poly([lower, upper - lower])).coeffs() or [arb(0)]
    turned = arb_poly(powers[::-1])(arb_poly([1, 1])).coeffs()
    turned += [arb(0)] * (len(powers) - len(turned))
    return [b / comb(len(powers) - 1, i) for i, b in enumerate(reversed(turned))]


def is_positive(polynomial: arb_poly, lower: arb, upper: arb) -> bool:
    """Whether the coefficients prove that the polynomial is positive on [lower, upper]."""
    return all(b > 0 for b in bernstein(polynomial, lower, upper))


def zeros(
    polynomial: arb_poly, lower: arb, upper: arb, width: arb, skip: Callable[[arb, arb], bool] = lambda u, v: False
) -> Iterator[Interval]:
    """Intervals that together hold every zero in [lower, upper], each no longer than `width` where precision allows.

    An interval may hold no zero. Those for which `skip` holds are left out. `lower` and `upper` are exact.
    """
    if skip(lower, upper):
        return
    signs = [_sign(b) for b in bernstein(polynomial, lower, upper)]
    if 0 not in signs:
        changes = sum(a != b for a, b in pairwise(signs))
        if changes == 0:
            return
        if changes == 1:
            yield _bisected(polynomial, lower, upper, signs[0], width)
            return
    middle = ((lower + upper) / 2).mid()
    if upper - lower <= width or not lower < middle < upper:
        yield lower, upper
        return
    yield from zeros(polynomial, lower, middle, width, skip)
    yield from zeros(polynomial, middle, upper, width, skip)


def _bisected(polynomial: arb_poly, lower: arb, upper: arb, sign: int, width: arb) -> Interval:
    """The one zero of a polynomial whose coefficients change sign once (Descartes), and has `sign` at the lower end."""
    while not upper - lower <= width:
        middle = ((lower + upper) / 2).mid()
        side = _sign(polynomial(middle))
        if side == 0 or not lower < middle < upper:
            near, far = (middle - width / 4).mid(), (middle + width / 4).mid()
            decided = _sign(polynomial(near)) == sign and _sign(polynomial(far)) == -sign
            return (near, far) if lower < near and far < upper and decided else (lower, upper)
        lower, upper = (middle, upper) if side == sign else (lower, middle)
    return lower, upper


def _sign(value: arb) -> int:
    return 1 if value > 0 else -1 if value < 0 else 0
