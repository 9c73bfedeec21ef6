r"""Learning coefficients of minima of K, decided without algebra.

λ is the exponent of vol{K < K* + ε} ≍ ε^λ (log 1/ε)^{m−1} near a minimum, m its multiplicity.

**Lemma.** If near w* the set {K = K*} is a manifold N of codimension r and
:math:`c_1\, d(w, N)^2 \le K - K^* \le c_2\, d(w, N)^2`, then λ = r/2 and m = 1. (Integrate over a tube around N.)

Kinks do not matter: the upper bound asks for a Lipschitz gradient. N is known by symmetry: rotations W ↦ AW, and what a feature
that never acts leaves free. The lower bound is certified: with tangents t of N, all LDLᵀ pivots of H + Σ ttᵀ are balls above 0,
so that H is positive definite across N; or, at a kink, `analytic.learning_coefficient.kink`. A pivot below 0 certifies a descent.
Where the two bounds on the rank do not meet, nothing is said, but for pitchforks of the smallest model
(`analytic.learning_coefficient.splitting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sympy
from flint import fmpq
from sympy import Expr, Rational

from ..exact import is_zero
from ..one_sparse import ExactEntry
from ..one_sparse.pair import Kink, Undecided
from ..one_sparse.potential import Derivatives
from ..one_sparse.signs import independent, lifted, pivots, rotations
from .kink import kinked, zero_set
from .point import Model, read_point
from .splitting import growth
from .square import grows

Reason = Literal[
    "regular modulo its symmetry",
    "quadratic growth across a kink",
    "free angles, K = 0",
    "pitchfork",
    "saddle",
    "undecided",
]
_BITS = (128, 256, 512)


@dataclass(frozen=True)
class FlatDirection:
    """Directions in which K is constant: of `count` dimensions, by a rotation or for a feature that never acts."""

    kind: Literal["rotation", "bias of a feature that never acts", "weights of a feature that never acts", "angle"]
    count: int


@dataclass(frozen=True)
class LearningCoefficient:
    """λ = `value` (rational) and m = `multiplicity`, both None where there is none or it is not proved; `reason` says which.

    `flat`: where K is constant. `negative`: descents that are certified, as many independent ones.
    """

    value: sympy.Rational | None
    multiplicity: int | None
    reason: Reason
    flat: tuple[FlatDirection, ...]
    negative: int

    def __float__(self) -> float:
        if self.value is None:
            raise ValueError(f"a learning coefficient must be proved to be a float, got {self.reason}")
        return float(self.value)


def learning_coefficient(point: Any) -> LearningCoefficient:
    """λ of a critical point of K: of a `KGon` (c features) or anything with `.W`, `.b`, `.law` and `.importance`, as `Point`.

    Laws: `OneHot`, and `Independent` of one sparsity for at most `MOST_FEATURES` features. ValueError for a gradient that is
    certainly not 0, and for what cannot be read. Never a guess: `.value` is None unless proved.

    >>> from analytic.one_sparse import polygons
    >>> [learning_coefficient(polygons(k)[0]).value for k in (3, 4, 5)]
    [3, 11/2, 7]
    """
    model = read_point(point)
    found = _critical(model)
    if found is None:
        return _undecided(())
    if free := _free_angles(model, found):
        return free
    flat = _flat(model, found)
    pairs = kinked(found) if model.one_sparse else []
    if pairs:
        return _at_kink(model, found, flat, pairs)
    best = _undecided(tuple(flat))
    for bits in _BITS:
        try:
            best = _regular(model, model.balls(bits))
        except (Undecided, Kink):
            continue
        if best.reason != "undecided":
            return best
    return _degenerate(model) or best


def _degenerate(model: Model) -> LearningCoefficient | None:
    """Of the smallest model at W = (w, ±w), by the first derivative across that does not vanish."""
    orders = None if model.smallest is None else growth(model.W[0], model.smallest)
    if orders is None:
        return None
    if falling := sum(order < 0 for order in orders):
        return LearningCoefficient(None, None, "saddle", (), min(falling, 1))
    return LearningCoefficient(Rational(1, 2) + Rational(1, max(orders)), 1, "pitchfork", (), 0)


def _critical(model: Model) -> Derivatives | None:
    """The derivatives, None where no precision decides their signs; ValueError where the gradient is not 0."""
    for bits in _BITS:
        try:
            found = model.balls(bits)
        except Undecided:
            continue
        except Kink:
            return None
        for place, entry in enumerate(found.gradient):
            if entry > 0 or entry < 0:
                where = f"W (row {place // model.n}, column {place % model.n})"
                name = where if place < model.m * model.n else f"b (entry {place - model.m * model.n})"
                raise ValueError(f"point must be critical, got a derivative of {float(entry):.3g} in {name}")
        return found
    return None


def _regular(model: Model, found: Derivatives) -> LearningCoefficient:
    flat = _flat(model, found)
    free = _free_coordinates(model, found)
    kept = [i for i in range(len(found.hessian)) if i not in free]
    turns = [[t[i] for i in kept] for t in rotations(found.W, model.n if model.biased else 0)]
    signs = pivots(lifted([[found.hessian[i][j] for j in kept] for i in kept], turns))
    if negative := signs.count(-1):
        return LearningCoefficient(None, None, "saddle", tuple(flat), negative)
    if signs.count(1) < len(kept):
        return _undecided(tuple(flat))
    return _proved(len(kept) - independent(turns), "regular modulo its symmetry", flat)


def _at_kink(
    model: Model, found: Derivatives, flat: list[FlatDirection], pairs: list[tuple[int, int]]
) -> LearningCoefficient:
    if model.unimportant or not all(isinstance(entry, fmpq) for row in found.hessian for entry in row):
        return _undecided(tuple(flat))
    dimension, known = zero_set(found, pairs), sum(part.count for part in flat)
    if dimension != known and not grows(found, sorted(_free_coordinates(model, found))):
        return _undecided(tuple(flat))
    return _proved(len(found.hessian) - known, "quadratic growth across a kink", flat)


def _free_angles(model: Model, found: Derivatives) -> LearningCoefficient | None:
    """Columns of norm 1 exactly, biases 0 and all products negative, beside u dropped features, W_j = 0 and b_j < 0.

    The own terms e² − 3eb + 3b² (e = 1 − l²) of each feature are all that is of second order; the others, b³/|g| for b > 0, are
    less. Beside dropped features there must be m + 1 such columns: at obtuse angles to each other they span all of space with
    positive coefficients (a dependence cᵢ with both signs would have 0 ≤ |Σ₊ cᵢWᵢ|² = Σ₊Σ₋ cᵢ|cⱼ| Wᵢ·Wⱼ < 0), so that
    Σᵢ (Wᵢ·Wⱼ)₊² is at least a multiple of |Wⱼ|²: λ = ½ (2(m + 1) + mu).
    """
    if not (model.one_sparse and model.biased) or model.unimportant:
        return None
    n, m, W = model.n, model.m, found.W
    columns = list(zip(*model.W, strict=True))
    live = [j for j in range(n) if not all(row[j] == 0 for row in W)]
    dropped = [j for j in range(n) if j not in live]
    if not all(found.b[j] == 0 and _unit(columns[j]) for j in live) or not all(found.b[j] < 0 for j in dropped):
        return None
    if dropped and len(live) != m + 1:
        return None
    if not all(sum((row[i] * row[j] for row in W[1:]), W[0][i] * W[0][j]) < 0 for i in live for j in live if i < j):
        return None
    rotating = FlatDirection("rotation", independent(rotations(W, n)))
    angles = (m - 1) * len(live) - rotating.count
    flat = [rotating, FlatDirection("angle", angles)]
    flat.append(FlatDirection("bias of a feature that never acts", len(dropped)))
    reason: Reason = "quadratic growth across a kink" if dropped else "free angles, K = 0"
    return _proved(2 * len(live) + m * len(dropped), reason, flat)


def _unit(column: Sequence[ExactEntry]) -> bool:
    """Whether a column has norm 1, proved; an enclosure proves no equality."""
    exact = [entry for entry in column if isinstance(entry, Expr)]
    return len(exact) == len(column) and is_zero(sympy.Add(*(entry**2 for entry in exact)) - 1)


def _flat(model: Model, found: Derivatives) -> list[FlatDirection]:
    free = _free_coordinates(model, found)
    edge = model.m * model.n
    parts = [
        FlatDirection("rotation", independent(rotations(found.W, 0))),
        FlatDirection("bias of a feature that never acts", sum(i >= edge for i in free)),
        FlatDirection("weights of a feature that never acts", sum(i < edge for i in free)),
    ]
    return [part for part in parts if part.count]


def _free_coordinates(model: Model, found: Derivatives) -> set[int]:
    """Coordinates on which K does not depend near the point: of features with W_j = 0, b_j < 0 (output 0 on every input) the
    bias; the weights, where exactly one feature is active and no other output acts on it, every bias being negative."""
    if not model.biased:
        return set()
    free: set[int] = set()
    unseen = model.one_sparse and all(b < 0 for b in found.b)
    for j in range(model.n):
        if found.b[j] < 0 and all(row[j] == 0 for row in found.W):
            free.add(model.m * model.n + j)
            if unseen:
                free |= {a * model.n + j for a in range(model.m)}
    return free


def _proved(codimension: int, reason: Reason, flat: Sequence[FlatDirection]) -> LearningCoefficient:
    kept = tuple(part for part in flat if part.count)
    return LearningCoefficient(sympy.Rational(codimension, 2), 1, reason, kept, 0)


def _undecided(flat: tuple[FlatDirection, ...]) -> LearningCoefficient:
    return LearningCoefficient(None, None, "undecided", flat, 0)
