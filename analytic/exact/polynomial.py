r"""Real roots of a polynomial whose coefficients are exact real numbers: in balls, and over Q where that is easy."""

from __future__ import annotations

import flint
import sympy
from flint import acb, acb_poly, arb, fmpq_poly
from sympy import Expr, Poly

from .balls import ball
from .closed_forms import is_zero
from .enclosures import horner, refined
from .rationals import from_flint, rational, to_flint

MOST_BITS = 1 << 13


def roots_in(equation: Poly, chamber: tuple[Expr, Expr], bits: int) -> list[arb]:
    """Balls around the real roots in (lower, upper], increasing, each root alone in its ball.

    A ball that meets the real line and whose mirror image meets no other ball holds a real root.
    """

    def apart(bits: int) -> list[arb] | None:
        roots = _isolated(equation, bits)
        found = [root.real for root in roots if root.imag.contains(0)]
        alone = all(sum(bool(other.overlaps(root.conjugate())) for other in roots) == 1 for root in roots)
        places = [_place(equation, root, chamber, bits) for root in found]
        if not roots or not alone or None in places:
            return None
        inside = [root for root, place in zip(found, places, strict=True) if place]
        return sorted(inside, key=lambda root: from_flint(root.mid().fmpq()))

    return refined(apart, bits, MOST_BITS, f"the roots of {equation.as_expr()} cannot be told apart")


def _isolated(equation: Poly, bits: int) -> list[acb]:
    """Disjoint balls of radius 2^−bits, one for each complex root; none where `bits` are too few to find them."""
    with flint.ctx.workprec(2 * bits):
        polynomial = acb_poly([ball(c, 2 * bits) for c in reversed(equation.all_coeffs())])
        try:
            return list(polynomial.roots(tol=arb(2) ** -bits, maxprec=4 * bits))
        except ValueError:
            return []


def _place(equation: Poly, root: arb, chamber: tuple[Expr, Expr], bits: int) -> bool | None:
    """Whether the root in this ball lies in (lower, upper]; None where the ball is too wide to tell."""
    for end, beyond, at_end in ((chamber[0], False, False), (chamber[1], True, True)):
        level = ball(end, 4 * bits)  # narrower than the root's own ball
        if root.contains(level) and is_zero(equation.eval(end)):
            return at_end
        if root.overlaps(level):
            return None
        if (root > level) == beyond:
            return False
    return True


def rational_multiple(equation: Poly) -> fmpq_poly | None:
    """P² − d R² for an equation P + √d R, P itself without a √d: over Q, with its roots among its own.

    None where the coefficients, written as p + q√d, do not all lie in one Q(√d).
    """
    coefficients = list(reversed(equation.all_coeffs()))
    surds = {power for c in coefficients for power in c.atoms(sympy.Pow)}
    root = surds.pop() if surds else sympy.Integer(1)
    surd_parts = [c.coeff(root) if root != 1 else sympy.Integer(0) for c in coefficients]
    plain = [c - r * root for c, r in zip(coefficients, surd_parts, strict=True)]
    if not all(number.is_Rational for number in (root**2, *plain, *surd_parts)):
        return None
    first, second = (fmpq_poly([to_flint(rational(c, "coefficient")) for c in part]) for part in (plain, surd_parts))
    return first if root == 1 else first * first - to_flint(rational(root**2, "radicand")) * second * second


def value_at(polynomial: Poly, point: arb, bits: int) -> arb:
    """p(x) for x in a ball, by Horner's rule at `bits` bits."""
    return horner([ball(coefficient, bits) for coefficient in reversed(polynomial.all_coeffs())], point, bits)
