"""Why these shapes: the loss of digons, a triangle and a pentagon by how many features are active together."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from analytic.exact import rational
from analytic.law import Independent, variance
from analytic.loss import loss_by_active
from analytic.polytope_loss import best_loss
from analytic.polytopes import polytope
from analytic.winners import winners
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "Why these shapes: the loss by number of active features"
SEED = None
SECONDS = (10, 36)
FEATURES = 5
SHAPES = ("digon", "triangle", "pentagon")
LABELS = ("2 digons + 1 dropped", "triangle + 2 dropped", "pentagon")
COPIES = (2, 1, 1)
PRESENT = Fraction(1, 4)
PUBLISHED_ALONE = Fraction(1, 2)
_PLACES = 10**7
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Two independent features, each present with probability `present`: exactly one of them is, both are, none is."""

    present: Fraction
    alone: Fraction
    both: Fraction
    none: Fraction


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """`sparsity` (k,); `parts` (3, k, 6): for each of `SHAPES` the loss where exactly 0, …, 5 features are active, over the loss
    of dropping all five, 5 Var x. `total` (3, k), from the certified best loss. `crossings`: where the winner changes.
    """

    sparsity: Floats
    parts: Floats
    total: Floats
    crossings: tuple[float, ...]
    winners: tuple[str, ...]
    pair: Pair


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Shapes:
    return compute(points=160 if full else 40, progress=progress)


def compute(*, points: int, progress: Progress) -> Shapes:
    grid = [Fraction(k, points) for k in range(points)]
    parts, total = [], []
    for index, s in enumerate(grid):
        found = [_parts(shape, copies, s) for shape, copies in zip(SHAPES, COPIES, strict=True)]
        parts.append([part for part, _ in found])
        total.append([whole for _, whole in found])
        progress(0.9 * (index + 1) / points)
    reigns = winners(FEATURES, 2)
    return Shapes(
        sparsity=np.array(grid, dtype=float),
        parts=np.array(parts).swapaxes(0, 1),
        total=np.array(total).T,
        crossings=tuple(float(reign.end.midpoint) for reign in reigns[:-1]),
        winners=tuple(reign.packing.name for reign in reigns),
        pair=pair(PRESENT),
    )


def pair(p: Fraction) -> Pair:
    """Sums of P(T) of two independent features of density p."""
    chance = [Fraction(0)] * 3
    for support, probability in Independent(1 - p).supports(2):
        chance[len(support)] += probability
    return Pair(p, chance[1], chance[2], chance[0])


def _parts(name: str, copies: int, s: Fraction) -> tuple[list[float], float]:
    """The exact expansion at the best norm and bias rounded to seven places, which costs less than 1e-12: the loss is flat
    there. Copies lie in planes or on lines of their own, dropped features have W_i = 0 and bias E x.
    """
    best = best_loss(polytope(name), s, 12)
    shape = best.polytope.vertices
    rows, columns = shape.shape
    norm, bias = (float(part.midpoint) for part in (best.norm, best.bias))
    W = np.zeros((2, FEATURES))
    for copy in range(copies):
        place = slice(copy * rows, (copy + 1) * rows), slice(copy * columns, (copy + 1) * columns)
        W[place] = norm * np.array(shape.tolist(), dtype=float)
    exact = [[Fraction(round(value * _PLACES), _PLACES) for value in row] for row in W.tolist()]
    p, dropped = 1 - s, FEATURES - copies * columns
    b = [Fraction(round(bias * _PLACES), _PLACES)] * (FEATURES - dropped) + [p / 2] * dropped
    nothing = variance(p)
    scale = FEATURES * nothing
    found = loss_by_active(exact, b, Independent(s))
    whole = copies * rational(best.loss.midpoint, "loss") + dropped * nothing
    return [float(rational(part, "part") / scale) for part in found], float(whole / scale)


