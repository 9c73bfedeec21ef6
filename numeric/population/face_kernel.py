r"""Rows of WᵀW by all faces of their cubes, compiled: value and gradient under any law. Twin in torch: `numeric.faces`.

The recursion is that of `numeric.faces`, which nothing cancels, be the entries of g of any sizes, zero included: with z
cut by a face C of r free coordinates, t = -z_low/(z_high - z_low) the place of the cut on the diagonal from C's lowest to
its highest point, and E_C the mean over C,

.. math:: (r + k) E_C z_+^k = \sum_{j \text{ free}} (1 - t) E_{j\,\text{high}} z_+^k + t\, E_{j\,\text{low}} z_+^k,
          \quad (r + 2) E_C x_i z_+ = x_i(t)\, E_C z_+ + \sum_j \dots

A face has n digits in base 3, feature j's 0 at the low and 1 at the high end of z, 2 free: one with a digit less comes
before it. The gradient is the recursion read backwards. Where a derivative jumps it is the one from larger b.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..running.compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled()
def _extents(g: Floats, b: float, low: Floats, width: Floats, squares: Floats) -> None:
    """Of each face the least z, the sum of |g_j| and of g_j² over its free coordinates."""
    low[0], width[0], squares[0] = b, 0, 0
    for j in range(len(g)):
        low[0] += min(g[j], 0)
    count = 1
    for j in range(len(g)):
        length = abs(g[j])
        for array, at_high, free in ((low, length, 0.0), (width, 0.0, length), (squares, 0.0, length * length)):
            here, high, both = array[:count], array[count : 2 * count], array[2 * count : 3 * count]
            for f in range(count):
                high[f] = here[f] + at_high
                both[f] = here[f] + free
        count *= 3


@compiled()
def _moments(g: Floats, own: int, low: Floats, width: Floats, squares: Floats, digit: Integers, T: Floats) -> None:
    """The means of z_+², z_+ and x_i z_+ over each face: T (3^n, 3)."""
    start, slope = (0.0, 1.0) if g[own] >= 0 else (1.0, -1.0)
    digit[:] = 0
    for face in range(len(T)):
        free = 0.5 if digit[own] == 2 else 0.0
        end = start + slope * (digit[own] == 1)
        if low[face] >= 0:
            centre = low[face] + width[face] / 2
            T[face, 0] = centre * centre + squares[face] / 12
            T[face, 1] = centre
            T[face, 2] = (0.5 if free else end) * centre + free / 6 * g[own]
        elif low[face] + width[face] <= 0:
            T[face, 0] = T[face, 1] = T[face, 2] = 0
        else:
            t = -low[face] / width[face]
            power, count = 1, 0
            z2 = z1 = x1 = 0.0
            for j in range(len(digit)):
                if digit[j] == 2:
                    below, above = T[face - 2 * power], T[face - power]
                    z2 += above[0] + t * (below[0] - above[0])
                    z1 += above[1] + t * (below[1] - above[1])
                    x1 += above[2] + t * (below[2] - above[2])
                    count += 1
                power *= 3
            T[face, 0] = z2 / (count + 2)
            T[face, 1] = z1 / (count + 1)
            T[face, 2] = ((start + slope * t if free else end) * T[face, 1] + x1) / (count + 2)
        j = 0
        while j < len(digit) and digit[j] == 2:
            digit[j] = 0
            j += 1
        if j < len(digit):
            digit[j] += 1


@compiled()
def _adjoints(
    g: Floats, own: int, low: Floats, width: Floats, squares: Floats, digit: Integers, T: Floats, D: Floats
) -> float:
    """∂V/∂(low, width, squares) of each face in their places, from ∂V/∂T = D; what goes to g_i directly."""
    start, slope = (0.0, 1.0) if g[own] >= 0 else (1.0, -1.0)
    digit[:] = 2
    direct = 0.0
    for face in range(len(T) - 1, -1, -1):
        d0, d1, d2 = D[face]
        free = 0.5 if digit[own] == 2 else 0.0
        end = start + slope * (digit[own] == 1)
        if low[face] >= 0:
            centre = low[face] + width[face] / 2
            total = 2 * centre * d0 + d1 + (0.5 if free else end) * d2
            low[face], width[face], squares[face] = total, total / 2, d0 / 12
            direct += free / 6 * d2
        elif low[face] + width[face] <= 0 or (d0 == 0 and d1 == 0 and d2 == 0):
            low[face] = width[face] = squares[face] = 0
        else:
            t = -low[face] / width[face]
            count = 0
            for j in range(len(digit)):
                count += digit[j] == 2
            e0, e2 = d0 / (count + 2), d2 / (count + 2)
            e1 = (d1 + e2 * (start + slope * t if free else end)) / (count + 1)
            dt = e2 * T[face, 1] * slope if free else 0.0
            power = 1
            for j in range(len(digit)):
                if digit[j] == 2:
                    below, above = T[face - 2 * power], T[face - power]
                    to_below, to_above = D[face - 2 * power], D[face - power]
                    dt += (below[0] - above[0]) * e0 + (below[1] - above[1]) * e1 + (below[2] - above[2]) * e2
                    to_below[0] += t * e0
                    to_below[1] += t * e1
                    to_below[2] += t * e2
                    to_above[0] += (1 - t) * e0
                    to_above[1] += (1 - t) * e1
                    to_above[2] += (1 - t) * e2
                power *= 3
            low[face], width[face], squares[face] = -dt / width[face], -t * dt / width[face], 0
        j = 0
        while j < len(digit) and digit[j] == 0:
            digit[j] = 2
            j += 1
        if j < len(digit):
            digit[j] -= 1
    return direct


@compiled()
def _slopes(g: Floats, low: Floats, width: Floats, squares: Floats, dg: Floats) -> float:
    """∂V/∂b, and ∂V/∂g in dg: from those by the faces' extents, which are folded together."""
    count = len(low)
    for j in range(len(g) - 1, -1, -1):
        count //= 3
        slope = 0.0
        for f in range(count):
            high, free = count + f, 2 * count + f
            slope += low[high] + width[free] + 2 * abs(g[j]) * squares[free]
            low[f] += low[high] + low[free]
            width[f] += width[high] + width[free]
            squares[f] += squares[high] + squares[free]
        dg[j] = slope
    for j in range(len(g)):
        if g[j] < 0:
            dg[j] = low[0] - dg[j]
    return float(low[0])


