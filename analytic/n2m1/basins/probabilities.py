r"""Where gradient flow of the smallest model WITHOUT bias ends from W ~ N(0, σ²): antipodal, aligned or single.

With a bias the flow is four-dimensional and the answer is another one; nothing here is about it. λ = 0 throughout.

Beside the axis w₂ = 0, w₁ > 0 (the other axis by exchange; importances (1, I) after division), with p = 1 − s,

.. math:: \partial K/\partial |w_2| \to p^2 w_1 (1 - w_1^2)/2 \text{ (antipodal side)},\quad
          p^2 w_1 (w_1^2 - 1 - I)/2 \text{ (aligned side)}.

So the flow crosses the axis to the aligned side for w₁ < 1, leaves it on both sides for 1 < w₁ < √(1+I), and crosses it to the
antipodal side beyond. At (1, 0) the Hessian from the antipodal side is ((8p/3, p²), (p², 2p(p − 2Is)/3)) in (w₁, w₂).

* Its determinant is negative (9s² + (32I − 2)s > 7): a saddle of the one-sided flow; its stable curve parts antipodal from
  aligned.
* It is positive: (1, 0) **attracts** from the antipodal side, so that a set of positive probability ends with one feature
  alone, although (1, 0) is a saddle of K. The fast curve into (1, 0) parts it from aligned, the stable curve of a smooth
  antipodal saddle from antipodal. At I = 1 this is so for s < (4√2 − 5)/3 = 0.2189…. Where there is no antipodal minimum, all
  that does not end aligned ends single.

On the aligned side the orbit that touches the axis at √(1+I) goes on as the boundary. Each curve is followed back in time, where
its neighbours converge to it, and enclosed between two fences (`regions`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import flint
from flint import arb

from ...exact import Exact, rational
from ...exact.enclosures import ball_ends
from ...exact.printed import html_table
from ...exact.rationals import shown, sparsity_between
from ..critical_points import Importance
from .mass import total
from .orbits import INNER, OUTER
from .regions import Boundaries, Curve, Setting, boundaries, fences

NAMES = ("antipodal", "aligned", "single")
_MOST_RATIO, _LEAST_DENSITY = 100, Fraction(1, 10**6)
"""Beyond them the flow is stiff."""
SMALLEST_SCALE, LARGEST_SCALE = 1e-2, 5.0


@dataclass(frozen=True)
class BasinProbabilities:
    """Of the smallest model without bias: probabilities that flow from W ~ N(0, σ²) ends antipodal, aligned or single.

    The three in floats, from `boundaries` of both half-axes. `lower`, `upper`: bounds of the three where fences close,
    else None; then `open` says why not.
    """

    antipodal: float
    aligned: float
    single: float
    lower: tuple[float, ...] | None
    upper: tuple[float, ...] | None
    open: str
    boundaries: tuple[Boundaries, Boundaries]

    @property
    def width(self) -> float:
        """The widest of the three enclosures; infinite where there is none."""
        if self.lower is None or self.upper is None:
            return math.inf
        return max(high - low for low, high in zip(self.lower, self.upper, strict=True))

    def __repr__(self) -> str:
        known = f"enclosed to {self.width:.0e}" if self.lower else f"floats, not enclosed: {self.open}"
        return (
            f"BasinProbabilities (no bias): antipodal {self.antipodal:.6f}, aligned {self.aligned:.6f}, "
            f"single {self.single:.6f}, {known}"
        )

    def _repr_html_(self) -> str:
        rows = [[name, f"{getattr(self, name):.6f}"] for name in NAMES]
        if self.lower is not None and self.upper is not None:
            ends = zip(rows, self.lower, self.upper, strict=True)
            rows = [[*row, f"[{low:.8f}, {high:.8f}]"] for row, low, high in ends]
            return html_table(("flow without bias ends", "probability", "enclosed in"), rows)
        return html_table(("flow without bias ends", "probability, not enclosed"), rows)


def basin_probabilities(sparsity: Exact, importance: Importance, scale: float) -> BasinProbabilities:
    """Where gradient flow of the exact K WITHOUT bias ends from W ~ N(0, σ²), proved within bounds where fences close.

    `sparsity` s in (0, 1), 1e-6 from its ends, and `importance` (I₁, I₂) > 0 of a ratio of at most 100, both exact; `scale` σ in
    [0.01, 5]; ValueError otherwise. ArithmeticError where the critical points are not those that the module describes.

    >>> basin_probabilities("1/2", (1, 1), 0.1)
    BasinProbabilities (no bias): antipodal 0.151377, aligned 0.848623, single 0.000000, enclosed to 8e-08
    """
    setting, sigma = _checked(sparsity, importance), _scale(scale)
    ends, reason = boundaries(setting), ""
    lower = upper = None
    with flint.ctx.workprec(128):
        values = [float(value / total(sigma, INNER, OUTER)) for value in _least(setting, ends, ends, sigma)]
        try:
            least = _least(setting, *fences(setting), sigma)
            lower = tuple(_rounded(value, -1) for value in least)
            upper = tuple(_rounded(1 - sum(least, arb(0)) + value, 1) for value in least)
        except ArithmeticError as error:
            reason = str(error)
    antipodal, aligned, _ = values
    single = max(1 - antipodal - aligned, 0.0) if values[2] else 0.0
    return BasinProbabilities(antipodal, aligned, single, lower, upper, reason, ends)


def small_scale_exponent(sparsity: Exact) -> Fraction:
    r"""α = 18p/(8 − 5p): P(antipodal) ~ C σ^α as σ → 0 without bias, for equal importances.

    Near 0, K = p(1 + 1)/3 + r²ψ(θ) + O(r⁴), and at w₂ = −w₁ ψ = −p(8 − 5p)/12, ψ″ = −3p². So r′ = −2ψr and
    (θ − θ₀)′ = −ψ″(θ − θ₀): θ − θ₀ ~ r^(ψ″/2ψ) along every curve.
    """
    p = 1 - sparsity_between(sparsity)
    return 18 * p / (8 - 5 * p)


def attraction_threshold(importance: Exact = 1) -> float:
    """The sparsity below which flow without bias may end single on the axis of feature 1, the other having importance I > 0
    relative to it: the root of 9s² + (32I − 2)s = 7 (see the module). At I = 1 (4√2 − 5)/3.

    >>> round(attraction_threshold(), 6)
    0.218951
    """
    i = rational(importance, "importance")
    if i <= 0:
        raise ValueError(f"importance must be positive, got {i}")
    half = 16 * i - 1
    return 7 / (float(half) + math.sqrt(float(half * half + 63)))


def _least(
    setting: Setting, above: tuple[Boundaries, Boundaries], beneath: tuple[Boundaries, Boundaries], scale: float
) -> tuple[arb, arb, arb]:
    """The probabilities of what lies beyond the fences, between INNER and OUTER: antipodal, aligned, single.

    Of each of the two quadrants, and of ±W, the angles sum to π; each half-axis bounds two of the four.
    """
    ring = total(scale, INNER, OUTER) / 2

    def sum_of(curves: list[Curve]) -> arb:
        return sum((curve.weight(scale) for curve in curves), arb(0)) / arb.pi()

    aligned = ring - sum_of([half.aligned for half in above])
    rest = sum_of([half.aligned for half in beneath])
    if not setting.antipodal:
        return arb(0), aligned, ring + rest
    antipodal = ring + sum_of([half.antipodal for half in beneath])
    between = [k for k in (0, 1) if above[k].attracts]
    single = sum_of([beneath[k].aligned for k in between]) - sum_of([above[k].antipodal for k in between])
    return antipodal, aligned, single


def _rounded(value: arb, side: int) -> float:
    """The lower (−1) or upper (1) end of a ball as a float, outwards, within [0, 1]."""
    end = ball_ends(value)[side > 0]
    near = float(end)
    if (near - end) * side < 0:
        near = math.nextafter(near, side * math.inf)
    return min(max(near, 0.0), 1.0)


def _checked(sparsity: Exact, importance: Importance) -> Setting:
    s = sparsity_between(sparsity)
    if not isinstance(importance, (tuple, list)) or len(importance) != 2:
        raise ValueError(f"importance must be a pair of numbers, got {shown(importance)}")
    first, second = (rational(value, "importance") for value in importance)
    if min(first, second) <= 0:
        raise ValueError(f"importance must be positive, got {min(first, second)}")
    if not 1 <= _MOST_RATIO * first / second <= _MOST_RATIO**2:
        raise ValueError(f"importance must have a ratio of at most {_MOST_RATIO}, got {shown(importance)}")
    if min(s, 1 - s) < _LEAST_DENSITY:
        raise ValueError(f"sparsity must lie in [1e-6, 1 - 1e-6], got {shown(sparsity)}")
    return Setting(s, (first / max(first, second), second / max(first, second)))


def _scale(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)):
        raise ValueError(f"scale must be a number, got {shown(value)}")
    if not SMALLEST_SCALE <= value <= LARGEST_SCALE:
        raise ValueError(f"scale must lie in [{SMALLEST_SCALE}, {LARGEST_SCALE}], got {shown(value)}")
    return float(value)
