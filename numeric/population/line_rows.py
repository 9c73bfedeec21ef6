r"""E[z_+² - 2 x_i z_+] of each row by the trapezoid sum on one line whose aliases are known.

With T(ζ) = (2/ζ²)(E e^{ζz}/ζ - E x_i e^{ζz}) and nodes ζ_k = σ + 2πik/P the sum S = (1/P) Σ_k T(ζ_k), σ > 0, is by
Poisson's formula Σ_q e^{-σqP} E f(z + qP). For q ≥ 1 and P beyond the range of z, z + qP is never negative, and these terms are
quadratic polynomials of z: known, and subtracted. So σ may be small and P need only exceed the range of z.

.. math:: σ > 0: \quad E f(z) = S - Σ_{q≥1} e^{-σqP} p(qP), \qquad
          σ < 0: \quad E f(z) = S + p(0) + Σ_{q≥1} e^{-|σ|qP} p(-qP)

with p(c) = E[(z + c)² - 2x_i (z + c)]; the second is the first for -z, f(z) = p - [(-z)_+² + 2x_i (-z)_+]. Where features
are sparse the supports of at most two features come exactly (`few_kernel`), and the sum is over the rest of the law.
`plan_kernel` has the bounds that choose σ, P and the number of nodes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from ..running.compiled import AVAILABLE
from . import transform
from .factors import Floats, Integers, Rows
from .few_active import few_active, few_curvature
from .line_kernel import line_sums
from .lines import Lines
from .moments import Moments, Polynomial
from .plan_kernel import plan_rows

GRADIENT_WORK = 2.0**22
"""Features times nodes beyond which a row's nodes are those that its value needs, not its gradient."""


def choose_lines(rows: Rows, tolerance: Floats, *, gradient: bool, work: float = GRADIENT_WORK) -> Lines:
    """Lines with which each row's value errs by at most its `tolerance` (R,), and its gradient, if wanted, is good where
    that takes no more than `work` features times nodes.
    """
    n, form = rows.g.shape[1], rows.form
    reach = np.abs(rows.g).max(1, where=rows.share > 0, initial=0.0)
    wanted = tolerance * np.clip(reach, 1e-12, 1) if gradient else np.zeros_like(tolerance)
    found = []
    for split in (False, True):
        line, period, nodes = np.zeros(len(rows)), np.ones(len(rows)), np.full(len(rows), np.inf)
        some = np.flatnonzero(rows.splittable) if split else np.arange(len(rows))
        part = rows.take(some)
        r, off, scale = (
            (part.ratio, np.ones_like(part.off), part.log_nothing) if split else (part.share, part.off, 0 * part.b)
        )
        out = np.empty((3, len(some)))
        plan_rows(
            part.g, part.b, part.own, r, off, form.start, form.together, split, scale, tolerance[some], wanted[some],
            part.high, -part.low, work / n, *out,
        )  # fmt: skip
        line[some], period[some], nodes[some] = out
        found.append((line, period, nodes))
    # A pair costs about as much as a node and feature.
    split = found[1][2] + n < found[0][2]
    line, period, nodes = (np.where(split, b, a) for a, b in zip(*found, strict=True))
    return Lines(line, period, nodes.astype(np.int64), split)


def aliases(rows: Rows, lines: Lines) -> tuple[Polynomial, Polynomial]:
    """What is added to the sum over nodes: a polynomial over the measure that was sampled, one over the whole law."""
    decay = np.abs(lines.line) * lines.period
    x, rest = np.exp(-decay), -np.expm1(-decay)
    zeroth, first, second = x / rest, x / rest**2, x * (1 + x) / rest**3  # Σ e^{-aq} q^k
    left = lines.line < 0
    sign, shift = np.where(left, 1.0, -1.0), np.where(left, -lines.period, lines.period)
    itself = np.where(left & ~lines.split, 1.0, 0.0)
    sampled = Polynomial(
        sign * zeroth + itself,
        2 * sign * shift * first,
        sign * shift**2 * second,
        sign * zeroth + itself,
        sign * shift * first,
    )
    one, nothing = np.ones(len(rows)), np.zeros(len(rows))
    return sampled, Polynomial(one, nothing, nothing, one, nothing)


def line_rows(rows: Rows, lines: Lines, gradient: bool, device: torch.device) -> tuple[Floats, Floats, Floats]:
    """Value (R,) and its derivatives by g (R, n) and by b (R,); on another device, or without numba, by the twins."""
    compiled = AVAILABLE and device.type == "cpu"
    value, dg, db = _sums(rows, lines, gradient) if compiled else transform.sums(rows, lines, device)
    few = few_active(rows, _sign(lines), device), np.arange(len(rows))
    known = ((moments.mean(polynomial), some) for moments, polynomial, some in _polynomials(rows, lines))
    for terms, some in (few, *known):
        value[some] += terms[0]
        dg[some] += terms[1]
        db[some] += terms[2]
    return value, dg, db


def line_curvature(rows: Rows, lines: Lines) -> Floats:
    """Second derivatives by (g, b), (R, n + 1, n + 1)."""
    H = transform.curvature(rows, lines) + few_curvature(rows, _sign(lines))
    for moments, polynomial, some in _polynomials(rows, lines):
        H[some] += moments.curvature(polynomial)
    return H


def _sums(rows: Rows, lines: Lines, gradient: bool) -> tuple[Floats, Floats, Floats]:
    value, db, dg = np.zeros(len(rows)), np.zeros(len(rows)), np.zeros_like(rows.g)
    split = lines.split
    r = np.where(split[:, None], rows.ratio, rows.share)
    off = np.where(split[:, None], 1.0, rows.off)
    scale = np.where(split, rows.log_nothing, 0.0)
    line_sums(
        rows.g, rows.b, rows.own, r, off, rows.form.start, rows.form.together, split, lines.line, 2 * np.pi / lines.period,
        lines.nodes, scale, gradient, value, dg, db,
    )  # fmt: skip
    return value, dg, db


def _sign(lines: Lines) -> Floats:
    """Of the row that its few active features are taken of: 0 where the sum over nodes has them."""
    return np.where(lines.split, np.where(lines.line < 0, -1.0, 1.0), 0.0)


def _polynomials(rows: Rows, lines: Lines) -> Iterator[tuple[Moments, Polynomial, Integers]]:
    """The aliases over the part of the law that was sampled, p(0) of reflected rows over the whole of it; of which rows."""
    sampled, whole = aliases(rows, lines)
    for some, law, polynomial in (
        (lines.split, Moments.three_and_more, sampled),
        (~lines.split, Moments.whole, sampled),
        (lines.split & (lines.line < 0), Moments.whole, whole),
    ):
        chosen = np.flatnonzero(some)
        if len(chosen):
            yield law(rows.take(chosen)), polynomial.take(chosen), chosen
