r"""Features that share one axis: a conjectured least loss refuted, with rational witnesses; n features, m axes, s = sparsity.

If each column of W has one nonzero entry, the axes do not interact, so the least loss of n features on m axes is

.. math:: Q_{n,m}(s) = \min_{k_1 + \dots + k_m = n} \sum_i Q_{k_i,1}(s),

with Q_{k,1} the least loss of k features on one axis over all weights and biases (a dropped feature has weight 0 on some axis).
MAIS-O49 (Problem 5.9 of the agenda "toy models of superposition") conjectures, for n ≥ 2m,

.. math:: Q_{n,m} = \min\{(n - m)\,v,\; m p^2/3 + (n - 2m)\,v\}, \qquad p = 1 - s, \quad v = p/3 - p^2/4,

one feature or an antipodal pair w₂ = −w₁ = −1, b = 0 on each axis. **It is false at every s in (0, 1)**, for every n ≥ 2m:

* the bias-free pair at its best scale costs p²(32 − 25p)/(24(4 − 3p)), which is p³/(24(4 − 3p)) less than p²/3;
* one feature kept, loss v, is not even a local minimum: in the letters of `analytic.n2m1.bias.forms.Stability`, v lies
  sp(1 − p/2)³/3 above κ(p/2), so a pair with a small second weight costs less.

Nor are pairs all: **three features on one axis win** at s = 1/20, 1/10, 1/5, 1/4 and again at 9/10, 19/20 (`MORE`), against the
certified least loss of a pair and a dropped feature.

**What is known of Q for n ≥ 2m** (`cost_bounds`), with Q₂ = Q_{2,1} as `certify` encloses it:

.. math:: \tfrac{n - m + 1}2\, Q_2(s) \le Q_{n,m}(s) \le m\, Q_2(s) + (n - 2m)\, v.

*Proof.* For features i and j on one axis, what the others send to z_i and z_j shifts b_i and b_j. Given that, the two are a
pair: so F_i + F_j, the losses of the two, are at least Q₂. Summed over all pairs of k ≥ 2 features each is counted k − 1 times,
so that Q_{k,1} ≥ kQ₂/2, while Q_{0,1} = Q_{1,1} = 0. If a < m of the axes have at most one feature, the others have
n − a ≥ n − m + 1 together. On the right are m pairs, the rest dropped. ∎ Above, a triple takes the place of a pair and a
dropped feature where a witness says that it costs less.

Where Q₃ = Q_{3,1} is certified (`analytic.one_axis.table`), three at a time do better than pairs: Q_{k,1} ≥ kQ₃/3 for k ≥ 3, and
Q₃ ≥ 3Q₂/2. So for n > 2m, with k = min{m, n − 2m},

.. math:: \min_{0 \le b < m} \left\{b\, Q_2 + \tfrac{n - m + 1 - b}3\, Q_3\right\}
          \le Q_{n,m} \le (m - k)\, Q_2 + k \min\{Q_3,\, Q_2 + v\} + (n - 2m - k)\, v,

which is exact for n = 3, m = 1. *Proof.* Let c axes have one feature or none, b axes two, and a axes more, r ≥ n − c − 2b in
all.
As n > 2m, a > 0, so that c ≤ m − 1 − b, and the cost is bQ₂ + (n − m + 1 − b)Q₃/3 at least. A line in b is
least at an end. ∎ For n = 4, m = 2 it follows that Q_{4,2} = min{2Q₂, Q₃}, four on one axis costing 4Q₃/3 at least.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy
from sympy import Expr, Rational

from ..exact import Exact, to_sympy
from ..exact.printed import decimals, short
from ..exact.rationals import sparsity_between, whole
from ..law import Independent, variance
from ..loss import expected_loss
from ..n2m1.bias import Certified, certify
from ..n2m1.bias.angle import BITS, GUARD, Angle
from ..n2m1.bias.forms import VARIANCE, beta, penalty, stability, strong_antipodal
from ..n2m1.bias.linear import density as p
from ..n2m1.bias.linear import y
from ..n2m1.bias.point import candidate
from ..n2m1.bias.search import starts
from .table import known_axis

MORE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "1/20": (("457/500", "-61/200", "-61/200"), ("17/50", "519/1000", "519/1000")),
    "1/10": (("114/125", "-79/250", "-79/250"), ("329/1000", "49/100", "49/100")),
    "1/5": (("453/500", "-69/200", "-69/200"), ("309/1000", "43/100", "43/100")),
    "1/4": (("451/500", "-9/25", "-9/25"), ("297/1000", "399/1000", "399/1000")),
    "9/10": (("127/125", "-521/500", "-71/200"), ("1/500", "-129/1000", "13/500")),
    "19/20": (("1009/1000", "-1049/1000", "-397/1000"), ("0", "-19/125", "11/1000")),
}
"""Sparsity → weights and biases of three features on one axis, found by a search in floats and rounded."""


@dataclass(frozen=True)
class Witness:
    """Weights and biases on one axis with their exact loss, and a larger number that the loss was said to be, or to exceed."""

    sparsity: sympy.Rational
    weights: tuple[sympy.Rational, ...]
    biases: tuple[sympy.Rational, ...]
    loss: sympy.Rational
    beaten: sympy.Rational

    def __repr__(self) -> str:
        return f"Witness at s = {self.sparsity}: K = {short(self.loss)}, {decimals(self.gain)} below {decimals(self.beaten)}"

    @property
    def gain(self) -> sympy.Rational:
        return self.beaten - self.loss


def conjectured_cost(n: int, m: int, sparsity: Exact) -> sympy.Rational:
    """min{(n − m)v, mp²/3 + (n − 2m)v} for n ≥ 2m ≥ 2 (ValueError otherwise): the conjecture, which is false."""
    s = sparsity_between(sparsity)
    _check_sizes(n, m)
    dense = to_sympy(1 - s)
    v = variance(dense)
    return min((n - m) * v, m * dense**2 / 3 + (n - 2 * m) * v)


@dataclass(frozen=True)
class CostBounds:
    """lower ≤ Q_{n,m}(s) ≤ upper, exact rationals, proved."""

    lower: sympy.Rational
    upper: sympy.Rational

    def __repr__(self) -> str:
        return f"CostBounds: {decimals(self.lower)} ≤ Q ≤ {decimals(self.upper)}"


def cost_bounds(n: int, m: int, sparsity: Exact) -> CostBounds:
    """Bounds on the least loss of n ≥ 2m ≥ 2 features on m axes (ValueError otherwise), each column of W with one nonzero entry.

    `sparsity` in (0, 1), exact. At n = 2, m = 1 they are those of `certify`. ArithmeticError where that does not close.

    >>> cost_bounds(3, 1, "9/10")
    CostBounds: 0.0339185715627… ≤ Q ≤ 0.0339185716427…
    """
    s = sparsity_between(sparsity)
    _check_sizes(n, m)
    pair = certify(s)
    if not isinstance(pair, Certified):
        raise ArithmeticError(f"the pair is not certified at sparsity {s}")
    v = variance(to_sympy(1 - s))
    upper, lower = m * pair.loss_upper + (n - 2 * m) * v, Rational(n - m + 1, 2) * pair.loss_lower
    three = next((point for point in known_axis() if point.sparsity == s), None)
    if three is not None:
        if n > 2 * m:
            q2, q3 = pair.loss_lower, to_sympy(three.lower)
            lower = max(lower, min(b * q2 + (n - m + 1 - b) * q3 / 3 for b in (0, m - 1)))
        upper += min(m, n - 2 * m) * min(to_sympy(three.upper) - pair.loss_upper - v, Rational(0))
    elif str(s) in MORE:
        weights, biases = ([Fraction(c) for c in row] for row in MORE[str(s)])
        upper -= min(m, n - 2 * m) * max(_witness(s, weights, biases, pair.loss_upper + v).gain, Rational(0))
    return CostBounds(lower, upper)


def gaps() -> tuple[Expr, Expr]:
    r"""p²/3 less the best bias-free pair, and v less κ at y = p/2, in p: both positive on (0, 1), derived.

    They are p³/(24(4 − 3p)) and sp(2 − p)³/24.
    """
    pair = strong_antipodal().loss.subs({beta: 0, penalty: 0})
    return sympy.factor(p**2 / 3 - pair), sympy.factor(VARIANCE - stability().threshold.subs(y, p / 2))


def counterexample(sparsity: Exact) -> Witness:
    """Two features on one axis with a loss below the conjectured cost, at any rational sparsity in (0, 1).

    A minimum found in floats, rounded to as few digits as it takes; its loss is exact. With m axes of such pairs and n − 2m
    features dropped the conjecture falls for every n ≥ 2m.

    >>> found = counterexample("1/2")
    >>> found.weights, found.biases, found.loss < found.beaten
    ((97/100, -97/100), (1/10, 1/10), True)
    """
    s = sparsity_between(sparsity)
    model = Angle(1 - s, 1, 1, 0)
    point = candidate(model, starts(model))
    if point is None:
        raise ArithmeticError(f"no minimum was found at sparsity {s}")
    e, first, second = (float(c) for c in point.at)
    t = float((model.whole - point.loss) / _cross(model, point.units))
    weights, biases = (t**0.5, -e * t**0.5), (t * first, t * second)
    beaten = conjectured_cost(2, 1, s)
    for digits in range(2, 16):
        w, b = ([Fraction(round(c * 10**digits), 10**digits) for c in row] for row in (weights, biases))
        found = _witness(s, w, b, beaten)
        if found.gain > 0:
            return found
    raise ArithmeticError(f"fifteen digits do not show it at sparsity {s}")


def three_on_an_axis(sparsity: Exact) -> Witness:
    """Three features on one axis below the certified least loss of two and one dropped, at a sparsity of `MORE`."""
    s = sparsity_between(sparsity)
    if str(s) not in MORE:
        raise ValueError(f"sparsity must be one of {', '.join(MORE)}, got {s}")
    pair = certify(s)
    if not isinstance(pair, Certified):
        raise ArithmeticError(f"the pair is not certified at sparsity {s}")
    weights, biases = ([Fraction(c) for c in row] for row in MORE[str(s)])
    return _witness(s, weights, biases, pair.loss_lower + variance(to_sympy(1 - s)))


def _check_sizes(n: int, m: int) -> None:
    whole(m, "m", 1)
    if whole(n, "n", 1) < 2 * m:
        raise ValueError(f"n must be at least 2m, {2 * m}, got {n}")


def _witness(s: Fraction, weights: list[Fraction], biases: list[Fraction], beaten: sympy.Rational) -> Witness:
    loss = expected_loss([weights], biases, Independent(s))
    return Witness(to_sympy(s), tuple(map(to_sympy, weights)), tuple(map(to_sympy, biases)), loss, Rational(beaten))


def _cross(model: Angle, units: tuple[int, int, int]) -> Fraction:
    """L at a direction, from below, so that t = (C − K)/L."""
    q, first, second = units
    bound = model.bound((q, q, first, first, second, second))
    return Fraction(bound.parts[0].vertices[0][1], 1 << BITS + GUARD)
