r"""Is an exact number zero, and has it a short closed form: decided by proof, not by simplification.

A real number E built of integers by +, −, ×, / and radicals, cosines and sines of rational angles is a quotient U/L of
algebraic integers. Every conjugate of U is at most u in size and L at most l, by the rules of `_bounds`, and the degree
of U is at most D (`_degree`). Where U ≠ 0 the product of its conjugates is an integer, so |U| ≥ u^{1−D} and

.. math:: E = 0 \quad\text{or}\quad |E| \ge \frac{1}{u^{D-1}\, l} .

A ball around 0 that is narrower than this bound proves that E = 0. Source: C. Burnikel, S. Funke, K. Mehlhorn,
S. Schirra, S. Schmitt, A separation bound for real algebraic expressions (2001).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from math import isqrt, lcm, prod

import flint
import sympy
from flint import arb, fmpq_poly, fmpz_mat
from sympy import Expr, Rational

from .balls import ball
from .enclosures import refined
from .rationals import Exact, from_flint, rational, to_sympy
from .roots import RealAlgebraic, real_roots

_BITS = 256


def exact_number(value: Exact | Expr, name: str) -> Expr:
    """`value` as a SymPy number: what `analytic.exact.rationals` takes, or an irrational real expression without floats."""
    if isinstance(value, Expr) and not isinstance(value, Rational) and not value.has(sympy.Float):
        if value.is_number and value.is_real and value.is_finite:
            return value
        raise ValueError(f"{name} must be a real number, got {value}")
    return to_sympy(rational(value, name))


@lru_cache(maxsize=16384)
def is_zero(number: Expr) -> bool:
    """Whether an exact real number that `analytic.exact.balls` accepts is 0. Exact: ValueError for what `ball` refuses."""
    return sign(number) == 0


@lru_cache(maxsize=16384)
def sign(number: Expr) -> int:
    """The sign −1, 0 or 1 of an exact real number: a ball that excludes 0, or one narrower than the bound above.

    ValueError for what `analytic.exact.balls` refuses, what is not a finite real number, and where π itself, or a wave of an
    angle that is no rational multiple of π, comes so near to 0 that the bound would be needed.

    >>> sign(sympy.sqrt(2) + sympy.sqrt(3) - sympy.sqrt(10))
    -1
    """
    if number.is_Rational:
        return int(sympy.sign(number))

    @cache
    def enough() -> int:
        upper, lower = _bounds(number)
        return (_degree(number) - 1) * upper.bit_length() + lower.bit_length()

    def decided(bits: int) -> int | None:
        value = ball(number, bits)
        if not value.is_finite():
            if bits > enough():
                raise ValueError(f"an exact number must be real and finite, got {number}")
            return None
        if not value.contains(0):
            return 1 if value > 0 else -1
        return 0 if value.abs_upper() < arb(2) ** -enough() else None

    return refined(decided, 128)


@lru_cache(maxsize=16384)
def closed_form(number: Expr) -> Expr:
    """The same number as p/q or p + q√d where it is one with short p, q, d; otherwise expanded, waves as a sum."""
    short = short_form(number)
    return _sum_of_waves(sympy.expand(number)) if short is None else short


@lru_cache(maxsize=16384)
def short_form(number: Expr) -> Expr | None:
    """The same number as p/q or p + q√d where it is one with short p, q, d; otherwise None.

    A rational that the number seems to be is found by continued fractions, an integer quadratic that it seems to
    satisfy by lattice reduction; `is_zero` proves it.
    """
    if number.is_Rational:
        return number
    value = ball(number, _BITS)
    if not value.is_finite():
        return None
    for candidate in (_rational(value), *(root.expression for root in _quadratic_roots(value))):
        if is_zero(number - candidate):
            return candidate
    return None


def numbered(numbers: Iterable[Expr]) -> dict[Expr, int]:
    """Each expression with the number of its value, from 0 in order of coming: equal where the values are equal."""
    first: list[Expr] = []
    found: dict[Expr, int] = {}
    for number in dict.fromkeys(numbers):
        place = next((k for k, other in enumerate(first) if is_zero(number - other)), len(first))
        found[number] = place
        if place == len(first):
            first.append(number)
    return found


def _rational(value: arb) -> Rational:
    return to_sympy(from_flint(value.mid().fmpq()).limit_denominator(1 << _BITS // 3))


def _quadratic_roots(value: arb) -> tuple[RealAlgebraic, ...]:
    """Real roots of the shortest integer quadratic that nearly vanishes at the number, if it is short."""
    rows = []
    for k in range(3):
        with flint.ctx.workprec(_BITS):
            scaled = prod([value] * k, start=arb(2) ** 200).mid().fmpq()
        rows.append([int(k == i) for i in range(3)] + [int(scaled.p // scaled.q)])
    shortest = [int(c) for c in fmpz_mat(rows).lll().table()[0][:3]]
    # Three numbers without a relation have one of size 2^67 that fits this well by chance.
    return tuple(root for root, _ in real_roots(fmpq_poly(shortest))) if max(map(abs, shortest)) < 2**40 else ()


def _bounds(number: Expr) -> tuple[int, int]:
    """(u, l): the number is U/L, algebraic integers, no conjugate of U above u nor of L above l in size."""
    if number.is_Rational:
        return abs(int(number.p)) or 1, int(number.q)
    if number.is_Add or number.is_Mul:
        upper, lower = _bounds(number.args[0])
        for part in number.args[1:]:
            u, m = _bounds(part)
            upper, lower = (upper * m + u * lower if number.is_Add else upper * u), lower * m
        return upper, lower
    if number.is_Pow:
        upper, lower = _bounds(number.base)
        if number.exp < 0:
            upper, lower = lower, upper
        root, times = int(number.exp.q), abs(int(number.exp.p))
        # (U/L)^{1/r} = (U L^{r−1})^{1/r} / L
        return _root_above(upper * lower ** (root - 1), root) ** times, lower**times
    if isinstance(number, sympy.CRootOf):
        coefficients = [abs(int(c)) for c in number.poly.all_coeffs()]
        return coefficients[0] + max(coefficients), coefficients[0]
    if isinstance(number, (sympy.cos, sympy.sin)) and (number.args[0] / sympy.pi).is_Rational:
        return 2, 2  # 2 cos and 2 sin are made of a root of unity and its inverse, of size 1
    raise ValueError(
        f"an algebraic number must be built of rationals, roots and waves of rational angles, got {number}"
    )


def _root_above(number: int, order: int) -> int:
    if order == 1:
        return number
    if order == 2:
        return isqrt(number) + 1
    return 1 << -(-number.bit_length() // order)


def _degree(number: Expr) -> int:
    """A bound on the degree: the product of the orders of the distinct radicals, and φ(N) for all waves together."""
    radicals = {(power.base, power.exp.q) for power in number.atoms(sympy.Pow) if power.exp.q > 1}
    roots = number.atoms(sympy.CRootOf)
    orders = [
        lcm(4, 2 * int((wave.args[0] / sympy.pi).q)) for wave in number.atoms(sympy.cos, sympy.sin)
    ]  # e^{iπa/b} is a 2b-th root of unity; sines need i as well
    waves = int(sympy.totient(lcm(*orders))) if orders else 1
    return waves * prod(int(order) for _, order in radicals) * prod(int(root.poly.degree()) for root in roots)


def _sum_of_waves(number: Expr) -> Expr:
    """Products of cosines and sines turned into sums by cos a cos b = (cos(a − b) + cos(a + b))/2 and its like."""
    if not number.has(sympy.cos, sympy.sin):
        return number
    total = sympy.Integer(0)
    for term in sympy.Add.make_args(number):
        waves: list[Expr] = []
        rest: list[Expr] = []
        for factor in sympy.Mul.make_args(term):
            base, power = factor.as_base_exp()
            wave = isinstance(base, (sympy.cos, sympy.sin)) and power.is_Integer and power > 0
            (waves if wave else rest).extend([base] * int(power) if wave else [factor])
        if len(waves) < 2:
            total += term
            continue
        a, b = sorted(waves[:2], key=lambda wave: wave.func == sympy.cos)  # a sine first
        x, y = a.args[0], b.args[0]
        if a.func == b.func:
            pair = sympy.cos(x - y) + (1 if a.func == sympy.cos else -1) * sympy.cos(x + y)
        else:
            pair = sympy.sin(x + y) + sympy.sin(x - y)
        others = sympy.Mul(*rest, *waves[2:])
        total += _sum_of_waves(sympy.expand(others * pair / 2))
    return total
