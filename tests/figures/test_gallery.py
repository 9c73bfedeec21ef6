"""The gallery: figures are made side by side, kept, not made twice, and stand on one page that needs nothing else."""

import base64
import io
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browser import look, needs_chromium

import figures
from figures.catalogue import module_of
from figures.command import app
from figures.gallery import Setting, expected, load, open_checkpoints, sources, store
from figures.gallery import crew as workers
from figures.gallery.inline import inline
from figures.gallery.layout import MOST_EMBEDDED, duration, page
from numeric.running.command_line import run_command

ROOT = Path(__file__).parents[2]
SHOWN = ("antipodal_ray", "thomson")
SHAPES = """
from pathlib import Path
from matplotlib import pyplot
from ..motifs.caption import Caption
TITLE = "The figure {name}"
SEED = 3
SECONDS = ({seconds}, 1000)
RESUMES = {resumes}
def numbers(*, full, device, progress, folder=None):
    with open("made.txt", "a") as log:
        log.write("{name} ")
    progress(0.5)
    {body}
    return (1.5, "text")
def caption(found):
    return Caption("Its caption says {name}.", "It is exact.", "It follows.", (("what", "value"),))
def draw(found):
    figure, axes = pyplot.subplots(figsize=(4, 3))
    axes.plot(found[:1], found[:1], "o")
    return figure
"""
BODIES = {
    "fast": "pass",
    "other": "pass",
    "breaks": "raise ValueError('it does not <hold>\\n together')",
    "dies": "import os; os._exit(3)",
    "resumes": "state = folder / 'half.txt'; done = state.exists(); state.write_text('half'); assert done, 'stopped half way'",
    "slow": "import os, time; Path('pid.txt').write_text(str(os.getpid())); time.sleep(600)",
}


def silent(share: float) -> None:
    assert 0 <= share <= 1


class Page(HTMLParser):
    """What a reader of the page would trip over: links, ids, drawings, tags left open."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self, content: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.drawings: list[dict[str, str | None]] = []
        self.open: list[str] = []
        self.feed(content)
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attributes)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.links += [value for name in ("href", "src") if (value := found.get(name))]
        self.links += [f"#{name}" for name in re.findall(r"url\(#(.*?)\)", " ".join(filter(None, found.values())))]
        self.ids += [value for value in [found.get("id")] if value]
        if tag == "svg":
            self.drawings.append(found)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two real figures, finished."""
    out = tmp_path_factory.mktemp("results")
    folder = Setting().folder(out)
    folder.mkdir()
    for name in SHOWN:
        store(figures.make(name, full=False, device="cpu", progress=silent), 1.25, Setting(), folder)
    return out


@pytest.fixture(scope="module")
def content(out: Path) -> str:
    return page(out, Setting(), {"nodes": "ValueError: it does not <hold>"}).decode()


@pytest.mark.slow
def test_page_is_whole_and_every_link_resolves(content: str) -> None:
    found = Page(content)
    assert len(found.ids) == len(set(found.ids))
    assert len(found.drawings) == len(SHOWN)
    for link in found.links:
        assert link.startswith("data:") or (link.startswith("#") and link[1:] in found.ids), link[:80]
    assert "<script" not in content
    assert "http://" not in re.sub(r'xmlns="[^"]*"', "", content)


@pytest.mark.slow
def test_each_figure_has_alternative_text_command_seed_time_and_data(out: Path, content: str) -> None:
    for drawing, name in zip(Page(content).drawings, SHOWN, strict=True):
        assert drawing["role"] == "img"
        assert drawing["aria-label"] == figures.title(name)
        assert drawing["aria-describedby"] == f"{name}-caption"
        card = content[content.index(f'<h3 id="{name}"') :]
        card = card[: card.index("</figure>")]
        assert f"python -m figures {name}<" in card
        assert ("seed 0" if name == "thomson" else "nothing random") in card
        assert ">1 s<" in card
        address = re.search(r'href="data:text/csv;base64,([^"]*)" download="(\w+).csv"', card)
        assert address is not None
        assert address[2] == name
        assert base64.b64decode(address[1]) == (out / "figures" / f"{name}.csv").read_bytes()


