"""Rows at their nodes: moments, products over groups by degree, and the derivatives of their parts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .factors import Form, Rows
from .lines import Lines

_TERMS = 26
_NEAR = 2.0
_CHUNK = {"cpu": 2**17, "cuda": 2**24}  # features × rows × nodes at a time


def uniform_moments(u: Tensor, count: int) -> list[Tensor]:
    r"""φ_0 … φ_{count-1} of complex u, φ_m(u) = ∫_0^1 x^m e^{ux} dx.

    Where \|u\| < 2 a series for the last and φ_{m-1} = (e^u - u φ_m)/m downward, else φ_m = (e^u - m φ_{m-1})/u upward: the
    directions in which errors shrink.
    """
    e, last = torch.exp(u), count - 1
    near = u.abs() < _NEAR
    small, large = torch.where(near, u, 0.0), torch.where(near, 1.0, u)
    series = torch.zeros_like(u)
    for k in range(_TERMS, -1, -1):
        series = series * small + 1 / (math.factorial(k) * (k + last + 1))
    down = [series]
    for m in range(last, 0, -1):
        down.insert(0, (e - small * down[0]) / m)
    up = [(e - 1) / large]
    for m in range(1, count):
        up.append((e - m * up[-1]) / large)
    return [torch.where(near, below, above) for below, above in zip(down, up, strict=True)]


@dataclass(frozen=True, eq=False, kw_only=True)
class Nodes:
    """Some rows at their nodes. Complex arrays: (R, K), or with features (n, R, K) or groups (G, R, K) first."""

    form: Form
    mine: Tensor  # (G, R, 1) whether the group is the row's own
    own: Tensor  # (R,)
    marked: Tensor  # (R, 1) whether supports of up to two features come exactly
    zeta: Tensor
    F: Tensor
    r: Tensor  # (n, R, 1)
    phi: list[Tensor]  # (n, R, K)
    own_phi: list[Tensor]  # (R, K)
    a: Tensor  # (G, R, K)
    off: Tensor  # (G, R, 1)
    e1: Tensor
    e2: Tensor
    e3: Tensor

    @property
    def device(self) -> torch.device:
        return self.zeta.device

    def features(self, groups: Tensor) -> Tensor:
        """(G, …) to (n, …)"""
        return groups if self.form.single else groups[torch.from_numpy(self.form.group).to(self.device)]

    @property
    def degree(self) -> Tensor:
        """(G, 1, 1)"""
        return torch.from_numpy(self.form.degree).to(self.device)[:, None, None]

    @property
    def own_degree(self) -> Tensor:
        """(R, 1)"""
        return torch.from_numpy(self.form.degree[self.form.group]).to(self.device)[self.own][:, None]

    def at_own(self, values: Tensor) -> Tensor:
        """(n, R, K) or (n, R, 1) to (R, …)"""
        return values.gather(0, self.own[None, :, None].expand(1, *values.shape[1:]))[0]

    @property
    def others(self) -> Tensor:
        """(R, K) a of the row's own group but for φ_0 of the own feature, or, of one of them, without its term."""
        own_a = self.at_own(self.features(self.a))
        return own_a / self.own_phi[0] if self.form.together else own_a - self.at_own(self.r) * self.own_phi[0]

    @property
    def kappa(self) -> Tensor:
        a_x = (self.others if self.form.together else self.at_own(self.r)) * self.own_phi[1]
        return self.F * (self.at_own(self.features(self.a)) / self.zeta - a_x)

    @property
    def cube(self) -> Tensor:
        return self.F / self.zeta * self.at_own(self.features(self.off))

    @property
    def X(self) -> Tensor:
        more = torch.where(self.own_degree > 1, self.e1, 0.0) + torch.where(self.own_degree > 2, self.marked, 0.0)
        return self.e3 + self.e2 + more

    @property
    def everything(self) -> Tensor:
        """Σ over all sets of the other groups."""
        return self.e3 + self.e2 + self.e1 + self.marked

    def by_a(self) -> tuple[Tensor, Tensor]:
        """∂e_3/∂a and ∂X/∂a of every other group, (G, R, K)."""
        rest, marked = self.off + self.a, self.marked.bool()
        whole, two = self.everything / rest, (self.e3 + self.e2 + self.e1 - self.a) / rest
        three = (self.e3 + self.e2 - self.a * (self.e1 - self.a)) / rest
        e3 = torch.where(marked & (self.degree == 1), three, torch.where(marked & (self.degree == 2), two, whole))
        return e3, torch.where(marked & (self.degree == 1) & (self.own_degree == 1), two, whole)

    def slopes(self) -> Tensor:
        """∂a/∂g_j of every feature's group, (n, R, K)."""
        w = self.zeta * self.phi[1]
        if self.form.single or not self.form.together:
            return self.r * w
        return torch.where(self.features(self.degree) > 1, self.features(self.a) / self.phi[0], self.r) * w

    def kappa_slopes(self) -> Tensor:
        """∂κ/∂g_j, 0 but for features of the row's own group, (n, R, K)."""
        here = self.features(self.mine) & ~self.itself
        together = self.form.together
        others = self.kappa * self.zeta * self.phi[1] / self.phi[0] if together else self.F * self.r * self.phi[1]
        factor = self.F * (self.others if together else self.at_own(self.r))
        mine = factor * (self.own_phi[1] - self.zeta * self.own_phi[2])
        return torch.where(self.itself, mine, torch.where(here, others, 0.0))

    @property
    def itself(self) -> Tensor:
        """(n, R, 1) whether the feature is the row's own."""
        return (torch.arange(len(self.r), device=self.device)[:, None] == self.own)[:, :, None]


