"""The algebraic curve that carries the boundary between the aligned and the antipodal phase of the smallest model."""

from __future__ import annotations

from functools import lru_cache

import sympy
from flint import fmpq, fmpq_mpoly

from .boundary import phase_boundary
from .derivation import OPPOSITE_FIRST, SAME_SIGN
from .elimination import RING, critical_values, in_sparsity


class PhaseCurve(sympy.Poly):  # type: ignore[misc]
    """A polynomial in s and r that prints by its degrees: its terms are some thousand, with coefficients of some hundred digits.
    `as_expr()` and `terms()` have them.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        s, r = self.degree_list()
        return f"PhaseCurve: F(s, r) = 0, irreducible, of degree {s} in s and {r} in r, {len(self.terms())} terms"

    __str__ = __repr__

    def _repr_latex_(self) -> str:
        s, r = self.degree_list()
        return f"$F(s, r) = 0,\\quad \\deg_s F = {s},\\; \\deg_r F = {r}$"


@lru_cache(maxsize=1)
def phase_curve() -> PhaseCurve:
    """The algebraic curve F(s, r) = 0 that carries the boundary for I₁ = 1, I₂ = r in (0, 1], no penalty.

    An irreducible polynomial over Z, by elimination of the directions and of the loss; for r > 1 exchange the features.
    """
    one = RING.constant(1)
    aligned = critical_values(SAME_SIGN, one, RING.gens()[3], 0 * one)
    antipodal = critical_values(OPPOSITE_FIRST, one, RING.gens()[3], 0 * one)
    factors = [
        factor
        for a in aligned
        for b in antipodal
        for factor, _ in a.resultant(b, "k").factor()[1]
        if factor.degrees()[2] > 0 and factor.degrees()[3] > 0
    ]
    s, r = sympy.symbols("s r")
    on_curve = [f for f in factors if _vanishes_on_boundary(f)]
    if len(on_curve) != 1:
        raise ArithmeticError(f"elimination must leave one factor that carries the boundary, got {len(on_curve)}")
    terms = {(m[2], m[3]): sympy.Rational(int(c.p), int(c.q)) for m, c in on_curve[0].terms()}
    found = sympy.Poly(terms, s, r, domain="QQ").clear_denoms(convert=True)[1].primitive()[1]
    curve: PhaseCurve = PhaseCurve.new(found.rep, *found.gens)
    return curve


def _vanishes_on_boundary(factor: fmpq_mpoly) -> bool:
    """Whether the factor is zero at the boundary point of r = 1/2, exactly."""
    point = phase_boundary((1, "1/2")).value
    return point.sign_of(in_sparsity(factor.subs({"r": fmpq(1, 2)}))) == 0
