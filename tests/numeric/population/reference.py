r"""The loss of models of any size in extended precision, with an error bound, by Fourier series of Bernoulli polynomials.

A row has :math:`z = b + \sum_j g_j x_j` and wants :math:`V = E[z_+^2 - 2 x_i z_+]`; then
:math:`K = \sum_i I_i (E x_i^2 + V_i)`.

**Series.** Let P ≥ \|z\| and y = z/P, in [-1, 1]. The Bernoulli polynomials have :math:`B_r(y + 1) = B_r(y) + r y^{r-1}`,
and their periodic continuations :math:`\tilde B_r` agree with :math:`B_r(y)` for y ≥ 0 and with :math:`B_r(y + 1)` for
y < 0, so that

.. math:: z_+^2 = \tfrac13 P^2 (B_3(y+1) - \tilde B_3(y)), \qquad z_+ = \tfrac12 P (B_2(y+1) - \tilde B_2(y)).

The first parts are polynomials, known from moments; the second are the Fourier series

.. math:: \tilde B_3(y) = \frac{3}{2\pi^3} \sum_{k \ge 1} \frac{\sin 2\pi k y}{k^3}, \qquad
          \tilde B_2(y) = \frac{1}{\pi^2} \sum_{k \ge 1} \frac{\cos 2\pi k y}{k^2}.

So V is a polynomial Q of the moments less
:math:`\sum_k (P^2 \mathrm{Im} M(\omega_k)/2\pi^3 k^3 - P\, \mathrm{Re} M_x(\omega_k)/\pi^2 k^2)`, with ω = 2πk/P,
:math:`M = E e^{i\omega z}` and :math:`M_x = E x_i e^{i\omega z}`. There is no contour, no alias, and no range beyond
which z is neglected.

**Few active.** With :math:`M = e^{i\omega b} \prod_G (s_G + p_G \varphi_G)` (G a group of which one is active, or a single
feature) the terms with at most two active groups decay slowly. They are integrated as they stand, F - Q with
F = z_+² - 2 x_i z_+ by Gauss' rule between kinks, where it is exact, and subtracted from M. What is subtracted loses no
more than one rounding of 1: extended precision has it to spare.

**Error.** :math:`|\varphi(\omega g)| \le \min(1, 2/\omega|g|)` and :math:`|E x e^{i\omega g x}| \le \min(\frac12, 2/\omega|g|)`
fall with ω, and :math:`\sum_{d \ge 3} e_d(a) \le \frac16 e_1^3 \exp e_1`, so the terms left out are bounded octave by
octave. Rounding: ten units for each factor, and ten of P² for the polynomial.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from kinks import Array, Law, Real, few_active
from kinks import anticorrelated as anticorrelated
from kinks import independent as independent
from numpy.typing import ArrayLike

PI = Real("3.14159265358979323846264338327950288")
EPS = float(np.finfo(Real).eps)
_MOST = 1 << 24  # nodes × features
_BLOCK = 512


class Bounded(NamedTuple):
    """`value` is right within `error`."""

    value: np.longdouble
    error: float


def loss(
    W: ArrayLike, b: ArrayLike, law: Law, importance: ArrayLike | None = None, tolerance: float = 1e-13
) -> Bounded:
    """K of one model, rows to `tolerance` each. W: (m, n), b, importance: (n,). ArithmeticError where it takes too long."""
    W, b = np.asarray(W, Real), np.asarray(b, Real)
    weights = np.ones(len(b), Real) if importance is None else np.asarray(importance, Real)
    G = W.T @ W
    rows = [row(G[i], b[i], i, law, tolerance) for i in range(len(b))]
    value = sum(w * (p / 3 + v.value) for w, p, v in zip(weights, law.share, rows, strict=True))
    return Bounded(value, sum(float(w) * v.error for w, v in zip(weights, rows, strict=True)) + 10 * EPS * float(value))


def row(g: ArrayLike, b: ArrayLike, own: int, law: Law, tolerance: float = 1e-13) -> Bounded:
    """V = E[z_+² - 2 x_i z_+] of one row, i = `own`."""
    g, b = np.asarray(g, Real), Real(b)
    low, high = (b + _by_group(law, side(g, 0), side).sum() for side in (np.minimum, np.maximum))
    P = max(-low, high, Real(0))
    if P == 0:
        return Bounded(Real(0), 0.0)
    split, N = min(((split, _nodes(g, own, law, P, split, tolerance)) for split in (False, True)), key=lambda it: it[1])
    if N * len(g) > _MOST:
        raise ArithmeticError(f"the series needs {N} terms")
    value = _polynomial(g, b, own, law, P) - _series(g, b, own, law, P, N, split)
    if split:
        value += few_active(g, b, own, law, P)
    return Bounded(value, _tail(g, own, law, P, split, N) + EPS * float(P * P + P) * (10 + len(g) / 5))


def _by_group(law: Law, values: Array, combine: np.ufunc = np.add) -> Array:
    """(groups, ...) `combine` of the members' values, of shape (n, ...), starting from 0."""
    out = np.zeros((len(law.off), *values.shape[1:]), values.dtype)
    combine.at(out, law.index, values)
    return out


# --- the polynomial