@compiled()
def _supports(g: Floats, face: Integers) -> None:
    """The face on which exactly the features of each support are free, and the others 0."""
    face[0] = 0
    power = 1
    for j in range(len(g)):
        face[0] += power * (g[j] < 0)
        power *= 3
    power = 1
    for j in range(len(g)):
        for U in range(1 << j):
            face[(1 << j) + U] = face[U] + power * (1 if g[j] < 0 else 2)
        power *= 3


@compiled("Tuple((f8[::1], f8[:, ::1], f8[::1]))(f8[:, ::1], f8[::1], i8[::1], f8[:, ::1], i8[::1])")
def rows(g: Floats, b: Floats, own: Integers, P: Floats, law: Integers) -> tuple[Floats, Floats, Floats]:
    """V (R,), ∂V/∂g (R, n) and ∂V/∂b (R,) of R rows, V = Σ_U P(U) E[z_+² - 2 x_i z_+ | U], z = b + Σ_{j∈U} g_j x_j.

    `g`: (R, n); `b`: (R,); `own`: (R,), the row's own feature; `P`: (L, 2^n), probabilities of the supports, feature j
    the j-th binary digit; `law`: (R,), the line of P that a row takes. Errors: a few units of rounding.
    """
    rows_, n = g.shape
    faces = 3**n
    value, dg, db = np.zeros(rows_), np.empty((rows_, n)), np.empty(rows_)
    T, D, extents = np.empty((faces, 3)), np.empty((faces, 3)), np.empty((3, faces))
    low, width, squares = extents
    digit, face = np.empty(n, np.int64), np.empty(1 << n, np.int64)
    for row in range(rows_):
        _extents(g[row], b[row], low, width, squares)
        _moments(g[row], own[row], low, width, squares, digit, T)
        _supports(g[row], face)
        D[:] = 0
        for U in range(1 << n):
            weight = P[law[row], U]
            value[row] += weight * (T[face[U], 0] - 2 * T[face[U], 2])
            D[face[U], 0] += weight
            D[face[U], 2] -= 2 * weight
        direct = _adjoints(g[row], own[row], low, width, squares, digit, T, D)
        db[row] = _slopes(g[row], low, width, squares, dg[row])
        dg[row, own[row]] += direct
    return value, dg, db
