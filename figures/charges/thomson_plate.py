"""Two to twelve charges on a sphere at rest, with energy and point group, from the solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot

from analytic.thomson import thomson
from numeric.geometry import faces
from numeric.running.progress import Progress, each
from numeric.thomson import ROUNDING, best_known, solve

from ..motifs.caption import Caption
from ..motifs.solid import draw_solid, schoenflies

TITLE = "Charges on a sphere, two to twelve"
SEED = 0
SECONDS = (5, 13)
SIZES = tuple(range(2, 13))
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Rest:
    """Where the solver left n charges: points (n, 3); numbers of triangles and quadrilaterals of their hull; how many distinct
    minima `starts` descents met; whether the energy is proved to be the least.
    """

    points: Floats
    energy: float
    point_group: str
    triangles: int
    quadrilaterals: int
    minima: int
    starts: int
    proved: bool


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Rest, ...]:
    rests = []
    starts = 128 if full else 16
    for n in each(SIZES, progress):
        solution = solve(n, starts=starts)
        lowest = solution.minima[0]
        sides = [len(face) for face in faces(lowest.points)]
        rests.append(
            Rest(
                points=lowest.points,
                energy=lowest.value,
                point_group=lowest.point_group.name,
                triangles=sides.count(3),
                quadrilaterals=sides.count(4),
                minima=len(solution.minima),
                starts=starts,
                proved=_proved(n),
            )
        )
    return tuple(rests)


def _proved(n: int) -> bool:
    try:
        return thomson(n).proved
    except ValueError:  # no closed form, and no proof either
        return False


def caption(rests: tuple[Rest, ...]) -> Caption:
    away = max(abs(rest.energy - best_known()[len(rest.points)].energy) for rest in rests)
    proved = ", ".join(str(len(rest.points)) for rest in rests if rest.proved)
    squares = [(len(rest.points), rest.quadrilaterals) for rest in rests if rest.quadrilaterals]
    once = (
        "each number of points ended in one minimum"
        if all(rest.minima == 1 for rest in rests)
        else "some met other minima"
    )
    return Caption(
        "The shapes that two to twelve charges on a sphere take at rest; points with the same distances to all others share a "
        "colour.",
        f"All energies are the best known ones to {max(away, ROUNDING):.0e}, the rounding of the published table, and proved to "
        f"be the least for {proved}.",
        "Not all charges need be alike, and all hulls have triangles only but those at N = "
        f"{', '.join(str(n) for n, _ in squares)}.",
        (
            ("search", f"{rests[0].starts} starts each; {once}"),
            ("quadrilaterals", ", ".join(f"{count} at N = {n}" for n, count in squares)),
        ),
    )


def draw(rests: tuple[Rest, ...]) -> Any:
    figure, panels = pyplot.subplots(3, 4, figsize=(10.4, 9.4))
    for panel, rest in zip(panels.flat, rests, strict=False):
        draw_solid(panel, rest.points)
        panel.set_ylim(-1.6, 1.13)
        panel.set_title(f"$N = {len(rest.points)}$,  {schoenflies(rest.point_group)}", loc="center", pad=3, fontsize=12)
        label = f"$E = {rest.energy:.9f}$\n{'proved' if rest.proved else 'best known'}"
        panel.text(0, -1.2, label, ha="center", va="top", fontsize=9.5, linespacing=1.35)
    key = panels.flat[-1]
    key.set_axis_off()
    key.text(
        0.5,
        0.6,
        "One colour: points with the\nsame distances to all others.\n\nEdges of the convex hull,\ndashed behind.\n\n"
        "Energies: $\\sum_{i<j} 1/|r_i - r_j|$.",
        transform=key.transAxes,
        ha="center",
        va="center",
        fontsize=9.5,
        color="0.35",
        linespacing=1.4,
    )
    return figure
