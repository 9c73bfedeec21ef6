"""E[z_+² - 2 x_i z_+] of rows, its gradient and second derivatives, each row by the route that serves it; of z in place of
z_+ where the output is linear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from .factors import Floats, Integers, Rows
from .few_active import few_active, few_curvature
from .line_rows import choose_lines, line_curvature, line_rows
from .moments import Moments, Polynomial
from .tiny import at_own_size, at_two_sizes

_CURVATURE_WORK = 2.0**18
"""Features times nodes: of second derivatives more nodes add rounding, where the transform hardly decays, and take seconds."""


def row_values(
    rows: Rows,
    law_share: Floats,
    tolerance: Floats,
    gradient: bool,
    device: torch.device,
    *,
    bounded: bool = True,
    linear: bool = False,
) -> tuple[Floats, Floats, Floats]:
    """Value (R,), derivatives by g (R, n) and by b (R,), for the `device` but in NumPy; `law_share`: (R, n) P(x_j ≠ 0).

    `bounded`: whether nodes are chosen for the gradient, too, if it is wanted; `linear`: whether the output is z.
    """
    value, dg, db = np.zeros(len(rows)), np.zeros_like(rows.g), np.zeros(len(rows))
    for route, some in _routes(rows, linear):
        part = rows.take(some)
        if route == "whole":
            found = Moments.whole(part).mean(_square(part))
        elif route == "few":
            found = few_active(part, np.ones(len(part)), device)
        else:
            found = _by_line(part, tolerance[some], gradient, device, bounded)
        value[some], dg[some], db[some] = found
    if rows.form.single:
        # A feature with slope 0 is independent of z.
        dg = np.where(rows.acting, dg, law_share / 2 * db[:, None])
    return value, dg, db


def _by_line(
    rows: Rows, tolerance: Floats, gradient: bool, device: torch.device, bounded: bool
) -> tuple[Floats, Floats, Floats]:
    """A line's nodes are chosen for the value, to which the gradient of a tiny row does not matter: that is had at two sizes."""
    if not (gradient and bounded):
        return line_rows(rows, choose_lines(rows, tolerance, gradient=False), gradient, device)
    sizes = at_two_sizes(rows.g, rows.b)
    larger = replace(rows.take(sizes.which), g=sizes.g, b=sizes.b)
    lines = choose_lines(larger, tolerance[sizes.which], gradient=True)
    return at_own_size(line_rows(larger, lines, True, device), sizes)


def row_curvature(rows: Rows, law_share: Floats, tolerance: Floats, *, linear: bool = False) -> Floats:
    """Second derivatives by (g, b), (R, n + 1, n + 1)."""
    n = rows.g.shape[1]
    H = np.zeros((len(rows), n + 1, n + 1))
    for route, some in _routes(rows, linear):
        part = rows.take(some)
        if route == "whole":
            H[some] = Moments.whole(part).curvature(_square(part))
        elif route == "few":
            H[some] = few_curvature(part, np.ones(len(part)))
        else:
            H[some] = line_curvature(part, choose_lines(part, tolerance[some], gradient=True, work=_CURVATURE_WORK))
    return _with_idle(H, rows, law_share) if rows.form.single else H


def _with_idle(H: Floats, rows: Rows, law_share: Floats) -> Floats:
    """Features with slope 0 are independent of z and of each other: E x_j times ∂/∂b, E x_j² of their own."""
    by_b, n = H[:, :, -1], rows.g.shape[1]
    idle = ~rows.acting
    mean = np.where(idle, law_share / 2, 0.0)
    H[:, :n, :n] += mean[:, :, None] * by_b[:, None, :n] + by_b[:, :n, None] * mean[:, None]
    H[:, :n, :n] += mean[:, :, None] * mean[:, None] * by_b[:, -1, None, None]
    H[:, :n, -1] += mean * by_b[:, -1:]
    H[:, -1, :n] = H[:, :n, -1]
    row, feature = np.nonzero(idle)
    H[row, feature, feature] = law_share[row, feature] / 3 * by_b[row, -1]
    return H


def _routes(rows: Rows, linear: bool) -> Iterator[tuple[str, Integers]]:
    """Which rows go which way; those whose z is never positive go nowhere, unless the output is z."""
    up = rows.low >= (-np.inf if linear else 0)
    between: NDArray[np.bool_] = ~up & (rows.high > 0)
    route = "few" if rows.form.most_active <= 2 else "line"
    for name, chosen in (("whole", up), (route, between)):
        if chosen.any():
            yield name, np.flatnonzero(chosen)


def _square(rows: Rows) -> Polynomial:
    """z² - 2 x_i z"""
    one, nothing = np.ones(len(rows)), np.zeros(len(rows))
    return Polynomial(one, nothing, nothing, one, nothing)
