"""Two to five charges on a sphere at rest: the digon, triangle, tetrahedron and bipyramid of the slides, from the solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy
from matplotlib import pyplot

from analytic.thomson import thomson
from numeric.running.progress import Progress, each
from numeric.thomson import solve

from ..motifs.caption import Caption
from ..motifs.solid import draw_solid, schoenflies

TITLE = "Two to five charges on a sphere"
SEED = 0
SECONDS = (2, 4)
SIZES = (2, 3, 4, 5)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rest:
    """Where the solver left the charges, with energy and group found from there; `exact`, from the vertices of `name`."""

    name: str
    points: Floats
    energy: float
    point_group: str
    exact: sympy.Expr
    proved: bool


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Rest, ...]:
    """The same for `full`: from every start the solver ends in the one minimum there is."""
    rests = []
    for n in each(SIZES, progress):
        lowest = solve(n, starts=16).minima[0]
        exact = thomson(n)
        rests.append(
            Rest(exact.polytope.name, lowest.points, lowest.value, lowest.point_group.name, exact.energy, exact.proved)
        )
    return tuple(rests)


def caption(rests: tuple[Rest, ...]) -> Caption:
    # Floats agree to the last digit or nearly; never less than eps is claimed of them.
    eps = float(np.finfo(float).eps)
    deviation = max(eps, *(abs(rest.energy - float(rest.exact)) / float(rest.exact) for rest in rests))
    proved = "all" if all(rest.proved for rest in rests) else "some"
    return Caption(
        "Points on the unit sphere with the least Coulomb energy Σ 1/|r_i − r_j|, found from random starts; points that a "
        "symmetry exchanges share a colour.",
        f"The energies agree with those derived from exact vertices to {deviation:.0e}, and {proved} of them are proved to be "
        "the least.",
        "At rest not all charges need be alike: the poles of the triangular bipyramid and its equator are two kinds.",
        tuple((f"N = {len(rest.points)}", f"{rest.name} ({rest.point_group.replace('_inf_', '∞')})") for rest in rests),
    )


def draw(rests: tuple[Rest, ...]) -> Any:
    figure, panels = pyplot.subplots(1, len(rests), figsize=(10.4, 3.7))
    for panel, rest in zip(panels, rests, strict=True):
        draw_solid(panel, rest.points)
        panel.set_title(f"{rest.name}, {schoenflies(rest.point_group)}", loc="center", pad=4)
        panel.set_ylim(-1.62, 1.13)
        label = f"$E = {sympy.latex(rest.exact, fold_short_frac=True)}$\n$\\approx {rest.energy:.9f}$"
        panel.text(0, -1.2, label, ha="center", va="top", fontsize=10, linespacing=1.5)
    return figure
