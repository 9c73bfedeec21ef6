r"""Expectations of powers of ReLU under a law, by sums over the vertices of boxes.

The moment generating function of z = b + g·x under a law is the generating function of its blocks (`analytic.law.blocks`) at

.. math:: \varphi_j = E e^{\zeta g_j x_j} = \frac{e^{\zeta g_j b} - e^{\zeta g_j a}}{\zeta g_j (b - a)}, \qquad
          e^{\zeta g_j v} \quad (1 \text{ if } g_j = 0)

for a feature that is uniform on [a, b] where it is active, or v; of a mixture their mean. So it is a sum of terms
:math:`c\, \zeta^{-k} e^{\zeta (b + a)}` with a the sum of g times a corner of the box over a set of features (a vertex).
:math:`\zeta^{-q-1} q!` is the transform of ReLU(z)^q, and therefore

.. math:: E\, \mathrm{ReLU}(z)^q = \sum c\, \frac{q!}{(k+q)!} (b + a)_+^{k+q}.

For one support T with all g_j ≠ 0 this is the vertex sum of `integral`. The arithmetic is that of the numbers put in:
rationals, balls or SymPy expressions. Cost: (number of vertices) × n, that is n 2ⁿ for independent features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import zip_longest
from math import perm
from typing import Any

import sympy
from flint import fmpq

from ..exact import Exact, rational, to_flint, to_sympy
from ..exact.rationals import entries, from_flint, whole
from ..law import Alternatives, Block
from .corners import UNIT_CUBE, Corners, Ends

Terms = dict[int, list[Any]]
"""Vertex (as a number: `Corners`) → coefficients of ζ⁰, ζ⁻¹, ζ⁻², …"""


def integral(gradient: Sequence[Exact], bias: Exact, power: int) -> sympy.Rational:
    r"""Integral of ReLU(b + g·x)^q over the unit cube, exactly.

    .. math:: \int_{[0,1]^d} (b + g \cdot x)_+^q dx
              = \frac{q!}{(q+d)! \prod_j g_j} \sum_{v \in \{0,1\}^d} (-1)^{d-|v|} (b + g \cdot v)_+^{q+d}

    `gradient` has length d; entries that are zero do not matter, and are left out. `power` q ≥ 1; ValueError otherwise.
    Source: iterated antiderivatives.
    """
    power = whole(power, "power", 1)
    g = [to_flint(entry) for entry in entries(gradient, "gradient", rational)]
    everything = Alternatives(((Fraction(1), tuple(range(len(g)))),))
    terms = transform(g, (everything,), to_flint)
    vertex = vertices(g, to_flint(rational(bias, "bias")))
    return to_sympy(from_flint(fmpq(expectation(terms, vertex, power, positive_part))))


def transform(
    g: Sequence[Any],
    blocks: Sequence[Block],
    number: Callable[[Any], Any],
    weighted: int | None = None,
    corners: Corners = UNIT_CUBE,
) -> Terms:
    r"""The terms of :math:`E e^{\zeta g \cdot x}`; with `weighted` = i, of :math:`E x_i e^{\zeta g \cdot x}`, or
    :math:`E |x_i| e^{\zeta g \cdot x}` if the corners say so.

    Entries of `g` are of one kind of number, in which an exact zero must equal 0; `number` takes a probability of a
    block to that kind.
    """

    def times(terms: Terms, j: int) -> Terms:
        return _times_letter(terms, corners.letter(j), g[j], number, False)

    def mix(parts: Sequence[tuple[Fraction, Terms]]) -> Terms:
        total: Terms = {}
        for share, terms in parts:
            weight = number(share)
            for vertex, row in terms.items():
                _accumulate(total, vertex, [c * weight for c in row])
        return total

    def split_times(pair: tuple[Terms, Terms], j: int) -> tuple[Terms, Terms]:
        """Without and with the weighted feature."""
        without, within = pair
        if j == weighted:
            return {}, _times_letter(without, corners.weighed(j), g[j], number, True)
        return times(without, j), times(within, j)

    def split_mix(parts: Sequence[tuple[Fraction, tuple[Terms, Terms]]]) -> tuple[Terms, Terms]:
        return mix([(p, pair[0]) for p, pair in parts]), mix([(p, pair[1]) for p, pair in parts])

    terms: Terms = {0: [number(Fraction(1))]}
    nothing: Terms = {}
    for block in blocks:
        if weighted is not None and weighted in block.features:
            terms = block.applied((terms, nothing), split_times, split_mix)[1]
        else:
            terms = block.applied(terms, times, mix)
    return terms


def vertices(
    g: Sequence[Any], bias: Any, number: Callable[[Any], Any] | None = None, corners: Corners = UNIT_CUBE
) -> Callable[[int], Any]:
    """The value b + Σ_j g_j c_j at the vertex of a number, remembered; `number` for corners that are not 0 and 1."""
    known: dict[int, Any] = {0: bias}

    def value(vertex: int) -> Any:
        if vertex not in known:
            j, rest, corner = corners.lowest(vertex)
            known[vertex] = value(rest) + (g[j] if corner == 1 or number is None else g[j] * number(corner))
        return known[vertex]

    return value


def positive_part(value: fmpq) -> fmpq:
    return value if value > 0 else fmpq(0)


def expectation(
    terms: Mapping[int, Sequence[Any]], vertex: Callable[[int], Any], power: int, positive: Callable[[Any], Any]
) -> Any:
    """E ReLU(z)^power, power ≥ 1, from the terms of z's transform and the vertex values, with the positive part given.

    Powers are products: a power of a ball around 0 may come back as nan.
    """
    total: Any = 0
    for mask, coefficients in terms.items():
        base = positive(vertex(mask))
        if base == 0:
            continue
        current = base
        for _ in range(power - 1):
            current = current * base
        for k, coefficient in enumerate(coefficients):
            total = total + coefficient * current / perm(k + power, k)
            current = current * base
    return total


def _times_letter(
    terms: Terms, letter: Sequence[Ends], slope: Any, number: Callable[[Any], Any], weighted: bool
) -> Terms:
    """The terms times φ_j, or, `weighted`, times E x_j e^{ζ g_j x_j}."""
    if slope == 0:
        mean = sum(part.weight * (part.low + part.high) for part in letter) / 2
        return {v: [c * number(mean) for c in row] for v, row in terms.items()} if weighted else terms
    product: Terms = {}
    for part in letter:
        share = part.weight / (part.high - part.low) if part.high > part.low else part.weight
        if weighted and part.high == part.low:
            share *= part.low
        over = [terms] if share == 1 else [{v: [c * number(share) for c in row] for v, row in terms.items()}]
        if part.high == part.low:
            _add_shifted(product, over[0], part.at_low, 1)
            continue
        once = {v: [0 * row[0], *(c / slope for c in row)] for v, row in over[0].items()}
        if weighted:
            twice = {v: [0 * row[0], *(c / slope for c in row)] for v, row in once.items()}
            for end, at, sign in ((part.high, part.at_high, 1), (part.low, part.at_low, -1)):
                _add_shifted(product, once, at, sign * number(end))
                _add_shifted(product, twice, at, -sign)
        else:
            _add_shifted(product, once, part.at_high, 1)
            _add_shifted(product, once, part.at_low, -1)
    return product


def _add_shifted(total: Terms, terms: Terms, at: int, factor: Any) -> None:
    """Add the terms times a factor, at vertices with a corner more."""
    if factor == 0:
        return
    for vertex, row in terms.items():
        _accumulate(total, vertex | at, row if factor == 1 else [c * factor for c in row])


def _accumulate(total: Terms, mask: int, row: Sequence[Any]) -> None:
    known = total.get(mask)
    total[mask] = [*row] if known is None else [a + b for a, b in zip_longest(known, row, fillvalue=0)]
