"""The reference: each room has an example, every example holds, and its page has each name that the room shows."""

import doctest
import inspect
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import antipodal
from figures.pages.docstrings import PACKAGES, page, pages, prose, rooms, shown, signature

ROOMS = [room for package in PACKAGES for room in rooms(package)]
DOOR = {id(getattr(antipodal, name)) for name in antipodal.__all__}
"""What is shown at the door has its example run there."""


def examples(room: ModuleType) -> list[doctest.DocTest]:
    """Of its docstring and of what it shows."""
    values: dict[str, Any] = {room.__name__: room, **{name: getattr(room, name) for name in shown(room)}}
    found = []
    for name, value in values.items():
        home = sys.modules.get(getattr(value, "__module__", ""), room)
        if inspect.ismodule(value) or inspect.isroutine(value) or inspect.isclass(value):
            found += doctest.DocTestFinder(recurse=False).find(value, name, module=False, globs=vars(home).copy())
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", ROOMS)
@pytest.mark.slow
def test_a_room_has_an_example_and_it_holds(name: str) -> None:
    room = import_module(name)
    tests = examples(room)
    assert tests
    for test in tests:
        if id(getattr(room, test.name, None)) not in DOOR:
            assert doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL).run(test).failed == 0


def test_each_room_has_a_page_with_its_names() -> None:
    written = dict(pages())
    assert set(written) == {"antipodal", "antipodal.testing", *ROOMS}
    for room in ROOMS:
        for name in shown(import_module(room)):
            assert f"\n## {name}\n" in written[room]
    assert all(f"\n{room} <{room}>\n" in written[room.split(".")[0]] for room in ROOMS if "." in room)
    assert "ForwardRef" not in "".join(written.values())


def test_a_signature_reads_as_it_was_written() -> None:
    assert signature("polytope", antipodal.polytope) == "polytope(name: str) -> Polytope"
    assert signature("Judgement", antipodal.Judgement).startswith("Judgement(*, loss: float")


def test_a_docstring_becomes_prose() -> None:
    given = "One line.\n\n.. math:: K =\n    p^2\n\nWith :math:`p` given.\n\na    1\nbc   2\n\n>>> 1\n1"
    assert prose(given) == (
        "One line.\n\n```{math}\nK =\np^2\n```\n\nWith {math}`p` given.\n\n- **a**: 1\n- **bc**: 2\n\n"
        "```pycon\n>>> 1\n1\n```"
    )
    assert ".critical_points()" in page("analytic.n2m1")
