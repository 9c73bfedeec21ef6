"""The values of rows as torch functions: first and second derivatives in every way torch has of asking, no third ones.

`_Values` gives values and their gradient at once; whatever is asked of it, forward or backward, goes through `_Gradient`, and a
derivative of that through `_second`: the rows' second derivatives whole, where they fit into memory, and after that plain
multiplications; or their products with a direction (`_Along`). Third derivatives raise where they are asked for: `_Guard` is
an identity without a derivative, and `_Along` sends zeros to it, since torch leaves out a node to which it has nothing to send.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function

from .models import Models, curvature, solve

_DENSE = 2**27  # bytes of second derivatives that are held whole
_THIRD = "third derivatives of the expected loss are not there"
_TWICE = (
    "forward mode over forward mode loses the second derivative in torch: use torch.func.hessian or jacfwd(jacrev(f))"
)


def row_values(G: Tensor, b: Tensor, models: Models) -> Tensor:
    """E[z_+² - 2 x_i z_+] of each row of each G (M, n, n), b (M, n): (M, n), differentiable twice."""
    value: Tensor = _applied(_Values, G, b, models)[0]
    return value


class _Values(Function):
    @staticmethod
    def forward(G: Tensor, b: Tensor, models: Models) -> tuple[Tensor, ...]:
        found = solve(models, _numpy(G), _numpy(b), gradient=True, device=G.device)
        return tuple(torch.from_numpy(part).to(G) for part in found)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        G, b, ctx.models = inputs
        _, dG, db = output
        ctx.mark_non_differentiable(dG, db)
        ctx.save_for_backward(G, b, dG, db)
        ctx.save_for_forward(G, b, dG, db)

    @staticmethod
    def backward(ctx: Any, outer: Tensor, *_: Tensor) -> tuple[Tensor | None, ...]:
        dG, db = _applied(_Gradient, *ctx.saved_tensors, ctx.models)
        return outer[..., None] * dG, outer * db, None

    @staticmethod
    def jvp(ctx: Any, tG: Tensor | None, tb: Tensor | None, _: None) -> tuple[Tensor | None, ...]:
        _refuse_forward_over_forward()
        dG, db = _applied(_Gradient, *ctx.saved_tensors, ctx.models)
        along = torch.zeros_like(db)
        if tG is not None:
            along = along + (dG * tG).sum(-1)
        if tb is not None:
            along = along + db * tb
        return along, None, None

    @staticmethod
    def vmap(info: Any, dims: tuple[int | None, ...], G: Tensor, b: Tensor, models: Models) -> Any:
        return _folded(_Values, info, dims, (G, b), models)


class _Gradient(Function):
    """(G, b) to the derivatives of their rows, which are known already."""

    @staticmethod
    def forward(G: Tensor, b: Tensor, dG: Tensor, db: Tensor, models: Models) -> tuple[Tensor, Tensor]:
        return dG.clone(), db.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        G, b, _, _, ctx.models = inputs
        ctx.save_for_backward(G, b)
        ctx.save_for_forward(G, b)

    @staticmethod
    def backward(ctx: Any, tG: Tensor, tb: Tensor) -> tuple[Tensor | None, ...]:
        G, b = ctx.saved_tensors
        return *_second(G, b, tG, tb, ctx.models), None, None, None

    @staticmethod
    def jvp(ctx: Any, tG: Tensor | None, tb: Tensor | None, *_: Any) -> tuple[Tensor, Tensor]:
        G, b = ctx.saved_tensors
        return _second(G, b, _or_zeros(tG, G), _or_zeros(tb, b), ctx.models)

    @staticmethod
    def vmap(
        info: Any, dims: tuple[int | None, ...], G: Tensor, b: Tensor, dG: Tensor, db: Tensor, models: Models
    ) -> Any:
        return _folded(_Gradient, info, dims, (G, b, dG, db), models)


class _Hessian(Function):
    """(G, b) to the second derivatives of every row by its own entries and bias, (M, n, n + 1, n + 1)."""

    @staticmethod
    def forward(G: Tensor, b: Tensor, models: Models) -> Tensor:
        return torch.from_numpy(_row_hessians(models, _numpy(G), _numpy(b))).to(G)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, *_: Any) -> Any:
        raise NotImplementedError(_THIRD)

    @staticmethod
    def jvp(ctx: Any, *_: Any) -> Any:
        raise NotImplementedError(_THIRD)

    @staticmethod
    def vmap(info: Any, dims: tuple[int | None, ...], G: Tensor, b: Tensor, models: Models) -> Any:
        return _folded(_Hessian, info, dims, (G, b), models)


class _Along(Function):
    """The second derivatives of rows times (tG, tb): linear in them, and symmetric. G and b come through `_Guard`."""

    @staticmethod
    def forward(G: Tensor, b: Tensor, tG: Tensor, tb: Tensor, models: Models) -> tuple[Tensor, Tensor]:
        t = np.concatenate((_numpy(tG), _numpy(tb)[..., None]), axis=-1)
        result = np.zeros_like(t)
        for model, feature, part in curvature(models, _numpy(G), _numpy(b)):
            result[model, feature] = (part @ t[model, feature][:, :, None])[:, :, 0]
        product = torch.from_numpy(result).to(G)
        return product[..., :-1].contiguous(), product[..., -1].contiguous()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        G, b, _, _, ctx.models = inputs
        ctx.save_for_backward(G, b)
        ctx.save_for_forward(G, b)

    @staticmethod
    def backward(ctx: Any, sG: Tensor, sb: Tensor) -> tuple[Tensor | None, ...]:
        G, b = ctx.saved_tensors
        return torch.zeros_like(G), torch.zeros_like(b), *_applied(_Along, G, b, sG, sb, ctx.models), None

    @staticmethod
    def jvp(
        ctx: Any, _G: Tensor | None, _b: Tensor | None, tG: Tensor | None, tb: Tensor | None, _: None
    ) -> tuple[Tensor, Tensor]:
        G, b = ctx.saved_tensors
        product: tuple[Tensor, Tensor] = _applied(_Along, G, b, _or_zeros(tG, G), _or_zeros(tb, b), ctx.models)
        return product

    @staticmethod
    def vmap(
        info: Any, dims: tuple[int | None, ...], G: Tensor, b: Tensor, tG: Tensor, tb: Tensor, models: Models
    ) -> Any:
        return _folded(_Along, info, dims, (G, b, tG, tb), models)


class _Guard(Function):
    """The identity, without a derivative."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, _: Any) -> Any:
        raise NotImplementedError(_THIRD)

    @staticmethod
    def jvp(ctx: Any, _: Any) -> Any:
        raise NotImplementedError(_THIRD)


