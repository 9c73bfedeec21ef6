r"""Rows of WᵀW of few features: V = E[z_+² - 2 x_i z_+], z = b + g·x, to rounding, with gradient and Hessian.

Vertex sums first; what their own estimate of the error does not clear goes to the faces, which take 10 to 300 times
longer (n = 5 to 12) and lose nothing. Both compiled, or in plain torch where numba is missing. NumPy in, NumPy out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..compiled import AVAILABLE
from ..faces import bytes_per_row, expectation, supports
from . import vertices

if AVAILABLE:
    from . import face_kernel, vertex_hessian_kernel, vertex_kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST = 12
"""Features: the faces of one row then take 30 ms and 50 MB."""

_MEMORY = 2**29
"""Bytes that second derivatives by faces may take; at n = 12 a row needs as much."""

SAFETY = 5
"""Of the estimates of the vertex sums' errors: 12,000 hostile rows need 1.2 (value), 2.2 (gradient)."""


class Rows(NamedTuple):
    """V (R,), ∂V/∂g (R, n) and ∂V/∂b (R,)."""

    value: Floats
    dg: Floats
    db: Floats


def rows(g: Floats, b: Floats, own: Integers, p: Floats, law: Integers, accuracy: ArrayLike) -> Rows:
    """V and its gradient for independent features, n ≤ `MOST`.

    `g`: (R, n); `b`: (R,); `own`: (R,), the row's own feature, g_i ≥ 0; `p`: (L, n), densities in [0, 1]; `law`: (R,), the
    line of p that a row takes; `accuracy`: what V and each entry of its gradient may err by, number or (R,). What it
    asks beyond rounding of the largest numbers is not to be had, but costs the time of the faces.
    """
    if AVAILABLE:
        value, error, dg, db = vertex_kernel.rows(g, b, own, p, law)
    else:
        value, error, dg, db = (found.numpy() for found in vertices.rows(*_tensors(g, b, own, p, law)))
    rest = np.flatnonzero(_refused(error, accuracy) | ~np.isfinite(value + db + dg.sum(1)))
    if len(rest):
        value[rest], dg[rest], db[rest] = rows_by_faces(g[rest], b[rest], own[rest], support_table(p), law[rest])
    return Rows(value, dg, db)


def rows_by_faces(g: Floats, b: Floats, own: Integers, P: Floats, law: Integers) -> Rows:
    """V and its gradient under any law: `P`: (L, 2^n), probabilities of the supports, feature j the j-th binary digit."""
    if AVAILABLE:
        return Rows(*face_kernel.rows(g, b, own, P, law))
    return _in_torch(g, b, own, P, law)


def hessians(g: Floats, b: Floats, own: Integers, p: Floats, law: Integers, accuracy: ArrayLike) -> Floats:
    """∂²V (R, n + 1, n + 1), the bias last; `accuracy` is of its entries, the other arguments those of `rows`.

    Where it jumps, the one from larger b.
    """
    if AVAILABLE:
        H, error = vertex_hessian_kernel.hessians(g, b, own, p, law)
    else:
        H, error = (found.numpy() for found in vertices.hessians(*_tensors(g, b, own, p, law)))
    rest = np.flatnonzero(_refused(error[:, None], accuracy))
    if len(rest):
        H[rest] = hessians_by_faces(g[rest], b[rest], own[rest], support_table(p), law[rest])
    return H


def support_table(p: Floats) -> Floats:
    """P(U) for independent features, (L, 2^n)."""
    present = supports(p.shape[1], torch.device("cpu")).numpy() > 0
    table: Floats = np.where(present, p[:, None], 1 - p[:, None]).prod(2)
    return table


def _refused(error: Floats, accuracy: ArrayLike) -> NDArray[np.bool_]:
    """Rows whose vertex sums may be further off than `accuracy`, or are not finite."""
    refused: NDArray[np.bool_] = ~(SAFETY * error.max(1) <= accuracy)
    return refused


def _tensors(*arrays: NDArray[np.float64] | NDArray[np.int64]) -> list[torch.Tensor]:
    return [torch.from_numpy(array) for array in arrays]


def _in_torch(g: Floats, b: Floats, own: Integers, P: Floats, law: Integers) -> Rows:
    slopes, bias = (torch.from_numpy(array).requires_grad_() for array in (g, b))
    value = expectation(slopes, bias, *_weights(own, P, law, g.shape[1]))
    dg, db = torch.autograd.grad(value.sum(), (slopes, bias))
    return Rows(value.detach().numpy(), dg.numpy(), db.numpy())


def hessians_by_faces(g: Floats, b: Floats, own: Integers, P: Floats, law: Integers) -> Floats:
    """∂²V (R, n + 1, n + 1) under any law, by torch."""
    n = g.shape[1]
    H = np.empty((len(b), n + 1, n + 1))
    size = max(1, _MEMORY // (4 * bytes_per_row(n, False)))
    for start in range(0, len(b), size):
        part = slice(start, start + size)
        slopes, bias = (torch.from_numpy(array[part]).requires_grad_() for array in (g, b))
        value = expectation(slopes, bias, *_weights(own[part], P, law[part], n))
        first = torch.autograd.grad(value.sum(), (slopes, bias), create_graph=True)
        for j, entry in enumerate((*first[0].T, first[1])):
            second = torch.autograd.grad(entry.sum(), (slopes, bias), retain_graph=True)
            H[part, j, :n], H[part, j, n] = (found.numpy() for found in second)
    return H


def _weights(own: Integers, P: Floats, law: Integers, n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """x_i as rows of zeros and ones, and P(U) for each row, as `expectation` takes them."""
    return torch.nn.functional.one_hot(torch.from_numpy(own), n).double(), torch.from_numpy(P[law])
