r"""Where to sample a row's transform: the line σ, the period P and the number of nodes, by bounds; compiled.

What the trapezoid sum on Re ζ = σ, of either sign, leaves of E f, f(z) = z_+² - 2 x_i z_+, beyond the aliases that are
known (`moments`) is at most, with :math:`A(τ) = (2/eτ)^2 M(τ) + (2/e|τ|) M_x(τ)` and y/(1 - y) summed over periods,

- aliases from above, z - qP > 0: A(τ) y/(1 - y), y = e^{-(τ - σ)P}, for any τ > max(σ, 0); none where P ≥ max z;
- aliases from below, z + qP < 0: A(-τ) y/(1 - y), y = e^{-(τ + σ)P}, for any τ > max(-σ, 0); none where P ≥ -min z;
- nodes with |Im ζ| ≥ Z left out: :math:`\frac1π \int_Z^∞ |T|`, with decreasing bounds of M and M_x from

.. math:: |φ_0(gζ)| ≤ \min\Bigl(φ_0(gσ), \frac{1 + e^{gσ}}{|g| ω}\Bigr), \quad
          |φ_1(gζ)| ≤ \min\Bigl(φ_1(gσ), \frac{2 (1 + e^{gσ})}{|g| ω}\Bigr), \quad ω = |\mathrm{Im}\, ζ| .

Each alias may have a quarter of the tolerance, the nodes left out one half. The bounds ignore phases: the error seen is
some 1e-4 of them where nodes are many.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..running.compiled import compiled
from .factors import Floats, Integers

_OCTAVES = 17
_LOWEST = -4  # the smallest |σ| is 2^-4 / max |g|
_CANDIDATES = 2  # lines whose nodes are counted
_MOST = 1e9  # nodes: what no bound asks for


class _Row(NamedTuple):
    """A row's slopes and law as `line_kernel` takes them; `i` its own feature, of group `mine`."""

    g: Floats
    r: Floats
    off: Floats
    start: Integers
    together: bool
    i: int
    mine: int
    split: bool


class _Sizes(NamedTuple):
    """On one line: φ_0(gσ) and (1 + e^{gσ})/|g| of every feature, φ_1(gσ) of the own one, e^{σb} times the scale; space for n."""

    size: Floats
    ends: Floats
    size_x: float
    growth: float
    phi: Floats


@compiled()
def _growth(u: float) -> float:
    """φ_0(u), real."""
    return 1 + u / 2 if abs(u) < 1e-5 else math.expm1(u) / u


@compiled()
def _growth_x(u: float) -> float:
    """φ_1(u), real."""
    return 0.5 + u / 3 + u * u / 8 + u * u * u / 30 if abs(u) < 0.05 else (math.exp(u) - _growth(u)) / u


@compiled()
def _beyond(q: float, k: int) -> float:
    """e^q less its first k powers, k = 1, 2, 3."""
    q = min(q, 600.0)
    if q < 0.3:
        series = 0.0
        for j in range(12, k - 1, -1):
            series = 1 + q * series / (j + 1)
        for j in range(k):
            series *= q / (j + 1)
        return series
    power = math.expm1(q)
    return power if k == 1 else power - q if k == 2 else power - q - q * q / 2


@compiled()
def _bounds(row: _Row, phi: Floats, phi_x: float) -> tuple[float, float, float, float]:
    """Bounds of M and M_x, but for e^{ζb} and the scale, from bounds of every φ_0 and of the row's own φ_1; as
    (M, M_x, log of a common factor, the sum of its positive terms).
    """
    log, positive, product = 0.0, 0.0, 1.0
    sums = np.zeros(4)  # over groups of 1, of 2, of more features
    own, siblings = 0.0, 1.0
    for group in range(row.start.shape[0] - 1):
        first, last = row.start[group], row.start[group + 1]
        if last - first == 1 and row.r[first] == 0 and group != row.mine:
            continue
        a = row.r[first] * phi[first]
        for j in range(first + 1, last):
            a = a * phi[j] if row.together else a + row.r[j] * phi[j]
        if group == row.mine:
            own = a
            for j in range(first, last):
                if row.together and j != row.i:
                    siblings *= phi[j]
        elif row.split:
            sums[min(last - first, 3) if row.together else 1] += a
        else:
            product *= row.off[group] + a
            if product > 1e100 or product < 1e-100:
                log += math.log(max(product, 1e-300))
                positive += max(math.log(max(product, 1e-300)), 0.0)
                product = 1.0
    own_x = row.r[row.i] * phi_x * siblings
    if not row.split:
        last_log = math.log(max(product, 1e-300))
        return row.off[row.mine] + own, own_x, log + last_log, positive + max(last_log, 0.0)
    q, rest = sums[1], sums[2] + sums[3]
    more = _beyond(rest, 1)
    three = _beyond(q, 3) + _beyond(q, 1) * more + _beyond(rest, 2) + sums[3]
    degree = row.start[row.mine + 1] - row.start[row.mine] if row.together else 1
    if degree == 1:
        X = _beyond(q, 2) + math.exp(min(q, 600.0)) * more
    elif degree == 2:
        X = _beyond(q + rest, 1)
    else:
        X = math.exp(min(q + rest, 600.0))
    return three + own * X, own_x * X, 0.0, q + rest