def caption(shown: Shapes) -> Caption:
    two = shown.pair
    k = int(np.abs(shown.sparsity - 0.75).argmin())
    digons, pentagon = shown.parts[0, k], shown.parts[2, k]
    return Caption(
        "Loss of five equally important features in two dimensions where none, one, two or more of them are active, over the "
        "loss of dropping all five, for each shape at its best norm and bias.",
        "All losses are exact, and so are the probabilities of the last panel.",
        "Digons lose nothing that matters with one feature of a pair active, but all of the dropped one, and so the pentagon "
        "wins when features are sparse enough.",
        (
            *(
                (
                    name,
                    f"has the least loss in total {'up to' if j < len(shown.crossings) else 'from'} "
                    f"s = {shown.crossings[min(j, len(shown.crossings) - 1)]:.4f}",
                )
                for j, name in enumerate(shown.winners)
            ),
            (
                f"s = {shown.sparsity[k]:.3g}",
                f"digons lose {digons[1]:.3f} where one is active (pentagon {pentagon[1]:.3f}) and {digons[2]:.3f} where two are "
                f"(pentagon {pentagon[2]:.3f})",
            ),
            (
                "on the slides",
                f"a pair present {float(two.present):.0%} of the time each is good {float(PUBLISHED_ALONE):.0%} of the time and "
                f"bad {float(two.both):.2%}; bad is right, but exactly one is present {float(two.alone):.1%} of the time, and "
                f"neither {float(two.none):.2%}, which is good as well",
            ),
        ),
    )


def draw(shown: Shapes) -> Any:
    figure, panels = pyplot.subplots(2, 3, figsize=(11.2, 6.8))
    titles = ("None active", "One active", "Two active", "Three or more active", "All together: the loss")
    curves = (*shown.parts[:, :, :3].transpose(2, 0, 1), shown.parts[:, :, 3:].sum(axis=2), shown.total)
    styles = ("-", "--", "-.")
    for panel, title, rows in zip(panels.flat, titles, curves, strict=False):
        for row, label, style in zip(rows, LABELS, styles, strict=True):
            panel.plot(shown.sparsity, row, style, label=label)
        panel.set_title(title)
        panel.set_xlabel("sparsity s")
        panel.set_xlim(0, 1)
        panel.set_ylim(0, None)
    for panel in panels[:, 0]:
        panel.set_ylabel("loss / loss of dropping all")
    whole = panels[1, 1]
    for crossing in shown.crossings:
        whole.axvline(crossing, color="0.35", linewidth=0.8, linestyle=(0, (2, 2)))
        whole.annotate(
            f"{crossing:.4f}", (crossing, 0.02), xytext=(3, 0), textcoords="offset points", fontsize=8.5, color="0.3"
        )
    figure.legend(*whole.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    _pair(panels[1, 2], shown.pair)
    return figure


def _pair(panel: Any, two: Pair) -> None:
    """How often a pair is good or bad, as published and as it is."""
    p = np.linspace(0, 1, 101)
    panel.plot(p, 2 * p * (1 - p), "-", color="#0072B2")
    panel.plot(p, p**2, "--", color="#D55E00")
    panel.text(0.4, 0.42, "exactly one", color="#0072B2", fontsize=9)
    panel.text(0.86, 0.66, "both", color="#D55E00", fontsize=9)
    x = float(two.present)
    for value, marker, note, aside, side in (
        (two.alone, "o", f"{float(two.alone):.1%}", (-7, 3), "right"),
        (two.both, "o", f"{float(two.both):.2%}", (-7, 3), "right"),
        (PUBLISHED_ALONE, "x", f"slides: {float(PUBLISHED_ALONE):.0%}", (5, 6), "left"),
    ):
        panel.plot(x, float(value), marker, color="black", markersize=6)
        panel.annotate(note, (x, float(value)), xytext=aside, textcoords="offset points", ha=side, fontsize=9)
    panel.set_title("A pair: how often one, how often both")
    panel.set_xlabel("density of each, p")
    panel.set_ylabel("probability")
    panel.set_xlim(0, 1)
    panel.set_ylim(0, 1)
