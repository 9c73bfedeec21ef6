"""How Sphinx makes the pages: MyST, furo, executed notebooks, the reference from docstrings, nothing from elsewhere."""

import importlib
import inspect
from pathlib import Path
from typing import Any

project = "antipodal"
extensions = ["myst_nb"]
exclude_patterns = ["results"]
html_theme = "furo"
html_title = "antipodal"
html_show_copyright = False
html_show_sourcelink = False
myst_enable_extensions = ["dollarmath", "colon_fence"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 900
nb_execution_in_temp = True
# A formula in LaTeX would need a script from elsewhere: the plain form of a result is shown in its place.
nb_mime_priority_overrides = [("*", "text/latex", None)]

ROOMS = {
    "antipodal.testing": (
        "laws",
        "models",
        "rational_models",
        "rational_matrices",
        "polytopes",
        "tight_frames",
        "assert_invariants",
    ),
    "analytic": None,
}


def reference(names: list[str], module: Any) -> str:
    """A section for each name: its signature and its docstring, examples apart."""
    parts = []
    for name in names:
        found = getattr(module, name)
        text = inspect.getdoc(found) or ""
        try:
            signature = str(inspect.signature(found)) if callable(found) else ""
        except ValueError:
            signature = ""
        prose, _, example = text.partition(">>>")
        parts.append(f"## {name}\n\n```text\n{name}{signature}\n\n{prose.strip()}\n```\n")
        if example:
            parts.append(f"```pycon\n>>>{example}\n```\n")
    return "\n".join(parts)


def write_reference(app: Any) -> None:
    """`reference/ROOM.md` for the door and each room with a face of its own."""
    door = importlib.import_module("antipodal")
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    pages = {"antipodal": reference([name for name in sorted(door.__all__) if name != "__version__"], door)}
    for room, names in ROOMS.items():
        module = importlib.import_module(room)
        pages[room] = reference(list(names or module.__all__), module)
    for room, text in pages.items():
        (folder / f"{room}.md").write_text(f"# {room}\n\n{text}", encoding="utf-8")


def setup(app: Any) -> None:
    app.connect("builder-inited", write_reference)
