r"""Rows of a few large entries and many small ones: the large ones at eight biases, the small ones by their moments.

With z = b + g·x + y, y = Σ g_j x_j over the small entries, y in [l, h], the own entry among the large ones, and

.. math:: F(c) = E[(c + g·x)_+^2 - 2 x_i (c + g·x)_+], \qquad V = E F(b + y),

F is a polynomial of degree k + 2 between the corners of z, the -Σ g_j over sets of the k large entries. Where b + [l, h] has none
inside, F there is what it is at eight Chebyshev nodes c, up to k = 5 without error, and beyond with one of some
F'' (2h/min g)^8/(8! 2^7); and so are its derivatives by b and by the large entries. Each derivative by small entries puts their x
under the mean: ∂V/∂g_j = E x_j F'(b + y). So V and its derivatives are sums over the nodes, with the weights of `small_entries`.

Vertex sums refuse such rows, for they divide by every entry; faces and lines take a hundred times as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from . import small
from .factors import Booleans, Floats, Integers
from .small_entries import NODES, Small, summed

_EXACT = 5
"""Large entries up to which nothing is left out."""
_MOST = 9
_GAP = 0.05
"""Beyond `_EXACT`, of y against the least of the large entries."""
_ENTRIES = 1 << 20
"""Of the largest array, some 8 MB."""


class _Part(NamedTuple):
    """Rows with as many large entries: which they are (R,), the places of these (R, k), and what is left of the row there."""

    some: Integers
    places: Integers
    g: Floats
    own: Integers
    p: Floats

    def at(self, chosen: Integers) -> _Part:
        return _Part(self.some[chosen], self.places[chosen], self.g[chosen], self.own[chosen], self.p[chosen])


def rows(g: Floats, b: Floats, own: Integers, p: Floats, within: Floats) -> tuple[small.Rows, Integers]:
    """V and its gradient, each entry `within` (R,), and which rows are not of this kind. `p`: (R, n); others as
    `small.rows_by_vertices`.
    """
    found, left = small.Rows(np.empty_like(b), np.empty_like(g), np.empty_like(b)), np.ones(len(b), bool)
    for part in _parts(g, b, own, p):
        rest, some = Small.of(g[part.some], p[part.some], part.places), part.some
        biases = rest.biases(b[some])
        alone = _values(part, biases, within[some] / 8)
        weight, by_entry = rest.weights(), rest.weights_by_entry()
        dg = summed(by_entry * alone.db[:, None], 2)
        np.put_along_axis(dg, part.places, summed(weight[:, :, None] * alone.dg, 1), axis=1)
        found.put(some, small.Rows(summed(weight * alone.value, 1), dg, summed(weight * alone.db, 1)))
        left[some] = False
    return found, np.flatnonzero(left)


def hessians(g: Floats, b: Floats, own: Integers, p: Floats, within: Floats) -> tuple[Floats, Integers]:
    """∂²V (R, n + 1, n + 1), the bias last, each entry `within` (R,), and which rows are not of this kind."""
    R, n = g.shape
    H, left = np.empty((R, n + 1, n + 1)), np.ones(R, bool)
    for part in _parts(g, b, own, p):
        rest, some, k = Small.of(g[part.some], p[part.some], part.places), part.some, part.g.shape[1]
        alone = _curvatures(part, rest.biases(b[some]), within[some] / 8)
        own_part = summed(rest.weights()[:, :, None, None] * alone, 1)
        across = summed(rest.weights_by_entry()[:, :, :, None] * alone[:, None, :, k], 2)
        found = np.zeros((len(some), n + 1, n + 1))
        found[:, :n, :n] = summed(rest.weights_by_entries() * alone[:, None, None, :, k, k], 3)
        places = np.concatenate([part.places, np.full((len(some), 1), n)], axis=1)
        row = np.arange(len(some))[:, None]
        for at in range(k + 1):
            np.put_along_axis(across[:, :, at], part.places, 0.0, axis=1)
            found[row, np.arange(n), places[:, at, None]] = across[:, :, at]
            found[row, places[:, at, None], np.arange(n)] = across[:, :, at]
        found[row[:, :, None], places[:, :, None], places[:, None]] = own_part
        H[some], left[some] = found, False
    return H, np.flatnonzero(left)


def _parts(g: Floats, b: Floats, own: Integers, p: Floats) -> Iterator[_Part]:
    """Rows by the least number of large entries with which they are of this kind; none where z has one sign."""
    n, row = g.shape[1], np.arange(len(g))
    most = max(1, _ENTRIES // (NODES * n * n))
    acting = np.where(p > 0, g, 0.0)
    two_signs = (b + np.minimum(acting, 0).sum(1) < 0) & (b + np.maximum(acting, 0).sum(1) > 0)
    size = np.abs(acting)
    size[row, own] = np.inf
    order = np.argsort(-size, axis=1, kind="stable")
    left = np.flatnonzero((acting[row, own] != 0) & two_signs)
    for k in range(1, min(_MOST, n - 1) + 1):
        places = np.sort(order[left, :k], axis=1)
        part = _Part(
            left,
            places,
            np.take_along_axis(g[left], places, axis=1),
            (places == own[left, None]).argmax(1),
            np.take_along_axis(p[left], places, axis=1),
        )
        rest = acting[left]
        np.put_along_axis(rest, places, 0.0, axis=1)
        low, high = np.minimum(rest, 0).sum(1), np.maximum(rest, 0).sum(1)
        calm = _calm(part.g, b[left], low, high)
        if k > _EXACT:
            calm &= high - low <= 2 * _GAP * np.abs(part.g).min(1)
        if calm.any():
            chosen = np.flatnonzero(calm)
            for first in range(0, len(chosen), most):
                yield part.at(chosen[first : first + most])
            left = left[~calm]
        if not len(left):
            return


def _calm(g: Floats, b: Floats, low: Floats, high: Floats) -> Booleans:
    """Whether no corner of z lies in b + [low, high], but for rounding, (R,)."""
    sums = b[:, None]
    for entry in g.T:
        sums = np.concatenate([sums, sums + entry[:, None]], axis=1)
    room = 2.0**-48 * (np.abs(b) + np.abs(g).sum(1)) + 2.0**-20 * (high - low)
    calm: Booleans = ((sums + (low - room)[:, None] > 0) | (sums + (high + room)[:, None] < 0)).all(1)
    return calm


def _values(part: _Part, biases: Floats, within: Floats) -> small.Rows:
    """F and its gradient by the large entries and by the bias, at every node: (R, 8), (R, 8, k), (R, 8)."""
    given, law, within = _at_nodes(part, biases, within)
    found, rest = small.rows_by_vertices(*given, part.p, law, within)
    if len(rest):
        table = small.support_table(part.p)
        found.put(rest, small.rows_by_faces(given.g[rest], given.b[rest], given.own[rest], table, law[rest]))
    return small.Rows(*(of.reshape(*biases.shape, *of.shape[1:]) for of in found))


def _curvatures(part: _Part, biases: Floats, within: Floats) -> Floats:
    """Second derivatives of F, (R, 8, k + 1, k + 1)."""
    given, law, within = _at_nodes(part, biases, within)
    H, rest = small.hessians_by_vertices(*given, part.p, law, within)
    if len(rest):
        table = small.support_table(part.p)
        H[rest] = small.hessians_by_faces(given.g[rest], given.b[rest], given.own[rest], table, law[rest])
    return H.reshape(*biases.shape, *H.shape[1:])


class _Given(NamedTuple):
    """Rows at all their nodes, (8R, …)."""

    g: Floats
    b: Floats
    own: Integers


def _at_nodes(part: _Part, biases: Floats, within: Floats) -> tuple[_Given, Integers, Floats]:
    """With the lines of `part.p` that they take, and what each may err by."""
    given = _Given(np.repeat(part.g, NODES, axis=0), biases.ravel(), np.repeat(part.own, NODES))
    return given, np.repeat(np.arange(len(part.g)), NODES), np.repeat(within, NODES)
