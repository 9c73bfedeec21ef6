r"""Rows of up to 12 independent features: vertex sums, and for those they refuse whichever route is right and takes least.

Where z has one sign the moments say all. From ten features on a row by its faces takes 3 to 30 ms; the sum on a line is
faster where its bounds hold with fewer nodes, and for a value alone they nearly always do.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike

from . import small
from .factors import Floats, Form, Integers, Rows
from .line_rows import GRADIENT_WORK, choose_lines
from .row_values import row_curvature, row_values

_FACES = 9
"""Features up to which faces take less than a millisecond a row."""

_LOOSE = 10.0
"""By how much more a row's value may err on the line where its gradient has no bound."""

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
    `bounded`: False leaves the gradient without a bound, and the value within ten times `accuracy`, from ten features on.
    """
    found, rest = small.rows_by_vertices(g, b, own, p, law, accuracy, device)
    if len(rest):
        within = np.broadcast_to(accuracy, b.shape)[rest]
        found.put(rest, _refused(g[rest], b[rest], own[rest], p, law[rest], within, device, bounded))
    return found


def hessians(g: Floats, b: Floats, own: Integers, p: Floats, law: Integers, accuracy: ArrayLike) -> Floats:
    """∂²V (R, n + 1, n + 1), the bias last, each entry within `accuracy` up to nine features; where it jumps, the one from
    larger b. From ten on a row that vertex sums refuse takes the line, as one of more features does.
    """
    n = g.shape[1]
    H, rest = small.hessians_by_vertices(g, b, own, p, law, accuracy)
    part, density = _rows(g[rest], b[rest], own[rest], p, law[rest]), p[law[rest]]
    sparing = (part.low >= 0) | (part.high <= 0) | (n > _FACES)
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
        sparing[:], within = True, _LOOSE * within
    found = small.Rows(np.empty_like(b), np.empty_like(g), np.empty_like(b))
    if len(some := np.flatnonzero(sparing)):
        by_line = row_values(part.take(some), p[law[some]], within[some], True, device, bounded=bounded)
        found.put(some, small.Rows(*by_line))
    if len(left := np.flatnonzero(~sparing)):
        laws, which = np.unique(law[left], return_inverse=True)
        table = small.support_table(p[laws])
        found.put(left, small.rows_by_faces(g[left], b[left], own[left], table, which, device))
    return found
