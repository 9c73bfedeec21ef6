r"""A stack of models of one law: the rows of every WᵀW, or W_out W, what each may err by, and the threads that share them.

Few features, up to 12 independent ones or 10 in groups, are done by all supports, with rounding error alone (`small`);
the rest by what serves each row (`row_values`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import torch

from ..law import variance
from . import any_law, few_features, small
from .factors import Floats, Form, Integers, Rows
from .general import General
from .row_values import row_curvature, row_values
from .tiny import enlarged, without_smallest

ACCURACY = 1e-10
_MOST_GROUPED = 10
_SMALL_ACCURACY = 1e-11  # of the routes whose error is rounding
_LOOSE = 1e-3
LARGEST = 1e30
_CHUNK = 2**26  # bytes of a chunk of rows, some 40 arrays of which are alive together
_THREADED = 2**15  # rows times features from which on threads share them


@dataclass(frozen=True, eq=False)
class Models:
    """`share` P(x_j ≠ 0), `importance`: (M, n), `off`: (M, G), one line or one for each model; features of a group side by
    side. `nan`: whether models out of range are nan; `max_memory`: bytes; `accuracy`: of K + Σ I_i E x_i²;
    `bounded`: whether that of the gradient is bounded, too; `linear`: whether z itself is the output, not z_+; `memory`: what
    `derivatives` keeps; `general`: a law that is not one of groups, of which the form says nothing; `tied`: for messages.
    """

    form: Form
    share: Floats
    off: Floats
    importance: Floats
    nan: bool = False
    max_memory: int = 2**30
    accuracy: float = ACCURACY
    bounded: bool = True
    linear: bool = False
    memory: list[tuple[Floats, Floats, Floats]] = field(default_factory=list, repr=False)
    general: General | None = None
    tied: bool = True

    @property
    def n(self) -> int:
        return int(self.share.shape[1])

    def repeated(self, times: int) -> Models:
        """For `times` stacks of these models, one after the other."""
        if len(self.share) == 1:
            return self
        share, off, importance = (np.tile(part, (times, 1)) for part in (self.share, self.off, self.importance))
        return replace(self, share=share, off=off, importance=importance, memory=[])

    def take(self, some: Integers) -> Models:
        if len(self.share) == 1:
            return self
        return replace(self, share=self.share[some], off=self.off[some], importance=self.importance[some], memory=[])

    @cached_property
    def small(self) -> bool:
        """Whether all supports are done, of each row; at most two features at a time need no such table."""
        if self.linear:
            return False
        if self.general is not None:
            return self.n <= _MOST_GROUPED and self.general.usual
        if self.form.single:
            return self.n <= small.MOST
        return self.n <= _MOST_GROUPED and self.form.most_active > 2

    @cached_property
    def squares(self) -> Floats:
        """E x_i², (M, n)."""
        return self.share / 3 if self.general is None else self.general.squares.numpy()[None]


def solve(
    models: Models, G: Floats, b: Floats, *, gradient: bool, device: torch.device
) -> tuple[Floats, Floats, Floats]:
    """E[f² - 2 x_i f] of each row, f = z_+ or z, (M, n), its derivatives by G (M, n, n) and by b (M, n).

    Rows without importance are left 0. Models that are not finite or too large are nan, or a ValueError names them.
    """
    bad = beyond_range(models, G, b)
    if len(bad):
        G, b = G.copy(), b.copy()
        G[bad], b[bad] = 0.0, 0.0
    G, b, powers = enlarged(G, b)
    tolerance = _tolerances(models, G, b, device)
    if models.small or models.general is not None:
        found = _small(models, G, b, tolerance, device)
        value, dG, db = (part.reshape(b.shape + part.shape[1:]) for part in found)
    else:
        value, dG, db = _large(models, G, b, tolerance, gradient, device)
    value[bad], dG[bad], db[bad] = np.nan, np.nan, np.nan
    return np.ldexp(value, -powers), dG, db


def _large(
    models: Models, G: Floats, b: Floats, tolerance: Floats, gradient: bool, device: torch.device
) -> tuple[Floats, Floats, Floats]:
    value, dG, db = np.zeros_like(b), np.zeros_like(G), np.zeros_like(b)
    pieces = list(_pieces(models, G, b, tolerance))

    def work(piece: _Piece) -> tuple[Floats, Floats, Floats]:
        law, how = piece.share, {"bounded": models.bounded, "linear": models.linear}
        return row_values(piece.rows, law, piece.tolerance, gradient, device, **how)

    for piece, part in zip(pieces, _shared(work, pieces), strict=True):
        value[piece.model, piece.feature], dG[piece.model, piece.feature], db[piece.model, piece.feature] = part
    return value, dG, db


def _small(models: Models, G: Floats, b: Floats, tolerance: Floats, device: torch.device) -> small.Rows:
    g, bias, own, law = _flat(models, G, b)
    within = tolerance.ravel()
    if models.general is not None and not models.small:
        return small.Rows(*any_law.rows(models.general, g, bias, own, within, linear=models.linear))
    if models.form.single and models.general is None:
        return few_features.rows(g, bias, own, models.share, law, within, device, bounded=models.bounded)
    return small.rows_by_faces(g, bias, own, _supports(models), law, device)


def _flat(models: Models, G: Floats, b: Floats) -> tuple[Floats, Floats, Integers, Integers]:
    """Rows of all models: g (R, n), b, the own feature, and which line of the law each takes, (R,)."""
    M, n = b.shape
    alike = models.general is not None or len(models.share) == 1  # a law of all models, whatever their importances
    law = np.zeros(M * n, np.int64) if alike else np.repeat(np.arange(M), n)
    return np.ascontiguousarray(G).reshape(-1, n), b.ravel(), np.tile(np.arange(n), M), law


def _supports(models: Models) -> Floats:
    if models.general is not None:
        return models.general.table
    return small.support_probabilities(models.share, models.off, models.form)


def beyond_range(models: Models, G: Floats, b: Floats) -> Integers:
    """The models that floats cannot do; ValueError unless they are to be nan."""
    sizes = np.abs(G).max((1, 2), initial=0), np.abs(b).max(1, initial=0)
    bad = np.flatnonzero(~(np.maximum(*sizes) <= LARGEST))
    if len(bad) and not models.nan:
        which = "" if len(b) == 1 else f" of model {bad[0]}" if len(bad) == 1 else f" of models {bad.tolist()}"
        weights, product = ("W", "WᵀW") if models.tied else ("W and W_out", "W_out W")
        of_weights, of_bias = (size[bad[0]] for size in sizes)
        name, size = ("b", of_bias) if of_weights <= LARGEST else (weights, of_weights)
        if not np.isfinite(size):
            raise ValueError(f"{name}{which} must be finite and its squares too, got {size}")
        entries = "entries" if name == "b" else f"entries of {product}"
        raise ValueError(f"{name}{which} must have {entries} of size 1e30 at most, got {size:g}")
    return bad


def curvature(models: Models, G: Floats, b: Floats) -> Iterator[tuple[Integers, Integers, Floats]]:
    """Second derivatives of rows by their own (g, b): some models' and features' numbers (R,), and (R, n + 1, n + 1)."""
    G, b = without_smallest(G), without_smallest(b)
    tolerance = _tolerances(models, G, b, torch.device("cpu"))
    if models.small or models.general is not None:
        model, feature = (part.ravel() for part in np.indices(b.shape))
        (g, bias, own, law), within = _flat(models, G, b), tolerance.ravel()
        if models.general is not None and not models.small:
            yield model, feature, any_law.curvature(models.general, g, bias, own, within, linear=models.linear)
        elif models.form.single and models.general is None:
            yield model, feature, few_features.hessians(g, bias, own, models.share, law, within)
        else:
            yield model, feature, small.hessians_by_faces(g, bias, own, _supports(models), law)
        return
    for piece in _pieces(models, G, b, tolerance, arrays=models.n):
        yield piece.model, piece.feature, row_curvature(piece.rows, piece.share, piece.tolerance, linear=models.linear)


@dataclass(frozen=True, eq=False)
class _Piece:
    """Some rows, and which they are."""

    model: Integers
    feature: Integers
    rows: Rows
    share: Floats
    tolerance: Floats


def _pieces(models: Models, G: Floats, b: Floats, tolerance: Floats, arrays: int = 1) -> Iterator[_Piece]:
    M, n = b.shape
    model, feature = (part.ravel() for part in np.indices((M, n)))
    counted = np.broadcast_to(models.importance > 0, (M, n)).ravel()
    model, feature = model[counted], feature[counted]
    at_once = max(1, min(_CHUNK, models.max_memory // 4) // (n * arrays * 8 * 40))
    if len(model) * n >= _THREADED:
        at_once = max(1, min(at_once, -(-len(model) // (4 * torch.get_num_threads()))))
    for start in range(0, len(model), at_once):
        rows, own = model[start : start + at_once], feature[start : start + at_once]
        line = rows if len(models.share) > 1 else np.zeros_like(rows)
        share, off = models.share[line], models.off[line]
        part = Rows.of(np.ascontiguousarray(G[rows, own]), b[rows, own], own, share, off, models.form)
        yield _Piece(rows, own, part, share, tolerance[rows, own])


def _shared(
    work: Callable[[_Piece], tuple[Floats, Floats, Floats]], pieces: list[_Piece]
) -> Iterable[tuple[Floats, Floats, Floats]]:
    """Each piece's result; threads share the pieces of large models, with the same bits: no row knows of another."""
    threads = torch.get_num_threads()
    if threads == 1 or len(pieces) == 1 or sum(piece.rows.g.size for piece in pieces) < _THREADED:
        return map(work, pieces)
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, pieces))