def chunks(rows: Rows, lines: Lines, moments: int, device: torch.device) -> Iterator[tuple[np.ndarray, Nodes]]:
    """Rows of about as many nodes together, as many nodes at a time as a chunk holds."""
    n = rows.g.shape[1]
    budget = max(1, _CHUNK.get(device.type, _CHUNK["cuda"]) // n)
    order = np.argsort(lines.nodes, kind="stable")
    order = order[lines.nodes[order] > 0]
    start = 0
    while start < len(order):
        count = min(len(order) - start, max(1, budget // int(lines.nodes[order[start]])))
        while count > 1 and count * int(lines.nodes[order[start + count - 1]]) > budget:
            count //= 2
        some = order[start : start + count]
        part, line = rows.take(some), lines.take(some)
        for first in range(0, int(line.nodes.max()), max(1, budget // count)):
            k = torch.arange(first, min(first + max(1, budget // count), int(line.nodes.max())), device=device)
            yield some, _at(part, line, k, moments)
        start += count


def _at(rows: Rows, lines: Lines, k: Tensor, moments: int) -> Nodes:
    def tensor(array: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(k.device)

    form, split = rows.form, lines.split[:, None]
    step = tensor(2 * np.pi / lines.period)[:, None]
    zeta = torch.complex(tensor(lines.line)[:, None].expand(-1, len(k)).contiguous(), step * k)
    scale = tensor(np.where(lines.split, rows.log_nothing, 0.0))[:, None]
    weight = torch.where(k == 0, 1.0, 2.0) * (k < tensor(lines.nodes)[:, None]) * step / math.pi
    F = weight * torch.exp(tensor(rows.b)[:, None] * zeta + scale) / zeta.square()
    r = tensor(np.where(split, rows.ratio, rows.share).T)[:, :, None]
    off = tensor(np.where(split, 1.0, rows.off).T)[:, :, None]
    own, marked = tensor(rows.own), tensor(split.astype(np.float64))
    mine = tensor(form.group[rows.own] == np.arange(len(form.size))[:, None])[:, :, None]
    phi = uniform_moments(tensor(rows.g.T)[:, :, None] * zeta, moments)
    a = _factors(phi[0], r, form)
    e1, e2, e3 = torch.zeros_like(zeta), torch.zeros_like(zeta), (1 - marked) * torch.ones_like(zeta)
    for group, degree in enumerate(form.degree.tolist()):
        factor = torch.where(mine[group], 0.0, a[group])
        rest = torch.where(mine[group], 1.0, off[group])
        more = e3 + e2 if degree == 1 else e3 + e2 + e1 if degree == 2 else e3 + e2 + e1 + marked
        e3 = rest * e3 + factor * more
        if degree == 1:
            e2, e1 = e2 + factor * e1, e1 + marked * factor
        elif degree == 2:
            e2 = e2 + marked * factor
    own_phi = [part.gather(0, own[None, :, None].expand(1, *zeta.shape))[0] for part in phi]
    return Nodes(
        form=form,
        mine=mine,
        own=own,
        marked=marked,
        zeta=zeta,
        F=F,
        r=r,
        phi=phi,
        own_phi=own_phi,
        a=a,
        off=off,
        e1=e1,
        e2=e2,
        e3=e3,
    )


def _factors(phi: Tensor, r: Tensor, form: Form) -> Tensor:
    """a of every group, (G, R, K)."""
    if form.single:
        return r * phi
    bounds = list(zip(form.start[:-1].tolist(), form.start[1:].tolist(), strict=True))
    if form.together:
        return torch.stack([r[low] * phi[low:high].prod(0) for low, high in bounds])
    return torch.stack([(r[low:high] * phi[low:high]).sum(0) for low, high in bounds])
