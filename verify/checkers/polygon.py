r"""Certificates that the regular pentagon or hexagon is optimal.

The model is f(x) = ReLU(WᵀWx + b), W of 2 × c; one of c features is active, its
value uniform on [0, 1]. The proof in full is figures/pages/pentagon.md; what is left to numbers is checked here.

H = 3cK = Σ_i own(l_i², b_i) + Σ_{i≠j} φ(g_ij, b_i), l_i the norms, all terms ≥ 0. In the order of the angles, with gaps δ_k that
sum to 2π, H ≥ Σ_k E(link k), E = F(l₁², g, b₁) + F(l₂², g, b₂), F = own/2 + φ, g = l₁l₂C, C = cos δ, own(a, b) = 1 + A(a, b)
− 2B(a, b), φ = A(g, b), A = 3E(ax + b)⁺², B = 3E x(ax + b)⁺. A line in δ falls from h/c at 2π/c, so over the gaps it sums to h;
for C ≤ `lowest` it is negative. In every link E > level or E > line, but for the contact, where E = line. For c = 5 the level
is h. For c = 6 it is m = h₆ − h₅: by the theorem for 5, a feature or a link that costs more than m leaves h₅ for the rest; so
own + φ ≤ m may be assumed of each feature.

* Leaf: A lies above a tangent, −B above its values at vertices; (l₁², l₂², g, C) is in the hull of 18 Bernstein points; −line is
  concave in C. Slabs of b cover [−P², β*(p²)]: for b ≤ −a own is 1, for b ≥ β* own and φ rise. Where l₁ ≤ l₂: by symmetry.
* A leaf around the contact may leave out slabs of one bias within the box, once for each: in the box E − line is convex, its
  Hessian M + Δ, |Δ_ij| ≤ R_ij, being positive definite as M − diag(Σ_j R_ij w_j/w_i) is; its gradient is 0 at the contact.
* Longer norms: own ≥ ((a − 1)/(a + 1))² for a ≥ 1. Shorter ones, c = 6: l_i ≤ t has g_ij ≥ −G, so own_i + 5φ(−G, b_i) > m.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any

from .contact import FINE, Contact
from .convexity import convex
from .intervals import BALL, BITS, ONE, WHOLE
from .link import UNIT, Link
from .tree import Rejected, leaves

MOST_LEAVES, MOST_PIECES = 20_000, 20_000


def halves(cell: list[int], axis: int) -> tuple[list[int], list[int]]:
    k = 2 * axis
    middle = (cell[k] + cell[k + 1]) // 2
    return [*cell[: k + 1], middle, *cell[k + 2 :]], [*cell[:k], middle, *cell[k + 1 :]]


def nearly_dead(least: int, most: int, level: int) -> bool:
    """Whether own + 5φ(−G, b) > level for l ≤ least, G = least · most: on slabs of b in [0, 1/2]; elsewhere it is not less."""
    t, G, bound = Fraction(least, ONE), Fraction(least * most, ONE**2), Fraction(level, UNIT)
    u, cuts = 1 - t * t, [Fraction(k, 512) for k in range(257)]
    for low, high in pairwise(cuts):
        away = max(u / 2 - high, Fraction(0))
        seen = low**3 / G if low <= G else G * G - 3 * G * low + 3 * low * low
        if not 3 * away**2 + u * u / 4 + 5 * seen > bound:
            return False
    return u * u > bound


def theorem(document: Any) -> str:
    """The theorem that a certificate proves, in one sentence. Raises Rejected."""
    c = document["features"]
    if document["kind"] != "polygon" or isinstance(c, bool) or c not in (5, 6):
        raise Rejected("this is no certificate of 5 or 6 features")
    level = Contact(c).potential
    if c == 6:
        level = level - Contact(5).potential
    link = Link(c, level)
    check(link, document, partial(convex, link.at))
    if c == 6:
        if document["below"]["features"] != 5:
            raise Rejected("a certificate of 6 features needs that of 5")
        theorem(document["below"])
    at = link.at
    low, high = (Fraction(end, 3 * c * WHOLE) for end in (at.potential.low, at.potential.high))
    norm, bias = (float(Fraction(x.low, WHOLE)) for x in (at.norm, at.bias))
    return (
        f"For one active feature among {c} in two dimensions the least loss over all W and b is attained and lies in "
        f"[{float(low):.15g}, {float(high):.15g}] (width {float(high - low):.0e}); every global minimiser is the regular "
        f"{c}-gon of norm {norm:.12g} and bias {bias:.12g}, one up to rotation, reflection and order."
    )


def check(link: Link, document: Any, convex: Callable[[list[int]], bool]) -> None:
    """Every inequality of the document, with what makes pieces around the contact `convex`. Raises Rejected."""
    at, c = link.at, document["features"]
    least, most, lowest = (int(document[key]) for key in ("least", "most", "lowest"))
    a = most * most
    if not (most > ONE and (a - UNIT) ** 2 * UNIT > (2 if c == 5 else 1) * link.level * (a + UNIT) ** 2):
        raise Rejected("longer norms may cost less")
    if not (least == 0 if c == 5 else least > 0 and nearly_dead(least, most, link.level)):
        raise Rejected("shorter norms may cost less")
    if not (0 < lowest < ONE and link.line(lowest) < 0):
        raise Rejected("the line is not negative at the lowest cosine")
    near = [[int(end) for end in document["near"][key]] for key in ("norm", "bias", "cosine")]
    for (low, high), x in zip(near, (at.norm, at.bias, at.cosine), strict=True):
        if not (low << BALL - BITS < x.low and x.high < high << BALL - BITS):
            raise Rejected("the contact is not in its box")
    norm, bias, cosine = near
    cells = leaves(document["tree"], [least, most, least, most, lowest, ONE], 3, halves, MOST_LEAVES)
    for piece in leaves(document["pieces"], [*norm, *norm, *bias, *bias, *cosine], 5, halves, MOST_PIECES):
        if not convex(piece):
            raise Rejected("the link is not convex around the contact")
    mask, box = [b << FINE - BITS for b in bias], [*norm, *norm, *cosine]
    for cell in cells:
        if cell[1] <= cell[2] or link.above(cell, ([], [])):
            continue
        within = all(cell[k] >= box[k] and cell[k + 1] <= box[k + 1] for k in (0, 2, 4))
        if not (within and link.above(cell, (mask, [])) and link.above(cell, ([], mask))):
            raise Rejected("a leaf of the tree is not above the line")
