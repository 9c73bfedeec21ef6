"""The population loss as a function of a vector of parameters, some of which may be held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..arguments import Floats, array, importance_row, shown, sparsity_row
from ..law import Law, as_sparsity, blocks, given_law, is_grouped, magnitudes, moments, partition
from ..population import UntiedGradient, hessian, value_and_gradient
from .packing import Packing
from .quasi_newton import ROUNDING

_ROUNDED = 9  # features up to which the loss has rounding errors alone


@dataclass(frozen=True, eq=False)
class Problem:
    """`kinds`: (n,) a number for each feature, the same for features that may change places; `free`: (size,), which
    parameters move, the others are `held` at their values; `output`: "relu" or "linear"; `target`: "identity" or "absolute".
    """

    packing: Packing
    sparsity: Floats | None
    law: Law | None
    importance: Floats
    penalty: float
    kinds: NDArray[np.int64]
    free: Tensor
    held: Tensor
    output: str = "relu"
    target: str = "identity"

    @property
    def noise(self) -> float:
        """What values are off by, one against the other, in units of 1 + |K|."""
        if self.law is not None and not is_grouped(self.law) and self.packing.n > _ROUNDED:
            return 1e-12
        return ROUNDING if self.packing.n <= _ROUNDED else 1e-13

    def placed(self, x: Tensor) -> Tensor:
        """With the held parameters at their values."""
        return torch.where(self.free.to(x.device), x, self.held.to(x.device))

    def roughly(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """As `self(x)`, where gradients without a bound of their errors, some 1e-9, take less."""
        return self(x, bound_gradient=False)

    def __call__(self, x: Tensor, *, bound_gradient: bool = True) -> tuple[Tensor, Tensor]:
        """Values (k,), and gradients (k, size), 0 where a parameter is held."""
        W, b = self.packing.split(x)
        found = value_and_gradient(
            W,
            b,
            self.sparsity,
            self.importance,
            law=self.law,
            W_out=self.packing.out(x),
            output=self.output,
            target=self.target,
            bound_gradient=bound_gradient,
        )
        if isinstance(found, UntiedGradient):
            return found.value, self.packing.join(found.W, found.b, found.W_out)
        value, along_W, along_b = found
        if self.penalty:
            gram = W.mT @ W
            gram.diagonal(dim1=-2, dim2=-1).zero_()
            value = value + self.penalty * (gram**2).sum((-2, -1))
            along_W = along_W + 4 * self.penalty * (W @ gram)
        return value, self.packing.join(along_W, along_b) * self.free.to(x.device)

    def hessian(self, x: Tensor) -> Tensor:
        """∂²K at one point, (size, size), rows and columns of held parameters 0."""
        W, b = self.packing.split(x)
        given = b if self.packing.bias else None
        kind: dict[str, Any] = {"W_out": self.packing.out(x), "output": self.output, "target": self.target}
        H: Tensor = hessian(W, given, self.sparsity, self.importance, law=self.law, **kind)
        if self.penalty:
            m, n = W.shape
            G, eye = W.mT @ W, torch.eye(n, dtype=W.dtype)
            G.diagonal().zero_()
            first = torch.einsum("kl,ai,ci->akcl", eye, W, W) - torch.einsum("kl,ak,ck->akcl", eye, W, W)
            second = torch.einsum("al,ck->akcl", W, W) * (1 - eye)[None, :, None]
            third = torch.einsum("ac,kl->akcl", torch.eye(m, dtype=W.dtype), G)
            H[: m * n, : m * n] += 4 * self.penalty * (first + second + third).reshape(m * n, m * n)
        return H * self.free[:, None] * self.free

    def balanced(self, x: Tensor) -> Tensor:
        """The same model, (size,), where it is untied in the basis of the hidden space in which W Wᵀ = W_outᵀW_out is diagonal;
        of each row of W the largest entry is positive.
        """
        if (out := self.packing.out(x)) is None:
            return x
        W, b = self.packing.split(x)
        left, size, right = torch.linalg.svd(out @ W, full_matrices=False)
        m = len(W)
        right, left = right[:m], left[:, :m]
        sign = right.gather(1, right.abs().argmax(1, keepdim=True)).sign()
        root = size[:m].sqrt()
        return self.packing.join(sign * root[:, None] * right, b, left * root * sign.T)


def given_problem(
    n: int,
    m: int,
    sparsity: ArrayLike | None,
    law: Law | None,
    importance: ArrayLike | None,
    bias: bool,
    penalty: float,
    fixed: tuple[ArrayLike | None, ArrayLike | None] | None,
    tied: bool,
    output: str,
    target: str = "identity",
) -> Problem:
    if not tied and (penalty or fixed is not None):
        name, got = ("penalty", penalty) if penalty else ("fixed", shown(fixed))
        raise ValueError(
            f"{name} must be {0 if penalty else None} where tied is False, as W alone means nothing there, got {got}; to hold or "
            "penalise what is untied, descend on numeric.population.value_and_gradient with W_out"
        )
    weight = importance_row(importance, n)
    law, sparsity = as_sparsity(law, sparsity, n)
    if law is None:
        if sparsity is None:
            raise ValueError("sparsity must be given where law is None, got None")
        row = sparsity_row(sparsity, n)
        features = np.stack([row, np.ones(n), weight])
    else:
        given_law(law)
        if sparsity is not None:
            raise ValueError(f"sparsity must be None beside {type(law).__name__}, got {shown(sparsity)}")
        row, features = None, np.concatenate([_alike(law, n), weight[None]])
    free, held = _held(n, m, bias, fixed) if tied else _all_free(Packing(m, n, bias, tied).size)
    where = np.isnan(held[: m * n].reshape(m, n)).astype(float)
    if not free.all():  # only features of which the same is held may change places
        features = np.concatenate([features, where, np.nan_to_num(held[: m * n].reshape(m, n))])
    kinds = np.unique(features, axis=1, return_inverse=True)[1].ravel()
    parameters = torch.from_numpy(free), torch.from_numpy(np.nan_to_num(held))
    return Problem(Packing(m, n, bias, tied), row, law, weight, penalty, kinds, *parameters, output, target)


def _all_free(size: int) -> tuple[NDArray[np.bool_], Floats]:
    return np.ones(size, bool), np.full(size, np.nan)


def _alike(law: Law, n: int) -> Floats:
    """Columns of numbers, (k, n), the same for features that may change places; of laws that are not of groups, how often and how
    large each is, and how often with each of the others."""
    if is_grouped(law):
        group, off, _ = partition(law, n)
        return np.stack([off[group], np.bincount(group, minlength=len(off))[group]])
    activity, each = moments(blocks(law, n), n), magnitudes(law, n)
    sizes = np.array([(one.mean, one.square, one.mean_size) for one in each]).T
    found: Floats = np.concatenate([sizes, activity.each[None], np.sort(activity.both, axis=0)]).round(12)
    return found


def _held(
    n: int, m: int, bias: bool, fixed: tuple[ArrayLike | None, ArrayLike | None] | None
) -> tuple[NDArray[np.bool_], Floats]:
    """Which of the parameters are free, and the values of the others, NaN for those, (size,)."""
    parts = [np.full((m, n), np.nan), np.full(n, np.nan)]
    if fixed is not None and (not isinstance(fixed, tuple | list) or len(fixed) != 2):
        raise ValueError(f"fixed must be a pair of arrays, for W and for b, got {fixed!r}")
    for k, (given, name) in enumerate(zip(fixed or (None, None), ("fixed W", "fixed b"), strict=True)):
        if given is None:
            continue
        read = array(name, given, finite=False)
        if read.shape != parts[k].shape or np.isinf(read).any():
            raise ValueError(f"{name} must be numbers or NaN of shape {parts[k].shape}, got {shown(given)}")
        parts[k] = read
    if not bias and fixed is not None and fixed[1] is not None:
        raise ValueError("fixed b must be None where bias is False, since b is 0")
    held = np.concatenate([parts[0].ravel(), parts[1] if bias else np.zeros(0)])
    return np.isnan(held), held
