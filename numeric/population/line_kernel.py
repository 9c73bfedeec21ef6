r"""The sum over nodes of one line, and its gradient, compiled, a row at a time.

A block of nodes (`line_block`) stays in the cache while the features pass by, twice: forward for the products, backward
for the derivatives (`line_groups`). Nothing of size features × nodes is kept.
"""

from __future__ import annotations

import math

import numpy as np

from ..running.compiled import compiled
from .factors import Booleans, Floats, Integers
from .line_block import END, B, Row, begin, fine_table, phi, slope
from .line_groups import (
    along,
    group_factor,
    join_several,
    join_single,
    own_share,
    own_terms,
    several_share,
    single_share,
)


@compiled(inline=True)
def _absent(row: Row, group: int) -> bool:
    """Whether a group has one feature, which is never active."""
    first = row.start[group]
    return bool(row.start[group + 1] - first == 1 and row.r[first] == 0)


@compiled(inline=True)
def _forward(row: Row, fine: Floats, work: Floats) -> None:
    """e_1, e_2, e_3 of all groups but the row's own, and then a of the own feature's siblings."""
    for group in range(row.start.shape[0] - 1):
        if group == row.mine or _absent(row, group):
            continue
        group_factor(row, group, fine, work)
        if row.together and row.start[group + 1] - row.start[group] > 1:
            join_several(row, group, work)
        else:
            join_single(row, group, work)
    group_factor(row, row.mine, fine, work)


@compiled(inline=True)
def _backward(row: Row, fine: Floats, work: Floats, dg: Floats) -> None:
    """The derivatives by all g but the row's own, added to `dg` (n,)."""
    for group in range(row.start.shape[0] - 1):
        first, last = row.start[group], row.start[group + 1]
        if last - first == 1 and (group == row.mine or row.r[first] == 0):
            continue
        alone = not (row.together and last - first > 1)
        if group == row.mine:
            own_share(work)
        else:
            group_factor(row, group, fine, work)
            if alone:
                single_share(row, group, work)
            else:
                several_share(row, group, work)
        for j in range(first, last):
            if j == row.i:
                continue
            if last - first > 1:
                phi(row, j, fine, work)
            slope(row, j, work)
            dg[j] += along(row, j, alone, work)


@compiled(
    "void(float64[:,::1], float64[::1], int64[::1], float64[:,::1], float64[:,::1], int64[::1], boolean, boolean[::1],"
    "float64[::1], float64[::1], int64[::1], float64[::1], boolean, float64[::1], float64[:,::1], float64[::1])",
)
def line_sums(
    g: Floats,
    b: Floats,
    own: Integers,
    r: Floats,
    off: Floats,
    start: Integers,
    together: bool,
    split: Booleans,
    line: Floats,
    spacing: Floats,
    nodes: Integers,
    log_scale: Floats,
    gradient: bool,
    value: Floats,
    dg: Floats,
    db: Floats,
) -> None:
    """(1/P) Re[T(ζ_0) + 2 Σ_{0<k<N} T(ζ_k)] of each row into `value` (R,), its derivatives into `dg` (R, n), `db` (R,).

    `g`, `r`: (R, n), features of a group side by side; `off`: (R, G), 1 where `split`; `start`: (G + 1,) the groups'
    first features; `line` σ, `spacing` 2π/P, `nodes` N, `log_scale`: (R,). Rows without nodes are left as they are.
    """
    n = g.shape[1]
    fine, work = np.empty(2 * n * B), np.empty(END)
    for k in range(g.shape[0]):
        if nodes[k] == 0:
            continue
        mine = 0
        while start[mine + 1] <= own[k]:
            mine += 1
        scale = math.exp(line[k] * b[k] + log_scale[k]) * spacing[k] / math.pi
        marked = 1.0 if split[k] else 0.0
        row = Row(
            g[k], r[k], off[k], start, together, b[k], own[k], mine, marked, line[k], spacing[k], nodes[k], scale
        )  # fmt: skip
        for j in range(n):
            if r[k, j] != 0 or j == own[k] or len(start) - 1 < n:
                fine_table(row, j, fine)
        size = start[mine + 1] - start[mine] if together else 1
        for block in range((nodes[k] + B - 1) // B):
            begin(row, block, work)
            _forward(row, fine, work)
            total, slope_b, slope_own = own_terms(row, block, size, work)
            value[k] += total
            db[k] += slope_b
            dg[k, own[k]] += slope_own
            if gradient:
                _backward(row, fine, work, dg[k])
