r"""Rows of WᵀW of few features: V = E[z_+² - 2 x_i z_+], z = b + g·x, to rounding, with gradient and Hessian.

Vertex sums, with their own estimate of the error; and the faces, which take 10 to 300 times longer (n = 5 to 12) and lose
nothing. Both compiled, or in plain torch where numba is missing. NumPy in, NumPy out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..running.compiled import AVAILABLE
from . import vertices
from .faces import bytes_per_row, expectation, supports
from .factors import Floats, Form, Integers

if AVAILABLE:
    from . import face_kernel, vertex_hessian_kernel, vertex_kernel

MOST = 12
"""Features: the faces of one row then take 30 ms and 50 MB."""

_MEMORY = 2**29
"""Bytes that second derivatives by faces may take; at n = 12 a row needs as much."""

_CPU = torch.device("cpu")

SAFETY = 5
"""Of the estimates of the vertex sums' errors: 12,000 hostile rows need 1.2 (value), 2.2 (gradient)."""


class Rows(NamedTuple):
    """V (R,), ∂V/∂g (R, n) and ∂V/∂b (R,)."""

    value: Floats
    dg: Floats
    db: Floats

    def put(self, some: Integers, found: Rows) -> None:
        """Write what was `found` for `some` of the rows."""
        self.value[some], self.dg[some], self.db[some] = found


def rows_by_vertices(
    g: Floats,
    b: Floats,
    own: Integers,
    p: Floats,
    law: Integers,
    accuracy: ArrayLike,
    device: torch.device = _CPU,
) -> tuple[Rows, Integers]:
    """V and its gradient for independent features, n ≤ `MOST`, and which rows may be further off than `accuracy`.

    `g`: (R, n); `b`: (R,); `own`: (R,), the row's own feature; `p`: (L, n), densities in [0, 1]; `law`: (R,), the
    line of p that a row takes; `accuracy`: what V and each entry of its gradient may err by, number or (R,).
    `device`: where to compute.
    """
    if AVAILABLE and device.type == "cpu":
        value, error, dg, db = vertex_kernel.rows(g, b, own, p, law)
    else:
        value, error, dg, db = (found.cpu().numpy() for found in vertices.rows(*_tensors(device, g, b, own, p, law)))
    rest = np.flatnonzero(_refused(error, accuracy) | ~np.isfinite(value + db + dg.sum(1)))
    return Rows(value, dg, db), rest


def rows_by_faces(g: Floats, b: Floats, own: Integers, P: Floats, law: Integers, device: torch.device = _CPU) -> Rows:
    """V and its gradient under any law: `P`: (L, 2^n), probabilities of the supports, feature j the j-th binary digit."""
    if AVAILABLE and device.type == "cpu":
        return Rows(*face_kernel.rows(g, b, own, P, law))
    return _in_torch(g, b, own, P, law, device)


def hessians_by_vertices(
    g: Floats, b: Floats, own: Integers, p: Floats, law: Integers, accuracy: ArrayLike
) -> tuple[Floats, Integers]:
    """∂²V (R, n + 1, n + 1), the bias last, and the rows where an entry may be further off than `accuracy`. Other arguments
    as `rows_by_vertices`.

    Where it jumps, the one from larger b.
    """
    if AVAILABLE:
        H, error = vertex_hessian_kernel.hessians(g, b, own, p, law)
    else:
        H, error = (found.numpy() for found in vertices.hessians(*_tensors(_CPU, g, b, own, p, law)))
    return H, np.flatnonzero(_refused(error[:, None], accuracy))


def support_table(p: Floats) -> Floats:
    """P(U) for independent features, (L, 2^n)."""
    present = supports(p.shape[1], torch.device("cpu")).numpy() > 0
    table: Floats = np.where(present, p[:, None], 1 - p[:, None]).prod(2)
    return table


def support_probabilities(share: Floats, off: Floats, form: Form) -> Floats:
    """P(U) for groups, (L, 2^n): `share` (L, n) P(x_j ≠ 0), `off` (L, G), features of a group side by side."""
    P = np.ones((len(share), 1))
    for group, size in enumerate(form.size.tolist()):
        first = form.start[group]
        part = np.zeros((len(share), 2**size))
        part[:, 0] = off[:, group]
        if form.together:
            part[:, -1] += share[:, first]
        else:
            part[:, 2 ** np.arange(size)] = share[:, first : first + size]
        P = (part[:, :, None] * P[:, None]).reshape(len(P), -1)
    return P


def _refused(error: Floats, accuracy: ArrayLike) -> NDArray[np.bool_]:
    """Rows whose vertex sums may be further off than `accuracy`, or are not finite."""
    refused: NDArray[np.bool_] = ~(SAFETY * error.max(1) <= accuracy)
    return refused


def _tensors(device: torch.device, *arrays: NDArray[np.float64] | NDArray[np.int64]) -> list[torch.Tensor]:
    return [torch.from_numpy(array).to(device) for array in arrays]


def _in_torch(g: Floats, b: Floats, own: Integers, P: Floats, law: Integers, device: torch.device) -> Rows:
    value, dg, db = np.empty_like(b), np.empty_like(g), np.empty_like(b)
    size = max(1, _MEMORY // bytes_per_row(g.shape[1], False))
    for start in range(0, len(b), size):
        part = slice(start, start + size)
        with torch.enable_grad():
            slopes, bias = (array.requires_grad_() for array in _tensors(device, g[part], b[part]))
            found = expectation(slopes, bias, *_weights(own[part], P, law[part], g.shape[1], device))
            gradients = torch.autograd.grad(found.sum(), (slopes, bias))
        value[part], dg[part], db[part] = (array.detach().cpu().numpy() for array in (found, *gradients))
    return Rows(value, dg, db)


def hessians_by_faces(g: Floats, b: Floats, own: Integers, P: Floats, law: Integers) -> Floats:
    """∂²V (R, n + 1, n + 1) under any law, by torch."""
    n = g.shape[1]
    H = np.empty((len(b), n + 1, n + 1))
    size = max(1, _MEMORY // (4 * bytes_per_row(n, False)))
    for start in range(0, len(b), size):
        part = slice(start, start + size)
        with torch.enable_grad():
            slopes, bias = (array.requires_grad_() for array in _tensors(_CPU, g[part], b[part]))
            value = expectation(slopes, bias, *_weights(own[part], P, law[part], n, _CPU))
            first = torch.autograd.grad(value.sum(), (slopes, bias), create_graph=True)
            for j, entry in enumerate((*first[0].T, first[1])):
                second = torch.autograd.grad(entry.sum(), (slopes, bias), retain_graph=True)
                H[part, j, :n], H[part, j, n] = (found.numpy() for found in second)
    return H


def _weights(
    own: Integers, P: Floats, law: Integers, n: int, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """x_i as rows of zeros and ones, and P(U) for each row, as `expectation` takes them."""
    chosen, table = _tensors(device, own, P[law])
    return torch.nn.functional.one_hot(chosen, n).double(), table
