r"""Regular polygons as critical points of H (m = 2, exactly one active feature).

By symmetric criticality a stationary common norm and bias (`analytic.one_sparse.chambers`) are stationary among all W, b. With
c > k features the others are dropped, W_j = 0, in one of two ways: "−", a bias b_j < 0 that never acts (H rises by 1), or
"+", b_j = 1/2c, the best constant (by 1 − 3/4c).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import flint
import sympy
from flint import arb, fmpq
from sympy import Expr, Rational

from ..exact.closed_forms import short_form
from ..exact.enclosures import enclosure
from ..exact.printed import Listed
from ..exact.rationals import whole
from ..law import OneHot
from ..loss import Enclosure
from ..polytope_loss import sparse_optimum
from ..polytopes import polygon_name, polytope
from .chambers import Isolated, cosine, isolated, sine
from .entries import ExactEntry, Number
from .pair import Kink, Undecided
from .potential import Potential
from .signs import signature

MOST_CORNERS = 1000
_PLAIN = {5, 6, 8, 10, 12}
"""Numbers of corners whose cosines lie in one Q(√d), so that a closed form can be looked for."""
_BIAS = Rational(-1, 10)
"""Of a dropped "−" feature; any negative one will do."""


class Signature(NamedTuple):
    """Numbers of negative, zero and positive eigenvalues of the Hessian of H, certified."""

    negative: int
    zero: int
    positive: int


@dataclass(frozen=True)
class KGon:
    """A regular k-gon that is a critical point of H, with `minus` and `plus` dropped features beside it: c = k + minus + plus.

    `norm`, `bias` and `potential` are numbers to any precision (`float`, `.enclose(digits)`, `.exact`); `W` (2, c), `b` (c,).

    >>> ten, = polygons(10)
    >>> ten.norm.exact, ten.potential.exact
    (1/2 + sqrt(5)/2, 5)
    """

    k: int
    root: Isolated
    minus: int = 0
    plus: int = 0
    importance = None
    law = OneHot()

    @property
    def c(self) -> int:
        """The number of features."""
        return self.k + self.minus + self.plus

    def with_dead(self, minus: int = 0, plus: int = 0) -> KGon:
        """The same k-gon beside so many dropped features of each kind, and no others. ValueError for negative numbers."""
        most = MOST_CORNERS - self.k
        return KGon(self.k, self.root, whole(minus, "minus", 0, most), whole(plus, "plus", 0, most))

    @cached_property
    def norm(self) -> Number:
        """l = √(B/Q)."""
        return Number(
            "norm",
            lambda bits: self._balls(bits)[0],
            lambda: self._exact("square_norm", lambda t: short_form(sympy.sqrt(t))),
        )

    @cached_property
    def bias(self) -> Number:
        """b = −θ l²."""
        return Number("bias", lambda bits: self._balls(bits)[1], lambda: self._exact("bias", lambda b: b))

    @cached_property
    def potential(self) -> Number:
        """H, dropped features included."""
        return Number(
            "potential",
            lambda bits: self._balls(bits)[2],
            lambda: self._exact("loss", lambda x: short_form(3 * x + self._dropped)),
        )

    def loss(self, c: int | None = None) -> Number:
        """K = H/3c; of c features, with all beyond these dropped as "−". ValueError for c below the number of features."""
        count = self.c if c is None else whole(c, "c", self.c, MOST_CORNERS)
        extra = count - self.c
        dropped = self.minus + extra + self.plus * (1 - Rational(3, 4 * count))

        def balls(bits: int) -> arb:
            with flint.ctx.workprec(bits):
                value: arb = (self._bare(bits) + fmpq(int(dropped.p), int(dropped.q))) / (3 * count)
            return value

        return Number("loss", balls, lambda: self._exact("loss", lambda x: short_form((3 * x + dropped) / (3 * count))))

    @property
    def W(self) -> tuple[tuple[ExactEntry, ...], ...]:
        """(2, c): the corners, then a zero column for each dropped feature."""
        zeros = (sympy.Integer(0),) * (self.minus + self.plus)
        if self.root.wall:
            angles = [2 * sympy.pi * j / self.k for j in range(self.k)]
            return (*(tuple(map(wave, angles)) + zeros for wave in (sympy.cos, sympy.sin)),)
        return (*(tuple(self._entry(wave, j) for j in range(self.k)) + zeros for wave in (cosine, sine)),)

    @property
    def b(self) -> tuple[ExactEntry, ...]:
        """(c,): the bias, then −1/10 for each "−" and 1/2c for each "+"."""
        live: ExactEntry = sympy.Integer(0) if self.root.wall else self.bias
        return (live,) * self.k + (_BIAS,) * self.minus + (Rational(1, 2 * self.c),) * self.plus

    @cached_property
    def signature(self) -> Signature | None:
        """The inertia of the Hessian of H, certified: None at a kink (k = 3, 4) and where balls do not tell."""
        if self.root.wall:
            return None
        try:
            return Signature(*signature(Potential(self.W, self.b).balls))
        except (Kink, Undecided):
            return None

    def __repr__(self) -> str:
        dropped = f" and {self.minus + self.plus} dropped" if self.c > self.k else ""
        return f"KGon({polygon_name(self.k)}{dropped}: l = {self._at(0)}, b = {self._at(1)}, H = {self._at(2)})"

    def _at(self, place: int) -> Enclosure:
        return enclosure(self._balls(128)[place])

    @property
    def _dropped(self) -> Rational:
        return self.minus + self.plus * (1 - Rational(3, 4 * self.c))

    def _balls(self, bits: int) -> tuple[arb, arb, arb]:
        theta, B, Q = self.root.moments(bits + 32)
        with flint.ctx.workprec(bits + 32):
            square, dropped = B / Q, self._dropped
            return square.sqrt(), -theta * square, self._bare(bits) + fmpq(int(dropped.p), int(dropped.q))

    def _bare(self, bits: int) -> arb:
        _, B, Q = self.root.moments(bits + 32)
        with flint.ctx.workprec(bits + 32):
            return arb(0) if self.root.wall else self.k * (1 - 3 * B * B / Q)

    def _entry(self, wave: Callable[[int, int], arb], j: int) -> ExactEntry:
        def balls(bits: int) -> arb:
            norm = self._balls(bits)[0]
            with flint.ctx.workprec(bits + 32):
                value: arb = norm * wave(j, self.k)
            return value

        return sympy.Integer(0) if wave(j, self.k) == 0 else Number("entry", balls, lambda: None)

    def _exact(self, quantity: str, then: Callable[[Expr], Expr | None]) -> Expr | None:
        """Of the same critical point in `analytic.polytope_loss`, where that knows it in radicals (there is only one)."""
        if self.root.wall:
            value: Expr | None = sympy.Integer(quantity == "square_norm")
        elif self.k in _PLAIN:
            value = getattr(sparse_optimum(polytope(polygon_name(self.k))), quantity)
        else:
            return None
        return None if value is None else then(value)


class Polygons(Listed[KGon]):
    """The critical points that are regular k-gons; a tuple."""

    __slots__ = ()
    HEAD = ("k", "norm", "bias", "H")

    def cells(self, entry: KGon) -> tuple[str, ...]:
        return str(entry.k), *(str(entry._at(place)) for place in range(3))


@lru_cache(maxsize=512)
def _polygons(k: int) -> Polygons:
    return Polygons(KGon(k, root) for root in isolated(k))


def polygons(k: int) -> Polygons:
    """All regular k-gons, 3 ≤ k ≤ `MOST_CORNERS`, that are critical points of H: complete, in all chambers and for either sign of
    the bias, by isolation of roots. There is one for each k up to 203 (and for every other k tried). ValueError for other k.
    """
    return _polygons(whole(k, "k", 3, MOST_CORNERS))
