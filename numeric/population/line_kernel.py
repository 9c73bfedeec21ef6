r"""The sum over nodes of one line, and its gradient: the formulas of `line`, compiled, a row at a time.

A block of 64 nodes ζ = σ + iω stays in the cache while the features pass by, twice: forward for the products, backward
for the derivatives. Nothing of size features × nodes is kept. With ζ φ_0(gζ) = (e^{gζ} - 1)/g, where the exponent is
a multiple of the block plus a node within it,

.. math:: \frac{e^{gζ} - 1}{g} = E_f + E_c + E_f D_c, \quad D_c = e^{igω_c} - 1 = -2\sin^2\frac{gω_c}2 + i \sin gω_c,
          \quad E_c = D_c/g, \quad E_f = \frac{e^{g(σ + iω_f)} - 1}g

is accurate for every g, however small, and takes no exponential per node.
"""

from __future__ import annotations

import math

import numpy as np

from ..running.compiled import compiled
from .factors import Booleans, Floats, Integers

_BLOCK = 64
_TERMS = 24
_SERIES = np.array([[1 / (math.factorial(k) * (k + m + 1)) for k in range(_TERMS)] for m in range(3)])
"""φ_m(u) = Σ_k u^k / (k! (k + m + 1))."""
_NEAR = 0.3
"""Of |gζ|: below it (1 + (gζ - 1) φ_0)/g has lost a digit, and ζ φ_1(gζ) is a series of at most 11 terms."""


@compiled(inline=True)
def _moments(u: complex) -> tuple[complex, complex, complex]:
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
def _fine_table(g: float, line: float, step: float, real: Floats, imag: Floats) -> None:
    """E_f for the nodes of the first block."""
    if abs(g) < 1e-290:
        for t in range(_BLOCK):
            real[t], imag[t] = line, step * t
        return
    real[0], imag[0] = 0.0, 0.0  # e^{igω_f} - 1, by doubling
    count = 1
    while count < _BLOCK:
        half = math.sin(0.5 * step * g * count)
        dr, di = -2 * half * half, 2 * half * math.cos(0.5 * step * g * count)
        for t in range(count):
            a, c = real[t], imag[t]
            real[t + count] = a + dr + a * dr - c * di
            imag[t + count] = c + di + a * di + c * dr
        count *= 2
    grown = math.expm1(line * g)
    for t in range(_BLOCK):
        real[t] = (grown + (grown + 1) * real[t]) / g
        imag[t] = (grown + 1) * imag[t] / g


@compiled(inline=True)
def _phi(
    g: float,
    offset: float,
    fine_r: Floats,
    fine_i: Floats,
    inverse_r: Floats,
    inverse_i: Floats,
    out_r: Floats,
    out_i: Floats,
) -> None:
    """φ_0(gζ) at the nodes of the block that begins at frequency `offset`."""
    half = math.sin(0.5 * offset * g)
    dr, di = -2 * half * half, 2 * half * math.cos(0.5 * offset * g)
    if abs(g) < 1e-290:
        er, ei = 0.0, offset
    else:
        er, ei = dr / g, di / g
    for t in range(_BLOCK):
        xr = fine_r[t] + er + fine_r[t] * dr - fine_i[t] * di
        xi = fine_i[t] + ei + fine_r[t] * di + fine_i[t] * dr
        out_r[t] = xr * inverse_r[t] - xi * inverse_i[t]
        out_i[t] = xr * inverse_i[t] + xi * inverse_r[t]