@compiled()
def _tail(row: _Row, at: _Sizes, Z: float, slope: float) -> float:
    """(1/π) ∫_Z^∞ |T| in four pieces, or, if larger, `slope` times that of |ζ T|, whose bound is taken flat beyond 40 Z."""
    total, derivative, w = 0.0, 0.0, Z
    for k in range(4):
        for j in range(len(at.phi)):
            at.phi[j] = min(at.size[j], at.ends[j] / w)
        M, M_x, log, _ = _bounds(row, at.phi, min(at.size_x, 2 * at.ends[row.i] / w))
        M, M_x = M * math.exp(log), M_x * math.exp(log)
        upper = 1.6 * w if k < 3 else 1e300
        far = upper if k < 3 else 40 * w
        total += M * (1 / (w * w) - 1 / (upper * upper)) + 2 * M_x * (1 / w - 1 / upper)
        derivative += 2 * M * (1 / w - 1 / far) + 2 * M_x * math.log(far / w)
        w = upper
    return max(total, derivative * slope) * at.growth / math.pi


@compiled()
def _last(row: _Row, at: _Sizes, want: float, slope: float, least: float, most: float) -> float:
    """A frequency beyond which what is left out is at most `want`; one above `most` where there is none below it."""
    low, high = least, least
    while _tail(row, at, high, slope) > want:
        low, high = high, 4 * high
        if high > most:
            return high
    for _ in range(5):
        middle = math.sqrt(low * high)
        if _tail(row, at, middle, slope) > want:
            low = middle
        else:
            high = middle
    return high


@compiled()
def _amplitudes(
    row: _Row,
    b: float,
    log_scale: float,
    largest: float,
    taus: Floats,
    grown: Floats,
    amplitude: Floats,
    mass: Floats,
) -> None:
    """log A(τ) and log M(τ) for τ of either sign (2, octaves), infinite beyond what floats hold."""
    for side in range(2):
        sign = 1.0 - 2 * side
        for octave in range(_OCTAVES):
            tau = sign * taus[octave]
            amplitude[side, octave], mass[side, octave] = math.inf, math.inf
            for j in range(len(grown)):
                u = tau * row.g[j]
                # φ_0(2u) = φ_0(u) (1 + u φ_0(u)/2)
                grown[j] = _growth(u) if octave == 0 else grown[j] * (1 + 0.25 * u * grown[j])
            if taus[octave] * largest > 300 or abs(tau * b) > 600:
                continue
            M, M_x, log, positive = _bounds(row, grown, _growth_x(tau * row.g[row.i]))
            if positive > 600:
                continue
            log += log_scale + tau * b
            e = math.e * taus[octave]
            amplitude[side, octave] = log + math.log(max(4 / (e * e) * M + 2 / e * M_x, 1e-300))
            mass[side, octave] = log + math.log(max(M, 1e-300))


