"""The ReLU toy model n = 2, m = 1: marginal benefit of capacity, and the loss at a held capacity, in both phases."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from analytic.capacity import PHASES, HeldCapacity, Phase
from numeric.capacity import held_loss
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "The toy model's marginal benefit of capacity"
SEED = None
SECONDS = (4, 7)
COLOURS: dict[Phase, str] = {"aligned": "#E69F00", "antipodal": "#0072B2"}
SPARSITIES = (Fraction(3, 10), Fraction(7, 10))
IMPORTANCE = (1, Fraction(1, 2))
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A phase at one sparsity, as functions of the capacity of feature 2.

    `benefit` and `loss` have rows capacity, exact value; `turns` rows capacity, benefit at the inflection points; `optima`
    rows capacity, loss; `searched` rows capacity, loss by quadrature and a search for the scale. `rising` are the
    intervals on which the benefit rises. `first` is its limit at 0.
    """

    benefit: Floats
    loss: Floats
    turns: Floats
    optima: Floats
    searched: Floats
    rising: tuple[tuple[float, float], ...]
    first: float


@dataclass(frozen=True)
class Setting:
    """Both phases at a sparsity, and the phase, capacity and loss of the best optimum."""

    sparsity: Fraction
    curves: dict[Phase, Curve]
    best: tuple[Phase, float, float]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Setting, ...]:
    """I = (1, 1/2), on either side of the transition at s ≈ 0.442."""
    steps = 80 if full else 40
    settings: list[Setting] = []
    for s in SPARSITIES:
        model = HeldCapacity(s, IMPORTANCE)
        curves = {}
        for phase in PHASES:
            curves[phase] = _curve(model, phase, steps)
            progress((2 * len(settings) + len(curves)) / 4)
        best = model.best()[0]
        settings.append(Setting(s, curves, (best.phase, float(best.capacity), float(best.value))))
    return tuple(settings)


def _curve(model: HeldCapacity, phase: Phase, steps: int) -> Curve:
    # C = t²/(1 + t²) with rational t, and their mirrors: dense at the ends, where curves are steep, and K is rational there.
    half = [Fraction(k * k, k * k + steps * steps) for k in range(steps + 1)]
    places = sorted({*half, *(1 - c for c in half)})
    turns = [Fraction(round(float(c) * 10**9), 10**9) for c in model.inflections(phase)]
    sign = 1 if phase == "aligned" else -1
    s, importance = float(model.parameters[0]), [float(i) for i in model.parameters[1:3]]
    searched = [float(c) for c in places[:: len(places) // 10]]
    return Curve(
        benefit=np.array([(float(c), float(model.marginal_benefit(c, phase))) for c in places[1:-1]]).T,
        loss=np.array([(float(c), float(model.loss(c, phase))) for c in places]).T,
        turns=np.array([(float(c), float(model.marginal_benefit(c, phase))) for c in turns]).reshape(-1, 2).T,
        optima=np.array([(float(o.capacity), float(o.value)) for o in model.optima(phase)]).T,
        searched=np.array([(c, held_loss(c, sign, s, importance).value) for c in searched]).T,
        rising=tuple((float(x.start), float(x.stop)) for x in model.stretches(phase) if x.trend == "increasing"),
        first=float(model.first_benefit(phase)),
    )


def deviation(settings: tuple[Setting, ...]) -> float:
    """Largest difference of a searched loss from the exact one at the same capacity."""
    every = [curve for setting in settings for curve in setting.curves.values()]
    return max(float(np.abs(np.interp(c.searched[0], *c.loss) - c.searched[1]).max()) for c in every)


def caption(settings: tuple[Setting, ...]) -> Caption:
    below, above = settings
    turns = ", ".join(f"{c:.4f}" for c in above.curves["antipodal"].turns[0])
    first = [x.curves["antipodal"].first for x in (below, above)]
    return Caption(
        "Above, what a little more capacity brings feature 2, −∂K/∂C, thick where it rises; below, the least loss at that "
        "capacity, the common value at C = 0 less the area under the curve.",
        "Both are exact, with optima (dots) and certified inflection points (squares); circles are quadrature and a search for "
        "the scale.",
        "The first bit decides nothing: aligned it brings infinitely much at every sparsity, and still the minimum at "
        f"s = {float(above.sparsity):g} is the {above.best[0]} pair.",
        (
            (
                "model",
                "importances (1, ½), no bias; feature 2 held at capacity C, feature 1 at 1 − C, at the best scale",
            ),
            *(
                (
                    f"s = {float(x.sparsity):g}",
                    f"the lowest optimum is the exact minimum of the model, the {x.best[0]} pair, with capacity {x.best[1]:.4f} "
                    f"for feature 2 and K = {x.best[2]:.6f}",
                )
                for x in settings
            ),
            ("inflection points", f"antipodal at s = {float(above.sparsity):g}: {turns}"),
            ("first bit, antipodal", f"{first[0]:.4f} and {first[1]:.4f}"),
            ("searched losses", f"off by at most {deviation(settings):.0e}"),
        ),
    )


def draw(settings: tuple[Setting, ...]) -> Any:
    figure, rows = pyplot.subplots(2, len(settings), figsize=(10.4, 7.0), sharex=True, sharey="row")
    for setting, benefit, loss in zip(settings, *rows, strict=True):
        for phase, curve in setting.curves.items():
            colour = COLOURS[phase]
            benefit.plot(*curve.benefit, color=colour, label=phase)
            for low, high in curve.rising:
                there = (curve.benefit[0] >= low) & (curve.benefit[0] <= high)
                benefit.plot(*curve.benefit[:, there], color=colour, linewidth=4.2, alpha=0.6, solid_capstyle="butt")
            benefit.plot(*curve.turns, "s", color=colour, markersize=6, markeredgecolor="white")
            inner = curve.optima[0][(curve.optima[0] > 0) & (curve.optima[0] < 1)]
            benefit.plot(inner, 0 * inner, "o", color=colour, markersize=8, markeredgecolor="black", zorder=4)
            loss.plot(*curve.loss, color=colour, label=phase)
            loss.plot(*curve.searched, "o", markersize=6, markerfacecolor="none", markeredgecolor=colour)
            loss.plot(*curve.optima, "o", color=colour, markersize=8, markeredgecolor="black", zorder=4, clip_on=False)
        phase, c, value = setting.best
        loss.plot([c], [value], "*", color=COLOURS[phase], markersize=18, markeredgecolor="black", zorder=5)
        benefit.axhline(0, color="0.5", linewidth=0.8)
        benefit.set_title(f"s = {float(setting.sparsity):g}: marginal benefit of feature 2's capacity")
        benefit.set_ylabel(r"$-\partial K/\partial C$")
        benefit.set_ylim(-0.5, 0.35)
        loss.set_title(f"Least loss at that capacity; ★ the model: {phase}")
        loss.set_ylabel("expected loss K")
        loss.set_xlabel("capacity C of feature 2")
    rows[0][0].legend(loc="lower left", title="thick: rising")
    return figure