@compiled(inline=True)
def _slope(g: float, line: float, omega: Floats, phi_r: Floats, phi_i: Floats, out_r: Floats, out_i: Floats) -> None:
    """ζ φ_1(gζ), the derivative of φ_0(gζ) by g."""
    far = abs(g) * math.hypot(line, omega[_BLOCK - 1])
    if far >= _NEAR:
        for t in range(_BLOCK):
            ur, ui = g * line - 1, g * omega[t]
            out_r[t] = (1 + ur * phi_r[t] - ui * phi_i[t]) / g
            out_i[t] = (ur * phi_i[t] + ui * phi_r[t]) / g
        return
    terms = 5 if far < 1e-3 else 11
    for t in range(_BLOCK):
        out_r[t], out_i[t] = _SERIES[1, terms], 0.0
    for k in range(terms - 1, -1, -1):
        for t in range(_BLOCK):
            ur, ui = g * line, g * omega[t]
            wr = out_r[t] * ur - out_i[t] * ui + _SERIES[1, k]
            out_i[t] = out_r[t] * ui + out_i[t] * ur
            out_r[t] = wr
    for t in range(_BLOCK):
        wr = out_r[t] * line - out_i[t] * omega[t]
        out_i[t] = out_r[t] * omega[t] + out_i[t] * line
        out_r[t] = wr


@compiled(inline=True)
def _group(
    first: int,
    last: int,
    skip: int,
    g: Floats,
    r: Floats,
    together: bool,
    offset: float,
    fine_r: Floats,
    fine_i: Floats,
    inverse_r: Floats,
    inverse_i: Floats,
    phi_r: Floats,
    phi_i: Floats,
    a_r: Floats,
    a_i: Floats,
) -> None:
    """a of the group of features first … last - 1 without `skip`: r φ_0 summed, or multiplied where `together`; the φ_0 of
    its last feature is left in `phi`. A product over no features is r of `skip`.
    """
    begun = False
    for j in range(first, last):
        if j == skip:
            continue
        _phi(g[j], offset, fine_r[j], fine_i[j], inverse_r, inverse_i, phi_r, phi_i)
        if not begun:
            for t in range(_BLOCK):
                a_r[t], a_i[t] = r[j] * phi_r[t], r[j] * phi_i[t]
        elif together:
            for t in range(_BLOCK):
                real = a_r[t] * phi_r[t] - a_i[t] * phi_i[t]
                a_i[t] = a_r[t] * phi_i[t] + a_i[t] * phi_r[t]
                a_r[t] = real
        else:
            for t in range(_BLOCK):
                a_r[t] += r[j] * phi_r[t]
                a_i[t] += r[j] * phi_i[t]
        begun = True
    if not begun:
        for t in range(_BLOCK):
            a_r[t], a_i[t] = r[skip] if together else 0.0, 0.0


