r"""The expected loss of ReLU(WᵀWx + b) without sampling, with gradient and Hessian.

.. math:: K = \sum_i I_i \bigl(E x_i^2 + E[(z_i)_+^2 - 2 x_i (z_i)_+]\bigr), \qquad z = WᵀWx + b

Each row i of G = WᵀW is a problem of its own: the expectation of a function of z_i = b_i + g·x.

- At most 10 features, or at most 10 large entries in the row (`small_entries` says which are not): all supports,
  each a cube integral by `faces`. Rounding error alone, some 1e-15.
- More: the characteristic function, in `transformed`.

Error: with S = K + Σ I_i E x_i², small entries and the period of the nodes cost at most 1e-10 S, leaving out the nodes
beyond the last at most 1e-10 S, or 1e-8 S where 1e-10 would take more than 2^19/n nodes to guarantee (few and sparse,
or very many features). These are bounds; errors seen are 1e-12 S. K enters by K_i ≥ ((E z_i)_+ - E x_i)_+².
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ..activity import all_supports, states
from ..arguments import importance_row
from ..contour import Measure
from ..faces import bytes_per_row, expectation, supports
from ..law import Groups, Law, grouped
from ..pieces import Piece, rows_at_once, sum_pieces
from ..small_entries import enumerated, large_entries
from ..transformed import transformed

ACCURACY = 1e-10
_WHOLE = 10  # most features, and
_LARGE = 10  # most large entries, of which all supports are summed: the 3^10 faces of a row take 20 ms


def expected_loss(
    W: Tensor,
    b: Tensor | None,
    sparsity: ArrayLike | None,
    importance: ArrayLike | None = None,
    *,
    law: Law | None = None,
    max_memory: int = 2**30,
) -> Tensor:
    """K for each model, float64, of the batch shape; differentiable twice, one-sided where a derivative jumps.

    `W`: (..., m, n); `b`: (..., n) or None for 0; `sparsity`: number or (n,), None beside a `law`, without which the
    features are independent; `importance`: None for 1, number or (n,); `max_memory`: bytes beyond arguments, results
    and G. ValueError on bad input, where all densities are 0, and where the accuracy above cannot be had.
    """
    n = _check(W, b, max_memory)
    form = grouped(law, sparsity, n).to(W.device)
    weight = torch.from_numpy(importance_row(importance, n)).to(W.device)
    weights = W.to(torch.float64)
    G = weights.mT @ weights  # (..., n, n)
    bias = G.new_zeros(G.shape[:-1]) if b is None else b.to(G)
    g, flat = G.reshape(-1, n), bias.reshape(-1)
    counted = torch.nonzero((weight > 0).repeat(len(flat) // n))[:, 0]
    rows = Measure(
        g.detach()[counted],
        flat.detach()[counted],
        counted % n,
        torch.ones(n, len(counted), dtype=torch.bool, device=G.device),
        form,
        split=False,
    )
    pieces = list(_pieces(counted, rows, weight, max_memory))
    values = sum_pieces(g, flat, pieces).reshape(*G.shape[:-2], n)
    return (values + form.activity / 3) @ weight


def _check(W: Tensor, b: Tensor | None, max_memory: int) -> int:
    if W.ndim < 2 or 0 in W.shape[-2:]:
        raise ValueError(f"W must have shape (..., m, n) with m, n ≥ 1, got {tuple(W.shape)}")
    n = W.shape[-1]
    expected = (*W.shape[:-2], n)
    if b is not None and b.shape != expected:
        raise ValueError(f"b must have shape {expected} to match W, got {tuple(b.shape)}")
    for name, array in (("W", W), ("b", b)):
        if array is not None and not torch.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got {array[~torch.isfinite(array)][0].item()}")
    least = 2**24 if n <= _WHOLE else 2**25 + n * 2**17 + n * n * 2**7
    if max_memory < least:
        raise ValueError(f"max_memory must be at least {least} bytes for {n} features, got {max_memory}")
    return n


def _pieces(place: Tensor, rows: Measure, weight: Tensor, max_memory: int) -> Iterator[Piece]:
    """Chunks of rows, by the number of their large entries."""
    law = rows.law
    if law.n <= _WHOLE:
        yield from _whole(place, rows, max_memory)
        return
    everything = torch.arange(len(place), device=place.device)
    for chunk in everything.split(rows_at_once(law.n * 8 * 20, max_memory)):
        part = rows.rows(chunk)
        tolerance = _tolerance(part, weight)
        large = large_entries(part.g, part.b, part.own, law.activity, tolerance / 2)
        part = Measure(part.g, part.b, part.own, large.T, law, split=False)
        count = large.sum(1)
        for k in range(1, _LARGE + 1):
            if bool((chosen := count == k).any()):
                yield from enumerated(place[chunk][chosen], part.rows(chosen), max_memory)
        if bool((chosen := count > _LARGE).any()):
            yield from transformed(place[chunk][chosen], part.rows(chosen), tolerance[chosen] / 2, max_memory)


def _whole(place: Tensor, rows: Measure, max_memory: int) -> Iterator[Piece]:
    """All supports of all features: their probabilities are the same for every row."""
    n, law = rows.law.n, rows.law
    features = torch.arange(n, device=place.device)[None]
    nothing, everything = rows.g.new_zeros(1, n), rows.large.new_ones(n, 1)
    P = all_supports(states(nothing, everything, law), law, features, supports(n, place.device)).probability[0]
    for chunk in torch.arange(len(place), device=place.device).split(rows_at_once(bytes_per_row(n, False), max_memory)):
        own = torch.nn.functional.one_hot(rows.own[chunk], n).to(P)
        yield Piece(place[chunk], partial(expectation, own=own, weights=P))


def _tolerance(rows: Measure, weight: Tensor) -> Tensor:
    """What each row's value may err by, (rows,)."""
    law: Groups = rows.law
    mean = rows.b + rows.g @ law.activity / 2
    excess = (mean.clamp_min(0) - law.activity[rows.own] / 2).clamp_min(0)
    average = (weight @ law.activity) / 3 / weight.sum()
    # A row of small entries has a small value but no small gradient: it is the same problem scaled to 1.
    scale = torch.where((rows.g == 0).all(1), 1.0, rows.g.abs().amax(1)).clamp_max(1)
    return ACCURACY * (average + excess * excess) * scale
