"""The smallest model's exact minima, phases and boundary, held to searches that know nothing of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from random import Random

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from analytic.n2m1 import CriticalPoint, SmallestModel, compiled_loss, phase_boundary, phase_diagram
from numeric.minimise import minimise
from numeric.running.progress import Progress, each
from numeric.solution import Solution

from ..check import Outcome, Worst

Array = npt.NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)
_HALF_WIDTH = 2.0
"""Searches look at |w_i| ≤ 2: for density > 0 and importances ≥ 1/10 of each other K grows beyond |w_i| = 3/2."""


def settings(count: int) -> list[SmallestModel]:
    """Models to search: dense, sparse, on both sides of the boundary, with a penalty, then random ones."""
    chosen = [
        SmallestModel(0, (1, 1)),
        SmallestModel("1/2", (1, 1)),
        SmallestModel("9/10", (1, "1/2")),
        SmallestModel("3/10", (1, "7/10")),
        SmallestModel("99/100", (1, 2)),
        SmallestModel("4/5", (1, "1/3"), "1/50"),
    ]
    random = Random("settings of the smallest model")
    while len(chosen) < count:
        importance = Fraction(random.randint(10, 100), random.randint(10, 100))
        chosen.append(SmallestModel(Fraction(random.randint(0, 99), 100), (1, importance)))
    return chosen[:count]


def label(model: SmallestModel) -> str:
    s, i1, i2, strength = model.parameters
    return f"s = {s}, I = ({i1}, {i2}), λ = {strength}"


def objective(model: SmallestModel) -> Callable[[Array], tuple[float, Array]]:
    """The compiled K and its gradient at (w₁, w₂), for a minimiser."""
    parameters = tuple(map(float, model.parameters))

    def loss(w: Array) -> tuple[float, Array]:
        value, first, second = compiled_loss()(w[0], w[1], *parameters)
        return float(value), np.array([float(first), float(second)])

    return loss


@lru_cache(maxsize=64)
def _search(model: SmallestModel) -> Solution:
    starts = np.random.default_rng(0).uniform(-_HALF_WIDTH, _HALF_WIDTH, (64, 2))
    return minimise(objective(model), starts)


def nothing_below(count: int, progress: Progress) -> Outcome:
    """How far a 64-start search or a 400 × 400 grid gets below the exact minimum, relative to I₁ + I₂."""
    axis = np.linspace(-_HALF_WIDTH, _HALF_WIDTH, 400)
    worst = Worst()
    for model in each(settings(count), progress):
        exact = float(model.global_minima()[0].value)
        grid = compiled_loss()(axis[:, None], axis[None], *map(float, model.parameters))[0]
        lowest = min(float(grid.min()), _search(model).value)
        importance = float(sum(model.parameters[1:3]))
        worst.see((exact - lowest) / importance, exact, lowest, label(model))
    return worst.outcome(
        64 * EPS,
        "float64 rounding of the compiled K, relative to I₁ + I₂; negative: all of them lie above",
        {"settings": count, "starts": 64, "grid": "400 × 400"},
    )


def minimum_reached(count: int, progress: Progress) -> Outcome:
    """Distance of the best of 64 starts from the exact minimum."""
    worst = Worst()
    for model in each(settings(count), progress):
        exact, found = float(model.global_minima()[0].value), _search(model).value
        worst.see(abs(found - exact), exact, found, label(model))
    return worst.outcome(
        1e-10,
        "a gradient of 1e-10 leaves a loss far below this; rounding of K leaves 1e-15",
        {"settings": count, "starts": 64},
    )


def critical_points(count: int, progress: Progress) -> Outcome:
    """Extrema over 100,000 directions of the least loss on the ray, against the exact list.

    Two values of K on a ray, at scales 1 and 2, give L and Q and so the ray's least loss. Every extremum of the scan
    must be an exact critical direction, and every exact minimum must be an extremum of the scan.
    """
    angles = np.pi * (np.arange(100_000) + 0.5) / 100_000
    spacing = float(angles[1] - angles[0])
    worst = Worst()
    for model in each(settings(count), progress):
        parameters = tuple(map(float, model.parameters))
        at_zero, at_one, at_two = (
            compiled_loss()(scale * np.cos(angles), scale * np.sin(angles), *parameters)[0] for scale in (0.0, 1.0, 2.0)
        )
        cost = ((at_two - at_zero) - 4 * (at_one - at_zero)) / 12
        least = at_zero - (cost + at_zero - at_one) ** 2 / (4 * cost)
        before, after = np.roll(least, 1), np.roll(least, -1)
        low, high = (least < before) & (least <= after), (least > before) & (least >= after)
        points = [point for point in model.critical_points() if point.place != "origin"]
        minima = [point for point in points if point.kind == "minimum"]
        distance = max(
            max(_apart(angle, points) for angle in angles[low | high]),
            max(float(np.abs(_wrap(angles[low] - _angle(point))).min()) for point in minima),
            np.pi * abs(int(low.sum()) - len(minima)),
        )
        summary = f"{len(minima)} minima, {len(points)} critical directions"
        scan = f"{int(low.sum())} minima, {int((low | high).sum())} extrema"
        worst.see(distance / spacing, summary, scan, label(model))
    return worst.outcome(
        1.0,
        "distance of directions in steps of the scan: the extremum of a smooth function lies within one",
        {"settings": count},
    )


def _angle(point: CriticalPoint) -> float:
    first, second = point.floats
    return float(np.arctan2(second, first)) % np.pi


def _wrap(angle: Array) -> Array:
    """Angles between directions: W and −W are the same one."""
    return np.asarray((angle + np.pi / 2) % np.pi - np.pi / 2)


def _apart(angle: float, points: list[CriticalPoint]) -> float:
    return min(abs(float(_wrap(np.array(angle - _angle(point))))) for point in points)


def diagram(count: int, progress: Progress) -> Outcome:
    """Least loss and phase of the vectorised diagram at random settings, against the certified solver."""
    random = Random("settings of the phase diagram")
    worst = Worst()
    for _ in each(range(count), progress):
        s = Fraction(random.randint(0, 999), 1000)
        importance = Fraction(10 ** random.uniform(-1, 1)).limit_denominator(1000)
        model = SmallestModel(s, (1, importance))
        minimum = model.global_minima()[0]
        found = phase_diagram(float(s), float(importance))
        deviation = abs(float(minimum.value) - float(found.loss)) / float(1 + importance)
        if (minimum.phase == "antipodal") != bool(found.antipodal):
            deviation = max(deviation, abs(float(found.gap)))
        worst.see(deviation, float(minimum.value), float(found.loss), label(model))
    return worst.outcome(
        64 * EPS,
        "float64 rounding relative to I₁ + I₂; a wrong phase counts with the gap between the phases",
        {"settings": count},
    )


def _least(s: float, importance: Fraction, antipodal: bool) -> float:
    """The least loss with w₁ ≥ 0 and w₂ ≤ 0 (antipodal) or w₂ ≥ 0 (aligned), by search from nine starts."""
    parameters = (s, 1.0, float(importance), 0.0)
    side = -1.0 if antipodal else 1.0

    def loss(w: Array) -> tuple[float, Array]:
        value, first, second = compiled_loss()(w[0], side * w[1], *parameters)
        return float(value), np.array([float(first), side * float(second)])

    sizes = (0.3, 0.7, 1.1)
    bounds = [(1e-3, _HALF_WIDTH)] * 2
    return minimise(loss, [(a, b) for a in sizes for b in sizes], bounds=bounds).value


def boundary(progress: Progress) -> Outcome:
    """Critical sparsity: the enclosure by elimination against the root of the difference of two searched minima."""
    worst = Worst()
    importances = [Fraction(1), Fraction(1, 2), Fraction(1, 5), Fraction(3)]
    for importance in each(importances, progress):
        lower, upper = phase_boundary((1, importance)).enclosure()
        exact = float((lower + upper) / 2)

        def difference(s: float, importance: Fraction = importance) -> float:
            return _least(s, importance, antipodal=True) - _least(s, importance, antipodal=False)

        found = float(brentq(difference, exact - 0.05, exact + 0.04, xtol=1e-13, rtol=1e-13))
        worst.see(abs(found - exact), exact, found, f"I = (1, {importance})")
    return worst.outcome(
        1e-12,
        "rounding of K, 1e-15, over the jump of ∂K/∂s, above 0.02, with a factor of 20 to spare",
        {"settings": len(importances)},
    )


def transition_order(progress: Progress) -> Outcome:
    """The jump of ∂K/∂s at the transition: exact branches against differences of searched minima."""
    step = 2.0**-9
    stencil = {-2: 1 / 12, -1: -8 / 12, 1: 8 / 12, 2: -1 / 12}
    worst = Worst()
    importances = [Fraction(1), Fraction(1, 2), Fraction(3)]
    for importance in each(importances, progress):
        transition = phase_boundary((1, importance))
        s = float(sum(transition.enclosure()) / 2)
        exact = float(sum(transition.slope_jump()) / 2)
        below, above = (
            sum(weight * _least(s + k * step, importance, antipodal) for k, weight in stencil.items()) / step
            for antipodal in (False, True)
        )
        worst.see(abs(above - below - exact), exact, above - below, f"I = (1, {importance})")
    return worst.outcome(
        1e-7,
        "five-point differences at h = 1/512: h⁴|K⁽⁵⁾|/30 for |K⁽⁵⁾| to 4e4 (4e3 is seen), rounding below 1e-11",
        {"settings": len(importances)},
    )
