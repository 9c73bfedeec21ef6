r"""Boundaries between basins as orbits followed back in time, in floats: of the flow itself, or of the flow turned a little.

A turned flow has u′ + ε·w(R) for u′ (in the sense of the angle), w = (1 + R) |R − R*|/(R + R*) with the anchor R* of the orbit,
or w = 1 + R. The true flow crosses an orbit of it at the speed −ε·w: to one side. Backwards neighbours converge.

Each boundary is made of stretches, one for each chamber that it passes, as u(log R).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from .flow import Flow, HalfAxis

Floats = npt.NDArray[np.float64]

INNER, OUTER = Fraction(1, 10**10), Fraction(900)
"""R between which curves are followed: of σ = 0.01 and 5 what lies outside weighs less than 1e-6."""
_LOW, _HIGH = math.log(INNER), math.log(OUTER)
_OFF = 1e-7
_PRECISION = {"rtol": 1e-12, "atol": 1e-14}


@dataclass(frozen=True)
class Anchor:
    """Where an orbit starts on the axis: u = `slope` · (R − `square`)^`order` + …"""

    square: Fraction
    order: int
    slope: float


@dataclass(frozen=True)
class Stretch:
    """u = `values`(log R) for log R in [low, high], in one chamber; exactly `ends` at the ends where these are whole numbers."""

    flow: Flow
    low: float
    high: float
    values: Callable[[Floats], Floats]
    ends: tuple[int | None, int | None]
    anchor: Anchor | None = None


def inner(half: HalfAxis, turn: float) -> list[Stretch]:
    """The fast orbit into (1, 0) from the antipodal side: from the anchor towards the origin."""
    (rr, ru), (ur, uu) = half.opposite.jacobian(1.0, 0.0)
    slope = _slope(rr, ru, ur - turn, uu)  # w = 1 − R + … from the left
    anchor = Anchor(Fraction(1), 1, slope)
    first = math.log1p(-_OFF), -slope * _OFF
    return _followed(half, half.opposite, first, _LOW, lambda r: turn * abs(r - 1), anchor)


def outer(half: HalfAxis, turn: float) -> list[Stretch]:
    """The orbit that touches the axis at √(1 + I), in the aligned quadrant: from there outwards."""
    at = float(half.tangency)
    (_, _), (ur, _) = half.same.jacobian(at, 0.0)
    _, speed = half.same.velocity(at, 0.0)
    anchor = Anchor(half.tangency, 2, (ur + turn * (1 + at) / (2 * at)) / (2 * speed))
    return _followed(
        half, half.same, (math.log(at), 0.0), _HIGH, lambda r: turn * (1 + r) * abs(r - at) / (r + at), anchor
    )


def through(half: HalfAxis, square: float, u: float, turn: float) -> list[Stretch]:
    """The stable orbits of the saddle of the turned flow close to the antipodal saddle (R, u), inwards and outwards, as one."""
    flow = half.opposite
    for _ in range(30):
        (rr, ru), (ur, uu) = flow.jacobian(square, u)
        to_u, to_r = flow.velocity(square, u)
        step = np.linalg.solve([[rr, ru], [ur + turn, uu]], [to_r, to_u + turn * (1 + square)])
        square, u = square - step[0], u - step[1]
    slope = _slope(rr, ru, ur + turn, uu)
    sides = [
        _followed(half, flow, (math.log(square + side), u + slope * side), end, lambda r: turn * (1 + r), None)
        for side, end in ((-_OFF, _LOW), (_OFF, _HIGH))
    ]
    left, right = sides[0][0], sides[1][0]

    def values(x: Floats) -> Floats:
        """Between the two starts the tangent."""
        middle = u + slope * (np.exp(x) - square)
        below = left.values(np.minimum(x, left.high))
        return np.where(x < left.high, below, np.where(x > right.low, right.values(np.maximum(x, right.low)), middle))

    joined = Stretch(flow, left.low, right.high, values, (left.ends[0], right.ends[1]))
    return [*sides[0][1:], joined, *sides[1][1:]]


def _slope(rr: float, ru: float, ur: float, uu: float) -> float:
    """du/dR of the direction of the least eigenvalue. ArithmeticError where the eigenvalues are no two real numbers."""
    half, product = (rr - uu) / 2, ru * ur
    if half * half + product <= 0 or half >= 0:
        raise ArithmeticError("a boundary has no direction at its start")
    return ur / (half - math.sqrt(half * half + product)) if abs(ru) < abs(ur) else _other_slope(half, product, ru)


def _other_slope(half: float, product: float, ru: float) -> float:
    return (-half - math.sqrt(half * half + product)) / ru


def _followed(
    half: HalfAxis,
    flow: Flow,
    start: tuple[float, float],
    stop: float,
    turn: Callable[[float], float],
    anchor: Anchor | None,
) -> list[Stretch]:
    """From (log R, u) to log R = `stop`, through as many chambers as it takes; or to where flow leaves the axis on both sides."""
    found: list[Stretch] = []
    x, u = start
    begun: int | None = None
    while True:
        values, end, edge = _integrated(flow, x, u, stop, turn)
        low, high = (end, x) if end < x else (x, end)
        if anchor is not None:
            at = math.log(anchor.square)
            values, low, high = _anchored(values, anchor, x), min(low, at), max(high, at)
        ends = (edge, begun) if stop < x else (begun, edge)
        found.append(Stretch(flow, low, high, values, ends, anchor))
        leaves_axis = flow is half.opposite and edge == 0 and Fraction(math.exp(end)) <= half.tangency
        if edge is None or leaves_axis:
            return found
        flow, x, u, anchor, begun = half.beyond(flow, edge), end, float(edge), None, edge


def _anchored(values: Callable[[Floats], Floats], anchor: Anchor, start: float) -> Callable[[Floats], Floats]:
    """u/(R − R*)^order, also at the anchor itself."""
    at = float(anchor.square)

    def reduced(x: Floats) -> Floats:
        away = np.exp(x) - at
        close = np.abs(away) < 2 * _OFF
        safe = np.where(close, 1.0, away)
        clipped = np.minimum(x, start) if start < math.log(at) else np.maximum(x, start)
        return np.where(close, anchor.slope, values(clipped) / safe**anchor.order)

    return reduced


def _integrated(
    flow: Flow, x: float, u: float, stop: float, turn: Callable[[float], float]
) -> tuple[Callable[[Floats], Floats], float, int | None]:
    """u(log R), where it ends, and the edge of the chamber if it ends there."""
    from scipy.integrate import solve_ivp  # an orbit in floats: nothing else here needs it, or loads it

    def slope(at: float, y: Floats) -> tuple[float]:
        square = math.exp(at)
        to_u, to_r = flow.velocity(square, float(y[0]))
        return (square * (to_u + flow.sense * turn(square)) / to_r,)

    edges = [edge for edge in flow.edges if edge is not None]
    events = [_crossing(edge, 1 if edge == flow.edges[1] else -1) for edge in edges]
    done = solve_ivp(slope, (x, stop), (u,), method="DOP853", events=events, dense_output=True, **_PRECISION)
    if not done.success:
        raise ArithmeticError(f"a boundary was not followed: {done.message}")
    hit = [edge for edge, times in zip(edges, done.t_events, strict=True) if len(times)]
    return lambda at: np.asarray(done.sol(at)[0]), float(done.t[-1]), hit[0] if hit else None


def _crossing(edge: int, direction: int) -> Callable[[float, Floats], float]:
    def event(_: float, y: Floats) -> float:
        return float(y[0]) - edge

    event.terminal = True  # type: ignore[attr-defined]
    event.direction = direction  # type: ignore[attr-defined]
    return event
