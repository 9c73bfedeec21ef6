r"""Expectations of powers of ReLU under a law, by sums over the vertices of cubes.

The moment generating function of z = b + g·x under a law is a product over its blocks of

.. math:: \sum_{\text{alternatives } (p, T)} p \prod_{j \in T} \varphi_j, \qquad
          \varphi_j = E e^{\zeta g_j x_j} = \frac{e^{\zeta g_j} - 1}{\zeta g_j} \quad (1 \text{ if } g_j = 0),

so it is a sum of terms :math:`c\, \zeta^{-k} e^{\zeta (b + a)}` with a the sum of g over a set of features (a vertex).
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
from ..law import Block

Terms = dict[int, list[Any]]
"""Vertex (as a bit mask of features) → coefficients of ζ⁰, ζ⁻¹, ζ⁻², …"""


def integral(gradient: Sequence[Exact], bias: Exact, power: int) -> sympy.Rational:
    r"""Integral of ReLU(b + g·x)^q over the unit cube, exactly.

    .. math:: \int_{[0,1]^d} (b + g \cdot x)_+^q dx
              = \frac{q!}{(q+d)! \prod_j g_j} \sum_{v \in \{0,1\}^d} (-1)^{d-|v|} (b + g \cdot v)_+^{q+d}

    `gradient` has length d; entries that are zero do not matter, and are left out. `power` q ≥ 1; ValueError otherwise.
    Source: iterated antiderivatives.
    """
    power = whole(power, "power", 1)
    g = [to_flint(entry) for entry in entries(gradient, "gradient", rational)]
    everything: Block = ((Fraction(1), tuple(range(len(g)))),)
    terms = transform(g, (everything,), to_flint)
    vertex = vertices(g, to_flint(rational(bias, "bias")))
    return to_sympy(from_flint(fmpq(expectation(terms, vertex, power, positive_part))))


def transform(
    g: Sequence[Any], blocks: Sequence[Any], number: Callable[[Any], Any], weighted: int | None = None
) -> Terms:
    r"""The terms of :math:`E e^{\zeta g \cdot x}`; with `weighted` = i, of :math:`E x_i e^{\zeta g \cdot x}`.

    Entries of `g` are of one kind of number, in which an exact zero must equal 0; `number` takes a probability of a
    block to that kind.
    """
    terms: Terms = {0: [number(Fraction(1))]}
    for block in blocks:
        concerned = any(weighted in features for _, features in block)
        total: Terms = {}
        for probability, features in block:
            if concerned and weighted not in features:
                continue
            weight = number(probability)
            part = {mask: [c * weight for c in row] for mask, row in terms.items()}
            for j in features:
                part = _times_uniform(part, j, g[j], weighted == j)
            for mask, row in part.items():
                _accumulate(total, mask, row)
        terms = total
    return terms


def vertices(g: Sequence[Any], bias: Any) -> Callable[[int], Any]:
    """The value b + Σ_{j in mask} g_j at the vertex of a mask, remembered."""
    known: dict[int, Any] = {0: bias}

    def value(mask: int) -> Any:
        if mask not in known:
            lowest = mask & -mask
            known[mask] = value(mask ^ lowest) + g[lowest.bit_length() - 1]
        return known[mask]

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


def _times_uniform(terms: Terms, j: int, slope: Any, weighted: bool) -> Terms:
    r"""The terms times φ_j, or times :math:`E x_j e^{\zeta g_j x_j} = e^{\zeta g_j}/\zeta g_j - \varphi_j/\zeta g_j`."""
    if slope == 0:
        return {mask: [c / 2 for c in row] for mask, row in terms.items()} if weighted else terms
    product: Terms = {}
    for mask, row in terms.items():
        # A zero of the same kind: a plain 0 would turn into a float when it is divided.
        zero = 0 * row[0]
        once = [zero, *(c / slope for c in row)]
        if weighted:
            twice = [zero, *(c / slope for c in once)]
            _accumulate(product, mask | 1 << j, [a - b for a, b in zip([*once, zero], twice, strict=True)])
            _accumulate(product, mask, twice)
        else:
            _accumulate(product, mask | 1 << j, once)
            _accumulate(product, mask, [-c for c in once])
    return product


def _accumulate(total: Terms, mask: int, row: Sequence[Any]) -> None:
    known = total.get(mask, [])
    total[mask] = [a + b for a, b in zip_longest(known, row, fillvalue=0)]
