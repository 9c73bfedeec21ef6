"""The Bayesian transition: how much of the posterior each phase holds at n samples, and where approximations say it switches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from analytic.learning_coefficient import FreeEnergy, free_energy, phases, switches
from analytic.one_sparse import polygons
from numeric.learning_coefficient import local_free_energy, polygon_target
from numeric.learning_coefficient.phases import Posterior, posterior
from numeric.running.progress import Progress, within

from ..motifs.caption import Caption

TITLE = "Where a Bayesian posterior changes its polygon"
SEED = 0
SECONDS = (10, 70)
FEATURES = (4, 5, 6)
NUMBERS = (25, 50, 75, 100, 150, 200, 250, 300, 500, 2000)
FROM_TO = {4: ("3−", "4"), 5: ("4−", "5"), 6: ("5−", "6")}
APPROXIMATIONS = {"logarithm": "nK + λ log n", "norm": "with ½|w*|²", "everything": "with C"}
COLOURS = {"2": "0.6", "3": "#CC79A7", "4": "#E69F00", "5": "#009E73", "6": "#0072B2"}
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """Of c features: the posterior, and n of the switch between two phases: as measured, with its error, and by each
    approximation that has one."""

    c: int
    sampled: Posterior
    switch: float
    switch_error: float
    approximate: dict[str, float]


@dataclass(frozen=True)
class Transition:
    """`panels`; −log Z at the largest n of six features, sampled and for the hexagon's orbit alone, each with its error, and by
    Laplace's formula."""

    panels: tuple[Panel, ...]
    sampled: tuple[float, float]
    local: tuple[float, float]
    laplace: float


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Transition:
    """Four runs of 300 particles each, ten of 2,000 with `full`."""
    panels = []
    for index, c in enumerate(FEATURES):
        part = within(progress, index / len(FEATURES), (index + 1) / len(FEATURES))
        runs, particles = (10, 2000) if full else (4, 200)
        found = posterior(c, NUMBERS, particles=particles, runs=runs, seed=SEED, progress=part)
        known = {phase.name: phase for phase in phases(c)}
        pair = [known[name] for name in FROM_TO[c]]
        panels.append(Panel(c, found, *_meeting(found, *FROM_TO[c]), _approximations(*pair)))
    six, n = panels[-1].sampled, NUMBERS[-1]
    exact = free_energy(polygons(6)[0])
    local = local_free_energy(polygon_target(6), n, samples=20_000, seed=SEED)
    return Transition(
        tuple(panels),
        (-float(six.log_z[-1]), float(six.log_z_error[-1])),
        (local.value - float(np.log(exact.copies)), local.error),
        float(exact.at(n)),
    )


def _approximations(first: FreeEnergy, second: FreeEnergy) -> dict[str, float]:
    """The last crossing of two free energies, where the constants that it takes are known."""
    found = {}
    for keep in ("logarithm", "norm", "everything"):
        if keep == "everything" and (first.constant is None or second.constant is None):
            continue
        if crossings := switches(first, second, keep):
            found[keep] = float(crossings[-1])
    return found


def _meeting(found: Posterior, first: str, second: str) -> tuple[float, float]:
    """Where two shares are equal, by a line through the log-odds in log n between neighbours, and its error from theirs."""
    n, shares, errors = np.log(found.n), [], []
    for name in (first, second):
        shares.append(found.share(name))
        errors.append(found.shares_error[found.phases.index(name)])
    seen = (shares[0] > 0) & (shares[1] > 0)
    n, (low, high), (low_error, high_error) = n[seen], np.array(shares)[:, seen], np.array(errors)[:, seen]
    odds, spread = np.log(high / low), np.hypot(low_error / low, high_error / high)
    k = int(np.argmax(odds > 0))
    slope = (odds[k] - odds[k - 1]) / (n[k] - n[k - 1])
    where = float(np.exp(n[k - 1] - odds[k - 1] / slope))
    return where, where * float(max(spread[k], spread[k - 1]) / slope)


def caption(transition: Transition) -> Caption:
    six = transition.panels[-1]
    said = six.approximate
    return Caption(
        "The shares of the posterior exp(−nK) N(0, I) that fall, without noise, to each polygon beside dropped features, by "
        "sequential Monte Carlo; vertical lines are where two free energies are said to be equal.",
        f"nK + λ log n with exact λ puts the step from 5− to 6 at n = {said['logarithm']:.0f}, with ½|w*|² added at "
        f"{said['norm']:.0f}, with all of Laplace's constants at {said['everything']:.0f}.",
        f"The posterior itself takes it at n = {six.switch:.0f} ± {six.switch_error:.0f}: at such n neither the constants beside "
        "the logarithm nor the next order, 1/n, may be left out.",
        (
            *(
                (
                    f"c = {panel.c}, {' to '.join(FROM_TO[panel.c])}",
                    f"{panel.switch:.0f} ± {panel.switch_error:.0f} sampled; "
                    + ", ".join(f"{value:.1f} ({keep})" for keep, value in panel.approximate.items()),
                )
                for panel in transition.panels
            ),
            (
                f"−log Z, c = 6, n = {NUMBERS[-1]:,}",
                f"{transition.sampled[0]:.2f} ± {transition.sampled[1]:.2f} by particles, {transition.local[0]:.3f} ± "
                f"{transition.local[1]:.3f} around the hexagon by importance sampling, {transition.laplace:.3f} by Laplace's "
                "formula",
            ),
            ("published, c = 6", "600 to 700; a likelihood with the factor ½ would make 2n of our n"),
        ),
    )


def draw(transition: Transition) -> Any:
    figure, axes = pyplot.subplots(1, 3, figsize=(11.5, 4.2), sharey=True)
    for axis, panel in zip(axes, transition.panels, strict=True):
        found = panel.sampled
        for name, share, error in zip(found.phases, found.shares, found.shares_error, strict=True):
            if name == "other" or share.max() < 0.05:
                continue
            style = ":" if "+" in name else "-"
            axis.errorbar(found.n, share, error, fmt="o" + style, ms=3.5, lw=1.3, color=COLOURS[name[0]], label=name)
        for keep, n in panel.approximate.items():
            axis.axvline(n, ls="--", lw=0.9, color="0.5")
            beside = keep == "norm" and not n < panel.switch < 1.3 * n
            _say(axis, n, APPROXIMATIONS[keep], "left" if beside else "right")
        axis.axvline(panel.switch, color="0.1", lw=1.2)
        _say(axis, panel.switch, "sampled", "left")
        axis.set_xscale("log")
        axis.set_xticks([30, 100, 300, 1000], ["30", "100", "300", "1000"])
        axis.minorticks_off()
        axis.set_title(f"c = {panel.c}")
        axis.set_xlabel("samples n")
        axis.set_ylim(-0.02, 1.5)
        axis.set_yticks(np.linspace(0, 1, 6))
        axis.legend(fontsize=8, loc="center right", bbox_to_anchor=(1, 0.33))
    axes[0].set_ylabel("share of the posterior")
    return figure


def _say(axis: Any, n: float, what: str, side: str) -> None:
    """Beside a vertical line, above the shares."""
    gap = 2 if side == "left" else -2
    axis.annotate(
        what,
        (n, 1.08),
        (gap, 0),
        textcoords="offset points",
        rotation=90,
        ha=side,
        va="bottom",
        fontsize=8,
        color="0.25",
    )
