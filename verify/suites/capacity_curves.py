"""Curves of marginal benefit: any curves held to a grid, those of the smallest ReLU model to quadrature and search."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random

import numpy as np

from analytic.capacity import PANELS, PHASES, Curve, HeldCapacity, Phase, allocate
from numeric.capacity import best_on_grid, held_loss
from numeric.metrics import capacity
from numeric.minimise import minimise_loss
from numeric.running.progress import Progress, each

from ..check import Outcome, Worst

EPS = float(np.finfo(np.float64).eps)
GRID = 60
SIGNS: dict[Phase, int] = {"aligned": 1, "antipodal": -1}


def problems(count: int) -> list[tuple[tuple[Curve, ...], Fraction]]:
    """The six panels, then random curves of up to three stretches with jumps, and a budget on the grid."""
    chosen: list[tuple[tuple[Curve, ...], Fraction]] = [(curves, Fraction(1)) for curves in PANELS.values()]
    random = Random("curves of benefit")
    while len(chosen) < count:
        curves = tuple(_curve(random) for _ in range(random.randint(1, 4)))
        chosen.append((curves, Fraction(random.randint(0, GRID * len(curves)), GRID)))
    return chosen[:count]


def _curve(random: Random) -> Curve:
    inner = sorted(random.choices([Fraction(k, 4) for k in range(1, 4)], k=random.randint(0, 2)))
    return Curve([(c, Fraction(random.randint(0, 12), 2)) for c in (0, *inner, 1)])


def gains(curves: Sequence[Curve]) -> list[list[float]]:
    return [[float(curve.benefit(Fraction(k, GRID))) for k in range(GRID + 1)] for curve in curves]


def any_curves(count: int, progress: Progress) -> Outcome:
    """How far the best on a grid of step h lies above the exact benefit, or more than n h max b below it.

    The exact allocation rounded to a grid allocation moves each capacity by less than h, so the grid loses less than
    n h max b.
    """
    worst = Worst()
    for index, (curves, total) in enumerate(problems(count)):
        exact = float(allocate(curves, total).benefit)
        found = best_on_grid(gains(curves), int(total * GRID)).benefit
        highest = float(max(b for curve in curves for _, b in curve.corners))
        slack = len(curves) * highest / GRID
        worst.see(max(found - exact, exact - slack - found), exact, found, f"problem {index}, total {total}")
        progress((index + 1) / count)
    reason = "rounding of a sum of n benefits of at most 6; negative: the grid is below, by less than its step allows"
    return worst.outcome(64 * EPS, reason, {"problems": count, "grid": GRID})


def models(count: int) -> list[HeldCapacity]:
    """Sparsities 0 to 0.95, with importances equal, unequal, and far apart in turn."""
    importances = [(1, 1), (1, "1/2"), (1, "1/10"), (2, 1)]
    return [HeldCapacity(Fraction(19 * k, 20 * max(1, count - 1)), importances[k % 4]) for k in range(count)]


def label(model: HeldCapacity) -> str:
    s, i1, i2, _ = model.parameters
    return f"s = {s}, I = ({i1}, {i2})"


def held(count: int, progress: Progress) -> Outcome:
    """At five capacities in both phases, relative to I₁ + I₂."""
    worst = Worst()
    for model in each(models(count), progress):
        s, *importance = map(float, model.parameters[:3])
        for c in ("0", "1/8", "1/3", "1/2", "4/5"):
            for phase in PHASES:
                exact = float(model.loss(c, phase))
                found = held_loss(float(Fraction(c)), SIGNS[phase], s, importance).value
                worst.see(abs(exact - found) / sum(importance), exact, found, f"{label(model)}, C = {c}, {phase}")
    return worst.outcome(1e-13, "the accuracy of the quadrature, relative to I₁ + I₂", {"models": count})


def benefit(count: int, progress: Progress) -> Outcome:
    """Central differences of fourth order with h = 1/1000 of searched losses, relative to I₁ + I₂."""
    worst, h = Worst(), 1e-3
    for model in each(models(count), progress):
        s, *importance = map(float, model.parameters[:3])
        for c in ("1/5", "2/5", "3/4"):
            for phase in PHASES:
                exact = float(model.marginal_benefit(c, phase))
                at = [held_loss(float(Fraction(c)) + k * h, SIGNS[phase], s, importance).value for k in (-2, -1, 1, 2)]
                found = -(at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h)
                worst.see(abs(exact - found) / sum(importance), exact, found, f"{label(model)}, C = {c}, {phase}")
    # The exact fifth derivative of K is at most 3,601 (I₁ + I₂) at these places, at s = 0.
    reason = "h⁴/30 times the fifth derivative of K, 1.2e-10, and 1.5/h times the 1e-13 of the quadrature; fourfold"
    return worst.outcome(1e-9, reason, {"models": count})


def phase(count: int, progress: Progress) -> Outcome:
    """Difference of the losses, relative to I₁ + I₂; 1 where phases differ or capacities by more than 1e-5."""
    worst = Worst()
    for model in each(models(count), progress):
        s, *importance = map(float, model.parameters[:3])
        (best, *ties) = model.best()
        found = minimise_loss(2, 1, s, importance=importance, bias=False, starts=8)
        first, second = found.W[0].tolist()
        share = float(capacity(found.W)[1])
        same = not ties and (first * second > 0) == (best.phase == "aligned")
        near = abs(share - float(best.capacity)) <= 1e-5
        deviation = abs(float(best.value) - found.value) / sum(importance) if same and near else 1.0
        exact = f"{best.phase}, K = {float(best.value):.13g}, C = {float(best.capacity):.7f}"
        seen = f"{'aligned' if first * second > 0 else 'antipodal'}, K = {found.value:.13g}, C = {share:.7f}"
        worst.see(deviation, exact, seen, label(model))
    reason = "losses to ten times the accuracy that the route promises; capacities to the root of that"
    return worst.outcome(1e-9, reason, {"models": count})
