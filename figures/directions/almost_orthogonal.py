"""Almost orthogonal directions: how many unit vectors of coherence at most ε there are, random, optimised, and at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from numeric.line_packing import least_coherence, random_directions, welch_bound
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "How many almost orthogonal directions there are"
SEED = 0
SECONDS = (24, 400)
LEVELS = (1 / 2, 1 / 3, 1 / 5)
NAMES = ("1/2", "1/3", "1/5")
COUNTED = (3, 5, 7)
"""The dimensions whose coherence is drawn against n."""
EXACT = ((3, 2, 1 / 2), (6, 3, 5**-0.5), (5, 4, 1 / 4), (10, 5, 1 / 3), (16, 6, 1 / 3), (28, 7, 1 / 3))
"""Equiangular tight frames, (n, m, coherence): they meet Welch's bound, so no n vectors are less coherent."""
SLACK = 1e-6
"""How far above ε an optimised coherence may be: far above what descent leaves, see `numeric.line_packing`."""
PATIENCE = 3
MOST = 600
"""The most directions drawn at random."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """In m dimensions: least coherence found, Welch's bound, and the median of random directions, for each n."""

    m: int
    n: npt.NDArray[np.int64]
    found: Floats
    bound: Floats
    random: Floats


@dataclass(frozen=True, kw_only=True)
class Count:
    """For one ε: by dimension m, how many directions descent finds (`optimised_m`, `optimised`), at most (`bound_m`, `bound`:
    Welch, where mε² < 1), for certain (`random_m`, `union`: the union bound), and the median number drawn at random before two
    are closer than ε (`drawn`).
    """

    level: float
    optimised_m: npt.NDArray[np.int64]
    optimised: npt.NDArray[np.int64]
    bound_m: npt.NDArray[np.int64]
    bound: npt.NDArray[np.int64]
    random_m: npt.NDArray[np.int64]
    union: npt.NDArray[np.int64]
    drawn: Floats


@dataclass(frozen=True)
class Directions:
    """`reached`: the coherence found for each of `EXACT`, less the exact one."""

    curves: tuple[Curve, ...]
    counts: tuple[Count, ...]
    reached: tuple[float, ...]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Directions:
    if full:
        return compute(steps=20, largest=(6, 7, 9), starts=48, draws=401, progress=progress)
    return compute(steps=8, largest=(4, 6, 8), starts=12, draws=101, progress=progress)


def compute(*, steps: int, largest: tuple[int, ...], starts: int, draws: int, progress: Progress) -> Directions:
    """`steps` values of n in each curve, `largest` the dimensions up to which directions are optimised for each ε."""
    curves = []
    for m in COUNTED:
        curves.append(_curve(m, steps, starts, draws))
        progress(0.3 * len(curves) / len(COUNTED))
    counts = []
    for level, last in zip(LEVELS, largest, strict=True):
        counts.append(_count(level, last, starts, draws))
        progress(0.3 + 0.5 * len(counts) / len(LEVELS))
    reached = tuple(
        least_coherence(n, m, starts=4 * starts, seed=SEED, enough=exact + SLACK).coherence - exact
        for n, m, exact in EXACT
    )
    return Directions(tuple(curves), tuple(counts), reached)


def _curve(m: int, steps: int, starts: int, draws: int) -> Curve:
    n = np.unique(np.round(np.geomspace(m, 4 * m, steps)).astype(int))
    n = np.union1d(n, [m + 1, *(k for k, d, _ in EXACT if d == m)])
    bound = np.array([welch_bound(k, m) for k in n])
    found = [least_coherence(k, m, starts=starts, seed=SEED, enough=welch_bound(k, m) + SLACK).coherence for k in n]
    random = np.random.default_rng([SEED, m])
    drawn = [np.median([_largest(_directions(random, k, m)) for _ in range(draws)]) for k in n]
    return Curve(m, n, np.array(found), bound, np.array(drawn))


def _count(level: float, last: int, starts: int, draws: int) -> Count:
    dimensions = np.arange(2, last + 1)
    optimised: list[int] = []
    for m in dimensions.tolist():
        # One more dimension takes one more direction, orthogonal to all.
        optimised.append(_most(level, m, optimised[-1] + 1 if optimised else 2, starts))
    bound = [(m, most) for m in range(2, MOST) if (most := welch_count(level, m)) is not None]
    places = np.unique(np.round(np.geomspace(2, 64, 16)).astype(int))
    union = np.array([random_directions(level, m) for m in places])
    random = np.random.default_rng([SEED, round(1 / level)])
    drawn = [
        np.median([_before_close(_directions(random, min(MOST, 8 * exist + 16), m), level) for _ in range(draws)])
        for m, exist in zip(places, union, strict=True)
    ]
    bound_m, most_of = np.array(bound).T
    return Count(
        level=level,
        optimised_m=dimensions,
        optimised=np.array(optimised),
        bound_m=bound_m,
        bound=most_of,
        random_m=places,
        union=union,
        drawn=np.array(drawn),
    )


def _most(level: float, m: int, least: int, starts: int) -> int:
    """The most directions that descent finds at coherence `level`: Welch's bound if it is reached, otherwise one more at a
    time until `PATIENCE` numbers in a row fail.
    """

    def reached(n: int) -> bool:
        return least_coherence(n, m, starts=starts, seed=SEED, enough=level + SLACK).coherence <= level + SLACK

    bound = welch_count(level, m)
    if bound is not None and reached(bound):
        return bound
    n = trial = least
    while trial < n + PATIENCE and (bound is None or trial + 1 < bound):
        trial += 1
        if reached(trial):
            n = trial
    return n


