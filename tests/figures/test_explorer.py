"""The explorer: its page stands alone, and its mathematics is Python's, under Node and in a real browser."""

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import look, needs_chromium

import antipodal
from analytic.law import Independent
from analytic.loss import expected_loss, loss_of_floats
from analytic.n2m1 import SmallestModel
from figures.explorer import least_losses, modules, page, polytopes
from figures.explorer.bundle import bundle
from numeric.geometry import describe, simplex, vertices
from numeric.population import expected_loss as population_loss

NODE = shutil.which("node")
CERTIFICATES = Path(__file__).parents[2] / "analytic" / "certificates"
SETTINGS = (("1/2", "1", "1", "0"), ("1/10", "1", "1", "0"), ("9/10", "1", "1/4", "1/100"), ("3/5", "1", "1/2", "1/10"))


@pytest.fixture(scope="module")
def scripts() -> dict[str, str]:
    return modules()


@pytest.fixture(scope="module")
def content(scripts: dict[str, str]) -> str:
    return page(Entry.of).decode()


@dataclass(frozen=True)
class Entry:
    """What the atlas has for a setting, as far as the page wants it."""

    loss: float
    W: Any
    b: Any

    @staticmethod
    def of(n: int, m: int, sparsity: float) -> "Entry | None":
        """A table of one entry: the loss of a pentagon with small biases."""
        if (n, m, sparsity) != (5, 2, 0.9):
            return None
        return Entry(0.04, np.asarray(vertices("pentagon")), np.zeros(5))


def test_least_losses_are_those_of_the_atlas() -> None:
    table = least_losses(Entry.of)
    assert list(table) == ["5,2"]
    assert table["5,2"]["0.9"]["loss"] == 0.04
    assert np.shape(table["5,2"]["0.9"]["W"]) == (2, 5)
    assert least_losses(lambda n, m, sparsity: None) == {}


@pytest.mark.slow
def test_the_page_is_one_file_that_loads_nothing(content: str) -> None:
    assert len(content.encode()) < 2_000_000
    assert set(re.findall(r"https?://[^\s\"'<>)]+", content)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1998/Math/MathML",
    }
    assert "default-src 'none'" in content
    assert re.findall(r"<script[^>]*\bsrc=", content) == []
    assert re.findall(r"\b(?:fetch|XMLHttpRequest|WebSocket|eval|Function)\(", content) == []


def test_data_cannot_end_the_element_that_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("figures.explorer.assembly.emitted", lambda: "export const ARCS = [], FEATURE = {}, FREE = [];")
    monkeypatch.setattr("figures.explorer.assembly.polytopes", lambda: {"name": "</script><b>"})
    assert "<\\/script><b>" in page().decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('import * as other from "./other.js";', "must keep to the plain grammar, got the line 'import \\* as other"),
        ("export default 3;", "must keep to the plain grammar"),
        ('import {a} from "./nowhere.js";', "imports what is not there: nowhere"),
    ],
)
def test_modules_outside_the_grammar_are_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bundle({"one": text, "other": ""})


def smallest_values() -> list[dict[str, Any]]:
    """K exactly, at places of every chamber and on their edges."""
    random = np.random.default_rng(22)
    found = []
    for k in range(40):
        numbers = [Fraction(int(v), 8) for v in random.integers(-10, 11, 4)]
        point = numbers if k % 4 else [*numbers[:2], Fraction(0), Fraction(0)]
        s, first, second, penalty = (Fraction(text) for text in SETTINGS[k % len(SETTINGS)])
        loss = expected_loss([point[:2]], point[2:], Independent(s), (first, second))
        exact = Fraction(int(loss.p), int(loss.q)) + 2 * penalty * (point[0] * point[1]) ** 2
        setting = [str(v) for v in (s, first, second, penalty)]
        found.append({"setting": setting, "point": [str(v) for v in point], "exact": str(exact), "value": float(exact)})
    return found


