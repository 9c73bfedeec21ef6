r"""Certificates that for small densities regular pentagons are optimal.

The model is f(x) = ReLU(WᵀWx + b), W of 2 × 5; each feature is active with probability p, q = 1 − p, its value then uniform on
[0, 1]. The proof in full is figures/pages/pentagon.md; what is left to numbers is checked here.

Φ = 3K/(pq⁴) = H + (3q/p) Σ (b_i⁺)² + M, H as in `polygon`, M = 3 Σ_{|T| ≥ 2} (p/q)^{|T|−1} E_T‖x − f‖² ≥ 0, which rises with p.

* M ≤ ε at the pentagon of H, so that a better point has H ≤ h + ε. Two active features next to each other, or not: in closed
  form. More of them: |x_i − f_i| ≤ max(1, kΛ²), Λ a norm and k their number.
* So all links lie in a box around the contact: outside of it the inequality of `polygon` holds with its level and its line raised
  by ε, and everywhere without, by the certificate of exactly one active feature.
* In the box biases are negative and angles of features that are not neighbours obtuse. The Hessian of each link in
  (l₁, l₂, b₁, b₂, δ) exceeds λ, and M bends by less than λ: Φ is convex, and its one minimum is as symmetric as the box.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from math import comb
from typing import Any

from . import polygon
from .contact import Contact
from .convexity import convex_in_gap
from .intervals import ONE, WHOLE, Interval
from .link import UNIT, Link
from .tree import Rejected

ROOT_TWO, TURNING = Fraction(3, 2), Fraction(7, 2)
"""More than √2, and than the Hessian of l_i l_j cos."""


def theorem(document: Any) -> str:
    """The theorem that a certificate proves, in one sentence. Raises Rejected."""
    p, excess, least = (Fraction(document[key]) for key in ("density", "excess", "convexity"))
    if not (0 < p < Fraction(1, 2) and 0 < excess < Fraction(1, 100) and least > 0):
        raise Rejected("density, excess and convexity must be positive and small")
    if document["features"] != 5 or document["below"]["features"] != 5:
        raise Rejected("this is no certificate of 5 features")
    at, raised = Contact(5), -(-excess.numerator * UNIT // excess.denominator)
    near = {key: [Fraction(end, ONE) for end in document["near"][key]] for key in ("norm", "bias", "cosine")}
    if not more(at, p) <= excess:
        raise Rejected("the pentagon costs more than the excess")
    if not bend(p, *near["norm"]) < least:
        raise Rejected("more than one active feature may bend the loss too much")
    longest = near["norm"][1] ** 2
    if not (
        near["bias"][1] < -longest * (longest - 1) / (longest + 1) < 0
        and near["cosine"][0] > 0
        and 2 * near["cosine"][1] ** 2 < 1
    ):
        raise Rejected("the box around the contact is too wide")
    whole = -(-least.numerator * WHOLE // least.denominator)
    polygon.check(Link(5, at.potential, raised), document, partial(convex_in_gap, least=whole))
    polygon.theorem(document["below"])
    return (
        f"For five independent features in two dimensions, each active with probability p <= {p}, the least loss over all W and "
        "b is attained, and every global minimiser is a regular pentagon of one norm with one bias."
    )


def more(at: Contact, p: Fraction) -> Fraction:
    """M at the pentagon of H, not less."""
    q, a = 1 - p, at.norm * at.norm
    far = 2 * at.cosine * at.cosine - 1
    gram = (a, a * at.cosine, a * far)
    pairs = sum((pair(gram, at.bias, step) for step in (1, 2)), Interval(0, 0))
    total, longest = Fraction(5 * pairs.high, WHOLE) * p / q, Fraction(a.high, WHOLE)
    for k in range(3, 6):
        total += comb(5, k) * (p / q) ** (k - 1) * 5 * max(Fraction(1), k * longest) ** 2
    return 3 * total


def pair(gram: tuple[Interval, ...], bias: Interval, step: int) -> Interval:
    """E‖x − f‖² where features 0 and `step` are active."""
    total = Interval(0, 0)
    for i in range(5):
        g, e = (gram[min((i - j) % 5, (j - i) % 5)] for j in (0, step))
        sums = (bias + g + e, bias + g, bias + e, bias)
        fourth = [power(y, 4) for y in sums]
        corners = fourth[0] - fourth[1] - fourth[2] + fourth[3]
        total = total + corners / (12 * g * e)
        for j, own, other, place in ((0, g, e, 1), (step, e, g, 2)):
            if i == j:
                along = 4 * (power(sums[0], 3) - power(sums[place], 3)) / own - corners / (own * own)
                total = total + Interval(WHOLE // 3, WHOLE // 3 + 1) - along / (12 * other)
    return total


def power(y: Interval, k: int) -> Interval:
    """(y⁺)^k."""
    positive = found = Interval(max(y.low, 0), max(y.high, 0))
    for _ in range(k - 1):
        found = found * positive
    return found


def bend(p: Fraction, least: Fraction, most: Fraction) -> Fraction:
    """How concave M may be in norms, biases and gaps, for norms from `least` to `most`: the page has the derivation."""
    if not max(2 + 4 * most**4, 8 * most**2) <= TURNING**2:
        raise Rejected("the norms are too long")
    total = Fraction(0)
    for k in range(2, 6):
        reach, slope = max(Fraction(1), k * most**2), 1 + 2 * most + (k - 1) * ROOT_TWO * most**2
        seeing = 2 * slope**2 / least**2 + 2 * reach * (2 + (k - 1) * TURNING)
        total += comb(5, k) * (p / (1 - p)) ** (k - 1) * (k * seeing + (5 - k) * 2 * reach * k * TURNING)
    return 3 * total
