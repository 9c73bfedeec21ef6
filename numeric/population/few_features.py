r"""Rows of up to 12 independent features: vertex sums, and for those they refuse whichever route is right and takes least.

Where z has one sign the moments say all; of a row of few large entries those are taken alone (`dominant`). From ten features
on a row by its faces takes 3 to 30 ms; the sum on a line is faster where its bounds hold with fewer nodes, and for a value
alone they nearly always do.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike

from . import dominant, small
from .factors import Floats, Form, Integers, Rows
from .line_rows import GRADIENT_WORK, choose_lines
from .row_values import row_curvature, row_values

_FACES = 9
"""Features up to which faces take less than a millisecond a row."""

_FACES_TWICE = 7
"""The same of second derivatives, which then take some hundredths of a second."""

_LOOSE = 10.0
"""By how much more a row's value may err where its gradient has no bound."""

_SEEN = 2.5
"""Of the estimates of the vertex sums' errors, in place of `small.SAFETY`, where no bound is asked: what hostile rows need."""

_CURVED = 1e-6
"""What second derivatives may err by from eight features on, as a share of P(x_i ≠ 0), of which the largest are a few."""

_CPU = torch.device("cpu")


def rows(
    g: Floats,
    b: Floats,
    own: Integers,
    p: Floats,
    law: Integers,
    accuracy: ArrayLike,
    device: torch.device = _CPU,
    *,
    bounded: bool = True,
) -> small.Rows:
    """V and its gradient, each entry within `accuracy`; arguments as `small.rows_by_vertices`.

    What `accuracy` asks beyond rounding of the largest numbers is not to be had, but costs the time of the slowest route.
    `bounded`: False leaves the gradient without a bound, and the value within ten times `accuracy`.
    """
    within = np.broadcast_to(np.asarray(accuracy, np.float64), b.shape)
    if not bounded:
        within = _LOOSE * within
    accepted = within if bounded else small.SAFETY / _SEEN * within
    found, rest = small.rows_by_vertices(g, b, own, p, law, accepted, device)
    if len(rest):
        alone, left = dominant.rows(g[rest], b[rest], own[rest], p[law[rest]], within[rest])
        found.put(rest, alone)
        if len(rest := rest[left]):
            found.put(rest, _refused(g[rest], b[rest], own[rest], p, law[rest], within[rest], device, bounded))
    return found


def hessians(g: Floats, b: Floats, own: Integers, p: Floats, law: Integers, accuracy: ArrayLike) -> Floats:
    """∂²V (R, n + 1, n + 1), the bias last, each entry within `accuracy` up to seven features; where it jumps, the one from
    larger b. From eight on a row that neither vertex sums nor `dominant` take goes by the line, as one of more features does.
    """
    n = g.shape[1]
    H, rest = small.hessians_by_vertices(g, b, own, p, law, accuracy)
    if len(rest):
        share = p[law[rest]]
        loose = _CURVED * share[np.arange(len(rest)), own[rest]] if n > _FACES_TWICE else 0.0
        within = np.maximum(np.broadcast_to(accuracy, b.shape)[rest], loose)
        H[rest], left = dominant.hessians(g[rest], b[rest], own[rest], share, within)
        rest = rest[left]
    part, density = _rows(g[rest], b[rest], own[rest], p, law[rest]), p[law[rest]]
    sparing = (part.low >= 0) | (part.high <= 0) | (n > _FACES_TWICE)
    if len(some := np.flatnonzero(sparing)):
        within = np.broadcast_to(accuracy, b.shape)[rest[some]]
        H[rest[some]] = row_curvature(part.take(some), density[some], within)
    if len(left := rest[~sparing]):
        laws, which = np.unique(law[left], return_inverse=True)
        H[left] = small.hessians_by_faces(g[left], b[left], own[left], small.support_table(p[laws]), which)
    return H


def _rows(g: Floats, b: Floats, own: Integers, p: Floats, law: Integers) -> Rows:
    return Rows.of(g, b, own, p[law], 1 - p[law], Form(np.arange(g.shape[1] + 1), True))


def _refused(
    g: Floats,
    b: Floats,
    own: Integers,
    p: Floats,
    law: Integers,
    within: Floats,
    device: torch.device,
    bounded: bool,
) -> small.Rows:
    n = g.shape[1]
    part = _rows(g, b, own, p, law)
    sparing = (part.low >= 0) | (part.high <= 0)
    if n > _FACES and bounded:
        between = np.flatnonzero(~sparing)
        lines = choose_lines(part.take(between), within[between], gradient=True)
        sparing[between] = lines.nodes < GRADIENT_WORK / n
    elif n > _FACES:
        sparing[:] = True
    found = small.Rows(np.empty_like(b), np.empty_like(g), np.empty_like(b))
    if len(some := np.flatnonzero(sparing)):
        by_line = row_values(part.take(some), p[law[some]], within[some], True, device, bounded=bounded)
        found.put(some, small.Rows(*by_line))
    if len(left := np.flatnonzero(~sparing)):
        laws, which = np.unique(law[left], return_inverse=True)
        table = small.support_table(p[laws])
        found.put(left, small.rows_by_faces(g[left], b[left], own[left], table, which, device))
    return found
