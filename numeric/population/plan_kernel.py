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

import numpy as np

from ..compiled import compiled

_OCTAVES = 17
_LOWEST = -4  # the smallest |σ| is 2^-4 / max |g|
_CANDIDATES = 2  # lines whose nodes are counted
_MOST = 6e9  # nodes × 2π: what no bound asks for


@compiled()
def _growth(u):  # type: ignore[no-untyped-def]
    """φ_0(u), real."""
    return 1 + u / 2 if abs(u) < 1e-5 else math.expm1(u) / u


@compiled()
def _growth_x(u):  # type: ignore[no-untyped-def]
    """φ_1(u), real."""
    return 0.5 + u / 3 + u * u / 8 + u * u * u / 30 if abs(u) < 0.05 else (math.exp(u) - _growth(u)) / u


@compiled()
def _beyond(q, k):  # type: ignore[no-untyped-def]
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
def _bounds(phi, phi_x, r, off, start, together, i, mine, split):  # type: ignore[no-untyped-def]
    """Bounds of M and M_x, but for e^{ζb} and the scale, from bounds of every φ_0 and of the row's own φ_1; as
    (M, M_x, log of a common factor, the sum of its positive terms).
    """
    log, positive, product = 0.0, 0.0, 1.0
    sums = np.zeros(4)  # over groups of 1, of 2, of more features
    own, siblings = 0.0, 1.0
    for group in range(start.shape[0] - 1):
        first, last = start[group], start[group + 1]
        if last - first == 1 and r[first] == 0 and group != mine:
            continue
        a = r[first] * phi[first]
        for j in range(first + 1, last):
            a = a * phi[j] if together else a + r[j] * phi[j]
        if group == mine:
            own = a
            for j in range(first, last):
                if together and j != i:
                    siblings *= phi[j]
        elif split:
            sums[min(last - first, 3) if together else 1] += a
        else:
            product *= off[group] + a
            if product > 1e100 or product < 1e-100:
                log += math.log(max(product, 1e-300))
                positive += max(math.log(max(product, 1e-300)), 0.0)
                product = 1.0
    own_x = r[i] * phi_x * siblings
    if not split:
        log += math.log(max(product, 1e-300))
        return off[mine] + own, own_x, log, positive + max(math.log(max(product, 1e-300)), 0.0)
    q, rest = sums[1], sums[2] + sums[3]
    more = _beyond(rest, 1)
    three = _beyond(q, 3) + _beyond(q, 1) * more + _beyond(rest, 2) + sums[3]
    degree = start[mine + 1] - start[mine] if together else 1
    if degree == 1:
        X = _beyond(q, 2) + math.exp(min(q, 600.0)) * more
    elif degree == 2:
        X = _beyond(q + rest, 1)
    else:
        X = math.exp(min(q + rest, 600.0))
    return three + own * X, own_x * X, 0.0, q + rest


@compiled()
def _tail(g, size, ends, r, off, start, together, i, mine, split, size_x, growth, Z, slope, phi):  # type: ignore[no-untyped-def]
    """(1/π) ∫_Z^∞ |T| in four pieces, or, if larger, `slope` times that of |ζ T|, whose bound is taken flat beyond 40 Z."""
    total, derivative, w = 0.0, 0.0, Z
    for k in range(4):
        for j in range(g.shape[0]):
            phi[j] = min(size[j], ends[j] / w)
        M, M_x, log, _ = _bounds(phi, min(size_x, 2 * ends[i] / w), r, off, start, together, i, mine, split)
        M, M_x = M * math.exp(log), M_x * math.exp(log)
        upper = 1.6 * w if k < 3 else 1e300
        far = upper if k < 3 else 40 * w
        total += M * (1 / (w * w) - 1 / (upper * upper)) + 2 * M_x * (1 / w - 1 / upper)
        derivative += 2 * M * (1 / w - 1 / far) + 2 * M_x * math.log(far / w)
        w = upper
    return max(total, derivative * slope) * growth / math.pi


@compiled()
def _last(
    want, slope, period, least, most, g, size, ends, r, off, start, together, i, mine, split, size_x, growth, phi
):  # type: ignore[no-untyped-def]
    """A frequency beyond which what is left out is at most `want`; `most` / P where there is none below it."""
    low, high = least, least
    while _tail(g, size, ends, r, off, start, together, i, mine, split, size_x, growth, high, slope, phi) > want:
        low, high = high, 4 * high
        if high * period > most:
            return high
    for _ in range(5):
        middle = math.sqrt(low * high)
        if _tail(g, size, ends, r, off, start, together, i, mine, split, size_x, growth, middle, slope, phi) > want:
            low = middle
        else:
            high = middle
    return high


