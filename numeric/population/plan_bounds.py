r"""Bounds of a row's transform on a line, and of what the nodes beyond a frequency hold, compiled: the parts of `plan_kernel`.

With ω = |Im ζ|, decreasing bounds of M and M_x come from

.. math:: |φ_0(gζ)| ≤ \min\Bigl(φ_0(gσ), \frac{1 + e^{gσ}}{|g| ω}\Bigr), \quad
          |φ_1(gζ)| ≤ \min\Bigl(φ_1(gσ), \frac{2 (1 + e^{gσ})}{|g| ω}\Bigr) .
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..running.compiled import compiled
from .factors import Floats, Integers


class LawRow(NamedTuple):
    """A row's slopes and law as `line_kernel` takes them; `i` its own feature, of group `mine`."""

    g: Floats
    r: Floats
    off: Floats
    start: Integers
    together: bool
    i: int
    mine: int
    split: bool


class Sizes(NamedTuple):
    """On one line: φ_0(gσ) and (1 + e^{gσ})/|g| of every feature, φ_1(gσ) of the own one, e^{σb} times the scale; space for n."""

    size: Floats
    ends: Floats
    size_x: float
    growth: float
    phi: Floats


@compiled()
def growth(u: float) -> float:
    """φ_0(u), real."""
    return 1 + u / 2 if abs(u) < 1e-5 else math.expm1(u) / u


@compiled()
def growth_x(u: float) -> float:
    """φ_1(u), real."""
    return 0.5 + u / 3 + u * u / 8 + u * u * u / 30 if abs(u) < 0.05 else (math.exp(u) - growth(u)) / u


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
def bounds(row: LawRow, phi: Floats, phi_x: float) -> tuple[float, float, float, float]:
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
def _tail(row: LawRow, at: Sizes, Z: float, slope: float) -> float:
    """(1/π) ∫_Z^∞ |T| in four pieces, or, if larger, `slope` times that of |ζ T|, whose bound is taken flat beyond 40 Z."""
    total, derivative, w = 0.0, 0.0, Z
    for k in range(4):
        for j in range(len(at.phi)):
            at.phi[j] = min(at.size[j], at.ends[j] / w)
        M, M_x, log, _ = bounds(row, at.phi, min(at.size_x, 2 * at.ends[row.i] / w))
        M, M_x = M * math.exp(log), M_x * math.exp(log)
        upper = 1.6 * w if k < 3 else 1e300
        far = upper if k < 3 else 40 * w
        total += M * (1 / (w * w) - 1 / (upper * upper)) + 2 * M_x * (1 / w - 1 / upper)
        derivative += 2 * M * (1 / w - 1 / far) + 2 * M_x * math.log(far / w)
        w = upper
    return max(total, derivative * slope) * at.growth / math.pi


@compiled()
def last_frequency(row: LawRow, at: Sizes, want: float, slope: float, least: float, most: float) -> float:
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