def _applied(function: Any, *arguments: Any) -> Any:
    return function.apply(*arguments)


def _second(G: Tensor, b: Tensor, tG: Tensor, tb: Tensor, models: Models) -> tuple[Tensor, Tensor]:
    if _by_older_vmap(tG, tb) or b.numel() * (models.n + 1) ** 2 * 8 <= _DENSE:
        H = _applied(_Hessian, G, b, models)
        GG, Gb, bb = H[..., :-1, :-1], H[..., :-1, -1], H[..., -1, -1]
        return (GG * tG[..., None, :]).sum(-1) + Gb * tb[..., None], (Gb * tG).sum(-1) + bb * tb
    product: tuple[Tensor, Tensor] = _applied(_Along, _applied(_Guard, G), _applied(_Guard, b), tG, tb, models)
    return product


def _by_older_vmap(*tensors: Tensor) -> bool:
    """Whether torch maps over one of them in the way of `is_grads_batched` and `vectorize=True`, which functions of
    our own do not see; True where this torch cannot say.
    """
    try:
        return any(torch._C._functorch.is_legacy_batchedtensor(part) for part in tensors)
    except AttributeError:
        return True


def _refuse_forward_over_forward() -> None:
    """torch switches forward mode off inside `jvp`: a second level would be lost without a word."""
    try:
        stack = torch._C._functorch.get_interpreter_stack() or []
        levels = sum(level.key() == torch._C._functorch.TransformType.Jvp for level in stack)
    except AttributeError:
        levels = 2
    if levels > 1:
        raise NotImplementedError(_TWICE)


def _folded(
    function: type[Function], info: Any, dims: tuple[int | None, ...], tensors: tuple[Tensor, ...], models: Models
) -> Any:
    """Models know nothing of each other: the mapped dimension is more models."""
    moved = [
        part.unsqueeze(0).expand(info.batch_size, *part.shape) if dim is None else part.movedim(dim, 0)
        for part, dim in zip(tensors, dims, strict=False)
    ]
    found = _applied(function, *(part.reshape(-1, *part.shape[2:]) for part in moved), models.repeated(info.batch_size))
    several = isinstance(found, tuple)
    parts = [part.reshape(info.batch_size, -1, *part.shape[1:]) for part in (found if several else (found,))]
    return (tuple(parts), (0,) * len(parts)) if several else (parts[0], 0)


def _row_hessians(models: Models, G: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(M, n, n + 1, n + 1); the last one is kept, since torch asks for a Hessian a direction at a time."""
    for known_G, known_b, known in models.memory:
        if np.array_equal(known_G, G) and np.array_equal(known_b, b):
            return known
    H = np.zeros((*b.shape, models.n + 1, models.n + 1))
    for model, feature, part in curvature(models, G, b):
        H[model, feature] = part
    models.memory[:] = [(G, b, H)] if H.nbytes <= _DENSE else []
    return H


def _numpy(tensor: Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.detach().cpu().numpy())


def _or_zeros(tangent: Tensor | None, like: Tensor) -> Tensor:
    return torch.zeros_like(like) if tangent is None else tangent
