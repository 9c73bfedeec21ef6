r"""Rows of the Gram matrix with few large entries: zeros, and what is nearly zero, need no supports of their own.

With δ = Σ_small |g_j| and π_j = P(x_j ≠ 0), the sum ε of the small terms of z may enter by E ε and E ε² alone if

.. math:: δ^2 \Bigl(1[|b| ≤ δ] + \min\bigl(1, 2δ \sum_{large} \tfrac{π_j}{|g_j|}\bigr)\Bigr)
          + 4 δ π_i \min\bigl(\tfrac12, \tfrac{2δ}{g_i}\bigr)

is within the tolerance. The first term bounds E ε² 1[\|z\| ≤ \|ε\|], outside of which (z + ε)_+² is its Taylor polynomial
(z has density at most 1/|g_j| once x_j is active), the second likewise 2 E x_i (z + ε)_+. With δ = 0 the value is exact,
and so are gradient and Hessian; with z of one sign for all x everything is, whatever the entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from .activity import all_supports, states
from .contour import Measure
from .faces import bytes_per_row, expectation, supports
from .pieces import Piece, rows_at_once

_KINK = 1e-6  # largest δ/g_i: at δ = g_i = b = 0 there is a kink, near which the gradient would be wrong by so much


def large_entries(g: Tensor, b: Tensor, own: Tensor, activity: Tensor, tolerance: Tensor) -> Tensor:
    """(rows, n), False for as many entries as may be small. A row's own entry is always large.

    `g`: (rows, n); `b`, `own`, `tolerance`: (rows,); `activity`: π, (n,).
    """
    size = g.abs().scatter(1, own[:, None], torch.inf)
    ordered, order = size.sort(1)
    delta = torch.cat((torch.zeros_like(b)[:, None], ordered[:, :-1].cumsum(1)), 1)  # of the first 0, 1, ... entries
    mine, mine_active = g.gather(1, own[:, None]), activity[own][:, None]
    density = torch.where(ordered > 0, activity[order] / ordered, 0.0)
    density[:, -1:] = torch.where(mine > 0, mine_active / mine, 0.0)
    above = density.flip(1).cumsum(1).flip(1)
    window = (b.abs()[:, None] <= delta) + (2 * delta * above).clamp_max(1)
    own_window = torch.where(mine > 0, 2 * delta / mine, torch.inf).clamp_max(0.5)
    error = delta * delta * window + 4 * delta * mine_active * own_window
    bounded = (error <= tolerance[:, None]) & (delta <= _KINK * mine)
    one_sign = b.abs() >= g.abs().sum(1)
    places = torch.arange(g.shape[1], device=g.device)
    cut = torch.where(bounded | (delta == 0) | one_sign[:, None], places, 0).amax(1, keepdim=True)
    return torch.zeros_like(g, dtype=torch.bool).scatter(1, order, places >= cut)


def enumerated(place: Tensor, measure: Measure, max_memory: int) -> Iterator[Piece]:
    """Rows with equally many large entries, by all supports of these."""
    law = measure.law
    k = int(measure.large[:, 0].sum())
    for chunk in torch.arange(len(place), device=place.device).split(
        rows_at_once(bytes_per_row(k, True) + 2**k * len(law.off) * 100, max_memory)
    ):
        part = measure.rows(chunk)
        features = torch.nonzero(part.large.T)[:, 1].reshape(-1, k)
        yield Piece(place[chunk], partial(_enumerated, part=part, features=features))


def _enumerated(g: Tensor, b: Tensor, part: Measure, features: Tensor) -> Tensor:
    subsets = supports(features.shape[1], g.device)
    found = all_supports(states(g, part.large, part.law), part.law, features, subsets)
    own = (features == part.own[:, None]).to(g)
    return expectation(g.gather(1, features), b, own, found.probability, found.moments)
