"""The loss without sampling: its error against the number of nodes, and what it costs as the number of features grows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib import pyplot

from analytic.law import Independent
from analytic.loss import loss_of_floats
from numeric.population import value_and_gradient
from numeric.population.factors import Form, Rows
from numeric.population.line_rows import choose_lines, line_rows
from numeric.running.progress import Progress

from ..motifs.caption import Caption

TITLE = "What the loss without sampling costs"
SEED = 12  # the network of n features is drawn with seed n
# Full: a cost that grows as n² beyond the 100 features of quick.
SECONDS = (12, 120)
FEATURES, HIDDEN = 12, 3
DENSITIES = (Fraction(1), Fraction(1, 2), Fraction(1, 20))
LARGE_DENSITIES = (0.5, 0.02)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Costs:
    """`errors`: for each of `DENSITIES` rows (tolerance asked for, nodes, error), relative to K_1 + E x_1², for the loss
    of the first of 12 features. `seconds`: for each of `LARGE_DENSITIES` rows (n, CPU seconds of loss and gradient).
    """

    errors: tuple[Floats, ...]
    seconds: tuple[Floats, ...]


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Costs:
    """The exact loss of the first feature is a rational; m = n/10, but 2 at least, where cost is measured."""
    errors = []
    for index, density in enumerate(DENSITIES):
        errors.append(_errors(density))
        progress(0.3 * (index + 1) / len(DENSITIES))
    sizes = (5, 10, 20, 50, 100, 200, 400) if full else (5, 10, 20, 50, 100)
    seconds = []
    for index, large in enumerate(LARGE_DENSITIES):
        seconds.append(np.array([(n, _seconds(n, large)) for n in sizes]))
        progress(0.3 + 0.7 * (index + 1) / len(LARGE_DENSITIES))
    return Costs(tuple(errors), tuple(seconds))


def _network(n: int, m: int) -> tuple[Floats, Floats]:
    """Columns of norm about 1, entries multiples of 1/64: rationals of few digits."""
    random = np.random.default_rng(n)
    return np.round(64 * random.normal(size=(m, n)) / m**0.5) / 64, np.round(64 * random.uniform(-0.3, 0, n)) / 64


def _errors(density: Fraction) -> Floats:
    W, b = _network(FEATURES, HIDDEN)
    first = [1] + [0] * (FEATURES - 1)
    exact = loss_of_floats(W, b, Independent(1 - density), first)
    scale = float(exact) + float(density) / 3
    form = Form(np.arange(FEATURES + 1), True)
    p = np.full((1, FEATURES), float(density))
    rows = Rows.of((W.T @ W)[:1], b[:1], np.zeros(1, np.int64), p, 1 - p, form)
    found = []
    for digits in range(1, 13):
        tolerance = np.full(1, scale * 10.0**-digits)
        lines = choose_lines(rows, tolerance, gradient=False)
        value = float(line_rows(rows, lines, False, torch.device("cpu"))[0][0]) + float(density) / 3
        found.append((10.0**-digits, int(lines.nodes[0]), abs(value - float(exact)) / scale))
    return np.array(found)


def _seconds(n: int, density: float) -> float:
    W, b = _network(n, max(2, n // 10))
    start = time.process_time()
    value_and_gradient(W, b, 1 - density)
    return time.process_time() - start


def caption(costs: Costs) -> Caption:
    worst = max(float((rows[:, 2] / rows[:, 0]).max()) for rows in costs.errors)
    most = max(int(rows[-1, 1]) for rows in costs.errors)
    return Caption(
        f"Left, the error of the loss of one of {FEATURES} features by the trapezoid sum on one line, as the tolerance asked for "
        "falls tenfold from dot to dot; right, what loss and gradient of one model cost.",
        "Errors are those against the exact rational value, and all stay below the tolerance.",
        "Dense features need few nodes, sparse ones a power of 1/error, since their density has kinks.",
        (
            ("largest error", f"{worst:.0e} of the tolerance, with {most} nodes or fewer"),
            ("where a line steps back", "supports of at most two features begin to be taken out exactly"),
            ("cost", "on one thread; up to twelve features every support is summed"),
            *(
                (f"n = {rows[-1, 0]:.0f}, density {density:g}", f"{rows[-1, 1]:.1f} CPU s")
                for density, rows in zip(LARGE_DENSITIES, costs.seconds, strict=True)
            ),
        ),
    )


def draw(costs: Costs) -> Any:
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9.6, 4.2))
    markers = ("o", "s", "^")
    for density, rows, marker in zip(DENSITIES, costs.errors, markers, strict=True):
        left.plot(rows[:, 1], np.maximum(rows[:, 2], 1e-17), marker + "-", ms=4, label=f"density {float(density):g}")
    left.set_xscale("log")
    left.set_yscale("log")
    left.axhline(2.0**-52, color="0.6", lw=1, ls=":")
    left.text(0.98, 2.0**-52 * 1.5, "rounding", color="0.4", ha="right", transform=left.get_yaxis_transform(), size=9)
    left.set_xlabel("nodes")
    left.set_ylabel("error, relative to $K_1 + E\\,x_1^2$")
    left.set_title("Error against the number of nodes")
    left.legend()
    for large, rows, marker in zip(LARGE_DENSITIES, costs.seconds, markers, strict=False):
        right.plot(*rows.T, marker + "-", ms=4, label=f"density {large:g}")
    right.set_xscale("log")
    right.set_yscale("log")
    right.set_xlabel("number of features n")
    right.set_ylabel("CPU seconds, loss and gradient")
    right.set_title("Cost of one model")
    right.legend()
    return figure
