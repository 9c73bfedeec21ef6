r"""Elimination for the smallest model: where an aligned and an antipodal critical value can tie.

A critical value is K = C − k/4 with k = L²/Q at a root u of P = 2L′Q − LQ′ (see `analytic.n2m1`). The resultant in u of
P and L² − kQ is a polynomial A(k, s) for the aligned chamber and B(k, s) for an antipodal one; wherever an aligned and
an antipodal critical value tie, R(s) = Res_k(A, B) vanishes. All of it in Q[u, k, s, r] with python-flint.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx, fmpq_poly

from ..exact import RealAlgebraic, real_roots, to_flint, to_sympy
from ..exact.roots import rational_number
from .derivation import OPPOSITE_FIRST, OPPOSITE_SECOND, SAME_SIGN, Chamber
from .ray import ray_terms

RING = fmpq_mpoly_ctx.get(("u", "k", "s", "r"), Ordering.lex)
_U, _K, _S, _ = RING.gens()
_MOST_RATIO, _MOST_RATIO_PENALISED, _MOST_SIZE = 10**12, 10**5, 10**40
"""Ratio of the importances r, alone and beside a penalty, and numerators and denominators, up to which the elimination is done:
some 20 seconds of one core. Roots of R crowd at 1 as r grows; there 1 − s* is (8 − 4√2)/r to a share of 1/r, as measured.
"""


def check_size(ratio: Fraction, strength: Fraction) -> None:
    """ValueError where the elimination for importances (ratio, 1), ratio ≤ 1, would take minutes and more."""
    most = _MOST_RATIO_PENALISED if strength else _MOST_RATIO
    if ratio * most < 1:
        beside = " beside a penalty" if strength else ""
        raise ValueError(f"importances{beside} must be at most a factor of {most} apart, got {to_sympy(1 / ratio)}")
    for name, value in (("importance", ratio), ("penalty", strength)):
        if max(value.numerator, value.denominator) > _MOST_SIZE:
            raise ValueError(
                f"{name} over the larger importance must be a fraction of numbers up to 1e40, got {to_sympy(value)}"
            )


@lru_cache(maxsize=256)
def ties(i1: Fraction, i2: Fraction, strength: Fraction) -> tuple[RealAlgebraic, ...]:
    """The sparsities in (0, 1) at which an aligned critical value may equal an antipodal one: the roots of R(s)."""
    numbers = [RING.constant(to_flint(value)) for value in (i1, i2, strength)]
    aligned = critical_values(SAME_SIGN, *numbers)
    found: set[RealAlgebraic] = set()
    for chamber in (OPPOSITE_FIRST, OPPOSITE_SECOND):
        for b in critical_values(chamber, *numbers):
            for a in aligned:
                resultant = in_sparsity(a.resultant(b, "k"))
                found.update(
                    root for root, _ in real_roots(resultant) if rational_number(0) < root < rational_number(1)
                )
    return tuple(sorted(found))


def critical_values(chamber: Chamber, i1: fmpq_mpoly, i2: fmpq_mpoly, strength: fmpq_mpoly) -> list[fmpq_mpoly]:
    """The irreducible polynomials in (k, s, r) whose roots in k are L²/Q at the roots of P off the axes."""
    ray = in_ring(chamber, i1, i2, strength)
    stationarity = ray.stationarity
    while stationarity.subs({"u": 0}).is_zero():
        stationarity = stationarity / _U
    # A common root of L and Q would make the resultant vanish; L > 0 in the arcs, so it is not a critical direction.
    stationarity = stationarity / stationarity.gcd(ray.linear.gcd(ray.quartic))
    _, factors = stationarity.resultant(ray.linear * ray.linear - _K * ray.quartic, "u").factor()
    return [factor for factor, _ in factors if factor.degrees()[1] > 0]


class RayPolynomials(NamedTuple):
    """C, L, Q of K = C − ρL + ρ²Q in Q[u, k, s, r], for the chart of a chamber's larger weight."""

    constant: fmpq_mpoly
    linear: fmpq_mpoly
    quartic: fmpq_mpoly

    @property
    def stationarity(self) -> fmpq_mpoly:
        """P = 2L′Q − LQ′, the derivative in u."""
        return 2 * self.linear.derivative("u") * self.quartic - self.linear * self.quartic.derivative("u")


def in_ring(chamber: Chamber, i1: fmpq_mpoly, i2: fmpq_mpoly, strength: fmpq_mpoly) -> RayPolynomials:
    """C, L, Q of a chamber, with I₁, I₂ and λ given as elements of the ring (numbers or r)."""
    return RayPolynomials(
        *(
            sum((c * _U ** m[0] * _S ** m[1] * i1 ** m[2] * i2 ** m[3] * strength ** m[4] for m, c in terms), 0 * _U)
            for terms in ray_terms(chamber, chamber.larger)
        )
    )


def in_sparsity(polynomial: fmpq_mpoly) -> fmpq_poly:
    """A polynomial that only has s left, univariate."""
    coefficients = [fmpq(0)] * (polynomial.degrees()[2] + 1)
    for monomial, coefficient in polynomial.terms():
        coefficients[monomial[2]] += coefficient
    return fmpq_poly(coefficients)
