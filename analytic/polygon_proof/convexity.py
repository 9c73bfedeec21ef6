r"""E − line is strictly convex near the contact, so that the contact, where its gradient is zero, is its only zero there.

In (l₁, l₂, b₁, b₂, C), with g = l₁l₂C and while −l² < b < 0 < g + b,

.. math:: own/2 = 1/2 - l^2 - 3b/2 + b^3/(2l^4) + l^4/2 + 3l^2b/2 + 3b^2/2 + b^3/(2l^2), \quad
          φ = g^2 + 3gb + 3b^2 + b^3/g, \quad line = link - multiplier (\arccos C - 2π/c).

On a piece the Hessian is H = M + Δ with |Δ_ij| ≤ R_ij, so it is positive definite if M − diag(Σ_j R_ij w_j / w_i) is.
"""

from __future__ import annotations

from collections.abc import Callable

import flint
import numpy as np
from flint import arb

from .contact import Contact

Box = tuple[tuple[int, int], ...]
"""Ends of l₁, l₂, b₁, b₂, C in units."""
WEIGHTS = (0.5, 0.5, 1.0, 1.0, 0.5)
_LEAST = 2.0**-20
_DEEPEST = 40


def pieces(box: Box, holds: Callable[[Box], bool]) -> str | None:
    """The bisections into pieces on which `holds`, in preorder: the axis of each, a point for a piece. None where it does not."""
    marks, todo = [], [(box, 0)]
    while todo:
        piece, depth = todo.pop()
        if holds(piece):
            marks.append(".")
            continue
        if depth == _DEEPEST:
            return None
        axis = max(range(5), key=lambda k: piece[k][1] - piece[k][0])
        low, high = piece[axis]
        middle = (low + high) // 2
        marks.append(str(axis))
        todo += [((*piece[:axis], part, *piece[axis + 1 :]), depth + 1) for part in ((middle, high), (low, middle))]
    return "".join(marks)


def convex(at: Contact, piece: Box, bits: int) -> bool:
    """Whether the Hessian is positive definite on the piece."""
    with flint.ctx.workprec(64):
        place = _place(piece, bits)
        return place is not None and definite(hessian(at.multiplier, *place))


def convex_in_gap(piece: Box, bits: int, least: float) -> bool:
    """Whether all eigenvalues of the Hessian of E in (l₁, l₂, b₁, b₂, δ), where the line is linear, exceed `least`."""
    with flint.ctx.workprec(64):
        place = _place(piece, bits)
        return place is not None and definite(in_gap(*place), least)


def _place(piece: Box, bits: int) -> list[arb] | None:
    """The piece as balls; None where E may have another form."""
    place = [arb(low + high) / 2 ** (bits + 1) + arb(0, (high - low) / 2 ** (bits + 1)) for low, high in piece]
    l1, l2, b1, b2, cosine = place
    g = l1 * l2 * cosine
    smooth = all(b < 0 and n * n + b > 0 and g + b > 0 for n, b in ((l1, b1), (l2, b2)))
    return place if smooth else None


def definite(rows: list[list[arb]], least: float = 0.0) -> bool:
    """Whether all eigenvalues of each symmetric matrix in the balls exceed `least`."""
    middle = np.array([[float(entry.mid()) for entry in row] for row in rows])
    radius = np.array([[float(entry.rad()) for entry in row] for row in rows])
    weights = np.array(WEIGHTS)
    shifted = middle - np.diag(radius @ weights / weights)
    return bool(np.linalg.eigvalsh(shifted)[0] > least + _LEAST)


def hessian(slope: arb, l1: arb, l2: arb, b1: arb, b2: arb, cosine: arb) -> list[list[arb]]:
    """Second derivatives of E − line in (l₁, l₂, b₁, b₂, C)."""
    g = l1 * l2 * cosine
    v1, v2 = b1 / g, b2 / g
    by_g = 4 * g + 3 * (b1 + b2) - g * (v1**3 + v2**3)
    by_gg = 4 + 2 * (v1**3 + v2**3)
    by_gb = [3 - 3 * v * v for v in (v1, v2)]
    by_bb = [6 + 6 * v for v in (v1, v2)]
    d = (l2 * cosine, l1 * cosine, l1 * l2)
    own = [_own(l1, b1), _own(l2, b2)]
    sine2 = 1 - cosine * cosine
    bend = slope * cosine / (sine2 * sine2.sqrt())  # of −line: slope · arccos″ = −slope C (1 − C²)^(−3/2)
    zero = arb(0)
    return [
        [
            own[0][0] + by_gg * d[0] * d[0],
            by_gg * d[0] * d[1] + by_g * cosine,
            own[0][1] + by_gb[0] * d[0],
            by_gb[1] * d[0],
            by_gg * d[0] * d[2] + by_g * l2,
        ],
        [
            by_gg * d[0] * d[1] + by_g * cosine,
            own[1][0] + by_gg * d[1] * d[1],
            by_gb[0] * d[1],
            own[1][1] + by_gb[1] * d[1],
            by_gg * d[1] * d[2] + by_g * l1,
        ],
        [own[0][1] + by_gb[0] * d[0], by_gb[0] * d[1], own[0][2] + by_bb[0], zero, by_gb[0] * d[2]],
        [by_gb[1] * d[0], own[1][1] + by_gb[1] * d[1], zero, own[1][2] + by_bb[1], by_gb[1] * d[2]],
        [
            by_gg * d[0] * d[2] + by_g * l2,
            by_gg * d[1] * d[2] + by_g * l1,
            by_gb[0] * d[2],
            by_gb[1] * d[2],
            by_gg * d[2] * d[2] - bend,
        ],
    ]


def in_gap(l1: arb, l2: arb, b1: arb, b2: arb, cosine: arb) -> list[list[arb]]:
    """Second derivatives of E in (l₁, l₂, b₁, b₂, δ): ∂/∂δ = −sin δ ∂/∂C."""
    rows = hessian(arb(0), l1, l2, b1, b2, cosine)
    sine, g = (1 - cosine * cosine).sqrt(), l1 * l2 * cosine
    by_g = 4 * g + 3 * (b1 + b2) - g * ((b1 / g) ** 3 + (b2 / g) ** 3)
    for i in range(4):
        rows[i][4] = rows[4][i] = -sine * rows[i][4]
    rows[4][4] = sine * sine * rows[4][4] - by_g * g
    return rows


def _own(norm: arb, b: arb) -> tuple[arb, arb, arb]:
    """Second derivatives of own/2 in (l, l), (l, b), (b, b)."""
    a = norm * norm
    v = b / a
    return (
        -2 + 10 * v**3 + 6 * a + 3 * b + 3 * v * v * b,
        3 * norm - 6 * v * v / norm - 3 * v * v * norm,
        3 + 3 * v / a + 3 * v,
    )
