"""The smallest model straight from its definition, in rationals, sharing no code with the package.

E(x_i − ReLU(z_i))² over the square is an integral of x_i² plus one of z_i² − 2 x_i z_i over the polygon where z_i > 0:
the polygon is cut out by hand, split into triangles, and a quadratic is integrated over a triangle exactly by its values
at the middles of the sides.
"""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import sympy

Point = tuple[Fraction, Fraction]
SQUARE = [(Fraction(x), Fraction(y)) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
U = sympy.Symbol("u")


def positive_part(row: Point) -> list[Point]:
    """The corners of the part of the unit square where row·x > 0."""
    corners = []
    for a, b in zip(SQUARE, SQUARE[1:] + SQUARE[:1], strict=True):
        at_a, at_b = (row[0] * x + row[1] * y for x, y in (a, b))
        if at_a >= 0:
            corners.append(a)
        if at_a * at_b < 0:
            t = at_a / (at_a - at_b)
            corners.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
    return corners


def integrate_quadratic(corners: list[Point], f: Callable[[Fraction, Fraction], Fraction]) -> Fraction:
    total = Fraction(0)
    for a, b in pairwise(corners[1:]):
        o = corners[0]
        area = abs((a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])) / 2
        middles = (((p[0] + q[0]) / 2, (p[1] + q[1]) / 2) for p, q in ((o, a), (a, b), (b, o)))
        total += area * sum(f(*middle) for middle in middles) / 3
    return total


def loss(w: Point, s: Fraction, importance: Point, penalty: Fraction = Fraction(0)) -> Fraction:
    """K = Σ_T P(T) Σ_i I_i E[(x_i − ReLU(w_i h))² | T] + 2λw₁²w₂²."""
    total = 2 * penalty * w[0] ** 2 * w[1] ** 2
    for i, weight in enumerate(importance):
        row = (w[i] * w[0], w[i] * w[1])
        alone = (1 - max(row[i], Fraction(0))) ** 2 / 3 + max(row[1 - i], Fraction(0)) ** 2 / 3

        def gain(x: Fraction, y: Fraction, i: int = i, row: Point = row) -> Fraction:
            z = row[0] * x + row[1] * y
            return z**2 - 2 * (x, y)[i] * z

        together = Fraction(1, 3) + integrate_quadratic(positive_part(row), gain)
        total += weight * (s * (1 - s) * alone + (1 - s) ** 2 * together)
    return total


def ray(direction: Point, s: Fraction, importance: Point, penalty: Fraction) -> Point:
    """(L, Q) of K(tw) = C − t²L + t⁴Q along a direction, from the losses at t = 0, 1 and 2."""
    constant, once, twice = (
        loss((t * direction[0], t * direction[1]), s, importance, penalty) for t in (Fraction(0), 1, 2)
    )
    quartic = (twice - constant - 4 * (once - constant)) / 12
    return quartic - (once - constant), quartic


def least_on_ray(direction: Point, s: Fraction, importance: Point, penalty: Fraction) -> Fraction:
    """φ = C − L²/4Q."""
    linear, quartic = ray(direction, s, importance, penalty)
    return loss((Fraction(0), Fraction(0)), s, importance, penalty) - linear**2 / (4 * quartic)


def stationarity(arc: str, s: Fraction, importance: Point, penalty: Fraction) -> sympy.Poly:
    """P = 2L′Q − LQ′ on an arc, through ten values each of L and Q (degree at most 5; the tenth value is a check).

    Arcs: `aligned` u = w₂/w₁ > 0; `first` u = w₂/w₁ in (−1, 0); `second` u = w₁/w₂ in (−1, 0).
    """
    places = [Fraction(k, 10) if arc == "aligned" else -Fraction(k, 10) for k in range(1, 11)]
    rays = [ray((u, Fraction(1)) if arc == "second" else (Fraction(1), u), s, importance, penalty) for u in places]
    linear, quartic = (
        sympy.Poly(sympy.interpolate([(exact(u), exact(pair[k])) for u, pair in zip(places, rays, strict=True)], U), U)
        for k in (0, 1)
    )
    assert max(linear.degree(), quartic.degree()) <= 5
    return 2 * linear.diff(U) * quartic - linear * quartic.diff(U)


def exact(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)
