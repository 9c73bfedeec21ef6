r"""The smallest model with bias, solved with proof: n = 2, m = 1, f(x) = ReLU(WᵀWx + b), the global minimum of

.. math:: K = \sum_i I_i E(x_i - f_i)^2 + 2\lambda w_1^2 w_2^2 \quad \text{over } w_1, w_2, b_1, b_2.

**Lemma 1 (sign).** Flipping the sign of w₂ where w₁w₂ > 0 does not raise min_b K: "aligned" is never better.

*Proof.* Let F(a, c, b) = E(x₁ − (ax₁ + cx₂ + b)⁺)², a ≥ 0 < c, and G(β) = E(x₁ − (ax₁ + β)⁺)². We show
min_b F(a, −c, b) ≤ F(a, c, b) for every b. With y ~ U[0, 1], F(a, c, b) = sG(b) + pE G(b + cy) and, y → 1 − y,
F(a, −c, b + c) = sG(b + c) + pE G(b + cy): done if G(b + c) ≤ G(b). Otherwise G(b + c) > G(b). G is p/3 up to −a, falls
to its minimum at some β*, and rises from there; on [−a, ∞) its second derivative does not fall (2p[(1 − κ) − κ/a] at
β = −κa < 0, and 2 > 2p at β > 0). From (G′)² = 2∫G″ dG, taken from the minimum, G rises no faster to the left of β* than to the
right at the same level (†). If b < β*, let b′ ≥ β* have G(b′) = G(b); b′ < b + c. Then F(a, c, b) − F(a, −c, b′) =
(p/c)[∫_{b′}^{b+c} G − ∫_{b′−c}^{b} G], two intervals of one length, and G(b − u) ≤ G(b′ + u) by (†). If b ≥ β*, b′ = b does,
with G(b − u) ≤ G(b + u) by (†). ∎

So w₁w₂ ≤ 0 is enough, and `analytic.n2m1.bias.angle` and `analytic.n2m1.bias.linear` have bounds that close: the whole of
R⁴ is covered by some thousand cells in about a second. Statements on minimisers are among w₁w₂ ≤ 0, W and −W being one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import sympy

from ...exact import Exact, to_sympy
from ...exact.printed import enclosed, html_table
from ...exact.rationals import seconds_of, shown
from ...law import variance
from .angle import ONE, Angle
from .minimiser import Located, Minimiser, Phase, clusters, dropping, located
from .point import Candidate, candidate
from .search import Cover, Target, cover, refined, starts
from .setting import Setting, checked, sealed

_SLACK = Fraction(8, 10**13)
_ROUNDS, _FINER = 5, 1 << 10
_GRID = 1 << 112
"""Bounds are multiples of 1/_GRID, so that they print in one line."""


@dataclass(frozen=True)
class Certified:
    """The least loss at a setting, proved to lie in [loss_lower, loss_upper] (exact rationals, at most 1e-12 apart; 1e-30 where
    the minimiser is proved unique in each place, equal where a feature is dropped).

    `minimisers` hold every global minimiser with w₁w₂ ≤ 0 up to sign. `phase` is theirs: "drop" (one weight 0), "partial
    antipodal" (the output of the weaker feature is never clipped), "strong antipodal" (both are), or "undecided" where an
    enclosure meets the wall between two phases, or where two phases are closer than the bounds. `kept` are the features
    stored. `certificate` is what `verify.certificate` checks again with integers alone, to 1e-12.
    """

    loss_lower: sympy.Rational
    loss_upper: sympy.Rational
    minimisers: tuple[Minimiser, ...]
    phase: Phase
    kept: tuple[int, ...]
    certificate: Mapping[str, Any] = field(repr=False)

    def __float__(self) -> float:
        """The least loss."""
        return float(self.loss_upper)

    def __repr__(self) -> str:
        return (
            f"Certified: K = {enclosed(self.loss_lower, self.loss_upper)}, {self.phase}, minimisers with "
            f"w₁w₂ ≤ 0: {len(self.minimisers)}, features kept: {', '.join(map(str, self.kept))}"
        )

    def _repr_html_(self) -> str:
        rows = [[*(enclosed(*ends) for ends in (*one.weights, *one.biases)), one.phase] for one in self.minimisers]
        return html_table(("w₁", "w₂", "b₁", "b₂", f"K = {enclosed(self.loss_lower, self.loss_upper)}"), rows)

    def save(self, path: str | Path) -> None:
        """Write the certificate, for `python -m verify.certificate PATH`."""
        if not isinstance(path, str | Path):
            raise ValueError(f"path must be a string or a Path, got {shown(path)}")
        Path(path).write_text(json.dumps(self.certificate), encoding="utf-8")


@dataclass(frozen=True)
class NotCertified:
    """The proof did not close in the time given: what is proved of the least loss, and the cells left, as intervals of
    (q, β₁, β₂) in the letters of `analytic.n2m1.bias.angle` (None: unbounded)."""

    loss_lower: sympy.Rational
    loss_upper: sympy.Rational
    left: tuple[tuple[Fraction | None, ...], ...]

    def __repr__(self) -> str:
        return f"NotCertified: K = {enclosed(self.loss_lower, self.loss_upper)}, {len(self.left)} cells left"


def certify(
    sparsity: Exact, importance: tuple[Exact, Exact] = (1, 1), penalty: Exact = 0, *, budget: float = 60
) -> Certified | NotCertified:
    """The global minimum of K over W and b, with proof.

    `sparsity` s in (0, 1), `importance` (I₁, I₂) > 0, `penalty` λ ≥ 0, all exact; `budget` in seconds of processor time.
    ValueError otherwise, and where they differ by more than some 90 powers of ten. About a second; up to ten near s = 0.3,
    I = (1, 1), where the antipodal pair turns unstable.

    >>> found = certify("43/100")
    >>> found.phase, round(float(found.loss_lower), 10)
    ('strong antipodal', 0.0931197974)
    """
    setting = checked(sparsity, importance, penalty)
    deadline = time.process_time() + seconds_of(budget)
    charts = setting.charts
    found = [candidate(model, starts(model)) for model in charts]
    for target in _targets(charts, found):
        covers = [cover(model, target, deadline) for model in charts]
        if not any(chart.left for chart in covers):
            return _certified(setting, target, covers, found)
    return _not_certified(setting, target, covers)


def _dropped(model: Angle) -> Fraction:
    """The least loss with the weaker feature dropped, I₂v."""
    return model.second * variance(model.density)


def _targets(charts: tuple[Angle, ...], found: list[Candidate | None]) -> list[Target]:
    """What to prove: the loss of the best candidate to within a slack; that of dropping, exactly if it can be had."""
    dropped = min(_dropped(model) for model in charts)
    upper = min((point.loss for point in found if point), default=dropped)
    upper = min(Fraction(-(-upper.numerator * _GRID // upper.denominator), _GRID), dropped)
    slack = min(_SLACK * charts[0].first, upper / (1 << 25))
    lower = Fraction((upper - slack) * _GRID // 1, _GRID)
    return [Target(upper, upper)] * (upper == dropped) + [Target(upper, lower)]


def _certified(setting: Setting, target: Target, covers: list[Cover], found: list[Candidate | None]) -> Certified:
    first, near, (upper, lower) = target, covers, target
    for _ in range(_ROUNDS):
        places = list(_places(setting.charts, target, near, found))
        if lower == upper or all(place.loss for place, _ in places):
            break
        target = Target(upper, upper - (upper - target.lower) / _FINER)
        near = [refined(model, target, covered) for model, covered in zip(setting.charts, near, strict=True)]
    if lower < upper and all(place.loss for place, _ in places):
        upper = min(upper, *(place.loss[1] for place, _ in places if place.loss))
        places = [(place, alike) for place, alike in places if place.loss and place.loss[0] <= upper]
        lower = max(lower, min(place.loss[0] for place, _ in places if place.loss))
    minimisers = [
        one
        for chart, model in enumerate(setting.charts)
        if upper == lower == _dropped(model)
        for one in dropping(model, chart, model.first == model.second)
    ]
    for place, alike in places:
        one = place.minimiser
        minimisers += [one, one.swapped()] if alike and not one.symmetric else [one]
    phases = {one.phase for one in minimisers}
    kept = sorted({feature for one in minimisers for feature in one.kept})
    return Certified(
        to_sympy(lower / setting.scale),
        to_sympy(upper / setting.scale),
        tuple(minimisers),
        phases.pop() if len(phases) == 1 else "undecided",
        tuple(kept),
        _certificate(setting, first, covers, found),
    )


def _places(
    charts: tuple[Angle, ...], target: Target, covers: list[Cover], found: list[Candidate | None]
) -> Iterator[tuple[Located, bool]]:
    """Where minimisers may be, and whether their mirror images are minimisers as well."""
    for chart, (model, covered, point) in enumerate(zip(charts, covers, found, strict=True)):
        alike = model.first == model.second
        for box in clusters(model, covered, alike):
            yield located(model, box, point, target, chart), alike


def _certificate(
    setting: Setting, target: Target, covers: list[Cover], found: list[Candidate | None]
) -> dict[str, Any]:
    """What `verify.certificate` reads; every number as text or a whole number."""
    point = None
    if target.upper < min(_dropped(model) for model in setting.charts):
        chart, best = min(((k, c) for k, c in enumerate(found) if c), key=lambda pair: pair[1].loss)
        point = {"chart": chart, "at": [*best.units]}
    body: dict[str, Any] = {
        "sparsity": str(setting.sparsity),
        "importance": [str(value) for value in setting.importance],
        "penalty": str(setting.penalty),
        "lower": str(target.lower / setting.scale),
        "upper": str(target.upper / setting.scale),
        "point": point,
        "charts": [{"tree": covered.tree, "linear": covered.linear} for covered in covers],
    }
    return sealed(body)


def _not_certified(setting: Setting, target: Target, covers: list[Cover]) -> NotCertified:
    lower = target.lower
    left: list[tuple[Fraction | None, ...]] = []
    for model, covered in zip(setting.charts, covers, strict=True):
        for cell in covered.left:
            needed = model.bound(cell).needed
            bound = model.whole - Fraction(needed * (1 + 1e-9)) if needed < float("inf") else Fraction(0)
            lower = min(lower, max(bound, Fraction(0)))
            left.append(tuple(None if end is None else Fraction(end, ONE) for end in cell))
    return NotCertified(to_sympy(lower / setting.scale), to_sympy(target.upper / setting.scale), tuple(left))
