r"""The expected loss of ReLU(WᵀWx + b) without sampling, to near rounding error, with gradient and Hessian.

.. math:: K = \sum_i I_i \bigl(E x_i^2 + E[(z_i)_+^2 - 2 x_i (z_i)_+]\bigr), \qquad z = WᵀWx + b

A row i is one problem: E over x of a function of z_i = b_i + g·x, g row i of G = WᵀW.

- At most 10 features, or at most 10 *large* entries in the row: the sum over all supports of the large entries, each
  a cube integral by `faces`; rounding error alone.
- More: supports of at most two large entries by `faces`, all others by the trapezoid rule on a line, with the moment
  generating function of `characteristic` and line, period and number of nodes from the bounds in `contour`.

Entries are *small*, and enter to second order in their sum ε alone, where with δ = Σ_small |g_j| and π_j = P(x_j ≠ 0)

.. math:: δ^2 \Bigl(1[|b| ≤ δ] + \min\bigl(1, 2δ \sum_{large} \tfrac{π_j}{|g_j|}\bigr)\Bigr)
          + 4 δ π_i \min\bigl(\tfrac12, \tfrac{2δ}{g_i}\bigr) ≤ \tfrac14 \text{ of the tolerance:}

the first term bounds E ε² 1[\|z\| ≤ \|ε\|], outside of which z_+² is its Taylor polynomial, the second likewise E x_i z_+.
Zeros are always small, and cost nothing but keep their gradient.

In all \|error\| ≤ 1e-10 (K + Σ I_i E x_i²) + rounding, where K enters by the lower bound K_i ≥ ((E z_i)_+ - E x_i)_+².
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from .activity import all_supports, few_supports, states
from .characteristic import members_of, remaining, uniform_moment
from .contour import Contour, contour
from .faces import Moments, bytes_per_row, expectation, supports
from .law import Groups, Law, grouped
from .pieces import Piece, sum_pieces
from .setting import importance_row

ACCURACY = 1e-10
_ENUMERATED = 10  # 3^10 faces for a row: 50 ms
_NODES = 2**15
_CHUNK = 2**27  # bytes: a larger chunk gains nothing


class _Rows(NamedTuple):
    """The rows of all Gram matrices: g (rows, n); b, own (which feature) and tolerance (rows,)."""

    g: Tensor
    b: Tensor
    own: Tensor
    tolerance: Tensor


def expected_loss(
    W: Tensor,
    b: Tensor | None,
    sparsity: ArrayLike | None,
    importance: ArrayLike | None = None,
    *,
    law: Law | None = None,
    max_memory: int = 2**30,
) -> Tensor:
    """K for each model, float64, of the batch shape.

    `W`: (..., m, n); `b`: (..., n) or None for 0; `sparsity`: number or (n,), None beside a `law` (independent features
    without one); `importance`: None for 1, number or (n,); `max_memory`: bytes beyond inputs and results.
    """
    _check(W, b, max_memory)
    n = W.shape[-1]
    form = grouped(law, sparsity, n).to(W.device)
    weight = torch.from_numpy(importance_row(importance, n)).to(W.device)
    weights = W.to(torch.float64)
    G = weights.mT @ weights  # (..., n, n)
    bias = G.new_zeros(G.shape[:-1]) if b is None else b.to(G)
    batch = G.shape[:-2]
    g, flat = G.reshape(-1, n), bias.reshape(-1)
    counted = torch.nonzero((weight > 0).repeat(len(flat) // n))[:, 0]
    own = counted % n
    tolerance = _tolerance(g.detach()[counted], flat.detach()[counted], own, weight, form)
    rows = _Rows(g.detach()[counted], flat.detach()[counted], own, tolerance)
    pieces = [Piece(counted[piece.rows], piece.evaluate) for piece in _plan(rows, form, max_memory)]
    values = sum_pieces(g, flat, pieces).reshape(*batch, n)
    return (values + form.activity / 3) @ weight


def _check(W: Tensor, b: Tensor | None, max_memory: int) -> None:
    if W.ndim < 2 or 0 in W.shape[-2:]:
        raise ValueError(f"W must have shape (..., m, n) with m, n ≥ 1, got {tuple(W.shape)}")
    expected = (*W.shape[:-2], W.shape[-1])
    if b is not None and b.shape != expected:
        raise ValueError(f"b must have shape {expected} to match W, got {tuple(b.shape)}")
    for name, array in (("W", W), ("b", b)):
        if array is not None and not torch.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got {array[~torch.isfinite(array)][0].item()}")
    if max_memory < 2**24:
        raise ValueError(f"max_memory must be at least 2^24 bytes, got {max_memory}")


def _tolerance(g: Tensor, b: Tensor, own: Tensor, weight: Tensor, law: Groups) -> Tensor:
    """What each row's value may err by, from a lower bound on K."""
    mean = b + g @ law.activity / 2
    excess = (mean.clamp_min(0) - law.activity[own] / 2).clamp_min(0)
    average = (weight @ law.activity) / 3 / weight.sum()
    return ACCURACY * (average + excess * excess)


