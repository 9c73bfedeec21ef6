"""The report says what was found, and is one page that needs no other file."""

import json
import math
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import numpy as np
import pytest
from browser import look, needs_chromium
from captions import is_one_sentence
from rich.console import Console

import figures
from analytic.n2m1 import CHAMBERS
from figures.motifs.caption import Caption
from verify import job
from verify.check import Check, Outcome
from verify.report import Run, Section, as_html, as_json, table

QUICK = Run(full=False, device="cpu", seconds=1.0)
CHECKS = [
    Check(
        "sound",
        "It holds.",
        Outcome(
            exact="1/2", independent="0.5", deviation=0.0, tolerance=1e-9, reason="exact", data={"worst": "everywhere"}
        ),
        0.25,
    ),
    Check(
        "broken",
        "It does <not>.",
        Outcome(
            exact="1", independent="2", deviation=math.nan, tolerance=0.0, reason="a reason", data={"inner": [math.inf]}
        ),
        0.5,
    ),
]
LONG = Outcome(exact="1/3 " * 40, independent="9" * 300, deviation=1e-300, tolerance=1e-300, reason="a reason " * 40)
SECTIONS = [
    Section("The first", "It has two.", CHECKS),
    Section("The second & last", "It has one.", [Check("wide", "It is long.", LONG, 0.5)]),
]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 200"><path id="p" d="M 0 0 L 1 1"/></svg>'


@pytest.fixture(scope="module")
def page() -> str:
    caption = Caption("A caption & more.", "It is exact.", "It follows.", (("what", "a < b"),))
    drawn = [figures.Drawn("landscape", "A title", caption, SVG, b"")]
    return as_html(SECTIONS, drawn, QUICK).decode()


def test_json_keeps_every_outcome_and_is_strict() -> None:
    content = json.loads(as_json(CHECKS, QUICK, complete=True), parse_constant=lambda name: pytest.fail(name))
    assert [check["name"] for check in content["checks"]] == ["sound", "broken"]
    assert [check["passed"] for check in content["checks"]] == [True, False]
    assert content["checks"][1]["deviation"] is None
    assert content["checks"][1]["data"] == {"inner": [None]}
    assert content["passed"] is False


def test_numbers_of_numpy_are_written() -> None:
    outcome = Outcome(exact="1", independent="2", deviation=np.float64(1), tolerance=np.float64(2), reason="a reason")
    assert json.loads(as_json([Check("sound", "", outcome, 0.1)], QUICK, complete=True))["passed"] is True


def test_an_unfinished_run_has_not_passed() -> None:
    assert json.loads(as_json(CHECKS[:1], QUICK, complete=True))["passed"] is True
    assert json.loads(as_json(CHECKS[:1], QUICK, complete=False))["passed"] is False


def test_terminal_table_names_each_check_whole_at_80_columns() -> None:
    console = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(table(CHECKS))
    console.file.close()
    text = console.export_text()
    assert re.search(r"✓\s+sound\s+1/2\s+0.5\s+0\s+1e-09", text)
    assert re.search(r"✗\s+broken\s+1\s+2\s+nan\s+0", text)


class _Page(HTMLParser):
    """Tags that load or link, ids, and the open tags, which must close in order."""

    VOID = frozenset({"meta", "br", "col"})

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.open: list[str] = []
        self.drawings: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.links += [value for name in ("href", "src") if (value := found.get(name))]
        self.ids |= {value for value in [found.get("id")] if value}
        if tag == "svg":
            self.drawings.append(found)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def parsed(page: str) -> _Page:
    parser = _Page()
    parser.feed(page)
    return parser


@pytest.mark.slow
def test_page_is_well_formed_and_loads_nothing(parsed: _Page) -> None:
    assert parsed.open == []
    assert all(link.startswith(("#", "data:")) for link in parsed.links)
    assert {link[1:] for link in parsed.links if link.startswith("#")} <= parsed.ids
    assert [drawing["aria-label"] for drawing in parsed.drawings] == ["A title"]
    assert [drawing["aria-describedby"] for drawing in parsed.drawings] == ["landscape-caption"]
    assert "landscape-caption" in parsed.ids


@pytest.mark.slow
def test_page_shows_verdict_checks_and_reasons(page: str) -> None:
    assert "2 of 3 checks passed, 1 failed: broken" in page
    assert "It does &lt;not&gt;." in page
    assert "a reason" in page


def _formulas(page: str) -> Iterator[ElementTree.Element]:
    entities = {"&InvisibleTimes;": "\u2062", "&ApplyFunction;": "\u2061", "&dd;": "\u2146"}
    for source in re.findall(r"<math.*?</math>", page, flags=re.DOTALL):
        for name, character in entities.items():
            source = source.replace(name, character)
        yield ElementTree.fromstring(source)


@pytest.mark.slow
def test_formulas_are_well_formed_mathml_and_cover_the_derivation(page: str) -> None:
    formulas = list(_formulas(page))
    steps = sum(len(chamber.steps) for chamber in CHAMBERS)
    assert sum(formula.get("display") == "block" for formula in formulas) == steps + 1
    assert all("".join(formula.itertext()).strip() for formula in formulas)


@pytest.mark.slow
def test_checks_stand_under_the_heading_of_their_suite(page: str) -> None:
    head, first, second = re.split(r'<h3 id="suite-\d">', page[: page.index('<section id="minima">')])
    assert re.findall(r'<a href="#(suite-\d)">(.*?)</a>: <span class="(.*?)">(.*?)</span>', head) == [
        ("suite-1", "The first", "failed-mark", "1 of 2"),
        ("suite-2", "The second &amp; last", "passed", "1 of 1"),
    ]
    for part, about, names in ((first, "It has two.", ["sound", "broken"]), (second, "It has one.", ["wide"])):
        assert about in part
        assert re.findall(r"<code>(.*?)</code>", part) == names


@pytest.mark.slow
def test_a_caption_has_its_numbers_below(page: str) -> None:
    assert '<figcaption id="landscape-caption">A caption &amp; more. It is exact. It follows.</figcaption>' in page
    assert '<tr><th scope="row">what</th><td>a &lt; b</td></tr>' in page


@pytest.mark.parametrize("suite", job.SUITES, ids=lambda suite: suite.TITLE)
def test_every_suite_says_what_it_is_about_in_one_sentence(suite: ModuleType) -> None:
    assert is_one_sentence(suite.ABOUT)
    assert not suite.TITLE.endswith(".")


LOOK = """
  document.querySelectorAll("details").forEach(part => { part.open = true; });
  const cells = [...document.querySelectorAll("td, tbody th")];
  const cut = cells.filter(cell => cell.getBoundingClientRect().right > innerWidth || cell.scrollWidth > cell.clientWidth + 1);
  return {width: innerWidth, page: document.documentElement.scrollWidth, cells: cells.length,
    cut: cut.map(cell => cell.textContent.trim().slice(0, 60))};
"""


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.processes
def test_no_column_is_cut(page: str, width: int, tmp_path: Path) -> None:
    said = look(page, LOOK, width, tmp_path)
    assert said["width"] == width
    assert said["page"] <= width
    assert said["cells"] > 50
    assert said["cut"] == []
