r"""Where to sample a row's transform: the line σ, the period P and the number of nodes, by bounds; compiled.

What the trapezoid sum on Re ζ = σ, of either sign, leaves of E f, f(z) = z_+² - 2 x_i z_+, beyond the aliases that are
known (`moments`) is at most, with :math:`A(τ) = (2/eτ)^2 M(τ) + (2/e|τ|) M_x(τ)` and y/(1 - y) summed over periods,

- aliases from above, z - qP > 0: A(τ) y/(1 - y), y = e^{-(τ - σ)P}, for any τ > max(σ, 0); none where P ≥ max z;
- aliases from below, z + qP < 0: A(-τ) y/(1 - y), y = e^{-(τ + σ)P}, for any τ > max(-σ, 0); none where P ≥ -min z;
- nodes with |Im ζ| ≥ Z left out: :math:`\frac1π \int_Z^∞ |T|`, by the bounds of M and M_x in `plan_bounds`.

Each alias may have a quarter of the tolerance, the nodes left out one half. The bounds ignore phases: the error seen is
some 1e-4 of them where nodes are many.
"""

from __future__ import annotations

import math

import numpy as np

from ..running.compiled import compiled
from .factors import Floats, Integers
from .plan_bounds import LawRow, Sizes, bounds, growth, growth_x, last_frequency

_OCTAVES = 17
_LOWEST = -4  # the smallest |σ| is 2^-4 / max |g|
_CANDIDATES = 2  # lines whose nodes are counted
_MOST = 1e9  # nodes: what no bound asks for


@compiled()
def _amplitudes(
    row: LawRow,
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
                grown[j] = growth(u) if octave == 0 else grown[j] * (1 + 0.25 * u * grown[j])
            if taus[octave] * largest > 300 or abs(tau * b) > 600:
                continue
            M, M_x, log, positive = bounds(row, grown, growth_x(tau * row.g[row.i]))
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


@compiled()
def _count(
    row: LawRow,
    at: Sizes,
    tolerance: float,
    gradient_tolerance: float,
    most: float,
    least: float,
    largest: float,
    per_node: float,
) -> float:
    """How many nodes, `per_node` apart, a line needs; `least`: |σ|, where the search for the last frequency begins."""
    count = math.inf
    if gradient_tolerance > 0:
        Z = last_frequency(row, at, gradient_tolerance / 2, 1e-3 * min(largest, 1.0), least, most * per_node)
        count = math.ceil(Z / per_node) + 1
    if count > most:
        Z = last_frequency(row, at, tolerance / 2, 0.0, least, _MOST * per_node)
        count = max(math.ceil(Z / per_node) + 1, most if gradient_tolerance > 0 else 0)
    return count


@compiled()
def _sizes(row: LawRow, b: float, log_scale: float, sigma: float, at: Sizes) -> Sizes:
    """What the bounds need of the line σ, in the arrays of `at`."""
    for j in range(len(row.g)):
        u = sigma * row.g[j]
        at.size[j], at.ends[j] = growth(u), (1 + math.exp(u)) / max(abs(row.g[j]), 1e-300)
    return Sizes(at.size, at.ends, growth_x(sigma * row.g[row.i]), math.exp(sigma * b + log_scale), at.phi)


@compiled(
    "void(float64[:,::1], float64[::1], int64[::1], float64[:,::1], float64[:,::1], int64[::1], boolean, boolean,"
    "float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64, float64[::1], float64[::1], float64[::1])",
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
    taus, tables = np.empty(_OCTAVES), np.empty((4, 2, _OCTAVES))
    amplitude, mass, cost, periods = tables[0], tables[1], tables[2], tables[3]
    at = Sizes(np.empty(n), np.empty(n), 1.0, 1.0, np.empty(n))
    for k in range(g.shape[0]):
        mine, largest = 0, 0.0
        while start[mine + 1] <= own[k]:
            mine += 1
        for j in range(n):
            if r[k, j] != 0:
                largest = max(largest, abs(g[k, j]))
        for octave in range(_OCTAVES):
            taus[octave] = 2.0 ** (octave + _LOWEST) / largest
        row = LawRow(g[k], r[k], off[k], start, together, own[k], mine, split)
        _amplitudes(row, b[k], log_scale[k], largest, taus, at.phi, amplitude, mass)
        _periods(amplitude, mass, taus, tolerance[k], above[k], below[k], periods, cost)
        line[k], period[k], nodes[k] = 0.0, 1.0, math.inf
        for _ in range(_CANDIDATES):
            best = int(cost.argmin())
            side, octave = best // _OCTAVES, best % _OCTAVES
            if math.isinf(cost[side, octave]):
                break
            cost[side, octave] = math.inf
            sigma, P = (taus[octave] if side == 0 else -taus[octave]), periods[side, octave]
            at = _sizes(row, b[k], log_scale[k], sigma, at)
            count = _count(
                row, at, tolerance[k], gradient_tolerance[k], most, taus[octave], largest, 2 * math.pi / P
            )  # fmt: skip
            if count < nodes[k]:
                line[k], period[k], nodes[k] = sigma, P, count
