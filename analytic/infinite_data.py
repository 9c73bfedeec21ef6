r"""Which regular polygon of features infinite data would store in two dimensions, in the limit of sparse features.

Of n ≥ k features, k are stored as a regular k-gon, one norm √t and one bias b for all, the rest dropped (column 0, bias 0).
In the sparse limit, s → 1, at most one feature is active. Dropping costs M = E x² for each active feature; what storing k of
them saves, in units of M, is S_k. The total is M (n − S_k): whatever n is, the best k ≤ n is that of largest S_k.

**Bias zero.** An active feature x costs x² ((1 − t)² + t² Σ_{j≠0} (c_j)₊²), c_j = cos(2πj/k), whatever the law of x: only its
second moment enters. With C_k = Σ_j (c_j)₊² (j = 0 included) the saving is k(2t − t² C_k): k(2 − C_k) at norm 1, and S_k = k/C_k
at the best t = 1/C_k. Opposite j share Σ_j c_j² = k/2, so C_k = k/4 for even k ≥ 4; for k = 4q ± 1 the sum runs over |j| < k/4,
and since 2 sin θ cos 2jθ = sin(2j + 1)θ − sin(2j − 1)θ it is (k ± 1)/4 ∓ 1/(4 cos(π/k)):

.. math:: S_k = 4 \quad (k \ge 4 \text{ even}), \qquad
          S_k = 4 \Big/ \Bigl(1 \mp \frac{\sec(π/k) - 1}{k}\Bigr) \quad (k = 4q \pm 1).

Only k = 5, 9, 13, … exceed 4, and (sec(π/k) − 1)/k falls with k: **the pentagon saves most of all k**, S_5 = 5(7 + √5)/11. At
norm 1 as well: k(2 − C_k) ≤ k(2 − (k + 1 − sec(π/5))/4) for k ≥ 6, which falls with k and is below 3.4, and the pentagon saves
4.04. That is the published argument, and it gives five.

**Best bias.** Five does not survive a free bias. A negative one cuts interference off, and then the law of x matters: for U[0, 1]
(`analytic.polytope_loss.sparse_limit`) the heptagon saves most (certified for the k that are asked for, not for all), and
where an active x has always the same value every k-gon is stored without loss (`analytic.memorised`), so that S_k = k has no
maximum.

**Not shown:** that a regular polygon is best of all W, or a minimum. Inputs scaled to ‖x‖ = 1 are not independent; at bias zero
that only changes M, as long as no two of the stored features are active together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from sympy import Expr

from .exact import Enclosure, closed_form, sign
from .exact.rationals import choice, digits_of, whole
from .polytope_loss import sparse_optimum
from .polytopes import polytope

Rule = Literal["unit_norm", "zero_bias", "best_bias"]


@dataclass(frozen=True)
class PolygonSaving:
    """What k features stored as a k-gon save, in units of the cost E x² of one dropped feature.

    `unit_norm`: norm 1, bias 0; `zero_bias`: best norm, bias 0, with t = ‖W_i‖² = `square_norm`; all exact, for any law of x.
    `best_bias`: best norm and bias b ≤ 0 for x ~ U[0, 1], enclosed.
    """

    corners: int
    unit_norm: Expr
    zero_bias: Expr
    square_norm: Expr
    best_bias: Enclosure


def polygon_saving(corners: int, digits: int = 20) -> PolygonSaving:
    """The savings of the k-gon; `best_bias` within 10^−digits. ValueError unless k ≥ 2.

    >>> polygon_saving(5).zero_bias
    5*sqrt(5)/11 + 35/11
    """
    return _polygon_saving(whole(corners, "corners", 2), digits_of(digits))


@lru_cache(maxsize=256)
def _polygon_saving(corners: int, digits: int) -> PolygonSaving:
    shape = polytope(f"{corners}-gon")
    overlap = closed_form(1 + shape.interference_energy / corners)  # C_k
    # k active features cost 3 L_1 in units of E x² = 1/3.
    lost = sparse_optimum(shape).enclose(digits + 1).loss
    return PolygonSaving(
        corners,
        closed_form(corners * (2 - overlap)),
        closed_form(corners / overlap),
        closed_form(1 / overlap),
        Enclosure(corners - 3 * lost.midpoint, 3 * lost.radius),
    )


def polygon_savings(largest: int, digits: int = 20) -> tuple[PolygonSaving, ...]:
    """k = 2, …, `largest`. ValueError unless `largest` ≥ 2."""
    return tuple(polygon_saving(k, digits) for k in range(2, whole(largest, "largest", 2) + 1))


def best_polygon(largest: int, rule: Rule) -> PolygonSaving:
    """The k-gon, 2 ≤ k ≤ `largest`, that saves strictly more than each of the others under the rule: proved, not rounded.

    ValueError for another rule; ArithmeticError where none does.
    """
    choice(rule, "rule", get_args(Rule))
    savings = polygon_savings(largest)
    best = [one for one in savings if all(one is other or _saves_more(one, other, rule) for other in savings)]
    if not best:
        raise ArithmeticError(f"no k-gon up to k = {largest} has been proved to save more than each of the others")
    return best[0]


def _saves_more(one: PolygonSaving, other: PolygonSaving, rule: Rule) -> bool:
    if rule == "best_bias":
        a, b = one.best_bias, other.best_bias
        return bool(a.midpoint - a.radius > b.midpoint + b.radius)
    return sign(getattr(one, rule) - getattr(other, rule)) > 0
