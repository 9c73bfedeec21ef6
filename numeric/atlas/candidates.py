"""Where descents of the atlas begin beside random models: packings of polytopes, points that repel each other, and what is known
of smaller settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

import numpy as np
import torch
from scipy.linalg import block_diag
from torch import Tensor

from ..arguments import Floats
from ..geometry import references, vertices
from ..minimise import Packing
from ..thomson import solve
from .setting import Setting

_SCALES = ((1.0, 0.0), (1.1, -0.15))
"""Norms and biases that polytopes begin with: those of the sparse limit, and where interference is cut off."""
_THOMSON_STARTS = 8


def packed(setting: Setting) -> Tensor:
    """Every choice of polytopes of the catalogue, in dimensions of their own, features alone in those that are left, and
    dropped ones; and points on the sphere of least interference; as rows (W, b).
    """
    n, m = setting.n, setting.m
    shapes = [block_diag(*parts) if parts else np.zeros((0, 0)) for parts in _packings(_atoms(n, m), n, m)]
    shapes += [_repelled(k, m) for k in range(m + 1, n + 1)]
    return _joined([model for shape in shapes for model in _scaled(shape, setting)], setting)


def _scaled(shape: Floats, setting: Setting) -> Iterator[tuple[Floats, Floats]]:
    """W and b with the columns `shape` (rows, columns), features alone in the dimensions left, the others dropped."""
    n, m = setting.n, setting.m
    alone = min(m - shape.shape[0], n - shape.shape[1])
    stored = block_diag(shape, np.eye(alone)) if alone else shape
    rest = n - stored.shape[1]
    for scale, bias in _SCALES:
        W, b = np.zeros((m, n)), np.full(n, setting.density / 2)
        W[: len(stored), rest:] = stored
        W[: len(shape), rest : rest + shape.shape[1]] *= scale
        b[rest:] = 0
        b[rest : rest + shape.shape[1]] = bias
        # the least important features are dropped
        yield W[:, ::-1].copy(), b[::-1].copy()


@lru_cache(maxsize=64)
def _atoms(n: int, m: int) -> tuple[Floats, ...]:
    """Unit columns of the polytopes of the catalogue that fall in no orthogonal parts and fit."""
    found = []
    for k in range(2, n + 1):
        for reference in references(k):
            if reference.name != "dedicated" and "aligned" not in reference.name:
                shape = vertices(reference.name)
                if len(shape) <= m:
                    found.append(shape)
    return tuple(found)


def _packings(shapes: Sequence[Floats], n: int, m: int) -> Iterator[tuple[Floats, ...]]:
    """Choices of shapes that fit into n columns and m rows."""
    if not shapes:
        yield ()
        return
    rows, columns = shapes[0].shape
    for count in range(min(m // rows, n // columns) + 1):
        for rest in _packings(shapes[1:], n - count * columns, m - count * rows):
            yield (*[shapes[0]] * count, *rest)


@lru_cache(maxsize=64)
def _repelled(k: int, m: int) -> Floats:
    """(m, k) unit columns of least interference."""
    return np.asarray(solve(k, dim=m, energy="interference", starts=_THOMSON_STARTS).points.T)


def combined(setting: Setting, known: Sequence[tuple[Floats, Floats]]) -> Tensor:
    """Models of fewer features, in pairs that fill n and m, each in dimensions of its own, and beside a feature that is alone or
    dropped: rows (W, b).
    """
    n, m = setting.n, setting.m
    dropped, alone = (np.zeros((0, 1)), np.full(1, setting.density / 2)), (np.eye(1), np.zeros(1))
    pairs = [
        (block_diag(W, V), np.concatenate((b, c)))
        for (W, b), (V, c) in product(known, (*known, dropped, alone))
        if W.shape[0] + V.shape[0] == m and W.shape[1] + V.shape[1] == n
    ]
    return _joined(pairs, setting)


def moved(setting: Setting, W: Floats, b: Floats) -> Tensor:
    """The same model without one of its features, and with its weakest one stored opposite another: rows (W, b)."""
    weakest, models = int(np.linalg.norm(W, axis=0).argmin()), []
    for i in range(setting.n):
        for place, column, bias in ((i, np.zeros(setting.m), setting.density / 2), (weakest, -W[:, i], b[i])):
            V, c = W.copy(), b.copy()
            V[:, place], c[place] = column, bias
            models.append((V, c))
    return _joined(models, setting)


def thinned(setting: Setting, W: Floats, b: Floats) -> Tensor:
    """A model of one more feature, without each of them: rows (W, b)."""
    every = range(setting.n + 1)
    return _joined([(np.delete(W, i, axis=1), np.delete(b, i)) for i in every], setting)


def _joined(models: Sequence[tuple[Floats, Floats]], setting: Setting) -> Tensor:
    packing = Packing(setting.m, setting.n)
    if not models:
        return torch.zeros(0, packing.size, dtype=torch.float64)
    W, b = (torch.from_numpy(np.stack(part)) for part in zip(*models, strict=True))
    return packing.join(W, b)
