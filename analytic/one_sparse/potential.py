r"""The potential of c features of which exactly one is active, in m dimensions:

.. math:: H(W, b) = 3 c K = \sum_{i,j} I_i\, \psi_{\delta_{ij}}(W_i \cdot W_j, b_i),

ψ of `analytic.one_sparse.pair`. The derivatives follow by the chain rule with G = WᵀW. Source of H: Chen et al. 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import flint
import sympy
from flint import fmpq

from ..exact import Exact, rational, to_flint
from ..exact.rationals import digits_of, entries
from ..exact.weights import weights
from ..loss import Enclosure
from .entries import MOST_BITS, ExactEntry, at_bits, number, read_entry
from .pair import Jet, Undecided, jet

Value: TypeAlias = "sympy.Rational | Enclosure"


@dataclass(frozen=True)
class Potential:
    """H of W (m, c), b (c,) and importance (c,), each entry rational, an exact SymPy number or an enclosure.

    Results are rationals where W and b are rational, otherwise enclosures. ValueError for floats and shapes that do not match;
    `Kink`, an ArithmeticError, where the second derivatives do not exist.

    >>> Potential([[1, -1]], [0, 0]).value()
    0
    """

    W: Sequence[Sequence[ExactEntry]]
    b: Sequence[ExactEntry]
    importance: Sequence[Exact] | None = None
    weights: tuple[fmpq, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "W", weights(self.W, read_entry))
        c = len(self.W[0])
        object.__setattr__(self, "b", entries(self.b, "b", read_entry, c))
        given = [1] * c if self.importance is None else self.importance
        values = entries(given, "importance", rational, c)
        if negative := [value for value in values if value < 0]:
            raise ValueError(f"importance must not be negative, got {negative[0]}")
        object.__setattr__(self, "weights", tuple(map(to_flint, values)))

    def value(self, digits: int = 30) -> Value:
        """H; a radius of 10^−digits where entries are known that well."""
        return number(self._to_digits(digits, lambda bits: [self.balls(bits).value])[0])

    def gradient(self, digits: int = 30) -> tuple[Value, ...]:
        """∂H/∂W row by row, then ∂H/∂b: length mc + c."""
        return tuple(map(number, self._to_digits(digits, lambda bits: self.balls(bits).gradient)))

    def hessian(self, digits: int = 30) -> tuple[tuple[Value, ...], ...]:
        """Second derivatives in the coordinates of `gradient`: (mc + c) × (mc + c)."""
        size = (len(self.W) + 1) * len(self.b)
        flat = self._to_digits(digits, lambda bits: [entry for row in self.balls(bits).hessian for entry in row])
        return tuple(tuple(map(number, flat[size * i : size * (i + 1)])) for i in range(size))

    def balls(self, bits: int) -> Derivatives:
        """All derivatives at so many bits; `Undecided` where a sign is, which more bits may tell."""
        with flint.ctx.workprec(bits):
            W = [[at_bits(entry, bits) for entry in row] for row in self.W]
            return derivatives(W, [at_bits(entry, bits) for entry in self.b], self.weights)

    def _to_digits(self, digits: int, values: Any) -> list[Any]:
        target, bits = sympy.Rational(1, 10 ** digits_of(digits)), 64 + 4 * digits
        while bits <= MOST_BITS:
            try:
                found: list[Any] = values(bits)
            except Undecided:
                bits *= 2
                continue
            if all(isinstance(value, fmpq) or _radius(value) <= target for value in found):
                return found
            bits *= 2
        raise ArithmeticError(f"W and b are not known well enough for {digits} digits of H, or lie on a wall")


@dataclass(frozen=True)
class Derivatives:
    """H, its gradient (mc + c) and its Hessian, in rationals of FLINT or balls, at W and b so many bits long."""

    W: Sequence[Sequence[Any]]
    b: Sequence[Any]
    value: Any
    gradient: list[Any]
    hessian: list[list[Any]]


def derivatives(W: Sequence[Sequence[Any]], b: Sequence[Any], importance: Sequence[fmpq]) -> Derivatives:
    """By the chain rule, G_ij = Σ_a W_ai W_aj."""
    c = len(b)
    gram = [[sum((row[i] * row[j] for row in W[1:]), W[0][i] * W[0][j]) for j in range(c)] for i in range(c)]
    jets = [[jet(gram[i][j], b[i], i == j) for j in range(c)] for i in range(c)]
    size = (len(W) + 1) * c
    gradient: list[Any] = [fmpq(0)] * size
    hessian: list[list[Any]] = [[fmpq(0)] * size for _ in range(size)]
    value: Any = fmpq(0)
    for i in range(c):
        for j in range(c):
            value = value + importance[i] * jets[i][j].value
            _add_pair(W, i, j, jets[i][j], importance[i], gradient, hessian)
    return Derivatives(W, b, value, gradient, hessian)


def slope(W: Sequence[Sequence[Any]], i: int, j: int) -> dict[int, Any]:
    """∂G_ij in the coordinates of W, row by row."""
    c = len(W[0])
    found: dict[int, Any] = {}
    for a, row in enumerate(W):
        found[a * c + i] = found.get(a * c + i, fmpq(0)) + row[j]
        found[a * c + j] = found.get(a * c + j, fmpq(0)) + row[i]
    return found


def _add_pair(
    W: Sequence[Sequence[Any]], i: int, j: int, jet: Jet, weight: fmpq, gradient: list[Any], hessian: list[list[Any]]
) -> None:
    m, c = len(W), len(W[0])
    bias, along = m * c + i, list(slope(W, i, j).items())
    (by_g, by_b), (gg, gb, bb) = jet.first, jet.second
    if all(entry == 0 for entry in (by_g, by_b, gg, gb, bb)):
        return
    for p, x in along:
        gradient[p] += weight * by_g * x
        hessian[p][bias] += weight * gb * x
        hessian[bias][p] += weight * gb * x
        for q, y in along:
            hessian[p][q] += weight * gg * x * y
    gradient[bias] += weight * by_b
    hessian[bias][bias] += weight * bb
    for a in range(m):
        hessian[a * c + i][a * c + j] += weight * by_g
        hessian[a * c + j][a * c + i] += weight * by_g


def _radius(value: Any) -> sympy.Rational:
    found = number(value)
    return found.radius if isinstance(found, Enclosure) else sympy.Integer(0)
