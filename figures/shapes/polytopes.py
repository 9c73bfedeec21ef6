"""The polytopes that features form, with the exact dimensionality of their vertices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy
from matplotlib import pyplot

from analytic.polytopes import polytope
from numeric.geometry import Geometry, describe
from numeric.running.progress import Progress, each

from ..motifs.caption import Caption
from ..motifs.hull_drawing import COLOURS, VIEW
from ..motifs.hull_drawing import draw as draw_points

TITLE = "The polytopes and their dimensionality"
SEED = None
SECONDS = (3, 9)
NAMES = (
    *("digon", "triangle", "square", "pentagon"),
    *("tetrahedron", "triangular bipyramid", "octahedron", "pentagonal bipyramid"),
    *("square antiprism", "cube", "icosahedron", "dodecahedron"),
)
Floats = npt.NDArray[np.float64]
_UPRIGHT = np.array([[0.0, 1.0], [-1.0, 0.0]])  # polygons stand on a side: their first corner is up
_VIEWS = {"tetrahedron": (40.0, 18.0), "cube": (22.0, 24.0), "icosahedron": (12.0, 14.0), "dodecahedron": (62.0, 15.0)}


@dataclass(frozen=True)
class Shape:
    """A polytope: exact vertices as floats (m, n), exact D of each, and what `numeric.geometry` makes of the floats."""

    name: str
    vertices: Floats
    dimensionality: tuple[sympy.Expr, ...]
    geometry: Geometry


def numbers(*, full: bool = False, device: str = "cpu", progress: Progress) -> tuple[Shape, ...]:
    """Vertices and D are derived in `analytic`; the colours come from the orthogonal components found in the floats."""
    shapes = []
    for name in each(NAMES, progress):
        exact = polytope(name)
        V = np.array(exact.vertices.evalf(30).tolist(), dtype=np.float64)
        shapes.append(Shape(exact.name, V, exact.dimensionality, describe(V)))
    return tuple(shapes)


def caption(shapes: tuple[Shape, ...]) -> Caption:
    totals = {shape.name: sympy.Add(*shape.dimensionality) for shape in shapes}
    return Caption(
        "Columns of W as spokes of norm 1 from the origin, the hull that they span, and D of each vertex; colours are the "
        "orthogonal components that the columns fall into.",
        f"D is derived exactly, and adds up to the dimension, {totals['digon']}, {totals['pentagon']} or {totals['cube']}, as "
        "these are tight frames or orthogonal sums of them.",
        "So vertices of one polytope need not be alike: its factors keep their own D.",
        tuple((shape.name, str(shape.geometry)) for shape in shapes if len(shape.geometry.components) > 1),
    )


def _levels(shape: Shape) -> list[tuple[str, str]]:
    """What to write below a polytope: one D for all in black, or one for each kind of factor in its colour."""
    if len(set(shape.dimensionality)) == 1:
        return [(f"$D = {_fraction(shape.dimensionality[0])}$", "black")]
    return [
        (f"${len(part.members)} \\times {_fraction(shape.dimensionality[part.members[0]])}$", COLOURS[k])
        for k, part in enumerate(shape.geometry.components)
    ]


def _fraction(value: sympy.Expr) -> str:
    return f"\\frac{{{value.p}}}{{{value.q}}}"


def draw(shapes: tuple[Shape, ...]) -> Any:
    figure, panels = pyplot.subplots(3, 4, figsize=(9.6, 8.6))
    for shape, axes in zip(shapes, panels.flat, strict=True):
        colours = [""] * len(shape.dimensionality)
        for k, part in enumerate(shape.geometry.components):
            for member in part.members:
                colours[member] = COLOURS[k]
        points = shape.vertices.T
        draw_points(axes, points @ _UPRIGHT if points.shape[1] == 2 else points, colours, _VIEWS.get(shape.name, VIEW))
        axes.set_ylim(-1.55, 1.1)
        axes.set_title(shape.name, loc="center", fontsize=11)
        levels = _levels(shape)
        for k, (text, colour) in enumerate(levels):
            axes.text(k - (len(levels) - 1) / 2, -1.34, text, color=colour, ha="center", va="center", fontsize=14)
    return figure
