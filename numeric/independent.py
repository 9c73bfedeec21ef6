r"""The characteristic function of many independent features, quickly.

With φ = (e^u - 1)/u, u = ζ g_j, f_j = s_j + p_j φ_j and r_j = p_j/s_j for the large entries, what has three or more
active large ones is

.. math:: \prod_j f_j - \prod_{small} f_j \prod_{large} s_j \bigl(1 + q_1 + \tfrac12 (q_1^2 - q_2)\bigr), \quad
          q_k = \sum_{large} (r_j φ_j)^k .

The subtraction loses eps·(1 + n max r_j): little beside any tolerance where s_j ≥ 1/50, and the tree of
`characteristic` takes ten times as long. Exponentials at equally spaced nodes are products of few of them, and blocks
of nodes small enough for the cache go through arrays that are allocated once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .characteristic import uniform_moment

_NEAR = 0.03  # |u| below which quotients err by more than 1e-14
_BLOCK = 2**16  # numbers in an array of a block: larger ones leave the cache, smaller ones cost calls
_NODES = 128  # of a block of many rows


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
        product, first, second = (g.new_empty(len(g), len(k), dtype=torch.complex128) for _ in range(3))
        for block in _blocks(g, line, spacing, k):
            here = block.rows, block.nodes
            product[here] = _product(block.factors(density))
            weights = (odds[block.rows] / block.size)[:, None]
            first[here] = _times_real(weights, block.phi)
            second[here] = _times_real(weights * weights, block.square())
        ctx.product = product
        return product, first, second

    @staticmethod
    def backward(ctx: Any, *outer: Tensor) -> Any:
        g, line, spacing, k, density, odds = ctx.saved_tensors
        zeta = nodes(line, spacing, k)
        # A real g takes the real part of gradient* times ∂Π = p ζ φ' Π/f, r ζ φ', 2 r² φ ζ φ'.
        inner = [part.conj() for part in outer]
        if torch.is_grad_enabled():
            u = g[:, :, None] * zeta[:, None]
            phi, slope = uniform_moment(u, 0), uniform_moment(u, 1) * zeta[:, None]
            factors = (1 - density)[:, :, None] + density[:, :, None] * phi
            inner[0] = inner[0] * factors.prod(1)
            products = [
                (matrix @ vector[:, :, None])[:, :, 0].real
                for matrix, vector in zip((slope / factors, slope, phi * slope), inner, strict=True)
            ]
        else:
            inner[0] = inner[0] * ctx.product
            products = [torch.zeros_like(g) for _ in range(3)]
            for block in _blocks(g, line, spacing, k):
                factors, slope = block.factors(density), block.slope(zeta[block.rows, block.nodes])
                torch.div(slope, factors, out=factors)
                scale = 1 / block.size
                matrices = ((factors, scale), (slope, scale), (block.phi.mul_(slope), scale * scale))
                for total, (matrix, by), vector in zip(products, matrices, inner, strict=True):
                    total[block.rows] += (matrix @ vector[block.rows, block.nodes, None])[:, :, 0].real * by
        with_product, with_first, with_second = products
        return density * with_product + odds * with_first + 2 * odds * odds * with_second, *[None] * 5


def nodes(line: Tensor, spacing: Tensor, k: Tensor) -> Tensor:
    """σ + ihk, (rows, nodes)."""
    height = spacing[:, None] * k
    return torch.complex(line[:, None].expand_as(height), height)


class _Block(NamedTuple):
    """Some nodes of some rows: `size` (rows, n), g or, for a `near` column, 1; `exponential` e^u, `phi` φ(u)·size and
    `spare` workspace: (rows, n, nodes).
    """

    rows: slice
    nodes: slice
    u: Tensor
    near: tuple[Tensor, ...]
    size: Tensor
    exponential: Tensor
    phi: Tensor
    spare: Tensor

    def factors(self, density: Tensor) -> Tensor:
        """s + p φ, in `spare`."""
        p, parts = density[self.rows], torch.view_as_real(self.spare)
        torch.mul(torch.view_as_real(self.phi), (p / self.size)[:, :, None, None], out=parts)
        parts[..., 0] += (1 - p)[:, :, None]
        return self.spare

    def square(self) -> Tensor:
        """(φ size)², in place of e^u."""
        return torch.mul(self.phi, self.phi, out=self.exponential)

    def slope(self, zeta: Tensor) -> Tensor:
        """ζ φ' size = e^u - φ, in place of e^u."""
        parts = torch.view_as_real(self.exponential)
        torch.addcmul(parts, torch.view_as_real(self.phi), (-1 / self.size)[:, :, None, None], out=parts)
        if len(self.u):
            self.exponential[self.near] = uniform_moment(self.u, 1) * zeta[self.near[0]]
        return self.exponential


def _blocks(g: Tensor, line: Tensor, spacing: Tensor, k: Tensor) -> Iterator[_Block]:
    n = g.shape[1]
    rows = max(1, _BLOCK // (n * min(_NODES, len(k))))
    width = min(len(k), max(1, _BLOCK // (n * min(rows, len(g)))))
    buffers: dict[tuple[int, ...], list[Tensor]] = {}
    for row in range(0, len(g), rows):
        here = slice(row, min(row + rows, len(g)))
        slopes, zeta = g[here], nodes(line[here], spacing[here], k)
        turn = spacing[here, None] * slopes
        angles = turn[:, :, None] * torch.arange(width, device=g.device)
        fine = torch.polar(torch.exp(line[here, None] * slopes)[:, :, None].expand_as(angles).contiguous(), angles)
        for start in range(0, len(k), width):
            some = slice(start, min(start + width, len(k)))
            shape = (*slopes.shape, some.stop - some.start)
            if shape not in buffers:
                buffers[shape] = [fine.new_empty(shape) for _ in range(3)]
            exponential, phi, spare = buffers[shape]
            coarse = torch.polar(torch.ones_like(slopes), turn * k[start])
            torch.mul(fine[:, :, : shape[2]], coarse[:, :, None], out=exponential)
            near = torch.nonzero(slopes.abs() * zeta[:, start].abs()[:, None] < _NEAR, as_tuple=True)
            torch.sub(exponential, 1, out=phi)
            phi.mul_(1 / zeta[:, None, some])
            u = slopes[near][:, None] * zeta[near[0], some]
            if len(u):
                phi[near] = uniform_moment(u, 0)
            size = slopes.index_put(near, slopes.new_ones(()))
            yield _Block(here, some, u, near, size, exponential, phi, spare)


def _times_real(weights: Tensor, values: Tensor) -> Tensor:
    """Real (rows, 1, n) times complex (rows, n, nodes): (rows, nodes)."""
    product = weights @ torch.view_as_real(values).flatten(2)
    return torch.view_as_complex(product.reshape(len(values), -1, 2))


def _product(factors: Tensor) -> Tensor:
    """Over the features, pair by pair; the factors are lost."""
    count = factors.shape[1]
    while count > 1:
        half = count // 2
        factors[:, :half] *= factors[:, count - half : count]
        count -= half
    return factors[:, 0]
