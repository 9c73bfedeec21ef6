"""The pages: each tutorial runs, at the quick sizes that it names, and says what it claims; the rest of the code on them too."""

import doctest
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import matplotlib.pyplot
import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "figures" / "pages"
TUTORIALS = sorted((PAGES / "tutorials").glob("*.md"))
CELL = re.compile(r"^```\{code-cell\} python3\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cell after cell in one namespace, as a notebook; the cell of parameters gives way to the quick sizes."""
    matplotlib.use("agg")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr("numeric.sweep.sweeping.pool", ThreadPoolExecutor)  # its processes have tests of their own
    text = path.read_text(encoding="utf-8")
    cells = CELL.findall(text)
    assert [":tags: [parameters]" in cell for cell in cells].count(True) == 1
    (quick,) = re.findall(r'^quick: "(.*)"$', text, re.MULTILINE)
    space: dict[str, object] = {"__name__": "__main__"}
    for cell in cells:
        exec(quick if ":tags: [parameters]" in cell else cell, space)
    matplotlib.pyplot.close("all")


def test_there_are_six_and_the_first_page_lists_them() -> None:
    first = (PAGES / "index.md").read_text(encoding="utf-8")
    assert len(TUTORIALS) == 6
    assert all(f"tutorials/{path.stem}\n" in first for path in TUTORIALS)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["index", "examples", "learning_coefficients"])
def test_what_a_page_prints_is_what_it_says(name: str) -> None:
    results = doctest.testfile(str(PAGES / f"{name}.md"), module_relative=False)
    assert results.attempted >= 5
    assert results.failed == 0


def test_each_page_is_listed_and_each_link_leads_somewhere() -> None:
    first = (PAGES / "index.md").read_text(encoding="utf-8")
    for path in PAGES.glob("*.md"):
        assert path.stem == "index" or f"\n{path.stem}\n" in first
    for path in (*PAGES.rglob("*.md"), ROOT / "README.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path}: {link}"


def test_a_claim_is_verified_by_the_command_that_the_page_names() -> None:
    """The quick ones run; tests and the main job run elsewhere."""
    _, _, *rows = re.findall(r"^\|.*", (PAGES / "proved.md").read_text(encoding="utf-8"), re.MULTILINE)
    commands = [re.findall(r"`((?:pytest|python) [^`]*)`", row) for row in rows]
    assert all(commands)
    for command in chain(*commands):
        program, *words = shlex.split(command)
        if program == "pytest":
            assert all((ROOT / word).exists() for word in words)
        elif words != ["-m", "verify"]:
            done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=True)
            assert re.match(
                "(At s = 1/20|For s in|For one active feature|For five independent features).* the least loss|Witness",
                done.stdout,
            )


def test_the_table_by_task_names_what_is_there() -> None:
    import antipodal

    calls = re.findall(r"`([a-z_]+)(?:\(|`)", (PAGES / "tasks.md").read_text(encoding="utf-8"), re.IGNORECASE)
    named = {call for call in calls if call not in ("antipodal",)}
    assert {name for name in antipodal.__all__ if name[0].islower()} - {"__version__"} >= {
        name for name in named if name[0].islower()
    } - {"law"}
