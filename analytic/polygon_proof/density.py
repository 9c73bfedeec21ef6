r"""Independent features: for small densities p the minimisers of five features in two dimensions are regular pentagons.

**Theorem** (problem MAIS-O40). Let each of five features be active with probability p, its value then uniform on [0, 1], and
f(x) = ReLU(WᵀWx + b). For every p in (0, p₀] the infimum of K = E‖x − f‖² over W ∈ R^{2×5}, b ∈ R⁵ is attained, and the columns
of every global minimiser are a regular pentagon of one norm with one bias.

*Proof.* By the number of active features, with q = 1 − p and H = 3·5·K of exactly one active feature,

.. math:: \Phi = \frac{3K}{pq^4} = H + \frac{3q}{p} \sum_i (b_i^+)^2 + M, \qquad
          M = 3 \sum_{|T| \ge 2} (p/q)^{|T|-1} E_T \|x - f\|^2 \ge 0,

E_T with just the features of T active. M rises with p.

1. *Close to the pentagon.* A rational point close to the best pentagon of H has Φ ≤ h + ε at p₀, so at every p ≤ p₀. Where Φ is
   not larger, H ≤ h + ε. The link inequality, its line and its level raised by ε, holds outside a box around the contact (a tree
   of cells as for ε = 0); and E ≥ line or E > h everywhere (`certify_polygon`). A link of E > h + ε costs too much. So all
   links have E ≥ line, Σ (E − line) ≤ H − h ≤ ε, no link has E > line + ε, and all five lie in the box. These places are bounded,
   so Φ attains its infimum, in the box.
2. *Convex there.* In norms l, biases b and gaps δ with Σ δ = 2π the box is convex. All b are negative and features that are not
   neighbours do not see each other under H, so H = Σ E(link), and the Hessian of each link is at least λ (bisection), so that of
   H is in (l, b, δ). M is never more concave than −`bend`: for z_i = Σ_T g_ij x_j + b_i

   .. math:: \nabla^2 E (x_i - z_i^+)^2 \ge -2 E[x_i\,\delta(z_i)\,\nabla z_i \nabla z_i^T]
             + 2 E[(z_i^+ - x_i)\,1_{z_i > 0}\,\nabla^2 z_i],

   and x_i ≤ 1 is uniform with slope l_i² in z_i, so the first mean is at most max |∇z_i|²/l_i². As λ > `bend`, Φ is strictly
   convex.
3. *Regular.* So Φ has one minimum in the box. Turning and reflecting the order of the features maps the box to itself and keeps
   K, so this keeps the minimum: all norms, all biases, all gaps are equal. ∎
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import comb
from pathlib import Path
from typing import Any

import flint
import sympy

from ..exact.enclosures import ball_ends
from ..exact.rationals import seconds_of, shown, to_sympy
from ..law import Independent
from ..loss import expected_loss
from .certification import CertifiedPolygon, certify_polygon, document
from .contact import PRECISION, Contact, contact, outward
from .convexity import convex_in_gap, pieces
from .link import Link
from .search import BITS, MOST, ONE, Cover, Near, bisected, near_contact, root_cell

_REACH, _BIAS_REACH = ONE // 250, ONE // 125
"""Of the box, in norms and cosine and in the biases."""
_EXCESS = Fraction(1, 125_000)
_LEAST = Fraction(1, 100)
"""ε, λ."""
_PAIRS = 8
"""M is less than 8p at the pentagon."""


@dataclass(frozen=True, kw_only=True)
class SmallDensity:
    """For every p in (0, `density`] the minimisers of five independent features in two dimensions are regular pentagons.

    `excess` ε, `convexity` λ, `bend`: see the module; exact rationals. `leaves` of the tree, `pieces` of the box. `certificate`
    is what `verify.certificate` checks again in integers.
    """

    density: sympy.Rational
    excess: sympy.Rational
    convexity: sympy.Rational
    bend: sympy.Rational
    leaves: int
    pieces: int
    certificate: Mapping[str, Any] = field(repr=False)

    def __repr__(self) -> str:
        return (
            f"SmallDensity: regular pentagons for 0 < p <= {self.density} ({self.leaves} leaves, {self.pieces} pieces, "
            f"convexity {float(self.convexity):.3g} over {float(self.bend):.3g})"
        )

    def save(self, path: str | Path) -> None:
        """Write the certificate, for `python -m verify.certificate PATH`."""
        if not isinstance(path, str | Path):
            raise ValueError(f"path must be a string or a Path, got {shown(path)}")
        Path(path).write_text(json.dumps(self.certificate), encoding="utf-8")


def pentagon_density(*, budget: float = 600) -> SmallDensity:
    """The theorem of the module, proved anew; `budget` in seconds of processor time: ArithmeticError where that is not enough.
    ValueError for a budget that is not positive.

    Some four seconds.

    >>> pentagon_density().density
    1/1000000
    """
    deadline = time.process_time() + seconds_of(budget)
    at = contact(5)
    near, raised = near_contact(at, _REACH, _BIAS_REACH), _raised(at)
    _check_place(at, near)
    density = _EXCESS / _PAIRS
    if not _cost(at, density) <= ball_ends(at.potential)[0] + _EXCESS:
        raise ArithmeticError("the pentagon costs more than the excess")
    concave = bend(density, near)
    if not concave < _LEAST:
        raise ArithmeticError("more than one active feature may bend the loss too much")
    tree, left = bisected(raised, near, deadline)
    if not tree:
        raise ArithmeticError(f"the link inequality did not close in {budget} seconds")
    parts = pieces(near.box, lambda piece: convex_in_gap(piece, BITS, float(_LEAST)))
    if parts is None:
        raise ArithmeticError("the links are not convex in the box")
    return SmallDensity(
        density=to_sympy(density),
        excess=to_sympy(_EXCESS),
        convexity=to_sympy(_LEAST),
        bend=to_sympy(concave),
        leaves=tree.count("."),
        pieces=parts.count("."),
        certificate=_certificate(Cover(root_cell(raised), near, tree, parts, left), density, deadline),
    )


def _certificate(found: Cover, density: Fraction, deadline: float) -> dict[str, Any]:
    """What `verify.checkers.density` reads: that of one active feature within."""
    below = certify_polygon(5, budget=max(deadline - time.process_time(), 1))
    if not isinstance(below, CertifiedPolygon):
        raise ArithmeticError("the proof for one active feature did not close")
    constants = {"density": density, "excess": _EXCESS, "convexity": _LEAST}
    return document(5, found, below.certificate, kind="density", **{k: str(value) for k, value in constants.items()})


def bend(density: Fraction, near: Near) -> Fraction:
    r"""How concave M may be in (l, b, δ), for norms and biases in the box: a bound of the least eigenvalue, its sign turned.

    With norms ≤ Λ, T of k features: z_i ≤ Z = max(1, kΛ²); |∇z_i| ≤ G = 1 + 2Λ + (k − 1)√2 Λ²; and l_i l_j cos(δ or δ + δ′) has a
    Hessian of norm ≤ ν, ν² = max(2 + 4Λ⁴, 8Λ²), l_i² x_i one of norm ≤ 2:

    .. math:: 3 \sum_k \binom5k (p/q)^{k-1} \bigl[ k (2G^2/l^2 + 2Z(2 + (k-1)ν)) + (5 - k)\, 2Z kν \bigr].
    """
    least, most = (Fraction(end, ONE) for end in near.norm)
    total, ratio = Fraction(0), density / (1 - density)
    root, turning = Fraction(3, 2), Fraction(7, 2)
    if not max(2 + 4 * most**4, 8 * most**2) <= turning**2:
        raise ArithmeticError("norms are longer than was thought")
    for k in range(2, 6):
        reach, slope = max(Fraction(1), k * most**2), 1 + 2 * most + (k - 1) * root * most**2
        seeing = 2 * slope**2 / least**2 + 2 * reach * (2 + (k - 1) * turning)
        total += comb(5, k) * ratio ** (k - 1) * (k * seeing + (5 - k) * 2 * reach * k * turning)
    return 3 * total


def _raised(at: Contact) -> Link:
    """The link inequality of five features with ε more on the line and on the level."""
    with flint.ctx.workprec(PRECISION):
        more = flint.arb(flint.fmpq(_EXCESS.numerator, _EXCESS.denominator))
        line = replace(at, link=at.link + more, zero=at.zero + more / at.multiplier)
        return Link(5, float(at.potential + more), None, line)


def _check_place(at: Contact, near: Near) -> None:
    """That norms beyond `MOST` cost too much, that in the box best biases of a feature alone lie above it and all are negative,
    and that features that are not neighbours have obtuse angles."""
    level = ball_ends(at.potential)[1] + _EXCESS
    a = Fraction(MOST[5], ONE) ** 2
    longest = Fraction(near.norm[1], ONE) ** 2
    turn = -longest * (longest - 1) / (longest + 1)
    fits = (
        ((a - 1) / (a + 1)) ** 2 > 2 * level and level < Fraction(1, 2),
        Fraction(near.bias[1], ONE) < turn < 0,
        near.cosine[0] > 0 and 2 * Fraction(near.cosine[1], ONE) ** 2 < 1,
    )
    if not all(fits):
        raise ArithmeticError("the box around the contact is too wide")


def _cost(at: Contact, density: Fraction) -> Fraction:
    """Φ of a rational pentagon 2⁻⁴⁰ from the best one of H, exactly."""
    with flint.ctx.workprec(PRECISION):
        norm, angles = at.squared_norm.sqrt(), [at.gap * k for k in range(5)]
        rows = [
            [Fraction(outward(norm * wave, BITS)[0], ONE) for wave in waves]
            for waves in ([angle.cos() for angle in angles], [angle.sin() for angle in angles])
        ]
        bias = Fraction(outward(at.bias, BITS)[0], ONE)
    loss = expected_loss(rows, [bias] * 5, Independent(1 - density))
    return 3 * Fraction(int(loss.p), int(loss.q)) / (density * (1 - density) ** 4)
