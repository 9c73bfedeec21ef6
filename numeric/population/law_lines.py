r"""The loss of rows under any law whose active features have densities: the law's own recursion on a line of ζ.

With s = ±1, whichever side takes less, and the supports of at most D features taken out exactly (`boxes`), what is left of
E[(sz)_+² − 2 s x_i (sz)_+] is, with |x_i| for x_i where that is the target,

.. math:: \frac{1}{2\pi i} \int e^{\zeta s b} \left(\frac{2 M}{\zeta^3} - \frac{2 s M_x}{\zeta^2}\right) d\zeta, \qquad
          M = E[e^{\zeta s g \cdot x}; \text{more than } D], \quad M_x = E[x_i e^{\zeta s g \cdot x}; \dots]

on Re ζ = σ > 0, by the trapezoid rule with step 2π/P. Its error are aliases, values at z + kP times e^{−σkP}, of which those
with k < 0 vanish for P > max sz, and the tail beyond the last node. Both are bounded: M is the generating function of the law
at the transforms φ_j of the active features, with grades, and the same recursion with min(φ_j(σ), c_j/\|ω\|) ≥ \|φ_j\| in
their place bounds it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import torch
from torch import Tensor

from ..law import Block, Part, whole_value
from .graded import Graded

Piece: TypeAlias = Callable[[Tensor, Tensor], Tensor]
MOST_NODES = 2**17
_PERIODS = 2.0 ** (torch.arange(12, dtype=torch.float64) / 2)
_OCTAVES = 2.0 ** (torch.arange(-2, 46, dtype=torch.float64) / 2)
_CHUNK = 2**19
"""Complex numbers at a time."""
_NEAR, _TERMS = 1.0, 18
_EPSILON = 2.0**-50
_SLOPES = 1e4
"""Of the tolerance of a value, what derivatives may be off by."""


@dataclass(frozen=True, eq=False)
class Intervals:
    """Of each feature the parts of its magnitude: `weight`, `low`, `width` (n, parts), weight 0 where there are fewer."""

    weight: Tensor
    low: Tensor
    width: Tensor

    @staticmethod
    def of(each: Sequence[tuple[Part, ...]]) -> Intervals:
        most = max(map(len, each))
        rows = [[*parts, *[(0.0, 0.0, 1.0)] * (most - len(parts))] for parts in each]
        table = torch.tensor(rows, dtype=torch.float64)
        return Intervals(table[..., 0], table[..., 1], table[..., 2] - table[..., 1])


@dataclass(frozen=True, eq=False)
class Remainder:
    """The supports of more than `most` active features among the `heavy` (n,) ones, of a law by its blocks and magnitudes; of
    `weighed` where x_i, or |x_i|, is beside the exponential."""

    given: Sequence[Block]
    parts: Intervals
    weighed: Intervals
    heavy: Tensor
    most: int


@dataclass(frozen=True, eq=False)
class Line:
    """For each row (R,): σ, the period P, and the number of nodes."""

    sigma: Tensor
    period: Tensor
    nodes: Tensor

    def take(self, some: Tensor) -> Line:
        return Line(self.sigma[some], self.period[some], self.nodes[some])


def choose_line(rest: Remainder, g: Tensor, b: Tensor, own: Tensor, tolerance: Tensor) -> Line:
    """For rows z = b + g·x, g and b already times their sign, the line with the fewest nodes that its bounds allow."""
    parts = rest.parts
    ends = torch.stack([g[:, :, None] * parts.low, g[:, :, None] * (parts.low + parts.width)])
    used = parts.weight > 0
    high = b + torch.where(used, ends.amax(0), 0.0).amax(2).clamp_min(0).sum(1)
    size = b.abs() + torch.where(used, ends.abs().amax(0), 0.0).amax(2).sum(1)
    x = (parts.low.abs() + parts.width).amax(1)[own]
    period = high.clamp_min(0.1 * size) * _PERIODS[:, None]  # (candidates, R)
    # Σ_k e^{-σkP} (size + kP)² and so on is at most four times the term of k = 1 where σP ≥ 4.
    alias = 4 * (size + period) * (size + period + 2 * x)
    sigma = torch.log(4 * alias / tolerance).clamp(4.0, 50.0) / period
    count = len(_PERIODS)
    every = (part.repeat(count, *[1] * (part.dim() - 1)) for part in (g, b, own, tolerance / 4))
    reach, rounding = (part.view(count, -1) for part in _reach(rest, sigma.view(-1), *every))
    nodes = (reach * period / (2 * math.pi) + 2).ceil()
    # Where rounding is beyond the tolerance on every line, the one with the least.
    good = rounding <= torch.maximum(tolerance / 2, 2 * rounding.amin(0))
    place = torch.where(good, nodes, torch.inf).argmin(0)[None]
    return Line(*(part.gather(0, place)[0] for part in (sigma, period, nodes.clamp_max(MOST_NODES))))


def _reach(rest: Remainder, sigma: Tensor, g: Tensor, b: Tensor, own: Tensor, within: Tensor) -> tuple[Tensor, Tensor]:
    """(R,) the frequency beyond which the integral is `within`, by the bounds of the transforms at octaves, and what rounding
    makes of it."""
    scale = g.abs().amax(1).clamp_min(1e-300)
    omega = _OCTAVES[:, None] / scale  # (octaves, R)
    flat, falling, flat_x, falling_x = _bounds(g, own, rest.parts, sigma)
    phi = torch.minimum(flat.T[:, None], falling.T[:, None] / omega)  # (n, octaves, R)
    psi = torch.minimum(flat_x, falling_x / omega)
    M, M_x = _graded(rest, phi, psi, own)
    growth = torch.exp(sigma * b)
    A, B = growth * 2 * M, growth * 2 * M_x
    after = torch.cat([omega[1:], torch.full_like(omega[:1], torch.inf)])
    pieces = (A * (omega**-2 - after**-2) / 2 + B * (1 / omega - 1 / after)) / math.pi
    # A derivative costs one power of ζ; a last octave falls at least as 1/ω.
    ratio = torch.where(after.isfinite(), torch.log(after / omega), 1.0)
    slopes = (A * (1 / omega - 1 / after) + B * ratio) / math.pi
    tail, tail_of_slopes = (part.flip(0).cumsum(0).flip(0) for part in (pieces, slopes))
    enough = (tail <= within) & (tail_of_slopes <= _SLOPES * within)
    first = enough.to(torch.int64).argmax(0)
    reached = omega.gather(0, first[None])[0]
    rounding = _EPSILON * (A[0] / sigma**2 + B[0] / sigma)
    return torch.where(enough.any(0), reached, torch.inf), rounding


def _bounds(g: Tensor, own: Tensor, parts: Intervals, sigma: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    r"""c of \|φ_j\| ≤ c and of \|φ_j\| ≤ c/\|ω\|, (R, n), and the same of E x_i e^{ζ g_i x_i}, (R,)."""
    slope = sigma[:, None, None] * g[:, :, None]
    low, high = torch.exp(slope * parts.low), torch.exp(slope * (parts.low + parts.width))
    mean = torch.where(slope.abs() > 1e-3, (high - low) / _nonzero(slope * parts.width), (high + low) / 2)
    edge = (high + low) / _nonzero(g.abs()[:, :, None] * parts.width)
    flat, falling = (parts.weight * mean).sum(2), (parts.weight * edge).sum(2)
    at = torch.arange(len(g)), own
    size = (parts.low.abs() + parts.width).amax(1)[own]
    return flat, falling, size * flat[at], size * falling[at] + flat[at] / _nonzero(g[at].abs())


def _nonzero(values: Tensor) -> Tensor:
    return torch.where(values.abs() < 1e-290, 1e-290, values)


def _graded(rest: Remainder, phi: Tensor, psi: Tensor, own: Tensor) -> tuple[Tensor, Tensor]:
    """M and M_x, from φ (n, K, R) and E x_i e^{ζ g_i x_i} (K, R): the generating function is of degree one in each letter, so
    that the part with the own feature is its difference between letters 1 and 0."""
    n, most = len(phi), rest.most
    mine = torch.arange(n)[:, None] == own  # (n, R)
    ends = torch.tensor([0.0, 1.0], dtype=phi.dtype)[:, None, None]
    one = Graded.letter(torch.ones_like(phi[0])[None].expand(2, -1, -1), most, 0)
    letters = [_letter(phi[j], mine[j], ends, most, bool(rest.heavy[j])) for j in range(n)]
    found = whole_value(rest.given, letters, one)
    without, within = _part(found, 0), _part(found, 1)
    # With the own feature, of at least `most` others.
    others = (within[most] - without[most]) + (within[most + 1] - without[most + 1])
    return without[most + 1] + (phi * mine[:, None]).sum(0) * others, psi * others


def _letter(phi: Tensor, mine: Tensor, ends: Tensor, most: int, heavy: bool) -> Graded:
    """φ_j of one active feature, of none where it is not heavy; 0 and 1, of none, where it is the row's own."""
    if not bool(mine.any()):
        return Graded.letter(phi[None].expand(2, -1, -1), most, int(heavy))
    first = torch.where(mine, ends, 0.0 * phi[None] if heavy else phi[None]).expand(2, *phi.shape)
    second = torch.where(mine, 0.0, phi[None]).expand(2, *phi.shape) if heavy else None
    return Graded((first, second, *(None,) * most))


