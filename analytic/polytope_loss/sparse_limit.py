r"""The sparse limit of the loss of a polytope with one common norm and bias, and the best norm and bias.

Columns √t v_i with unit v_i, bias b for every feature, density p → 0. A positive bias costs n b² with every feature off,
so b ≤ 0, and K/p tends to the loss with exactly one feature active, summed over which one it is:

.. math:: L_1 = \sum_i \Bigl[\int_0^1 (x - (tx + b)_+)^2 dx + \sum_{j \ne i} \int_0^1 (t c_{ij} x + b)_+^2 dx\Bigr],
          \qquad c_{ij} = v_i \cdot v_j .

With θ = −b/t this is n (1/3 − 2t B + t² Q), in which B = ∫ x (x − θ)₊ and Q gathers the squares, so the best t is B/Q, the
loss n (1/3 − B²/Q), and what is left is one variable. Q is a cubic in θ between two levels c; there the derivative of
B²/Q vanishes at the roots of a quartic, whose coefficients are exact. The integrals and the quartic come out of SymPy.

Where every vertex is like every other (`Polytope.is_vertex_transitive`), this is a stationary point also among unequal
norms and biases. Under the one-hot law with n features K is L_1/n (with b ≤ 0): the k-gons of Chen et al. 2023.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, cmp_to_key, lru_cache
from itertools import pairwise
from typing import NamedTuple

import flint
import sympy
from flint import arb
from sympy import Expr, Poly, Rational, Symbol

from ..exact import Enclosure, Exact, closed_form, enclosure, real_roots, sign
from ..exact.closed_forms import exact_number, short_form
from ..exact.enclosures import bits_for, refined
from ..exact.polynomial import MOST_BITS, rational_multiple, roots_in, value_at
from ..exact.rationals import digits_of
from ..polytopes import Polytope, given_polytope

THETA = Symbol("theta", real=True)
_C, _X = Symbol("c", positive=True), Symbol("x", real=True)
_CUBIC = sympy.symbols("q0:4")
_BITS = 128


class SparseEnclosure(NamedTuple):
    """Rigorous enclosures of θ, t = ‖W_i‖², b and the loss L_1."""

    threshold: Enclosure
    square_norm: Enclosure
    bias: Enclosure
    loss: Enclosure


@dataclass(frozen=True)
class SparseOptimum:
    """The best common norm and bias of a polytope in the sparse limit; each number exact, or None (then `enclose` it).

    `equation`: the quartic in θ = −b/t whose real root number `index` in `chamber` (between two levels of the Gram
    matrix) is the best threshold, exact; None where no two vertices are nearer than a right angle: then θ = 0, loss 0.
    Exact values are known where the levels lie in one Q(√d), for most of the catalogue that is.
    """

    polytope: Polytope
    equation: Poly | None
    chamber: tuple[Expr, Expr]
    index: int

    @cached_property
    def threshold(self) -> Expr | None:
        """θ: a root of the quartic times its conjugate over Q, picked by balls."""
        if self.equation is None:
            return sympy.Integer(0)
        over_rationals = rational_multiple(self.equation)
        if over_rationals is None:
            return None
        candidates = [root for root, _ in real_roots(over_rationals)]

        def alone(bits: int) -> Expr | None:
            value = self._threshold_ball(bits)
            near = [root for root in candidates if root.ball(bits).overlaps(value)]
            return near[0].expression if len(near) == 1 else None

        return refined(alone, _BITS)

    @property
    def square_norm(self) -> Expr | None:
        """t = ‖W_i‖² = B/Q."""
        return self._exact(_integrals().cross / self._square)

    @property
    def bias(self) -> Expr | None:
        """b = −θ t."""
        return self._exact(-THETA * _integrals().cross / self._square)

    @property
    def loss(self) -> Expr | None:
        """L_1 = n (1/3 − B²/Q)."""
        return self._exact(self.polytope.gram.rows * (Rational(1, 3) - _integrals().cross ** 2 / self._square))

    def enclose(self, digits: int = 30) -> SparseEnclosure:
        """Enclosures of radius ≤ 10^−digits, by ball arithmetic of doubling precision."""
        digits = digits_of(digits)

        def narrow(bits: int) -> SparseEnclosure | None:
            found = SparseEnclosure(*map(enclosure, self._balls(bits)))
            return found if all(one.radius <= Rational(1, 10**digits) for one in found) else None

        return refined(narrow, bits_for(digits))

    @property
    def _square(self) -> Expr:
        return _square(self.polytope, self.chamber[0])

    def _exact(self, formula: Expr) -> Expr | None:
        if self.threshold is None:
            return None
        value = formula.subs(THETA, self.threshold)
        short = short_form(value)
        return value if short is None else short

    def _threshold_ball(self, bits: int) -> arb:
        return arb(0) if self.equation is None else roots_in(self.equation, self.chamber, bits)[self.index]

    def _balls(self, bits: int) -> tuple[arb, ...]:
        theta, n = self._threshold_ball(bits), self.polytope.gram.rows
        with flint.ctx.workprec(bits):
            cross, square = (value_at(Poly(part, THETA), theta, bits) for part in (_integrals().cross, self._square))
            t = cross / square
            return theta, t, -theta * t, n * (arb(1) / 3 - cross * t)


def sparse_optimum(polytope: Polytope) -> SparseOptimum:
    """The norm and bias, common to all vertices, of least loss in the sparse limit.

    ValueError unless the vertices are distinct and of norm 1. Beyond the largest level c, B²/Q falls with θ, and at θ = 0
    it rises wherever two vertices meet at less than a right angle; so the best θ is a stationary point between.
    """
    return _sparse_optimum(given_polytope(polytope))


@lru_cache(maxsize=256)
def _sparse_optimum(polytope: Polytope) -> SparseOptimum:
    levels = [level for level, _ in _levels(polytope)]
    if not levels:
        return SparseOptimum(polytope, None, (sympy.Integer(0), sympy.Integer(1)), 0)
    found = []
    for chamber in pairwise([sympy.Integer(0), *levels]):
        equation = _stationary(_square(polytope, chamber[0]))
        count = len(roots_in(equation, chamber, _BITS))
        found += [SparseOptimum(polytope, equation, chamber, index) for index in range(count)]

    def best(bits: int) -> SparseOptimum | None:
        losses = [optimum._balls(bits)[-1] for optimum in found]
        left = [one for one, loss in zip(found, losses, strict=True) if not any(loss > other for other in losses)]
        return left[0] if len(left) == 1 else None

    return refined(best, _BITS, MOST_BITS, f"two thresholds of {polytope.name} cannot be told apart by their losses")


def sparse_loss(polytope: Polytope, square_norm: Exact | Expr, bias: Exact | Expr) -> Expr:
    """L_1 of columns √t v_i with bias b, exact. ValueError unless t ≥ 0, b ≤ 0 and the vertices have norm 1."""
    t, b = exact_number(square_norm, "square_norm"), exact_number(bias, "bias")
    n = given_polytope(polytope).gram.rows
    if sign(t) < 0 or sign(b) > 0:
        raise ValueError(f"the sparse limit needs square_norm >= 0 and bias <= 0, got {t} and {b}")
    if sign(t) == 0 or sign(t + b) <= 0:  # no column reaches its own threshold
        return Rational(n, 3)
    theta = -b / t
    square = _square(polytope, theta).subs(THETA, theta)
    return closed_form(n * (Rational(1, 3) - 2 * t * _integrals().cross.subs(THETA, theta) + t**2 * square))


class _Integrals(NamedTuple):
    """∫₀¹ x (x − θ)₊, ∫₀¹ (x − θ)₊² and ∫₀¹ (c x − θ)₊² for 0 ≤ θ ≤ c ≤ 1."""

    cross: Expr
    own: Expr
    other: Expr


@lru_cache(maxsize=1)
def _integrals() -> _Integrals:
    def integral(integrand: Expr, start: Expr) -> Expr:
        return sympy.expand(sympy.integrate(sympy.expand(integrand), (_X, start, 1)))

    cross, own = integral(_X * (_X - THETA), THETA), integral((_X - THETA) ** 2, THETA)
    return _Integrals(cross, own, integral((_C * _X - THETA) ** 2, THETA / _C))


@lru_cache(maxsize=256)
def _levels(polytope: Polytope) -> tuple[tuple[Expr, Rational], ...]:
    """(c, mean number of other vertices at cosine c) for each level c > 0 of the Gram matrix, increasing."""
    gram, n = polytope.gram, polytope.gram.rows
    if any(sign(gram[i, i] - 1) for i in range(n)):
        raise ValueError(f"the sparse limit needs vertices of norm 1, got {polytope.name}")
    counts = Counter(polytope.levels[i][j] for i in range(n) for j in range(n) if i != j)
    entry = {polytope.levels[i][j]: gram[i, j] for i in range(n) for j in range(n)}
    positive: list[int] = [place for place in counts if sign(entry[place]) > 0]
    if any(sign(1 - entry[place]) == 0 for place in positive):
        raise ValueError(f"the vertices must be distinct, got {polytope.name}")

    def compare(first: int, second: int) -> int:
        return sign(entry[first] - entry[second])

    positive.sort(key=cmp_to_key(compare))
    return tuple((entry[place], Rational(counts[place], n)) for place in positive)


def _square(polytope: Polytope, lower: Expr) -> Expr:
    """Q(θ) from θ = lower up to the next level: a cubic with exact coefficients."""
    total = _integrals().own
    for level, count in _levels(polytope):
        if sign(level - lower) > 0:
            total += count * _integrals().other.subs(_C, level)
    return total


def _stationary(square: Expr) -> Poly:
    """The quartic 6 (2 B′Q − B Q′)/(1 − θ): B and B′ vanish at θ = 1."""
    coefficients = reversed(Poly(square, THETA).all_coeffs())
    values = dict(zip(_CUBIC, (closed_form(c) for c in coefficients), strict=True))
    return Poly([closed_form(sympy.expand(c.subs(values))) for c in _quartic().all_coeffs()], THETA)


@lru_cache(maxsize=1)
def _quartic() -> Poly:
    cubic = sympy.Add(*(symbol * THETA**power for power, symbol in enumerate(_CUBIC)))
    cross = _integrals().cross
    return Poly(sympy.cancel(6 * (2 * cross.diff(THETA) * cubic - cross * cubic.diff(THETA)) / (1 - THETA)), THETA)
