r"""The supports with at most two active features among the large entries of a row.

In general by `faces`. For pairs of independent features, of which n = 400 has 32 million, E (z + ε)_+² is a second
difference over the vertices: with κ(z) = z_+² (z²/12 + E[ε] z/3 + E[ε²]/2), ε the sum of the small terms,

.. math:: Q_{jk} = \frac{κ(b + g_j + g_k) - κ(b + g_j) - κ(b + g_k) + κ(b)}{g_j g_k} .

It loses eps·(ratio of the coefficients), and serves where that is below 1000; the few other pairs go by `faces`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from .activity import few_supports, states
from .contour import Measure
from .faces import Moments, bytes_per_row, expectation
from .pieces import Piece, rows_at_once

_LARGEST_RATIO = 1000.0
_PAIRS_CHUNK = 2**24


def few_active(place: Tensor, measure: Measure, *, max_memory: int) -> Iterator[Piece]:
    """The part of the rows' values that `measure`, split, leaves out."""
    law = measure.law
    everything, features = (torch.arange(size, device=place.device) for size in (len(place), law.n))
    for size in range(min(2, measure.most_active) + 1):
        if size == 2 and measure.quick:
            yield from _pairs(place, measure, max_memory)
            continue
        subsets = torch.combinations(features, size) if size else features[:1, None][:, :0]
        bytes_each = 2 * bytes_per_row(size, True)
        for some in subsets.split(rows_at_once(bytes_each, max_memory)):
            for part in everything.split(rows_at_once(bytes_each * len(some), max_memory)):
                yield Piece(place[part], partial(_few, part=measure.rows(part), subsets=some))


def _few(g: Tensor, b: Tensor, part: Measure, subsets: Tensor) -> Tensor:
    found = few_supports(states(g, part.large, part.law), part.law, part.large, subsets)
    count, size = subsets.shape
    last = _only_all(size, g)
    values = expectation(
        g[:, subsets].reshape(len(g) * count, size),
        b[:, None].expand(len(g), count).reshape(-1),
        (part.own[:, None, None] == subsets).to(g).reshape(len(g) * count, size),
        found.probability.reshape(-1, 1) * last,
        Moments(*(moment.reshape(-1, 1) * last for moment in found.moments)),
    )
    return values.reshape(len(g), count).sum(1)


def _only_all(size: int, like: Tensor) -> Tensor:
    """(2^size,), 1 for the support with all features."""
    last: Tensor = torch.arange(2**size, device=like.device) == 2**size - 1
    return last.to(like)


def _pairs(place: Tensor, measure: Measure, max_memory: int) -> Iterator[Piece]:
    n = measure.law.n
    for some in torch.arange(len(place), device=place.device).split(
        rows_at_once(n * n * 128, max_memory, _PAIRS_CHUNK)
    ):
        part = measure.rows(some)
        large = part.large.T
        even = _even(part.g, large)
        yield Piece(place[some], partial(_even_pairs, part=part, even=even))
        uneven = torch.nonzero((large[:, :, None] & large[:, None] & ~even).triu(1))
        for chosen in uneven.split(rows_at_once(2 * bytes_per_row(2, True) + n * 40, max_memory)):
            if len(chosen):
                yield Piece(place[some], partial(_uneven_pairs, part=part, row=chosen[:, 0], pair=chosen[:, 1:]))


def _even(g: Tensor, large: Tensor) -> Tensor:
    """(rows, n, n), whether two different large entries are close enough in size."""
    size = torch.where(large, g.abs(), 0.0)
    close = size[:, :, None] <= _LARGEST_RATIO * size[:, None]
    present = (size > 0)[:, :, None] & (size > 0)[:, None]
    return close & close.mT & present & ~torch.eye(g.shape[1], dtype=torch.bool, device=g.device)


def _weights(g: Tensor, part: Measure) -> tuple[Tensor, Moments]:
    """w with P(of the large only j and k) = w_j w_k, (rows, n), and the moments of ε, (rows,)."""
    p, s, large = part.law.share, part.law.off, part.large.T
    alone = torch.where(large, s, 1.0).prod(1, keepdim=True).sqrt()
    small = torch.where(large, 0.0, g)
    first = small @ p / 2
    return torch.where(large, alone * p / s, 0.0), Moments(first, (small * small) @ (p / 3 - p * p / 4) + first**2)


def _even_pairs(g: Tensor, b: Tensor, part: Measure, even: Tensor) -> Tensor:
    """With the own feature, from E x_i (z + ε)_+ = (Q at x_i = 1 - Q)/2g_i, Q the expectation of the square."""
    weight, (first, second) = _weights(g, part)

    small = not bool(part.large.all())
    m, v = (moment[:, None] if small else 0.0 for moment in (first, second))

    def cubic(z: Tensor) -> Tensor:  # κ'
        z = z.clamp_min(0)
        return z * (z * (z / 3 + m) + v)

    def quartic(z: Tensor) -> Tensor:  # κ, z: (rows, ...)
        square = z.clamp_min(0).square()
        if not small:
            return square.square() / 12
        z = z.clamp_min(0)
        first_term, second_term = (moment.reshape(-1, *[1] * (z.ndim - 1)) for moment in (first / 3, second / 2))
        return square * (z * (z / 12 + first_term) + second_term)

    inverse = torch.where(g == 0, 0.0, 1 / torch.where(g == 0, 1.0, g))
    scaled = weight * inverse
    one = b[:, None] + g  # (rows, n)
    edge = quartic(one) - quartic(b)[:, None] / 2
    corner = torch.where(even, quartic(one[:, :, None] + g[:, None]), 0.0)
    partners = (even.to(g) @ scaled[:, :, None])[:, :, 0]
    squares = (scaled * ((corner @ scaled[:, :, None])[:, :, 0] / 2 - edge * partners)).sum(1)
    place = part.own[:, None]
    mine, my_inverse, my_weight, my_edge = (values.gather(1, place) for values in (g, inverse, weight, edge))
    my_even, my_corner = (
        values.gather(1, place[:, :, None].expand(-1, 1, g.shape[1]))[:, 0] for values in (even, corner)
    )
    my_difference = my_corner - my_edge - edge
    at_one = cubic(b[:, None] + mine + g) - cubic(b[:, None] + mine)  # g_k Q at x_i = 1
    crossed = torch.where(my_even, scaled * (at_one - my_inverse * my_difference), 0.0)
    return squares - (my_weight * my_inverse * crossed).sum(1)


def _uneven_pairs(g: Tensor, b: Tensor, part: Measure, row: Tensor, pair: Tensor) -> Tensor:
    """`row`: (pairs,), which row; `pair`: (pairs, 2), two features of it."""
    weight, moments = _weights(g, part)
    last = _only_all(2, g)
    values = expectation(
        g[row[:, None], pair],
        b[row],
        (part.own[row][:, None] == pair).to(g),
        weight[row[:, None], pair].prod(1)[:, None] * last,
        Moments(*(moment[row][:, None] * last for moment in moments)),
    )
    return torch.zeros_like(b).index_add(0, row, values)
