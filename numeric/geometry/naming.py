r"""Which polytopes the columns of W form, by name.

Columns are split into unlearned features, of norm at most `UNLEARNED` times the largest, or at most `NEGLIGIBLE`; and
components, the connected parts of the graph that joins features with |cos| above `tolerance`. Components are tegum
factors: orthogonal to each other, each with dimensions of its own. A component is named when its cosines are those of
a polytope of the catalogue within `tolerance`, for the best of all orders (`numeric.geometry.assignment`).

Turning a column by an angle t moves a cosine by at most t. So columns in the directions of orthogonal polytopes, each
turned by at most tolerance/2, get the right names, provided that twice the tolerance is below the cosines that hold a
polytope together (1/d in a d-simplex) and below what tells an antiprism of free height from a polygon or an
octahedron. Norms take no part in the naming: `norm_spread` says how equal they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from ..arguments import Floats, matrix, number
from ..arguments import bias as given_bias
from ..metrics import feature_dimensionality, polar
from .assignment import Fit, best_fit
from .catalogue import Reference, composites, references
from .component import Component, Geometry

UNLEARNED = 0.1
NEGLIGIBLE = 0.01  # ‖W_i‖² is the gain of x_i, near 1 for a feature that is stored at all
NEAR, NEAR_SIZE = 0.25, 24  # a polytope whose cosines are farther off is not near, and larger ones are not tried


def describe(W: ArrayLike | Tensor, b: ArrayLike | Tensor | None = None, *, tolerance: float = 0.05) -> Geometry:
    """The polytopes in W, (m, n), finite; b, (n,), finite, is only reported. `tolerance` in (0, 1) as above.

    Rotating W, reordering or (above `NEGLIGIBLE`) scaling it changes nothing but the indices. ValueError otherwise.

    >>> describe([[1, -1, 0, 0, 0], [0, 0, 1, -1, 0]])
    Geometry: 2 digons + 1 unlearned
    """
    weights = matrix(W)
    bias = given_bias(b, weights.shape)
    tolerance = number("tolerance", tolerance, "(0, 1)")
    exponent = int(np.frexp(np.abs(weights).max())[1])
    units, norms = polar(np.ldexp(weights, -exponent))  # norms up to a power of two, so that none is infinite
    columns = _Columns(units, norms, exponent, feature_dimensionality(weights), bias)
    learned = norms > max(UNLEARNED * float(norms.max()), float(np.ldexp(NEGLIGIBLE, -exponent)))
    linked = (np.abs(units.T @ units) > tolerance) & learned & learned[:, None]
    components = [_component(columns, members, tolerance) for members in _parts(linked, learned)]
    components.sort(key=lambda c: (not c.named, -len(c.members), c.name, min(c.members)))
    rest = np.flatnonzero(~learned)
    return Geometry(
        tuple(components),
        tuple(rest.tolist()),
        tuple(columns.scaled(norms[rest]).tolist()),
        None if bias is None else tuple(bias[rest].tolist()),
        tolerance,
    )


def _parts(linked: NDArray[np.bool_], learned: NDArray[np.bool_]) -> Iterator[NDArray[np.int64]]:
    """The connected parts of a graph, (n, n), among the learned features."""
    left = learned.copy()
    while left.any():
        part = np.arange(len(left)) == left.argmax()
        while (grown := part | linked[part].any(axis=0)).sum() > part.sum():
            part = grown
        left &= ~part
        yield np.flatnonzero(part)


@dataclass(frozen=True)
class _Columns:
    """Norms are those of the columns over 2^exponent."""

    units: Floats
    norms: Floats
    exponent: int
    dimensionality: Floats
    bias: Floats | None

    def scaled(self, norms: Floats) -> Floats:
        """As they are: infinite beyond the range of floats."""
        with np.errstate(over="ignore"):
            return np.asarray(np.ldexp(norms, self.exponent))


def _component(columns: _Columns, members: NDArray[np.int64], tolerance: float) -> Component:
    units = columns.units[:, members]
    reference, fit = _match(units.T @ units, tolerance) or (None, None)
    if reference is not None and fit is not None and fit.residual <= tolerance:
        members = members[list(fit.order)]
        name, dimension, ideal = reference.name, reference.dimension, reference.dimensionality(fit.height)
    else:
        singular = np.linalg.svd(units, compute_uv=False)
        name, dimension, ideal = "unnamed", int((singular > tolerance * singular[0]).sum()), None
    norms = columns.norms[members]
    largest = float(norms.max())
    scale = largest * float(np.sqrt(((norms / largest) ** 2).mean()))
    return Component(
        name=name,
        members=tuple(members.tolist()),
        dimension=dimension,
        scale=float(columns.scaled(np.asarray(scale))),
        norm_spread=float(np.abs(norms / scale - 1).max()),
        dimensionality=tuple(columns.dimensionality[members].tolist()),
        ideal=ideal,
        residual=fit.residual if fit else np.inf,
        nearest=reference.name if reference else None,
        height=fit.height if fit else None,
        bias=None if columns.bias is None else tuple(columns.bias[members].tolist()),
    )


def _match(cosines: Floats, tolerance: float) -> tuple[Reference, Fit] | None:
    """The best reference within the tolerance, rigid ones before those of free height; else the nearest within `NEAR`."""
    k = len(cosines)
    near = references(k) + composites(k) if k <= NEAR_SIZE else ()
    for naming, bound, pool in ((True, tolerance, references(k)), (False, NEAR, near)):
        best = None
        for reference in pool:
            if naming and best is not None and reference.slope is not None:
                break
            if fit := best_fit(cosines, reference, bound):
                best, bound = (reference, fit), fit.residual
        if best is not None:
            return best
    return None