def _polynomial(g: Array, b: np.longdouble, own: int, law: Law, P: np.longdouble) -> np.longdouble:
    """E Q = ⅓P² E B_3(y + 1) - P E x_i B_2(y + 1), from the cumulants of the groups."""
    share, k = law.share, law.index[own]
    first, second, third = (_by_group(law, share * g**r / (r + 1)) for r in (1, 2, 3))
    variance = second - first**2
    skew = third - 3 * first * second + 2 * first**3
    mean, var = b + first.sum(), variance.sum()
    square, cube = var + mean**2, skew.sum() + 3 * mean * var + mean**3
    rest, rest_square = mean - first[k], var - variance[k] + (mean - first[k]) ** 2  # the other groups
    x0, x1 = Real(1) / 2, g[own] / 3 + rest / 2
    x2 = g[own] ** 2 / 4 + 2 * g[own] * rest / 3 + rest_square / 2
    own_part = share[own] * (x2 / P**2 + x1 / P + x0 / 6)
    return (cube / P + 3 * square / 2 + P * mean / 2) / 3 - P * own_part


# --- the series


def _series(g: Array, b: np.longdouble, own: int, law: Law, P: np.longdouble, N: int, split: bool) -> np.longdouble:
    """Σ_{k ≤ N} P² Im M/2π³k³ - P Re M_x/π²k², of at least three active groups if `split`."""
    half = PI / P * g[:, None]  # ω g/2 at k = 1
    t = np.arange(_BLOCK)
    cos_t, sin_t = np.cos(half * t), np.sin(half * t)
    total = Real(0)
    for start in range(1, N + 1, _BLOCK):
        k = (start + t).astype(Real)
        cos_s, sin_s = np.cos(half * start), np.sin(half * start)
        # Sums of angles keep the relative precision of small sines.
        sine, cosine = sin_s * cos_t + cos_s * sin_t, cos_s * cos_t - sin_s * sin_t
        u = half * k
        mean = np.where(u == 0, 1, sine / np.where(u == 0, 1, u))
        phi = mean * cosine + 1j * (mean * sine)
        M, M_x = _characteristic(phi, _first_moment(2 * u[own], phi[own]), own, law, split)
        turn = np.exp(1j * (2 * PI / P * b * k))
        total += (P**2 * (turn * M).imag / (2 * PI**3 * k**3) - P * (turn * M_x).real / (PI**2 * k**2))[
            : N + 1 - start
        ].sum()
    return total


def _characteristic(phi: Array, x_phi: Array, own: int, law: Law, split: bool) -> tuple[Array, Array]:
    """M and M_x without e^{iωb}; phi: (n, nodes), x_phi: (nodes,)."""
    active = _by_group(law, law.share[:, None] * phi)
    factors = law.off[:, None] + active
    others = np.arange(len(factors)) != law.index[own]
    M, M_x = factors.prod(0), law.share[own] * x_phi * factors[others].prod(0)
    if split:
        a = active / law.off[:, None]
        e1, e2 = a.sum(0), (a.sum(0) ** 2 - (a**2).sum(0)) / 2
        M = M - law.off.prod() * (1 + e1 + e2)
        M_x = M_x - law.share[own] * x_phi * law.off[others].prod() * (1 + a[others].sum(0))
    return M, M_x


def _first_moment(u: Array, phi: Array) -> Array:
    """∫_0^1 x e^{iux} dx"""
    small = np.abs(u) < 1
    v = np.where(small, u, 0)
    series = sum((1j * v) ** k / (Real(math.factorial(k)) * (k + 2)) for k in range(25))
    w = np.where(small, 1, u)
    return np.where(small, series, (np.exp(1j * w) - phi) / (1j * w))


# --- the terms left out


def _tail(g: Array, own: int, law: Law, P: np.longdouble, split: bool, N: int) -> float:
    """Bound of Σ_{k > N}: octaves (K, 2K], in which Σ 1/k³ ≤ 3/8K² and Σ 1/k² ≤ 1/2K, and all beyond the last."""
    K = float(N) * 2.0 ** np.arange(40)
    with np.errstate(divide="ignore", over="ignore"):
        # The ratio first: g and P may both be below what a float holds. A slope that it hardly holds has no decay.
        decay = 2 / (2 * math.pi * K * np.abs(g / P).astype(float)[:, None])
    share, off = law.share.astype(float)[:, None], law.off.astype(float)[:, None]
    active = _by_group(law, share * np.minimum(decay, 1))
    x_active = share[own] * np.minimum(decay[own], 0.5)
    others = np.arange(len(off)) != law.index[own]
    if split:
        e1, e1_others = (active / off).sum(0), (active / off)[others].sum(0)
        none, none_other = np.log(off).sum(), np.log(off[others]).sum()
        with np.errstate(over="ignore"):
            M = e1**3 / 6 * np.exp(e1 + none)
            M_x = x_active * e1_others**2 / 2 * np.exp(e1_others + none_other)
    else:
        M, M_x = (off + active).prod(0), x_active * (off + active)[others].prod(0)
    cubes, squares = 3 / (8 * K**2), 1 / (2 * K)
    cubes[-1], squares[-1] = 1 / (2 * K[-1] ** 2), 1 / K[-1]
    return float((P**2 / (2 * PI**3) * M * cubes + P / PI**2 * M_x * squares).sum())


def _nodes(g: Array, own: int, law: Law, P: np.longdouble, split: bool, tolerance: float) -> float:
    """The least N of a grid of ratio √2 whose tail is below the tolerance; infinite if it is too many."""
    if split and (law.off == 0).any():
        return math.inf
    for N in (int(2 ** (e / 2)) for e in range(8, 50)):
        if _tail(g, own, law, P, split, N) <= tolerance:
            return N
    return math.inf
