"""Rows of few features: all supports."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..faces import bytes_per_row, expectation
from .factors import Floats, Form, Rows

_CHUNK = 2**27


def small_rows(rows: Rows, tolerance: Floats, device: torch.device) -> tuple[Floats, Floats, Floats]:
    """Value (R,), and its derivatives by g (R, n) and b (R,)."""
    value, dg, db = np.zeros(len(rows)), np.zeros_like(rows.g), np.zeros(len(rows))
    for some in np.array_split(np.arange(len(rows)), -(-len(rows) * bytes_per_row(rows.g.shape[1], False) // _CHUNK)):
        inputs, own, P = _tensors(rows.take(some), device)
        with torch.enable_grad():
            values = expectation(*inputs, own, P)
            found = torch.autograd.grad(values.sum(), inputs, materialize_grads=True)
        value[some], dg[some], db[some] = (part.detach().cpu().numpy() for part in (values, *found))
    return value, dg, db


def small_curvature(rows: Rows, tolerance: Floats) -> Floats:
    """Second derivatives by (g, b), (R, n + 1, n + 1)."""
    n = rows.g.shape[1]
    H = np.empty((len(rows), n + 1, n + 1))
    for row in range(len(rows)):
        (g, b), own, P = _tensors(rows.take(np.full(n + 1, row)), torch.device("cpu"))
        with torch.enable_grad():
            first = torch.autograd.grad(
                expectation(g, b, own, P).sum(), (g, b), create_graph=True, materialize_grads=True
            )
            along = first[0].diagonal().sum() + first[1][n]
            second = torch.autograd.grad(along, (g, b), materialize_grads=True)
        H[row, :, :n], H[row, :, n] = second[0].numpy(), second[1].numpy()
    return (H + H.transpose(0, 2, 1)) / 2


def _tensors(rows: Rows, device: torch.device) -> tuple[tuple[Tensor, Tensor], Tensor, Tensor]:
    own = np.zeros_like(rows.g)
    own[np.arange(len(rows)), rows.own] = 1
    arrays = (rows.g, rows.b, own, support_probabilities(rows.share, rows.off, rows.form))
    g, b, own_, P = (torch.from_numpy(array).to(device) for array in arrays)
    return (g.requires_grad_(), b.requires_grad_()), own_, P


def support_probabilities(share: Floats, off: Floats, form: Form) -> Floats:
    """P(U) of all supports, (R, 2^n); the j-th binary digit of a support's number says whether feature j is active."""
    P = np.ones((len(share), 1))
    for group, size in enumerate(form.size.tolist()):
        first = form.start[group]
        table = np.zeros((len(share), 2**size))
        table[:, 0] = off[:, group]
        if form.together:
            table[:, -1] += share[:, first]
        else:
            table[:, 2 ** np.arange(size)] = share[:, first : first + size]
        P = (table[:, :, None] * P[:, None]).reshape(len(P), -1)
    return P
