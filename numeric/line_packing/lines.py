r"""Lines through the origin that meet at angles as large as possible: unit vectors W_i of least coherence max |W_i·W_j|.

What a search finds (`numeric.line_packing.largest_cosine`) is an upper bound of the least coherence. From below, for n > m,
Welch 1974, with equality for equiangular tight frames; and for more than m(m + 1)/2 lines (Conway, Hardin, Sloane,
Experimental Mathematics 5 (1996) 139–159),

.. math:: \max_{i \ne j} |W_i \cdot W_j| \ge \sqrt{\frac{n - m}{m (n - 1)}}, \qquad
          \max_{i \ne j} |W_i \cdot W_j| \ge \frac1{\sqrt m} \quad (n > m(m + 1)/2) .

Where negative cosines do no harm, as to a ReLU, the problem is `numeric.line_packing.codes`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from scipy.special import betainc

from ..arguments import Floats, number, whole
from ..printed import brief
from .largest_cosine import check_sizes, least


@dataclass(frozen=True)
class LinePacking:
    """`W`: (m, n) unit columns; `coherence`: the largest |cosine| of two of them; `starts`: how many descents were made."""

    W: Floats
    coherence: float
    starts: int

    def __repr__(self) -> str:
        return brief(self)


class KnownCoherence(NamedTuple):
    """A published least coherence, how far rounding may have moved it, and where it is from."""

    coherence: float
    rounding: float
    source: str


def least_coherence(n: int, m: int, *, starts: int | None = None, seed: int = 0, enough: float = 0.0) -> LinePacking:
    """The least coherent of `starts` descents, n ≥ 2 and m ≥ 1; None: 64 for up to 100 coordinates n(m − 1), fewer beyond.
    No more are made once one is at most `enough`, or so low that
    it is proved to be least.

    Every packing of `known_coherences` is reached with the default arguments. ValueError on sizes out of range.

    >>> round(least_coherence(6, 3, starts=4).coherence, 12)  # the diagonals of the icosahedron: 1/√5
    0.4472135955
    """
    check_sizes(n, m, starts, seed)
    number("enough", enough)
    if n <= m or m == 1:
        return LinePacking(np.eye(m, n) if n <= m else np.ones((1, n)), float(n > m), 0)
    return LinePacking(*least(n, m, starts, seed, max(enough, lower_bound(n, m)), lines=True))


@lru_cache(maxsize=1)
def known_coherences() -> Mapping[tuple[int, int], KnownCoherence]:
    """Published least coherences by (n, m), carried in `line_packings.csv`: proved where they meet a bound, and for (8, 3)."""
    text = Path(__file__).with_name("line_packings.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType(
        {
            (int(row["n_lines"]), int(row["dim"])): KnownCoherence(
                float(row["coherence"]), float(row["rounding"]), row["source"]
            )
            for row in rows
        }
    )


def welch_bound(n: int, m: int) -> float:
    """No n ≥ 1 unit vectors in m ≥ 1 dimensions are less coherent; 0 for n ≤ m. ValueError otherwise."""
    n, m = whole("n", n, 1), whole("m", m, 1)
    return float(np.sqrt((n - m) / (m * (n - 1)))) if n > m else 0.0


def lower_bound(n: int, m: int) -> float:
    """The larger of the two bounds above; cos π/n in the plane, where neighbours are not all farther than π/n apart. n, m ≥ 1."""
    n, m = whole("n", n, 1), whole("m", m, 1)
    if m == 2 and n > 2:
        return float(np.cos(np.pi / n))
    return max(welch_bound(n, m), float(m**-0.5) if n > m * (m + 1) / 2 else 0.0)


def chance_of_cosine_above(epsilon: float, m: int) -> float:
    r"""P(|u·v| > ε) of independent uniform directions in m ≥ 2 dimensions: :math:`I_{1-ε^2}(\tfrac{m-1}2, \tfrac12)`.

    0 ≤ ε ≤ 1; ValueError otherwise.
    """
    epsilon, m = number("epsilon", epsilon, "[0, 1]"), whole("m", m, 2)
    return float(betainc((m - 1) / 2, 0.5, (1 - epsilon) * (1 + epsilon)))


def random_directions(epsilon: float, m: int) -> int:
    r"""The largest n with :math:`\binom n2 P(|u \cdot v| > ε) < 1`: so many random directions have coherence at most ε with
    positive probability, so such a set exists. 0 ≤ ε < 1 (at 1 every n does), m ≥ 2; ValueError otherwise.
    """
    chance = chance_of_cosine_above(number("epsilon", epsilon, "[0, 1)"), m)
    if chance == 0:
        raise ValueError(f"epsilon and m must leave a chance above 1e-308, got {epsilon} and {m}")
    n = int((1 + np.sqrt(1 + 8 / chance)) / 2)
    return n if n * (n - 1) / 2 * chance < 1 else n - 1