def critical_values() -> list[dict[str, Any]]:
    found = []
    for setting in SETTINGS:
        s, first, second, penalty = map(Fraction, setting)
        points = SmallestModel(s, (first, second), penalty).critical_points()
        told = [{"kind": point.kind, "weights": point.floats, "loss": float(point)} for point in points]
        found.append({"setting": [float(1 - s), float(first), float(second), float(penalty)], "points": told})
    return found


def certified_values() -> list[dict[str, Any]]:
    """Settings with bias whose least loss is enclosed by a certificate that is shipped."""
    names = ("range", "drop", "jump", "penalty", "triple")
    files = [path for path in sorted(CERTIFICATES.glob("*.json.gz")) if path.name.startswith(names)]
    told = [json.loads(gzip.decompress(path.read_bytes())) for path in files]
    settings = [document for document in told if {"importance", "penalty", "lower", "upper"} <= set(document)][::16]
    return [
        {
            "setting": [
                float(Fraction(v)) for v in (1 - Fraction(told["sparsity"]), *told["importance"], told["penalty"])
            ],
            "lower": float(Fraction(told["lower"])),
            "upper": float(Fraction(told["upper"])),
        }
        for told in settings
    ]


def network_values() -> list[dict[str, Any]]:
    """K exactly of networks whose columns are nearly orthogonal, which the sum over vertices cannot do in floats."""
    random = np.random.default_rng(23)
    found = []
    for n, m in ((3, 2), (4, 2), (4, 3), (5, 3)):
        W = random.integers(-40, 41, (m, n)) / 32
        W[:, 0] = 0.0
        W[0, 0] = 1.0
        W[0, 1:3] = 2.0 ** -random.integers(12, 40)
        b = random.integers(-8, 9, n) / 32
        loss = float(loss_of_floats(W, b, Independent(Fraction(7, 8))))
        found.append(
            {"W": W.tolist(), "b": b.tolist(), "importance": [1] * n, "p": 0.125, "loss": loss, "scale": loss + n / 24}
        )
    return found


def geometry_values() -> list[dict[str, Any]]:
    """Polytopes, turned and shaken by less than the tolerance, with the names that `describe` gives."""
    random = np.random.default_rng(24)
    names = [
        "digon",
        "triangle",
        "square",
        "pentagon",
        "hexagon",
        "tetrahedron",
        "octahedron",
        "triangular bipyramid",
        "triangular prism",
    ]
    shapes = [np.asarray(vertices(name)) for name in names]
    shapes += [np.eye(3), np.asarray(simplex(2))[:, [0, 0, 1]], random.normal(size=(3, 6)), random.normal(size=(2, 5))]
    found = []
    for W in shapes:
        turned = np.linalg.qr(random.normal(size=(len(W), len(W))))[0] @ W
        shaken = 1.1 * turned + 0.004 * random.normal(size=W.shape)
        parts = [part.name if part.named else "not named" for part in describe(shaken).components]
        found.append({"W": shaken.tolist(), "name": str(describe(shaken)), "parts": sorted(parts)})
    return found


