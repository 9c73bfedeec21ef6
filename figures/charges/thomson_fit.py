"""How least Coulomb energies on the sphere grow: what is left of them after N²/2 − a N^(3/2), and after one term more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy
from matplotlib import pyplot

from numeric.running.progress import Progress
from numeric.thomson import STARTS, best_known, solve

from ..motifs.caption import Caption

TITLE = "The growth of Thomson energies"
SEED = 0
# Full: as measured at 50 and 100 points.
SECONDS = (5, 240)
FOUND, TABLE = "#0072B2", "#D55E00"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Least energies E of N points, `found` by the solver or else from the published table, and two fits by least squares:
    E ≈ N²/2 − a N^(3/2), with `one` = (a,), and E ≈ N²/2 − a N^(3/2) + b N^(1/2), with `two` = (a, b).
    """

    sizes: Floats
    energies: Floats
    found: npt.NDArray[np.bool_]
    starts: int
    one: Floats
    two: Floats

    def residual(self, coefficients: Floats) -> Floats:
        return np.asarray(self.energies - self.sizes**2 / 2 - _terms(self.sizes, len(coefficients)) @ coefficients)


def _terms(sizes: Floats, count: int) -> Floats:
    return np.column_stack([-(sizes**1.5), sizes**0.5])[:, :count]


def conjectured_slope() -> sympy.Expr:
    r"""The limit that a is conjectured to have, −3 √(√3/8π) ζ(½) L(½), L(s) = 3^{−s} (ζ(s, ⅓) − ζ(s, ⅔)).

    Half the energy of a point in the hexagonal lattice of that density (its Epstein zeta function, 6 ζ(s/2) L(s/2) at unit
    distance, continued to s = 1). Source: Kuijlaars and Saff, Trans. Amer. Math. Soc. 350 (1998) 523–538.
    """
    half = sympy.Rational(1, 2)
    third = sympy.Rational(1, 3)
    series = (sympy.zeta(half, third) - sympy.zeta(half, 2 * third)) / sympy.sqrt(3)
    return -3 * sympy.sqrt(sympy.sqrt(3) / (8 * sympy.pi)) * sympy.zeta(half) * series


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> Growth:
    """Solved for N up to 24, or up to 100 if `full`, which takes minutes; the table goes on to 50."""
    table = best_known()
    top, starts = (100, STARTS) if full else (24, 24)
    sizes = np.arange(2, max(top, *table) + 1)
    energies = []
    for index, n in enumerate(sizes.tolist()):
        energies.append(solve(n, starts=starts).value if n <= top else table[n].energy)
        progress((index + 1) / len(sizes))
    N, E = sizes.astype(np.float64), np.array(energies)
    one, two = (np.asarray(np.linalg.lstsq(_terms(N, k), E - N**2 / 2)[0], np.float64) for k in (1, 2))
    return Growth(sizes=N, energies=E, found=sizes <= top, starts=starts, one=one, two=two)


def caption(growth: Growth) -> Caption:
    a, (a2, b) = growth.one[0], growth.two
    others = "" if growth.found.all() else ", the others from the published table"
    largest = np.abs(growth.residual(growth.one)).max()
    return Caption(
        "What the least energies of N charges have beyond the fit N²/2 − a N^(3/2), a slow swing (dashed) and spikes, and on the "
        "right beyond the fit with the next term, b N^(1/2).",
        "Exact is the limit that is conjectured for a, the hexagonal lattice's: the fits themselves are least squares.",
        f"With the next term a comes to {a2:.5f}, near that limit, {float(conjectured_slope().evalf()):.5f}, and what is left "
        "are numbers of points that fit the sphere well.",
        (
            (
                f"N = 2 to {growth.sizes[-1]:.0f}",
                f"up to {growth.sizes[growth.found][-1]:.0f} from the solver, {growth.starts} starts each{others}",
            ),
            (
                "one term",
                f"a = {a:.5f}; the largest residual is {largest:.2f}, beside energies up to {growth.energies[-1]:.0f}",
            ),
            ("two terms", f"a = {a2:.5f}, b = {b:.4f}"),
            ("deepest", ", ".join(f"{growth.sizes[k]:.0f}" for k in _deepest(growth))),
        ),
    )


def _deepest(growth: Growth) -> list[int]:
    return sorted(np.argsort(growth.residual(growth.two))[:5].tolist())


def draw(growth: Growth) -> Any:
    figure, panels = pyplot.subplots(1, 2, figsize=(10.4, 4.2))
    fits = (
        (growth.one, f"$E - (N^2/2 - aN^{{3/2}})$,  $a = {growth.one[0]:.5f}$"),
        (growth.two, f"$E - (N^2/2 - aN^{{3/2}} + bN^{{1/2}})$,  $a = {growth.two[0]:.5f}$, $b = {growth.two[1]:.4f}$"),
    )
    for panel, (coefficients, title) in zip(panels, fits, strict=True):
        residual = growth.residual(coefficients)
        panel.axhline(0, color="0.6", linewidth=0.8)
        panel.plot(growth.sizes, residual, color="0.75", linewidth=0.9, zorder=1)
        for mask, colour, marker, label in (
            (growth.found, FOUND, "o", "solver"),
            (~growth.found, TABLE, "s", "published table"),
        ):
            if mask.any():
                panel.plot(growth.sizes[mask], residual[mask], marker, color=colour, markersize=4, label=label)
        panel.set_xlabel("number of points N")
        panel.set_title(title)
    panels[0].set_ylabel("energy less the fit")
    panels[0].legend(loc="lower left")
    smooth = np.linspace(growth.sizes[0], growth.sizes[-1], 300)
    panels[0].plot(
        smooth,
        _terms(smooth, 2) @ growth.two - _terms(smooth, 1) @ growth.one,
        color="black",
        linewidth=1,
        linestyle="--",
    )
    residual = growth.residual(growth.two)
    for k in _deepest(growth):
        panels[1].annotate(
            f"{growth.sizes[k]:.0f}",
            (growth.sizes[k], residual[k]),
            xytext=(0, -12),
            textcoords="offset points",
            ha="center",
            fontsize=9,
        )
    panels[1].margins(y=0.12)
    return figure
