"""The pages: each tutorial runs, at the quick sizes that it names, and says what it claims; the rest of the code on them too."""

import doctest
import re
from pathlib import Path

import matplotlib.pyplot
import pytest

PAGES = Path(__file__).parents[2] / "figures" / "pages"
TUTORIALS = sorted((PAGES / "tutorials").glob("*.md"))
CELL = re.compile(r"^```\{code-cell\} python3\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cell after cell in one namespace, as a notebook; the cell of parameters gives way to the quick sizes."""
    matplotlib.use("agg")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
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


def test_the_ten_lines_print_what_they_say() -> None:
    results = doctest.testfile(str(PAGES / "index.md"), module_relative=False)
    assert results.attempted >= 5
    assert results.failed == 0


def test_the_page_of_learning_coefficients_prints_what_it_says() -> None:
    results = doctest.testfile(str(PAGES / "learning_coefficients.md"), module_relative=False)
    assert results.attempted >= 8
    assert results.failed == 0


def test_the_table_by_task_names_what_is_there() -> None:
    import antipodal

    calls = re.findall(r"`([a-z_]+)(?:\(|`)", (PAGES / "tasks.md").read_text(encoding="utf-8"), re.IGNORECASE)
    named = {call for call in calls if call not in ("antipodal",)}
    assert {name for name in antipodal.__all__ if name[0].islower()} - {"__version__"} >= {
        name for name in named if name[0].islower()
    } - {"law"}