def _plan(rows: _Rows, law: Groups, max_memory: int) -> Iterator[Piece]:
    """Chunks of rows, by the number of their large entries."""
    n = law.n
    device = rows.g.device
    everything = torch.arange(len(rows.b), device=device)
    if n <= _ENUMERATED:
        subsets = supports(n, device)
        whole = states(rows.g[:1], torch.ones(n, 1, dtype=torch.bool, device=device), law)
        features = torch.arange(n, device=device)
        P = all_supports(whole, law, features[None], subsets).probability[0]
        for chunk in everything.split(_rows_at_once(bytes_per_row(n, False), max_memory)):
            own = torch.nn.functional.one_hot(rows.own[chunk], n).to(rows.g)
            yield Piece(chunk, partial(_enumerated, own=own, P=P))
        return
    large = torch.cat([_large(_Rows(*(part[c] for part in rows)), law) for c in everything.split(4096)])
    count = large.sum(1)
    for k in range(1, _ENUMERATED + 1):
        chosen = everything[count == k]
        for chunk in chosen.split(_rows_at_once(bytes_per_row(k, True) + 2**k * len(law.off) * 100, max_memory)):
            features = torch.nonzero(large[chunk])[:, 1].reshape(-1, k)
            own = (features == rows.own[chunk][:, None]).to(rows.g)
            yield Piece(chunk, partial(_partly_enumerated, large=large[chunk].T, features=features, own=own, law=law))
    chosen = everything[count > _ENUMERATED]
    for chunk in chosen.split(_rows_at_once(n * 85 * 8 * 20, max_memory)):
        yield from _transformed(chunk, _Rows(*(part[chunk] for part in rows)), large[chunk].T, law, max_memory)


