r"""Unit vectors W_i whose largest cosine is as small as possible: descent on a smooth maximum, then the active constraints.

The size of a pair is :math:`|c_{ij}|` for lines, :math:`(1 + c_{ij})/2` for points, with c_ij = W_i·W_j. For powers q, of N =
n(n−1)/2 pairs, the descent is on

.. math:: f_q(W) = \tfrac1q \log \tfrac1N \sum_{i<j} \mathrm{size}_{ij}^q, \qquad
          \log \max \mathrm{size} - \tfrac1q \log N \le f_q \le \log \max \mathrm{size} .

What it ends in depends on the powers: small ones lead to few, even configurations, none at all to many. So starts take turns
through `SCHEDULES`. The end is polished: t = max σ_ij c_ij (σ = sign c for lines, 1 for points) is least where no step d_i in
the tangent spaces, with basis B_i, lowers all that attain it, and a step is the solution of the linear program

.. math:: \min_{t, d} t \quad \text{with} \quad σ_{ij} (c_{ij} + W_j^T B_i d_i + W_i^T B_j d_j) \le t, \qquad |d| \le Δ .

A solution is a corner, and what is free (rotations) is moved all the way. So the shortest step that makes its active
constraints equal is tried beside it: Newton's iteration, once these are the right ones. What is taken is what lowers t more.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog, minimize
from scipy.sparse import csr_matrix

from ..arguments import Floats, whole
from ..thomson import tangent_bases

SCHEDULES: tuple[tuple[int, ...], ...] = ((4,), (64,), (), (4, 16, 64, 256))
"""Powers of the descents, by turns. Measured (hits of 40 to 100 starts each): 15 lines in R³ are found after 4 alone (24 %), ten
points on the sphere without any or after 64, 16 lines in R⁴ after 64 or all, 20 lines in R⁴ after 4 or without any.
"""
STARTS, _LARGE = 64, 100
"""How many descents by default up to `_LARGE` coordinates n(m − 1); fewer beyond, as each takes longer: seconds from 400 on."""
_ITERATIONS = 400
_REACH, _FARTHEST, _NEAREST = 0.1, 0.5, 1e-15
"""How far a vector may move in a step, in radians: at first, at most, and where the steps end."""
_STEPS, _ROUNDING = 60, 4 * float(np.finfo(np.float64).eps)
_NOISE = 1e-14
"""What rounding may leave of a cosine above the least."""
_TIGHT, _SINGULAR = 1e-7, 1e-9
"""What the linear program (of steps scaled to 1) leaves of a slack, and the share of the largest singular value that is none."""


class Least(NamedTuple):
    """`W`: (m, n) unit columns; the `largest` cosine, or size of one; how many descents were made."""

    W: Floats
    largest: float
    starts: int


def least(n: int, m: int, starts: int | None, seed: int, enough: float, *, lines: bool) -> Least:
    """The best end of `starts` descents, None for the default, m ≥ 2; the k-th depends on `seed` and k. None is made after one
    that ends within rounding of `enough`.
    """
    best = None
    if starts is None:
        starts = max(len(SCHEDULES), int(STARTS * min(1.0, (_LARGE / (n * (m - 1))) ** 2)))
    for k, powers in enumerate(islice(cycle(SCHEDULES), starts)):
        W = np.random.default_rng([seed, k]).standard_normal((m, n))
        W = polished(_descended(W, powers, lines), lines=lines)
        found = Least(W, largest(W, lines=lines), k + 1)
        if best is None or found.largest < best.largest:
            best = found
        if best.largest <= enough + _NOISE:
            break
    assert best is not None
    return best._replace(starts=k + 1)


def check_sizes(n: int, m: int, starts: int | None, seed: int) -> None:
    """ValueError unless n ≥ 2, m and starts ≥ 1 and seed ≥ 0 are integers."""
    for name, value, lowest in (
        ("n", n, 2),
        ("m", m, 1),
        ("starts", 1 if starts is None else starts, 1),
        ("seed", seed, 0),
    ):
        whole(name, value, lowest)


def largest(W: Floats, *, lines: bool) -> float:
    """max over i < j of W_i·W_j, or of its size for `lines`."""
    cosines = (W.T @ W)[np.triu_indices(W.shape[1], 1)]
    return float((np.abs(cosines) if lines else cosines).max())


def _unit(W: Floats) -> Floats:
    return np.asarray(W / np.linalg.norm(W, axis=0))


def _descended(W: Floats, powers: tuple[int, ...], lines: bool) -> Floats:
    for power in powers:
        end = minimize(
            smooth_maximum,
            W.ravel(),
            args=(power, W.shape, lines),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _ITERATIONS},
        )
        W = _unit(end.x.reshape(W.shape))
    return _unit(W)


def smooth_maximum(x: Floats, power: int, shape: tuple[int, int], lines: bool) -> tuple[float, Floats]:
    """f_q of the directions of x (m n,), and its gradient; the largest size is taken out, so that no power underflows all."""
    raw = x.reshape(shape)
    norms = np.linalg.norm(raw, axis=0)
    W = raw / norms
    n = shape[1]
    cosines = W.T @ W
    size = np.abs(cosines) if lines else np.maximum(1 + cosines, 0.0) / 2
    np.fill_diagonal(size, 0.0)
    most = float(size.max())
    shares = (size / most) ** power
    total = float(shares.sum())  # each pair twice, as in N·2
    value = np.log(most) + np.log(total / (n * (n - 1))) / power
    slope = np.sign(cosines) if lines else 0.5
    pull = shares * slope / np.where(size > 0, size, 1.0) / total
    gradient = 2 * W @ pull
    gradient -= W * (W * gradient).sum(axis=0)
    return value, (gradient / norms).ravel()


def polished(W: Floats, *, lines: bool) -> Floats:
    """The nearest place where no step lowers the largest cosine, to rounding; W (m, n) unit columns, m ≥ 2."""
    t, reach = largest(W, lines=lines), _REACH
    for _ in range(_STEPS):
        found = _steps(W, t, reach, lines)
        if found is None:
            break
        promised, trials = found
        values = [largest(trial, lines=lines) for trial in trials]
        best = int(np.argmin(values))
        gain = t - values[best]
        if gain > 0:
            W, t = trials[best], values[best]
        if gain > 0.75 * promised:
            reach = min(2 * reach, _FARTHEST)
        elif gain < 0.25 * promised:
            reach /= 4
        if promised <= _ROUNDING or reach < _NEAREST:
            break
    return W


def _steps(W: Floats, t: float, reach: float, lines: bool) -> tuple[float, tuple[Floats, Floats]] | None:
    """By how much the linear program lowers t, and where its step and the shortest one of its active constraints lead; None
    where the program fails.
    """
    m, n = W.shape
    d, bases = m - 1, tangent_bases(W.T)  # (n, m, m − 1)
    radius = reach / np.sqrt(d)
    i, j = np.triu_indices(n, 1)
    cosines = (W.T @ W)[i, j]
    signs = np.sign(cosines) if lines else np.ones_like(cosines)
    near = signs * cosines >= t - 4 * reach  # two vectors move by `reach` each, and t may fall as far
    i, j, signs, cosines = i[near], j[near], signs[near], cosines[near]
    own = np.einsum("kab,ak->kb", bases[i], W[:, j]) * signs[:, None]
    other = np.einsum("kab,ak->kb", bases[j], W[:, i]) * signs[:, None]
    entries = np.hstack([own, other, -np.ones((len(i), 1))])
    places = np.hstack([i[:, None] * d + np.arange(d), j[:, None] * d + np.arange(d), np.full((len(i), 1), n * d)])
    rows = np.repeat(np.arange(len(i)), 2 * d + 1)
    matrix = csr_matrix((entries.ravel(), (rows, places.ravel())), shape=(len(i), n * d + 1))
    slack = (t - signs * cosines) / radius
    bounds = [(-1.0, 1.0)] * (n * d) + [(None, 0.0)]
    program = linprog(np.arange(n * d + 1) == n * d, matrix, slack, bounds=bounds, method="highs")
    if program.x is None:
        return None
    tight = program.slack <= _TIGHT
    shortest = np.linalg.lstsq(matrix[tight].toarray(), slack[tight], rcond=_SINGULAR)[0]

    def moved(step: Floats) -> Floats:
        return _unit(W + radius * np.einsum("nab,nb->an", bases, step[:-1].reshape(n, d)))

    return -radius * float(program.x[-1]), (moved(program.x), moved(shortest))
