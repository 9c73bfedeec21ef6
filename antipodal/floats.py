"""The float route at the door: the loss without sampling, its derivatives and minima; NumPy in, float64 out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

import numpy as np

import numeric.minimise
from numeric import population
from numeric.geometry import describe as describe
from numeric.metrics import capacity as capacity
from numeric.metrics import dimensions_per_feature as dimensions_per_feature
from numeric.metrics import feature_dimensionality as feature_dimensionality
from numeric.metrics import feature_norms as feature_norms
from numeric.metrics import superposition as superposition
from numeric.minimise import LossSolution
from numeric.population import UntiedGradient, ValueAndGradient

from .laws import floats, for_floats


def loss(
    W: Any,
    b: Any,
    sparsity: Any = None,
    importance: Any = None,
    *,
    law: Any = None,
    W_out: Any = None,
    output: str = "relu",
    target: str = "identity",
) -> Any:
    """K in float64, without sampling, to 1e-10 of K + Σ I_i E x_i²; a float, or an array of the batch shape.

    `W` (..., m, n), `b` (..., n) or None for 0; `sparsity` a number, one for each feature, or a law; `importance` None for 1,
    likewise. `W_out` (..., n, m) of an untied model ReLU(W_out W x + b), None for Wᵀ; `output` "relu", or "linear" for what is
    within the ReLU; `target` "identity" for E (x_i − f_i)², "absolute" for E (|x_i| − f_i)². Any number of features. ValueError
    on bad input. `numeric.population.expected_loss` has more: torch tensors with gradients, rows of settings for each model of
    a stack.

    >>> from antipodal import loss
    >>> round(loss([[1.0, -1.0]], [0.0, 0.0], 0.5), 12)
    0.083333333333
    >>> round(loss([[1.0, -3.0]], [0.0, 0.0], 0.5, W_out=[[1.0], [-1 / 3]]), 12)
    0.077160493827
    """
    given = _given(W, b, sparsity, importance, law)
    return _plain(population.expected_loss(**given, W_out=floats(W_out, "W_out"), output=output, target=target))


@overload
def value_and_gradient(
    W: Any,
    b: Any,
    sparsity: Any = None,
    importance: Any = None,
    *,
    law: Any = None,
    W_out: None = None,
    output: str = "relu",
    target: str = "identity",
) -> ValueAndGradient: ...
@overload
def value_and_gradient(
    W: Any,
    b: Any,
    sparsity: Any = None,
    importance: Any = None,
    *,
    law: Any = None,
    W_out: Any,
    output: str = "relu",
    target: str = "identity",
) -> UntiedGradient: ...
def value_and_gradient(
    W: Any,
    b: Any,
    sparsity: Any = None,
    importance: Any = None,
    *,
    law: Any = None,
    W_out: Any = None,
    output: str = "relu",
    target: str = "identity",
) -> ValueAndGradient | UntiedGradient:
    """`.value` K, `.W` ∂K/∂W (..., m, n), `.b` ∂K/∂b (..., n) and, beside a W_out, `.W_out` ∂K/∂W_out (..., n, m). Arguments as
    `loss`.

    >>> from antipodal import value_and_gradient
    >>> value_and_gradient([[1.0, -1.0]], None, 0.5).b.round(6)
    array([-0.083333, -0.083333])
    """
    given = _given(W, b, sparsity, importance, law)
    found: ValueAndGradient | UntiedGradient
    found = population.value_and_gradient(**given, W_out=floats(W_out, "W_out"), output=output, target=target)
    return found._replace(value=_plain(found.value))


def hessian(
    W: Any,
    b: Any,
    sparsity: Any = None,
    importance: Any = None,
    *,
    law: Any = None,
    W_out: Any = None,
    output: str = "relu",
    target: str = "identity",
) -> Any:
    """Second derivatives of K by the entries of W, row after row, then, beside a W_out, of W_out, and, unless it is None, of b:
    (..., P, P). Arguments as `loss`.

    >>> from antipodal import hessian
    >>> hessian([[1.0, -1.0]], None, 0.5).round(6)
    array([[ 0.625   , -0.166667],
           [-0.166667,  0.625   ]])
    """
    given = _given(W, b, sparsity, importance, law)
    return population.hessian(**given, W_out=floats(W_out, "W_out"), output=output, target=target)


def minimise_loss(
    n: int,
    m: int,
    sparsity: Any = None,
    *,
    law: Any = None,
    importance: Any = None,
    bias: bool = True,
    starts: int = 64,
    seed: int = 0,
    penalty: float = 0.0,
    fixed: Any = None,
    tied: bool = True,
    output: str = "relu",
    target: str = "identity",
    progress: Callable[[float], None] | None = None,
) -> LossSolution:
    """The minima of K over W (m, n) and b (n,) that `starts` descents find; `.value`, `.W`, `.b` are those of the lowest. With
    `tied=False` also over W_out (n, m), `.W_out`.

    Arguments as `numeric.minimise.minimise_loss`; `sparsity` a number, one for each feature, or a law. No search proves that
    there is nothing lower: for n = 2, m = 1 `certify` does.

    >>> from antipodal import minimise_loss
    >>> round(minimise_loss(2, 1, "1/2", starts=4, bias=False).value, 12)
    0.08125
    """
    given, other = for_floats(sparsity, law)
    return numeric.minimise.minimise_loss(
        n,
        m,
        given,
        law=other,
        importance=floats(importance, "importance"),
        bias=bias,
        starts=starts,
        seed=seed,
        penalty=penalty,
        fixed=fixed,
        tied=tied,
        output=output,
        target=target,
        progress=progress,
    )


def _given(W: Any, b: Any, sparsity: Any, importance: Any, law: Any) -> dict[str, Any]:
    """The arguments of `numeric.population`."""
    given, other = for_floats(sparsity, law)
    importance = floats(importance, "importance")
    return {"W": floats(W, "W"), "b": floats(b, "b"), "sparsity": given, "importance": importance, "law": other}


def _plain(value: Any) -> Any:
    """A NumPy number as a float."""
    return value.item() if isinstance(value, np.floating) else value
