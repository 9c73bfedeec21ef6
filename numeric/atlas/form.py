"""The one form in which a model stands in the atlas, of all that are the same up to rotations and equal features."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..arguments import Floats
from ..geometry import describe
from .setting import Setting

_NOTHING = 1e-11
"""Entries of W and b that are rounding beside the others, near 1."""


class Form(NamedTuple):
    """W (m, n), b (n,) and what `describe` says of them."""

    W: Floats
    b: Floats
    geometry: str


def in_form(setting: Setting, W: Floats, b: Floats) -> Form:
    """Features of equal importance stand component by component, a polygon's neighbours side by side, those without a column
    last; W is upper triangular with a diagonal that is not negative; what is rounding is 0; a feature whose output is 0 at
    every input, of which no derivative tells its bias, has the highest such bias less 1.
    """
    if setting.equal:
        found = describe(W)
        order = [*(i for part in found.components for i in part.members), *found.unlearned]
        W, b = W[:, order], b[order]
    W, b = _turned(np.where(np.linalg.norm(W, axis=0) <= _NOTHING, 0.0, W)), b.copy()
    positive = np.maximum(W.T @ W, 0)
    reach = positive.max(axis=1) if setting.sparsity is None else positive.sum(axis=1)
    silent = b + reach < 0
    b[silent] = -reach[silent] - 1
    b[np.abs(b) <= _NOTHING] = 0
    return Form(W, b, str(describe(W, b)))


def _turned(W: Floats) -> Floats:
    """Its first independent columns made upper triangular: each row begins with a positive entry, below which there are zeros."""
    basis: list[Floats] = []
    for column in W.T:
        rest = column - sum((axis * (axis @ column) for axis in basis), np.zeros(len(W)))
        rest = rest - sum((axis * (axis @ rest) for axis in basis), np.zeros(len(W)))
        if np.linalg.norm(rest) > 1e-6 and len(basis) < len(W):
            basis.append(rest / np.linalg.norm(rest))
    turned = np.zeros_like(W)
    if basis:
        turned[: len(basis)] = np.array(basis) @ W
    turned[np.abs(turned) <= _NOTHING] = 0
    return turned + 0.0
