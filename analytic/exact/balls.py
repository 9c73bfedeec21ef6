"""Exact real SymPy numbers as rigorous balls."""

from __future__ import annotations

import flint
import sympy
from flint import arb, fmpq
from sympy import Expr

from .rationals import rational, to_sympy
from .roots import real_root_balls


def ball(number: Expr, bits: int) -> arb:
    """A ball around an exact real number, computed with `bits` bits.

    Sums, products and rational powers of rationals, π, sines, cosines, logarithms, and `CRootOf`. Raises ValueError for
    others.
    """
    with flint.ctx.workprec(bits):
        return _ball(number if isinstance(number, Expr) else to_sympy(rational(number, "number")), bits)


def _ball(number: Expr, bits: int) -> arb:
    if number.is_Rational:
        return arb(fmpq(int(number.p), int(number.q)))
    if number == sympy.pi:
        return arb.pi()
    if number.is_Add or number.is_Mul:
        value = arb(0) if number.is_Add else arb(1)
        for part in number.args:
            value = value + _ball(part, bits) if number.is_Add else value * _ball(part, bits)
        return value
    if number.is_Pow and number.exp.is_Rational:
        base, exponent = _ball(number.base, bits), number.exp
        root: arb = base if exponent.q == 1 else base.root(int(exponent.q))
        power: arb = arb(1)
        for _ in range(abs(int(exponent.p))):
            power = power * root
        return power if exponent > 0 else arb(1) / power
    if isinstance(number, sympy.log):
        logarithm: arb = _ball(number.args[0], bits).log()
        return logarithm
    if isinstance(number, (sympy.cos, sympy.sin)):
        angle = _ball(number.args[0], bits)
        value = angle.cos() if isinstance(number, sympy.cos) else angle.sin()
        return value
    if isinstance(number, sympy.CRootOf) and number.is_real:
        coefficients = [int(c) for c in reversed(number.poly.all_coeffs())]
        found: arb = real_root_balls(tuple(coefficients), bits)[int(number.index)]
        return found
    raise ValueError(
        f"an exact real number must be built of rationals, roots, π, sines, cosines and logarithms, got {number}"
    )
