"""The loss of the smallest model along rays, K = C − ρL(u) + ρ²Q(u), with rational parameters put in."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from flint import fmpq, fmpq_poly
from sympy import Poly

from ..exact import RealAlgebraic, to_flint
from .derivation import PARAMETERS, Chamber, u

Parameters = tuple[Fraction, Fraction, Fraction, Fraction]
"""(s, I₁, I₂, λ)."""


@dataclass(frozen=True)
class Ray:
    """The loss along the rays of a chamber at given parameters: K = constant − ρ·linear(u) + ρ²·quartic(u)."""

    constant: fmpq
    linear: fmpq_poly
    quartic: fmpq_poly

    @property
    def stationarity(self) -> fmpq_poly:
        """P = 2L′Q − LQ′, whose roots are the critical directions."""
        return 2 * self.linear.derivative() * self.quartic - self.linear * self.quartic.derivative()

    def scale(self, direction: RealAlgebraic) -> RealAlgebraic:
        return direction.image(self.linear, 2 * self.quartic)

    def loss(self, direction: RealAlgebraic) -> RealAlgebraic:
        gain = 4 * self.quartic
        return direction.image(self.constant * gain - self.linear * self.linear, gain)


def ray(chamber: Chamber, chart: int, parameters: Parameters) -> Ray:
    """The radial reduction of a chamber in a chart, at rational (s, I₁, I₂, λ)."""
    values = [to_flint(value) for value in parameters]
    constant, linear, quartic = (fmpq_poly(_at(terms, values)) for terms in ray_terms(chamber, chart))
    return Ray(constant[0], linear, quartic)


@lru_cache(maxsize=6)
def ray_terms(chamber: Chamber, chart: int) -> tuple[tuple[tuple[tuple[int, ...], fmpq], ...], ...]:
    """C, L and Q of `chamber.radial_in(chart)` as ((exponents of u, s, I₁, I₂, λ), coefficient) pairs."""
    radial = chamber.radial_in(chart)
    return tuple(
        tuple((m, fmpq(int(c.p), int(c.q))) for m, c in Poly(expression, u, *PARAMETERS).terms())
        for expression in (radial.constant, radial.linear, radial.quartic)
    )


def _at(terms: tuple[tuple[tuple[int, ...], fmpq], ...], values: list[fmpq]) -> list[fmpq]:
    coefficients = [fmpq(0)] * (1 + max(monomial[0] for monomial, _ in terms))
    for (power, *exponents), coefficient in terms:
        for value, exponent in zip(values, exponents, strict=True):
            coefficient = coefficient * value**exponent
        coefficients[power] += coefficient
    return coefficients
