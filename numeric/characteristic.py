r"""Moment generating function of z = b + g·x, split by how many features are active.

With φ_k(u) = ∫_0^1 x^k e^{ux} dx, so that E x^k e^{ζgx} = φ_k(ζg) for an active feature, a group of features that is
off with probability s contributes the factor

.. math:: s + p \prod_j φ_0(ζ g_j) \quad\text{(together)}, \qquad s + \frac{p}{d} \sum_{j=1}^d φ_0(ζ g_j)
          \quad\text{(one of them)}

and M(ζ) = E e^{ζz} is e^{ζb} times their product; E x_i e^{ζz} has φ_1 in place of φ_0 at feature i. Counting active
features makes each factor a polynomial in a mark t, and M = Σ_d M_d t^d. The degrees 0, 1, 2 and "3 and more" are
multiplied up as a tree, so that M_{≥3} comes without a subtraction: to full relative precision however rare it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from .law import Groups

_TERMS = 24


def uniform_moment(u: Tensor, k: int) -> Tensor:
    r"""φ_k(u) = ∫_0^1 x^k e^{ux} dx, real or complex, differentiable any number of times: φ_k' = φ_{k+1}.

    Relative error below 1e-14 for k ≤ 3: a Taylor series for \|u\| < 1 + k/2, else φ_k = (e^u - k φ_{k-1})/u.
    """
    result: Tensor = _UniformMoment.apply(u, k)  # type: ignore[no-untyped-call]
    return result


class _UniformMoment(torch.autograd.Function):
    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, u: Tensor, k: int) -> Tensor:
        ctx.save_for_backward(u)
        ctx.k = k  # type: ignore[attr-defined]
        near = u.abs() < 1 + k / 2
        far_u = torch.where(near, torch.ones_like(u), u)
        exponential = torch.exp(far_u)
        value = (exponential - 1) / far_u
        for j in range(1, k + 1):
            value = (exponential - j * value) / far_u
        small = u[near]
        series = torch.full_like(small, 1 / (math.factorial(_TERMS) * (k + _TERMS + 1)))
        for j in range(_TERMS - 1, -1, -1):
            series = series * small + 1 / (math.factorial(j) * (k + j + 1))
        return value.index_put_((near,), series)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        (u,) = ctx.saved_tensors  # type: ignore[attr-defined]
        return gradient * uniform_moment(u, ctx.k + 1).conj(), None  # type: ignore[attr-defined]


Coefficients = Sequence[Tensor | None]  # of t^0, t^1, t^2 and of all higher powers together; None is 0


class Factor(NamedTuple):
    """What remains of E e^{ζz} and of E x_i e^{ζz} (without e^{ζb}): each (rows, nodes)."""

    plain: Tensor
    weighted: Tensor


def remaining(phi: Tensor, phi_x: Tensor, own: Tensor, large: Tensor, law: Groups, *, split: bool) -> Factor:
    """The part of the products with three or more active features among `large` ones; all of it unless `split`.

    `phi`: (n, rows, nodes), φ_0 (or bounds of it) for every feature; `phi_x`: (rows, nodes), φ_1 for the row's own
    feature; `own`: (rows,); `large`: (n, rows), the row's own feature among them.
    """
    group = law.index[own]  # (rows,)
    coefficients, weighted = _groups(phi, phi_x, own, large, law, split)
    spot = group[None, :, None]
    leaf = [None if c is None else c.gather(0, spot.expand(1, *c.shape[1:]))[0] for c in coefficients]
    mine = torch.arange(len(law.off), device=phi.device)[:, None, None] == spot
    unit = 0 if split else 3
    others = [
        None if c is None else torch.where(mine, float(degree == unit), c) for degree, c in enumerate(coefficients)
    ]
    rest = _product(others)
    top, top_x = _times(leaf, rest)[3], _times(weighted, rest)[3]
    nothing = torch.zeros_like(phi_x)
    return Factor(nothing if top is None else top, nothing if top_x is None else top_x)


def _members(law: Groups) -> Tensor:
    """(groups, largest size) the features of each group, padded with n."""
    order = torch.argsort(law.index, stable=True)
    within = torch.arange(law.n, device=order.device) - (law.size.cumsum(0) - law.size)[law.index[order]]
    table = torch.full((len(law.off), int(law.size.max())), law.n, device=order.device)
    table[law.index[order], within] = order
    return table


def _groups(
    phi: Tensor, phi_x: Tensor, own: Tensor, large: Tensor, law: Groups, split: bool
) -> tuple[list[Tensor | None], list[Tensor | None]]:
    """Each group's factor by degree, (groups, rows, nodes), and the own group's with φ_1 for x_i, (rows, nodes)."""
    off, share = law.off[:, None, None], law.share[:, None, None]
    own_share = law.share[law.index[own]][:, None]
    if not law.together:
        marked, unmarked = (_sum_members(torch.where(side[:, :, None], phi, 0.0), law) for side in (large, ~large))
        x_term = own_share * phi_x
        if split:
            return [off + share * unmarked, share * marked, None, None], [None, x_term, None, None]
        return [None, None, None, off + share * (marked + unmarked)], [None, None, None, x_term]
    padded = phi if law.single else torch.cat((phi, torch.ones_like(phi[:1])))
    members = _members(law)
    on, on_x = share, own_share
    mine = members[law.index[own]]  # (rows, size)
    for column in range(members.shape[1]):
        on = on * padded[members[:, column]]
        feature = mine[:, column]
        factor = padded.gather(0, feature[None, :, None].expand(1, *phi.shape[1:]))[0]
        on_x = on_x * torch.where((feature == own)[:, None], phi_x, factor)
    if not split:
        return [None, None, None, off + on], [None, None, None, on_x]
    if law.single:
        chosen = large[:, :, None]
        return [off + torch.where(chosen, 0.0, on), torch.where(chosen, on, 0.0), None, None], [None, on_x, None, None]
    degree = _sum_members(large.to(torch.long)[:, :, None], law).clamp_max(3)  # (groups, rows, 1)
    own_degree = degree.gather(0, law.index[own][None, :, None])[0]
    by_degree = [torch.where(degree == d, on, 0.0) + (off if d == 0 else 0.0) for d in range(4)]
    return list(by_degree), [torch.where(own_degree == d, on_x, 0.0) for d in range(4)]


def _sum_members(values: Tensor, law: Groups) -> Tensor:
    """Sums over the features of each group: (n, ...) to (groups, ...)."""
    shape = (len(law.off), *values.shape[1:])
    return torch.zeros(shape, dtype=values.dtype, device=values.device).index_add(0, law.index, values)


def _product(factors: Coefficients) -> list[Tensor | None]:
    """Of all factors along the first dimension, as a tree."""
    count = next(len(c) for c in factors if c is not None)
    current = list(factors)
    while count > 1:
        half = count // 2
        left, right, last = (
            [None if c is None else c[part] for c in current]
            for part in (slice(half), slice(half, 2 * half), slice(2 * half, None))
        )
        current = _times(left, right)
        if count % 2:
            current = [_join(c, d) for c, d in zip(current, last, strict=True)]
        count -= half
    return [None if c is None else c[0] for c in current]


def _join(c: Tensor | None, last: Tensor | None) -> Tensor | None:
    if c is None:
        return None
    return torch.cat((c, torch.zeros_like(c[:1]) if last is None else last.expand(1, *c.shape[1:])))


def _times(a: Coefficients, b: Coefficients) -> list[Tensor | None]:
    """The product of two polynomials in t, degrees from 3 on kept as one."""
    return [
        _sum(_mul(a[0], b[0])),
        _sum(_mul(a[0], b[1]), _mul(a[1], b[0])),
        _sum(_mul(a[0], b[2]), _mul(a[1], b[1]), _mul(a[2], b[0])),
        _sum(
            _mul(a[3], _sum(*b)),
            _mul(_sum(*a[:3]), b[3]),
            _mul(a[1], b[2]),
            _mul(a[2], _sum(b[1], b[2])),
        ),
    ]


def _mul(a: Tensor | None, b: Tensor | None) -> Tensor | None:
    return None if a is None or b is None else a * b


def _sum(*terms: Tensor | None) -> Tensor | None:
    total: Tensor | None = None
    for term in terms:
        if term is not None:
            total = term if total is None else total + term
    return total
