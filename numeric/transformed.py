r"""Rows of the Gram matrix with many large entries, through the characteristic function.

E[z_+² - 2 x_i z_+] = (1/2πi) ∫ (2ζ^{-3} E e^{ζz} - 2ζ^{-2} E x_i e^{ζz}) dζ by the trapezoid rule on a line, to which
`contour` gives place, spacing and number of nodes from bounds. Where the whole takes more than a few nodes, for want of
active features, the supports of at most two of the large entries are taken out and come from `few_active`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from .characteristic import Factor, uniform_moment
from .contour import Contour, Measure, contour
from .few_active import few_active
from .independent import nodes, sums
from .pieces import Piece, rows_at_once

LOOSENED = 100.0  # times the tolerance, where that itself would take
_WORK = 2**19  # more features times nodes than this, for one row
_NODES = 2**15
_FEW_NODES = 256
_NODES_CHUNK = 2**27


def transformed(place: Tensor, measure: Measure, tolerance: Tensor, max_memory: int) -> Iterator[Piece]:
    """`measure`: the rows, not split; `tolerance`: (rows,). ValueError where no number of nodes is known to do."""
    n = measure.law.n
    # 28 tilts in double precision, and what the bounds need beside them.
    for chunk in torch.arange(len(place), device=place.device).split(rows_at_once(n * 28 * 8 * 30, max_memory)):
        some, part, allowed = place[chunk], measure.rows(chunk), tolerance[chunk]
        if measure.most_active > 2:
            found = contour(part, allowed, limit=min(_FEW_NODES, max(1, _WORK // n)))
            enough = torch.nonzero(found.nodes > 0)[:, 0]
            yield from _integrals(some[enough], part.rows(enough), found.rows(enough), max_memory)
            rest = torch.nonzero(found.nodes == 0)[:, 0]
            some, part, allowed = some[rest], part.rows(rest), allowed[rest]
        part = replace(part, split=True)
        if measure.most_active > 2 and len(some):
            yield from _integrals(some, part, _many_nodes(part, allowed), max_memory)
        if len(some):
            yield from few_active(some, part, max_memory=max_memory)


def _many_nodes(part: Measure, tolerance: Tensor) -> Contour:
    found = contour(part, tolerance, limit=min(_NODES, max(1, _WORK // part.law.n)))
    missing = torch.nonzero(found.nodes == 0)[:, 0]
    if len(missing):
        looser = contour(part.rows(missing), tolerance[missing], limit=_NODES, truncation=LOOSENED)
        found = Contour(*(old.index_copy(0, missing, new) for old, new in zip(found, looser, strict=True)))
    impossible = part.own[found.nodes == 0]
    if len(impossible):
        raise ValueError(
            f"the expected loss cannot be computed to its accuracy: row {int(impossible[0])} of WᵀW has too many entries "
            f"that are nearly, but not quite, 0 beside the largest; set to 0 those that should be"
        )
    return found


def _integrals(place: Tensor, measure: Measure, found: Contour, max_memory: int) -> Iterator[Piece]:
    """Rows of about as many nodes together, at most a chunk of nodes at a time."""
    if measure.quick:
        integral, budget = _quick_integral, rows_at_once(measure.law.n * 160, max_memory, _NODES_CHUNK)
    else:
        integral, budget = _integral, rows_at_once(measure.law.n * 1000, max_memory)
    order = found.nodes.argsort()
    counts = found.nodes[order].tolist()
    start = 0
    while start < len(counts):
        stop = start + 1
        while stop < len(counts) and counts[stop] * (stop + 1 - start) <= budget:
            stop += 1
        some = order[start:stop]
        part, line = measure.rows(some), found.rows(some)
        for k in torch.arange(counts[stop - 1], device=place.device).split(budget):
            yield Piece(place[some], partial(integral, measure=part, found=line, k=k))
        start = stop


def _integral(g: Tensor, b: Tensor, measure: Measure, found: Contour, k: Tensor) -> Tensor:
    zeta = nodes(found.line, found.spacing, k)
    measure = replace(measure, g=g, b=b)
    factor = measure.transform(uniform_moment(g.T[:, :, None] * zeta, 0), uniform_moment(measure.own_slope * zeta, 1))
    return _trapezoid(factor, zeta, b, found, k)


def _quick_integral(g: Tensor, b: Tensor, measure: Measure, found: Contour, k: Tensor) -> Tensor:
    """For independent features: see `independent`."""
    zeta = nodes(found.line, found.spacing, k)
    own, s, p = measure.own[:, None], measure.law.off, measure.law.share
    nothing = torch.zeros_like(measure.g)
    others = torch.ones_like(measure.large.T).scatter(1, own, False)
    counted = others & measure.large.T
    odds = torch.where(counted, p / s, 0.0) if measure.split else nothing
    product, q1, q2 = sums(g, found.line, found.spacing, k, torch.where(others, p, 0.0), odds)
    u, p_own = g.gather(1, own) * zeta, p[own]
    on, on_x = p_own * uniform_moment(u, 0), p_own * uniform_moment(u, 1)
    if not measure.split:
        return _trapezoid(Factor((1 - p_own + on) * product, on_x * product), zeta, b, found, k)
    rest = torch.where(counted, s, 1.0).prod(1)[:, None].to(zeta)
    if bool((~measure.large).any()):
        rest = rest * sums(g, found.line, found.spacing, k, torch.where(measure.large.T, 0.0, p), nothing)[0]
    two = product - rest * (1 + q1)  # two or more active ones of the others
    three = two - rest * (q1 * q1 - q2) / 2
    return _trapezoid(Factor((1 - p_own) * three + on * two, on_x * two), zeta, b, found, k)


def _trapezoid(factor: Factor, zeta: Tensor, b: Tensor, found: Contour, k: Tensor) -> Tensor:
    """The sum over the nodes k ≥ 0, and as many conjugate ones: (rows,)."""
    integrand = (2 * factor.plain / zeta - 2 * factor.weighted) / zeta**2 * torch.exp(zeta * b[:, None])
    return (integrand.real * torch.where(k == 0, 0.5, 1.0)).sum(1) * found.spacing / torch.pi
