"""Expected losses by nested integration in rationals, one variable after the other: no vertex sums, no transforms.

Between the points where b + g·x vanishes at a corner of the remaining cube, an inner integral is a polynomial of known
degree, and a Newton–Cotes rule of that degree integrates it exactly.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import sympy


@lru_cache
def newton_cotes(degree: int) -> list[Fraction]:
    """Weights of the nodes 0, 1/d, …, 1 that integrate polynomials up to `degree` over [0, 1]."""
    nodes = [sympy.Rational(k, max(degree, 1)) for k in range(degree + 1)]
    powers = sympy.Matrix([[node**k for node in nodes] for k in range(degree + 1)])
    weights = powers.LUsolve(sympy.Matrix([sympy.Rational(1, k + 1) for k in range(degree + 1)]))
    return [Fraction(int(w.p), int(w.q)) for w in weights]


def integrate(
    f: Callable[[Fraction, Sequence[Fraction]], Fraction], gradient: Sequence[Fraction], bias: Fraction, degree: int
) -> Fraction:
    """∫ f(b + g·x, x) over the unit cube, for f polynomial of total degree `degree` on either side of b + g·x = 0."""
    if not gradient:
        return f(bias, ())
    slope, rest = gradient[0], gradient[1:]
    corners = [Fraction(0)]
    for other in rest:
        corners += [corner + other for corner in corners]
    breaks = {-(bias + corner) / slope for corner in corners} if slope else set()
    places = sorted({Fraction(0), Fraction(1)} | {x for x in breaks if 0 < x < 1})
    order = degree + len(rest)
    total = Fraction(0)
    for low, high in pairwise(places):
        for k, weight in enumerate(newton_cotes(order)):
            x = low + (high - low) * Fraction(k, order)
            inner = integrate(lambda z, y, x=x: f(z, (x, *y)), rest, bias + slope * x, degree)  # type: ignore[misc]
            total += (high - low) * weight * inner
    return total


def loss_given(
    W: Sequence[Sequence[Fraction]], b: Sequence[Fraction], support: Sequence[int], importance: Sequence[Fraction]
) -> Fraction:
    """K_T: the loss when exactly `support` is active."""
    total = Fraction(0)
    for i, weight in enumerate(importance):
        own = [i] if i in support else []
        order = own + [j for j in support if j != i]
        gradient = [sum((row[i] * row[j] for row in W), Fraction(0)) for j in order]

        def error(z: Fraction, x: Sequence[Fraction], own: list[int] = own) -> Fraction:
            return ((x[0] if own else 0) - max(z, Fraction(0))) ** 2

        total += weight * integrate(error, gradient, b[i], 2)
    return total