def _tolerances(models: Models, G: Floats, b: Floats, device: torch.device) -> Floats:
    """What each row may err by, (M, n): in the sum over rows with their importance at most `accuracy` (K + Σ I E x²).

    K enters by K_i ≥ ((E z_i)_+ - E y_i)_+², and where E z² is much larger than that by a first, loose pass.
    """
    share, importance, law = models.share, models.importance, models.general
    halves, aim = (share / 2,) * 2 if law is None else (part.numpy()[None] for part in (law.mean, law.aim))
    mean = b + np.einsum("...ij,...j->...i", G, halves)
    spread = np.einsum("...ij,...j->...i", G * G, variance(share))
    square = mean * mean + spread
    scale = (importance * models.squares).sum(1)
    known = (importance * np.maximum(np.maximum(mean, 0) - aim, 0) ** 2).sum(1)

    def rows(total: Floats) -> Floats:
        """Σ I_i tolerance_i is the total; half of it alike, half alike after importance: weak rows may be sloppy."""
        together, apart = (np.maximum(part, 1e-300) for part in (importance.sum(1, keepdims=True), importance))
        return np.asarray(total[:, None] / 2 * np.broadcast_to(1 / together + 1 / (models.n * apart), b.shape))

    size, rounded = scale + known, models.small or models.linear or models.form.most_active <= 2
    rounded |= law is not None
    large = np.flatnonzero((importance * square).sum(1) > 30 * size)
    if len(large) and not rounded:
        some = models.take(large)
        loose = np.maximum(_LOOSE * square[large], rows(models.accuracy * size)[large])
        value = np.zeros_like(b[large])
        for piece in _pieces(some, G[large], b[large], loose):
            value[piece.model, piece.feature] = row_values(piece.rows, piece.share, piece.tolerance, False, device)[0]
        least = (some.importance * np.maximum(value + some.squares - loose, 0)).sum(1)
        size = size.copy()
        size[large] = np.maximum(size[large], scale[large if len(scale) > 1 else [0] * len(large)] + least)
    return rows((_SMALL_ACCURACY if rounded else models.accuracy) * size)