@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.slow
@pytest.mark.processes
def test_the_kernel_under_node(scripts: dict[str, str], tmp_path: Path) -> None:
    assert NODE is not None
    for name, text in scripts.items():
        (tmp_path / f"{name}.js").write_text(re.sub(r'from "[./\w]*?(\w+\.js)"', r'from "./\1"', text))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    values = {
        "smallest": smallest_values(),
        "critical": critical_values(),
        "certified": certified_values(),
        "networks": network_values(),
        "geometry": geometry_values(),
        "polytopes": polytopes(),
    }
    (tmp_path / "values.json").write_text(json.dumps(values))
    done = subprocess.run(
        [NODE, "--test", str(Path(__file__).with_name("explorer_kernel.mjs"))],
        env={**os.environ, "KERNEL": str(tmp_path), "VALUES": str(tmp_path / "values.json")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-6000:]


def thousand_points() -> dict[str, list[dict[str, Any]]]:
    """Random networks and smallest models with K from `numeric.population`, and of each fortieth exactly."""
    random = np.random.default_rng(25)
    found = []
    for n, count in ((2, 400), (3, 200), (4, 200), (5, 120), (6, 80)):
        m = min(n - 1, 3)
        W, b = random.uniform(-1.2, 1.2, (count, m, n)), random.uniform(-0.5, 0.5, (count, n))
        importance, p = random.uniform(0.2, 1.5, n), float(random.uniform(0.02, 0.9))
        losses = np.asarray(population_loss(W, b, 1 - p, importance))
        for k in range(count):
            best = losses[k] if k % 40 or n > 4 else float(_exactly(W[k], b[k], 1 - p, importance))
            found.append(
                {"W": W[k].tolist(), "b": b[k].tolist(), "importance": importance.tolist(), "p": p, "loss": float(best)}
            )
    return {"points": found}


def _exactly(W: Any, b: Any, sparsity: float, importance: Sequence[float]) -> Any:
    return loss_of_floats(W, b, Independent(Fraction(sparsity)), [Fraction(v) for v in importance])


COMPARE = """
  const points = VALUES.points;
  let worst = 0, smallest = 0;
  for (const {W, b, importance, p, loss} of points) {
    const scale = loss + importance.reduce((total, weight) => total + weight * p / 3, 0);
    worst = Math.max(worst, Math.abs(explorer.evaluate({W, b, importance, p}).loss - loss) / scale);
    if (b.length > 2) continue;
    const got = explorer.loss({p, first: importance[0], second: importance[1], penalty: 0}, [...W[0], ...b], true);
    smallest = Math.max(smallest, Math.abs(got - loss) / scale);
  }
"""
TOUR = """
  const press = (element, key) => element.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
  const {smallest: one, network: many} = explorer.views, said = {};
  one.frame();
  one.landscape.searched();
  said.best = one.landscape.points[0].value;
  said.rows = document.querySelectorAll("#smallest tbody tr").length;
  one.go(one.landscape.points[0]);
  one.frame();
  said.atBest = one.readout.textContent;
  const before = [...explorer.state.smallest.w];
  press(one.landscape.handle, "ArrowRight");
  said.moved = explorer.state.smallest.w[0] - before[0];
  press(one.diagram.cross, "ArrowUp");
  said.importance = explorer.state.smallest.i2;
  // Pointers that no hand holds cannot be captured.
  Element.prototype.setPointerCapture = () => {};
  const point = (element, kind, x, y) => element.dispatchEvent(
    new PointerEvent(kind, {clientX: x, clientY: y, pointerId: 1, button: 0, bubbles: true, cancelable: true}));
  const drag = (element, [x0, y0], [x1, y1]) => {
    point(element, "pointerdown", x0, y0);
    point(element, "pointermove", x1, y1);
    point(element, "pointerup", x1, y1);
    point(element, "pointermove", x0, y0);
  };
  const within = (element, across, down) => {
    const {left, top, width, height} = element.getBoundingClientRect();
    return [left + across * width, top + down * height];
  };
  drag(one.landscape.drawing, within(one.landscape.drawing, 0.5, 0.5), within(one.landscape.drawing, 0.75, 0.25));
  said.dragged = [...explorer.state.smallest.w];
  point(one.diagram.drawing, "pointerdown", ...within(one.diagram.drawing, 0.25, 0.5));
  point(one.diagram.drawing, "pointerup", ...within(one.diagram.drawing, 0.25, 0.5));
  said.clicked = [explorer.state.smallest.s, explorer.state.smallest.i2];
  document.getElementById("tab-network").click();
  many.frame();
  said.hidden = document.getElementById("smallest").hidden;
  said.geometry = many.readout.textContent;
  const column = document.querySelector("#network .column");
  press(column, "ArrowUp");
  many.frame();
  said.column = explorer.state.network.W.map(line => line[0]);
  drag(column, within(many.stage.drawing, 0.5, 0.2), within(many.stage.drawing, 0.6, 0.2));
  said.pulled = explorer.state.network.W.map(line => line[0]);
  for (let k = 0; k < 60; k++) {
    many.race.going.exact = true;
    many.race.one();
  }
  many.race.going.exact = false;
  many.frame();
  said.descended = many.race.losses.exact;
  many.race.both();
  for (let k = 0; k < 5; k++) many.race.one();
  many.race.both();
  said.trained = many.race.losses.trained.length;
  said.python = [one.python(), many.python()];
  said.numbers = [one.numbers(), many.numbers()];
  said.pictures = [one, many].map(view => {
    const parsed = new DOMParser().parseFromString(view.picture(), "image/svg+xml");
    return ["parsererror", "image, rect", "path, line"].map(kind => parsed.querySelectorAll(kind).length);
  });
  said.link = explorer.write(explorer.state);
  said.kept = JSON.stringify(explorer.read(said.link).state.network) === JSON.stringify(explorer.state.network);
"""
SEEN = """
  const sizes = {width: innerWidth, page: document.documentElement.scrollWidth,
    paper: getComputedStyle(document.body).backgroundColor, problems: document.getElementById("problems").textContent};
  const named = element =>
    (element.getAttribute("aria-label") || element.textContent || element.labels?.[0]?.textContent || "").trim();
  sizes.nameless = [...document.querySelectorAll("button, input, select, [tabindex='0'], [role='img']")]
    .filter(element => element.getClientRects().length && !named(element))
    .map(element => element.outerHTML.slice(0, 80));
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@needs_chromium
@pytest.mark.slow
@pytest.mark.processes
def test_a_thousand_points_and_a_tour_in_a_browser(content: str, folder: Path) -> None:
    values = thousand_points()
    assert len(values["points"]) == 1000
    returned = "return {worst, smallest, said, sizes, tried: points.length};"
    script = f"const VALUES = {json.dumps(values)};{COMPARE}{TOUR}{SEEN}{returned}"
    found = look(content, script, 1280, folder)
    assert found["tried"] == 1000
    assert found["worst"] < 1e-12
    assert found["smallest"] < 1e-12
    said = found["said"]
    assert said["best"] == pytest.approx(13 / 160, rel=1e-12)
    assert said["rows"] == 5
    assert "Above the least" in said["atBest"]
    assert said["moved"] == pytest.approx(0.005, abs=0.0006)  # to three digits, from five
    assert said["importance"] == "1.05"
    assert said["dragged"] == pytest.approx([0.725, 0.725], abs=0.001)
    assert said["clicked"] == ["0.25", "1"]
    assert said["hidden"] is True
    assert "pentagon" in said["geometry"]
    assert "above 0.04" in said["geometry"]
    assert said["column"] == [0, 1.01]
    assert said["pulled"] == pytest.approx([0.34, 1.01], abs=0.001)
    losses = said["descended"]
    assert losses[-1] < losses[0]
    assert said["trained"] == 6  # the start and five steps
    assert [text.count("\n") for text in said["numbers"]] == [6, 6]
    assert all(broken == 0 and ground and drawn > 5 for broken, ground, drawn in said["pictures"])
    assert said["kept"]
    _check_python(said["python"], losses)
    assert found["sizes"]["page"] <= 1280
    assert found["sizes"]["nameless"] == []


def _check_python(codes: Sequence[str], losses: Sequence[float]) -> None:
    """What the page gives to copy runs."""
    printed: list[Any] = []
    for code in codes:
        exec(code, {"print": lambda *values: printed.append(values)})
    assert isinstance(printed[0][0], antipodal.SmallestModel("1/2").loss(1, -1).__class__)
    assert float(printed[-1][0]) == pytest.approx(losses[-1], rel=1e-3)


@needs_chromium
@pytest.mark.slow
@pytest.mark.processes
def test_phone_dark_and_a_bad_address(content: str, folder: Path) -> None:
    script = f"location.hash = '#view=smallest&s=7'; dispatchEvent(new Event('hashchange'));{SEEN} return {{sizes}};"
    sizes = look(content, script, 390, folder, dark=True)["sizes"]
    assert (
        sizes["problems"]
        == "Not all of this address could be used: s must lie between 0 and 0.999, got 7; the default is kept."
    )
    assert sizes["page"] <= sizes["width"] == 390
    assert sizes["paper"] == "rgb(20, 24, 31)"
    assert sizes["nameless"] == []
