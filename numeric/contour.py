r"""Where to sample the characteristic function: the line, the spacing and the number of nodes.

With z_+^m = (1/2πi) ∫ m! ζ^{-m-1} e^{ζz} dζ on Re ζ = σ > 0, a sum over the nodes σ + 2πik/P, k ∈ Z, gives instead of
E z_+^m, m = 1 or 2, for a measure with moments M(τ) = E e^{τz},

.. math:: \sum_{q ∈ Z} e^{-σqP} E (z + qP)_+^m .

Terms other than q = 0 are bounded, for every τ > σ, by
  q < 0:  y_+^m ≤ (m/eτ)^m e^{τy}, in all ≤ (m/eτ)^m M(τ) x/(1 - x), x = e^{-(τ-σ)P};
  q > 0:  (z + qP)_+^2 ≤ 2z_+² + 2q²P² and (z + qP)_+ ≤ z_+ + qP, times e^{-σqP}, summed.
Each may take a quarter of the tolerance. Of a grid σ is the one with the least P (M(σ)/σ^m)^{1/5}, but for those where
M(σ)/σ^m would make rounding visible. Nodes with |Im ζ| ≥ Z + 2π/P contribute at most

.. math:: \frac1π \Bigl(\frac{|M|}{Z^2} + \frac{2 |M_x|}{Z}\Bigr), \quad
          |φ_0(ζg)| ≤ \min\Bigl(φ_0(σg), \frac{1 + e^{σg}}{ω |g|}\Bigr), \quad
          |φ_1(ζg)| ≤ \min\Bigl(φ_1(σg), \frac{2 \max(1, e^{σg})}{ω |g|}\Bigr)

in which M and M_x (E x_i e^{ζz}) are sums of products of φ's with nonnegative weights, and their bounds decrease in ω.
That may have the other half. The bound ignores phases: the error seen is some 1e-3 of it for hundreds of features.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from .characteristic import Factor, remaining
from .law import Groups

_TILTS = torch.logspace(-2.5, 2, 28, dtype=torch.float64)
_OCTAVES = (-2.0, 18.0)  # of ω in units of the row's largest entry
_LARGEST_EXPONENT = 300.0
_ROUNDING = 1e-14  # of M(σ)/σ^m: what the sum over nodes may lose
_HALVINGS = 9


@dataclass(frozen=True, eq=False)
class Measure:
    """The part of the law of (x, z) with three or more active features among `large` ones; all of it unless `split`.

    `g`: (rows, n); `b`, `own`: (rows,); `large`: (n, rows).
    """

    g: Tensor
    b: Tensor
    own: Tensor
    large: Tensor
    law: Groups
    split: bool

    def rows(self, some: Tensor) -> Measure:
        return Measure(self.g[some], self.b[some], self.own[some], self.large[:, some], self.law, self.split)

    def transform(self, phi: Tensor, phi_x: Tensor) -> Factor:
        return remaining(phi, phi_x, self.own, self.large, self.law, split=self.split)

    @property
    def most_active(self) -> int:
        """The most features that are ever active together."""
        return self.law.n if self.law.together else len(self.law.off)

    @property
    def quick(self) -> bool:
        """Whether the formulas for independent features hold, which divide by s where the measure is split."""
        return self.law.single and (not self.split or bool((self.law.off >= 0.02).all()))

    @property
    def own_slope(self) -> Tensor:
        """(rows, 1)"""
        return self.g.gather(1, self.own[:, None])


class Contour(NamedTuple):
    """For each row: the abscissa σ, the spacing of nodes and their number; 0 where no number up to the limit does."""

    line: Tensor
    spacing: Tensor
    nodes: Tensor

    def rows(self, some: Tensor) -> Contour:
        return Contour(*(part[some] for part in self))


def contour(measure: Measure, tolerance: Tensor, *, limit: int, truncation: float = 1.0) -> Contour:
    """Line and nodes with which E[z_+² - 2 x_i z_+] errs by at most `tolerance`, (rows,): half of it by period, half by
    truncation, and there `truncation` times as much.
    """
    scale = measure.g.abs().amax(1, keepdim=True)
    tilts = _TILTS.to(scale) / scale  # (rows, K)
    mass = _log_moment(measure, torch.zeros_like(tilts[:, :1])).exp()
    # Both kernels: E z_+² ≤ 0.55 M(τ)/τ², 2 E z_+ ≤ 0.74 M(τ)/τ.
    size = _log_moment(measure, tilts) + torch.log(0.55 / tilts**2 + 0.74 / tilts)
    share, cut_off = tolerance[:, None] / 4, truncation * tolerance[:, None] / 2
    gap = tilts[:, None, :] - tilts[:, :, None]  # τ - σ: (rows, σ, τ)
    # x ≤ 1/2 by the second term, so that x/(1 - x) ≤ 2x.
    upper = ((size - torch.log(share / 2))[:, None, :].clamp_min(0) + math.log(2)) / gap.clamp_min(1e-300)
    period = torch.where(gap > 0, upper, math.inf).amin(2)
    doubled = 2 * size.clamp_max(_LARGEST_EXPONENT).exp()
    for _ in range(5):
        # With e^{-σP} ≤ 1/4: Σ e^{-σqP} (1, q, q²) ≤ (4/3, 16/9, 80/27) e^{-σP}.
        period = torch.maximum(period, torch.log(4 + 2 * (doubled + 4 * mass * (period**2 + period)) / share) / tilts)
    admissible = size <= torch.maximum(size.amin(1, keepdim=True), torch.log(share / _ROUNDING))
    # Where few features are active the tail falls as Z^-5 or so, and Z grows as the fifth root of M(σ).
    best = torch.where(admissible, torch.log(period) + size / 5, math.inf).argmin(1, keepdim=True)
    line, spacing = tilts.gather(1, best), 2 * math.pi / period.gather(1, best)
    low, high = (torch.full_like(scale, octave) for octave in _OCTAVES)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = _tail(measure, line, torch.exp2(middle) / scale, spacing) <= cut_off
        low, high = torch.where(enough, low, middle), torch.where(enough, middle, high)
    last = torch.exp2(high) / scale
    nodes = (last / spacing).ceil() + 1
    found = (_tail(measure, line, last, spacing) <= cut_off) & (nodes <= limit)
    return Contour(line[:, 0], spacing[:, 0], torch.where(found, nodes, 0.0)[:, 0].long())


def _log_moment(measure: Measure, tilts: Tensor) -> Tensor:
    """log M(τ), (rows, K); infinite beyond what floats hold."""
    u = tilts * measure.g.T[:, :, None]  # (n, rows, K)
    held = u.clamp_min(0).sum(0) <= _LARGEST_EXPONENT
    phi = _growth(torch.where(held, u, 0.0))
    factor = measure.transform(phi, phi[0])
    return torch.where(held, torch.log(factor.plain.clamp_min(1e-300)) + tilts * measure.b[:, None], math.inf)


def _growth(u: Tensor) -> Tensor:
    """φ_0(u), real; also at least φ_1(u)."""
    return torch.where(u == 0, 1.0, torch.expm1(u) / torch.where(u == 0, 1.0, u))


def _tail(measure: Measure, line: Tensor, frequencies: Tensor, spacing: Tensor) -> Tensor:
    """The bound on what the nodes from each frequency on contribute, (rows, K)."""
    slope, own = measure.g.T[:, :, None], measure.own_slope  # (n, rows, 1), (rows, 1)
    decay = (frequencies * slope.abs()).clamp_min(1e-300)  # (n, rows, K)
    phi = torch.minimum(_growth(line * slope), (1 + torch.exp(line * slope)) / decay)
    own_decay = (frequencies * own).clamp_min(1e-300)
    phi_x = torch.minimum(_growth(line * own), 2 * torch.exp(line * own) / own_decay)
    factor = measure.transform(phi, phi_x)
    # A sum over nodes is at most the integral from one spacing earlier.
    start = frequencies - spacing
    terms = (factor.plain / start**2 + 2 * factor.weighted / start) / math.pi
    return torch.where(start > 0, terms * torch.exp(line * measure.b[:, None]), math.inf)
