r"""Points on a sphere as far apart as possible (Tammes' problem): unit vectors W_i of least max W_i·W_j, a spherical code.

ReLU cuts negative cosines off, so features without interference above a level are a code, not a packing of lines
(`numeric.line_packing`), in which opposite vectors count as near. From below (Rankin 1955), with equality for the simplex and
for m + 2 to 2m points of an orthoplex:

.. math:: \max_{i \ne j} W_i \cdot W_j \ge -\frac1{n - 1}, \qquad \max_{i \ne j} W_i \cdot W_j \ge 0 \quad (n > m + 1) .
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arguments import Floats, number
from ..geometry import simplex
from ..printed import brief
from .largest_cosine import check_sizes, least

TAMMES: dict[int, float] = {
    7: 0.210138313,
    8: 0.261203875,
    9: 1 / 3,
    10: 0.404394325,
    12: 0.447213596,
    24: 0.723078469,
}
"""Proved least cosines of n points on the sphere, nine decimals: Schütte, van der Waerden (1951), Danzer (1963, published 1986),
Robinson (1961), Fejes Tóth (1943).
"""


@dataclass(frozen=True)
class SphericalCode:
    """`W`: (m, n) unit columns; `cosine`: the largest of two of them; `starts`: how many descents were made."""

    W: Floats
    cosine: float
    starts: int

    def __repr__(self) -> str:
        return brief(self)

    @property
    def angle(self) -> float:
        """The least angle between two points, in radians."""
        return float(np.arccos(np.clip(self.cosine, -1, 1)))


def least_cosine(n: int, m: int, *, starts: int | None = None, seed: int = 0, enough: float = -1.0) -> SphericalCode:
    """The code of least largest cosine of `starts` descents, n ≥ 2 and m ≥ 1; None: 64 for up to 100 coordinates n(m − 1),
    fewer beyond. No more are made once one is at most `enough`, or
    so low that it is proved to be least.

    ValueError on sizes out of range.

    >>> round(least_cosine(8, 3, starts=4).cosine, 9)  # a square antiprism, not the cube
    0.261203875
    """
    check_sizes(n, m, starts, seed)
    number("enough", enough)
    if n <= m + 1:
        return SphericalCode(np.eye(m, n - 1) @ simplex(n - 1), -1 / (n - 1), 0)
    if m == 1:
        return SphericalCode(np.resize([1.0, -1.0], (1, n)), 1.0, 0)
    proved = float(np.cos(2 * np.pi / n)) if m == 2 else 0.0
    return SphericalCode(*least(n, m, starts, seed, max(enough, proved), lines=False))
