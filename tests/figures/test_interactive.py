"""The viewer of solids: what plotly is given, that the page needs nothing else, and that all is well without plotly."""

import base64
import gzip
import json
import re
import sys
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from figures.motifs import turntable
from figures.motifs.solid import alike
from numeric.geometry import edges
from numeric.thomson import solve

OCTAHEDRON = np.vstack([np.eye(3), -np.eye(3)])
TRIANGLE = np.array([[1.0, 0, 0], [-0.5, 0.75**0.5, 0], [-0.5, -(0.75**0.5), 0]])
DIGON = np.array([[0.0, 0, 1], [0, 0, -1]])
SOLIDS = [("digon", DIGON), ("triangle", TRIANGLE), ("</script>octahedron", OCTAHEDRON)]


class Parts(HTMLParser):
    """Texts of the scripts by class, tags that were opened and closed, addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: dict[str, str] = {}
        self.open: list[str] = []
        self.kind: str | None = None
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        named = dict(attributes)
        self.addresses += [value for name, value in attributes if name in ("src", "href") and value]
        self.kind = (named.get("class") or "code") if tag == "script" else None

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.kind = None

    def handle_data(self, data: str) -> None:
        if self.kind:
            self.scripts[self.kind] = self.scripts.get(self.kind, "") + data


def test_each_solid_has_its_faces_edges_and_points() -> None:
    plotted = turntable.plot(SOLIDS)
    sphere, *traces = plotted["data"]
    assert sphere["type"] == "scatter3d"
    assert len(traces) == 3 * len(SOLIDS)
    for index, (_, points) in enumerate(SOLIDS):
        mesh, lines, dots = traces[3 * index : 3 * index + 3]
        assert [trace["visible"] for trace in (mesh, lines, dots)] == [index == 0] * 3
        placed = np.array([dots[axis] for axis in "xyz"]).T
        np.testing.assert_allclose(placed @ placed.T, points @ points.T, atol=1e-12)
        assert len(lines["x"]) == 3 * len(edges(points))
        assert dots["marker"]["color"] == [turntable.COLOURS[k] for k in alike(points)]
    assert [len(traces[3 * k]["i"]) for k in range(3)] == [0, 1, 8]


def test_triangles_of_a_mesh_face_outward() -> None:
    mesh = turntable.plot([("octahedron", OCTAHEDRON)])["data"][1]
    points = np.array([mesh[axis] for axis in "xyz"]).T
    for triangle in zip(mesh["i"], mesh["j"], mesh["k"], strict=True):
        a, b, c = points[list(triangle)]
        assert np.cross(b - a, c - a) @ (a + b + c) > 0


def test_the_menu_shows_one_solid_at_a_time() -> None:
    plotted = turntable.plot(SOLIDS)
    buttons = plotted["layout"]["updatemenus"][0]["buttons"]
    assert [button["label"] for button in buttons] == [label for label, _ in SOLIDS]
    for index, button in enumerate(buttons):
        (shown,) = (argument["visible"] for argument in button["args"])
        assert shown[0] is True
        assert [k for k, visible in enumerate(shown[1:]) if visible] == [3 * index, 3 * index + 1, 3 * index + 2]
        assert len(shown) == len(plotted["data"])


def test_the_page_is_whole_and_fetches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turntable, "library", lambda: "window.Plotly = '</script>';")
    parts = Parts()
    parts.feed(turntable.viewer("Turn <them>", SOLIDS))
    assert parts.open == []
    assert parts.addresses == []
    assert gzip.decompress(base64.b64decode(parts.scripts["library"])).decode() == "window.Plotly = '</script>';"
    assert json.loads(parts.scripts["solids"]) == json.loads(json.dumps(turntable.plot(SOLIDS)))
    used = set(re.findall(r'querySelector\("\.?(\w+)"\)', parts.scripts["code"]))
    assert used == {"div", "library", "solids"}


def test_without_plotly_there_is_no_viewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly", None)
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    assert turntable.library() is None
    assert turntable.viewer("Turn them", SOLIDS) == turntable.thomson_viewer() == ""


def test_a_viewer_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="a viewer needs at least one solid, got none"):
        turntable.viewer("Turn them", [])


def test_plotly_takes_what_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own schema, every property."""
    objects: Any = pytest.importorskip("plotly.graph_objects")
    objects.Figure(turntable.plot(SOLIDS))
    script = turntable.library()
    assert script is not None
    assert "newPlot" in script


def test_the_thomson_viewer_has_every_number_of_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turntable, "library", lambda: "")
    monkeypatch.setattr(turntable, "solve", lambda n, starts: solve(n, starts=2))
    parts = Parts()
    parts.feed(turntable.thomson_viewer())
    buttons = json.loads(parts.scripts["solids"])["layout"]["updatemenus"][0]["buttons"]
    labels = [button["label"] for button in buttons]
    assert labels[0] == "N = 2, D∞h"
    assert labels[-1] == "N = 12, Ih"
    assert len(labels) == 11
