"""Solids to turn with the mouse: one self-contained piece of HTML, for when plotly is installed (the extra `interactive`).

Plotly's script is carried in the page, compressed, and unpacked when the viewer is first opened: a page that is only read stays
as quick as without it. Nothing is fetched. Without plotly there is no viewer, and the drawn figure stands alone.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from html import escape
from importlib import import_module
from itertools import chain, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.geometry import edges, faces
from numeric.thomson import solve

from .solid import COLOURS, EDGE, FACE, GRID, alike, graticule, upright

Floats = npt.NDArray[np.float64]
Solid = tuple[str, Floats]
"""A label and points (n, 3) of length 1."""

_LINES = {"type": "scatter3d", "mode": "lines", "hoverinfo": "skip"}
_SCRIPT = """
document.currentScript.parentElement.addEventListener("toggle", async event => {
  const viewer = event.currentTarget, place = viewer.querySelector("div");
  if (!viewer.open || place.dataset.drawn) return;
  place.dataset.drawn = "yes";
  const packed = Uint8Array.from(atob(viewer.querySelector(".library").textContent), c => c.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(unpacked).text();
  document.head.append(script);
  const {data, layout} = JSON.parse(viewer.querySelector(".solids").textContent);
  Plotly.newPlot(place, data, layout, {responsive: true, displaylogo: false});
});
"""


def thomson_viewer() -> str:
    """Two to twelve charges at rest, or nothing when plotly is not installed."""
    if library() is None:
        return ""
    lowest = [solve(n, starts=16).minima[0] for n in range(2, 13)]
    labels = [f"N = {len(rest.points)}, {rest.point_group.name.replace('_inf_', '∞')}" for rest in lowest]
    return viewer("Turn them: two to twelve charges", list(zip(labels, (rest.points for rest in lowest), strict=True)))


def viewer(title: str, solids: Sequence[Solid]) -> str:
    """A `details` element with a menu of solids, drawn when it is opened; empty when plotly is not installed. ValueError when
    there is no solid.
    """
    if not solids:
        raise ValueError("a viewer needs at least one solid, got none")
    script = library()
    if script is None:
        return ""
    packed = base64.b64encode(gzip.compress(script.encode(), mtime=0)).decode()
    content = json.dumps(plot(solids), allow_nan=False).replace("<", "\\u003c")
    return (
        f'<details class="viewer"><summary>{escape(title)}</summary><div></div>'
        f'<script type="text/plain" class="library">{packed}</script>'
        f'<script type="application/json" class="solids">{content}</script><script>{_SCRIPT}</script></details>'
    )


def library() -> str | None:
    """Plotly's script, or None when plotly is not installed."""
    try:
        offline = import_module("plotly.offline")
    except ImportError:
        return None
    return str(offline.get_plotlyjs())


def plot(solids: Sequence[Solid]) -> dict[str, Any]:
    """Plotly's `data` and `layout`, ready for JSON: the sphere, then three traces a solid, of which the first is shown."""
    grid = {"line": {"color": GRID, "width": 1}, "opacity": 0.5}
    data = [{**_LINES, **_broken(graticule(61)), **grid}]
    for index, (_, points) in enumerate(solids):
        data += [{**trace, "visible": index == 0} for trace in _traces(upright(points))]
    buttons = [
        {
            "label": label,
            "method": "restyle",
            "args": [{"visible": [True, *(shown == index for shown in range(len(solids)) for _ in range(3))]}],
        }
        for index, (label, _) in enumerate(solids)
    ]
    camera = {"eye": {"x": 1.3, "y": 0.55, "z": 0.55}}
    hidden = {"visible": False, "range": [-1.1, 1.1]}
    layout = {
        "height": 520,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "paper_bgcolor": "#ffffff",
        "showlegend": False,
        "scene": {"xaxis": hidden, "yaxis": hidden, "zaxis": hidden, "aspectmode": "cube", "camera": camera},
        "updatemenus": [{"buttons": buttons, "x": 0.02, "y": 0.98, "xanchor": "left", "yanchor": "top"}],
    }
    return {"data": data, "layout": layout}


def _traces(points: Floats) -> list[dict[str, Any]]:
    """Faces in triangles, edges, points."""
    triangles = [(face[0], *pair) for face in faces(points) for pair in pairwise(face[1:])]
    i, j, k = (list(corner) for corner in zip(*triangles, strict=True)) if triangles else ([], [], [])
    x, y, z = points.T.tolist()
    mesh = {"type": "mesh3d", "x": x, "y": y, "z": z, "i": i, "j": j, "k": k, "color": FACE, "opacity": 0.5}
    sides = _broken(points[list(edge)] for edge in edges(points))
    return [
        {**mesh, "flatshading": True, "hoverinfo": "skip"},
        {**_LINES, **sides, "line": {"color": EDGE, "width": 5}},
        {
            "type": "scatter3d",
            "mode": "markers",
            **{"x": x, "y": y, "z": z},
            "marker": {"size": 8, "color": [COLOURS[kind % len(COLOURS)] for kind in alike(points)], "opacity": 1},
            "hovertemplate": "(%{x:.4f}, %{y:.4f}, %{z:.4f})<extra></extra>",
        },
    ]


def _broken(lines: Any) -> dict[str, list[float | None]]:
    """Coordinates of lines (k, 3), one after another, with a gap after each."""
    rows = list(chain.from_iterable([*np.round(line, 5).tolist(), [None] * 3] for line in lines))
    return {axis: [row[k] for row in rows] for k, axis in enumerate("xyz")}
