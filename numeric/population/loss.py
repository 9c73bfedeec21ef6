r"""The expected loss of ReLU(WᵀWx + b) and its relatives without sampling, with first and second derivatives.

.. math:: K = \sum_i I_i E(x_i - f_i)^2 = \sum_i I_i \bigl(E x_i^2 + E[(z_i)_+^2 - 2 x_i (z_i)_+]\bigr), \qquad z = WᵀWx + b

Each row i of G = WᵀW is a problem of its own: the expectation of a function of z_i = b_i + g·x. An untied model has G = W_out W
in its place, any matrix of rank m; with a linear output z itself is the output.

What is promised, for \|W\|, \|b\| up to 1e6 in any mixture of sizes, with S = K + Σ I_i E x_i²:

- K within 1e-10 S, by bounds, for any number of features, density and law; within 1e-11 S, and some 1e-14 S seen, up to 12
  independent features or 10 in groups.
- The gradient by b and by WᵀW within 1e-8 S an entry: it is the derivative of the sum that gives K, whose nodes are chosen for
  the value, and each derivative costs one power of the largest frequency. A row of WᵀW that is tiny as a whole (an unlearned
  feature) is had at a larger size. One exception: where b_i is 0 or tiny beside some entries of row i, and the others are tiny,
  ∂K/∂b_i has nearly a jump there, and is as good as 2^22/n nodes make it.
- Second derivatives within 1e-5 of the largest, far better up to seven features, away from where they jump (b_i = 0, and
  where b_i plus some entries of row i vanishes). One-sided there: from larger b.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple, overload

import torch
from numpy.typing import ArrayLike

from ..arguments import flag
from ..law import Law
from .derivatives import row_values
from .given import on_device, read_given
from .models import solve


class ValueAndGradient(NamedTuple):
    """K of the batch shape; ∂K/∂W (..., m, n); ∂K/∂b (..., n)."""

    value: Any
    W: Any
    b: Any


class UntiedGradient(NamedTuple):
    """Of an untied model: K of the batch shape; ∂K/∂W (..., m, n); ∂K/∂b (..., n); ∂K/∂W_out (..., n, m)."""

    value: Any
    W: Any
    b: Any
    W_out: Any


def expected_loss(
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
    """K of each model, float64, of the batch shape; of tensors a tensor, differentiable twice in every way torch has.

    `W`: (..., m, n); `b`: (..., n) or None for 0. `sparsity` P(x_i = 0): a number; (n,) for each feature; (..., 1) for each
    model; (..., n) for each feature of each model; None beside a `law`. `importance`: None for 1, or likewise. `W_out`:
    (..., n, m) of an untied model, W being its W_in; None for Wᵀ. `output`: "relu", or "linear" for z itself. `target`:
    "identity" for E(x_i − f_i)², "absolute" for E(|x_i| − f_i)². `on_error`: "nan" gives nan to models that are not finite or too
    large instead of raising. `max_memory`: bytes beyond arguments and results.
    ValueError on bad input; third derivatives, and forward mode over forward mode, raise NotImplementedError.

    >>> round(float(expected_loss([[1.0, -1.0]], [0.0, 0.0], 0.5)), 12)
    0.083333333333
    >>> round(float(expected_loss([[2.0, -2.0]], [0.0, 0.0], 0.5, W_out=[[0.5], [-0.5]])), 12)
    0.083333333333
    """
    given, models = read_given(W, b, sparsity, importance, law, on_error, max_memory, W_out, output, target)
    values = row_values(*given.rows(), models) + on_device(models.squares, given)
    return given.in_kind((values * on_device(models.importance, given)).sum(-1).reshape(given.batch))


def feature_losses(
    W: Any,
    b: Any,
    sparsity: ArrayLike | None,
    *,
    law: Law | None = None,
    W_out: Any = None,
    output: str = "relu",
    target: str = "identity",
    on_error: str = "raise",
    max_memory: int = 2**30,
) -> Any:
    """E(x_i - f_i)², or E(|x_i| - f_i)², of each feature, before importances, (..., n): K is their weighted sum. Arguments as
    `expected_loss`.
    """
    given, models = read_given(W, b, sparsity, None, law, on_error, max_memory, W_out, output, target)
    values = row_values(*given.rows(), models) + on_device(models.squares, given)
    return given.in_kind(given.unsorted(values.reshape(*given.batch, models.n)))


@overload
def value_and_gradient(
    W: Any,
    b: Any,
    sparsity: ArrayLike | None,
    importance: ArrayLike | None = None,
    *,
    law: Law | None = None,
    W_out: None = None,
    output: str = "relu",
    target: str = "identity",
    bound_gradient: bool = True,
    on_error: str = "raise",
    max_memory: int = 2**30,
) -> ValueAndGradient: ...
@overload
def value_and_gradient(
    W: Any,
    b: Any,
    sparsity: ArrayLike | None,
    importance: ArrayLike | None = None,
    *,
    law: Law | None = None,
    W_out: Any,
    output: str = "relu",
    target: str = "identity",
    bound_gradient: bool = True,
    on_error: str = "raise",
    max_memory: int = 2**30,
) -> UntiedGradient: ...
def value_and_gradient(
    W: Any,
    b: Any,
    sparsity: ArrayLike | None,
    importance: ArrayLike | None = None,
    *,
    law: Law | None = None,
    W_out: Any = None,
    output: str = "relu",
    target: str = "identity",
    bound_gradient: bool = True,
    on_error: str = "raise",
    max_memory: int = 2**30,
) -> ValueAndGradient | UntiedGradient:
    """K, ∂K/∂W and ∂K/∂b (of b = 0 where b is None), and beside a W_out also ∂K/∂W_out, without a graph. Arguments as
    `expected_loss`.

    `bound_gradient`: False takes the nodes that K needs, and its derivative as it comes: seen within 1e-8 (K + Σ I_i E x_i²),
    with no bound, and many times faster where most entries of WᵀW are nearly 0. A search may begin so.

    >>> value_and_gradient([[1.0, -1.0]], [0.0, 0.0], 0.5).W.round(6)
    array([[-0.041667,  0.041667]])
    """
    given, models = read_given(W, b, sparsity, importance, law, on_error, max_memory, W_out, output, target)
    with torch.no_grad():
        G, bias = given.rows()
        models = replace(models, bounded=flag("bound_gradient", bound_gradient))
        solved = solve(models, G.cpu().numpy(), bias.cpu().numpy(), gradient=True, device=G.device)
        value, dG, db = (torch.from_numpy(part).to(G) for part in solved)
        weight = on_device(models.importance, given)
        K = ((value + on_device(models.squares, given)) * weight).sum(-1)
        along_W, along_out = given.along_weights(weight[..., None] * dG)
        along_b = given.unsorted((weight * db).reshape(*given.batch, models.n))
    found = ValueAndGradient(*(given.in_kind(part) for part in (K.reshape(given.batch), along_W, along_b)))
    return found if along_out is None else UntiedGradient(*found, given.in_kind(along_out))
