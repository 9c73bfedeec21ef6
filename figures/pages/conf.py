"""How Sphinx makes the pages: MyST, furo, executed notebooks, the reference from docstrings, nothing from elsewhere."""

import re
from pathlib import Path
from typing import Any

from docutils.nodes import SkipNode
from docutils.utils.math.latex2mathml import tex2mathml

from figures.pages.docstrings import pages

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

TEX = ((r"\\[Bb]igg?[lrm]?(?![A-Za-z])", ""), (r"\\dots", r"\\ldots"), ("‖", r"\\Vert "))
"""What the translation to MathML does not know: brackets have their size by themselves there."""


def write_reference(app: Any) -> None:
    """`reference/ROOM.md` for the door and for each room."""
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    for room, text in pages():
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
