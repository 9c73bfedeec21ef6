"""Drawing points around the origin and the hull that they span: on a line, in a plane, in space seen from one side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.patches import Circle, Polygon

from numeric.geometry import edges, faces

Floats = npt.NDArray[np.float64]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
VIEW = (25.0, 20.0)
_LIGHT = np.array([-0.4, 0.6, 0.7]) / np.linalg.norm([-0.4, 0.6, 0.7])
_INK, _PALE = "0.25", "0.72"


def turned(points: Floats, view: tuple[float, float] = VIEW) -> Floats:
    """`points` (n, 3) as seen from `view`, degrees around the z-axis and above its equator: right, up, towards the eye."""
    around, above = np.deg2rad(view)
    sine, cosine = np.sin(around), np.cos(around)
    right, away, up = (np.array(axis) for axis in ((cosine, sine, 0.0), (-sine, cosine, 0.0), (0.0, 0.0, 1.0)))
    rise = np.cos(above) * up + np.sin(above) * away
    towards = np.sin(above) * up - np.cos(above) * away
    return np.asarray(points @ np.column_stack([right, rise, towards]))


def draw(axes: Any, points: Floats, colours: Sequence[str], view: tuple[float, float] = VIEW) -> None:
    """Points (n, 1), (n, 2) or (n, 3) of length at most about 1, one colour each, with spokes from the origin and the edges
    of their hull, in the data coordinates of `axes`; in space, edges that the solid hides are dashed, and what is farther
    away is paler and smaller.
    """
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_xlim(-1.1, 1.1)
    axes.set_ylim(-1.1, 1.1)
    n, m = points.shape
    space = np.hstack([points, np.zeros((n, 3 - m))]) if m < 3 else turned(points, view)
    axes.add_patch(Circle((0, 0), 1, fill=False, edgecolor="0.88", linewidth=0.8, zorder=0))
    _hull(axes, space, flat=m < 3)
    depth = space[:, 2] if m == 3 else np.ones(n)
    for k in np.argsort(depth, kind="stable"):
        x, y = space[k, :2]
        near = (1 + depth[k]) / 2  # 0 at the far side of the sphere, 1 at the near side
        fade = {"color": colours[k], "alpha": 0.45 + 0.55 * near}
        order = 2 + 4 * near
        axes.plot([0, x], [0, y], linewidth=1.0 + 0.6 * near, zorder=order, solid_capstyle="round", **fade)
        size = 5.0 + 3.2 * near
        axes.plot([x], [y], "o", color="white", markersize=size, zorder=order)
        axes.plot([x], [y], "o", markersize=size, markeredgecolor="white", markeredgewidth=0.7, zorder=order, **fade)
    axes.plot([0], [0], "o", color=_INK, markersize=2.2, zorder=4)


def _hull(axes: Any, space: Floats, flat: bool) -> None:
    if flat:
        for a, b in edges(space):
            axes.plot(*space[[a, b], :2].T, color=_PALE, linewidth=1.1, zorder=1)
        return
    seen = set()
    for face in faces(space):
        corners = space[list(face)]
        normal = np.cross(corners[1] - corners[0], corners[2] - corners[1])
        normal /= np.linalg.norm(normal)
        if normal[2] > 1e-9:
            shade = 0.9 + 0.09 * float(normal @ _LIGHT)
            axes.add_patch(
                Polygon(corners[:, :2], facecolor=str(min(shade, 1.0)), alpha=0.55, edgecolor="none", zorder=3)
            )
            seen |= {tuple(sorted(side)) for side in zip(face, (*face[1:], face[0]), strict=True)}
    for a, b in edges(space):
        if (a, b) in seen:
            axes.plot(*space[[a, b], :2].T, color="0.45", linewidth=1.1, zorder=5, solid_capstyle="round")
        else:
            axes.plot(*space[[a, b], :2].T, color=_PALE, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1.5)