@compiled(
    "void(float64[:,::1], float64[::1], int64[::1], float64[:,::1], float64[:,::1], int64[::1], boolean, boolean,"
    "float64[::1], float64[::1], float64[::1], float64[::1], float64, float64[::1], float64[::1], float64[::1])"
)
def plan_rows(  # type: ignore[no-untyped-def]
    g,
    b,
    own,
    r,
    off,
    start,
    together,
    split,
    log_scale,
    tolerance,
    gradient_tolerance,
    extent,
    most,
    line,
    period,
    nodes,
):
    """σ, P and the number of nodes (infinite where there is no plan) of each row, into the last three arrays, (R,).

    `r`: (R, n) and `off`: (R, G) as in `line_kernel`; `log_scale`: (R,) of e^{ζb} M; `tolerance`: (R,) of the value;
    `gradient_tolerance`: (R,) what the gradient's nodes are for, as far as they are at most `most`; 0 for none;
    `extent`: (R, 2) flattened, max z and -min z.
    """
    n = g.shape[1]
    size, ends, phi, grown = np.empty(n), np.empty(n), np.empty(n), np.empty((2, n))
    taus = np.empty(_OCTAVES)
    amplitude, mass, cost = np.empty((2, _OCTAVES)), np.empty((2, _OCTAVES)), np.empty((2, _OCTAVES))
    periods = np.empty((2, _OCTAVES))
    for row in range(g.shape[0]):
        i = own[row]
        mine = 0
        while start[mine + 1] <= i:
            mine += 1
        largest = 0.0
        for j in range(n):
            if r[row, j] != 0:
                largest = max(largest, abs(g[row, j]))
        for l in range(_OCTAVES):
            taus[l] = 2.0 ** (l + _LOWEST) / largest
        for side in range(2):
            sign = 1.0 - 2 * side
            for l in range(_OCTAVES):
                tau = sign * taus[l]
                amplitude[side, l], mass[side, l], cost[side, l] = math.inf, math.inf, math.inf
                for j in range(n):
                    u = tau * g[row, j]
                    # φ_0(2u) = φ_0(u) (1 + u φ_0(u)/2)
                    grown[side, j] = _growth(u) if l == 0 else grown[side, j] * (1 + 0.25 * u * grown[side, j])
                if taus[l] * largest > 300 or abs(tau * b[row]) > 600:
                    continue
                x = _growth_x(tau * g[row, i])
                M, M_x, log, up = _bounds(grown[side], x, r[row], off[row], start, together, i, mine, split)
                if up > 600:
                    continue
                log += log_scale[row] + tau * b[row]
                e = math.e * taus[l]
                amplitude[side, l] = log + math.log(max(4 / (e * e) * M + 2 / e * M_x, 1e-300))
                mass[side, l] = log + math.log(max(M, 1e-300))
        share = math.log(tolerance[row] / 4)
        calmest, calm_side, calm_octave = math.inf, 0, 0
        for side in range(2):
            for l in range(_OCTAVES):
                if math.isinf(mass[side, l]):
                    continue
                same, other = math.inf, math.inf  # periods by τ on the side of σ, on the other
                for k in range(_OCTAVES):
                    for turn in range(2):
                        excess = amplitude[side if turn == 0 else 1 - side, k] - share
                        if math.isinf(excess) or (turn == 0 and k <= l):
                            continue
                        needed = excess if excess > 30 else math.log1p(math.exp(excess))
                        if turn == 0:
                            same = min(same, needed / (taus[k] - taus[l]))
                        else:
                            other = min(other, needed / (taus[k] + taus[l]))
                same = min(same, max(extent[2 * row + side], 0.0))
                other = min(other, max(extent[2 * row + 1 - side], 0.0))
                P = max(max(same, other) * 1.000001, 0.7 / taus[l])
                periods[side, l] = P
                rounding = math.exp(min(mass[side, l], 600.0)) / (taus[l] ** 3 * P) * 8e-16
                if rounding < calmest:
                    calmest, calm_side, calm_octave = rounding, side, l
                if rounding <= tolerance[row]:
                    cost[side, l] = math.log(P) + 0.2 * amplitude[side, l]
        if math.isinf(cost.min()) and not math.isinf(calmest):
            cost[calm_side, calm_octave] = 0.0
        line[row], period[row], nodes[row] = 0.0, 1.0, math.inf
        for _ in range(_CANDIDATES):
            best = cost.argmin()
            side, l = best // _OCTAVES, best % _OCTAVES
            if math.isinf(cost[side, l]):
                break
            cost[side, l] = math.inf
            sigma, P = (taus[l] if side == 0 else -taus[l]), periods[side, l]
            for j in range(n):
                u = sigma * g[row, j]
                size[j], ends[j] = _growth(u), (1 + math.exp(u)) / max(abs(g[row, j]), 1e-300)
            x = _growth_x(sigma * g[row, i])
            growth = math.exp(sigma * b[row] + log_scale[row])
            count = math.inf
            if gradient_tolerance[row] > 0:
                Z = _last(
                    gradient_tolerance[row] / 2, 1e-3 * min(largest, 1.0), P, taus[l], 2 * math.pi * most, g[row], size, ends,
                    r[row], off[row], start, together, i, mine, split, x, growth, phi,
                )  # fmt: skip
                count = math.ceil(Z * P / (2 * math.pi)) + 1
            if count > most:
                Z = _last(
                    tolerance[row] / 2, 0.0, P, taus[l], _MOST, g[row], size, ends,
                    r[row], off[row], start, together, i, mine, split, x, growth, phi,
                )  # fmt: skip
                count = math.ceil(Z * P / (2 * math.pi)) + 1
                if gradient_tolerance[row] > 0:
                    count = max(count, most)
            if count < nodes[row]:
                line[row], period[row], nodes[row] = sigma, P, count