@compiled(
    "void(float64[:,::1], float64[::1], int64[::1], float64[:,::1], float64[:,::1], int64[::1], boolean, boolean[::1],"
    "float64[::1], float64[::1], int64[::1], float64[::1], boolean, float64[::1], float64[:,::1], float64[::1])"
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
    n, groups = g.shape[1], start.shape[0] - 1
    fine_r, fine_i = np.empty((n, _BLOCK)), np.empty((n, _BLOCK))
    # One array, so that the compiler sees that its rows do not overlap.
    work = np.empty((23, _BLOCK))
    omega = work[0]
    inverse_r = work[1]
    inverse_i = work[2]
    phi_r = work[3]
    phi_i = work[4]
    w_r = work[5]
    w_i = work[6]
    a_r = work[7]
    a_i = work[8]
    num_r = work[9]
    num_i = work[10]
    e1_r = work[11]
    e1_i = work[12]
    e2_r = work[13]
    e2_i = work[14]
    e3_r = work[15]
    e3_i = work[16]
    alpha_r = work[17]
    alpha_i = work[18]
    gamma_r = work[19]
    gamma_i = work[20]
    c_r = work[21]
    c_i = work[22]
    e1, e2, e3 = np.empty(_BLOCK, np.complex128), np.empty(_BLOCK, np.complex128), np.empty(_BLOCK, np.complex128)
    cube, kappa, weight = np.empty_like(e1), np.empty_like(e1), np.empty_like(e1)
    for row in range(g.shape[0]):
        if nodes[row] == 0:
            continue
        i, s, step = own[row], line[row], spacing[row]
        marked = 1.0 if split[row] else 0.0
        mine = 0
        while start[mine + 1] <= i:
            mine += 1
        for j in range(n):
            if r[row, j] != 0 or j == i or groups < n:
                _fine_table(g[row, j], s, step, fine_r[j], fine_i[j])
        scale = math.exp(s * b[row] + log_scale[row]) * step / math.pi
        total, slope_b, slope_own = 0.0, 0.0, 0.0
        for k in range(0, nodes[row], _BLOCK):
            offset = step * k
            for t in range(_BLOCK):
                omega[t] = step * (k + t)
                square = s * s + omega[t] * omega[t]
                inverse_r[t], inverse_i[t] = s / square, -omega[t] / square
                e1_r[t], e1_i[t], e2_r[t], e2_i[t], e3_r[t], e3_i[t] = 0.0, 0.0, 0.0, 0.0, 1 - marked, 0.0
            for group in range(groups):
                first, last = start[group], start[group + 1]
                if group == mine or (last - first == 1 and r[row, first] == 0):
                    continue
                _group(
                    first, last, -1, g[row], r[row], together, offset, fine_r, fine_i, inverse_r, inverse_i,
                    phi_r, phi_i, a_r, a_i,
                )  # fmt: skip
                o = off[row, group]
                size = last - first if together else 1
                if size == 1:
                    for t in range(_BLOCK):
                        ar, ai = a_r[t], a_i[t]
                        ur, ui = e3_r[t] + e2_r[t], e3_i[t] + e2_i[t]
                        e3_r[t] = o * e3_r[t] + ar * ur - ai * ui
                        e3_i[t] = o * e3_i[t] + ar * ui + ai * ur
                        e2_r[t] += ar * e1_r[t] - ai * e1_i[t]
                        e2_i[t] += ar * e1_i[t] + ai * e1_r[t]
                        e1_r[t] += marked * ar
                        e1_i[t] += marked * ai
                else:
                    pair = marked if size == 2 else 0.0
                    for t in range(_BLOCK):
                        ar, ai = a_r[t], a_i[t]
                        ur, ui = e3_r[t] + e2_r[t] + e1_r[t] + marked - pair, e3_i[t] + e2_i[t] + e1_i[t]
                        e3_r[t] = o * e3_r[t] + ar * ur - ai * ui
                        e3_i[t] = o * e3_i[t] + ar * ui + ai * ur
                        e2_r[t] += pair * ar
                        e2_i[t] += pair * ai
            _group(
                start[mine], start[mine + 1], i, g[row], r[row], together, offset, fine_r, fine_i, inverse_r, inverse_i,
                phi_r, phi_i, a_r, a_i,
            )  # fmt: skip
            size = start[mine + 1] - start[mine] if together else 1
            for t in range(_BLOCK):
                zeta, inverse = complex(s, omega[t]), complex(inverse_r[t], inverse_i[t])
                angle = b[row] * omega[t]
                F = 2 * scale * complex(math.cos(angle), math.sin(angle)) * inverse * inverse
                if k + t == 0:
                    F *= 0.5
                elif k + t >= nodes[row]:
                    F *= 0.0
                p0, p1, p2 = _moments(g[row, i] * zeta)
                siblings = complex(a_r[t], a_i[t])
                if together:
                    kappa[t] = F * siblings * (p0 * inverse - p1)
                    d_kappa = F * siblings * (p1 - zeta * p2)
                else:
                    kappa[t] = F * ((siblings + r[row, i] * p0) * inverse - r[row, i] * p1)
                    d_kappa = F * r[row, i] * (p1 - zeta * p2)
                e1[t], e2[t], e3[t] = complex(e1_r[t], e1_i[t]), complex(e2_r[t], e2_i[t]), complex(e3_r[t], e3_i[t])
                two = e3[t] + e2[t]
                cube[t] = F * inverse * off[row, mine]
                X = two
                if size > 1:
                    X += e1[t] + (marked if size > 2 else 0.0)
                T = cube[t] * e3[t] + kappa[t] * X
                total += T.real
                slope_b += (zeta * T).real
                slope_own += (X * d_kappa).real
                weight[t] = X * F * inverse if not together else X * kappa[t]
                # d(e3)/da and dX/da of another single feature are (two - a (e1 - a))/(1 + a) and (two + e1 - a)/(1 + a).
                if marked == 0:
                    alpha, gamma, c = (cube[t] + kappa[t]) * two, 0j, 0j
                elif size == 1:
                    alpha, gamma, c = cube[t] * two + kappa[t] * (two + e1[t]), cube[t] * e1[t] + kappa[t], cube[t]
                else:
                    alpha, gamma, c = cube[t] * two + kappa[t] * (1 + e1[t] + two), cube[t] * e1[t], cube[t]
                alpha_r[t], alpha_i[t], gamma_r[t], gamma_i[t] = alpha.real, alpha.imag, gamma.real, gamma.imag
                c_r[t], c_i[t] = c.real, c.imag
            if not gradient:
                continue
            for group in range(groups):
                first, last = start[group], start[group + 1]
                if last - first == 1 and (group == mine or r[row, first] == 0):
                    continue
                o = off[row, group]
                size = last - first if together else 1
                if group == mine:
                    for t in range(_BLOCK):
                        num_r[t], num_i[t] = weight[t].real, weight[t].imag
                else:
                    _group(
                        first, last, -1, g[row], r[row], together, offset, fine_r, fine_i, inverse_r, inverse_i,
                        phi_r, phi_i, a_r, a_i,
                    )  # fmt: skip
                    if size == 1:
                        for t in range(_BLOCK):
                            ar, ai = a_r[t], a_i[t]
                            mr, mi = gamma_r[t] - (c_r[t] * ar - c_i[t] * ai), gamma_i[t] - (c_r[t] * ai + c_i[t] * ar)
                            nr, ni = alpha_r[t] - (ar * mr - ai * mi), alpha_i[t] - (ar * mi + ai * mr)
                            dr = o + ar
                            q = 1 / (dr * dr + ai * ai + 1e-300)
                            num_r[t], num_i[t] = (nr * dr + ni * ai) * q, (ni * dr - nr * ai) * q
                    else:
                        for t in range(_BLOCK):
                            a = complex(a_r[t], a_i[t])
                            two = e3[t] + e2[t]
                            if marked == 0:
                                num = (cube[t] + kappa[t]) * two
                            elif size == 2:
                                num = cube[t] * (two + e1[t] - a) + kappa[t] * (1 + e1[t] + two)
                            else:
                                num = (cube[t] + kappa[t]) * (1 + e1[t] + two)
                            num *= a / (o + a)
                            num_r[t], num_i[t] = num.real, num.imag
                for j in range(first, last):
                    if j == i:
                        continue
                    if last - first > 1:
                        _phi(g[row, j], offset, fine_r[j], fine_i[j], inverse_r, inverse_i, phi_r, phi_i)
                    _slope(g[row, j], s, omega, phi_r, phi_i, w_r, w_i)
                    along = 0.0
                    if size == 1:
                        for t in range(_BLOCK):
                            along += num_r[t] * w_r[t] - num_i[t] * w_i[t]
                        along *= r[row, j]
                    else:
                        for t in range(_BLOCK):
                            q = 1 / (phi_r[t] * phi_r[t] + phi_i[t] * phi_i[t])
                            vr = (w_r[t] * phi_r[t] + w_i[t] * phi_i[t]) * q
                            vi = (w_i[t] * phi_r[t] - w_r[t] * phi_i[t]) * q
                            along += num_r[t] * vr - num_i[t] * vi
                    dg[row, j] += along
        value[row] += total
        db[row] += slope_b
        dg[row, i] += slope_own
