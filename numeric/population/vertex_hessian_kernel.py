r"""Hessians of rows of WᵀW by vertex sums, compiled. Twin in plain torch: `vertices`.

As `vertex_kernel`, with the factors as lists of terms c t^d e^{hD}, h = 0 or g_j, -3 ≤ d ≤ 1, which are written out in
`vertices`: F[q, j, h, d + 3] for the q-th derivative of the j-th factor, x_i's first. With C the coefficients that the
factors before give, and T what those behind make of the powers, an entry is C F_j' ... F_k' T or C F_j'' T; ∂/∂b is t⁻¹.
Tables have a line for each vertex, and in it the powers from [z]_{-1} = 0 on: no term asks for one before.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..running.compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_EPSILON = 2.0**-52
_PAD = 4
"""Zeros before and behind a table: a term takes its number from up to 4 columns beside."""


@compiled()
def _arrange(g: Floats, b: float, own: int, p: Floats, order: Integers, near: Floats) -> tuple[float, float]:
    """x_i first, g and b (returned) as multiples of the unit in which all sums are exact, as in `vertex_kernel`; that unit."""
    order[0] = own
    scale = abs(b)
    for j in range(len(g)):
        scale += abs(g[j]) if p[j] > 0 else 0.0
        if j != own:
            order[j + 1 if j < own else j] = j
    unit = math.ldexp(1.0, math.frexp(scale)[1] - 53)
    for j in range(len(g)):
        near[j] = np.rint(g[order[j]] / unit) * unit
    return float(np.rint(b / unit) * unit), unit


@compiled()
def _lost(g: Floats, p: Floats, order: Integers, near: Floats, z: Floats) -> bool:
    """Whether an entry was rounded to 0 where it may matter: with x_i out of z, or z = 0 at a vertex, derivatives jump."""
    lost = False
    for j in range(len(g)):
        lost = lost or (near[j] == 0 and g[order[j]] != 0 and p[order[j]] > 0)
    return lost and (near[0] == 0 or (z == 0).any())


@compiled()
def _moved(p: Floats, order: Integers, near: Floats, unit: float) -> float:
    """By how much an entry changes when g and b do by a unit: third derivatives are twice a density at most, between kinks."""
    least = np.inf
    for j in range(len(near)):
        if near[j] != 0 and p[order[j]] > 0:
            least = min(least, abs(near[j]))
    return 2 * (len(near) + 1) * unit / least


@compiled()
def _put(line: Floats, d: int, coefficients: tuple[float, ...]) -> None:
    """The coefficients of t^d, t^(d+1), ..."""
    for i in range(len(coefficients)):
        line[d + 3 + i] = coefficients[i]


@compiled()
def _own_factor(g: float, p: float, F: Floats) -> None:
    """F (3, 2, 5) of x_i."""
    if g == 0 or p == 0:
        _put(F[0, 0], -1, (-p, 2.0))
        _put(F[1, 0], -2, (-2 / 3 * p, p))
        _put(F[2, 0], -3, (-p / 2, 2 / 3 * p))
        return
    r = 2 * p / g
    r1, r2 = -r / g, 2 * r / g / g
    c, c1, c2 = r + r / g, r1 + 2 * r1 / g, r2 + 3 * r2 / g
    _put(F[0, 0], 0, (2 * (1 - p), -c))
    _put(F[0, 1], 0, (-r, c))
    _put(F[1, 0], 1, (-c1,))
    _put(F[1, 1], -1, (-r, c - r1, c1))
    _put(F[2, 0], 1, (-c2,))
    _put(F[2, 1], -2, (-r, c - 2 * r1, 2 * c1 - r2, c2))


@compiled()
def _factor(g: float, p: float, F: Floats) -> None:
    """F (3, 2, 5) of another feature."""
    if g == 0 or p == 0:
        F[0, 0, 3], F[1, 0, 2], F[2, 0, 1] = 1, p / 2, p / 3
        return
    r = p / g
    r1, r2 = -r / g, 2 * r / g / g
    _put(F[0, 0], 0, (1 - p, -r))
    _put(F[0, 1], 1, (r,))
    _put(F[1, 0], 1, (-r1,))
    _put(F[1, 1], 0, (r, r1))
    _put(F[2, 0], 1, (-r2,))
    _put(F[2, 1], -1, (r, 2 * r1, r2))


@compiled()
def _taken(F: Floats, size: int, T: Floats, U: Floats) -> None:
    """U: T after one more factor, `size` numbers."""
    U[_PAD : _PAD + size] = 0
    here = U[_PAD:]
    for h in range(2):
        for e in range(5):
            if F[h, e] != 0:
                there, coefficient = T[_PAD + h * size + e - 3 :], F[h, e]
                for i in range(size):
                    here[i] += coefficient * there[i]


@compiled()
def _given(F: Floats, size: int, C: Floats, U: Floats) -> None:
    """U: C, `size` numbers, after one more factor."""
    U[: 2 * (_PAD + size)] = 0
    for h in range(2):
        for e in range(5):
            if F[h, e] != 0:
                here, there, coefficient = U[_PAD + h * size :], C[_PAD + 3 - e :], F[h, e]
                for i in range(size):
                    here[i] += coefficient * there[i]


@compiled()
def _between(C: Floats, F: Floats, size: int, T: Floats, shift: int) -> float:
    """C F t^shift T."""
    total = 0.0
    here = C[_PAD:]
    for h in range(2):
        for e in range(5):
            if F[h, e] != 0:
                there, part = T[_PAD + h * size + e - 3 + shift :], 0.0
                for i in range(size):
                    part += here[i] * there[i]
                total += F[h, e] * part
    return total


@compiled()
def _hessian(F: Floats, z: Floats, columns: int, T: Floats, C: Floats, H: Floats) -> None:
    """H in the order of the factors and the bias. T: (n + 1, ...) tables before each factor; C: four more."""
    n = F.shape[1]
    for v in range(1 << n):
        line = T[n, _PAD + v * columns : _PAD + (v + 1) * columns]
        line[0], line[1] = 0, 1.0 if z[v] >= 0 else 0.0
        power = z_ = max(z[v], 0.0)
        for k in range(2, columns):
            line[k] = power
            power *= z_ / k
    for j in range(n - 1, 0, -1):
        _taken(F[0, j], columns << j, T[j + 1], T[j])
    given, moved, after, spare = C[0], C[1], C[2], C[3]
    given[: 2 * _PAD + columns] = 0
    given[_PAD + 3] = 1
    H[n, n] = _between(given, F[0, 0], columns, T[1], -2)
    for j in range(n):
        size = columns << j
        H[j, j] = _between(given, F[2, j], size, T[j + 1], 0)
        H[j, n] = H[n, j] = _between(given, F[1, j], size, T[j + 1], -1)
        _given(F[1, j], size, given, moved)
        for k in range(j + 1, n):
            size = columns << k
            H[j, k] = H[k, j] = _between(moved, F[1, k], size, T[k + 1], 0)
            if k < n - 1:
                _given(F[0, k], size, moved, spare)
                moved, spare = spare, moved
        if j < n - 1:
            _given(F[0, j], columns << j, given, after)
            given, after = after, given


@compiled("Tuple((f8[:, :, ::1], f8[::1]))(f8[:, ::1], f8[::1], i8[::1], f8[:, ::1], i8[::1])")
def hessians(g: Floats, b: Floats, own: Integers, p: Floats, law: Integers) -> tuple[Floats, Floats]:
    """∂²V (R, n + 1, n + 1) of R rows, the bias last, and the estimated error of an entry, (R,).

    The arguments are those of `vertex_kernel.rows`. Where H jumps, it is the one from larger b.
    """
    count, n = g.shape
    columns = n + 4
    found, error = np.empty((count, n + 1, n + 1)), np.empty(count)
    T = np.zeros((n + 1, 2 * _PAD + (columns << n)))
    C = np.zeros((4, 2 * _PAD + (columns << n)))
    F, H, z = np.empty((3, n, 2, 5)), np.empty((n + 1, n + 1)), np.empty(1 << n)
    near, order = np.empty(n), np.full(n + 1, n)
    for row in range(count):
        z[0], unit = _arrange(g[row], b[row], own[row], p[law[row]], order[:n], near)
        for j in range(n):
            for v in range(1 << j):
                z[(1 << j) + v] = z[v] + near[j]
        F[:] = 0
        _own_factor(near[0], p[law[row], own[row]], F[:, 0])
        for j in range(1, n):
            _factor(near[j], p[law[row], order[j]], F[:, j])
        _hessian(F, z, columns, T, C, H)
        for j in range(n + 1):
            for k in range(n + 1):
                found[row, order[j], order[k]] = H[j, k]
        for j in range(n):
            F[:, j] = np.abs(F[:, j])
        _hessian(F, z, columns, T, C, H)
        error[row] = _EPSILON * H.max() + _moved(p[law[row]], order, near, unit)
        if _lost(g[row], p[law[row]], order, near, z):
            error[row] = np.inf
    return found, error