@pytest.mark.slow
def test_failed_and_missing_figures_are_named_and_not_shown(content: str) -> None:
    assert f"2 of {len(figures.NAMES)} figures; could not be made: nodes." in content
    assert "failed, ValueError: it does not &lt;hold&gt;" in content
    assert content.count("</strong>: not made") == len(figures.NAMES) - 3


@pytest.mark.slow
def test_a_figure_that_failed_now_is_not_shown_from_before(out: Path) -> None:
    again = page(out, Setting(), {"thomson": "ValueError: no"}).decode()
    assert len(Page(again).drawings) == 1


@pytest.mark.slow
def test_large_data_are_linked_to(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("figures.gallery.layout.MOST_EMBEDDED", 100)
    relative = [link for link in Page(page(out, Setting(), {}).decode()).links if link[0] != "#"]
    assert relative == [f"figures/{name}.csv" for name in SHOWN]
    assert all((out / link).is_file() for link in relative)
    assert MOST_EMBEDDED > 100


@pytest.mark.slow
def test_records_hold_only_for_their_files_setting_code_and_libraries(
    out: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "figures"
    shutil.copytree(out / "figures", folder)
    record = load("thomson", Setting(), folder)
    assert record is not None
    assert record.seed == 0
    assert record.command == "python -m figures thomson"
    assert load("thomson", Setting(device="cuda"), folder) is None
    assert load("thomson", Setting(full=True), folder) is None
    with monkeypatch.context() as patch:
        patch.setattr("figures.gallery.kept.fingerprint", lambda name: "other")
        assert load("thomson", Setting(), folder) is None
    with monkeypatch.context() as patch:
        patch.setattr("figures.gallery.kept.versions", lambda: {"numpy": "0"})
        assert load("thomson", Setting(), folder) is None
    drawing = folder / "thomson.svg"
    drawing.write_bytes(drawing.read_bytes() + b" ")
    assert load("thomson", Setting(), folder) is None
    assert load("antipodal_ray", Setting(), folder) is not None
    written = json.loads((folder / "antipodal_ray.json").read_text())
    less = {name: digest for name, digest in written["files"].items() if not name.endswith(".csv")}
    damages: tuple[dict[str, object], ...] = (
        {"files": {}},
        {"files": []},
        {"files": less},
        {"seconds": "1"},
        {"seconds": math.nan},
        {"caption": None},
        {"caption": "text"},
        {"caption": {**written["caption"], "seen": 1}},
        {"caption": {**written["caption"], "more": "text"}},
        {"caption": {**written["caption"], "facts": [["one"]]}},
        {"caption": {**written["caption"], "facts": [["what", 1]]}},
    )
    changed = [json.dumps({**written, **damage}) for damage in damages]
    for broken in ("", "[]", "[" * 100_000, '{"setting": {}}', '{"name": 1}', *changed):
        (folder / "antipodal_ray.json").write_text(broken)
        assert load("antipodal_ray", Setting(), folder) is None
    (folder / "antipodal_ray.json").write_text(json.dumps(written))
    assert load("antipodal_ray", Setting(), folder) is not None


@pytest.mark.slow
def test_fingerprint_is_of_the_code_that_a_figure_uses_and_no_other() -> None:
    used = sources.closure("figures.charges.thomson_fit")
    assert {"numeric.thomson.search", "numeric.thomson.sphere_energy", "numeric.running.progress"} <= used
    assert used | {"figures.gallery.making", "figures.gallery.table"} <= sources.modules_behind("thomson_fit")
    assert used.isdisjoint(
        {"figures", "figures.smallest_model.landscape", "analytic.n2m1.critical_points", "numeric.train.training"}
    )
    assert {"analytic", "analytic.n2m1.critical_points", "numeric.train.training"} <= sources.closure(
        "figures.smallest_model.transition"
    )
    assert len({sources.fingerprint(name) for name in figures.NAMES}) == len(figures.NAMES)


@pytest.mark.slow
def test_checkpoints_of_other_code_or_settings_are_not_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert open_checkpoints("thomson", Setting(), tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("figures.gallery.kept.resumes", lambda name: True)
    half = tmp_path / "work" / "thomson" / "half"

    def left(setting: Setting, *, again: bool = False) -> bool:
        """Whether a checkpoint is still there after the next start."""
        half.touch()
        assert open_checkpoints("thomson", setting, tmp_path, again=again) == half.parent
        return half.exists()

    half.parent.mkdir(parents=True)
    assert not left(Setting())  # nobody says whose it is
    assert left(Setting())
    assert not left(Setting(device="cuda"))
    assert left(Setting(device="cuda"))
    assert not left(Setting(device="cuda"), again=True)
    monkeypatch.setattr("figures.gallery.kept.fingerprint", lambda name: "other")
    assert not left(Setting(device="cuda"))


@pytest.mark.slow
def test_drawings_share_no_names_and_reach_no_further_than_themselves(out: Path) -> None:
    svg = (out / "figures" / "thomson.svg").read_bytes()
    assert b"<style" in svg
    assert b"<metadata" in svg
    ids = []
    for name in ("first", "second"):
        root = ElementTree.fromstring(inline(svg, name, 'A "label" & more').markup)
        assert root.get("aria-label") == 'A "label" & more'
        assert {"style", "metadata"}.isdisjoint(element.tag for element in root.iter())
        ids.append({value for element in root.iter() if (value := element.get("id"))})
        text = ElementTree.tostring(root, encoding="unicode")
        used = set(re.findall(r'href="#(.*?)"', text)) | set(re.findall(r"url\(#(.*?)\)", text))
        assert used == ids[-1] != set()
        assert len(list(root.iter())) > 500
    assert ids[0].isdisjoint(ids[1])


DEEP = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">' + b"<g>" * 5000 + b"</g>" * 5000 + b"</svg>"
HOSTILE = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:h="http://www.w3.org/1999/xhtml"
 viewBox="0 0 9 9" onload="alert(1)">
<script>alert(2)</script><h:script>alert(3)</h:script><style>body { display: none }</style>
<a xlink:href="javascript:alert(4)"><text>link</text></a><foreignObject><h:iframe src="https://elsewhere"/></foreignObject>
<g onclick="alert(5)" onfocus="5" style="position: fixed; top: 0"><path id="kept" d="M 0 0 L 1 1" style="fill: #ff0000"/></g>
<set attributeName="href" to="javascript:alert(6)"/><animate href="#kept" onbegin="alert(7)"/>
<use href="https://elsewhere/x.svg#y"/><use xlink:href="data:image/svg+xml;base64,AAAA"/><use xlink:href="#kept"/>
<image href="https://elsewhere/x.png"/><image xlink:href="data:image/svg+xml,%3Csvg onload=alert(8)/%3E"/>
<image xlink:href="javascript:alert(9)"/><image xlink:href="data:image/png;base64, iVBORw0KGgo="/>
<rect style="fill: url(https://elsewhere/x)"/><rect style="fill: u\\72l(https://elsewhere/x)"/><rect fill="url(//elsewhere)"/>
<rect style="background-image: url(x)"/><rect clip-path="url(#kept)" style="stroke: url(#kept); stroke-dasharray: 1,2"/>
<text style="font: 10px 'DejaVu Sans', sans-serif; text-anchor: middle" transform="rotate(-90 1 2)">&lt;script&gt;</text>
</svg>"""


def test_a_hostile_drawing_runs_and_loads_nothing() -> None:
    """A results folder received from someone else, whose records hold: hashes lie in the same folder."""
    markup = inline(HOSTILE.encode(), "it", "label").markup
    root = ElementTree.fromstring(markup)
    for trace in [
        "alert",
        "javascript",
        "elsewhere",
        "position",
        "background",
        "svg+xml",
        "<script",
        "onload",
        "onfocus",
        "iframe",
    ]:
        assert trace not in markup
    assert {element.tag for element in root.iter()} == {"svg", "g", "path", "use", "image", "rect", "text"}
    assert [element.attrib for element in root.iter("use")] == [{}, {}, {"href": "#it-kept"}]
    assert [element.attrib for element in root.iter("image")] == [{}] * 3 + [
        {"href": "data:image/png;base64, iVBORw0KGgo="}
    ]
    kept = {"clip-path": "url(#it-kept)", "style": "stroke: url(#it-kept); stroke-dasharray: 1,2"}
    assert [element.attrib for element in root.iter("rect")] == [{}] * 4 + [kept]
    (text,) = root.iter("text")
    assert text.attrib == {
        "style": "font: 10px 'DejaVu Sans', sans-serif; text-anchor: middle",
        "transform": "rotate(-90 1 2)",
    }
    assert text.text == "<script>"


@pytest.mark.slow
def test_nothing_that_is_drawn_is_lost(out: Path) -> None:
    """The drawings that come from here keep every element, attribute and style, but for names that nothing refers to; and so does
    whatever matplotlib can draw: hatches, images, text as text, clipped and dashed.
    """
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    axes.bar([1, 2], [3, 4], hatch="//")
    axes.imshow([[0.0, 1.0]], extent=(0, 1, 0, 1))
    axes.plot([0, 1], [0, 1], "--", alpha=0.3, label=r"$\alpha^2$ × λ")
    axes.legend()
    buffer = io.BytesIO()
    with pyplot.rc_context({"svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg")
    pyplot.close(figure)
    drawings = [(out / "figures" / f"{name}.svg").read_bytes() for name in SHOWN]
    for svg in (*drawings, buffer.getvalue()):
        before, after = ElementTree.fromstring(svg), ElementTree.fromstring(inline(svg, "it", "label").markup)
        for parent in before.iter():
            for child in [child for child in parent if child.tag.endswith(("}metadata", "}style"))]:
                parent.remove(child)
        for given, kept in zip(before.iter(), after.iter(), strict=True):
            assert given.tag.rpartition("}")[2] == kept.tag
            names = {name.rpartition("}")[2] for name in given.attrib} - {"id"}
            assert given is before or names == set(kept.attrib) - {"id"}


@pytest.mark.parametrize("svg", [b"", b"<p/>", b'<svg xmlns="http://www.w3.org/2000/svg"/>', DEEP])
def test_what_is_no_drawing_is_refused(svg: bytes) -> None:
    with pytest.raises(ValueError, match=r"^drawing of 'it' must be SVG"):
        inline(svg, "it", "label")


def test_durations_in_words() -> None:
    said = {0.2: "1 s", 8.4: "8 s", 59.2: "59 s", 80: "1 min 20 s", 120: "2 min", 7500: "2 h 5 min", 7199: "2 h"}
    assert {seconds: duration(seconds) for seconds in said} == said


def test_expected_duration_is_that_of_the_schedule() -> None:
    assert expected([3, 2, 2], 1) == 7
    assert expected([3, 2, 2], 2) == 4
    assert expected([9, 1], 2) == 9
    assert expected([], 2) == 0
    assert expected([3, 2, 2], 10**12) == 3  # more workers than figures take no memory either


@pytest.mark.processes
def test_a_worker_that_dies_before_it_gets_its_task_takes_no_other_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between two figures, as by a machine that runs out of memory: the pipe is broken when the task is sent."""
    start = workers._start

    def killed() -> tuple[Connection, SpawnProcess]:
        pipe, process = start()
        if not crew:
            process.kill()
            process.join()
        crew.append(process)
        return pipe, process

    crew: list[SpawnProcess] = []
    monkeypatch.setattr(workers, "_start", killed)
    tasks = [workers.Task(name, False, "cpu", None) for name in ("nodes", "no_such_figure")]
    ends = [event for event in workers.compute(tasks, 1) if isinstance(event, workers.Failed)]
    assert [end.name for end in ends] == ["nodes", "no_such_figure"]
    assert ends[0].reason == "its process ended with exit code -9"
    assert "name must be that of one figure" in ends[1].reason


def test_every_figure_has_the_contract_of_the_gallery() -> None:
    assert set(figures.REPORT) <= set(figures.NAMES)
    assert len(figures.NAMES) == len(set(figures.NAMES))
    quick = [figures.seconds(name, full=False) for name in figures.NAMES]
    for name, seconds in zip(figures.NAMES, quick, strict=True):
        module = import_module(module_of(name))
        assert (figures.title(name), figures.seconds(name, full=True)) == (module.TITLE, module.SECONDS[1])
        assert figures.resumes(name) == getattr(module, "RESUMES", False)
        assert module.SEED is None or isinstance(module.SEED, int)
        assert 0 < seconds <= figures.seconds(name, full=True)
        assert 0 < len(module.TITLE) < 80
    # The design's target: all of them within ten minutes on two cores.
    assert expected(sorted(quick, reverse=True), 2) < 600


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["thomson", "--jobs", "0"], "jobs must be a whole number of at least 1, got 0"),
        (["thomsn"], "figure must be one of"),
        (["--device", "tpu"], "device must be 'cpu' or 'cuda', got 'tpu'"),
        (["--out", "/dev/null/below"], "out must be a folder to write in"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(app, arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


class Workshop:
    """A copy of the packages whose figures are made up, to run the command in as a user does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for package in ("analytic", "numeric", "verify", "figures"):
            shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        names = (folder / "figures" / "catalogue.py").read_text()
        topics = f'TOPICS = {{"A topic": {tuple(BODIES)}}}'
        changed, count = re.subn(r"^TOPICS = \{[^}]*\}$", topics, names, flags=re.MULTILINE)
        assert count == 1
        (folder / "figures" / "catalogue.py").write_text(changed)
        (folder / "figures" / "made_up").mkdir()
        for seconds, (name, body) in enumerate(BODIES.items(), 1):
            source = SHAPES.format(name=name, seconds=seconds, resumes=name == "resumes", body=body)
            (folder / "figures" / "made_up" / f"{name}.py").write_text(source)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "figures", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A shell that runs the tests in the background has them ignore interrupts, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        process = self.start(*arguments)
        out, error = process.communicate(timeout=200)
        assert error == ""
        return process.returncode, out

    def made(self) -> list[str]:
        log = self.folder / "made.txt"
        names = log.read_text().split()
        log.unlink()
        return names

    def page(self) -> str:
        return (self.folder / "results" / "gallery.html").read_text()


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"))


@pytest.mark.processes
def test_failures_take_nobody_along_and_what_is_finished_is_kept(workshop: Workshop) -> None:
    code, out = workshop.run("fast", "other", "breaks", "dies", "resumes")
    assert code == 1
    assert out.startswith("5 of 5 figures to make, 0 up to date: about 8 s with 2 at a time.\n")
    assert sorted(workshop.made()) == ["breaks", "dies", "fast", "other", "resumes"]
    assert "could not be made: breaks, dies, resumes." in workshop.page()
    assert "failed, ValueError: it does not &lt;hold&gt; together" in workshop.page()
    assert "failed, its process ended with exit code 3" in workshop.page()
    assert "failed, AssertionError: stopped half way" in workshop.page()
    assert "Its caption says fast." in workshop.page()

    # Again: what failed is tried again, the one that resumes finds its checkpoint, other code makes a figure out of date.
    source = workshop.folder / "figures" / "made_up" / "other.py"
    source.write_text(source.read_text().replace("1.5", "2.5"))
    code, out = workshop.run("fast", "other", "resumes", "--jobs", "1")
    assert (code, workshop.made()) == (0, ["resumes", "other"])  # the longest first
    assert out.startswith("2 of 3 figures to make, 1 up to date: about 7 s with 1 at a time.\n")
    assert not (workshop.folder / "results" / "figures" / "work" / "resumes").exists()
    assert all(f"Its caption says {name}." in workshop.page() for name in ("fast", "other", "resumes"))
    record = json.loads((workshop.folder / "results" / "figures" / "fast.json").read_text())
    assert (record["seed"], record["command"]) == (3, "python -m figures fast")

    code, out = workshop.run("fast", "--again")
    assert (code, workshop.made()) == (0, ["fast"])


@pytest.mark.processes
def test_interruption_keeps_what_is_finished_and_leaves_no_process(workshop: Workshop) -> None:
    process = workshop.start("fast", "slow", "--out", "interrupted", "--jobs", "2")
    folder = workshop.folder / "interrupted"
    deadline = time.monotonic() + 150
    waited_for = (folder / "figures" / "fast.json", workshop.folder / "pid.txt")
    while not all(path.exists() for path in waited_for):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    # As the keyboard does: to the whole group.
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error == "interrupted; what was finished is whole in the output folder\n"
    with pytest.raises(ProcessLookupError):
        os.kill(int((workshop.folder / "pid.txt").read_text()), 0)
    assert not [path for path in folder.rglob(".*")]
    assert {path.name for path in (folder / "figures").glob("*.*")} == {
        f"fast.{k}" for k in ("svg", "png", "csv", "json")
    }


LOOK = """
  const broken = [...document.querySelectorAll("a[href^='#'], use")].filter(link => {
    const target = link.getAttribute("href").slice(1);
    return document.querySelectorAll("[id='" + target + "']").length !== 1;
  });
  document.querySelectorAll("details").forEach(facts => { facts.open = true; });
  const boxes = [...document.querySelectorAll("svg")].map(drawing => {
    const box = drawing.getBoundingClientRect(), card = drawing.closest(".card").getBoundingClientRect();
    return {width: box.width, height: box.height, left: card.left, right: card.right};
  });
  const paper = getComputedStyle(document.body).backgroundColor;
  const reachable = document.querySelectorAll(".card[tabindex='0'], a[href]").length;
  return {broken: broken.length, boxes, paper, reachable, width: innerWidth, page: document.documentElement.scrollWidth,
    letters: parseFloat(getComputedStyle(document.querySelector("figcaption")).fontSize),
    cells: [...document.querySelectorAll(".facts td, .facts th")].map(cell => cell.getBoundingClientRect().right),
    formulas: [...document.querySelectorAll("math")].map(formula => formula.getBoundingClientRect().height)};
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all pages: with it the browser's profile, whose making takes longer than looking."""
    return tmp_path_factory.mktemp("browser")


@needs_chromium
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.processes
def test_browser_shows_every_figure(content: str, width: int, dark: bool, folder: Path) -> None:
    said = look(content, LOOK, width, folder, dark=dark)
    assert said["width"] == width
    assert said["page"] <= width  # nothing but the drawings in their cards scrolls sideways
    assert said["broken"] == 0
    assert said["cells"]
    assert max(said["cells"]) <= width
    assert len(said["boxes"]) == len(SHOWN)
    for box in said["boxes"]:
        # As wide in CSS pixels as in points at least: letters of 8 points are 8 pixels high.
        assert box["width"] > 450
        assert box["height"] > 150
        assert 0 <= box["left"] < box["right"] <= width
    assert said["letters"] >= 16
    assert len(said["formulas"]) == 4
    assert min(said["formulas"]) > 10
    assert said["reachable"] > len(SHOWN) + len(figures.TOPICS)
    assert (said["paper"] == "rgb(20, 24, 31)") == dark
