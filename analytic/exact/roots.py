r"""Real algebraic numbers: certified real roots, exact arithmetic in Q(α), exact comparison.

A real algebraic number is kept as (irreducible polynomial over Z, index among its real roots in increasing order),
which is unique, so two numbers are equal exactly when the pairs are. Order is decided by balls of doubling precision,
which must separate because distinct irreducible polynomials share no root. Nothing here rounds to a float and hopes.

Root isolation is Arb's (`fmpz_poly.complex_roots`): disjoint balls, one for each root, with an imaginary part that is
exactly zero for the real ones. A test holds the count and the places to SymPy's continued-fraction isolation.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache, total_ordering
from typing import cast

import flint
import sympy
from flint import acb, arb, fmpq, fmpq_mat, fmpq_poly, fmpz_poly

from ..printed import LONGEST, decimals
from .enclosures import ball_ends, horner, refined
from .rationals import from_flint, to_flint

_START_BITS = 64


@lru_cache(maxsize=4096)
def real_root_balls(coefficients: tuple[int, ...], bits: int) -> tuple[arb, ...]:
    """Disjoint balls around the real roots of a squarefree integer polynomial (constant term first), increasing."""
    with flint.ctx.workprec(bits):
        roots = cast(list[tuple[acb, int]], fmpz_poly(list(coefficients)).complex_roots())
        balls = [root.real for root, _ in roots if root.imag == 0]
    return tuple(sorted(balls, key=lambda ball: from_flint(ball.mid().fmpq())))


@total_ordering
@dataclass(frozen=True)
class RealAlgebraic:
    """The real root number `index` (from 0, increasing) of the irreducible primitive integer polynomial `coefficients`.

    `coefficients` runs from the constant term up, with a positive leading one. Build with `rational_number`,
    `real_roots`, `image` or `square_root`, which keep these promises.
    """

    coefficients: tuple[int, ...]
    index: int

    @cached_property
    def degree(self) -> int:
        return len(self.coefficients) - 1

    def ball(self, bits: int = _START_BITS) -> arb:
        """A ball that holds the number and no other root of its polynomial, accurate to about `bits` bits."""
        return real_root_balls(self.coefficients, bits)[self.index]

    def enclosure(self, width: Fraction) -> tuple[Fraction, Fraction]:
        """Rationals lower ≤ α ≤ upper with upper − lower ≤ width (equal when α is rational)."""
        if self.degree == 1:
            value = Fraction(-self.coefficients[0], self.coefficients[1])
            return value, value

        def narrow(bits: int) -> tuple[Fraction, Fraction] | None:
            lower, upper = ball_ends(self.ball(bits))
            return (lower, upper) if upper - lower <= width else None

        return refined(narrow, _START_BITS + width.denominator.bit_length())

    def __float__(self) -> float:
        return float(self.ball())

    def __repr__(self) -> str:
        """`RealAlgebraic(0.441980012273…, degree 78)`, `RealAlgebraic(13/160)`."""
        lower, _ = self.enclosure(Fraction(1, 10**40))
        if self.degree == 1:
            return f"RealAlgebraic({decimals(lower) if len(str(lower)) > LONGEST else lower})"
        return f"RealAlgebraic({decimals(lower).rstrip('…')}…, degree {self.degree})"

    def __lt__(self, other: RealAlgebraic) -> bool:
        if self.coefficients == other.coefficients:
            return self.index < other.index

        def apart(bits: int) -> bool | None:
            mine, theirs = self.ball(bits), other.ball(bits)
            return None if mine.overlaps(theirs) else bool(mine < theirs)

        return refined(apart, _START_BITS)

    def sign_of(self, polynomial: fmpq_poly) -> int:
        """The sign −1, 0 or 1 of polynomial(α), exactly: zero by division, otherwise by a ball that excludes zero."""
        remainder = polynomial % fmpq_poly(list(self.coefficients))
        if remainder.is_zero():
            return 0

        def decided(bits: int) -> int | None:
            value = horner(remainder.coeffs(), self.ball(bits), bits)
            return None if value.contains(0) else 1 if value > 0 else -1

        return refined(decided, _START_BITS)

    @property
    def sign(self) -> int:
        return self.sign_of(fmpq_poly([0, 1]))

    def image(self, numerator: fmpq_poly, denominator: fmpq_poly | None = None) -> RealAlgebraic:
        r"""The number N(α)/D(α), exactly.

        The map x ↦ x·N(α)/D(α) of the field Q(α) is the matrix N(C) D(C)⁻¹, with C the companion matrix of α's
        polynomial; its minimal polynomial is that of the image. Raises ZeroDivisionError when D(α) = 0.
        """
        denominator = fmpq_poly([1]) if denominator is None else denominator
        companion = _companion(self.coefficients)
        minimal = (_at_matrix(denominator, companion).inv() * _at_matrix(numerator, companion)).minpoly().numer()
        coefficients = _primitive(minimal)

        def found(bits: int) -> RealAlgebraic | None:
            above, below = (horner(part.coeffs(), self.ball(bits), bits) for part in (numerator, denominator))
            with flint.ctx.workprec(bits):
                value = above / below
            hits = [i for i, root in enumerate(real_root_balls(coefficients, bits)) if root.overlaps(value)]
            return RealAlgebraic(coefficients, hits[0]) if len(hits) == 1 else None

        return refined(found, _START_BITS)

    def square_root(self) -> RealAlgebraic:
        """√α ≥ 0 as a real algebraic number. Raises ValueError when α < 0."""
        if self.sign < 0:
            raise ValueError(f"a real square root needs a number >= 0, got {float(self):.6g}")
        doubled = [0] * (2 * self.degree + 1)
        doubled[::2] = self.coefficients
        candidates = [root for root, _ in real_roots(fmpq_poly(doubled)) if root.sign >= 0]
        square = fmpq_poly([0, 0, 1])
        return next(root for root in candidates if root.image(square) == self)

    @cached_property
    def expression(self) -> sympy.Expr:
        """The number in SymPy: rational, a + b√d in degree 2, otherwise a `CRootOf` of its minimal polynomial."""
        if self.degree == 1:
            return sympy.Rational(-self.coefficients[0], self.coefficients[1])
        if self.degree == 2:
            c, b, a = (sympy.Integer(k) for k in self.coefficients)
            root = sympy.sqrt(b**2 - 4 * a * c) / (2 * a)
            return sympy.expand(-b / (2 * a) + (root if self.index == 1 else -root))
        polynomial = sympy.Poly(list(reversed(self.coefficients)), sympy.Dummy("x"))
        return sympy.CRootOf(polynomial, self.index)


def rational_number(value: Fraction | int) -> RealAlgebraic:
    value = Fraction(value)
    return RealAlgebraic((-value.numerator, value.denominator), 0)


def real_roots(polynomial: fmpq_poly) -> tuple[tuple[RealAlgebraic, int], ...]:
    """All real roots with their multiplicities, increasing. Raises ValueError for the zero polynomial."""
    if polynomial.is_zero():
        raise ValueError("every real number is a root of the zero polynomial")
    _, factors = polynomial.numer().factor()
    found = [
        (RealAlgebraic(coefficients, index), int(multiplicity))
        for factor, multiplicity in factors
        for coefficients in [_primitive(factor)]
        for index in range(len(real_root_balls(coefficients, _START_BITS)))
    ]
    return tuple(sorted(found))


def sign_beside(polynomial: fmpq_poly, point: Fraction, side: int) -> int:
    """The sign of the polynomial just right (side = 1) or left (side = −1) of a rational point; 0 if it is zero."""
    shifted = polynomial(fmpq_poly([to_flint(point), fmpq(1)]))
    for order, coefficient in enumerate(shifted.coeffs()):
        if coefficient != 0:
            return (1 if coefficient > 0 else -1) * (side if order % 2 else 1)
    return 0


def rational_between(lower: RealAlgebraic, upper: RealAlgebraic) -> Fraction:
    """A rational strictly between two real algebraic numbers, lower < upper: of least denominator between the ends of their
    enclosures, so that what is computed there stays short.
    """
    width = Fraction(1, 1 << 32)
    while True:
        left, right = lower.enclosure(width)[1], upper.enclosure(width)[0]
        if left < right:
            return _simplest_between(left, right)
        width *= width


def _simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of least denominator strictly between, by continued fractions: the next integer, if it lies there."""
    below = low.numerator // low.denominator
    if below + 1 < high:
        return Fraction(below + 1)
    if low == below:  # between below and high ≤ below + 1: below + 1/k for the first k
        return below + Fraction(1, 1 + int(1 / (high - below)))
    rest = 1 / (low - below)
    return below + 1 / _simplest_between(1 / (high - below), rest)


def _primitive(polynomial: fmpz_poly) -> tuple[int, ...]:
    coefficients = [int(c) for c in polynomial.coeffs()]
    content = int(polynomial.content()) * (1 if coefficients[-1] > 0 else -1)
    return tuple(c // content for c in coefficients)


def _companion(coefficients: tuple[int, ...]) -> fmpq_mat:
    degree = len(coefficients) - 1
    matrix = fmpq_mat(degree, degree)
    for row in range(degree):
        if row:
            matrix[row, row - 1] = fmpq(1)
        matrix[row, degree - 1] = fmpq(-coefficients[row], coefficients[-1])
    return matrix


def _at_matrix(polynomial: fmpq_poly, matrix: fmpq_mat) -> fmpq_mat:
    size = matrix.nrows()
    value = fmpq_mat(size, size)
    for coefficient in reversed(polynomial.coeffs()):
        value = value * matrix
        for row in range(size):
            value[row, row] += coefficient
    return value
