"""A sum of many terms of (g, b), done piece by piece so that memory stays bounded, and differentiable twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

_CHUNK = 2**27  # bytes: a larger one gains nothing


def rows_at_once(bytes_each: int, max_memory: int, chunk: int = _CHUNK) -> int:
    return max(1, min(max_memory, chunk) // bytes_each)


class Piece(NamedTuple):
    """A term of the values of some rows: `evaluate` takes g (r, n) and b (r,) of those `rows` and gives (r,) values,
    each a function of its own row alone.
    """

    rows: Tensor
    evaluate: Callable[[Tensor, Tensor], Tensor]


def sum_pieces(g: Tensor, b: Tensor, pieces: Sequence[Piece]) -> Tensor:
    """Σ over pieces, (rows,). `g`: (rows, n); `b`: (rows,). The graph of one piece at a time is in memory: with the
    value goes the gradient, and second derivatives come from a second pass.
    """
    result: Tensor = _Sum.apply(g, b, pieces)  # type: ignore[no-untyped-call]
    return result


class _Sum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, g: Tensor, b: Tensor, pieces: Sequence[Piece]) -> Tensor:
        value, dg, db = torch.zeros_like(b), torch.zeros_like(g), torch.zeros_like(b)
        for rows, evaluate in pieces:
            if any(ctx.needs_input_grad[:2]):
                with torch.enable_grad():
                    inputs = [part.detach()[rows].requires_grad_() for part in (g, b)]
                    part = evaluate(*inputs)
                    gradients = _gradients(part.sum(), inputs, create_graph=False)
                dg.index_add_(0, rows, gradients[0])
                db.index_add_(0, rows, gradients[1])
            else:
                part = evaluate(g[rows], b[rows])
            value.index_add_(0, rows, part.detach())
        ctx.save_for_backward(g, b, dg, db)
        ctx.pieces = pieces
        return value

    @staticmethod
    def backward(ctx: Any, outer: Tensor) -> tuple[Tensor, Tensor, None]:
        g, b, dg, db = ctx.saved_tensors
        along_g, along_b = _Gradient.apply(outer, g, b, dg, db, ctx.pieces)  # type: ignore[no-untyped-call]
        return along_g, along_b, None


class _Gradient(torch.autograd.Function):
    """(outer, g, b) to outer ∂_g, outer ∂_b of the sum, both of them known already."""

    @staticmethod
    def forward(
        ctx: Any, outer: Tensor, g: Tensor, b: Tensor, dg: Tensor, db: Tensor, pieces: Sequence[Piece]
    ) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(outer, g, b, dg, db)
        ctx.pieces = pieces
        return outer[:, None] * dg, outer * db

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, to_g: Tensor, to_b: Tensor) -> tuple[Tensor | None, ...]:
        outer, g, b, dg, db = ctx.saved_tensors
        hg, hb = torch.zeros_like(g), torch.zeros_like(b)
        for rows, evaluate in ctx.pieces:
            with torch.enable_grad():
                inputs = [part.detach()[rows].requires_grad_() for part in (g, b)]
                first = _gradients(evaluate(*inputs).sum(), inputs, create_graph=True)
                along = (first[0] * to_g[rows]).sum(1) + first[1] * to_b[rows]
                second = _gradients((along * outer[rows]).sum(), inputs, create_graph=False)
            hg.index_add_(0, rows, second[0])
            hb.index_add_(0, rows, second[1])
        return (dg * to_g).sum(1) + db * to_b, hg, hb, None, None, None


def _gradients(total: Tensor, inputs: Sequence[Tensor], *, create_graph: bool) -> list[Tensor]:
    """Zeros where `total` does not depend on an input."""
    if not total.requires_grad:
        return [torch.zeros_like(part) for part in inputs]
    return list(torch.autograd.grad(total, inputs, create_graph=create_graph, materialize_grads=True))
