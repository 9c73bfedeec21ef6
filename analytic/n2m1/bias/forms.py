r"""Closed forms of the smallest model with bias, derived: its phases, where dropping turns unstable, tricritical points.

One importance is 1 and that of the weaker feature is r; the letters are those of `analytic.n2m1.bias.angle`, e = −q.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import flint
import sympy
from flint import arb
from sympy import Expr, Poly, integrate, symbols

from ...exact import Exact, RealAlgebraic, rational, real_roots, to_flint, to_sympy
from ...exact.enclosures import ball_ends
from ...exact.rationals import instance, sparsity_between, whole
from ...law import variance
from .linear import density as p
from .linear import wedges, x, y

beta, ratio, penalty = symbols("beta r lambda", nonnegative=True)
own, other = symbols("a e", positive=True)
"""The slopes of z = a x₁ − e x₂ + β."""
_u = symbols("u", positive=True)
_x = symbols("x_1", nonnegative=True)
VARIANCE = variance(p)
"""v, the loss of a dropped feature of importance 1."""

_MOST_DIGITS = 10_000


@lru_cache(maxsize=1)
def clipped_moments() -> tuple[Expr, Expr]:
    r"""E (z⁺)² and E x₁z⁺ of z = a x₁ − e x₂ + β in (a, e, β, p) where 0 ≤ β ≤ e ≤ a + β.

    z < 0 needs x₂ active above β/e, and then x₁ idle or below (e x₂ − β)/a: what z⁻ takes away is integrated there.
    """
    s, z = 1 - p, own * _x - other * _u + beta
    alone = s * p * integrate(sympy.expand((other * _u - beta) ** 2), (_u, beta / other, 1))
    pair, product = (
        p**2 * integrate(integrate(sympy.expand(f), (_x, 0, (other * _u - beta) / own)), (_u, beta / other, 1))
        for f in (z**2, -_x * z)
    )
    square = p * (own**2 + other**2) / 3 + beta**2 - p**2 * own * other / 2 + p * beta * (own - other)
    cross = p * own / 3 - p**2 * other / 4 + p * beta / 2
    return sympy.expand(square - alone - pair), sympy.expand(cross + product)


@dataclass(frozen=True)
class StrongAntipodal:
    """w₂ = −w₁, both outputs clipped, equal importances: w² = t(β), b = tβ, the loss at it, and the polynomial of β."""

    scale: Expr
    loss: Expr
    stationarity: Poly


@lru_cache(maxsize=1)
def strong_antipodal() -> StrongAntipodal:
    r"""The symmetric strong antipodal pair in (β, p, λ), from z = t(x₁ − x₂ + β):

    .. math:: K = \tfrac{2p}3 - \frac{2B^2}{A + \lambda}, \quad t = \frac{B}{A + \lambda}, \qquad
              2B'(A + \lambda) = BA' \quad (\text{degree 7 in } \beta \in [0, 1)).
    """
    square, cross = (form.subs({own: 1, other: 1}) for form in clipped_moments())
    whole = square + penalty
    stationarity = sympy.expand(72 * (2 * sympy.diff(cross, beta) * whole - cross * sympy.diff(square, beta)))
    return StrongAntipodal(cross / whole, 2 * p / 3 - 2 * cross**2 / whole, Poly(stationarity, beta))


def strong_antipodal_bias(sparsity: Exact, strength: Exact = 0) -> tuple[RealAlgebraic, ...]:
    """The roots β ∈ [0, 1) at a sparsity in (0, 1) and penalty ≥ 0, as exact real algebraic numbers."""
    density, allowed = _density(sparsity), rational(strength, "strength")
    if allowed < 0:
        raise ValueError(f"strength, the penalty, must not be negative, got {allowed}")
    at = {p: to_sympy(density), penalty: to_sympy(allowed)}
    poly = Poly(strong_antipodal().stationarity.as_expr().subs(at), beta)
    coefficients = [flint.fmpq(int(c.p), int(c.q)) for c in reversed(poly.all_coeffs())]
    roots = [root for root, _ in real_roots(flint.fmpq_poly(coefficients))]
    return tuple(root for root in roots if root.sign >= 0 and root.ball(64) < 1)


@lru_cache(maxsize=1)
def partial_antipodal() -> Expr:
    """The loss in (x, y, p, r, λ) with q = −x, β₁ = xy, the weaker feature never clipped, and the best scale and b₂."""
    wedge = wedges()[0]
    square = wedge.square + ratio * VARIANCE * (x**2 + x**4) + 2 * penalty * x**2
    return p / 3 + ratio * VARIANCE - (wedge.cross + ratio * VARIANCE * x**2) ** 2 / square


@dataclass(frozen=True)
class Stability:
    r"""Where dropping the weaker feature turns unstable, in (p, r, λ).

    On the wedge q = −x, β₁ = xy the loss lies above rv exactly when N > 0, and

    .. math:: N / x^2 = \tfrac p3 [\kappa(y) - rv + 2\lambda] + \tfrac p3\, g(y)\, x + O(x^2).

    `threshold` is κ(y), `offset` its minimiser y ∈ [0, 1], `slope` is g at (y, rv). `importance` is r_d = κ/v, the
    largest r at which dropping is a local minimum for λ = 0; `penalty` is (rv − κ)/2, the least λ.
    """

    threshold: Expr
    offset: Expr
    slope: Expr

    @property
    def importance(self) -> Expr:
        return self.threshold.subs(y, self.offset) / VARIANCE

    @property
    def penalty(self) -> Expr:
        return (ratio * VARIANCE - self.threshold.subs(y, self.offset)) / 2


@lru_cache(maxsize=1)
def stability() -> Stability:
    """Derived by expanding N in x on the first wedge (the other three have larger κ: a test)."""
    wedge, dropped = wedges()[0], ratio * VARIANCE
    square = wedge.square + dropped * (x**2 + x**4) + 2 * penalty * x**2
    n = Poly(sympy.expand(p / 3 * square - (wedge.cross + dropped * x**2) ** 2), x)
    second, third = (sympy.expand(n.coeff_monomial(x**k) * 3 / p) for k in (2, 3))
    threshold = sympy.expand(second + dropped - 2 * penalty)
    quadratic = Poly(sympy.diff(threshold, y), y)
    a, b, c = quadratic.all_coeffs()
    root = (-b + sympy.sqrt(sympy.expand(b**2 - 4 * a * c))) / (2 * a)
    return Stability(threshold, root, third)


def unstable_importance(sparsity: Exact, digits: int = 40) -> tuple[Fraction, Fraction]:
    """r_d at a rational sparsity in (0, 1), enclosed to `digits` digits."""
    return _stability_balls(_density(sparsity), whole(digits, "digits", 1, _MOST_DIGITS))[0]


def _density(sparsity: Exact) -> Fraction:
    return 1 - sparsity_between(sparsity)


def _stability_balls(at: Fraction, digits: int) -> tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]:
    """r_d and g (at r = r_d, λ = 0) in balls. Differences near p = 0 and 1 lose some digits of p or s, three times at most."""
    with flint.ctx.workprec(64 + 4 * digits + 8 * at.denominator.bit_length()):
        number = arb(to_flint(at))
        s = 1 - number
        linear, product = 2 * s * s + number / 2, s * number * number * number
        offset = ((linear * linear + product).sqrt() - linear) / (2 * s * number)
        gap = offset - number / 2
        threshold = number / 3 + offset * offset - number * offset - number * gap * gap * 3 / 4
        rest = 1 - offset
        threshold = threshold - s * number * rest * rest * rest / 3
        slope = -number * number * rest * rest * rest * rest / 6 - 3 * threshold * gap
        return ball_ends(threshold / (number / 3 - number * number / 4)), ball_ends(slope)


def tricritical_points(digits: int = 30) -> tuple[tuple[Fraction, Fraction], ...]:
    """Sparsities at which dropping | partial antipodal changes between first and second order (λ = 0): g changes sign.

    Each is enclosed to 10^−digits, by bisection from a grid of 128 densities; the second-order part lies between them.
    """
    return _tricritical_points(whole(digits, "digits", 1, _MOST_DIGITS))


@lru_cache(maxsize=8)
def _tricritical_points(digits: int) -> tuple[tuple[Fraction, Fraction], ...]:
    grid = [Fraction(k, 128) for k in range(1, 128)]
    signs = [_sign(at, 30) for at in grid]
    found = []
    for low, high, before, after in zip(grid, grid[1:], signs, signs[1:], strict=False):
        if before == after:
            continue
        while high - low > Fraction(1, 10**digits):
            middle = (low + high) / 2
            low, high = (middle, high) if _sign(middle, digits + 10) == before else (low, middle)
        found.append((1 - high, 1 - low))
    return tuple(sorted(found))


def _sign(at: Fraction, digits: int) -> int:
    low, high = _stability_balls(at, digits)[1]
    if low <= 0 <= high:
        raise ArithmeticError(f"the sign of g at density {at} needs more than {digits} digits")
    return 1 if low > 0 else -1


def best_clipped_loss(slope: Expr) -> Expr:
    r"""The least of :math:`\int_0^1 (x - (ax + b)^+)^2 dx` over b for a ≥ 1: ((a − 1)/(a + 1))²/3.

    With the kink at 1 − l it is (1 − 3al² + a(1 + a)l³)/3, least at l = 2/(1 + a). p times this bounds the loss of a feature
    from below at any bias and any interference, so no global minimiser has large weights.
    """
    instance(slope, "slope", Expr, "a SymPy expression")
    kink = symbols("l", positive=True)
    below = integrate(_x**2, (_x, 0, 1 - kink))
    above = integrate(sympy.expand((_x - slope * (_x - 1 + kink)) ** 2), (_x, 1 - kink, 1))
    loss = sympy.expand(below + above)
    (best,) = [root for root in sympy.solve(sympy.diff(loss, kink), kink) if root != 0]
    return sympy.factor(sympy.simplify(loss.subs(kink, best)))
