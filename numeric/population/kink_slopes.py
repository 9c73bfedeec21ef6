r"""Where values of features are single ones: kinks of the loss, and its one-sided slopes there.

x_i ReLU(z_i) has a kink at z_i = 0, and where x takes single values z_i is 0 with a probability at some weights. There K has no
gradient: along a change of W and b, with dz that of z,

.. math:: \frac{dK}{dt} = \sum_i 2 I_i E\bigl[(z_i)_+ dz_i - x_i 1[z_i > 0] dz_i - x_i 1[z_i = 0] (dz_i)_+\bigr],

while `value_and_gradient` takes each row's derivative from larger z_i. For x_i > 0 the kink is concave, and never a minimum; for
x_i < 0 it is convex, and can be one. With targets |x_i| in the place of x_i every kink is concave.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..arguments import Floats
from ..arguments.tensors import tensor
from ..law import Law
from .boxes import Boxes, boxes
from .factors import Integers
from .general import General
from .given import read_given
from .loss import value_and_gradient
from .models import beyond_range

_ZERO = 1e-12
"""Of |b| + |g|·|x|, what counts as 0."""


def kinks(W: Any, b: Any, law: Law) -> tuple[int, ...]:
    """The features i of one model, W (m, n) and b (n,), with z_i = 0 ≠ x_i at a single value of x that has a probability.

    >>> from ..law import Independent, Magnitude
    >>> kinks([[1.0, -1.0]], None, Independent(0.7, magnitude=Magnitude.binary()))
    (0, 1)
    """
    given, models = read_given(W, b, None, None, law, "raise", 2**30)
    if given.batch:
        raise ValueError(f"W must be of one model, (m, n), got shape {tuple(given.W.shape)}")
    G, bias = (part.detach().numpy() for part in given.rows())
    beyond_range(models, G, bias)
    points = _points(models.general)
    if points is None:
        return ()
    at_zero = _vanishing(points, G[0], bias[0])
    return tuple(np.flatnonzero((at_zero & (points.corner.numpy() != 0)).any(0)).tolist())


class ConvexKinks(NamedTuple):
    """Single values `x` (K, n) of the features with z_i = 0 for output i = `feature` (K,), where x_i < 0: K rises there by `rise`
    (K,) times the change of z_i below 0, beside its derivative from larger z_i."""

    feature: Integers
    x: Floats
    rise: Floats

    def without(self, k: int) -> ConvexKinks:
        return ConvexKinks(np.delete(self.feature, k), np.delete(self.x, k, 0), np.delete(self.rise, k))


def convex_kinks(W: Any, b: Any, law: Law, importance: ArrayLike | None = None, *, near: float = _ZERO) -> ConvexKinks:
    """Of one model, where z_i vanishes to `near` (|b_i| + |g|·|x|). Other arguments as `kinks`."""
    given, models = read_given(W, b, None, importance, law, "raise", 2**30)
    G, bias = (part.detach().numpy() for part in given.rows())
    points = _points(models.general)
    if points is None:
        return ConvexKinks(np.zeros(0, np.int64), np.zeros((0, models.n)), np.zeros(0))
    x, weight = points.corner.numpy(), points.weight.numpy()
    place, feature = np.nonzero(_vanishing(points, G[0], bias[0], near) & (x < 0) & (models.importance[0] > 0))
    return ConvexKinks(feature, x[place], -2 * weight[place] * models.importance[0][feature] * x[place, feature])


def one_sided_slope(
    W: Any,
    b: Any,
    along_W: Any,
    along_b: Any,
    sparsity: ArrayLike | None,
    importance: ArrayLike | None = None,
    *,
    law: Law | None = None,
    target: str = "identity",
) -> float:
    """The derivative of K of one model in the direction of a change of W (m, n) and of b (n,), None for 0, from its side of a
    kink. Other arguments as `expected_loss`.

    >>> from ..law import Independent, Magnitude
    >>> law = Independent(0.7, magnitude=Magnitude.binary())
    >>> [round(one_sided_slope([[1.0, -1.0]], None, [[0.0, s]], None, None, law=law), 12) for s in (1.0, -1.0)]
    [-0.18, -0.18]
    """
    given, models = read_given(W, b, sparsity, importance, law, "raise", 2**30, target=target)
    found = value_and_gradient(W, b, sparsity, importance, law=law, target=target)
    n = given.W.shape[-1]
    change_W = tensor("along_W", along_W).detach()
    change_b = torch.zeros(n, dtype=torch.float64) if along_b is None else tensor("along_b", along_b).detach()
    for name, change, shape in (("W", change_W, given.W.shape), ("b", change_b, (n,))):
        if given.batch or change.shape != shape:
            raise ValueError(f"along_{name} must have the shape of one model's {name}, got {tuple(change.shape)}")
    gradient = [torch.as_tensor(part).detach() for part in (found.W, found.b)]
    slope = float((gradient[0] * change_W).sum() + (gradient[1] * change_b).sum())
    points = _points(models.general)
    if points is None:
        return slope
    G, bias = (part[0].detach().numpy() for part in given.rows())
    x = points.corner.numpy()
    dG = (given.W.mT @ change_W + change_W.mT @ given.W).detach().numpy()
    dz = np.minimum(x @ dG + change_b.numpy(), 0.0)
    weight = points.weight.numpy()[:, None] * models.importance[0]
    wanted = np.abs(x) if target == "absolute" else x
    return slope + float((2 * weight * wanted * dz * _vanishing(points, G, bias)).sum())


def _points(general: General | None) -> Boxes | None:
    """The single values that x takes, if their sets can be listed."""
    if general is None or general.densities or not general.listed:
        return None
    every = tuple(range(general.n))
    return next(
        (some for some in boxes(general.given, general.magnitudes, every, general.n) if not some.index.shape[1]), None
    )


def _vanishing(points: Boxes, G: Floats, b: Floats, near: float = _ZERO) -> NDArray[np.bool_]:
    """(B, n) whether z_i is 0."""
    x = points.corner.numpy()
    found: NDArray[np.bool_] = np.abs(x @ G + b) <= near * (np.abs(x) @ np.abs(G) + np.abs(b))
    return found
