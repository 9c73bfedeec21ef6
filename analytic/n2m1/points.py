"""Critical points of the smallest model without bias: what is known of one, and how it prints."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import sympy
from sympy import Expr

from ..exact import RealAlgebraic
from ..exact.printed import Listed, decimals, short

Kind = Literal["minimum", "saddle", "maximum"]
Phase = Literal["aligned", "antipodal", "single", "none"]
Place = Literal["chamber", "diagonal", "axis", "origin"]

FREE = sympy.symbols("t_1 t_2", real=True)


@dataclass(frozen=True)
class CriticalPoint:
    """A critical point of K, one of the pair ±W.

    `squares` are w₁² and w₂² and `value` the loss, as real algebraic numbers; `weights` and `loss` are the same in
    SymPy. `place` says where it lies: inside a chamber, on the diagonal w₂ = −w₁, on an axis (a kink), at the origin.
    `kind` is decided exactly, one-sided at edges; a saddle is a critical point that is not a local extremum. `phase` is
    aligned (w₁w₂ > 0), antipodal (w₁w₂ < 0), single (one weight zero) or none (the origin; no data).
    `free` marks weights that may take any value: only where an importance is 0 or there are no data (s = 1) do critical
    points form lines or planes, and each such family is one entry with the symbols `t_1`, `t_2` in its weights. Along
    the line of a feature without importance the kind is that of its far points, and `maximum` is not strict.
    """

    squares: tuple[RealAlgebraic, RealAlgebraic]
    value: RealAlgebraic
    kind: Kind
    phase: Phase
    place: Place
    free: tuple[bool, bool] = (False, False)

    @property
    def isolated(self) -> bool:
        return not any(self.free)

    @property
    def weights(self) -> tuple[Expr, Expr]:
        """(w₁, w₂), exact; −W is the same model."""
        first, second = (
            symbol if free else sympy.sqrt(square.expression)
            for symbol, free, square in zip(FREE, self.free, self.squares, strict=True)
        )
        return first, -second if self.phase == "antipodal" else second

    @property
    def loss(self) -> Expr:
        return self.value.expression

    @property
    def ratio(self) -> float:
        """w₂/w₁ as a float; infinite where w₁ = 0."""
        first, second = self.floats
        return second / first if first else float("inf")

    @property
    def floats(self) -> tuple[float, float]:
        """(w₁, w₂) rounded to floats, a free weight as 0."""
        first, second = (math.sqrt(float(square)) for square in self.squares)
        return first, -second if self.phase == "antipodal" else second

    def __float__(self) -> float:
        """The loss."""
        return float(self.value)

    def __repr__(self) -> str:
        return f"{self.phase} {self.kind} W = ±({', '.join(self.cells[2:4])}), K = {self.cells[4]}"

    @property
    def cells(self) -> tuple[str, ...]:
        """Kind, phase, w₁, w₂ and K, as text."""
        weights = (str(w) if free else _brief(w) for w, free in zip(self.weights, self.free, strict=True))
        return (self.kind, self.phase, *weights, _brief(self.loss))

    def _repr_latex_(self) -> str:
        weights = ",\\; ".join(_short_latex(weight) for weight in self.weights)
        name = f"\\text{{{self.kind}, {self.phase}: }}"
        return f"${name} W = \\pm\\left({weights}\\right),\\; K = {_short_latex(self.loss)}$"


class CriticalPoints(Listed[CriticalPoint]):
    """Critical points by increasing loss; a tuple."""

    __slots__ = ()
    HEAD = ("kind", "phase", "w₁", "w₂", "K")

    def cells(self, entry: CriticalPoint) -> tuple[str, ...]:
        return entry.cells


def _brief(number: Expr) -> str:
    """The number with its decimals, if the whole is short, else those alone."""
    text = short(number)
    return text if len(text) <= 40 else decimals(number)


def _short_latex(number: Expr) -> str:
    """A closed form where there is one, otherwise twelve digits."""
    return str(sympy.latex(number if not number.has(sympy.CRootOf) else sympy.Float(number.evalf(12), 12)))
