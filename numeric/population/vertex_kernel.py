r"""Rows of WᵀW by vertex sums, compiled: value, rounding error and gradient. Twin in plain torch: `vertices`.

For a row g with bias b and own feature i, z = b + g·x, all features independent, x_j = 0 with probability s_j = 1 - p_j
and else uniform on [0, 1],

.. math:: V = E\,[z_+^2 - 2 x_i z_+] = F_i \prod_{j \ne i} F_j \, [z]_2 \big|_{z = b}, \qquad
          F_j = s_j + \rho_j\, t\, (e^{g_j D} - 1), \quad \rho_j = p_j / g_j, \quad [z]_k = z_+^k / k!

with D the derivative, t its inverse ([z]_k ↦ [z]_{k+1}), e^{gD} the shift by g, and for x_i itself, by parts,
F_i = 2 s - c t + (c t - r) e^{gD}, r = 2p/g, c = r (1 + 1/g). Multiplied out, each vertex of the row's cube carries one
polynomial in t for all 2ⁿ supports together: 2ⁿ (n + 3) numbers instead of 3ⁿ faces.

Two tables, a line for each vertex. T, what the factors that are still to come make of [z]_k at the vertex, k = 0, 1, ...:
at first the powers themselves, at last V (and ∂V/∂b one column before it). C, the coefficients that the factors before
give to them. Between the two stands one factor, and its derivative in its place gives an entry of the gradient:

.. math:: \partial F_j = \rho_j\, e^{g_j D} - (\rho_j / g_j)\, t\, (e^{g_j D} - 1)

A factor reads T one column to the right: each time a last column is lost, which C never asks for. A is T with every
term positive: the rounding error. It grows as the product of 1/g_j; rows with small entries are for `face_kernel`.
Errors of z would be independent at each vertex and grow likewise, unseen; so the row is first rounded to multiples of
a unit u, the last digit of |b| + Σ|g_j|: every z is then exact, and the row another one, u away.

A feature with g_j = 0 or p_j = 0 does not act: no factor, and ∂V/∂g_j = (p_j/2) ∂V/∂b. Is it x_i itself, then x_i and z are
independent, F_i = 2 - p D, ∂F_i = p D - (2p/3) D². Where a derivative jumps it is the one from larger b: [0]_0 = 1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..running.compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_EPSILON = 2.0**-52
_INVERSE = 1 / np.maximum(np.arange(64.0), 1)


@compiled()
def _round(g: Floats, b: float, p: Floats, near: Floats) -> tuple[float, float]:
    """b, and in `near` g, as multiples of the unit in which all sums are exact; that unit."""
    scale = abs(b)
    for j in range(len(g)):
        near[j] = g[j]
        scale += abs(g[j]) if p[j] > 0 else 0.0
    unit = math.ldexp(1.0, math.frexp(scale)[1] - 53)
    if not 0 < unit < np.inf:
        return b, 0.0
    for j in range(len(g)):
        near[j] = np.rint(g[j] / unit) * unit
    return np.rint(b / unit) * unit, unit


@compiled()
def _acting(g: Floats, p: Floats, own: int, order: Integers) -> int:
    """The features other than x_i that act, at the front of `order`; how many."""
    count = 0
    for j in range(len(g)):
        if j != own and g[j] != 0 and p[j] > 0:
            order[count] = j
            count += 1
    return count


@compiled()
def _before(g: Floats, p: Floats, order: Integers, first: int, columns: int, z: Floats, C: Floats) -> None:
    """z at every vertex and, level behind level, C before each feature of `order`; both begin with `first` vertices."""
    size, place = first * columns, 1
    for q in range(len(order)):
        gj, rho, s = g[order[q]], p[order[q]] / g[order[q]], 1 - p[order[q]]
        here, there = z[: first << q], z[first << q :]
        for v in range(len(here)):
            there[v] = here[v] + gj
        if q < len(order) - 1:
            right, given = C[place - 1 :], C[place : place + size]
            low, high = C[place + size :], C[place + 2 * size :]
            for i in range(size):
                moved = rho * right[i]
                low[i] = s * given[i] - moved
                high[i] = moved
            place, size = place + size, 2 * size


@compiled()
def _powers(z: Floats, columns: int, T: Floats) -> None:
    """[z]_0, [z]_1, ... at each vertex."""
    for v in range(len(z)):
        x, line = z[v], T[v * columns : (v + 1) * columns]
        line[0] = 1.0 if x >= 0 else 0.0
        power = x = max(x, 0.0)
        for k in range(1, columns):
            line[k] = power
            power *= x * _INVERSE[k + 1]


@compiled()
def _factor(s: float, rho: float, C: Floats, T: Floats, U: Floats) -> tuple[float, float]:
    """U: T after one more factor. Returned: C e^{gD} T and C t (e^{gD} - 1) T."""
    shifted = difference = 0.0
    right, high, high_right = T[1:], T[len(C) :], T[len(C) + 1 :]
    for i in range(len(C)):
        step = high_right[i] - right[i]
        shifted += C[i] * high[i]
        difference += C[i] * step
        U[i] = s * T[i] + rho * step
    return shifted, difference


@compiled()
def _positive_factor(s: float, rho: float, size: int, A: Floats, B: Floats) -> None:
    """B: A after one more factor, its terms made positive."""
    right, high_right = A[1:], A[size + 1 :]
    for i in range(size):
        B[i] = s * A[i] + rho * (high_right[i] + right[i])


@compiled()
def _begin(g: float, b: float, p: float, acts: bool, columns: int, z: Floats, C: Floats) -> None:
    """C and z at the first vertices, from x_i alone: column k of C belongs to [z]_k."""
    C[: 2 * columns + 1] = 0
    z[0] = b
    if acts:
        r = 2 * p / g
        c = r + r / g
        z[1] = b + g
        C[3], C[4], C[columns + 3], C[columns + 4] = 2 * (1 - p), -c, -r, c
    else:
        C[3], C[2] = 2, -p


@compiled()
def _end(g: float, p: float, acts: bool, columns: int, T: Floats, A: Floats) -> tuple[float, float, float, float]:
    """V, its rounding error, ∂V/∂g_i and ∂V/∂b, from the tables at the first vertices."""
    if not acts:
        error = _EPSILON * (2 * A[2] + p * A[1])
        return 2 * T[2] - p * T[1], error, p * (T[1] - 2 / 3 * T[0]), 2 * T[1] - p * T[0]
    r = 2 * p / g
    c = r + r / g
    H, step = T[columns:], T[columns + 3] - T[3]  # H: at z + g
    value = 2 * (1 - p) * T[2] - r * H[2] + c * step
    error = 2 * (1 - p) * A[2] + abs(r) * A[columns + 2] + abs(c) * (A[columns + 3] + A[3])
    dg = (c + r / g) * (H[2] - step / g) - r * H[1]
    return value, _EPSILON * error, dg, 2 * (1 - p) * T[1] - r * H[1] + c * (H[2] - T[2])


@compiled()
def _row(
    g: Floats, b: float, own: int, p: Floats, order: Integers, z: Floats, tables: Floats, dg: Floats
) -> tuple[float, float, float]:
    """V, its rounding error and ∂V/∂b; `dg` is filled."""
    count = _acting(g, p, own, order)
    acts = g[own] != 0 and p[own] > 0
    first = 2 if acts else 1
    columns = count + first + 2
    C, T, U, A, B = tables[0], tables[1], tables[2], tables[1], tables[3]
    _begin(g[own], b, p[own], acts, columns, z, C)
    _before(g, p, order[:count], first, columns, z, C)
    _powers(z[: first << count], columns, T)
    size = first * columns << count
    place = 1 + size - first * columns  # behind the last level of C
    for q in range(count - 1, -1, -1):
        j = order[q]
        T[size] = 0  # in the last column, lost but read
        size //= 2
        place -= size
        rho = p[j] / g[j]
        shifted, difference = _factor(1 - p[j], rho, C[place : place + size], T, U)
        dg[j] = rho * (shifted - difference / g[j])
        _positive_factor(1 - p[j], abs(rho), size, A, B)
        A = tables[4] if q == count - 1 else A  # T and A begin as one
        T, U, A, B = U, T, B, A
    value, error, dg[own], db = _end(g[own], p[own], acts, columns, T, A)
    for j in range(len(g)):
        if j != own and (g[j] == 0 or p[j] == 0):
            dg[j] = p[j] / 2 * db
    return value, error, db


@compiled()
def _slope_error(given: Floats, g: Floats, own: int, p: Floats, unit: float, error: float) -> float:
    """Of an entry of the gradient, from the error of V.

    The row is not the given one: |∂²V| ≤ 2 + 2 p_i/|g_i|. Where g_i = 0 derivatives jump: no entry may have been lost.
    """
    least = np.inf
    for j in range(len(g)):
        entry = g[j] if g[own] != 0 else given[j]
        if entry != 0 and p[j] > 0:
            least = min(least, abs(entry))
    curvature = 1 + p[own] / abs(given[own]) if given[own] != 0 else 1.0
    return error / least + (len(g) + 1) * unit * curvature


@compiled("Tuple((f8[::1], f8[:, ::1], f8[:, ::1], f8[::1]))(f8[:, ::1], f8[::1], i8[::1], f8[:, ::1], i8[::1])")
def rows(g: Floats, b: Floats, own: Integers, p: Floats, law: Integers) -> tuple[Floats, Floats, Floats, Floats]:
    """V (R,), errors (R, 2), ∂V/∂g (R, n) and ∂V/∂b (R,) of R rows.

    `g`: (R, n); `b`: (R,); `own`: (R,), the row's own feature; `p`: (L, n), densities in [0, 1]; `law`: (R,), the line of p
    that a row takes. The errors are those of V and of an entry of its gradient, estimated: each term's rounding counted
    once, divided by min |g_j| for the gradient. Not finite where numbers overflow.
    """
    count, n = g.shape
    value, error, db, dg = np.empty(count), np.empty((count, 2)), np.empty(count), np.empty((count, n))
    order, z, tables = np.empty(n, np.int64), np.empty(1 << n), np.zeros((5, ((n + 3) << n) + 1))
    near = np.empty(n)
    for row in range(count):
        i, density, slopes = own[row], p[law[row]], dg[row]
        bias, unit = _round(g[row], b[row], density, near)
        value[row], rounding, db[row] = _row(near, bias, i, density, order, z, tables, slopes)
        error[row, 0] = rounding + unit * (abs(db[row]) + np.abs(slopes).sum())
        error[row, 1] = _slope_error(g[row], near, i, density, unit, error[row, 0])
    return value, error, dg, db
