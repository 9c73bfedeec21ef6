r"""The link between two neighbours: what it costs, and a lower bound over a cell, in floats.

With one feature active, H = 3cK = Σ_i own(l_i², b_i) + Σ_{i≠j} φ(g_ij, b_i), l_i the norms, g_ij = l_i l_j cos δ_ij,

.. math:: own(a, b) = 3E(x - (ax + b)^+)^2 = 1 + A(a, b) - 2B(a, b), \qquad φ(g, b) = A(g, b),
          \qquad A = 3E((ax + b)^+)^2, \quad B = 3E x (ax + b)^+, \quad x \sim U[0, 1].

A link costs E = F(l₁², g, b₁) + F(l₂², g, b₂), F(a, g, b) = own(a, b)/2 + φ(g, b). A and B are convex: on a polytope A lies
above its tangent and −B above what it is at the vertices. (l₁², l₂², l₁l₂C, C) over a cell [p, P] × [q, Q] × [c, C] lies in the
hull of its 18 Bernstein points (p², pP, P²; q², qQ, Q²; products of p, (p + P)/2, P and q, (q + Q)/2, Q with c and C). In b the
bound is taken slab by slab. Only b ∈ [−P², β*(p²)] matters: below −a own is 1, above β* both own and φ rise,

.. math:: β^*(a) = (1 - a)/2 \quad (a \le 1), \qquad -a(a - 1)/(a + 1) \quad (a \ge 1).

Rounding: all numbers are below 2⁷, made by fewer than 2⁶ operations; what is claimed keeps `MARGIN` = 2⁻³⁰ in hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .contact import Contact, contact

Floats = npt.NDArray[np.float64]
MARGIN = 2.0**-30
STEPS = np.array([1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096, 8192]) / 8192
"""Nodes of the slabs on either side of the best bias, as parts of the longer side."""
_ROUNDS = 24
_I, _K, _S = (index.ravel() for index in np.indices((3, 3, 2)))


class Masked(NamedTuple):
    """Slabs of one feature that lie in [low, high] are left out."""

    feature: int
    low: float
    high: float


@dataclass(frozen=True)
class Bound:
    """Of cells (k,): the least E and the least E − line, proved up to rounding."""

    link: Floats
    above_line: Floats


def square_mean(a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """A(a, b) and its slopes in a and b, a ≥ 0."""
    s = np.maximum(a + b, 0)
    u = s / np.where(a > 0, a, 1)
    clipped = b < 0
    return (
        np.where(clipped, s * s * u, a * a + 3 * b * (a + b)),
        np.where(clipped, 3 * s * u - s * u * u, 2 * a + 3 * b),
        np.where(clipped, 3 * s * u, 3 * a + 6 * b),
    )


def cross_mean(a: Floats, b: Floats) -> Floats:
    """B(a, b), a ≥ 0."""
    u = np.maximum(a + b, 0) / np.where(a > 0, a, 1)
    return np.where(b < 0, u * u * (2 * a - b) / 2, a + 1.5 * b)


def energy(norms: Floats, biases: Floats, cosine: Floats) -> Floats:
    """E of links with norms and biases (2, …) at cosine C ≥ 0."""
    own, seen = parts(norms, biases, cosine)
    return np.asarray((own / 2 + seen).sum(axis=0))


def parts(norms: Floats, biases: Floats, cosine: Floats) -> tuple[Floats, Floats]:
    """own and φ of both features (2, …)."""
    g, squares = norms[0] * norms[1] * cosine, norms**2
    own = 1 + square_mean(squares, biases)[0] - 2 * cross_mean(squares, biases)
    return own, np.stack([square_mean(g, bias)[0] for bias in biases])


@dataclass(frozen=True)
class Link:
    """The inequality of c features: E > `level` or E ≥ line. `most`: what own + φ of a feature may cost at most, if anything."""

    features: int
    level: float
    most: float | None
    at: Contact

    def line(self, cosine: Floats) -> Floats:
        link, slope, gap = float(self.at.link), float(self.at.multiplier), float(self.at.gap)
        return np.asarray(link - slope * (np.arccos(np.clip(cosine, -1, 1)) - gap))

    def bound(self, cells: Floats, masked: Masked | None = None) -> Bound:
        """Of cells (k, 6): p, P, q, Q, c, C."""
        p, P, q, Q, c, C = cells.T[:, :, None]
        squares = np.concatenate([p * p, p * P, P * P], 1), np.concatenate([q * q, q * Q, Q * Q], 1)
        first, second = np.concatenate([p, (p + P) / 2, P], 1), np.concatenate([q, (q + Q) / 2, Q], 1)
        cosines = np.concatenate([c, C], 1)[:, _S]
        g = first[:, _I] * second[:, _K] * cosines
        centres = ((p + P) / 2) ** 2, ((q + Q) / 2) ** 2
        middle = (p + P) * (q + Q) * (c + C) / 8
        halves = [
            self._half(
                low, high, centres[k], middle, squares[k], g, places, masked if masked and masked.feature == k else None
            )
            for k, (low, high, places) in enumerate(((p, P, _I), (q, Q, _K)))
        ]
        total = halves[0] + halves[1]
        return Bound(total.min(1), (total - self.line(cosines)).min(1))

    def _half(
        self,
        low: Floats,
        high: Floats,
        a0: Floats,
        g0: Floats,
        a: Floats,
        g: Floats,
        places: npt.NDArray[np.intp],
        masked: Masked | None,
    ) -> Floats:
        """F at the 18 points (k, 18): the least over the slabs."""
        starts, stops = slabs(low, high, a0, g0, masked)
        at = np.clip(best_bias(low, high, a0, g0), starts, stops)
        own, own_a, own_b = square_mean(a0, at)
        seen, seen_g, seen_b = square_mean(g0, at)
        values, costs = [], []
        for end in (starts, stops):
            crossed = cross_mean(a[:, None], end[:, :, None])
            moved = own[:, :, None] + own_a[:, :, None] * (a - a0)[:, None] + (own_b * (end - at))[:, :, None]
            neighbour = (seen + seen_b * (end - at))[:, :, None]
            values.append(0.5 + moved / 2 + neighbour - crossed)
            costs.append(1 + moved + neighbour - 2 * crossed)
        spread = seen_g[:, :, None] * (g - g0)[:, None]
        found = np.minimum(*values)[:, :, places] + spread
        out = starts >= stops
        if masked is not None:
            out |= (starts >= masked.low) & (stops <= masked.high)
        if self.most is not None:
            out |= (np.minimum(*costs)[:, :, places] + spread).min(2) > self.most + MARGIN
        return np.asarray(np.where(out[:, :, None], np.inf, found).min(1))


def best_bias(low: Floats, high: Floats, a0: Floats, g0: Floats) -> Floats:
    """About where F is least in b at the centre of a cell (k, 1)."""
    start, stop = -high * high, _turn(low)
    for _ in range(_ROUNDS):
        b = (start + stop) / 2
        u = np.minimum(np.maximum(1 + b / a0, 0), 1)
        slope = square_mean(a0, b)[2] / 2 + square_mean(g0, b)[2] - 1.5 * u * (2 - u)
        start, stop = np.where(slope > 0, start, b), np.where(slope > 0, b, stop)
    return np.asarray((start + stop) / 2)


def slabs(low: Floats, high: Floats, a0: Floats, g0: Floats, masked: Masked | None) -> tuple[Floats, Floats]:
    """Both ends of the slabs (k, M) that cover [−P², β*(p²)], some of them empty."""
    start, stop, best = -high * high, _turn(low), best_bias(low, high, a0, g0)
    span = np.maximum(stop - best, best - start)
    cuts = np.concatenate([-STEPS[::-1], [0], STEPS])
    nodes = np.concatenate([best + span * cuts, start, stop, np.zeros_like(best)], 1)
    if masked is not None:
        nodes = np.concatenate([nodes, np.full_like(best, masked.low), np.full_like(best, masked.high)], 1)
    nodes = np.sort(np.clip(nodes, start, stop), 1)
    return nodes[:, :-1], nodes[:, 1:]


def _turn(norm: Floats) -> Floats:
    """β*(norm²)."""
    a = norm * norm
    return np.where(a <= 1, (1 - a) / 2, -a * (a - 1) / (a + 1))


@lru_cache(maxsize=2)
def link(features: int) -> Link:
    """The inequality for c = 5 or 6."""
    at = contact(features)
    if features == 5:
        return Link(5, float(at.potential), None, at)
    gain = float(at.potential) - float(contact(features - 1).potential)
    return Link(features, gain, gain, at)