def _rows_at_once(bytes_each: int, max_memory: int) -> int:
    return max(1, min(max_memory, _CHUNK) // bytes_each)


def _large(rows: _Rows, law: Groups) -> Tensor:
    """(rows, n), False for the entries that the bound above lets be small. A row's own entry is large."""
    g, b, own, tolerance = rows
    size = g.abs().scatter(1, own[:, None], torch.inf)
    ordered, order = size.sort(1)
    pi = law.activity
    delta = torch.cat((torch.zeros_like(b)[:, None], ordered[:, :-1].cumsum(1)), 1)  # of the first 0, 1, ... entries
    mine = g.gather(1, own[:, None])
    density = torch.where(ordered > 0, pi[order] / ordered, 0.0)
    density[:, -1] = torch.where(mine > 0, pi[own][:, None] / mine, 0.0)[:, 0]
    above = density.flip(1).cumsum(1).flip(1)
    window = (b.abs()[:, None] <= delta) + (2 * delta * above).clamp_max(1)
    own_window = torch.where(mine > 0, 2 * delta / mine, torch.inf).clamp_max(0.5)
    error = delta * delta * window + 4 * delta * pi[own][:, None] * own_window.nan_to_num()
    allowed = (error <= tolerance[:, None] / 4) | (delta == 0)
    places = torch.arange(g.shape[1], device=g.device)
    cut = torch.where(allowed, places, 0).amax(1, keepdim=True)
    return torch.zeros_like(g, dtype=torch.bool).scatter(1, order, places >= cut)


def _enumerated(g: Tensor, b: Tensor, own: Tensor, P: Tensor) -> Tensor:
    return expectation(g, b, own, P)


def _partly_enumerated(g: Tensor, b: Tensor, large: Tensor, features: Tensor, own: Tensor, law: Groups) -> Tensor:
    found = all_supports(states(g, large, law), law, features, supports(features.shape[1], g.device))
    return expectation(g.gather(1, features), b, own, found.probability, found.moments)


def _transformed(place: Tensor, rows: _Rows, large: Tensor, law: Groups, max_memory: int) -> Iterator[Piece]:
    members = members_of(law)
    most = len(law.off) if not law.together else law.n
    split = contour(*rows[:3], large, law, members, rows.tolerance, split=True, limit=_NODES)
    if most > 2:
        whole = contour(*rows[:3], large, law, members, rows.tolerance, split=False, limit=_NODES)
        plain = (whole.nodes > 0) & ((whole.nodes <= 2 * split.nodes) | (split.nodes == 0))
        yield from _integrals(place, rows, large, law, members, whole, torch.nonzero(plain)[:, 0], False, max_memory)
        rest = torch.nonzero(~plain)[:, 0]
        impossible = split.nodes[rest] == 0
        if impossible.any():
            row = rest[impossible][0]
            raise ValueError(
                f"no {_NODES} nodes give the row of feature {int(rows.own[row])} the accuracy {ACCURACY:g}: too many of "
                f"its {law.n} entries are nearly but not quite 0; set those to 0 that should be"
            )
        yield from _integrals(place, rows, large, law, members, split, rest, True, max_memory)
    else:
        rest = torch.arange(len(place), device=place.device)
    yield from _few(place, rows, large, law, rest, most, max_memory)


def _integrals(
    place: Tensor,
    rows: _Rows,
    large: Tensor,
    law: Groups,
    members: Tensor,
    found: Contour,
    chosen: Tensor,
    split: bool,
    max_memory: int,
) -> Iterator[Piece]:
    """Rows of about as many nodes together, at most a chunk of nodes at a time."""
    order = chosen[found.nodes[chosen].argsort()]
    each = law.n * 16 * (60 if split else 40)
    budget = min(max_memory, _CHUNK) // each  # row-nodes
    start = 0
    while start < len(order):
        stop = start + 1
        while stop < len(order) and int(found.nodes[order[stop]]) * (stop + 1 - start) <= budget:
            stop += 1
        some = order[start:stop]
        most = int(found.nodes[some].max())
        for first in range(0, most, max(1, budget)):
            k = torch.arange(first, min(most, first + max(1, budget)), device=place.device)
            evaluate = partial(
                _integral,
                own=rows.own[some],
                large=large[:, some],
                law=law,
                members=members,
                line=found.line[some],
                spacing=found.spacing[some],
                k=k,
                split=split,
            )
            yield Piece(place[some], evaluate)
        start = stop


def _integral(
    g: Tensor,
    b: Tensor,
    own: Tensor,
    large: Tensor,
    law: Groups,
    members: Tensor,
    line: Tensor,
    spacing: Tensor,
    k: Tensor,
    split: bool,
) -> Tensor:
    """The trapezoid sum over some nodes, for the conjugate ones too."""
    height = spacing[:, None] * k
    zeta = torch.complex(line[:, None].expand_as(height), height)  # (rows, nodes)
    phi = uniform_moment(g.T[:, :, None] * zeta, 0)  # (n, rows, nodes)
    phi_x = uniform_moment(g.gather(1, own[:, None]) * zeta, 1)
    factor = remaining(phi, phi_x, own, large, law, members, split=split)
    integrand = (2 * factor.plain / zeta - 2 * factor.weighted) / zeta**2 * torch.exp(zeta * b[:, None])
    weight = torch.where(k == 0, 0.5, 1.0)
    return (integrand.real * weight).sum(1) * spacing / torch.pi


def _few(
    place: Tensor, rows: _Rows, large: Tensor, law: Groups, chosen: Tensor, most: int, max_memory: int
) -> Iterator[Piece]:
    """Supports of at most two large entries."""
    features = torch.arange(law.n, device=place.device)
    for size in range(min(2, most) + 1):
        subsets = torch.combinations(features, size) if size else features[:1, None][:, :0]
        for some in subsets.split(_rows_at_once(bytes_per_row(size, True) * 2, max_memory)):
            for part in chosen.split(_rows_at_once(bytes_per_row(size, True) * 2 * len(some), max_memory)):
                if len(part):
                    evaluate = partial(_of_few, own=rows.own[part], large=large[:, part], law=law, subsets=some)
                    yield Piece(place[part], evaluate)


def _of_few(g: Tensor, b: Tensor, own: Tensor, large: Tensor, law: Groups, subsets: Tensor) -> Tensor:
    found = few_supports(states(g, large, law), law, large, subsets)
    count, size = subsets.shape
    shape = (len(g), count, size)
    last = torch.arange(2**size, device=g.device) == 2**size - 1  # the support with all of them
    values = expectation(
        g[:, subsets].reshape(-1, size),
        b[:, None].expand(shape[:2]).reshape(-1),
        (own[:, None, None] == subsets).to(g).reshape(-1, size),
        found.probability.reshape(-1, 1) * last,
        Moments(*(part.reshape(-1, 1) * last for part in found.moments)),
    )
    return values.reshape(shape[:2]).sum(1)