def welch_count(level: float, m: int) -> int | None:
    """The most vectors of coherence `level` that Welch's bound allows, n ≤ m (1 − ε²)/(1 − mε²); None where mε² ≥ 1."""
    room = 1 - m * level**2
    # Rounding must not lose a whole number.
    return None if room < 1e-12 else max(m, int(m * (1 - level**2) / room * (1 + 1e-12)))


def _directions(random: np.random.Generator, n: int, m: int) -> Floats:
    W = random.standard_normal((m, n))
    return np.asarray(W / np.linalg.norm(W, axis=0))


def _largest(W: Floats) -> float:
    return float(np.abs(np.triu(W.T @ W, 1)).max())


def _before_close(W: Floats, level: float) -> int:
    """How many columns of W come before the first that has a cosine above `level` with an earlier one."""
    close = (np.abs(np.triu(W.T @ W, 1)) > level).any(axis=0)
    return int(close.argmax()) if close.any() else W.shape[1]


def caption(shown: Directions) -> Caption:
    last, third = shown.counts[:2]
    counted = ", ".join(f"{n} for m = {m}" for m, n in zip(third.optimised_m, third.optimised, strict=True))
    allowed = ", ".join(map(str, third.bound[: len(third.optimised)]))
    return Caption(
        "Left, the least coherence, the largest |cosine| of two, that descent finds for n unit vectors; right, how many vectors "
        "there are with coherence at most ε.",
        "Nothing lies below Welch's bound √((n − m)/(m(n − 1))), and the equiangular tight frames that meet it are found to "
        f"{max(*shown.reached, 0.0):.0e}.",
        "There are many almost orthogonal directions, as the superposition hypothesis needs: random ones do far worse in few "
        "dimensions, but their number grows exponentially.",
        (
            *(
                (f"{n} vectors in {m} dimensions", f"coherence {exact:.4f}, found to {max(gap, 0.0):.0e}")
                for (n, m, exact), gap in zip(EXACT, shown.reached, strict=True)
            ),
            ("ε = 1/3", f"descent finds {counted}; Welch's bound allows {allowed}, and diverges where mε² = 1"),
            (
                f"random, ε = 1/2, m = {last.random_m[-1]}",
                f"half of all draws have {last.drawn[-1]:.0f} before two come closer; the union bound with the exact law of a "
                f"cosine proves that {last.union[-1]} exist",
            ),
            ("optimised numbers", "lower bounds: a failed search, by descent on a smooth maximum, proves nothing"),
        ),
    )


_SAMPLED: Any = {"linestyle": ":", "markersize": 3.5, "markerfacecolor": "white", "linewidth": 1}


def draw(shown: Directions) -> Any:
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11.4, 5.4))
    colours = pyplot.rcParams["axes.prop_cycle"].by_key()["color"]
    _draw_coherence(left, shown.curves, colours)
    _draw_counts(right, shown.counts, colours)
    return figure


def _draw_coherence(left: Any, curves: Sequence[Curve], colours: Sequence[str]) -> None:
    for curve, colour, marker in zip(curves, colours, "osD", strict=False):
        grid = np.linspace(curve.m, curve.n[-1], 200)
        bound = np.sqrt((grid - curve.m) / (curve.m * (grid - 1)))
        left.plot(grid, bound, "-", color=colour, linewidth=1.4)
        left.plot(curve.n, curve.found, marker, color=colour, markersize=5, label=f"m = {curve.m}, optimised")
        left.plot(curve.n, curve.random, marker=marker, color=colour, **_SAMPLED)
    left.plot([], [], "-", color="0.4", linewidth=1.4, label="Welch's bound")
    left.plot([], [], marker="o", color="0.4", label="random, median", **_SAMPLED)
    for n, m, exact in EXACT:
        if m in COUNTED:
            left.plot(n, exact, "o", color="none", markeredgecolor="black", markersize=11)
    left.plot([], [], "o", color="none", markeredgecolor="black", markersize=9, label="equiangular: meets the bound")
    left.set(ylim=(0, 1), xlabel="number of directions, n", ylabel="coherence, the largest |cosine|")
    left.set_title("The least coherence of n directions")
    left.legend(loc="lower right", fontsize=8.5)


def _draw_counts(right: Any, counts: Sequence[Count], colours: Sequence[str]) -> None:
    for count, name, colour, marker in zip(counts, NAMES, colours, "osD", strict=False):
        right.plot(count.random_m, count.union, "--", color=colour, linewidth=1.2)
        right.plot(count.random_m, count.drawn, marker=marker, color=colour, **_SAMPLED)
        right.plot(count.bound_m, count.bound, "-", color=colour, linewidth=1.4)
        right.plot(
            count.optimised_m, count.optimised, marker, color=colour, markersize=5.5, label=f"ε = {name}, optimised"
        )
    right.plot([], [], "-", color="0.4", linewidth=1.4, label="at most (Welch)")
    right.plot([], [], "--", color="0.4", linewidth=1.2, label="exist (union bound)")
    right.plot([], [], marker="o", color="0.4", label="random, median", **_SAMPLED)
    right.plot([2, 64], [2, 64], color="0.8", linewidth=1, zorder=0)
    right.text(40, 45, "n = m", fontsize=8.5, color="0.5", rotation=30)
    right.set(xscale="log", yscale="log", xlabel="dimensions, m", ylabel="number of directions")
    right.set_xticks([2, 4, 8, 16, 32, 64], ["2", "4", "8", "16", "32", "64"])
    right.set_yticks([1, 3, 10, 30, 100, 300], ["1", "3", "10", "30", "100", "300"])
    right.minorticks_off()
    right.set_ylim(0.9, 700)
    right.set_title("How many with coherence at most ε")
    right.legend(loc="upper left", fontsize=8.5)
