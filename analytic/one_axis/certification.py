r"""Three features on one axis, solved with proof: n = 3, m = 1, f(x) = ReLU(WᵀWx + b), equal importances, the global minimum

.. math:: Q_{3,1}(s) = \min_{w, b} \sum_i E(x_i - f_i)^2.

A minimum is found in floats. `search` finds a tree of cells on which K is above it, less the width asked for; `cells` proves
that of each leaf in integers, and a leaf that rounding lets down is bisected again. What is left beside the minimum says how
many features are used.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import sympy

from ..exact import Exact, rational, to_sympy
from ..exact.printed import enclosed
from ..exact.rationals import seconds_of, shown, sparsity_between, whole
from ..n2m1.bias import Certified, certify
from ..n2m1.bias.setting import sealed
from .cells import ONE, ROOT, Bound, Side, halves
from .dropping import third_dropped
from .minimum import lowest
from .search import LEAVES, Level, searched

_WIDTH = Fraction(8, 10**11)
_DEPTH = 12
_ROUNDS, _CROWD = 25, 5000
"""Of the division of cells near a minimiser: how often, and how many at most."""
_CENTRE, _MIDDLE = 13, (1, 1, 1)
"""The place of `LEAVES` with θ₀ at the centre, and its digits."""
Interval = tuple[sympy.Rational, sympy.Rational]


@dataclass(frozen=True, kw_only=True)
class AxisCertified:
    """The least loss of three features on one axis, proved to lie in [loss_lower, loss_upper], exact and at most 1e-10 apart.

    `ratios` hold w₂/w₁ ≤ w₃/w₁ at every minimiser, w₁ the weight of largest size (features may change places). `used`: 3 where
    all weights are proved to differ from 0; 2 where one is proved to be 0, and then the bounds are those of the pair, shifted by
    v, 1e-30 apart; None otherwise. `dropped`: an upper bound on the loss of the best pair and a dropped feature. `certificate` is
    what `verify.certificate` checks again with integers alone, to 1e-10.
    """

    sparsity: sympy.Rational
    loss_lower: sympy.Rational
    loss_upper: sympy.Rational
    ratios: tuple[Interval, Interval]
    used: int | None
    dropped: sympy.Rational
    certificate: Mapping[str, Any] = field(repr=False)

    def __float__(self) -> float:
        """The least loss."""
        return float(self.loss_upper)

    def __repr__(self) -> str:
        ratios = ", ".join(enclosed(*ends) for ends in self.ratios)
        return f"AxisCertified: K = {enclosed(self.loss_lower, self.loss_upper)}, features used: {self.used}, ratios {ratios}"

    def save(self, path: str | Path) -> None:
        """Write the certificate, for `python -m verify.certificate PATH`."""
        if not isinstance(path, str | Path):
            raise ValueError(f"path must be a string or a Path, got {shown(path)}")
        Path(path).write_text(json.dumps(self.certificate), encoding="utf-8")


@dataclass(frozen=True)
class AxisNotCertified:
    """The proof did not close in the time given: what is known of the least loss by `cost_bounds` and by a search, and how many
    cells were left."""

    sparsity: sympy.Rational
    loss_lower: sympy.Rational
    loss_upper: sympy.Rational
    left: int

    def __repr__(self) -> str:
        return f"AxisNotCertified: K = {enclosed(self.loss_lower, self.loss_upper)}, cells left: {self.left}"


def certify_axis(
    features: int, sparsity: Exact, *, width: Exact = _WIDTH, budget: float = 300
) -> AxisCertified | AxisNotCertified:
    """The least loss of three features on one axis over all weights and biases, with proof.

    `features` must be 3; `sparsity` s in (0, 1), exact; `width` in [1e-11, 1e-2], how far apart the bounds may be; `budget` in
    seconds of processor time. ValueError otherwise. Some 10 s for s in [2/5, 9/10], a minute or two below.

    >>> found = certify_axis(3, "1/2", budget=1)  # too little to prove it
    >>> type(found).__name__, round(float(found.loss_upper), 10)
    ('AxisNotCertified', 0.1804491137)
    """
    if whole(features, "features", 1) != 3:
        raise ValueError(f"features must be 3, got {features}")
    s = sparsity_between(sparsity)
    apart = _apart(width)
    deadline = time.process_time() + seconds_of(budget)
    pair = certify(s)
    if not isinstance(pair, Certified):
        raise ArithmeticError(f"the pair is not certified at sparsity {s}")
    p = 1 - s
    bound = Bound(p, round(8 * p))
    point, upper = lowest(bound)
    lower, two = upper - apart, Fraction(pair.certificate["lower"])
    found = searched(Level(float(p), float(upper - apart * Fraction(9, 10)), float(two), bound.shift / 16), deadline)
    proof = Proof(bound, lower, upper, two)
    tree = None if found.left else proof.proved(found.tree, deadline)
    if tree is None:
        least = Fraction(3, 2) * two
        return AxisNotCertified(to_sympy(s), to_sympy(least), to_sympy(upper), found.left or found.leaves)
    body = {
        "kind": "axis",
        "sparsity": str(s),
        "lower": str(lower),
        "upper": str(upper),
        "shift": bound.shift,
        "point": point,
        "tree": tree,
        "pair": dict(pair.certificate),
    }
    used = proof.used()
    rows = list(zip(*(cell[:2] for cell in proof.near), strict=True))
    ratios = [(min(low for low, _ in row), max(high or 0 for _, high in row)) for row in rows]
    v = to_sympy(p / 3 - p * p / 4)
    bounds = (pair.loss_lower + v, pair.loss_upper + v) if used == 2 else (to_sympy(lower), to_sympy(upper))
    return AxisCertified(
        sparsity=to_sympy(s),
        loss_lower=bounds[0],
        loss_upper=bounds[1],
        ratios=tuple((sympy.Rational(low, ONE), sympy.Rational(high, ONE)) for low, high in ratios),  # type: ignore[arg-type]
        used=used,
        dropped=pair.loss_upper + v,
        certificate=sealed(body),
    )


def _apart(width: Exact) -> Fraction:
    apart = rational(width, "width")
    if not Fraction(1, 10**11) <= apart <= Fraction(1, 100):
        raise ValueError(f"width must lie in [1e-11, 1e-2], got {apart}")
    return apart


class Proof:
    """A tree walked once more, each leaf proved in integers."""

    def __init__(self, bound: Bound, lower: Fraction, upper: Fraction, pair: Fraction) -> None:
        self.bound, self.lower, self.upper, self.pair = bound, lower, upper, pair
        self.near: list[tuple[Side, ...]] = []
        """Cells where K > upper is not proved."""

    def proved(self, tree: str, deadline: float) -> str | None:
        """The tree, with leaves that rounding lets down divided; None where one is not proved, or time is up."""
        marks, todo = [], [ROOT]
        for mark in tree:
            cell = todo.pop()
            if mark not in LEAVES:
                marks.append(mark)
                todo += reversed(halves(cell, int(mark)))
                continue
            leaf = self._leaf(cell, LEAVES.index(mark), _DEPTH)
            if leaf is None or time.process_time() > deadline:
                return None
            marks.append(leaf)
        return "".join(marks)

    def _leaf(self, cell: tuple[Side, ...], code: int, depth: int) -> str | None:
        if cell[0][0] >= (cell[1][1] or 0) or self._holds(cell, code):
            return LEAVES[code]
        axis = _longest(cell)
        low, high = cell[axis]
        if not depth or (high is not None and high - low < 4):
            return None
        parts = [self._leaf(half, _CENTRE, depth - 1) for half in halves(cell, axis)]
        return None if None in parts else f"{axis}{parts[0]}{parts[1]}"

    def _holds(self, cell: tuple[Side, ...], code: int) -> bool:
        places = (code // 9, code // 3 % 3, code % 3)
        if self.bound.exceeds(self.upper, self.pair, cell, places):
            return True
        least = self.bound.exceeds(self.lower, self.pair, cell, places)
        if least:
            self.near.append(cell)
        return least

    def used(self) -> int | None:
        """As in `AxisCertified`, from the cells that may hold a minimiser, which are divided as long as that does not say it."""
        for _ in range(_ROUNDS):
            if all(low > 0 or (high or 0) < 0 for cell in self.near for low, high in cell[:2]):
                return 3
            if third_dropped(self.bound.p, [self.bound.biases(cell) for cell in self.near]):
                return 2
            if len(self.near) > _CROWD:
                return None
            cut = [half for cell in self.near for half in halves(cell, _longest(cell))]
            self.near = [half for half in cut if not self.bound.exceeds(self.upper, self.pair, half, _MIDDLE)]
        return None


def _longest(cell: tuple[Side, ...]) -> int:
    lengths = [3 * ONE if high is None else high - low for low, high in cell]
    return lengths.index(max(lengths))
