"""Points on a sphere drawn as a solid: sphere with its graticule, hull, balls at the points, shaded by depth."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle, Polygon

from numeric.geometry import edges, faces

Floats = npt.NDArray[np.float64]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
FACE, EDGE, PAPER, GRID = "#9CC3DE", "#1c2330", "#ffffff", "#8a97a8"
ELEVATION, AZIMUTH = 21.0, 22.0
"""Degrees from which solids are seen, the main axis upright."""
_SAME = 1e-6
_BALL = 0.085
_LIGHT = np.array([-0.45, 0.75, 0.9]) / np.linalg.norm([-0.45, 0.75, 0.9])
"""Direction to the light in the viewer's frame: right, up, towards the viewer."""


def upright(points: Floats) -> Floats:
    """`points` (n, 3) of length 1 turned to stand up: the axis about which they are spread evenly, if one is singled out, else
    the first point; and a point that lies most off it in front.
    """
    sizes, axes = np.linalg.eigh(points.T @ points)
    gaps = np.diff(sizes)
    lone = 0 if gaps[0] > gaps[1] else 2
    axis = axes[:, lone] if max(gaps) > _SAME else points[0]
    heights = points @ axis
    front = points[np.abs(np.round(heights, 6)).argmin()]
    front = front - (front @ axis) * axis
    if np.linalg.norm(front) < _SAME:
        front = np.linalg.svd(axis[None])[2][1]
    front = front / np.linalg.norm(front)
    turn = np.array([front, np.cross(axis, front), axis])
    return np.asarray(points @ turn.T)


def seen(points: Floats, elevation: float = ELEVATION, azimuth: float = AZIMUTH) -> Floats:
    """Coordinates (right, up, towards the viewer) of `points` (..., 3), whose third axis is up."""
    a, e = np.radians([azimuth, elevation])
    right = np.array([-np.sin(a), np.cos(a), 0.0])
    towards = np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
    return np.asarray(points @ np.array([right, np.cross(towards, right), towards]).T)


def alike(points: Floats) -> npt.NDArray[np.int64]:
    """Points that see the others at the same distances share a number, (n,): those that a symmetry exchanges, among them."""
    profiles = np.sort(points @ points.T, axis=1)
    kinds: list[Floats] = []
    labels = []
    for profile in profiles:
        same = [k for k, kind in enumerate(kinds) if np.abs(profile - kind).max() < 1e-5]
        labels.append(same[0] if same else len(kinds))
        if not same:
            kinds.append(profile)
    return np.array(labels)


def draw_solid(axes: Any, points: Floats, *, elevation: float = ELEVATION, azimuth: float = AZIMUTH) -> None:
    """Draw `points` (n, 3) of length 1, turned `upright`, into empty axes: what is behind first, paler and thinner."""
    standing = upright(points)
    placed = seen(standing, elevation, azimuth)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_xlim(-1.13, 1.13)
    axes.set_ylim(-1.13, 1.13)
    _sphere(axes, elevation, azimuth)
    polygons = faces(points)
    for face in polygons:
        _face(axes, placed[list(face)], solid=len(polygons) > 1)
    # Of a flat or linear figure everything is in front; of a solid, what a face turned to the viewer touches.
    visible = [face for face in polygons if len(polygons) < 2 or _normal(placed[list(face)])[2] > 0]
    for a, b in edges(points):
        front = not polygons or any(a in face and b in face for face in visible)
        axes.plot(
            *placed[[a, b], :2].T,
            color=_faded(EDGE, float(placed[[a, b], 2].mean()), 0.6 if front else 0.25),
            linewidth=1.9 if front else 1.0,
            linestyle="-" if front else (0, (3, 2)),
            solid_capstyle="round",
            zorder=5 if front else 2,
        )
    for k, kind in enumerate(alike(points)):
        front = not polygons or any(k in face for face in visible)
        _ball(axes, placed[k], COLOURS[kind % len(COLOURS)], (7 if front else 3) + placed[k, 2])


