"""The report says what was found, and is one page that needs no other file."""

import json
import math
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from rich.console import Console

import figures
from analytic.n2m1 import CHAMBERS
from verify.check import Check, Outcome
from verify.report import Run, as_html, as_json, table

QUICK = Run(full=False, device="cpu", seconds=1.0)
CHECKS = [
    Check("sound", "It holds.", Outcome("1/2", "0.5", 0.0, 1e-9, "exact", {"worst": "everywhere"}), 0.25),
    Check("broken", "It does <not>.", Outcome("1", "2", math.nan, 0.0, "a reason", {"inner": [math.inf]}), 0.5),
]


@pytest.fixture(scope="module")
def page() -> str:
    drawn = [figures.Drawn("landscape", "A title", "A caption & more", b"<svg/>", b"")]
    return as_html(CHECKS, drawn, QUICK).decode()


def test_json_keeps_every_outcome_and_is_strict() -> None:
    content = json.loads(as_json(CHECKS, QUICK, complete=True), parse_constant=lambda name: pytest.fail(name))
    assert [check["name"] for check in content["checks"]] == ["sound", "broken"]
    assert [check["passed"] for check in content["checks"]] == [True, False]
    assert content["checks"][1]["deviation"] is None
    assert content["checks"][1]["data"] == {"inner": [None]}
    assert content["passed"] is False


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

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.open: list[str] = []
        self.images: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.links += [value for name in ("href", "src") if (value := found.get(name))]
        self.ids |= {value for value in [found.get("id")] if value}
        if tag == "img":
            self.images.append(found)
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
    assert [image["alt"] for image in parsed.images] == ["A title. A caption & more"]


@pytest.mark.slow
def test_page_shows_verdict_checks_and_reasons(page: str) -> None:
    assert "1 of 2 checks passed, 1 failed: broken" in page
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
def test_a_viewer_stands_below_the_figures(page: str) -> None:
    piece = '<details class="viewer">turn them</details>'
    content = as_html([], [], QUICK, piece).decode()
    section = content[content.index('<section id="figures">') :]
    assert piece in section[: section.index("</section>")]
    assert "<details class" not in page
