r"""A feature's factor φ_0(gζ) and its derivative at the 64 nodes ζ = σ + iω of a block of a line, compiled.

With ζ φ_0(gζ) = (e^{gζ} - 1)/g, where the exponent is a multiple of the block plus a node within it,

.. math:: \frac{e^{gζ} - 1}{g} = E_f + E_c + E_f D_c, \quad D_c = e^{igω_c} - 1 = -2\sin^2\frac{gω_c}2 + i \sin gω_c,
          \quad E_c = D_c/g, \quad E_f = \frac{e^{g(σ + iω_f)} - 1}g

is accurate for every g, however small, and takes no exponential per node.

All that a block keeps lies in one flat array, `work`, at the places named here, so that the compiler sees that no two of
them overlap; E_f of feature j lies in another, `fine`, at 2jB.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..running.compiled import compiled
from .factors import Floats, Integers

B = 64
"""Nodes of a block."""
(
    OMEGA, INVERSE_R, INVERSE_I,  # ω, 1/ζ
    PHI_R, PHI_I, SLOPE_R, SLOPE_I,  # φ_0(gζ) of one feature, and its derivative by g
    A_R, A_I,  # a of one group
    E1_R, E1_I, E2_R, E2_I, E3_R, E3_I,  # of the groups so far: see `line_groups`
    CUBE_R, CUBE_I, KAPPA_R, KAPPA_I, WEIGHT_R, WEIGHT_I,
    ALPHA_R, ALPHA_I, GAMMA_R, GAMMA_I,
    SHARE_R, SHARE_I,  # ∂T/∂a of a group
    END,
) = range(0, 28 * B, B)  # fmt: skip

_TERMS = 24
_SERIES = np.array([[1 / (math.factorial(k) * (k + m + 1)) for k in range(_TERMS)] for m in range(3)])
"""φ_m(u) = Σ_k u^k / (k! (k + m + 1))."""
_NEAR = 0.3
"""Of |gζ|: below it (1 + (gζ - 1) φ_0)/g has lost a digit, and ζ φ_1(gζ) is a series of at most 11 terms."""


class Row(NamedTuple):
    """One row and its line; `g`, `r`: (n,), `off`: (G,), `start`: (G + 1,) as in `line_kernel`; `i` the row's own feature, of
    group `mine`; `marked`: 1 where supports of at most two features are left out; `step` between nodes; `scale` of T.
    """

    g: Floats
    r: Floats
    off: Floats
    start: Integers
    together: bool
    b: float
    i: int
    mine: int
    marked: float
    line: float
    step: float
    nodes: int
    scale: float


@compiled(inline=True)
def moments(u: complex) -> tuple[complex, complex, complex]:
    """φ_0, φ_1 and φ_2 of a complex number, φ_m(u) = ∫_0^1 x^m e^{ux} dx."""
    if abs(u) < 1.5:
        p0, p1, p2 = 0j, 0j, 0j
        for k in range(_TERMS - 1, -1, -1):
            p0 = p0 * u + _SERIES[0, k]
            p1 = p1 * u + _SERIES[1, k]
            p2 = p2 * u + _SERIES[2, k]
        return p0, p1, p2
    e = np.exp(u)
    p0 = (e - 1) / u
    p1 = (e - p0) / u
    return p0, p1, (e - 2 * p1) / u


@compiled(inline=True)
def fine_table(row: Row, j: int, fine: Floats) -> None:
    """E_f of feature j, for the nodes of the first block."""
    g, line, step = row.g[j], row.line, row.step
    real, imag = 2 * j * B, (2 * j + 1) * B
    if abs(g) < 1e-290:
        for t in range(B):
            fine[real + t], fine[imag + t] = line, step * t
        return
    fine[real], fine[imag] = 0.0, 0.0  # e^{igω_f} - 1, by doubling
    count = 1
    while count < B:
        half = math.sin(0.5 * step * g * count)
        dr, di = -2 * half * half, 2 * half * math.cos(0.5 * step * g * count)
        for t in range(count):
            a, c = fine[real + t], fine[imag + t]
            fine[real + t + count] = a + dr + a * dr - c * di
            fine[imag + t + count] = c + di + a * di + c * dr
        count *= 2
    grown = math.expm1(line * g)
    for t in range(B):
        fine[real + t] = (grown + (grown + 1) * fine[real + t]) / g
        fine[imag + t] = (grown + 1) * fine[imag + t] / g


@compiled(inline=True)
def begin(row: Row, block: int, work: Floats) -> None:
    """ω and 1/ζ of a block, and e_1, e_2, e_3 of no group."""
    for t in range(B):
        omega = row.step * (block * B + t)
        square = row.line * row.line + omega * omega
        work[OMEGA + t] = omega
        work[INVERSE_R + t], work[INVERSE_I + t] = row.line / square, -omega / square
        for place in (E1_R, E1_I, E2_R, E2_I, E3_I):
            work[place + t] = 0.0
        work[E3_R + t] = 1 - row.marked


@compiled(inline=True)
def phi(row: Row, j: int, fine: Floats, work: Floats) -> None:
    """φ_0(gζ) of feature j."""
    g, offset = row.g[j], work[OMEGA]
    real, imag = 2 * j * B, (2 * j + 1) * B
    half = math.sin(0.5 * offset * g)
    dr, di = -2 * half * half, 2 * half * math.cos(0.5 * offset * g)
    if abs(g) < 1e-290:
        er, ei = 0.0, offset
    else:
        er, ei = dr / g, di / g
    for t in range(B):
        xr = fine[real + t] + er + fine[real + t] * dr - fine[imag + t] * di
        xi = fine[imag + t] + ei + fine[real + t] * di + fine[imag + t] * dr
        work[PHI_R + t] = xr * work[INVERSE_R + t] - xi * work[INVERSE_I + t]
        work[PHI_I + t] = xr * work[INVERSE_I + t] + xi * work[INVERSE_R + t]


@compiled(inline=True)
def slope(row: Row, j: int, work: Floats) -> None:
    """ζ φ_1(gζ) of feature j, the derivative by g of φ_0(gζ), which lies in `work`."""
    g, line = row.g[j], row.line
    far = abs(g) * math.hypot(line, work[OMEGA + B - 1])
    if far >= _NEAR:
        for t in range(B):
            ur, ui = g * line - 1, g * work[OMEGA + t]
            work[SLOPE_R + t] = (1 + ur * work[PHI_R + t] - ui * work[PHI_I + t]) / g
            work[SLOPE_I + t] = (ur * work[PHI_I + t] + ui * work[PHI_R + t]) / g
        return
    terms = 5 if far < 1e-3 else 11
    for t in range(B):
        work[SLOPE_R + t], work[SLOPE_I + t] = _SERIES[1, terms], 0.0
    for k in range(terms - 1, -1, -1):
        for t in range(B):
            ur, ui = g * line, g * work[OMEGA + t]
            wr = work[SLOPE_R + t] * ur - work[SLOPE_I + t] * ui + _SERIES[1, k]
            work[SLOPE_I + t] = work[SLOPE_R + t] * ui + work[SLOPE_I + t] * ur
            work[SLOPE_R + t] = wr
    for t in range(B):
        wr = work[SLOPE_R + t] * line - work[SLOPE_I + t] * work[OMEGA + t]
        work[SLOPE_I + t] = work[SLOPE_R + t] * work[OMEGA + t] + work[SLOPE_I + t] * line
        work[SLOPE_R + t] = wr
