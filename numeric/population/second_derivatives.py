"""Second derivatives of the expected loss by the weights: whole, or along a direction."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ..arguments.tensors import tensor
from ..law import Law
from .derivatives import row_values
from .given import on_device, read_given
from .model_hessian import model_hessian, untied_hessian
from .models import LARGEST


class Direction(NamedTuple):
    """A change of W (..., m, n) and of b (..., n)."""

    W: Any
    b: Any


def hessian(
    W: Any,
    b: Any,
    sparsity: ArrayLike | None,
    importance: ArrayLike | None = None,
    *,
    law: Law | None = None,
    W_out: Any = None,
    output: str = "relu",
    target: str = "identity",
    on_error: str = "raise",
    max_memory: int = 2**30,
) -> Any:
    """Second derivatives of K by the entries of W, a row of W after the other, then, where it is given, of W_out, row after row,
    and then, unless it is None, of b: (..., P, P), P = mn + n, or 2mn + n. Arguments as `expected_loss`.
    """
    given, models = read_given(W, b, sparsity, importance, law, on_error, max_memory, W_out, output, target)
    with torch.no_grad():
        m, n = given.W.shape[-2:]
        G, bias = (part.cpu().numpy() for part in given.rows())
        W = given.sorted_W.reshape(-1, m, n).cpu().numpy()
        place, rows = np.argsort(given.order), np.arange(m)
        index = [(n * rows[:, None] + place).ravel()]
        if (out := given.sorted_out) is None:
            H = model_hessian(models, W, G, bias)
        else:
            H = untied_hessian(models, W, out.reshape(-1, n, m).cpu().numpy(), G, bias)
            index.append((m * n + m * place[:, None] + rows).ravel())
        if given.b is not None:
            index.append(H.shape[-1] - n + place)
        of = np.concatenate(index)
        chosen = torch.from_numpy(H[:, of[:, None], of]).to(given.W.device)
    return given.in_kind(chosen.reshape(*given.batch, *chosen.shape[1:]))


def hessian_vector_product(
    W: Any,
    b: Any,
    along_W: Any,
    along_b: Any,
    sparsity: ArrayLike | None,
    importance: ArrayLike | None = None,
    *,
    law: Law | None = None,
    output: str = "relu",
    target: str = "identity",
    on_error: str = "raise",
    max_memory: int = 2**30,
) -> Direction:
    """The second derivatives of K of a tied model times a change of W (..., m, n) and of b (..., n), None for 0. Other arguments
    as `expected_loss`; no (P, P) array is made.
    """
    given, models = read_given(W, b, sparsity, importance, law, on_error, max_memory, None, output, target)
    change_W = tensor("along_W", along_W).to(given.W.device)
    change_b = torch.zeros_like(given.bias) if along_b is None else tensor("along_b", along_b).to(given.W.device)
    for name, change, like in (("W", change_W, given.W), ("b", change_b, given.bias)):
        if change.shape != like.shape:
            raise ValueError(
                f"along_{name} must have the shape {tuple(like.shape)} of {name}, got {tuple(change.shape)}"
            )
        if change.numel() and (size := float(change.detach().abs().max())) > LARGEST:
            raise ValueError(f"along_{name} must have entries of size {LARGEST:g} at most, got {size:g}")

    def loss(weights_: Tensor, bias: Tensor) -> Tensor:
        G, flat = given.rows(weights_, bias)
        value = row_values(G, flat, models)
        return (value * on_device(models.importance, given)).sum()

    with torch.enable_grad():
        at = given.W.detach().requires_grad_(), given.bias.detach().requires_grad_()
        first = torch.autograd.grad(loss(*at), at, create_graph=True)
        along = (first[0] * change_W).sum() + (first[1] * change_b).sum()
        product = torch.autograd.grad(along, at)
    return Direction(*(given.in_kind(part) for part in product))
