"""The reference: a page for each room, written from its docstrings."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

PACKAGES = ("analytic", "numeric", "figures", "verify")
COMMANDS = ("command", "__main__", "compiled", "job", "pages")
TESTING = (
    "laws",
    "models",
    "rational_models",
    "rational_matrices",
    "polytopes",
    "tight_frames",
    "assert_invariants",
)


class Bare:
    """An annotation that prints as it was written."""

    def __init__(self, text: Any) -> None:
        written = text if isinstance(text, str) else inspect.formatannotation(text)
        self.text = re.sub(r"ForwardRef\('([^']*)'\)", r"\1", written)

    def __repr__(self) -> str:
        return self.text


def rooms(package: str) -> list[str]:
    """The package and what lies in it, commands apart."""
    path = importlib.import_module(package).__path__
    return [
        package,
        *(f"{package}.{module.name}" for module in pkgutil.iter_modules(path) if module.name not in COMMANDS),
    ]


def shown(room: ModuleType) -> list[str]:
    """What a room shows: what its face names, or what a module that is a room defines."""
    own = (name for name, value in vars(room).items() if getattr(value, "__module__", None) == room.__name__)
    return sorted(getattr(room, "__all__", None) or (name for name in own if not name.startswith("_")))


def signature(name: str, value: Any) -> str:
    try:
        found = inspect.signature(value)
    except ValueError:
        return name
    parameters = [
        each if each.annotation is each.empty else each.replace(annotation=Bare(each.annotation))
        for each in found.parameters.values()
    ]
    result = found.return_annotation
    if result is not found.empty and not isinstance(value, type):
        return name + str(found.replace(parameters=parameters, return_annotation=Bare(result)))
    return name + str(found.replace(parameters=parameters, return_annotation=found.empty))


def prose(docstring: str) -> str:
    """A docstring as MyST: formulas as formulas, examples as code, tables of modules as lists."""
    parts = []
    for part in re.split(r"\n\s*\n", docstring.strip()):
        if part.startswith(".. math::"):
            formula = inspect.cleandoc(part.removeprefix(".. math::"))
            parts.append(f"```{{math}}\n{formula}\n```")
        elif part.lstrip().startswith(">>>"):
            parts.append(f"```pycon\n{part}\n```")
        elif all(row := [re.fullmatch(r"(\S.*?) {2,}(\S.*)", line) for line in part.splitlines()]):
            parts.append("\n".join(f"- **{found[1]}**: {found[2]}" for found in row if found))
        elif re.search(r"^ {4}", part, re.MULTILINE):
            parts.append(f"```text\n{part}\n```")
        else:
            parts.append(formulas(part))
    return "\n\n".join(parts)


def formulas(text: str) -> str:
    return re.sub(r":math:(`[^`]*`)", r"{math}\1", text)


def entry(name: str, value: Any) -> str:
    """A section: the signature and the docstring of what is called, the beginning of what is not."""
    if not callable(value) or not hasattr(value, "__name__"):
        return f"## {name}\n\n```text\n{name} = {repr(value)[:200]}\n```\n"
    text = inspect.getdoc(value) or ""
    generated = text.startswith(f"{name}(") or value.__doc__ is None
    said = "" if generated else prose(text)
    return f"## {name}\n\n```python\n{signature(name, value)}\n```\n\n{said}\n\n{methods(value)}\n"


def first(value: Any) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())


def methods(value: Any) -> str:
    """What an object of a class answers, each with the first paragraph of its docstring."""
    lines = []
    for name, member in vars(value).items() if isinstance(value, type) else ():
        kind = isinstance(member, property) or inspect.isfunction(member)
        if kind and member.__doc__ and not name.startswith("_"):
            called = (
                f".{name}"
                if isinstance(member, property)
                else re.sub(r"\(self(, )?", "(", signature(f".{name}", member))
            )
            lines.append(f"- `{called}`: {formulas(first(member))}")
    return "\n".join(lines)


def page(room: str, names: Sequence[str] | None = None) -> str:
    """A page of the reference: what a room says of itself, and what it shows."""
    module = importlib.import_module(room)
    entries = (entry(name, getattr(module, name)) for name in names or shown(module))
    return f"# {room}\n\n{prose(module.__doc__ or '')}\n\n" + "\n".join(entries)


def pages() -> Iterator[tuple[str, str]]:
    """Name and text of each page: the door, then each package with a list of its rooms, and each of these."""
    door = importlib.import_module("antipodal")
    yield "antipodal", page("antipodal", sorted(set(door.__all__) - {"__version__"}))
    yield "antipodal.testing", page("antipodal.testing", TESTING)
    for package in PACKAGES:
        first, *others = rooms(package)
        listed = "\n".join(f"{room} <{room}>" for room in others)
        yield first, page(first) + f"\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
        yield from ((room, page(room)) for room in others)
