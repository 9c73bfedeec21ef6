"""How Sphinx makes the pages: MyST, furo, executed notebooks, the reference from docstrings, nothing from elsewhere."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils.utils.math.latex2mathml import tex2mathml
from docutils.nodes import SkipNode

project = "antipodal"
extensions = ["myst_nb"]
exclude_patterns = ["results"]
html_theme = "furo"
html_title = "antipodal"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
# A formula would need a script from elsewhere: it is written in MathML, and results are shown in their plain form.
html_math_renderer = "mathml"
myst_enable_extensions = ["dollarmath", "colon_fence"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 900
nb_execution_in_temp = True
nb_mime_priority_overrides = [("*", "text/latex", None)]

PACKAGES = ("analytic", "numeric", "figures", "verify")
COMMANDS = ("command", "__main__", "pages")
TESTING = (
    "laws",
    "models",
    "rational_models",
    "rational_matrices",
    "polytopes",
    "tight_frames",
    "assert_invariants",
)


TEX = ((r"\\[Bb]igg?[lrm]?(?![A-Za-z])", ""), (r"\\dots", r"\\ldots"), ("‖", r"\\Vert "))
"""What the translation to MathML does not know: brackets have their size by themselves there."""


class Bare:
    """An annotation that prints as it was written."""

    def __init__(self, text: Any) -> None:
        self.text = text if isinstance(text, str) else inspect.formatannotation(text)

    def __repr__(self) -> str:
        return self.text


def rooms(package: str) -> list[str]:
    """The package and what lies in it, commands apart."""
    path = importlib.import_module(package).__path__
    return [package, *(f"{package}.{module.name}" for module in pkgutil.iter_modules(path) if module.name not in COMMANDS)]


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
    """A docstring as MyST: formulas as formulas, examples as code, tables of modules as they stand."""
    parts = []
    for part in re.split(r"\n\s*\n", docstring.strip()):
        if part.startswith(".. math::"):
            formula = inspect.cleandoc(part.removeprefix(".. math::"))
            parts.append(f"```{{math}}\n{formula}\n```")
        elif part.lstrip().startswith(">>>"):
            parts.append(f"```pycon\n{part}\n```")
        elif re.search(r"\S {2,}\S", part):
            parts.append(f"```text\n{part}\n```")
        else:
            parts.append(re.sub(r":math:(`[^`]*`)", r"{math}\1", part))
    return "\n\n".join(parts)


def entry(name: str, value: Any) -> str:
    """A section: the signature and the docstring of what is called, the beginning of what is not."""
    if not callable(value) or not hasattr(value, "__name__"):
        return f"## {name}\n\n```text\n{name} = {repr(value)[:200]}\n```\n"
    text = inspect.getdoc(value) or ""
    generated = text.startswith(f"{name}(") or value.__doc__ is None
    return f"## {name}\n\n```python\n{signature(name, value)}\n```\n\n{'' if generated else prose(text)}\n"


def page(room: str, names: list[str] | tuple[str, ...] | None = None) -> str:
    """A page of the reference: what a room says of itself, and what it shows."""
    module = importlib.import_module(room)
    entries = (entry(name, getattr(module, name)) for name in names or shown(module))
    return f"# {room}\n\n{prose(module.__doc__ or '')}\n\n" + "\n".join(entries)


def write_reference(app: Any) -> None:
    """`reference/ROOM.md` for the door and for each room."""
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    door = importlib.import_module("antipodal")
    pages = {"antipodal": page("antipodal", sorted(set(door.__all__) - {"__version__"}))}
    pages["antipodal.testing"] = page("antipodal.testing", TESTING)
    for package in PACKAGES:
        first, *others = rooms(package)
        listed = "\n".join(f"{room} <{room}>" for room in others)
        pages[first] = page(first) + f"\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
        pages.update({room: page(room) for room in others})
    for room, text in pages.items():
        (folder / f"{room}.md").write_text(text, encoding="utf-8")


def mathml(node: Any, as_block: bool) -> str:
    tex = node.astext()
    for given, known in TEX:
        tex = re.sub(given, known, tex)
    return str(tex2mathml(tex, as_block=as_block))


def inline_formula(self: Any, node: Any) -> None:
    self.body.append(mathml(node, as_block=False))
    raise SkipNode


def formula(self: Any, node: Any) -> None:
    self.body.append(f'<div class="formula">{mathml(node, as_block=True)}</div>')
    raise SkipNode


def setup(app: Any) -> None:
    app.add_html_math_renderer("mathml", (inline_formula, None), (formula, None))
    app.connect("builder-inited", write_reference)
