r"""Which of a row's large coefficients belong to active features, and what the small ones then add.

A row of G has *large* entries L and *small* ones (zeros and what a bound lets count as nearly zero). For U ⊂ L let
P(U) be the probability that exactly U of L is active and ε = Σ_{j∉L} g_j x_j. Groups are independent, so that
P(U) = Π_G P_G, and mean and variance of ε given U are sums over groups of those given what U says of the group:

- one of d features: none of L∩G with probability s + r p/d, r = \|G \ L\|, and then each x_j outside has
  probability p/d over that; or one of them, with p/d, and then ε has nothing from G;
- all together: G is off or on with U; where L∩G = ∅ that stays open.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .faces import Moments
from .law import Groups


class State(NamedTuple):
    """Probability, and mean and variance of ε, of each group in one state: (rows, groups)."""

    probability: Tensor
    mean: Tensor
    variance: Tensor


class States(NamedTuple):
    """`off`: nothing of L∩G is active; `on`: `degree` of it are, all that can be. `degree`: (rows, groups)."""

    off: State
    on: State
    degree: Tensor


def states(g: Tensor, large: Tensor, law: Groups) -> States:
    """`g`: (rows, n); `large`: (n, rows) of truth values."""
    groups = len(law.off)
    small = torch.where(large.T, 0.0, g)
    totals = g.new_zeros(3, len(g), groups)
    first, second = (totals[0].index_add(1, law.index, part) for part in (small, small * small))
    count = totals[0].index_add(1, law.index, large.T.to(g))
    share, s = law.share.expand_as(count), law.off.expand_as(count)
    zero = torch.zeros_like(count)
    if not law.together:
        idle = s + share * (law.size - count)
        each = share / torch.where(idle > 0, idle, 1.0)
        mean = each * first / 2
        off = State(idle, mean, each * second / 3 - mean * mean)
        return States(off, State(share, zero, zero), count.clamp_max(1))
    absent = count == 0
    mean = share * first / 2
    variance = share * (second / 12 + first * first / 4) - mean * mean
    off = State(torch.where(absent, 1.0, s), torch.where(absent, mean, zero), torch.where(absent, variance, zero))
    return States(off, State(share, first / 2, second / 12), count)


class Supports(NamedTuple):
    """P(U) and the moments of ε given U, each (rows, supports)."""

    probability: Tensor
    moments: Moments


def all_supports(found: States, law: Groups, features: Tensor, U: Tensor) -> Supports:
    """For every subset U of L. `features`: (rows, k), the members of L; `U`: (supports, k), 1 where active."""
    groups = len(law.off)
    belongs = torch.nn.functional.one_hot(law.index[features], groups)  # (rows, k, groups)
    active = torch.einsum("uk,rkg->rug", U.to(found.degree), belongs.to(found.degree))
    none, full = active == 0, active == found.degree[:, None]
    probability = torch.where(none, found.off.probability[:, None], torch.where(full, found.on.probability[:, None], 0))
    mean, variance = (
        torch.where(none, off[:, None], on[:, None]).sum(2) for off, on in zip(found.off[1:], found.on[1:], strict=True)
    )
    return Supports(probability.prod(2), Moments(mean, variance + mean * mean))


def few_supports(found: States, law: Groups, large: Tensor, subsets: Tensor) -> Supports:
    """For U of one size, 0, 1 or 2: `subsets` (supports, size), distinct features of the n."""
    idle = found.off.probability
    empty = idle == 0
    logarithm = torch.log(torch.where(empty, 1.0, idle))  # (rows, groups)
    log_rest, impossible = logarithm.sum(1, keepdim=True), empty.sum(1, keepdim=True)
    mean, variance = found.off.mean.sum(1, keepdim=True), found.off.variance.sum(1, keepdim=True)
    size = subsets.shape[1]
    group = law.index[subsets]  # (supports, size)
    same = group[:, 0] == group[:, 1] if size == 2 else torch.zeros(len(subsets), dtype=torch.bool, device=group.device)
    probability = torch.ones_like(mean)
    for column in range(size):
        G = group[:, column]
        # A group that both features belong to is counted once.
        counted = ~same if column else torch.ones_like(same)
        needed = torch.where(same, 2, 1)
        log_rest = log_rest - torch.where(counted, logarithm[:, G], 0.0)
        impossible = impossible - (counted & empty[:, G]).long()
        allowed = (found.degree[:, G] == needed) & large.T[:, subsets[:, column]]
        probability = probability * torch.where(counted, found.on.probability[:, G], 1.0) * allowed
        mean = mean + torch.where(counted, found.on.mean[:, G] - found.off.mean[:, G], 0.0)
        variance = variance + torch.where(counted, found.on.variance[:, G] - found.off.variance[:, G], 0.0)
    probability = probability * torch.exp(log_rest) * (impossible == 0)
    return Supports(probability, Moments(mean, variance + mean * mean))