def _part(found: Graded, place: int) -> list[Any]:
    return [0.0 if part is None else part[place] for part in found.parts]


def line_pieces(rest: Remainder, own: Tensor, line: Line, sign: float) -> Iterator[tuple[Tensor, Piece]]:
    """The integral as a sum: some rows, and a function of their g (k, n) and b (k,), already times their sign."""
    order, start, n = torch.argsort(line.nodes), 0, len(rest.heavy)
    while start < len(order):
        count = max(1, min(len(order) - start, int(_CHUNK // (line.nodes[order[start]] * n))))
        some = order[start : start + count]
        length = max(1, _CHUNK // (count * n))
        for first in range(0, int(line.nodes[some[-1]]), length):
            k = torch.arange(first, min(first + length, int(line.nodes[some[-1]])), dtype=torch.float64)[:, None]
            yield some, partial(_at_nodes, rest, own[some], line.take(some), sign, k)
        start += count


def _at_nodes(rest: Remainder, own: Tensor, line: Line, sign: float, k: Tensor, g: Tensor, b: Tensor) -> Tensor:
    step = 2 * math.pi / line.period
    zeta = torch.complex(line.sigma.expand(len(k), -1), k * step)  # (K, R)
    weight = torch.where(k == 0, 1.0, 2.0) * step / (2 * math.pi) * (k < line.nodes)
    phi = torch.stack(
        [_transform(zeta, g[:, j], _of(rest.parts, torch.full_like(own, j)))[0] for j in range(g.shape[1])]
    )
    psi = _transform(zeta, g[torch.arange(len(own)), own], _of(rest.weighed, own))[1]
    M, M_x = _graded(rest, phi, psi, own)
    value = torch.exp(zeta * b) * (2 * M / zeta**3 - 2 * sign * M_x / zeta**2)
    return (weight * value.real).sum(0)


def _of(parts: Intervals, feature: Tensor) -> Intervals:
    return Intervals(parts.weight[feature], parts.low[feature], parts.width[feature])


def _transform(zeta: Tensor, g: Tensor, parts: Intervals) -> tuple[Tensor, Tensor]:
    """E e^{ζgx} and E x e^{ζgx}, (K, R), x by the parts (R, P)."""
    phi = torch.zeros_like(zeta)
    psi = torch.zeros_like(zeta)
    for p in range(parts.weight.shape[1]):
        weight, low, width = parts.weight[:, p], parts.low[:, p], parts.width[:, p]
        first, second = _moments(zeta * (g * width))
        shift = weight * torch.exp(zeta * (g * low)) if bool((low != 0).any()) else weight
        phi = phi + shift * first
        psi = psi + shift * (low * first + width * second)
    return phi, psi


def _moments(u: Tensor) -> tuple[Tensor, Tensor]:
    """∫ e^{ut} dt and ∫ t e^{ut} dt over [0, 1]; near 0 by series."""
    near = u.detach().abs() < _NEAR
    large = torch.where(near, 1.0, u)
    far = (torch.exp(large) - 1) / large
    far_t = (far * large + 1 - far) / large
    small = u[near]
    if not len(small):
        return far, far_t
    series, series_t = torch.zeros_like(small), torch.zeros_like(small)
    for k in range(_TERMS, -1, -1):
        series = series * small + 1 / (math.factorial(k) * (k + 1))
        series_t = series_t * small + 1 / (math.factorial(k) * (k + 2))
    return far.masked_scatter(near, series), far_t.masked_scatter(near, series_t)
