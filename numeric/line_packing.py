r"""Lines through the origin that meet at angles as large as possible: unit vectors W_i of least coherence max |W_i·W_j|.

Descent on the smooth maximum, with c the cosines of the N = n(n−1)/2 pairs,

.. math:: f_q(W) = \tfrac1{q} \log \tfrac1N \sum_{i<j} |c_{ij}|^q, \qquad
          \max |c| - \tfrac1q \log N \le e^{f_q} \le \max |c|

(the left side to first order), for q rising by factors of four, from random starts. What comes out is an upper bound of the
least coherence. From below (Welch 1974), with equality for equiangular tight frames:

.. math:: \max_{i \ne j} |c_{ij}| \ge \sqrt{\frac{n - m}{m (n - 1)}}, \qquad n \ge m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betainc

from .arguments import Floats

_POWERS = tuple(4**k for k in range(1, 12))
_ITERATIONS = 400


@dataclass(frozen=True)
class LinePacking:
    """`W`: (m, n) unit columns; `coherence`: the largest |cosine| of two of them; `starts`: how many descents were made."""

    W: Floats
    coherence: float
    starts: int


def least_coherence(n: int, m: int, *, starts: int = 8, seed: int = 0, enough: float = 0.0) -> LinePacking:
    """The least coherent of `starts` descents, n ≥ 2 and m ≥ 1; no more are made once one is at most `enough`.

    ValueError on sizes out of range.
    """
    for name, value, least in (("n", n, 2), ("m", m, 1), ("starts", starts, 1)):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
    best = None
    for k in range(starts):
        W = _descend(np.random.default_rng([seed, k]).standard_normal((m, n)))
        found = LinePacking(W, _coherence(W), k + 1)
        if best is None or found.coherence < best.coherence:
            best = found
        if best.coherence <= enough:
            break
    assert best is not None
    return LinePacking(best.W, best.coherence, k + 1)


def welch_bound(n: int, m: int) -> float:
    """No n unit vectors in m dimensions are less coherent; 0 for n ≤ m."""
    return float(np.sqrt((n - m) / (m * (n - 1)))) if n > m else 0.0


def chance_of_cosine_above(epsilon: float, m: int) -> float:
    r"""P(|u·v| > ε) of independent uniform directions in m ≥ 2 dimensions: :math:`I_{1-ε^2}(\tfrac{m-1}2, \tfrac12)`."""
    return float(betainc((m - 1) / 2, 0.5, 1 - epsilon**2))


def random_directions(epsilon: float, m: int) -> int:
    r"""The largest n with :math:`\binom n2 P(|u \cdot v| > ε) < 1`: so many random directions have coherence at most ε with
    positive probability, so such a set exists.
    """
    chance = chance_of_cosine_above(epsilon, m)
    n = int((1 + np.sqrt(1 + 8 / chance)) / 2)
    return n if n * (n - 1) / 2 * chance < 1 else n - 1


def _coherence(W: Floats) -> float:
    return float(np.abs(np.triu(W.T @ W, 1)).max())


def _descend(start: Floats) -> Floats:
    m, n = start.shape
    W = start / np.linalg.norm(start, axis=0)
    for power in _POWERS:
        end = minimize(
            _smooth_maximum,
            W.ravel(),
            args=(power, m, n),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": _ITERATIONS},
        )
        found = end.x.reshape(m, n)
        found = found / np.linalg.norm(found, axis=0)
        if _coherence(found) < _coherence(W) or power == _POWERS[0]:
            W = np.asarray(found)
    return np.asarray(W)


def _smooth_maximum(x: Floats, power: int, m: int, n: int) -> tuple[float, Floats]:
    """f_q of the directions of x (m n,), and its gradient; the largest cosine is taken out, so that no power underflows all."""
    raw = x.reshape(m, n)
    norms = np.linalg.norm(raw, axis=0)
    W = raw / norms
    cosines = W.T @ W
    np.fill_diagonal(cosines, 0.0)
    size = np.abs(cosines)
    largest = float(size.max())
    shares = (size / largest) ** power
    total = float(shares.sum())  # each pair twice, as in N·2
    value = np.log(largest) + np.log(total / (n * (n - 1))) / power
    pull = np.where(size > 0, shares / np.where(size > 0, cosines, 1.0), 0.0) / total
    gradient = 2 * W @ pull
    gradient -= W * (W * gradient).sum(axis=0)
    return value, (gradient / norms).ravel()
