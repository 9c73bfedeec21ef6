r"""Where three phases of the smallest model with bias meet (λ = 0), enclosed by interval Newton on polynomial systems.

In the letters of `analytic.n2m1.bias.angle` with e = −q, importances (1, r). Strong antipodal is a critical point of
C − L²/Q in (e, β₁, β₂), partial antipodal one in (x, y), (q, β₁) = (−x, xy), as in `analytic.n2m1.bias.linear`.

* **Drop, strong and partial**, seven unknowns (p, r, e, β₁, β₂, x, y): strong is critical and costs rv; partial is critical
  and costs rv, that is N/x² and both its derivatives vanish.
* **The symmetric pair, another and its mirror image**, at r = 1, five unknowns (p, β, e, β₁, β₂): the symmetric pair is critical
  (degree 7 in β), so is one with e < 1, and they cost the same. The second is what partial antipodal has become on the way
  to equal importances: its β₂ has fallen below e, which changes nothing in the loss up to second derivatives, so that it
  counts as strong antipodal as well.

Each system is a list of polynomials with integer coefficients, derived. For a box X with centre m, if m − F′(X)⁻¹F(m) lies
inside X, then X holds exactly one zero. That the three are global minima there is for certified points beside it to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import flint
import sympy
from flint import arb
from sympy import Expr, Poly, Symbol, symbols

from ...exact import to_flint
from ...exact.enclosures import ball_ends
from ...exact.rationals import whole
from .forms import VARIANCE, beta, clipped_moments, other, own, penalty, ratio, strong_antipodal
from .linear import density as p
from .linear import wedges, x, y

Interval = tuple[Fraction, Fraction]
_FEWEST_DIGITS, _MOST_DIGITS = 20, 200
"""In a wider box the slopes vary too much for the proof."""
_e, _first, _second = symbols("e beta_1 beta_2", positive=True)
_DROP_START = ("0.512", "0.564", "0.738", "0.065", "0.196", "0.0034", "0.087")
_MIRROR_START = ("0.7066", "0.5847", "0.5658", "0.237", "0.5072")
"""Found by a search in floats."""


@dataclass(frozen=True)
class TriplePoint:
    """Enclosures of the sparsity and the importance r, of the direction (e, β₁, β₂) of the strong antipodal minimum and of the
    other one, (x, y) or (e, β₁, β₂): the only solution of its system in them."""

    sparsity: Interval
    importance: Interval
    strong: tuple[Interval, Interval, Interval]
    other: tuple[Interval, ...]


def triple_point(digits: int = 30) -> TriplePoint:
    """Where drop, strong and partial antipodal cost the same, to 10^−digits.

    >>> point = triple_point()
    >>> round(float(point.sparsity[0]), 12), round(float(point.importance[0]), 12)
    (0.488261967882, 0.564131365348)
    """
    p_at, r_at, e, first, second, across, along = _enclosed(_drop_system(), _DROP_START, digits)
    _hold(_both_clipped(e, first, second))
    # The best b₂ is that of a linear output, β₂ = (p/2)(1/t − e² + e) with e = x; 1/t ≥ 1/2 is more than is needed.
    _hold(across[1] < Fraction(1, 10) and along[1] < 1 and p_at[0] / 2 * (Fraction(1, 2) - across[1]) > across[1])
    return TriplePoint((1 - p_at[1], 1 - p_at[0]), r_at, (e, first, second), (across, along))


def mirror_point(digits: int = 30) -> TriplePoint:
    """Where the symmetric antipodal pair, another and its mirror image cost the same at equal importances, to 10^−digits.

    `strong` is the symmetric one, (1, β, β); `other` has e < 1.
    """
    p_at, offset, e, first, second = _enclosed(_mirror_system(), _MIRROR_START, digits)
    one = (Fraction(1), Fraction(1))
    _hold(_both_clipped(one, offset, offset) and _both_clipped(e, first, second) and e[1] < 1)
    return TriplePoint((1 - p_at[1], 1 - p_at[0]), one, (one, offset, offset), (e, first, second))


def _both_clipped(e: Interval, first: Interval, second: Interval) -> bool:
    """Whether 0 < β < e < a + β for both features, a = 1 and e²: where the closed form of the moments holds."""
    return all(b[0] > 0 and b[1] < e[0] and e[1] < a + b[0] for a, b in ((1, first), (e[0] ** 2, second)))


def _hold(condition: bool) -> None:
    if not condition:
        raise ArithmeticError("a closed form is used outside its domain")


@lru_cache(maxsize=1)
def _drop_system() -> tuple[tuple[Poly, ...], tuple[Symbol, ...]]:
    square, cross = _moments(ratio)
    dropped, wedge = ratio * VARIANCE, wedges()[0]
    n = p / 3 * (wedge.square + dropped * (x**2 + x**4)) - (wedge.cross + dropped * x**2) ** 2
    n = sympy.expand(sympy.expand(n) / x**2)
    tie = ((1 + ratio) * p / 3 - dropped) * square - cross**2
    unknowns = (p, ratio, _e, _first, _second, x, y)
    return _cleared([*_critical(square, cross), tie, n, n.diff(x), n.diff(y)], unknowns), unknowns


@lru_cache(maxsize=1)
def _mirror_system() -> tuple[tuple[Poly, ...], tuple[Symbol, ...]]:
    square, cross = _moments(sympy.Integer(1))
    pair = strong_antipodal()
    tie = (2 * p / 3 - pair.loss.subs(penalty, 0)) * square - cross**2
    unknowns = (p, beta, _e, _first, _second)
    equations = [pair.stationarity.as_expr().subs(penalty, 0), *_critical(square, cross), tie]
    return _cleared(equations, unknowns), unknowns


def _moments(r: Expr) -> tuple[Expr, Expr]:
    """Q and L where both outputs are clipped."""
    rows = ((1, sympy.Integer(1), _first), (r, _e**2, _second))
    square, cross = (
        sum(weight * form.subs({own: a, other: _e, beta: b}, simultaneous=True) for weight, a, b in rows)
        for form in clipped_moments()
    )
    return square, cross


def _critical(square: Expr, cross: Expr) -> list[Expr]:
    """2L′Q − LQ′ in (e, β₁, β₂)."""
    return [2 * cross.diff(u) * square - cross * square.diff(u) for u in (_e, _first, _second)]


def _cleared(equations: list[Expr], unknowns: tuple[Symbol, ...]) -> tuple[Poly, ...]:
    """Numerators, with integer coefficients."""
    field = sympy.ZZ.frac_field(*unknowns)
    return tuple(Poly.from_dict(dict(field.from_sympy(f).numer), *unknowns, domain=sympy.ZZ) for f in equations)


def _enclosed(
    system: tuple[tuple[Poly, ...], tuple[Symbol, ...]], start: tuple[str, ...], digits: int
) -> list[Interval]:
    """The zero near `start`: Newton's method, then the interval step on a box around its end that proves it."""
    equations, unknowns = system
    digits = max(whole(digits, "digits", 1, _MOST_DIGITS), _FEWEST_DIGITS)
    slopes = [f.diff(u) for f in equations for u in unknowns]
    with flint.ctx.workprec(128 + 8 * digits):
        at = [arb(to_flint(Fraction(value))) for value in start]
        for _ in range(2 + digits.bit_length()):  # from three digits, which each step doubles
            at = [c.mid() for c in _step(equations, slopes, at, at)]
        box = [c + arb(0, arb(10) ** -(digits + 5)) for c in at]
        image = _step(equations, slopes, at, box)
        if not all(large.contains_interior(small) for large, small in zip(box, image, strict=True)):
            raise ArithmeticError("the interval Newton step does not lie inside its box")
        return [ball_ends(c) for c in image]


def _step(equations: tuple[Poly, ...], slopes: list[Poly], centre: list[arb], box: list[arb]) -> list[arb]:
    """m − F′(X)⁻¹F(m)."""
    size = len(centre)
    values = flint.arb_mat(size, 1, [_value(f, centre) for f in equations])
    moved = flint.arb_mat(size, size, [_value(f, box) for f in slopes]).solve(values)
    return [c - moved[i, 0] for i, c in enumerate(centre)]


def _value(poly: Poly, at: list[arb]) -> arb:
    """Powers by products: those of balls that hold 0 are not defined otherwise."""
    degrees = [max(powers) for powers in zip(*poly.monoms(), strict=True)]
    table = []
    for ball, degree in zip(at, degrees, strict=True):
        powers = [arb(1)]
        for _ in range(degree):
            powers.append(powers[-1] * ball)
        table.append(powers)
    total = arb(0)
    for powers, coefficient in poly.terms():
        term = arb(int(coefficient))
        for row, power in zip(table, powers, strict=True):
            term = term * row[power]
        total = total + term
    return total
