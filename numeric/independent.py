r"""The characteristic function of many independent features, quickly.

With φ = (e^u - 1)/u, u = ζ g_j, f_j = s_j + p_j φ_j and r_j = p_j/s_j for the large entries, what has three or more
active large ones is

.. math:: \prod_j f_j - \prod_{small} f_j \prod_{large} s_j \bigl(1 + q_1 + \tfrac12 (q_1^2 - q_2)\bigr), \quad
          q_k = \sum_{large} (r_j φ_j)^k .

The subtraction loses eps·(1 + n max r_j): little beside any tolerance where s_j ≥ 1/50, and the tree of
`characteristic` takes ten times as long. Exponentials at equally spaced nodes are products of few of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from .characteristic import uniform_moment

_NEAR = 0.1
_TERMS = 12


def sums(
    g: Tensor, line: Tensor, spacing: Tensor, k: Tensor, density: Tensor, odds: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Π f_j, q_1 and q_2 at the nodes σ + ihk: each (rows, nodes), differentiable twice in g.

    `g`, `density` p_j, `odds` r_j: (rows, n), p_j = 0 where a feature is to be left out, r_j = 0 where it is not in q;
    `line`, `spacing`: (rows,); `k`: (nodes,), consecutive.
    """
    product, first, second = _Sums.apply(g, line, spacing, k, density, odds)  # type: ignore[no-untyped-call]
    return product, first, second


class _Sums(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, g: Tensor, line: Tensor, spacing: Tensor, k: Tensor, density: Tensor, odds: Tensor) -> Any:
        ctx.save_for_backward(g, line, spacing, k, density, odds)
        ctx.values = values = _Values.at(g, line, spacing, k)
        product = _product(_factors(values.phi, density))
        first = (odds[:, None].to(product) @ values.phi)[:, 0]
        second = ((odds * odds)[:, None].to(product) @ (values.phi * values.phi))[:, 0]
        return product, first, second

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> Any:
        g, line, spacing, k, density, odds = ctx.saved_tensors
        zeta = nodes(line, spacing, k)
        if torch.is_grad_enabled():
            u = g[:, :, None] * zeta[:, None]
            phi, slope = uniform_moment(u, 0), uniform_moment(u, 1)
        else:
            phi, slope = ctx.values.phi, ctx.values.slope(g, zeta)
        factors = _factors(phi, density)
        to_product, to_first, to_second = (part.conj() * zeta for part in outer)
        # ∂/∂g_j = p ζ φ'/f_j Π f, r ζ φ', 2 r² ζ φ φ'; a real g takes the real part of gradient* times these.
        with_product = ((slope / factors) @ (to_product * _product(factors))[:, :, None])[:, :, 0].real
        with_first = (slope @ to_first[:, :, None])[:, :, 0].real
        with_second = ((slope * phi) @ to_second[:, :, None])[:, :, 0].real
        along = density * with_product + odds * with_first + 2 * odds * odds * with_second
        return along, None, None, None, None, None


def nodes(line: Tensor, spacing: Tensor, k: Tensor) -> Tensor:
    """σ + ihk, (rows, nodes)."""
    height = spacing[:, None] * k
    return torch.complex(line[:, None].expand_as(height), height)


def _factors(phi: Tensor, density: Tensor) -> Tensor:
    return (1 - density)[:, :, None] + density[:, :, None] * phi


def _product(factors: Tensor) -> Tensor:
    """Over the features, as a tree."""
    while factors.shape[1] > 1:
        half = factors.shape[1] // 2
        paired = factors[:, :half] * factors[:, half : 2 * half]
        factors = torch.cat((paired, factors[:, 2 * half :]), 1) if factors.shape[1] % 2 else paired
    return factors[:, 0]


class _Values(NamedTuple):
    """e^u and φ_0(u) at u = ζg, (rows, n, nodes), and where u is too small for quotients."""

    exponential: Tensor
    phi: Tensor
    near: tuple[Tensor, ...]

    @staticmethod
    def at(g: Tensor, line: Tensor, spacing: Tensor, k: Tensor) -> _Values:
        zeta = nodes(line, spacing, k)
        turn = (spacing[:, None] * g)[:, :, None]  # (rows, n, 1)
        size = torch.exp(line[:, None] * g)[:, :, None]
        block = 1 << (len(k) - 1).bit_length() // 2
        fine = torch.arange(block, device=g.device)
        coarse = torch.arange(0, len(k), block, device=g.device) + k[0]
        steps, turns = torch.polar(size.expand(-1, -1, len(coarse)).contiguous(), turn * coarse), turn * fine
        inner = torch.polar(torch.ones_like(turns), turns)
        exponential = (steps[..., None] * inner[:, :, None]).reshape(*g.shape, -1)[:, :, : len(k)]
        near = torch.nonzero(g.abs()[:, :, None] * zeta.abs()[:, None] < _NEAR, as_tuple=True)
        phi = _quotient(exponential - 1, g, zeta)
        phi[near] = _series(g[near[:2]] * zeta[near[0], near[2]], 0)
        return _Values(exponential, phi, near)

    def slope(self, g: Tensor, zeta: Tensor) -> Tensor:
        """φ_1 = (e^u - φ_0)/u"""
        slope = _quotient(self.exponential - self.phi, g, zeta)
        slope[self.near] = _series(g[self.near[:2]] * zeta[self.near[0], self.near[2]], 1)
        return slope


def _quotient(numerator: Tensor, g: Tensor, zeta: Tensor) -> Tensor:
    """numerator/(ζg), in place; where g = 0, any number."""
    return numerator.mul_((1 / torch.where(g == 0, 1.0, g))[:, :, None]).mul_((1 / zeta)[:, None])


def _series(u: Tensor, k: int) -> Tensor:
    r"""φ_k(u) = Σ u^j/(j! (j + k + 1)), \|u\| < 0.1"""
    total = torch.zeros_like(u)
    for j in range(_TERMS, 0, -1):
        total = (total + 1 / (j + k + 1)) * u / j
    return total + 1 / (k + 1)