@compiled()
def _periods(
    amplitude: Floats,
    mass: Floats,
    taus: Floats,
    tolerance: float,
    above: float,
    below: float,
    periods: Floats,
    cost: Floats,
) -> None:
    """P of every line and what its nodes are likely to cost; infinite for lines that do not serve, if another does."""
    share = math.log(tolerance / 4)
    calmest, calm_side, calm_octave = math.inf, 0, 0
    for side in range(2):
        for octave in range(_OCTAVES):
            cost[side, octave] = math.inf
            if math.isinf(mass[side, octave]):
                continue
            same, other = math.inf, math.inf  # periods by τ on the side of σ, on the other
            for k in range(_OCTAVES):
                for turn in range(2):
                    excess = amplitude[side if turn == 0 else 1 - side, k] - share
                    if math.isinf(excess) or (turn == 0 and k <= octave):
                        continue
                    needed = excess if excess > 30 else math.log1p(math.exp(excess))
                    if turn == 0:
                        same = min(same, needed / (taus[k] - taus[octave]))
                    else:
                        other = min(other, needed / (taus[k] + taus[octave]))
            same = min(same, max(above if side == 0 else below, 0.0))
            other = min(other, max(below if side == 0 else above, 0.0))
            P = max(max(same, other) * 1.000001, 0.7 / taus[octave])
            periods[side, octave] = P
            rounding = math.exp(min(mass[side, octave], 600.0)) / (taus[octave] ** 3 * P) * 8e-16
            if rounding < calmest:
                calmest, calm_side, calm_octave = rounding, side, octave
            if rounding <= tolerance:
                cost[side, octave] = math.log(P) + 0.2 * amplitude[side, octave]
    if math.isinf(cost.min()) and not math.isinf(calmest):
        cost[calm_side, calm_octave] = 0.0


@compiled(
    "void(float64[:,::1], float64[::1], int64[::1], float64[:,::1], float64[:,::1], int64[::1], boolean, boolean,"
    "float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64, float64[::1], float64[::1], float64[::1])"
)
def plan_rows(
    g: Floats,
    b: Floats,
    own: Integers,
    r: Floats,
    off: Floats,
    start: Integers,
    together: bool,
    split: bool,
    log_scale: Floats,
    tolerance: Floats,
    gradient_tolerance: Floats,
    above: Floats,
    below: Floats,
    most: float,
    line: Floats,
    period: Floats,
    nodes: Floats,
) -> None:
    """σ, P and the number of nodes (infinite where there is no plan) of each row, into the last three arrays, (R,).

    `r`: (R, n) and `off`: (R, G) as in `line_kernel`; `log_scale`: (R,) of e^{ζb} M; `tolerance`: (R,) of the value;
    `gradient_tolerance`: (R,) what the gradient's nodes are for, as far as they are at most `most`; 0 for none;
    `above`, `below`: (R,) max z and -min z.
    """
    n = g.shape[1]
    size, ends, phi, taus = np.empty(n), np.empty(n), np.empty(n), np.empty(_OCTAVES)
    tables = np.empty((4, 2, _OCTAVES))
    amplitude, mass, cost, periods = tables[0], tables[1], tables[2], tables[3]
    for k in range(g.shape[0]):
        mine, largest = 0, 0.0
        while start[mine + 1] <= own[k]:
            mine += 1
        for j in range(n):
            if r[k, j] != 0:
                largest = max(largest, abs(g[k, j]))
        for octave in range(_OCTAVES):
            taus[octave] = 2.0 ** (octave + _LOWEST) / largest
        row = _Row(g[k], r[k], off[k], start, together, own[k], mine, split)
        _amplitudes(row, b[k], log_scale[k], largest, taus, phi, amplitude, mass)
        _periods(amplitude, mass, taus, tolerance[k], above[k], below[k], periods, cost)
        line[k], period[k], nodes[k] = 0.0, 1.0, math.inf
        for _ in range(_CANDIDATES):
            best = int(cost.argmin())
            side, octave = best // _OCTAVES, best % _OCTAVES
            if math.isinf(cost[side, octave]):
                break
            cost[side, octave] = math.inf
            sigma, P = (taus[octave] if side == 0 else -taus[octave]), periods[side, octave]
            for j in range(n):
                u = sigma * g[k, j]
                size[j], ends[j] = _growth(u), (1 + math.exp(u)) / max(abs(g[k, j]), 1e-300)
            at = _Sizes(size, ends, _growth_x(sigma * g[k, own[k]]), math.exp(sigma * b[k] + log_scale[k]), phi)
            wanted, count = gradient_tolerance[k], math.inf
            per_node = 2 * math.pi / P
            if wanted > 0:
                Z = _last(row, at, wanted / 2, 1e-3 * min(largest, 1.0), taus[octave], most * per_node)
                count = math.ceil(Z / per_node) + 1
            if count > most:
                Z = _last(row, at, tolerance[k] / 2, 0.0, taus[octave], _MOST * per_node)
                count = max(math.ceil(Z / per_node) + 1, most if wanted > 0 else 0)
            if count < nodes[k]:
                line[k], period[k], nodes[k] = sigma, P, count