def schoenflies(name: str) -> str:
    """A point group's name as it is written: "D3h" with 3h below, "D_inf_h" with ∞h."""
    subscript = name[1:].replace("_inf_", "\\infty ")
    return f"${name[0]}_{{{subscript}}}$" if subscript else f"${name}$"


def graticule(samples: int) -> list[Floats]:
    """Parallels and meridians every 30°, each a closed line (samples, 3) on the unit sphere."""
    around = np.radians(np.linspace(0, 360, samples))
    east, north, up = np.cos(around), np.sin(around), np.ones(samples)
    rings = [
        np.column_stack([np.cos(t) * east, np.cos(t) * north, np.sin(t) * up]) for t in np.radians(range(-60, 61, 30))
    ]
    return rings + [np.column_stack([np.cos(t) * east, np.sin(t) * east, north]) for t in np.radians(range(0, 180, 30))]


def _sphere(axes: Any, elevation: float, azimuth: float) -> None:
    """A disk that darkens to its rim, and meridians and parallels, those behind paler."""
    for k, radius in enumerate(np.linspace(1.0, 0.16, 8)):
        level = 0.94 + 0.006 * k
        centre = _LIGHT[:2] * 0.35 * (1 - radius)
        axes.add_patch(Circle(centre, radius, facecolor=(level, level + 0.005, level + 0.01), zorder=0))
    for ring in graticule(49):
        flat = seen(ring, elevation, azimuth)
        for side, alpha in ((1, 0.42), (-1, 0.16)):
            shown = np.where(side * flat[:, 2:] >= 0, flat[:, :2], np.nan)
            axes.plot(*shown.T, color=GRID, linewidth=0.5, alpha=alpha, zorder=1)
    axes.add_patch(Circle((0, 0), 1.0, facecolor="none", edgecolor=GRID, linewidth=0.9, zorder=1))


def _normal(corners: Floats) -> Floats:
    """Unit normal of a polygon (k, 3) whose corners go counterclockwise: the mean of its turns."""
    sides = np.roll(corners, -1, axis=0) - corners
    total = np.cross(np.roll(sides, 1, axis=0), sides).sum(axis=0)
    return np.asarray(total / np.linalg.norm(total))


def _face(axes: Any, corners: Floats, *, solid: bool) -> None:
    """A translucent polygon, the brighter the more it faces the light; the far side of a solid is only hinted at."""
    normal = _normal(corners)
    front = normal[2] > 0 or not solid
    light = abs(normal @ _LIGHT) if not solid else max(0.0, float(normal @ _LIGHT))
    colour = np.array(to_rgb(FACE)) * (0.78 + 0.22 * light) + 0.16 * light
    axes.add_patch(
        Polygon(
            corners[:, :2],
            closed=True,
            facecolor=np.clip(colour, 0, 1),
            edgecolor="none",
            alpha=0.62 if front else 0.22,
            zorder=4 if front else 1.5,
        )
    )


def _ball(axes: Any, place: Floats, colour: str, zorder: float) -> None:
    """A shaded disk, larger and stronger the nearer it is."""
    x, y, depth = place
    radius = _BALL * (1 + 0.16 * depth)
    base = np.array(to_rgb(_faded(colour, depth, 1.0)))
    for k, share in enumerate(np.linspace(1.0, 0.2, 4)):
        shade = base + (1 - base) * 0.6 * (k / 3) ** 1.4
        offset = _LIGHT[:2] * radius * 0.42 * (1 - share)
        axes.add_patch(
            Circle(
                (x + offset[0], y + offset[1]),
                radius * share,
                facecolor=shade,
                edgecolor=base * 0.55 if k == 0 else "none",
                linewidth=0.7 if k == 0 else 0,
                zorder=zorder + k * 1e-3,
            )
        )


def _faded(colour: str, depth: float, strength: float) -> tuple[float, float, float]:
    """The colour, mixed with paper the more the farther away: fully at depth 1, by half at −1 for strength 1."""
    share = strength * (0.75 + 0.25 * depth) + (1 - strength) * 0.6
    r, g, b = (share * ink + (1 - share) * white for ink, white in zip(to_rgb(colour), to_rgb(PAPER), strict=True))
    return r, g, b
